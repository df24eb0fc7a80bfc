"""Administrators' pages about the matcher's settings: what is in force, proposing a change, answering, going back."""

from __future__ import annotations

from uuid import UUID

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models import MatcherSettings, SettingsState
from talent.auth import policies
from talent.auth.guards import requires
from talent.errors import Invalid
from talent.extensions import db
from talent.i18n import _
from talent.matching import queries_settings as queries
from talent.matching import settings_change as service
from talent.matching import settings_words
from talent.matching.blueprint import bp
from talent.matching.settings import RunSettings, in_force, row_in_force, settings_of
from talent.matching.settings_forms import AnswerForm, RollBackForm, proposal_form
from talent.matching.settings_gate import outstanding


@bp.get("/settings")
@requires(policies.administrator)
def settings() -> ResponseReturnValue:
    session = db.session()
    return render_template(
        "matching/settings.html",
        present=row_in_force(session),
        groups=settings_words.grouped(RunSettings(), in_force(session)),
        hash=in_force(session).sha256,
        waiting=queries.waiting(session),
        rows=queries.listed(session),
        can_go_back=queries.can_go_back(session),
        words=settings_words,
    )


@bp.route("/settings/propose", methods=["GET", "POST"])
@requires(policies.administrator)
def settings_propose() -> ResponseReturnValue:
    session = db.session()
    form = proposal_form(in_force(session))
    if form.validate_on_submit():
        try:
            made = service.propose(session, actor=g.user, values=form.values(), note=form.note.data or "")
        except Invalid as error:
            form.add_errors(error.fields)
        else:
            told = _(
                "You have proposed the change. Reports are being made, and another administrator has been asked to "
                "decide."
            )
            flash(str(told), "success")
            return redirect(url_for(".settings_row", settings_id=made.id))
    return render_template(
        "matching/settings_propose.html",
        form=form,
        groups=settings_words.grouped(RunSettings(), in_force(session)),
        waiting=queries.waiting(session),
    )


@bp.route("/settings/<uuid:settings_id>", methods=["GET", "POST"])
@requires(policies.administrator)
def settings_row(settings_id: UUID) -> ResponseReturnValue:
    session, form = db.session(), AnswerForm()
    row = queries.visible(session, settings_id)
    if form.validate_on_submit():
        answer = service.put_in_force if form.answer.data == "put_in_force" else service.refuse
        try:
            answer(session, actor=g.user, settings_id=settings_id, note=form.note.data or "")
        except Invalid as error:
            form.add_errors(error.fields)
            row = queries.visible(session, settings_id)
        else:
            told = (
                _("The settings are in force, and a full run has been requested.")
                if answer is service.put_in_force
                else _("Your refusal is recorded. The settings stay as they are.")
            )
            flash(str(told), "success")
            return redirect(url_for(".settings_row", settings_id=settings_id))
    return _row_page(row, form)


@bp.post("/settings/<uuid:settings_id>/withdraw")
@requires(policies.administrator)
def settings_withdraw(settings_id: UUID) -> ResponseReturnValue:
    service.withdraw(db.session(), actor=g.user, settings_id=settings_id)
    flash(str(_("The proposal is withdrawn.")), "success")
    return redirect(url_for(".settings"))


@bp.post("/settings/<uuid:settings_id>/reports")
@requires(policies.administrator)
def settings_reports(settings_id: UUID) -> ResponseReturnValue:
    service.make_reports_again(db.session(), actor=g.user, settings_id=settings_id)
    flash(str(_("The reports are being made again.")), "success")
    return redirect(url_for(".settings_row", settings_id=settings_id))


@bp.route("/settings/roll-back", methods=["GET", "POST"])
@requires(policies.administrator)
def settings_roll_back() -> ResponseReturnValue:
    session, form = db.session(), RollBackForm()
    if form.validate_on_submit():
        try:
            made = service.roll_back(session, actor=g.user, reason=form.reason.data or "")
        except Invalid as error:
            form.add_errors(error.fields)
        else:
            told = _("The earlier settings are in force again, and a full run has been requested.")
            flash(str(told), "success")
            return redirect(url_for(".settings_row", settings_id=made.id))
    present = row_in_force(session)
    before = queries.settings_before(session, present) if present is not None else None
    return render_template(
        "matching/settings_roll_back.html",
        form=form,
        possible=queries.can_go_back(session),
        before=before,
        groups=settings_words.grouped(in_force(session), RunSettings() if before is None else settings_of(before)),
    )


def _row_page(row: MatcherSettings, form: AnswerForm) -> ResponseReturnValue:
    session = db.session()
    is_open, present = row.state is SettingsState.PROPOSED, in_force(session)
    return render_template(
        "matching/settings_row.html",
        row=row,
        form=form,
        is_open=is_open,
        own=row.proposed_by_id == g.user.id,
        lacking=outstanding(row, present) if is_open else None,
        groups=settings_words.grouped(queries.base_of(row), settings_of(row)),
        words=settings_words,
    )
