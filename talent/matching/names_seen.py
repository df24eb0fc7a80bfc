"""Whose name an administrator has asked to see decides about that pairing no more, also when it comes back.

The reviewer is to look at masked people only, and nobody forgets a name with the hour for which it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session, aliased

from models import MatchSuggestion, Opportunity, Unmasking, User
from talent.i18n import _

NAME_SEEN = _("You have seen who this person is, so somebody else must decide about this pairing.")


def saw_name_before(actor: User) -> ColumnElement[bool]:
    """SQL over MatchSuggestion: the actor saw the person's name beside an earlier suggestion of the same pair."""
    earlier = aliased(MatchSuggestion)
    return (
        exists()
        .where(
            Unmasking.actor_id == actor.id,
            Unmasking.suggestion_id == earlier.id,
            Unmasking.at <= MatchSuggestion.created_at,
            earlier.id != MatchSuggestion.id,
            earlier.profile_id == MatchSuggestion.profile_id,
            earlier.opportunity_id == MatchSuggestion.opportunity_id,
        )
        .correlate(MatchSuggestion)
    )


def people_seen(actor: User, post: Opportunity) -> Select[UUID]:
    """SQL: ids of the profiles whose owner's name the actor saw beside the post."""
    return (
        select(MatchSuggestion.profile_id)
        .join(Unmasking, Unmasking.suggestion_id == MatchSuggestion.id)
        .where(Unmasking.actor_id == actor.id, MatchSuggestion.opportunity_id == post.id)
    )


def names_seen(session: Session, actor: User, suggestion_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Those of these suggestions beside which, or beside another of the same pair, the actor saw the name."""
    shown = aliased(MatchSuggestion)
    found = session.scalars(
        select(MatchSuggestion.id)
        .join(
            shown,
            (shown.profile_id == MatchSuggestion.profile_id) & (shown.opportunity_id == MatchSuggestion.opportunity_id),
        )
        .join(Unmasking, Unmasking.suggestion_id == shown.id)
        .where(Unmasking.actor_id == actor.id, MatchSuggestion.id.in_(list(suggestion_ids)))
        .order_by(MatchSuggestion.id)
    )
    return frozenset(found)
