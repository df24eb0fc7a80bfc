"""Signing in with the account one has at one's organisation, and the page that disconnects it again."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from models.types import Language
from talent.auth import policies, queries, sso
from talent.auth.forms import organisation_choices
from talent.auth.guards import public, requires, same_site_path
from talent.auth.second_factor import finish_sign_in
from talent.auth.sso_client import Identity, SsoProblem, begin, finish, providers
from talent.auth.sso_forms import ArrivalForm, WhichForm
from talent.auth.sso_settings import Provider
from talent.auth.sso_words import ADVICE, PROBLEMS
from talent.errors import Invalid
from talent.extensions import db
from talent.i18n import _, current_language, local
from talent.throttle import Limit, caller_network, limited

bp = Blueprint("sso", __name__)
MOST_BUTTONS = 4
"""With more providers than this, the sign-in page asks for the address first."""
ARRIVAL = "sso_arrival"
TIME_TO_REGISTER = 30 * 60
A_WHILE = timedelta(minutes=10)
# Many officials share one network, so the numbers are high; they bound what a flood makes the provider and us do.
GOING = Limit("sso-begin", 600, A_WHILE, longest_wait=A_WHILE)
COMING = Limit("sso-back", 600, A_WHILE, longest_wait=A_WHILE)
EVERY = frozenset({"GET", "POST"})


@bp.app_context_processor
def offered() -> dict[str, Any]:
    """What the sign-in page offers besides the password."""
    return {"sso_providers": lambda: providers().all, "sso_most_buttons": MOST_BUTTONS}


@bp.route("/sign-in/organisation", methods=["GET", "POST"])
@public
def which() -> ResponseReturnValue:
    """Find the sign-in page by the mail domain. The domain alone goes into the address of the page."""
    form, domain = WhichForm(), request.args.get("domain", "")[:255].lower()
    wanted = same_site_path(request.args.get("next"), "")
    if form.validate_on_submit():
        domain = queries.domain_of(str(form.email.data))
        if providers().for_domain(domain):
            return redirect(url_for(".which", domain=domain, next=wanted or None), 303)
        form.add_errors({"email": _("No organisation with this email domain signs in this way. Use your password")})
    found = providers().for_domain(domain)
    return render_template("sso/which.html", form=form, found=found, wanted=wanted)


@bp.get("/sign-in/organisation/<provider_id>")
@public
@limited(GOING, by=caller_network, methods=EVERY)
def go(provider_id: str) -> ResponseReturnValue:
    provider = providers().get(provider_id)
    wanted = same_site_path(request.args.get("next"), "")
    if g.user is not None:
        return redirect(wanted or url_for("public.home"))
    try:
        return redirect(begin(provider, wanted, current_language().value))
    except SsoProblem as problem:
        return _explain(provider, problem.cause)


@bp.get("/sign-in/organisation/<provider_id>/back")
@public
@limited(COMING, by=caller_network, methods=EVERY)
def back(provider_id: str) -> ResponseReturnValue:
    provider, identity = providers().get(provider_id), None
    if g.user is not None:
        return redirect(url_for("public.home"))
    try:
        identity, wanted = finish(provider, request.args.to_dict())
        user = sso.recognise(db.session(), identity)
    except SsoProblem as problem:
        return _explain(provider, problem.cause, identity)
    if user is None:
        session[ARRIVAL] = asdict(Arrival.of(identity, wanted))
        return redirect(url_for(".register"))
    return finish_sign_in(user, via="sso", next_path=wanted or None)


@bp.route("/sign-in/organisation/register", methods=["GET", "POST"])
@public
def register() -> ResponseReturnValue:
    """An account for somebody who came from the provider a moment ago; nothing is made before they send the form."""
    arrival = Arrival.of_visit()
    if g.user is not None or arrival is None:
        return redirect(url_for("public.home" if g.user else "security.login"))
    provider = providers().get(arrival.provider)
    identity = arrival.identity(provider)
    if arrival.at < time.time() - TIME_TO_REGISTER:
        session.pop(ARRIVAL)
        return _explain(provider, "too_late", identity)
    form = ArrivalForm.of_identity(identity)
    form.organisation.choices = organisation_choices(sso.organisations_of(db.session(), provider))
    if len(form.organisation.choices) == 1 and request.method == "GET":
        form.organisation.data = form.organisation.choices[0].value
    if form.validate_on_submit():
        try:
            return _registered(arrival, identity, form)
        except Invalid as error:
            form.add_errors(error.fields)
        except SsoProblem as problem:
            session.pop(ARRIVAL)
            return _explain(provider, problem.cause, identity)
    return render_template("sso/register.html", form=form, identity=identity, provider=provider)


def _registered(arrival: Arrival, identity: Identity, form: ArrivalForm) -> ResponseReturnValue:
    user = sso.register(
        db.session(),
        identity,
        names=form.to_names(),
        organisation_id=str(form.organisation.data),
        language=Language(str(form.language.data)),
    )
    session.pop(ARRIVAL)
    return finish_sign_in(user, via="sso", next_path=arrival.wanted or None)


@bp.get("/account/sign-in-methods/organisation")
@requires(policies.signed_in)
def links() -> ResponseReturnValue:
    rows = sso.links_of(db.session(), g.user)
    names = {provider.id: local(provider) for provider in providers().all}
    return render_template("sso/links.html", rows=rows, names=names)


@bp.route("/account/sign-in-methods/organisation/<uuid:link_id>/disconnect", methods=["GET", "POST"])
@requires(policies.signed_in)
def disconnect(link_id: UUID) -> ResponseReturnValue:
    link = sso.own_link(db.session(), g.user, link_id)
    if request.method == "POST":
        sso.unlink(db.session(), actor=g.user, link_id=link_id)
        flash(str(_("Your organisation’s account no longer signs you in here.")), "success")
        return redirect(url_for(".links"))
    names = {provider.id: local(provider) for provider in providers().all}
    return render_template("sso/disconnect.html", link=link, names=names)


def _explain(provider: Provider, cause: str, identity: Identity | None = None) -> ResponseReturnValue:
    sso.note_refusal(db.session(), provider, cause, identity)
    status, message = PROBLEMS[cause]
    page = render_template("sso/problem.html", message=message, advice=ADVICE.get(cause, ""), provider=provider)
    return page, status


@dataclass(frozen=True)
class Arrival:
    """Somebody the provider vouched for and who has no account, kept in their visit until they send the form."""

    provider: str
    subject: str
    email: str
    name: str
    values: list[str]
    wanted: str
    at: float

    @classmethod
    def of(cls, identity: Identity, wanted: str) -> Arrival:
        values = list(identity.values)
        return cls(identity.provider.id, identity.subject, identity.email, identity.name, values, wanted, time.time())

    @classmethod
    def of_visit(cls) -> Arrival | None:
        kept = session.get(ARRIVAL)
        return cls(**kept) if kept is not None else None

    def identity(self, provider: Provider) -> Identity:
        return Identity(provider, self.subject, self.email, True, self.name, tuple(self.values))
