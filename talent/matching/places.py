"""The places of a post: the fourth yes takes one, atomically, or is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session, joinedload

from models import MatchSuggestion, Opportunity, PlaceClaim, Profile, User
from talent.audit.services import record
from talent.errors import TransitionRefused
from talent.i18n import _


def claim_place(session: Session, actor: User, suggestion: MatchSuggestion) -> PlaceClaim:
    """Take one place of the post for this pairing in the present transaction.

    The update counts only while a place is free, so parallel claims cannot overbook; the unique number and the CHECK
    on the post stand behind it. Raises TransitionRefused when no place is left.
    """
    taken = cast(
        "CursorResult[Any]",
        session.execute(
            update(Opportunity)
            .where(Opportunity.id == suggestion.opportunity_id, Opportunity.places_claimed < Opportunity.places)
            .values(places_claimed=Opportunity.places_claimed + 1)
            .execution_options(synchronize_session=False)
        ),
    )
    if taken.rowcount != 1:
        raise TransitionRefused(
            _("All places of this post are taken, so this yes could not be recorded. Your answer stays as it was.")
        )
    session.expire(suggestion.opportunity, ["places_claimed"])
    claim = PlaceClaim(
        opportunity_id=suggestion.opportunity_id,
        number=suggestion.opportunity.places_claimed,
        suggestion=suggestion,
    )
    session.add(claim)
    session.flush()
    record(session, actor, "opportunity.place_claimed", suggestion.opportunity, number=claim.number)
    return claim


def all_places_claimed(opportunity: Opportunity) -> bool:
    """True when every place of the post is taken."""
    return opportunity.places is not None and opportunity.places_claimed >= opportunity.places


def other_suggestions(session: Session, suggestion: MatchSuggestion) -> Sequence[MatchSuggestion]:
    """The post's other suggestions that are not closed, oldest first."""
    return session.scalars(
        select(MatchSuggestion)
        .where(
            MatchSuggestion.opportunity_id == suggestion.opportunity_id,
            MatchSuggestion.id != suggestion.id,
            MatchSuggestion.closed_at.is_(None),
        )
        .options(joinedload(MatchSuggestion.profile).joinedload(Profile.user), joinedload(MatchSuggestion.objection))
        .order_by(MatchSuggestion.created_at, MatchSuggestion.id)
    ).all()
