"""What a contest does to a pairing: while one is open nothing is decided; after one is upheld others decide."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import Session, aliased

from models import Contest, DecisionEvent, MatchSuggestion, Profile, User
from models.types import Decider

_DECIDED_BY_ADMINISTRATORS = (Decider.REVIEWER.value, "objection")


def is_open() -> ColumnElement[bool]:
    """SQL: the contest is neither answered nor taken back."""
    return and_(Contest.answered_at.is_(None), Contest.withdrawn_at.is_(None))


def _of_pair(suggestion: MatchSuggestion) -> Select[Contest]:
    return (
        select(Contest)
        .join(Profile, Profile.user_id == Contest.user_id)
        .where(
            Profile.id == suggestion.profile_id,
            Contest.opportunity_id == suggestion.opportunity_id,
            is_open(),
        )
    )


def open_contest_of(session: Session, suggestion: MatchSuggestion) -> Contest | None:
    """The contest of this person about this post that waits for an answer; there is at most one."""
    return session.scalar(_of_pair(suggestion))


def not_contested() -> ColumnElement[bool]:
    """SQL over MatchSuggestion: nobody waits for an answer to a contest about this pair."""
    return ~(
        exists()
        .where(Contest.user_id == Profile.user_id, Contest.opportunity_id == MatchSuggestion.opportunity_id)
        .where(Profile.id == MatchSuggestion.profile_id, is_open())
        .correlate(MatchSuggestion)
    )


def decided_before(actor: User) -> ColumnElement[bool]:
    """SQL over MatchSuggestion: it is the fresh review after an upheld contest, and this administrator decided then."""
    earlier = aliased(MatchSuggestion)
    taken = (
        exists()
        .where(
            earlier.profile_id == MatchSuggestion.profile_id,
            earlier.opportunity_id == MatchSuggestion.opportunity_id,
            earlier.id != MatchSuggestion.id,
            DecisionEvent.suggestion_id == earlier.id,
            DecisionEvent.decider.in_(_DECIDED_BY_ADMINISTRATORS),
            DecisionEvent.actor_id == actor.id,
        )
        .correlate(MatchSuggestion)
    )
    fresh = exists().where(Contest.followed_by_id == MatchSuggestion.id).correlate(MatchSuggestion)
    return and_(fresh, taken)


def has_decided_before(session: Session, actor: User, suggestion: MatchSuggestion) -> bool:
    """True for an administrator whose earlier decision about this pair was contested and given to somebody else."""
    found = select(MatchSuggestion.id).where(MatchSuggestion.id == suggestion.id, decided_before(actor))
    return session.scalar(found) is not None
