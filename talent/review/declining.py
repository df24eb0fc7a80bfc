"""Declining several people for one reason: each is a decision and an event of its own, or none is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from models import User
from models.types import Answer, Decider
from talent.db import transaction
from talent.matching.decisions import decide


def decline_each(
    session: Session, *, actor: User, suggestion_ids: Sequence[UUID], reason: str | None, note: str
) -> int:
    """Record a no with this reason for each pairing; returns how many. There is no counterpart for yes.

    Raises what talent.matching.decisions.decide raises for the first that cannot be declined.
    """
    with transaction(session):
        for suggestion_id in suggestion_ids:
            decide(
                session,
                actor=actor,
                suggestion_id=suggestion_id,
                decider=Decider.REVIEWER,
                answer=Answer.NO,
                reason=reason,
                note=note,
            )
    return len(suggestion_ids)
