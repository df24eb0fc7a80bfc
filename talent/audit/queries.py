"""Reading the record of who did what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import AuditEntry

PAGE_SIZE = 50


@dataclass(frozen=True)
class EntriesPage:
    rows: Sequence[AuditEntry]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def actions(session: Session) -> Sequence[str]:
    """Every action there is a row of, in alphabetical order."""
    return session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)).all()


def entries(session: Session, action: str = "", subject: str = "", page: int = 1) -> EntriesPage:
    """One page of rows, the newest first; of one action, or about the record with this id."""
    found = select(AuditEntry)
    if action:
        found = found.where(AuditEntry.action == action)
    if subject:
        found = found.where(AuditEntry.subject_id == subject)
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    number = min(max(page, 1), max(1, -(-total // PAGE_SIZE)))
    rows = session.scalars(found.order_by(AuditEntry.id.desc()).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    return EntriesPage(rows, total, number)
