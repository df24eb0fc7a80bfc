"""Organisations and their mail domains."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import Organisation
from models.types import Country
from talent.auth import policies
from talent.auth import queries as accounts
from talent.auth.guards import requires
from talent.errors import Invalid, StaleRecord
from talent.extensions import db
from talent.forms.conflict import conflict_page
from talent.i18n import _
from talent.organisations import queries, services, upkeep
from talent.organisations.blueprint import bp, page_number, search_text
from talent.organisations.forms import DomainForm
from talent.organisations.people_forms import PlaceForm
from talent.organisations.upkeep import Details


@bp.get("/directory")
@requires(policies.administrator)
def directory() -> ResponseReturnValue:
    text = search_text()
    found = queries.organisations(db.session(), g.user.administered_countries, text, page_number())
    countries = sorted(g.user.administered_countries)
    return render_template("organisations/directory.html", found=found, text=text, countries=countries)


@bp.route("/directory/<organisation_id>", methods=["GET", "POST"])
@requires(policies.administrator)
def organisation(organisation_id: str) -> ResponseReturnValue:
    session = db.session()
    place = queries.organisation(session, g.user.administered_countries, organisation_id)
    form = DomainForm()
    if form.validate_on_submit():
        try:
            services.add_domain(session, actor=g.user, organisation_id=organisation_id, domain=str(form.domain.data))
            flash(str(_("The email domain is added.")), "success")
            return redirect(url_for(".organisation", organisation_id=organisation_id))
        except Invalid as error:
            form.add_errors(error.fields)
            place = queries.organisation(session, g.user.administered_countries, organisation_id)
    return render_template(
        "organisations/organisation.html",
        form=form,
        place=place,
        sharing=queries.sharing(session, place),
        staff=accounts.hr_staff(session, place.id),
    )


@bp.post("/directory/<organisation_id>/domains/<uuid:domain_id>/remove")
@requires(policies.administrator)
def remove_domain(organisation_id: str, domain_id: UUID) -> ResponseReturnValue:
    services.remove_domain(db.session(), actor=g.user, organisation_id=organisation_id, domain_id=domain_id)
    flash(str(_("The email domain is removed. Accounts that use it stay as they are.")), "success")
    return redirect(url_for(".organisation", organisation_id=organisation_id))


@bp.route("/new-organisation/<country>", methods=["GET", "POST"])
@requires(policies.administrator)
def add_organisation(country: str) -> ResponseReturnValue:
    session = db.session()
    if country not in {item.value for item in g.user.administered_countries}:
        abort(404)
    where = Country(country)
    form = PlaceForm(time_zone=upkeep.ZONES[where])
    form.offer(upkeep.types_of(session, where), where)
    if form.validate_on_submit():
        try:
            made = upkeep.add_organisation(session, actor=g.user, country=where, details=form.to_details())
            flash(str(_("The organisation is added. Add the email domains that its people use.")), "success")
            return redirect(url_for(".organisation", organisation_id=made.id))
        except Invalid as error:
            form.add_errors(error.fields)
    return render_template("organisations/place.html", form=form, place=None, country=where)


@bp.route("/directory/<organisation_id>/edit", methods=["GET", "POST"])
@requires(policies.administrator)
def edit_organisation(organisation_id: str) -> ResponseReturnValue:
    session = db.session()
    place = queries.organisation(session, g.user.administered_countries, organisation_id)
    form = PlaceForm.of(Details.of(place))
    form.offer(upkeep.types_of(session, place.country), place.country)
    if form.validate_on_submit():
        seen, details = str(form.version.data or ""), form.to_details()
        try:
            upkeep.edit_organisation(session, actor=g.user, organisation_id=organisation_id, details=details, seen=seen)
            flash(str(_("The organisation is changed.")), "success")
            return redirect(url_for(".organisation", organisation_id=organisation_id))
        except Invalid as error:
            form.add_errors(error.fields)
        except StaleRecord:
            return _both_versions(form, organisation_id)
    place = queries.organisation(session, g.user.administered_countries, organisation_id)
    return render_template("organisations/place.html", form=form, place=place, country=place.country)


def _both_versions(form: PlaceForm, organisation_id: str) -> ResponseReturnValue:
    session = db.session()
    place: Organisation = queries.organisation(session, g.user.administered_countries, organisation_id)
    saved = PlaceForm.of(Details.of(place), from_request=False)
    saved.offer(upkeep.types_of(session, place.country), place.country)
    back = url_for(".organisation", organisation_id=organisation_id)
    return conflict_page(form, saved, version=Details.of(place).fingerprint, back=back)


@bp.route("/directory/<organisation_id>/close", methods=["GET", "POST"])
@requires(policies.administrator)
def close_organisation(organisation_id: str) -> ResponseReturnValue:
    session = db.session()
    place = queries.organisation(session, g.user.administered_countries, organisation_id)
    if request.method == "POST":
        upkeep.close_organisation(session, actor=g.user, organisation_id=organisation_id)
        flash(str(_("The organisation is out of service.")), "success")
        return redirect(url_for(".organisation", organisation_id=organisation_id))
    hindrances = upkeep.still_there(session, place)
    return render_template("organisations/close.html", place=place, hindrances=hindrances)


@bp.post("/directory/<organisation_id>/reopen")
@requires(policies.administrator)
def reopen_organisation(organisation_id: str) -> ResponseReturnValue:
    upkeep.reopen_organisation(db.session(), actor=g.user, organisation_id=organisation_id)
    flash(str(_("The organisation is in service again.")), "success")
    return redirect(url_for(".organisation", organisation_id=organisation_id))
