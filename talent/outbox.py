"""The outbox: what must be sent or done after the commit, kept as rows until it is done.

The table is the queue of record. The job runner (talent/worker.py) only carries ids, and may lose them:
a sweep picks up whatever is due.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast
from uuid import UUID

import structlog
from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.orm import Session

from models import OutboxItem, utc_now
from talent.db import after_commit, transaction

log = structlog.get_logger(__name__)

Job = Callable[[Session, OutboxItem], None]
MAX_ATTEMPTS = 8
TAKEN_FOR = timedelta(minutes=10)
"""A worker that died leaves an item taken; after this long another may take it. Long jobs refresh `taken_at`."""

_jobs: dict[str, Job] = {}
_nudge: list[Callable[[UUID], None]] = []


def job(kind: str, run: Job) -> None:
    """Register what runs for items of this kind. The job opens its own transactions."""
    _jobs[kind] = run


def on_new_item(nudge: Callable[[UUID], None]) -> None:
    """Register how the job runner is told of a new item after the commit."""
    _nudge[:] = [nudge]


def add(
    session: Session,
    kind: str,
    payload: dict[str, Any],
    *,
    dedupe_key: str | None = None,
    not_before: datetime | None = None,
) -> OutboxItem:
    """Queue work in the present transaction. With `dedupe_key`, an item that still waits under that key serves both."""
    if dedupe_key is not None:
        waiting = session.scalar(
            select(OutboxItem).where(
                OutboxItem.dedupe_key == dedupe_key,
                OutboxItem.done_at.is_(None),
                OutboxItem.failed_at.is_(None),
                OutboxItem.taken_at.is_(None),
            )
        )
        if waiting is not None:
            return waiting
    item = OutboxItem(kind=kind, payload=payload, dedupe_key=dedupe_key, not_before=not_before or utc_now())
    session.add(item)
    session.flush()
    item_id = item.id
    for nudge in _nudge:
        after_commit(session, partial(nudge, item_id))
    return item


def due_ids(session: Session, limit: int = 100) -> list[UUID]:
    """Ids of items whose time has come, oldest first."""
    now = utc_now()
    return list(
        session.scalars(
            select(OutboxItem.id)
            .where(
                OutboxItem.done_at.is_(None),
                OutboxItem.failed_at.is_(None),
                OutboxItem.not_before <= now,
                or_(OutboxItem.taken_at.is_(None), OutboxItem.taken_at < now - TAKEN_FOR),
            )
            .order_by(OutboxItem.not_before, OutboxItem.id)
            .limit(limit)
        )
    )


def run_item(session: Session, item_id: UUID) -> bool:
    """Take one item and run its job; True when it was done here.

    A job that raises is tried again later, with growing pauses; after MAX_ATTEMPTS it is kept as failed.
    """
    if not _take(session, item_id):
        return False
    item = session.get_one(OutboxItem, item_id)
    try:
        _jobs[item.kind](session, item)
    except Exception as error:  # any failure of a job is recorded on its row and tried again
        session.rollback()
        _put_back(session, item_id, error)
        return False
    with transaction(session):
        item = session.get_one(OutboxItem, item_id)
        item.done_at = utc_now()
        item.payload = {}  # what was sent may be personal, and is not needed any more
    return True


def run_due(session: Session, limit: int = 100) -> int:
    """Run everything that is due now; returns how many items were done."""
    return sum(run_item(session, item_id) for item_id in due_ids(session, limit))


def _take(session: Session, item_id: UUID) -> bool:
    now = utc_now()
    with transaction(session):
        taken = cast(
            "CursorResult[Any]",
            session.execute(
                update(OutboxItem)
                .where(
                    OutboxItem.id == item_id,
                    OutboxItem.done_at.is_(None),
                    OutboxItem.failed_at.is_(None),
                    OutboxItem.not_before <= now,
                    or_(OutboxItem.taken_at.is_(None), OutboxItem.taken_at < now - TAKEN_FOR),
                )
                .values(taken_at=now, attempts=OutboxItem.attempts + 1)
                .execution_options(synchronize_session=False)
            ),
        )
    return bool(taken.rowcount)


def _put_back(session: Session, item_id: UUID, error: Exception) -> None:
    with transaction(session):
        item = session.get_one(OutboxItem, item_id)
        item.last_error = type(error).__name__  # the text of an error may hold personal data
        item.taken_at = None
        if item.attempts >= MAX_ATTEMPTS:
            item.failed_at = utc_now()
        else:
            item.not_before = utc_now() + timedelta(seconds=2**item.attempts * 5)
        log.error("outbox item failed", kind=item.kind, item=str(item_id), attempts=item.attempts, exc_info=error)
