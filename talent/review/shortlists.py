"""Making shortlists and taking first views: what a reviewer looks at together, and in which order.

A shortlist holds some of the suggestions of one post that wait for review, and at most one person mixed in from below
the threshold, unlabelled. Its first order is wholly random; the order beside the scores is by band and random within.
Both come from a seed of its own, so two reviewers see different orders of the same bands.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import FirstView, MatchSuggestion, Opportunity, Shortlist, ShortlistCard, User, utc_now
from models.types import Band
from talent.audit.services import record
from talent.db import transaction
from talent.errors import Invalid, TransitionRefused
from talent.i18n import _
from talent.matching import mixing, states
from talent.matching.review_rules import keyed_order, review_rules
from talent.matching.settings import RunSettings
from talent.matching.switch import is_enabled
from talent.review import queries

STAYS = _("Your first views of this shortlist are recorded and stay as they are.")


def start(session: Session, *, actor: User, opportunity_id: UUID) -> Shortlist | None:
    """The actor's open shortlist of a post, or a new one; None when nobody waits whom they have not looked at.

    Raises NotFound for a post without suggestions of the actor's countries, Interest for an interest in the post.
    """
    queries.post_for(session, actor, opportunity_id)
    seed = secrets.token_hex(16)
    drawn = None
    if _needs_a_draw(session, actor, opportunity_id):
        drawn = mixing.draw(session, actor=actor, opportunity_id=opportunity_id, seed=seed)
    with transaction(session):
        _hold(session, opportunity_id)
        present = queries.open_shortlist(session, actor, opportunity_id)
        if present is not None:
            return present
        found = queries.not_looked_at(session, actor, opportunity_id)
        normal, below = _apart(session, found, seed)
        if not normal and not below:
            return None
        rules = review_rules(session)
        mixed: list[MatchSuggestion] = below[: rules.shortlist_mixed_in]
        if normal and not mixed and drawn is not None:
            made = mixing.add_drawn(session, actor=actor, drawn=drawn, seed=seed)
            mixed = [made] if made is not None else []
        settings: dict[str, Any] = {
            "shortlist_size": rules.shortlist_size,
            "shortlist_mixed_in": rules.shortlist_mixed_in,
        }
        if drawn is not None:
            settings |= {"drawn_from": drawn.candidates, "looked_at": drawn.looked_at}
        return _make(session, actor, opportunity_id, seed, normal[: rules.shortlist_size], mixed, settings)


def show_next(session: Session, *, actor: User, opportunity_id: UUID) -> Shortlist | None:
    """Close the actor's shortlist of a post, once its first views are given, and start the next one.

    Who was not decided about stays as they are. Raises TransitionRefused before the first views, else as `start`.
    """
    with transaction(session):
        present = queries.open_shortlist(session, actor, opportunity_id)
        if present is not None:
            _close(present)
    return start(session, actor=actor, opportunity_id=opportunity_id)


def add_card(session: Session, *, actor: User, suggestion: MatchSuggestion) -> Shortlist:
    """Put a suggestion that waits for review on the actor's shortlist of its post: the open one before its first
    views are given, else a new one. Joins the present transaction where there is one."""
    with transaction(session):
        _hold(session, suggestion.opportunity_id)
        present = queries.open_shortlist(session, actor, suggestion.opportunity_id)
        if present is not None and present.first_viewed_at is None:
            if all(card.suggestion_id != suggestion.id for card in present.cards):
                place = max(card.position for card in present.cards) + 1
                present.cards.append(ShortlistCard(suggestion_id=suggestion.id, position=place))
                record(session, actor, "shortlist.card_added", present, suggestion=suggestion.id)
            return present
        if present is not None:
            _close(present)
            session.flush()
        settings: dict[str, Any] = {"shortlist_size": 1, "shortlist_mixed_in": 0, "added_by_hand": True}
        return _make(session, actor, suggestion.opportunity_id, secrets.token_hex(16), [suggestion], [], settings)


def give_views(
    session: Session, *, actor: User, shortlist_id: UUID, views: Mapping[UUID, FirstView], complete: bool
) -> Shortlist:
    """Keep first views by card; with `complete` they all are given, and the scores are shown from now on.

    Raises NotFound for another's shortlist, TransitionRefused when the views are recorded already, and Invalid with
    the ids of cards that lack a view.
    """
    with transaction(session):
        shortlist = queries.shortlist_for(session, actor, shortlist_id, lock=True)
        if shortlist.first_viewed_at is not None:
            if all(card.first_view is views.get(card.id, card.first_view) for card in shortlist.cards):
                return shortlist  # sent twice
            raise TransitionRefused(STAYS)
        now = utc_now()
        cards = [card for card in queries.cards_of(session, actor, shortlist) if states.awaits_review(card.suggestion)]
        for card in cards:
            view = views.get(card.id)
            if view is not None and view is not card.first_view:
                card.first_view, card.first_viewed_at = view, now
        missing = [card for card in cards if card.first_view is None]
        if not complete:
            record(session, actor, "shortlist.views_kept", shortlist, given=len(cards) - len(missing))
            return shortlist
        if missing:
            raise Invalid(fields={str(card.id): _lacking(card) for card in missing})
        _complete(session, actor, shortlist, cards)
        return shortlist


def _complete(session: Session, actor: User, shortlist: Shortlist, cards: Sequence[ShortlistCard]) -> None:
    now = utc_now()
    shortlist.first_viewed_at = now
    ordered = sorted(cards, key=lambda card: (_band_place(card.suggestion), _second(shortlist.seed, card)))
    for place, card in enumerate(ordered, start=1):
        card.decision_position, card.shown_at = place, now
        session.flush()
        record(
            session,
            actor,
            "suggestion.first_view",
            card.suggestion,
            view=card.first_view,
            shortlist=shortlist.id,
            position=card.position,
            decision_position=place,
            mixed_in=card.mixed_in,
        )
    if not cards:
        shortlist.closed_at = now


def _lacking(card: ShortlistCard) -> object:
    code = card.suggestion.pseudonym
    return _("Say what you think of person %(code)s: fits, unsure or does not fit", code=code)


def _band_place(suggestion: MatchSuggestion) -> int:
    return len(Band) if suggestion.band is None else list(Band).index(suggestion.band)


def _second(seed: str, card: ShortlistCard) -> str:
    return keyed_order(seed, "second", card.suggestion_id)


def _make(
    session: Session,
    actor: User,
    opportunity_id: UUID,
    seed: str,
    normal: Sequence[MatchSuggestion],
    mixed: Sequence[MatchSuggestion],
    settings: dict[str, Any],
) -> Shortlist:
    shortlist = Shortlist(opportunity_id=opportunity_id, reviewer_id=actor.id, seed=seed, settings=settings)
    below = {row.id for row in mixed}
    everybody = sorted([*normal, *mixed], key=lambda row: keyed_order(seed, "first", row.id))
    shortlist.cards = [
        ShortlistCard(suggestion_id=row.id, position=place, mixed_in=row.id in below)
        for place, row in enumerate(everybody, start=1)
    ]
    session.add(shortlist)
    session.flush()
    record(
        session,
        actor,
        "shortlist.made",
        shortlist,
        cards=len(everybody),
        mixed_in=len(mixed),  # who it is stands with the first views: before them the record tells no more than a page
        drawn_from=settings.get("drawn_from"),
    )
    return shortlist


def _apart(
    session: Session, found: Sequence[MatchSuggestion], seed: str
) -> tuple[list[MatchSuggestion], list[MatchSuggestion]]:
    """Those a run or a person suggested, who asked first and then band by band, and those once drawn from below.

    Within a band the seed decides. While the matcher is off, no band decides anything.
    """
    settings, by_band = RunSettings(), is_enabled(session)
    shuffled = sorted(found, key=lambda row: keyed_order(seed, "choice", row.id))
    if not by_band:
        return shuffled, []
    below = [row for row in shuffled if row.band is not None and not settings.suggests(row.band)]
    normal = [row for row in shuffled if row not in below]
    return sorted(normal, key=lambda row: -1 if row.band is None else _band_place(row)), below


def _needs_a_draw(session: Session, actor: User, opportunity_id: UUID) -> bool:
    if queries.open_shortlist(session, actor, opportunity_id) is not None:
        return False
    if not review_rules(session).shortlist_mixed_in:
        return False
    normal, below = _apart(session, queries.not_looked_at(session, actor, opportunity_id), "")
    return bool(normal) and not below


def _close(shortlist: Shortlist) -> None:
    if shortlist.first_viewed_at is None and any(states.awaits_review(card.suggestion) for card in shortlist.cards):
        raise TransitionRefused(_("Give your first views of this shortlist before you go on to the next people."))
    shortlist.closed_at = utc_now()


def _hold(session: Session, opportunity_id: UUID) -> None:
    """One writer of a post's shortlists at a time."""
    session.execute(select(Opportunity.id).where(Opportunity.id == opportunity_id).with_for_update())
