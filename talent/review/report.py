"""How reviews go: agreement with the matcher, changes of mind, time, overturns, and what order does.

A reviewer sees their own figures and those of all others together; nobody's are shown to anybody else by name.
Agreement counts yes and no (not hold) where there was a score: a yes from the threshold up, a no below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Contest, DecisionEvent, FirstView, MatchSuggestion, Shortlist, ShortlistCard, User
from models.privacy import ContestOutcome
from models.types import Answer, Band, Decider
from talent.matching.review_rules import ReviewRules, review_rules
from talent.matching.settings import RunSettings


@dataclass(frozen=True)
class Reviewed:
    """One decision beside its first view."""

    reviewer_id: UUID
    view: FirstView
    answer: Answer
    band: Band | None
    mixed_in: bool
    position: int
    shown_at: datetime
    decided_at: datetime

    @property
    def agrees(self) -> bool | None:
        """Whether the decision is what the matcher's threshold says; None where there is nothing to compare."""
        if self.band is None or self.answer is Answer.HOLD:
            return None
        return (self.answer is Answer.YES) is RunSettings().suggests(self.band)

    @property
    def changed(self) -> bool:
        """Whether the decision goes against the first view: fits and no, or does not fit and yes."""
        turned = {(FirstView.FITS, Answer.NO), (FirstView.DOES_NOT_FIT, Answer.YES)}
        return (self.view, self.answer) in turned

    @property
    def seconds(self) -> float:
        return max(0.0, (self.decided_at - self.shown_at).total_seconds())


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    name: Any
    count: int
    total: int

    @property
    def percent(self) -> int | None:
        """Of 100, rounded; None of nothing."""
        return round(self.count * 100 / self.total) if self.total else None


@dataclass(frozen=True)
class Column:
    """The figures of one group of decisions."""

    decisions: int
    agreement: Share
    changed: Share
    taken_back: int
    seconds: float | None
    """Half of the decisions took less than this after the score was shown."""


@dataclass(frozen=True)
class Report:
    own: Column
    others: Column
    everybody: Column
    views: list[tuple[FirstView, dict[Answer, int]]]
    """First view against decision, of everybody."""
    by_position: list[Share]
    by_band: list[Share]
    by_kind: list[Share]
    contests_answered: int
    contests_upheld: int
    rules: ReviewRules
    alert_own: bool
    alert_others: int
    """How many other reviewers agree with the matcher too often."""
    alert_all: bool


def reviewed(session: Session, *, reviewer_id: UUID | None = None) -> list[Reviewed]:
    """Decisions with their first views, oldest first; of one reviewer when named."""
    statement = (
        select(
            Shortlist.reviewer_id,
            ShortlistCard.first_view,
            ShortlistCard.decision,
            MatchSuggestion.band,
            ShortlistCard.mixed_in,
            ShortlistCard.decision_position,
            ShortlistCard.shown_at,
            ShortlistCard.decided_at,
        )
        .join(Shortlist, Shortlist.id == ShortlistCard.shortlist_id)
        .join(MatchSuggestion, MatchSuggestion.id == ShortlistCard.suggestion_id)
        .where(ShortlistCard.decision.is_not(None), ShortlistCard.shown_at.is_not(None))
        .order_by(ShortlistCard.decided_at, ShortlistCard.id)
    )
    if reviewer_id is not None:
        statement = statement.where(Shortlist.reviewer_id == reviewer_id)
    return [Reviewed(*row) for row in session.execute(statement)]  # type: ignore[arg-type]


def report(session: Session, actor: User) -> Report:
    """All figures, as the actor may see them."""
    rows, rules = reviewed(session), review_rules(session)
    back = _taken_back(session)
    own = [row for row in rows if row.reviewer_id == actor.id]
    others = [row for row in rows if row.reviewer_id != actor.id]
    answered, upheld = _contests(session)
    return Report(
        own=_column(own, back.get(actor.id, 0)),
        others=_column(others, sum(number for key, number in back.items() if key != actor.id)),
        everybody=_column(rows, sum(back.values())),
        views=[
            (view, {answer: sum(row.view is view and row.answer is answer for row in rows) for answer in _ANSWERS})
            for view in FirstView
        ],
        by_position=[_yes(number, [row for row in rows if row.position == number]) for number in _positions(rows)],
        by_band=[_yes(band, [row for row in rows if row.band is band]) for band in (*Band, None)],
        by_kind=[_yes(mixed, [row for row in rows if row.mixed_in is mixed]) for mixed in (False, True)],
        contests_answered=answered,
        contests_upheld=upheld,
        rules=rules,
        alert_own=stamps(own, rules),
        alert_others=sum(stamps(of, rules) for of in _by_reviewer(others)),
        alert_all=stamps(rows, rules),
    )


_ANSWERS = (Answer.YES, Answer.HOLD, Answer.NO)


def stamps(rows: Sequence[Reviewed], rules: ReviewRules) -> bool:
    """True when the newest decisions follow the matcher so often that nobody may be judging. Needs enough of them."""
    compared = [row.agrees for row in rows if row.agrees is not None][-rules.rubber_stamp_decisions :]
    if not compared or len(compared) < rules.rubber_stamp_decisions:
        return False
    return sum(compared) * 100 >= rules.rubber_stamp_percent * len(compared)


def _by_reviewer(rows: Iterable[Reviewed]) -> list[list[Reviewed]]:
    found: dict[UUID, list[Reviewed]] = {}
    for row in rows:
        found.setdefault(row.reviewer_id, []).append(row)
    return list(found.values())


def _positions(rows: Sequence[Reviewed]) -> list[int]:
    return list(range(1, max((row.position for row in rows), default=0) + 1))


def _yes(name: Any, rows: Sequence[Reviewed]) -> Share:
    """How many of some decisions were a yes."""
    return Share(name, sum(row.answer is Answer.YES for row in rows), len(rows))


def _column(rows: Sequence[Reviewed], taken_back: int) -> Column:
    compared = [row.agrees for row in rows if row.agrees is not None]
    return Column(
        decisions=len(rows),
        agreement=Share("agreement", sum(compared), len(compared)),
        changed=Share("changed", sum(row.changed for row in rows), len(rows)),
        taken_back=taken_back,
        seconds=median(row.seconds for row in rows) if rows else None,
    )


def _taken_back(session: Session) -> dict[UUID, int]:
    rows = session.execute(
        select(DecisionEvent.actor_id, func.count())
        .where(DecisionEvent.decider == Decider.REVIEWER, DecisionEvent.action == "take_back")
        .group_by(DecisionEvent.actor_id)
    )
    return {actor_id: number for actor_id, number in rows if actor_id is not None}


def _contests(session: Session) -> tuple[int, int]:
    counted = session.execute(
        select(Contest.outcome, func.count()).where(Contest.answered_at.is_not(None)).group_by(Contest.outcome)
    )
    numbers: dict[ContestOutcome | None, int] = {outcome: number for outcome, number in counted}
    return sum(numbers.values()), numbers.get(ContestOutcome.UPHELD, 0)
