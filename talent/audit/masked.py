"""The record as administrators read it: masked people stay masked, and nobody reads ahead of their own first view.

The ids of a pairing and of its person stand side by side in the record; with both, anybody who administers people has
a name without giving a reason. So in rows about pairings, and about looks at profiles, the person is left out of what
is shown and of what is searched. The record itself, its chain and its verification are as they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, not_, or_, select

from models import AuditEntry, Base, Decision, MatchSuggestion, Shortlist, ShortlistCard, User
from models.types import Answer, Decider

LOOKS = ("profile.seen", "profile.unmasked")
_NAMING_PROFILES = frozenset({"profile"})
PAIRINGS = frozenset(
    {"MatchSuggestion", "DeclaredInterest"}
    | {mapper.class_.__name__ for mapper in Base.registry.mappers if hasattr(mapper.class_, "suggestion_id")}
)
"""Kinds of record that belong to one pairing, or to a person known by one."""


@dataclass(frozen=True)
class MaskedEntry:
    """An entry as it is shown. Where `masked`, what would tell who the person is has been left out."""

    masked: bool
    chain_number: int | None
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    address: str | None
    action: str
    subject_type: str
    subject_id: str
    person_id: UUID | None
    request_id: str
    details: dict[str, Any]
    chain_hash: str | None


def masked_entry(entry: AuditEntry) -> MaskedEntry:
    """What administrators are shown of an entry."""
    look = entry.action in LOOKS
    masked = look or entry.subject_type in PAIRINGS
    own = masked and entry.actor_id is not None and entry.actor_id == entry.person_id
    return MaskedEntry(
        masked=masked and entry.person_id is not None,
        chain_number=entry.chain_number,
        at=entry.at,
        actor_kind="person" if own else entry.actor_kind,
        actor_id=None if own else entry.actor_id,
        address=None if own else entry.address,
        action=entry.action,
        subject_type=entry.subject_type,
        subject_id="" if look else entry.subject_id,
        person_id=None if masked else entry.person_id,
        request_id="" if masked else entry.request_id,
        details={name: value for name, value in entry.details.items() if not (masked and name in _NAMING_PROFILES)},
        chain_hash=entry.chain_hash,
    )


def tells_person() -> ColumnElement[bool]:
    """SQL: the entry may be found by whom it concerns."""
    return and_(AuditEntry.subject_type.not_in(PAIRINGS), not_(is_look()))


def tells_actor() -> ColumnElement[bool]:
    """SQL: the entry may be found by who acted: not what masked people did about their own pairings."""
    return or_(tells_person(), AuditEntry.person_id.is_(None), AuditEntry.actor_id != AuditEntry.person_id)


def is_look() -> ColumnElement[bool]:
    """SQL: the entry tells that a profile was looked at."""
    return AuditEntry.action.in_(LOOKS)


def is_ahead_of(reader: User) -> ColumnElement[bool]:
    """SQL: about a pairing that waits for a review and of which the reader has given no first view: when it was made,
    and what other reviewers thought of it, would tell what the matcher found."""
    viewed = exists().where(
        ShortlistCard.suggestion_id == MatchSuggestion.id,
        ShortlistCard.shortlist_id == Shortlist.id,
        Shortlist.reviewer_id == reader.id,
        Shortlist.first_viewed_at.is_not(None),
        ShortlistCard.first_view.is_not(None),
    )
    decided = exists().where(
        Decision.suggestion_id == MatchSuggestion.id,
        Decision.decider == Decider.REVIEWER,
        Decision.answer.in_((Answer.YES, Answer.NO)),
    )
    waiting = select(_plain(cast(MatchSuggestion.id, String))).where(
        MatchSuggestion.closed_at.is_(None), not_(decided), not_(viewed)
    )
    return and_(AuditEntry.subject_type == MatchSuggestion.__name__, _plain(AuditEntry.subject_id).in_(waiting))


def _plain(identifier: Any) -> ColumnElement[str]:
    """An id without its hyphens, which databases write or leave out."""
    return func.replace(identifier, "-", "")
