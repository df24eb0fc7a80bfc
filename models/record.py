"""What happened and what must still be done: audit, outbox, notifications, imports."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Stamped, UuidKey, utc_now


class AuditEntry(Base):
    """Who did what to which record, when. Refers to records by id and holds no personal text."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject_type", "subject_id"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    actor_kind: Mapped[str]
    """`user`, `system` (job or command), `link` (a holder who answered by link) or `visitor` (nobody signed in)."""
    action: Mapped[str] = mapped_column(index=True)
    subject_type: Mapped[str]
    subject_id: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    request_id: Mapped[str] = mapped_column(default="")
    address: Mapped[str | None]
    """Network address the actor came from; None for jobs and commands."""
    person_id: Mapped[UUID | None] = mapped_column(index=True)
    """Whose data it was about, where that is one person. An id only, so that it outlives the account."""
    chain_number: Mapped[int | None] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), unique=True)
    """Place in the chain, without gaps from 1."""
    chain_hash: Mapped[str | None]
    """Keyed hash of this row and of the row before it (talent.audit.chain)."""


class AuditHead(Base):
    """The end of the audit chain: one row, changed with every entry, so that a cut tail shows."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    chain_hash: Mapped[str]
    mac: Mapped[str]
    """Keyed hash of number and chain hash: only the service can set them."""


class OutboxItem(UuidKey, Base):
    """Work to be done after the commit, kept until done: the queue of record. The job runner only carries ids."""

    __tablename__ = "outbox_item"
    __table_args__ = (
        Index("ix_outbox_item_due", "done_at", "failed_at", "not_before"),
        CheckConstraint("done_at IS NULL OR failed_at IS NULL", name="one_ending"),
    )

    kind: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    dedupe_key: Mapped[str | None] = mapped_column(index=True)
    """While an item with the same key waits, another is not added."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    not_before: Mapped[datetime] = mapped_column(default=utc_now)
    attempts: Mapped[int] = mapped_column(default=0)
    taken_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    """Given up after the last attempt; an administrator can send it again."""
    last_error: Mapped[str] = mapped_column(Text, default="")


class Notification(UuidKey, Base):
    """A notice inside the service. Its words are made when it is read, in the reader's language."""

    __tablename__ = "notification"
    __table_args__ = (Index("ix_notification_reader", "user_id", "read_at"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[str]
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    endpoint: Mapped[str] = mapped_column(default="")
    endpoint_args: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    read_at: Mapped[datetime | None]


class ImportBatch(UuidKey, Stamped, Base):
    """One import of a file, and what became of it."""

    __tablename__ = "import_batch"

    kind: Mapped[str]
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    file_sha256: Mapped[str]
    arrive_as: Mapped[str]
    """Status the rows arrive with: draft, or published (posts) or active (profiles)."""
    basis_reference: Mapped[str] = mapped_column(default="")
    created: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)


class ImportedRow(UuidKey, Base):
    """One line of an import: what it became, or why it was refused."""

    __tablename__ = "imported_row"
    __table_args__ = (UniqueConstraint("batch_id", "line"),)

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("import_batch.id"))
    line: Mapped[int]
    external_id: Mapped[str] = mapped_column(default="", index=True)
    raw: Mapped[str] = mapped_column(Text, default="")
    """The line as it came, until it is dealt with; then empty."""
    outcome: Mapped[str] = mapped_column(default="waiting", index=True)
    """`waiting`, `created`, `unchanged` or `refused`."""
    reason: Mapped[str] = mapped_column(default="")
    """Code of why it was refused (talent.exchange.rows), empty otherwise."""
    detail: Mapped[str] = mapped_column(Text, default="")
    subject_id: Mapped[UUID | None]
    to_complete: Mapped[list[str]] = mapped_column(default=list)
    at: Mapped[datetime] = mapped_column(default=utc_now)
