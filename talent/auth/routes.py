"""Registering, and one's own account."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from talent.auth import policies, queries, services
from talent.auth.former_names import forget_former_names
from talent.auth.forms import (
    UNKNOWN_DOMAIN,
    AddressForm,
    FormerNamesForm,
    NamesForm,
    OrganisationForm,
    RegisterForm,
    organisation_choices,
)
from talent.auth.guards import public, requires
from talent.auth.tries import REGISTERING
from talent.auth.words import COUNTRIES, ROLES
from talent.errors import Invalid
from talent.extensions import db
from talent.i18n import _, _n, current_language, local
from talent.throttle import caller_network, limited

bp = Blueprint("account", __name__, url_prefix="/account")
bp.context_processor(lambda: {"role_words": ROLES, "country_words": COUNTRIES})


@bp.route("/register", methods=["GET", "POST"])
@public
@limited(REGISTERING, by=caller_network)
def register() -> ResponseReturnValue:
    """The address first; then, on the same page, the rest with the organisations of its mail domain."""
    if g.user is not None:
        return redirect(url_for(".overview"))
    address = AddressForm()
    address_is_good = address.validate_on_submit()
    organisations = queries.organisations_for_address(db.session(), address.email.data) if address_is_good else ()
    if address_is_good and not organisations:
        address.add_errors({"email": UNKNOWN_DOMAIN})
    if not organisations:
        return render_template("account/register.html", form=address)
    form = RegisterForm()
    form.organisation.choices = organisation_choices(organisations)
    if request.form.get("step") != "details":
        form.email.data = address.email.data
        form.language.data = current_language().value
        form.organisation.data = organisations[0].id if len(organisations) == 1 else None
    elif form.validate():
        try:
            services.register(db.session(), form.to_registration())
            return redirect(url_for(".registered"))
        except Invalid as error:
            form.add_errors(error.fields)
    return render_template("account/register_details.html", form=form)


@bp.get("/registered")
@public
def registered() -> ResponseReturnValue:
    return render_template("account/registered.html")


@bp.get("/")
@requires(policies.signed_in)
def overview() -> ResponseReturnValue:
    session = db.session()
    mine = queries.account(session, g.user)
    return render_template("account/overview.html", mine=mine, works_here=queries.works_here(session, mine))


@bp.route("/names", methods=["GET", "POST"])
@requires(policies.signed_in)
def names() -> ResponseReturnValue:
    form = NamesForm.of(g.user)
    if form.validate_on_submit():
        services.rename(db.session(), actor=g.user, names=form.to_names())
        flash(str(_("Your names are saved.")), "success")
        return redirect(url_for(".overview"))
    return render_template("account/names.html", form=form)


@bp.route("/names/former", methods=["GET", "POST"])
@requires(policies.signed_in)
def former_names() -> ResponseReturnValue:
    session, form = db.session(), FormerNamesForm()
    former = g.user.former_names or []
    form.offer(former)
    if former and form.validate_on_submit():
        removed = forget_former_names(session, actor=g.user, keys=form.names.data)
        flash(str(_n("%(num)s former name removed.", "%(num)s former names removed.", removed)), "success")
        return redirect(url_for(".names"))
    return render_template("account/former_names.html", form=form, former=former)


@bp.route("/organisation", methods=["GET", "POST"])
@requires(policies.signed_in)
def organisation() -> ResponseReturnValue:
    session = db.session()
    form = OrganisationForm(organisation=g.user.organisation_id)
    form.organisation.choices = organisation_choices(queries.organisations_for_address(session, g.user.email))
    if form.validate_on_submit():
        user = services.choose_organisation(session, actor=g.user, organisation_id=str(form.organisation.data))
        asked = _("We have asked the HR staff of %(organisation)s.", organisation=local(user.organisation))
        flash(str(asked), "success")
        return redirect(url_for(".overview"))
    return render_template("account/organisation.html", form=form, works_here=queries.works_here(session, g.user))
