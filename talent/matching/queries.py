"""Reading suggestions for whom they concern: another's suggestion is not found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Exists, Select, exists, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models import Approval, Decision, DecisionEvent, DeclaredInterest, MatchSuggestion, Profile, User, utc_now
from models.types import Answer, Decider
from talent.errors import Forbidden, NotFound
from talent.framework.dated import rule_number
from talent.i18n import _
from talent.matching import policies
from talent.matching.abroad import is_seen_there
from talent.matching.contested import has_decided_before, open_contest_of
from talent.matching.notices import administrators
from talent.matching.states import OBJECTION, Rules, is_told

BELONGS = _("You work for or act for one of the two organisations, or the profile is your own.")
DECLARED = _("You declared an interest in this post or in this person.")


class Interest(Forbidden):
    """The administrator has an interest in one of the two sides, so somebody else must review the pairing."""

    def __init__(self, message: Any, able: Sequence[User] = ()) -> None:
        """`able` are administrators who may decide instead."""
        super().__init__(message)
        self.able = able


def declared_interest(actor: User, *, opportunity_id: Any, profile_id: Any = None) -> Exists:
    """SQL: the actor declared an interest in this post or this person."""
    sides = [DeclaredInterest.opportunity_id == opportunity_id]
    if profile_id is not None:
        sides.append(DeclaredInterest.profile_id == profile_id)
    return exists().where(DeclaredInterest.reviewer_id == actor.id, or_(*sides))


def refuse_interest(session: Session, actor: User, suggestion: MatchSuggestion) -> None:
    """Raise Interest when the administrator belongs to a side or declared an interest in one."""
    belongs = policies.has_interest(actor, suggestion)
    if not belongs and not _has_declared(session, actor, suggestion):
        return
    sending = policies.administers_sending(actor, suggestion)
    country = suggestion.sending_country if sending else suggestion.receiving_country
    able = [
        other
        for other in administrators(session, country)
        if other.id != actor.id
        and not policies.has_interest(other, suggestion)
        and not _has_declared(session, other, suggestion)
    ]
    raise Interest(BELONGS if belongs else DECLARED, able)


def _has_declared(session: Session, actor: User, suggestion: MatchSuggestion) -> bool:
    return bool(
        session.scalar(
            select(declared_interest(actor, opportunity_id=suggestion.opportunity_id, profile_id=suggestion.profile_id))
        )
    )


def rules(session: Session, suggestion: MatchSuggestion, *, at: datetime | None = None) -> Rules:
    """The clock and the dated numbers that apply to a suggestion; `at` for what is recorded afterwards."""
    return Rules(
        now=at or utc_now(),
        undo_seconds=rule_number(session, "review_undo_seconds"),
        objection_days=rule_number(session, "objection_days", country=suggestion.receiving_country),
        contested=open_contest_of(session, suggestion) is not None,
    )


def whole(*, lock: bool = False) -> Select[MatchSuggestion]:
    """A suggestion with all that its rules look at. `lock` makes a second writer wait, where the database can."""
    statement = select(MatchSuggestion).options(
        joinedload(MatchSuggestion.opportunity),
        joinedload(MatchSuggestion.profile).joinedload(Profile.user),
        joinedload(MatchSuggestion.objection),
        joinedload(MatchSuggestion.closed_reason),
        selectinload(MatchSuggestion.approvals).options(
            selectinload(Approval.links), joinedload(Approval.reason), joinedload(Approval.recorded_by)
        ),
        selectinload(MatchSuggestion.events).options(joinedload(DecisionEvent.actor), joinedload(DecisionEvent.reason)),
    )
    return statement.with_for_update(of=MatchSuggestion) if lock else statement


def suggestion_for(
    session: Session, actor: User, decider: str, suggestion_id: UUID, *, lock: bool = False
) -> MatchSuggestion:
    """The suggestion as this decider may see it.

    Raises NotFound when it does not exist or not for the actor in this part, and Interest for an administrator with
    an interest in either side.
    """
    suggestion = session.scalar(whole(lock=lock).where(MatchSuggestion.id == suggestion_id))
    if suggestion is None or not _may_see(session, actor, decider, suggestion):
        raise NotFound
    if decider in (Decider.REVIEWER, OBJECTION):
        refuse_interest(session, actor, suggestion)
    if decider == Decider.REVIEWER and has_decided_before(session, actor, suggestion):
        raise Interest(_("You decided about this pairing before, so somebody else must review it now."))
    return suggestion


def suggestion_for_administrator(session: Session, actor: User, suggestion_id: UUID) -> MatchSuggestion:
    """The suggestion for an administrator of the sending country, or of the receiving one once it was approved.

    Raises NotFound and Forbidden as `suggestion_for` does.
    """
    try:
        return suggestion_for(session, actor, Decider.REVIEWER, suggestion_id)
    except NotFound:
        return suggestion_for(session, actor, OBJECTION, suggestion_id)


def _may_see(session: Session, actor: User, decider: str, suggestion: MatchSuggestion) -> bool:
    if decider == Decider.REVIEWER:
        return policies.administers_sending(actor, suggestion)
    if decider == OBJECTION:
        told = policies.administers_receiving(actor, suggestion) and _was_told(session, suggestion)
        return told and is_seen_there(session, suggestion)
    if decider == Decider.PERSON:
        return policies.is_person(actor, suggestion) and _was_told(session, suggestion)
    if decider == Decider.HOST:
        told = policies.is_host_hr(actor, suggestion) and _was_told(session, suggestion)
        return told and is_seen_there(session, suggestion)
    return policies.is_home_hr(actor, suggestion) and policies.person_has_accepted(suggestion)


def _was_told(session: Session, suggestion: MatchSuggestion) -> bool:
    return is_told(suggestion, rules(session, suggestion))


def answered(decider: Decider, *answers: Answer) -> ColumnElement[bool]:
    """SQL: the decider's answer is one of these."""
    return exists().where(
        Decision.suggestion_id == MatchSuggestion.id, Decision.decider == decider, Decision.answer.in_(answers)
    )
