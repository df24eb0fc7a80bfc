"""Sample pairings: suggested by the matcher, then decided by the same services that the pages use."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Approval, FirstView, MatchSuggestion, Opportunity, User, utc_now
from models.types import Answer, Decider, OpportunityStatus, Side
from talent.exchange.sample_cast import Cast
from talent.matching import approvals, closings, decisions, first_views, pairs

DOCUMENT_LEAD = timedelta(days=1)
VIEW_LEAD = timedelta(minutes=7)
"""How long before the decision a reviewer gave the first view."""
APPROVED = "approval-agreed"


def tell_stories(session: Session, cast: Cast, stories: list[dict[str, Any]]) -> None:
    """Suggest the pairs of the stories and take their decisions, dated as the stories say."""
    named = [(cast.profiles[story["profile"]].id, cast.posts[story["opportunity"]].id) for story in stories]
    suggestions = pairs.suggest_pairs(session, pairs=named)
    for story, suggestion in zip(stories, suggestions, strict=True):
        _backdate(suggestion, story["suggested_days_ago"])
        with_open_post = _Reopened(session, suggestion.opportunity)
        for decision in story["decisions"]:
            _take(session, cast, story, suggestion, decision)
        if story["status"] == "expired":
            closings.close(session, suggestion, "expired")
        with_open_post.close()
    session.flush()


class _Reopened:
    """A post that has closed since takes decisions of the days when it was published."""

    def __init__(self, session: Session, post: Opportunity) -> None:
        self.session, self.post, self.status = session, post, post.status
        post.status = OpportunityStatus.PUBLISHED
        session.flush()

    def close(self) -> None:
        self.post.status = self.status
        self.session.flush()


def _backdate(suggestion: MatchSuggestion, days: int) -> None:
    suggestion.created_at = utc_now() - timedelta(days=days)
    for event in suggestion.events:
        event.at = suggestion.created_at


def _take(
    session: Session, cast: Cast, story: dict[str, Any], suggestion: MatchSuggestion, row: dict[str, Any]
) -> None:
    actor = cast.people[story["profile"]] if row["by"] == "self" else cast.people[row["by"]]
    decider = Decider(row["decider"])
    _record_steps(session, actor, suggestion, decider, row["approvals"])
    moment = utc_now() - timedelta(days=row["days_ago"])
    if decider is Decider.REVIEWER:
        first_views.view_one(
            session,
            actor=actor,
            suggestion_id=suggestion.id,
            view=FirstView(row["first_view"]),
            at=moment - VIEW_LEAD,
        )
    decisions.decide(
        session,
        actor=actor,
        suggestion_id=suggestion.id,
        decider=decider,
        answer=Answer(row["answer"]),
        reason=row["reason"],
        note=row["note"] or "",
        at=moment,
    )


def _record_steps(
    session: Session, actor: User, suggestion: MatchSuggestion, decider: Decider, rows: list[dict[str, Any]]
) -> None:
    if not rows:
        return
    side = Side(decider.value)
    steps = session.scalars(
        select(Approval).where(Approval.suggestion_id == suggestion.id, Approval.side == side)
    ).all()
    by_code = {step.step.code: step for step in steps}
    for row in rows:
        moment = utc_now() - timedelta(days=row["approved_days_ago"])
        approvals.record_step(
            session,
            actor=actor,
            approval_id=by_code[row["step"]].id,
            given=approvals.StepAnswer(
                answer=Answer.YES,
                reason=APPROVED,
                holder_name=actor.name_home,
                document_number=row["document_number"] or "",
                document_date=(moment - DOCUMENT_LEAD).date() if row["document_number"] else None,
            ),
            at=moment,
        )
