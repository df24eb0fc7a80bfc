"""Letting things go when their time is over, by the retention rules in force. Daily by the sweep, or by command."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, MatchSuggestion, Profile, RetentionRule, User, utc_now
from models.types import Country
from talent import jobs
from talent.audit.services import record
from talent.db import after_commit, transaction
from talent.errors import DomainError
from talent.framework.dated import row_in_force, rule_number
from talent.i18n import in_language, local_date
from talent.notifications.services import notify
from talent.privacy import traces
from talent.privacy.expiring import RECORDS, Before, Record, idle, last_use

log = structlog.get_logger(__name__)
RUN = "retention.run"
EVERY = timedelta(days=1)
LOOK_EVERY = timedelta(minutes=10)
"""How often the sweep, which comes by every few seconds, asks when the last run was."""
EMPTIES_PAGES = frozenset({"withdrawn_profiles", "draft_profiles", "unclaimed_profiles", "closed_suggestions"})


@dataclass(frozen=True)
class Gone:
    """One row that is past its time: the kind of record, and its id."""

    kind: str
    key: str


_looked_at: list[datetime] = []


def register() -> None:
    """Called once by create_app."""
    jobs.every_sweep(run_daily)


def due(session: Session) -> list[Gone]:
    """Everything that is past its time now, kind by kind. Changes nothing."""
    return [Gone(kind.code, key) for kind in RECORDS for key in _due(session, kind)]


def run(session: Session) -> list[Gone]:
    """Let everything go that is past its time, each in a transaction of its own; returns what went.

    What cannot go now (an account whose duty nobody has taken over) stays, and is looked at again next time.
    """
    gone: list[Gone] = []
    for kind in RECORDS:
        if kind.remove is None:
            continue
        for key in _due(session, kind):
            if _remove(session, kind, key):
                gone.append(Gone(kind.code, key))
    _note_run(session, gone)
    return gone


def run_daily(session: Session) -> int:
    """The sweep: warn the owners of unused accounts, and run once a day; returns how many rows went."""
    now = utc_now()
    if _looked_at and timedelta() <= now - _looked_at[0] < LOOK_EVERY:
        return 0
    _looked_at[:] = [now]
    if not _is_time(session, now):
        return 0
    warned = warn_idle(session)
    return warned + len(run(session))


def warn_idle(session: Session) -> int:
    """Tell owners of accounts that nobody uses that these are deleted soon; returns how many were told.

    A warning given before the person last signed in does not count.
    """
    days = rule_number(session, "idle_warning_days")
    before = {country: moment + timedelta(days=days) for country, moment in _before(session, "idle_accounts").items()}
    _forget_old_warnings(session)
    waiting = idle(session, before, User.idle_warned_at.is_(None)) if before else ()
    last_day = (utc_now() + timedelta(days=days)).date()
    for key in waiting:
        with transaction(session):
            user = session.get_one(User, UUID(key))
            with in_language(user.language):
                day = local_date(last_day)
            notify(session, user, "account_idle", endpoint="security.login", day=day)
            user.idle_warned_at = utc_now()
            record(session, None, "account.idle_warned", user)
    return len(waiting)


def _forget_old_warnings(session: Session) -> None:
    stale = session.scalars(
        select(User.id).where(User.idle_warned_at.is_not(None), last_use() > User.idle_warned_at)
    ).all()
    for user_id in stale:
        with transaction(session):
            session.get_one(User, user_id).idle_warned_at = None


def _due(session: Session, kind: Record) -> list[str]:
    before = _before(session, kind.code)
    return list(kind.due(session, before)) if before else []


def _before(session: Session, code: str) -> Before:
    """By country, the moment before which records of this kind are past their time; empty without a rule."""
    now = utc_now()
    found = {country: row_in_force(session, RetentionRule, code, country=country) for country in Country}
    return {country: now - timedelta(days=row.keep_days) for country, row in found.items() if row is not None}


def _remove(session: Session, kind: Record, key: str) -> bool:
    assert kind.remove is not None
    try:
        with transaction(session):
            kind.remove(session, key)
            if kind.code in EMPTIES_PAGES:
                _record_gone(session, kind, key)
    except DomainError as refused:
        log.warning("a record past its time stays", kind=kind.code, key=key, why=type(refused).__name__)
        return False
    return True


def _record_gone(session: Session, kind: Record, key: str) -> None:
    model = MatchSuggestion if kind.code == "closed_suggestions" else Profile
    record(session, None, "retention.erase", session.get_one(model, UUID(key)), rule=kind.code)


def _note_run(session: Session, gone: list[Gone]) -> None:
    counts = {kind: sum(row.kind == kind for row in gone) for kind in _kinds(gone)}
    with transaction(session):
        rule = row_in_force(session, RetentionRule, "audit")
        if rule is None:
            return
        record(session, None, RUN, rule, removed=counts)
        if EMPTIES_PAGES & counts.keys():
            traces.order_empty_pages(session)
            after_commit(session, traces.forget_in_memory)


def _kinds(gone: list[Gone]) -> Iterator[str]:
    yield from dict.fromkeys(row.kind for row in gone)


def _is_time(session: Session, now: datetime) -> bool:
    last = session.scalar(select(AuditEntry.at).where(AuditEntry.action == RUN).order_by(AuditEntry.at.desc()).limit(1))
    return last is None or now - last >= EVERY
