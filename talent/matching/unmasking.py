"""Showing an administrator who the person of a pairing is: for a reason, for an hour, and told to the person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import MatchSuggestion, Unmasking, User, utc_now
from models.types import Answer, Decider
from talent.audit.services import record
from talent.db import transaction
from talent.errors import Invalid, TransitionRefused
from talent.framework import dated
from talent.i18n import _
from talent.matching import policies, queries
from talent.matching.first_views import viewed_card
from talent.notifications.kinds import Kind, register
from talent.notifications.services import notify
from talent.profiles.views import record_unmasking

REASON = "unmask"
"""Decider code of the reasons for seeing a name."""

register(
    "name_shown",
    Kind(
        _("An administrator has seen your name"),
        _(
            "An administrator asked to see your name for one of your pairings, and gave a reason. You can read the "
            "reason under “Who has viewed your profile”."
        ),
        _("See who has viewed your profile"),
    ),
)


def unmask(session: Session, *, actor: User, suggestion_id: UUID, reason: str | None, note: str) -> Unmasking:
    """Let the actor see who the person is for the time that the rules give. While one is in force, asking again
    changes nothing.

    Raises NotFound and Forbidden as `queries.suggestion_for_administrator` does, TransitionRefused before the actor's
    own first view, Invalid for a reason that does not fit or a missing note.
    """
    with transaction(session):
        suggestion = queries.suggestion_for_administrator(session, actor, suggestion_id)
        present = unmasking_in_force(session, actor, suggestion)
        if present is not None:
            return present
        if not may_unmask(session, actor, suggestion):
            raise TransitionRefused(FIRST_VIEW_FIRST)
        given = dated.reason(session, reason, REASON, Answer.YES, note=note)
        if not note.strip():
            raise Invalid(fields={"note": _("Explain the reason in a note")})
        now = utc_now()
        lasts = timedelta(minutes=dated.rule_number(session, "unmask_minutes"))
        row = Unmasking(
            suggestion_id=suggestion.id,
            actor_id=actor.id,
            reason_id=given.id,
            note=note.strip(),
            at=now,
            until=now + lasts,
        )
        session.add(row)
        record(session, actor, "suggestion.unmasked", suggestion, reason=given.code)
        country = (
            suggestion.sending_country
            if policies.administers_sending(actor, suggestion)
            else suggestion.receiving_country
        )
        record_unmasking(session, actor, suggestion.profile, country=country, reason=given.code)
        if suggestion.profile.user is not None:
            notify(session, suggestion.profile.user, "name_shown", endpoint="profiles.viewed_by")
        return row


FIRST_VIEW_FIRST: Any = _("Give your own first view of this person before you see who they are.")


def unmasking_in_force(session: Session, actor: User, suggestion: MatchSuggestion) -> Unmasking | None:
    """The actor's own unmasking of this pairing, while it lasts."""
    return session.scalar(
        select(Unmasking)
        .where(Unmasking.suggestion_id == suggestion.id, Unmasking.actor_id == actor.id, Unmasking.until > utc_now())
        .order_by(Unmasking.until.desc(), Unmasking.id)
        .limit(1)
    )


def may_unmask(session: Session, actor: User, suggestion: MatchSuggestion) -> bool:
    """True once the actor has given a first view of this person, or the review is over: names never come first."""
    decided = suggestion.answer(Decider.REVIEWER) in (Answer.YES, Answer.NO)
    return decided or viewed_card(session, actor, suggestion.id) is not None
