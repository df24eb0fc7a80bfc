"""HR's page about its own people, and administration of people, organisations and their mail domains."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from talent.auth import policies, roles
from talent.auth import queries as accounts
from talent.auth.guards import requires
from talent.auth.roles import RoleScope
from talent.auth.words import ANSWERS, COUNTRIES, ROLES
from talent.errors import Invalid
from talent.extensions import db
from talent.forms import clean_text
from talent.i18n import _
from talent.organisations import queries, services
from talent.organisations.forms import DomainForm, GrantForm, WorksHereForm

bp = Blueprint("organisations", __name__, url_prefix="/organisations")
bp.context_processor(lambda: {"role_words": ROLES, "country_words": COUNTRIES, "answer_words": ANSWERS})


def page_number() -> int:
    """The page asked for; 1 when what was asked for is no number."""
    asked = request.args.get("page", "")
    return int(asked) if asked.isdecimal() and len(asked) < 7 else 1


def search_text() -> str:
    text = clean_text(request.args.get("q", "")) or ""
    return "".join(character for character in text if character.isprintable())[:100]


@bp.get("/our-people")
@requires(policies.hr)
def our_people() -> ResponseReturnValue:
    session = db.session()
    return render_template(
        "organisations/our_people.html",
        pending=queries.pending(session, g.user),
        answered=queries.answered(session, g.user, page_number()),
    )


@bp.route("/our-people/<uuid:question_id>", methods=["GET", "POST"])
@requires(policies.hr)
def our_person(question_id: UUID) -> ResponseReturnValue:
    session = db.session()
    asked = queries.question(session, g.user, question_id)
    form = WorksHereForm(answer={"confirmed": "yes", "refused": "no"}.get(asked.status.value), note=asked.note)
    if form.validate_on_submit():
        try:
            services.answer_works_here(
                session, actor=g.user, question_id=question_id, confirmed=form.confirmed, note=form.note.data or ""
            )
            flash(str(_("Your answer is recorded, and the person is told.")), "success")
            return redirect(url_for(".our_people"))
        except Invalid as error:
            form.add_errors(error.fields)
    return render_template("organisations/our_person.html", form=form, asked=asked)


@bp.get("/administration")
@requires(policies.administrator)
def administration() -> ResponseReturnValue:
    return render_template("organisations/administration.html")


@bp.get("/people")
@requires(policies.administrator)
def people() -> ResponseReturnValue:
    text = search_text()
    found = accounts.people(db.session(), g.user.administered_countries, text, page_number())
    return render_template("organisations/people.html", found=found, text=text)


@bp.route("/people/<uuid:user_id>", methods=["GET", "POST"])
@requires(policies.administrator)
def person(user_id: UUID) -> ResponseReturnValue:
    session = db.session()
    form = GrantForm()
    countries = g.user.administered_countries
    form.offer(queries.all_of(session, countries), countries)
    shown = accounts.person(session, countries, user_id)
    if form.validate_on_submit():
        try:
            roles.grant_role(session, actor=g.user, user_id=user_id, scope=form.to_scope())
            flash(str(_("The role is given, and the person is told.")), "success")
            return redirect(url_for(".person", user_id=user_id))
        except Invalid as error:
            form.add_errors(error.fields)
            shown = accounts.person(session, countries, user_id)
    return render_template(
        "organisations/person.html", form=form, shown=shown, works_here=accounts.works_here(session, shown)
    )


@bp.route("/people/<uuid:user_id>/roles/<uuid:grant_id>/end", methods=["GET", "POST"])
@requires(policies.administrator)
def end_role(user_id: UUID, grant_id: UUID) -> ResponseReturnValue:
    session = db.session()
    shown = accounts.person(session, g.user.administered_countries, user_id)
    grant = accounts.grant_of(shown, grant_id)
    if request.method == "POST":
        scope = RoleScope(grant.role, grant.organisation_id, grant.country)
        roles.revoke_role(session, actor=g.user, user_id=user_id, scope=scope)
        flash(str(_("The role has ended, and the person is told.")), "success")
        return redirect(url_for(".person", user_id=user_id))
    return render_template("organisations/end_role.html", shown=shown, grant=grant)


@bp.get("/directory")
@requires(policies.administrator)
def directory() -> ResponseReturnValue:
    text = search_text()
    found = queries.organisations(db.session(), g.user.administered_countries, text, page_number())
    return render_template("organisations/directory.html", found=found, text=text)


@bp.route("/directory/<organisation_id>", methods=["GET", "POST"])
@requires(policies.administrator)
def organisation(organisation_id: str) -> ResponseReturnValue:
    session = db.session()
    place = queries.organisation(session, g.user.administered_countries, organisation_id)
    form = DomainForm()
    if form.validate_on_submit():
        try:
            services.add_domain(session, actor=g.user, organisation_id=organisation_id, domain=str(form.domain.data))
            flash(str(_("The mail domain is added.")), "success")
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
    flash(str(_("The mail domain is removed. Accounts that use it stay as they are.")), "success")
    return redirect(url_for(".organisation", organisation_id=organisation_id))
