"""Reading what imports did."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models import ImportBatch, ImportedRow, Organisation, User
from talent.db import get_or_404
from talent.errors import NotFound

PAGE_SIZE = 50


def batches(session: Session, actor: User, page: int = 1) -> tuple[list[tuple[ImportBatch, Organisation]], int]:
    """One page of the imports into organisations of the actor's countries, newest first, and how many there are."""
    mine = (
        select(ImportBatch, Organisation)
        .join(Organisation, Organisation.id == ImportBatch.organisation_id)
        .where(Organisation.country.in_(actor.administered_countries))
    )
    total = session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    rows = session.execute(
        mine.order_by(ImportBatch.created_at.desc(), ImportBatch.id).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    ).all()
    return [(batch, organisation) for batch, organisation in rows], total


def batch(session: Session, actor: User, batch_id: UUID) -> tuple[ImportBatch, Organisation]:
    """One import. Raises NotFound when it went into another country's organisation."""
    found = get_or_404(session, ImportBatch, batch_id)
    organisation = session.get_one(Organisation, found.organisation_id)
    if organisation.country not in actor.administered_countries:
        raise NotFound
    return found, organisation


def rows_to_look_at(session: Session, batch_id: UUID, page: int = 1) -> tuple[Sequence[ImportedRow], int]:
    """Rows refused, or created with something to complete, in the order of the file."""
    wanted = select(ImportedRow).where(
        ImportedRow.batch_id == batch_id, or_(ImportedRow.outcome == "refused", ImportedRow.outcome == "created")
    )
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = session.scalars(wanted.order_by(ImportedRow.line).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    return rows, total


def all_rows(session: Session, batch_id: UUID) -> Sequence[ImportedRow]:
    return session.scalars(select(ImportedRow).where(ImportedRow.batch_id == batch_id).order_by(ImportedRow.line)).all()
