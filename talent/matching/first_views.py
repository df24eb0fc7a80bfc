"""First views: what an administrator thinks of a masked person before any score, and what hangs on it.

Nobody sees a score, a band or an explanation of a pairing in review, or decides about it, before a first view of
their own. A view counts once the views of the whole shortlist are given; a shortlist may hold a single card.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session, joinedload

from models import FirstView, MatchSuggestion, Shortlist, ShortlistCard, User, utc_now
from models.types import Answer
from talent.audit.services import record
from talent.db import transaction
from talent.errors import TransitionRefused
from talent.i18n import _
from talent.matching import queries, states

VIEW_WORDS = {
    FirstView.FITS: _("Fits"),
    FirstView.UNSURE: _("Unsure"),
    FirstView.DOES_NOT_FIT: _("Does not fit"),
}
VIEW_TAGS = {
    FirstView.FITS: "govuk-tag--green",
    FirstView.UNSURE: "govuk-tag--yellow",
    FirstView.DOES_NOT_FIT: "govuk-tag--grey",
}


def viewed_card(session: Session, actor: User, suggestion_id: UUID) -> ShortlistCard | None:
    """The newest card on which the actor gave a first view of this pairing; None while they have not."""
    return session.scalar(
        _viewed(actor)
        .where(ShortlistCard.suggestion_id == suggestion_id)
        .order_by(Shortlist.first_viewed_at.desc(), ShortlistCard.id)
        .limit(1)
    )


def viewed_cards(session: Session, actor: User, suggestion_ids: Iterable[UUID]) -> dict[UUID, ShortlistCard]:
    """The actor's newest first view of each of these pairings; those without one are left out."""
    rows = session.scalars(
        _viewed(actor)
        .where(ShortlistCard.suggestion_id.in_(list(suggestion_ids)))
        .order_by(Shortlist.first_viewed_at, ShortlistCard.id)
    )
    return {row.suggestion_id: row for row in rows}


def waiting_card(session: Session, actor: User, suggestion_id: UUID) -> ShortlistCard | None:
    """The card of this pairing on a shortlist of the actor that still waits for first views."""
    return session.scalar(
        select(ShortlistCard)
        .join(ShortlistCard.shortlist)
        .where(
            ShortlistCard.suggestion_id == suggestion_id,
            Shortlist.reviewer_id == actor.id,
            Shortlist.first_viewed_at.is_(None),
            Shortlist.closed_at.is_(None),
        )
    )


def has_viewed(actor: User) -> ColumnElement[bool]:
    """SQL: the actor gave a first view of the suggestion."""
    return exists().where(
        ShortlistCard.suggestion_id == MatchSuggestion.id,
        ShortlistCard.shortlist_id == Shortlist.id,
        Shortlist.reviewer_id == actor.id,
        Shortlist.first_viewed_at.is_not(None),
        ShortlistCard.first_view.is_not(None),
    )


def _viewed(actor: User) -> Select[ShortlistCard]:
    return (
        select(ShortlistCard)
        .join(ShortlistCard.shortlist)
        .where(
            Shortlist.reviewer_id == actor.id,
            Shortlist.first_viewed_at.is_not(None),
            ShortlistCard.first_view.is_not(None),
        )
        .options(joinedload(ShortlistCard.shortlist))
    )


def view_one(
    session: Session, *, actor: User, suggestion_id: UUID, view: FirstView, at: datetime | None = None
) -> ShortlistCard:
    """Give a first view of a single pairing: a shortlist of one. One that is given stays as it is.

    `at` is for views given before and recorded now (sample data). Raises NotFound and Interest as
    queries.suggestion_for_administrator does, TransitionRefused while the pairing is on a shortlist of the actor.
    """
    with transaction(session):
        suggestion = queries.suggestion_for_administrator(session, actor, suggestion_id)
        given = viewed_card(session, actor, suggestion_id)
        if given is not None:
            return given
        if waiting_card(session, actor, suggestion_id) is not None:
            raise TransitionRefused(_("This person is on one of your shortlists. Give your first view there."))
        now = at or utc_now()
        shortlist = Shortlist(
            opportunity_id=suggestion.opportunity_id,
            reviewer_id=actor.id,
            seed=secrets.token_hex(16),
            settings={"shortlist_size": 1, "shortlist_mixed_in": 0},
            first_viewed_at=now,
            closed_at=now,  # nothing is added to it: the one open shortlist of the post is another
        )
        card = ShortlistCard(
            suggestion_id=suggestion.id,
            position=1,
            decision_position=1,
            first_view=view,
            first_viewed_at=now,
            shown_at=now,
        )
        shortlist.cards = [card]
        session.add(shortlist)
        session.flush()
        record(session, actor, "suggestion.first_view", suggestion, view=view, shortlist=shortlist.id)
        return card


def note_decision(session: Session, card: ShortlistCard, answer: Answer, at: datetime) -> None:
    """Keep the decision beside the first view, and close a shortlist on which nothing is left to decide."""
    card.decision, card.decided_at = (None, None) if answer is Answer.PENDING else (answer, at)
    shortlist = card.shortlist
    if shortlist.closed_at is None and shortlist.first_viewed_at is not None and not _to_decide(session, shortlist):
        shortlist.closed_at = at


def _to_decide(session: Session, shortlist: Shortlist) -> bool:
    rows = session.scalars(
        select(ShortlistCard)
        .where(ShortlistCard.shortlist_id == shortlist.id)
        .options(joinedload(ShortlistCard.suggestion))
    )
    return any(row.decision is None and states.awaits_review(row.suggestion) for row in rows)
