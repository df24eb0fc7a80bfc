"""Review by post: shortlists, first views, interests, and what is shown of a person by name and why."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Stamped, UuidKey, utc_now
from models.dated import Reason
from models.match import MatchSuggestion
from models.opportunity import Opportunity
from models.people import User
from models.types import Answer


class FirstView(StrEnum):
    """What a reviewer thinks of a card before any score is shown."""

    FITS = "fits"
    UNSURE = "unsure"
    DOES_NOT_FIT = "does_not_fit"


class Shortlist(UuidKey, Stamped, Base):
    """The cards of one post that one reviewer looks at together, in an order of their own."""

    __tablename__ = "shortlist"
    __table_args__ = (
        Index(
            "uq_shortlist_open",
            "opportunity_id",
            "reviewer_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    opportunity_id: Mapped[UUID] = mapped_column(ForeignKey("opportunity.id"), index=True)
    reviewer_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    seed: Mapped[str]
    """Of the order within bands: random, one for each shortlist."""
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """How many cards, and how many mixed in from below the threshold, when it was made."""
    first_viewed_at: Mapped[datetime | None]
    """When the first view of every card was given; scores are shown from then on."""
    closed_at: Mapped[datetime | None]
    opportunity: Mapped[Opportunity] = relationship()
    reviewer: Mapped[User] = relationship()
    cards: Mapped[list[ShortlistCard]] = relationship(
        back_populates="shortlist", cascade="all, delete-orphan", order_by="ShortlistCard.position"
    )


class ShortlistCard(UuidKey, Base):
    """One suggestion on a shortlist: where it stood, the first view of it, and when it was decided."""

    __tablename__ = "shortlist_card"
    __table_args__ = (
        UniqueConstraint("shortlist_id", "suggestion_id"),
        UniqueConstraint("shortlist_id", "position"),
        UniqueConstraint("shortlist_id", "decision_position"),
        CheckConstraint("(first_view IS NULL) = (first_viewed_at IS NULL)", name="view_is_dated"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decision_is_dated"),
    )

    shortlist_id: Mapped[UUID] = mapped_column(ForeignKey("shortlist.id"))
    suggestion_id: Mapped[UUID] = mapped_column(ForeignKey("match_suggestion.id"), index=True)
    position: Mapped[int]
    """1 for the card shown first on the page of first views, where the order is wholly random."""
    decision_position: Mapped[int | None]
    """1 for the card shown first among the scores and decisions; shuffled within bands."""
    mixed_in: Mapped[bool] = mapped_column(default=False)
    """From below the threshold; never shown before the decision."""
    first_view: Mapped[FirstView | None]
    first_viewed_at: Mapped[datetime | None]
    shown_at: Mapped[datetime | None]
    """When its score and explanation were first shown to the reviewer."""
    decision: Mapped[Answer | None]
    """What this reviewer answered last; None while they have not, or took it back."""
    decided_at: Mapped[datetime | None]
    shortlist: Mapped[Shortlist] = relationship(back_populates="cards")
    suggestion: Mapped[MatchSuggestion] = relationship()


class DeclaredInterest(UuidKey, Base):
    """An interest a reviewer declared in a post or in a person: no decision about it from then on."""

    __tablename__ = "declared_interest"
    __table_args__ = (
        CheckConstraint("(opportunity_id IS NULL) <> (profile_id IS NULL)", name="one_side"),
        UniqueConstraint("reviewer_id", "opportunity_id"),
        UniqueConstraint("reviewer_id", "profile_id"),
    )

    reviewer_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    opportunity_id: Mapped[UUID | None] = mapped_column(ForeignKey("opportunity.id"))
    profile_id: Mapped[UUID | None] = mapped_column(ForeignKey("profile.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    declared_at: Mapped[datetime] = mapped_column(default=utc_now)


class Unmasking(UuidKey, Base):
    """An administrator asked to see who a person is, and why. Shown to the person, and over after a while."""

    __tablename__ = "unmasking"

    suggestion_id: Mapped[UUID] = mapped_column(ForeignKey("match_suggestion.id"), index=True)
    actor_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("reason.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(default=utc_now)
    until: Mapped[datetime]
    suggestion: Mapped[MatchSuggestion] = relationship()
    reason: Mapped[Reason] = relationship()


class MatcherSwitch(UuidKey, Base):
    """The matcher turned off or on: the newest row holds. Rows are only ever added."""

    __tablename__ = "matcher_switch"

    enabled: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text, default="")
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
