"""Changes that matter to the features above.

A lower feature emits; handlers run in the same transaction and do little.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from models.types import Answer, Decider

Handler = Callable[[Session, Any], None]
_handlers: dict[type, list[Handler]] = defaultdict(list)


@dataclass(frozen=True)
class ProfileChanged:
    """Something the matcher reads has changed on an active profile, or it has become active."""

    profile_id: UUID


@dataclass(frozen=True)
class MatchingOptedOut:
    """The owner of a profile wants no suggestions of the matcher; they can still ask for posts."""

    profile_id: UUID


@dataclass(frozen=True)
class ProfilePaused:
    profile_id: UUID


@dataclass(frozen=True)
class ShowingAbroadEnded:
    """A person took back what showing them in the other country rests on."""

    profile_id: UUID


@dataclass(frozen=True)
class ProfileWithdrawn:
    profile_id: UUID


@dataclass(frozen=True)
class ProfileMoved:
    """A profile belongs to another organisation now: its owner's new one has confirmed them."""

    profile_id: UUID


@dataclass(frozen=True)
class OpportunityChanged:
    """Something the matcher reads has changed on a published post, or it has been published."""

    opportunity_id: UUID


@dataclass(frozen=True)
class OpportunityClosed:
    opportunity_id: UUID


@dataclass(frozen=True)
class OpportunityCancelled:
    opportunity_id: UUID


@dataclass(frozen=True)
class SuggestionAnswered:
    suggestion_id: UUID
    decider: Decider
    answer: Answer


@dataclass(frozen=True)
class WorksHereConfirmed:
    """HR has said that a person works in the organisation."""

    user_id: UUID


@dataclass(frozen=True)
class WorksHereRefused:
    """HR cannot say that a person works in the organisation, or has taken its yes back."""

    user_id: UUID
    actor_id: UUID


@dataclass(frozen=True)
class AccessEnded:
    """An administrator has ended a person's access to the service."""

    user_id: UUID
    actor_id: UUID


@dataclass(frozen=True)
class PersonMoved:
    """An administrator has moved a person to another organisation, whose HR has not confirmed it yet."""

    user_id: UUID
    actor_id: UUID


def on(event_type: type, handler: Handler) -> None:
    """Register a handler once; create_app calls this."""
    if handler not in _handlers[event_type]:
        _handlers[event_type].append(handler)


def emit(session: Session, event: Any) -> None:
    """Run the handlers of this event inside the present transaction.

    Raises RuntimeError outside a transaction, because the change and what follows from it are one.
    """
    if not session.info.get("in_transaction"):
        raise RuntimeError("events are emitted inside a transaction")
    for handler in _handlers[type(event)]:
        handler(session, event)
