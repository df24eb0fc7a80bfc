"""The page on which an administrator asks to see who a person is, and sees it while that lasts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.types import Answer, Decider
from talent.auth import policies
from talent.auth.guards import requires
from talent.errors import Invalid, TransitionRefused
from talent.extensions import db
from talent.framework import dated
from talent.i18n import _
from talent.matching import answering, queries, sides, unmasking
from talent.matching.blueprint import bp
from talent.matching.forms import UnmaskForm
from talent.matching.persons import person_for_reviewer


@bp.route("/review/<uuid:suggestion_id>/who", methods=["GET", "POST"])
@requires(policies.administrator)
def unmask(suggestion_id: UUID) -> ResponseReturnValue:
    session, form, problem = db.session(), UnmaskForm(), None
    queries.suggestion_for_administrator(session, g.user, suggestion_id)
    form.offer(dated.reasons(session, unmasking.REASON, Answer.YES))
    if form.validate_on_submit():
        try:
            unmasking.unmask(
                session, actor=g.user, suggestion_id=suggestion_id, reason=form.reason.data, note=form.note.data or ""
            )
            flash(str(_("You see who the person is. They are told, with your reason.")), "success")
            return redirect(url_for(".unmask", suggestion_id=suggestion_id))
        except Invalid as error:
            form.add_errors(error.fields)
        except TransitionRefused as error:
            problem = error.message
    return _page(suggestion_id, form, problem)


def _page(suggestion_id: UUID, form: UnmaskForm, problem: Any) -> ResponseReturnValue:
    session = db.session()
    suggestion = queries.suggestion_for_administrator(session, g.user, suggestion_id)
    present = unmasking.unmasking_in_force(session, g.user, suggestion)
    may = present is not None or unmasking.may_unmask(session, g.user, suggestion)
    page = render_template(
        "matching/unmask.html",
        suggestion=suggestion,
        title=sides.title_of(suggestion),
        person=person_for_reviewer(suggestion, unmasked=present is not None),
        present=present,
        form=form if may and present is None else None,
        decides_no_more=suggestion.answer(Decider.REVIEWER) in (Answer.PENDING, Answer.HOLD),
        minutes=dated.rule_number(session, "unmask_minutes"),
        page_errors=answering.problems(form if present is None else None, problem),
    )
    return page, 409 if problem is not None else 200
