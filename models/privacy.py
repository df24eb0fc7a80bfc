"""What people ask about their data: contests, erasure, how long things are kept, equality monitoring."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Stamped, UuidKey, utc_now
from models.dated import Dated, PrivacyNotice
from models.framework import Described
from models.match import MatchSuggestion
from models.opportunity import Opportunity
from models.people import User
from models.types import Country, Language


def _today() -> date:
    return utc_now().date()


class ContestOutcome(StrEnum):
    """How a contest was answered."""

    UPHELD = "upheld"
    NOT_UPHELD = "not_upheld"


class Contest(UuidKey, Stamped, Base):
    """A person asks for a decision about them to be looked at again, by an administrator who did not take it."""

    __tablename__ = "contest"
    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (answered_by_id IS NULL)", name="answer_is_signed"),
        CheckConstraint("(answered_at IS NULL) = (outcome IS NULL)", name="answer_has_outcome"),
        CheckConstraint("answered_at IS NULL OR withdrawn_at IS NULL", name="one_ending"),
        CheckConstraint("followed_by_id IS NULL OR outcome = 'upheld'", name="reopened_when_upheld"),
        Index(
            "uq_contest_open",
            "user_id",
            "opportunity_id",
            unique=True,
            sqlite_where=text("answered_at IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=text("answered_at IS NULL AND withdrawn_at IS NULL"),
        ),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    suggestion_id: Mapped[UUID | None] = mapped_column(ForeignKey("match_suggestion.id"), index=True)
    """None when no suggestion was made and the person contests that."""
    opportunity_id: Mapped[UUID] = mapped_column(ForeignKey("opportunity.id"), index=True)
    about: Mapped[str]
    """Code of what is contested: a status of the suggestion, or the answer to why there is none."""
    country: Mapped[Country]
    """Whose administrators answer."""
    words: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime]
    """By when it must be answered."""
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    outcome: Mapped[ContestOutcome | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    withdrawn_at: Mapped[datetime | None]
    """When the person took it back, before an answer."""
    reminded_at: Mapped[datetime | None]
    """When administrators were reminded that it falls due."""
    followed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("match_suggestion.id"), index=True)
    """The new suggestion of the pair, for a fresh review, when it was upheld."""
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    suggestion: Mapped[MatchSuggestion | None] = relationship(foreign_keys=[suggestion_id])
    opportunity: Mapped[Opportunity] = relationship()

    @property
    def is_open(self) -> bool:
        """True until it is answered or taken back."""
        return self.answered_at is None and self.withdrawn_at is None


class RetentionRule(Dated, Described, Base):
    """How long one kind of record is kept, counted from what, and what happens then."""

    __tablename__ = "retention_rule"

    record: Mapped[str]
    """Which records: a code known to talent.privacy.retention."""
    starts_from: Mapped[str]
    keep_days: Mapped[int]


class ErasureReceipt(UuidKey, Base):
    """That an account was erased, under its pseudonym, and how much went. Also re-applied after a restore."""

    __tablename__ = "erasure_receipt"

    pseudonym: Mapped[UUID] = mapped_column(index=True)
    """Id of the account that was erased."""
    cause: Mapped[str]
    """`asked` by the person, `retention`, or `command`."""
    erased: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Number of rows, files and vectors, by kind."""
    at: Mapped[datetime] = mapped_column(default=utc_now)


class NoticeReading(UuidKey, Base):
    """A person was shown a notice and said that they have read it."""

    __tablename__ = "notice_reading"
    __table_args__ = (UniqueConstraint("user_id", "notice_id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("privacy_notice.id"))
    language: Mapped[Language]
    """The language in which it was shown."""
    read_at: Mapped[datetime] = mapped_column(default=utc_now)
    notice: Mapped[PrivacyNotice] = relationship()


class MonitoringAnswer(UuidKey, Base):
    """An answer to an optional equality question, under a keyed pseudonym that nothing joins to people."""

    __tablename__ = "monitoring_answer"
    __table_args__ = (UniqueConstraint("owner", "question"),)

    owner: Mapped[str] = mapped_column(index=True)
    """Keyed hash of the account id; the key is not in the database."""
    question: Mapped[str]
    answer: Mapped[str]
    notice_version: Mapped[str]
    answered_on: Mapped[date] = mapped_column(default=_today)
    """A day and no time: a time could be laid beside the times of requests."""
