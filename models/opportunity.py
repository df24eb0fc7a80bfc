"""A post that an organisation offers to the exchange."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Stamped, UuidKey, utc_now
from models.dated import Reason
from models.framework import Grade, Organisation, Region, RoleLevel, Skill
from models.people import User
from models.text import LocalText
from models.types import (
    Audience,
    Cefr,
    CostPayer,
    Currency,
    LengthUnit,
    OpportunityStatus,
    WorkingPattern,
    WorkMode,
)

DAYS_PER_MONTH = 30.4375


class Opportunity(UuidKey, Stamped, Base):
    """A secondment or other exchange, owned by its organisation. Only `kind` decides which fields it must fill."""

    __tablename__ = "opportunity"
    __table_args__ = (
        CheckConstraint("places IS NULL OR places >= 1", name="has_places"),
        CheckConstraint("places_claimed >= 0 AND places_claimed <= coalesce(places, 0)", name="places_not_overdrawn"),
        CheckConstraint(
            "start_latest IS NULL OR start_earliest IS NULL OR start_latest >= start_earliest", name="start_window"
        ),
        CheckConstraint(
            "status NOT IN ('published', 'paused', 'closed', 'filled', 'unfilled') OR published_at IS NOT NULL",
            name="publication_is_dated",
        ),
        CheckConstraint("approved_by_id IS NULL OR approved_by_id <> author_id", name="approver_is_not_author"),
        UniqueConstraint("organisation_id", "import_source", "external_id"),
    )

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    status: Mapped[OpportunityStatus] = mapped_column(default=OpportunityStatus.DRAFT, index=True)
    version: Mapped[int] = mapped_column(default=1)

    kind: Mapped[str | None]
    """Code of an ExchangeKind."""
    role_level_id: Mapped[str | None] = mapped_column(ForeignKey("role_level.id"))
    places: Mapped[int | None]
    places_claimed: Mapped[int] = mapped_column(default=0)
    start_earliest: Mapped[date | None]
    start_latest: Mapped[date | None]
    length: Mapped[int | None]
    length_unit: Mapped[LengthUnit] = mapped_column(default=LengthUnit.MONTHS)
    working_pattern: Mapped[WorkingPattern | None]
    work_mode: Mapped[WorkMode | None]
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    working_language: Mapped[str | None] = mapped_column(ForeignKey("spoken_language.code"))
    speaking_level: Mapped[Cefr | None]
    reading_level: Mapped[Cefr | None]
    interpreter: Mapped[bool | None]
    grade_min_id: Mapped[str | None] = mapped_column(ForeignKey("grade.id"))
    grade_max_id: Mapped[str | None] = mapped_column(ForeignKey("grade.id"))
    audience: Mapped[Audience | None]
    access_needed: Mapped[str | None]
    """Code of an AccessLevel."""
    reserved_for_nationals: Mapped[bool] = mapped_column(default=False)
    uk_route: Mapped[str | None]
    """Code of a UkRoute."""
    uk_sponsor: Mapped[str] = mapped_column(default="")
    supernumerary_reason: Mapped[str] = mapped_column(Text, default="")
    kind_details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Fields only some kinds have: group_leader, itinerary, group_size, mentoring_hours, project_outcome."""
    closes_on: Mapped[date | None]
    """Last day, to the end of that day in the host organisation's time zone."""

    steps_saved: Mapped[list[str]] = mapped_column(default=list)
    submitted_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    translation_awaited_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    """The administrator who allowed publication with one language awaited."""
    closed_at: Mapped[datetime | None]
    import_source: Mapped[str] = mapped_column(default="")
    external_id: Mapped[str | None]

    organisation: Mapped[Organisation] = relationship(lazy="joined")
    author: Mapped[User | None] = relationship(foreign_keys=[author_id])
    approved_by: Mapped[User | None] = relationship(foreign_keys=[approved_by_id])
    role_level: Mapped[RoleLevel | None] = relationship()
    region: Mapped[Region | None] = relationship()
    grade_min: Mapped[Grade | None] = relationship(foreign_keys=[grade_min_id])
    grade_max: Mapped[Grade | None] = relationship(foreign_keys=[grade_max_id])
    skills: Mapped[list[OpportunitySkill]] = relationship(
        back_populates="opportunity", cascade="all, delete-orphan", order_by="OpportunitySkill.skill_id"
    )
    texts: Mapped[list[OpportunityText]] = relationship(
        back_populates="opportunity",
        cascade="all, delete-orphan",
        order_by="OpportunityText.field, OpportunityText.lang",
    )
    cost_lines: Mapped[list[CostLine]] = relationship(
        back_populates="opportunity", cascade="all, delete-orphan", order_by="CostLine.position"
    )
    events: Mapped[list[OpportunityEvent]] = relationship(
        back_populates="opportunity", cascade="all, delete-orphan", order_by="OpportunityEvent.at"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def length_months(self) -> float | None:
        """The length in months of 30.4375 days; None while not stated."""
        if self.length is None:
            return None
        per_unit = {LengthUnit.DAYS: 1 / DAYS_PER_MONTH, LengthUnit.WEEKS: 7 / DAYS_PER_MONTH, LengthUnit.MONTHS: 1.0}
        return self.length * per_unit[self.length_unit]


class OpportunitySkill(UuidKey, Base):
    __tablename__ = "opportunity_skill"
    __table_args__ = (
        UniqueConstraint("opportunity_id", "skill_id"),
        CheckConstraint("level BETWEEN 1 AND 4", name="level_range"),
    )

    opportunity_id: Mapped[UUID] = mapped_column(ForeignKey("opportunity.id"))
    skill_id: Mapped[str] = mapped_column(ForeignKey("skill.id"))
    level: Mapped[int]
    essential: Mapped[bool] = mapped_column(default=True)
    proposed: Mapped[bool] = mapped_column(default=False)
    """Recognised in imported text and not yet confirmed by a person."""
    opportunity: Mapped[Opportunity] = relationship(back_populates="skills")
    skill: Mapped[Skill] = relationship()


class OpportunityText(UuidKey, Stamped, LocalText, Base):
    """`field` is title or description."""

    __tablename__ = "opportunity_text"
    __table_args__ = (UniqueConstraint("opportunity_id", "field", "lang"),)

    opportunity_id: Mapped[UUID] = mapped_column(ForeignKey("opportunity.id"))
    opportunity: Mapped[Opportunity] = relationship(back_populates="texts")


class CostLine(UuidKey, Base):
    """One cost of the exchange and who pays it, up to which amount."""

    __tablename__ = "cost_line"
    __table_args__ = (
        CheckConstraint("cap IS NULL OR cap >= 0", name="cap_not_negative"),
        CheckConstraint("cap IS NULL OR currency IS NOT NULL", name="cap_has_currency"),
    )

    opportunity_id: Mapped[UUID] = mapped_column(ForeignKey("opportunity.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    item: Mapped[str]
    """Code of a CostItem."""
    payer: Mapped[CostPayer]
    cap: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    currency: Mapped[Currency | None]
    year: Mapped[str] = mapped_column(default="")
    """Budget year as its country writes it: 2027/28 in the UK (April to March), 2027 in Korea."""
    cost_code: Mapped[str] = mapped_column(default="")
    rate_date: Mapped[date | None]
    opportunity: Mapped[Opportunity] = relationship(back_populates="cost_lines")


class OpportunityEvent(UuidKey, Base):
    """One change of a post's state: who, in which role, when and why."""

    __tablename__ = "opportunity_event"

    opportunity_id: Mapped[UUID] = mapped_column(ForeignKey("opportunity.id"), index=True)
    action: Mapped[str]
    from_status: Mapped[OpportunityStatus]
    to_status: Mapped[OpportunityStatus]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    role: Mapped[str]
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("reason.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(default=utc_now)
    opportunity: Mapped[Opportunity] = relationship(back_populates="events")
    actor: Mapped[User | None] = relationship()
    reason: Mapped[Reason | None] = relationship()
