"""What the matcher works with: stored sentence vectors, and the settings that two administrators put in force."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Stamped, UuidKey, utc_now
from models.people import User


class RecordMeaning(UuidKey, Stamped, Base):
    """Sentence vectors of one profile or one post, made once after its texts change."""

    __tablename__ = "record_meaning"
    __table_args__ = (CheckConstraint("(profile_id IS NULL) <> (opportunity_id IS NULL)", name="of_one_record"),)

    profile_id: Mapped[UUID | None] = mapped_column(ForeignKey("profile.id"), unique=True)
    opportunity_id: Mapped[UUID | None] = mapped_column(ForeignKey("opportunity.id"), unique=True)
    encoder: Mapped[str]
    """Its name with the rules of reading (`made_by` in ml.meaning): another one means out of date."""
    texts_digest: Mapped[str]
    """Fingerprint of the texts, the encoder and the limit they were made from: another one means out of date."""
    data: Mapped[bytes] = mapped_column(LargeBinary)
    """`Meaning.to_bytes` (ml.meaning)."""


class SettingsState(StrEnum):
    """Where a set of settings stands."""

    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    REPLACED = "replaced"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class MatcherSettings(UuidKey, Stamped, Base):
    """Settings of the matcher: proposed by one administrator with reports, put in force by another."""

    __tablename__ = "matcher_settings"
    __table_args__ = (
        Index(
            "uq_matcher_settings_in_force",
            "state",
            unique=True,
            sqlite_where=text("state = 'in_force'"),
            postgresql_where=text("state = 'in_force'"),
        ),
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> proposed_by_id", name="two_people"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decision_is_signed"),
    )

    number: Mapped[int] = mapped_column(unique=True)
    """Counts up from 1."""
    state: Mapped[SettingsState] = mapped_column(default=SettingsState.PROPOSED, index=True)
    params: Mapped[dict[str, Any]]
    """RunSettings.to_plain (talent.matching.settings)."""
    params_hash: Mapped[str]
    reports: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What changed by rank, fairness, parity and attack reports, as they were when it was proposed."""
    note: Mapped[str] = mapped_column(Text, default="")
    proposed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    """None on the command line."""
    proposed_at: Mapped[datetime] = mapped_column(default=utc_now)
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str] = mapped_column(Text, default="")
    in_force_from: Mapped[datetime | None]
    in_force_to: Mapped[datetime | None]
    proposed_by: Mapped[User | None] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
