"""Pages of administrators about one pairing: first view, decision, taking a review back, objecting."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import FirstView, MatchSuggestion
from models.types import Answer, Decider
from talent.auth import policies
from talent.auth.guards import requires
from talent.errors import Invalid, StaleRecord, TransitionRefused
from talent.extensions import db
from talent.framework import dated
from talent.i18n import _
from talent.matching import answering, decisions, first_views, queries, states, switch
from talent.matching.blueprint import bp
from talent.matching.forms import DecisionForm, FirstViewForm, ObjectionForm
from talent.matching.names_seen import NAME_SEEN, names_seen
from talent.matching.policies import administers_sending
from talent.matching.states import OBJECTION
from talent.matching.visits import note_visit
from talent.profiles.views import SeenAs


@bp.route("/review/<uuid:suggestion_id>", methods=["GET", "POST"])
@requires(policies.administrator)
def review(suggestion_id: UUID) -> ResponseReturnValue:
    form, problem = DecisionForm(), None
    if request.method == "POST":
        done, problem = answering.take_answer(db.session(), form, Decider.REVIEWER, suggestion_id)
        if done:
            return redirect(url_for(".review", suggestion_id=suggestion_id))
    return review_page(suggestion_id, form, problem=problem)


@bp.post("/review/<uuid:suggestion_id>/first-view")
@requires(policies.administrator)
def review_first_view(suggestion_id: UUID) -> ResponseReturnValue:
    form = FirstViewForm()
    if not form.validate():
        return review_page(suggestion_id, view=form)
    try:
        given = FirstView(form.view.data)
        first_views.view_one(db.session(), actor=g.user, suggestion_id=suggestion_id, view=given)
    except TransitionRefused as error:
        return review_page(suggestion_id, view=form, problem=error.message)
    return redirect(url_for(".review", suggestion_id=suggestion_id))


@bp.post("/review/<uuid:suggestion_id>/take-back")
@requires(policies.administrator)
def take_back(suggestion_id: UUID) -> ResponseReturnValue:
    try:
        decisions.take_back(db.session(), actor=g.user, suggestion_id=suggestion_id)
    except TransitionRefused as error:
        return review_page(suggestion_id, problem=error.message)
    flash(str(_("Your answer is taken back. Nobody was told.")), "success")
    return redirect(url_for(".review", suggestion_id=suggestion_id))


@bp.post("/review/<uuid:suggestion_id>/object")
@requires(policies.administrator)
def review_object(suggestion_id: UUID) -> ResponseReturnValue:
    session, form, problem = db.session(), ObjectionForm(), None
    queries.suggestion_for(session, g.user, OBJECTION, suggestion_id)
    form.offer(dated.reasons(session, OBJECTION, Answer.NO))
    if form.validate():
        try:
            decisions.object_to(
                session,
                actor=g.user,
                suggestion_id=suggestion_id,
                reason=form.reason.data,
                note=form.note.data or "",
                version=form.seen_version,
            )
            flash(str(_("Your objection is recorded. The pairing has ended.")), "success")
            return redirect(url_for(".review", suggestion_id=suggestion_id))
        except Invalid as error:
            form.add_errors(error.fields)
        except StaleRecord:
            problem = answering.CHANGED
        except TransitionRefused as error:
            problem = error.message
    return review_page(suggestion_id, objection=form, problem=problem)


def review_page(
    suggestion_id: UUID,
    decision: DecisionForm | None = None,
    objection: ObjectionForm | None = None,
    view: FirstViewForm | None = None,
    problem: Any = None,
) -> ResponseReturnValue:
    """One pairing for an administrator: 409 when its state refused what was sent.

    Before the reader's own first view there is no score, band, explanation or history on it, and no decision.
    """
    session = db.session()
    suggestion = queries.suggestion_for_administrator(session, g.user, suggestion_id)
    rules = queries.rules(session, suggestion)
    card = first_views.viewed_card(session, g.user, suggestion_id)
    decision, objection, view = decision or DecisionForm(), objection or ObjectionForm(), view or FirstViewForm()
    may_decide = card is not None and answering.offer_answers(session, decision, suggestion, Decider.REVIEWER)
    may_object = bool(states.available(suggestion, OBJECTION, g.user, rules))
    objection.offer(dated.reasons(session, OBJECTION, Answer.NO))
    objection.version.data = str(suggestion.version)
    shown = decision if may_decide else (objection if request.endpoint == "matching.review_object" else view)
    page = render_template(
        "matching/review.html",
        **answering.pairing(session, suggestion, whole=True),
        card=card,
        waiting=first_views.waiting_card(session, g.user, suggestion_id) if card is None else None,
        view_form=view if card is None else None,
        show_score=suggestion.score is None or switch.is_enabled(session),
        form=decision if may_decide else None,
        objection=objection if may_object and not may_decide else None,
        undo_seconds=_undo_seconds(suggestion, rules),
        is_sender=administers_sending(g.user, suggestion),
        name_seen=NAME_SEEN
        if states.awaits_review(suggestion) and names_seen(session, g.user, [suggestion.id])
        else None,
        page_errors=answering.problems(shown, problem),
    )
    note_visit(session, g.user, suggestion, SeenAs.ADMINISTRATOR)
    return page, 409 if problem is not None else 200


def _undo_seconds(suggestion: MatchSuggestion, rules: states.Rules) -> int:
    """Within how many seconds this reader's answer can be taken back; 0 when it no longer can."""
    moves = states.available(suggestion, Decider.REVIEWER, g.user, rules)
    return rules.undo_seconds if any(row.target is Answer.PENDING for row in moves) else 0
