"""How a pair stands: what its newest suggestion allows a new run to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from models import MatchSuggestion
from talent.matching.states import OPEN, Status, derived_status

REPEATABLE = frozenset({"superseded", "no-longer-suggested", "profile-paused", "opted-out-of-matching"})
"""Closings that answered nothing: the pair may come back without anything having changed."""


class Standing(StrEnum):
    """A pending one may be replaced; one under way is left alone; an ended one comes back only after a change."""

    NEW = "new"
    PENDING = "pending"
    UNDER_WAY = "under_way"
    ENDED = "ended"


@dataclass(frozen=True)
class Past:
    """The newest suggestion of a pair, without its texts."""

    suggestion_id: UUID
    standing: Standing
    inputs_hash: str

    @classmethod
    def of(cls, suggestion: MatchSuggestion) -> Past:
        return cls(suggestion.id, standing_of(suggestion), suggestion.inputs_hash)


def standing_of(suggestion: MatchSuggestion) -> Standing:
    """How a suggestion stands for the next run."""
    status = derived_status(suggestion)
    if status is Status.SUGGESTED:
        # one that people put together waits for people, whatever a run finds
        return Standing.PENDING if suggestion.put_together_by_id is None else Standing.UNDER_WAY
    if status in OPEN or status is Status.READY:
        return Standing.UNDER_WAY
    code = suggestion.closed_reason.code if suggestion.closed_reason is not None else ""
    by_service = status in (Status.EXPIRED, Status.SUPERSEDED, Status.WITHDRAWN)
    return Standing.NEW if by_service and code in REPEATABLE else Standing.ENDED


def same_grounds(first: str, second: str) -> bool:
    """Tell whether two fingerprints are of the same records and settings, with sentence vectors or without."""
    return first.partition(":")[0] == second.partition(":")[0]


def may_make(past: Past | None, new_hash: str) -> bool:
    """Tell whether a pair may be suggested (again): never beside one under way, and not twice on the same grounds.

    One that waits is made again once its sentence vectors are there; one that ended does not come back for that.
    """
    if past is None or past.standing is Standing.NEW:
        return True
    if past.standing is not Standing.PENDING:
        return past.standing is Standing.ENDED and not same_grounds(past.inputs_hash, new_hash)
    has_vectors_now = ":" in new_hash
    return past.inputs_hash != new_hash and (has_vectors_now or not same_grounds(past.inputs_hash, new_hash))
