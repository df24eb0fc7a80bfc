"""Proposing a new administrator, and confirming or refusing what another administrator proposed."""

from __future__ import annotations

from uuid import UUID

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.types import Country
from talent.auth import policies
from talent.auth import queries as accounts
from talent.auth.guards import requires
from talent.errors import Invalid
from talent.extensions import db
from talent.i18n import _
from talent.organisations import proposals as service
from talent.organisations.blueprint import bp
from talent.organisations.people_forms import AnswerForm, ProposeForm


@bp.get("/proposals")
@requires(policies.administrator)
def proposals() -> ResponseReturnValue:
    rows = service.listed(db.session(), g.user)
    return render_template("organisations/proposals.html", rows=rows, is_open=service.is_open)


@bp.route("/people/<uuid:user_id>/propose", methods=["GET", "POST"])
@requires(policies.administrator)
def propose(user_id: UUID) -> ResponseReturnValue:
    session, form = db.session(), ProposeForm()
    shown = accounts.person(session, g.user.administered_countries, user_id)
    form.offer(g.user.administered_countries)
    if form.validate_on_submit():
        try:
            made = service.propose(
                session,
                actor=g.user,
                user_id=user_id,
                country=Country(str(form.country.data)),
                reason=str(form.reason.data),
            )
            flash(str(_("The proposal is made. Another administrator has been told.")), "success")
            return redirect(url_for(".proposal", proposal_id=made.id))
        except Invalid as error:
            form.add_errors(error.fields)
            shown = accounts.person(session, g.user.administered_countries, user_id)
    return render_template("organisations/propose.html", form=form, shown=shown)


@bp.route("/proposals/<uuid:proposal_id>", methods=["GET", "POST"])
@requires(policies.administrator)
def proposal(proposal_id: UUID) -> ResponseReturnValue:
    session, form = db.session(), AnswerForm()
    found = service.visible(session, g.user, proposal_id)
    if form.validate_on_submit():
        try:
            confirm = form.answer.data == "confirm"
            service.decide(session, actor=g.user, proposal_id=proposal_id, confirm=confirm, note=form.note.data or "")
            told = _("The role is given, and both are told.") if confirm else _("Your refusal is recorded.")
            flash(str(told), "success")
            return redirect(url_for(".proposal", proposal_id=proposal_id))
        except Invalid as error:
            form.add_errors(error.fields)
            found = service.visible(session, g.user, proposal_id)
    return render_template(
        "organisations/proposal.html",
        form=form,
        proposal=found,
        is_open=service.is_open(found),
        may_decide=service.may_decide(session, g.user, found),
    )


@bp.post("/proposals/<uuid:proposal_id>/take-back")
@requires(policies.administrator)
def take_proposal_back(proposal_id: UUID) -> ResponseReturnValue:
    service.take_back(db.session(), actor=g.user, proposal_id=proposal_id)
    flash(str(_("The proposal is taken back.")), "success")
    return redirect(url_for(".proposal", proposal_id=proposal_id))
