"""What the pages of a shortlist show of each card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from models import Shortlist, ShortlistCard, User
from models.types import Answer, Decider
from talent.framework import dated
from talent.matching import answering, explained, queries, sides, states, switch
from talent.matching.explanations import ExplanationView
from talent.matching.forms import DecisionForm
from talent.matching.names_seen import NAME_SEEN, names_seen
from talent.matching.sides import SideView


@dataclass(frozen=True)
class MaskedCard:
    """A card before the first view: the person's side, and nothing of what the matcher found."""

    card: ShortlistCard
    side: SideView
    waits: bool


@dataclass(frozen=True)
class ExplainedCard:
    """A card after the first view."""

    card: ShortlistCard
    side: SideView
    status: states.Status
    explanation: ExplanationView | None
    """None while the matcher is off: then no score is shown."""
    form: DecisionForm | None
    undo_seconds: int
    barred: Any
    """Why the reader may not decide, though the card waits; None when they may."""


def masked_cards(session: Session, cards: Sequence[ShortlistCard]) -> list[MaskedCard]:
    """The cards of a page of first views."""
    names = sides.names_of(session, [card.suggestion for card in cards])
    return [
        MaskedCard(card, sides.person_side(card.suggestion, names), states.awaits_review(card.suggestion))
        for card in cards
    ]


def explained_cards(
    session: Session, actor: User, cards: Sequence[ShortlistCard], sent: Mapping[UUID, DecisionForm]
) -> list[ExplainedCard]:
    """The cards of a page of decisions; `sent` are forms that could not be accepted, with what was typed."""
    names = sides.names_of(session, [card.suggestion for card in cards])
    found = explained.of_suggestions(session, [card.suggestion for card in cards])
    reasons = {answer: dated.reasons(session, Decider.REVIEWER, answer) for answer in answering.ALL_ANSWERS}
    on, barred = switch.is_enabled(session), names_seen(session, actor, [card.suggestion_id for card in cards])
    shown = []
    for card, explanation in zip(cards, found, strict=True):
        rules = queries.rules(session, card.suggestion)
        moves = states.available(card.suggestion, Decider.REVIEWER, actor, rules)
        targets = {row.target for row in moves}
        form = sent.get(card.id) or DecisionForm(prefix=f"card-{card.id}", from_request=False)
        possible = set() if card.suggestion_id in barred else targets
        offered = {answer: rows for answer, rows in reasons.items() if answer in possible}
        form.offer(Decider.REVIEWER, offered)
        form.version.data = str(card.suggestion.version)
        shown.append(
            ExplainedCard(
                card,
                sides.person_side(card.suggestion, names),
                states.derived_status(card.suggestion),
                explanation if on or explanation.by_hand else None,
                form if offered else None,
                rules.undo_seconds if Answer.PENDING in targets else 0,
                NAME_SEEN if card.suggestion_id in barred and states.awaits_review(card.suggestion) else None,
            )
        )
    return shown


def to_decide(session: Session, actor: User, cards: Sequence[ShortlistCard]) -> list[ShortlistCard]:
    """Cards that wait for an answer and that the actor, who has not seen the name, may give."""
    barred = names_seen(session, actor, [card.suggestion_id for card in cards])
    return [card for card in cards if states.awaits_review(card.suggestion) and card.suggestion_id not in barred]


def post_of(session: Session, shortlist: Shortlist, cards: Sequence[ShortlistCard]) -> dict[str, Any]:
    """The post of a shortlist, as it was when its first card was suggested; None when no card is left."""
    if not cards:
        return {"post": shortlist.opportunity, "title": None, "post_side": None}
    first = min((card.suggestion for card in cards), key=lambda row: row.pseudonym)
    names = sides.names_of(session, [first])
    return {
        "post": shortlist.opportunity,
        "title": sides.title_of(first),
        "post_side": sides.post_side(first, names),
    }
