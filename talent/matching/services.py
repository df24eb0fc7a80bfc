"""Asking for runs of the matcher: after a change, from the button, from the command line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import MatchRun, Opportunity, Profile, User, utc_now
from models.types import RunStatus
from talent import outbox
from talent.audit import services as audit
from talent.db import get_or_404, transaction
from talent.matching.pairs import suggest_pairs
from talent.matching.running import fail_run, run_matching
from talent.matching.switch import is_enabled, require_enabled, turn

__all__ = ["fail_broken_runs", "fail_run", "request_run", "run_matching", "start_run", "suggest_pairs", "turn_matcher"]

CHANGE, COMMAND, BUTTON, SETTINGS = "change", "command", "button", "settings"
"""What makes a run: `MatchRun.trigger`."""
BROKEN_AFTER = timedelta(minutes=30)
"""A run that wrote nothing for this long has lost its process."""


def request_run(
    session: Session,
    *,
    actor: User | None = None,
    trigger: str = CHANGE,
    profile_ids: Iterable[UUID] = (),
    opportunity_ids: Iterable[UUID] = (),
) -> MatchRun:
    """Ask for a run of what changed (of everything when nothing is named); the job runner carries it out.

    A run that still waits takes the new request in, so a burst of changes, or a button pressed twice, makes one run.
    Raises MatcherOff.
    """
    scope = _scope(profile_ids, opportunity_ids)
    with transaction(session):
        require_enabled(session)
        run = _waiting_run(session, trigger, whole=not scope)
        if run is not None:
            run.scope = _joined(run.scope, scope)
            return run
        run = MatchRun(trigger=trigger, scope=scope, requested_by_id=actor.id if actor else None)
        session.add(run)
        audit.record(session, actor, "match_run.requested", run, trigger=trigger)
        outbox.add(session, "match", {"run_id": str(run.id)})
        return run


def start_run(
    session: Session,
    *,
    actor: User | None = None,
    trigger: str = COMMAND,
    profile_ids: Iterable[UUID] = (),
    opportunity_ids: Iterable[UUID] = (),
) -> MatchRun:
    """Open a run that the caller carries out itself (`run_matching`).

    Raises NotFound when a named profile or post does not exist, MatcherOff.
    """
    profile_ids, opportunity_ids = list(profile_ids), list(opportunity_ids)
    with transaction(session):
        require_enabled(session)
        for profile_id in profile_ids:
            get_or_404(session, Profile, profile_id)
        for opportunity_id in opportunity_ids:
            get_or_404(session, Opportunity, opportunity_id)
        run = MatchRun(
            trigger=trigger,
            scope=_scope(profile_ids, opportunity_ids),
            status=RunStatus.RUNNING,
            started_at=utc_now(),
            requested_by_id=actor.id if actor else None,
        )
        session.add(run)
        audit.record(session, actor, "match_run.requested", run, trigger=trigger)
        return run


def turn_matcher(session: Session, *, actor: User | None, enabled: bool, reason: str) -> None:
    """Turn the matcher off or on. Turned on, it looks at everything, because nothing was looked at meanwhile.

    Raises Invalid without a reason.
    """
    with transaction(session):
        was_enabled = is_enabled(session)
        turn(session, actor=actor, enabled=enabled, reason=reason)
        if enabled and not was_enabled:
            request_run(session, actor=actor, trigger=BUTTON if actor is not None else COMMAND)


def fail_broken_runs(session: Session) -> int:
    """Mark runs whose process was lost, so that no page waits for them for ever. By the clock."""
    lost = select(MatchRun.id).where(
        MatchRun.status == RunStatus.RUNNING, MatchRun.updated_at < utc_now() - BROKEN_AFTER
    )
    ids = list(session.scalars(lost))
    for run_id in ids:
        fail_run(session, run_id, TimeoutError())
    return len(ids)


def _waiting_run(session: Session, trigger: str, *, whole: bool) -> MatchRun | None:
    """A run that has not begun and that this request may join: of everything, or scoped by the same trigger."""
    waiting = session.scalars(
        select(MatchRun)
        .where(MatchRun.status == RunStatus.QUEUED)
        .order_by(MatchRun.created_at, MatchRun.id)
        .with_for_update(of=MatchRun)
    ).all()
    for run in waiting:
        if not run.scope or (not whole and run.trigger == trigger):
            return run
    return None


def _scope(profile_ids: Iterable[UUID], opportunity_ids: Iterable[UUID]) -> dict[str, list[str]]:
    scope = {
        "profile_ids": sorted({str(item) for item in profile_ids}),
        "opportunity_ids": sorted({str(item) for item in opportunity_ids}),
    }
    return {name: ids for name, ids in scope.items() if ids}


def _joined(first: dict[str, list[str]], second: dict[str, list[str]]) -> dict[str, list[str]]:
    """The scope that covers both; an empty one covers everything."""
    if not first or not second:
        return {}
    return {name: sorted({*first.get(name, ()), *second.get(name, ())}) for name in sorted({*first, *second})}
