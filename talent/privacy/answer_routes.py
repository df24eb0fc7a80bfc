"""Answering contests: administrators who did not take the decision."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models import ContestOutcome
from talent.auth import policies
from talent.auth.guards import requires
from talent.errors import Forbidden, Invalid
from talent.extensions import db
from talent.i18n import _
from talent.matching.visits import note_visit
from talent.privacy import contests
from talent.privacy.blueprint import bp
from talent.privacy.contest_words import ABOUT, OUTCOMES
from talent.privacy.forms import AnswerForm
from talent.privacy.held_matching import contested_record, post_title
from talent.privacy.reopening import WORDS
from talent.profiles.masking import without_identity
from talent.profiles.views import SeenAs


@bp.get("/to-answer")
@requires(policies.administrator)
def to_answer() -> ResponseReturnValue:
    """Contests that wait, the one due first at the head, and those answered lately."""
    session = db.session()
    return render_template(
        "privacy/to_answer.html",
        waiting=[(row, post_title(row.contest.opportunity)) for row in contests.to_answer(session, g.user)],
        answered=[(row, post_title(row.opportunity)) for row in contests.answered_lately(session, g.user)],
        numbers=contests.statistics(session),
        about=ABOUT,
        outcomes=OUTCOMES,
    )


@bp.route("/to-answer/<uuid:contest_id>", methods=["GET", "POST"])
@requires(policies.administrator)
def answer_contest(contest_id: UUID) -> ResponseReturnValue:
    """Read a contest with what was decided, and answer it with reasons. Who decided, or has an interest, gets 403."""
    session = db.session()
    found = contests.contest_for(session, g.user, contest_id)
    standing = contests.standing_for(session, g.user, found)
    if not standing.may_answer:
        raise Forbidden(standing.why_not)
    form = AnswerForm()
    if form.validate_on_submit() and found.is_open:
        outcome = ContestOutcome(form.outcome.data)
        try:
            _contest, reopened = contests.answer(
                session, actor=g.user, contest_id=contest_id, outcome=outcome, words=form.words.data or ""
            )
        except Invalid as problem:
            form.add_errors(problem.fields)
        else:
            flash(str(WORDS.get(reopened.code, _("The person has been told."))), "success")
            return redirect(url_for(".to_answer"))
        found = contests.contest_for(session, g.user, contest_id)
    if not found.is_open and form.errors:
        abort(409)
    page = render_template(
        "privacy/answer_contest.html",
        contest=found,
        words=without_identity(found.words, found.user.every_name),
        title=post_title(found.opportunity),
        record=contested_record(session, found),
        form=form if found.is_open else None,
        about=ABOUT,
        outcomes=OUTCOMES,
        aim=contests.aim_of(session, found),
    )
    if found.suggestion is not None:
        note_visit(session, g.user, found.suggestion, SeenAs.ADMINISTRATOR)
    return page
