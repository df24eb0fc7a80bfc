"""Reading the record of who did what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from models import AuditEntry, Organisation, User
from models.types import Country
from talent.audit.masked import MaskedEntry, is_ahead_of, is_look, masked_entry, tells_actor, tells_person
from talent.audit.words import group_of

PAGE_SIZE = 50
MOST_EXPORTED = 50_000
AT_A_TIME = 1000


@dataclass(frozen=True)
class Wanted:
    """What is looked for; what is empty does not narrow. `begin` is included, `end` is not."""

    group: str = ""
    actor_id: UUID | None = None
    subject: str = ""
    begin: datetime | None = None
    end: datetime | None = None
    country: Country | None = None


@dataclass(frozen=True)
class EntriesPage:
    rows: Sequence[MaskedEntry]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def groups(session: Session) -> list[str]:
    """The groups of every action there is an entry of."""
    found = session.scalars(select(AuditEntry.action).distinct())
    return sorted({group_of(action) for action in found})


def entries(session: Session, reader: User, wanted: Wanted, page: int = 1) -> EntriesPage:
    """One page of entries as the reader may see them, the newest first."""
    conditions = _conditions(reader, wanted)
    total = session.scalar(select(func.count()).select_from(AuditEntry).where(*conditions)) or 0
    number = min(max(page, 1), max(1, -(-total // PAGE_SIZE)))
    newest = select(AuditEntry).where(*conditions).order_by(AuditEntry.id.desc())
    rows = session.scalars(newest.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    return EntriesPage([masked_entry(row) for row in rows], total, number)


def every_entry(session: Session, reader: User, wanted: Wanted) -> Iterator[MaskedEntry]:
    """All that matches as the reader may see it, the oldest first, read in steps."""
    last = 0
    while True:
        more: Select[AuditEntry] = select(AuditEntry).where(*_conditions(reader, wanted), AuditEntry.id > last)
        found = session.scalars(more.order_by(AuditEntry.id).limit(AT_A_TIME)).all()
        yield from map(masked_entry, found)
        if len(found) < AT_A_TIME:
            return
        last = found[-1].id


def _conditions(reader: User, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [not_(is_ahead_of(reader))]
    if wanted.group:
        found.append(AuditEntry.action.startswith(f"{wanted.group}.", autoescape=True))
    if wanted.actor_id is not None:
        found += [AuditEntry.actor_id == wanted.actor_id, tells_actor()]
    if wanted.subject:
        found.append(_about(wanted.subject))
    if wanted.begin is not None:
        found.append(AuditEntry.at >= wanted.begin)
    if wanted.end is not None:
        found.append(AuditEntry.at < wanted.end)
    if wanted.country is not None:
        people = (
            select(User.id)
            .join(Organisation, Organisation.id == User.organisation_id)
            .where(Organisation.country == wanted.country)
        )
        found.append(or_(AuditEntry.actor_id.in_(people), AuditEntry.person_id.in_(people)))
    return found


def _about(subject: str) -> ColumnElement[bool]:
    """About the record with this id, or about the person with it."""
    same_record = and_(AuditEntry.subject_id == subject, not_(is_look()))
    try:
        return or_(same_record, and_(AuditEntry.person_id == UUID(subject), tells_person()))
    except ValueError:
        return same_record
