"""Reading runs and what they suggested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models import Decision, MatchRun, MatchSuggestion
from models.types import Band, Decider, RunStatus
from talent.errors import NotFound

PAGE_SIZE = 20
FEWEST_COUNTED = 10
"""Suggestions from which on bands are counted: fewer would tell the band of a person before a first view."""
DRAW = "shortlist"
"""Runs that mix somebody into a shortlist: seen on the list, they would tell a reviewer of it before a first view."""


@dataclass(frozen=True)
class RunPage:
    """One run, and how many of its suggestions are in each band; nothing of a run that made few."""

    run: MatchRun
    bands: dict[Band, int]

    @property
    def is_going_on(self) -> bool:
        return self.run.status in (RunStatus.QUEUED, RunStatus.RUNNING)


def runs(session: Session, page: int = 1) -> tuple[Sequence[MatchRun], int]:
    """One page of runs, newest first, and how many there are in all; draws for a shortlist are left out."""
    listed = MatchRun.trigger != DRAW
    total = session.scalar(select(func.count()).select_from(MatchRun).where(listed)) or 0
    rows = session.scalars(
        select(MatchRun)
        .where(listed)
        .options(joinedload(MatchRun.requested_by))
        .order_by(MatchRun.created_at.desc(), MatchRun.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    return rows, total


def whole_run_going_on(session: Session) -> MatchRun | None:
    """A run of everything that waits or works; another would find nothing to do."""
    waiting = session.scalars(
        select(MatchRun)
        .where(MatchRun.status.in_((RunStatus.QUEUED, RunStatus.RUNNING)))
        .order_by(MatchRun.created_at.desc(), MatchRun.id)
    )
    return next((run for run in waiting if not run.scope), None)


def run_page(session: Session, run_id: UUID) -> RunPage:
    """One run with its counts. Raises NotFound."""
    mine = (MatchRun.id == run_id, MatchRun.trigger != DRAW)
    run = session.scalar(select(MatchRun).where(*mine).options(joinedload(MatchRun.requested_by)))
    if run is None:
        raise NotFound
    counted = session.execute(
        select(MatchSuggestion.band, func.count())
        .where(MatchSuggestion.run_id == run_id)
        .group_by(MatchSuggestion.band)
    )
    found = {band: number for band, number in counted if band is not None}
    if sum(found.values()) < FEWEST_COUNTED:
        return RunPage(run, {})
    return RunPage(run, {band: found.get(band, 0) for band in Band})


def open_suggestion_lines(session: Session, opportunity_id: UUID | None, limit: int) -> list[tuple[str, ...]]:
    """Band, reviewer's answer, code, post id and profile id of suggestions that nothing has closed, best first."""
    wanted = (
        select(
            MatchSuggestion.band,
            Decision.answer,
            MatchSuggestion.pseudonym,
            MatchSuggestion.opportunity_id,
            MatchSuggestion.profile_id,
        )
        .join(Decision, (Decision.suggestion_id == MatchSuggestion.id) & (Decision.decider == Decider.REVIEWER))
        .where(MatchSuggestion.closed_at.is_(None))
        .order_by(MatchSuggestion.score.desc(), MatchSuggestion.id)
        .limit(limit)
    )
    if opportunity_id is not None:
        wanted = wanted.where(MatchSuggestion.opportunity_id == opportunity_id)
    return [tuple(str(value) for value in row) for row in session.execute(wanted)]
