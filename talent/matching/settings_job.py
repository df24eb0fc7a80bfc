"""The outbox job that makes the reports of a proposal."""

from __future__ import annotations

import time
from uuid import UUID

from sqlalchemy.orm import Session

from models import MatcherSettings, OutboxItem, SettingsState, utc_now
from talent.db import transaction
from talent.matching.queries_settings import BASE
from talent.matching.settings import in_force, settings_of
from talent.matching.settings_figures import measured
from talent.matching.settings_gate import MEASURES
from talent.matching.settings_reports import Tick, pool_report

KEEP_EVERY = 30
"""Seconds after which the outbox is told that the job is still at work."""


def make_reports(session: Session, item: OutboxItem) -> None:
    """Make the reports of the proposal that an outbox item names; a failure is noted, and the outbox tries again."""
    item_id, settings_id = item.id, UUID(item.payload["settings_id"])
    if not _is_waiting(session, settings_id):
        return
    kept = float(-KEEP_EVERY)

    def keep() -> None:
        nonlocal kept
        if time.monotonic() - kept >= KEEP_EVERY:
            kept = time.monotonic()
            with transaction(session):  # so that no other worker takes a long job over
                session.get_one(OutboxItem, item_id).taken_at = utc_now()

    try:
        _make(session, settings_id, keep)
    except Exception as error:
        session.rollback()
        _note(session, settings_id, {"state": "failed", "error": type(error).__name__})
        raise


def _make(session: Session, settings_id: UUID, keep: Tick) -> None:
    present, proposed = in_force(session), settings_of(session.get_one(MatcherSettings, settings_id))
    _note(session, settings_id, {"state": "making"})
    pool = pool_report(session, present, proposed, keep)
    reports: dict[str, object] = {
        "state": "ready",
        "made_at": utc_now().isoformat(),
        "settings_hash": proposed.sha256,
        "compared_with": present.sha256,
        "pool": pool,
    }
    for name in MEASURES:
        reports[name] = measured(name, proposed.matcher, present.matcher, keep)
        keep()
    _note(session, settings_id, reports)


def _is_waiting(session: Session, settings_id: UUID) -> bool:
    row = session.get(MatcherSettings, settings_id)
    return row is not None and row.state is SettingsState.PROPOSED


def _note(session: Session, settings_id: UUID, reports: dict[str, object]) -> None:
    """Keep the reports unless the proposal was answered meanwhile."""
    with transaction(session):
        row = session.get_one(MatcherSettings, settings_id)
        if row.state is SettingsState.PROPOSED:
            row.reports = {BASE: row.reports[BASE], **reports}
