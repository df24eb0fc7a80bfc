"""Inviting HR staff, and the page that the link of an invitation opens."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import hash_password

from models.types import Language
from talent.auth import policies
from talent.auth.guards import public, requires
from talent.errors import Invalid
from talent.extensions import db, security
from talent.i18n import _, current_language
from talent.organisations import invitations as service
from talent.organisations import queries
from talent.organisations.blueprint import bp
from talent.organisations.invitations import Received, State
from talent.organisations.people_forms import InvitedForm, InviteForm
from talent.throttle import Limit, caller_network, limited

INVITING = Limit("invite", 30, timedelta(hours=1))
ANSWERING = Limit("invitation", 30, timedelta(minutes=10))


@bp.get("/invitations")
@requires(policies.administrator)
def invitations() -> ResponseReturnValue:
    rows = service.listed(db.session(), g.user.administered_countries)
    return render_template("organisations/invitations.html", rows=rows, state_of=service.state_of)


@bp.route("/invitations/new", methods=["GET", "POST"])
@requires(policies.administrator)
@limited(INVITING, by=lambda: g.user.id)
def invite() -> ResponseReturnValue:
    own = db.session()
    form = InviteForm(organisation=request.args.get("organisation"), language=current_language().value)
    form.offer(queries.all_of(own, g.user.administered_countries))
    if form.validate_on_submit():
        try:
            service.invite(
                own,
                actor=g.user,
                email=str(form.email.data),
                organisation_id=str(form.organisation.data),
                language=Language(str(form.language.data)),
            )
            flash(str(_("The invitation is sent.")), "success")
            return redirect(url_for(".invitations"))
        except Invalid as error:
            form.add_errors(error.fields)
    return render_template("organisations/invite.html", form=form)


@bp.post("/invitations/<uuid:invitation_id>/resend")
@requires(policies.administrator)
@limited(INVITING, by=lambda: g.user.id)
def resend_invitation(invitation_id: UUID) -> ResponseReturnValue:
    service.resend(db.session(), actor=g.user, invitation_id=invitation_id)
    flash(str(_("A new link has been sent. The previous one no longer works.")), "success")
    return redirect(url_for(".invitations"))


@bp.route("/invitations/<uuid:invitation_id>/withdraw", methods=["GET", "POST"])
@requires(policies.administrator)
def withdraw_invitation(invitation_id: UUID) -> ResponseReturnValue:
    found = service.sent(db.session(), g.user, invitation_id)
    if request.method == "POST":
        service.withdraw(db.session(), actor=g.user, invitation_id=invitation_id)
        flash(str(_("The invitation is withdrawn. Its link no longer works.")), "success")
        return redirect(url_for(".invitations"))
    return render_template("organisations/withdraw_invitation.html", invitation=found)


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@public
@limited(ANSWERING, by=caller_network)
def invitation(token: str) -> ResponseReturnValue:
    """Opened from the mail: accept with one's account, sign in to do so, or make an account."""
    found = service.received(db.session(), token)
    if found.state is not State.OPEN:
        return render_template("organisations/invitation_over.html", found=found), 410
    if g.user is not None or found.has_account:
        return _accept(token, found)
    return _register(token, found)


def _accept(token: str, found: Received) -> ResponseReturnValue:
    mine = g.user is not None and g.user.email == found.invitation.email
    if request.method == "POST" and g.user is not None:
        language = g.user.language
        service.accept(db.session(), actor=g.user, token=token)
        return _accepted(language)
    return render_template("organisations/invitation.html", found=found, token=token, mine=mine)


def _register(token: str, found: Received) -> ResponseReturnValue:
    form = InvitedForm(language=found.invitation.language.value)
    if form.validate_on_submit():
        hashed, language = hash_password(_normal(form)), Language(str(form.language.data))
        service.register_invited(
            db.session(),
            token=token,
            names=form.to_names(),
            language=language,
            password_hash=hashed,
        )
        return _accepted(language)
    return render_template("organisations/invitation_register.html", form=form, found=found, token=token)


def _normal(form: InvitedForm) -> str:
    return str(security.password_util.normalize(form.password.data))


def _accepted(language: Language) -> ResponseReturnValue:
    """The session has ended with the change of roles; the next page still speaks the person's language."""
    session.clear()
    session["language"] = language.value
    return redirect(url_for(".invitation_accepted"))


@bp.get("/invitation-accepted")
@public
def invitation_accepted() -> ResponseReturnValue:
    return render_template("organisations/invitation_accepted.html")
