"""A civil servant's skills profile."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Stamped, UuidKey, utc_now
from models.dated import LawfulBasis, Reason
from models.framework import Grade, Organisation, Region, RoleLevel, Skill
from models.people import User
from models.text import LocalText
from models.types import BasisPurpose, Cefr, LanguageBasis, ProfileStatus


class Profile(UuidKey, Stamped, Base):
    """What a person can do and wants to do. Steps are saved one by one on the draft row.

    `user_id` is empty for an imported profile until its owner claims it. A withdrawn profile never comes back:
    a person who takes part again has a new one, so one live profile a person is what is unique.
    """

    __tablename__ = "profile"
    __table_args__ = (
        CheckConstraint("status <> 'paused' OR paused_at IS NOT NULL", name="pause_is_dated"),
        CheckConstraint(
            "available_to IS NULL OR available_from IS NULL OR available_to >= available_from", name="available_period"
        ),
        UniqueConstraint("organisation_id", "import_source", "external_id"),
        Index(
            "uq_profile_live",
            "user_id",
            unique=True,
            sqlite_where=text("status NOT IN ('withdrawn', 'erased')"),
            postgresql_where=text("status NOT IN ('withdrawn', 'erased')"),
        ),
    )

    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    status: Mapped[ProfileStatus] = mapped_column(default=ProfileStatus.DRAFT, index=True)
    version: Mapped[int] = mapped_column(default=1)

    # About you
    grade_id: Mapped[str | None] = mapped_column(ForeignKey("grade.id"))
    job_series: Mapped[str] = mapped_column(default="")
    """직렬, for officials of Korea."""
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))

    # Skills start from a role level; kept so that the person can see where they began
    role_level_id: Mapped[str | None] = mapped_column(ForeignKey("role_level.id"))

    # What you look for; an empty list or None means "not stated"
    kinds: Mapped[list[str]] = mapped_column(default=list)
    available_from: Mapped[date | None]
    available_to: Mapped[date | None]
    lengths: Mapped[list[str]] = mapped_column(default=list)
    """Values of LengthBand."""
    working_patterns: Mapped[list[str]] = mapped_column(default=list)
    work_modes: Mapped[list[str]] = mapped_column(default=list)
    wished_regions: Mapped[list[str]] = mapped_column(default=list)
    role_families: Mapped[list[str]] = mapped_column(default=list)

    steps_saved: Mapped[list[str]] = mapped_column(default=list)
    """Steps the person has saved at least once, so that an optional step can show as done."""
    activated_at: Mapped[datetime | None]
    confirmed_current_at: Mapped[datetime | None]
    """When the person last said that the profile is right; older than the rule allows, it shows as stale."""
    paused_at: Mapped[datetime | None]
    paused_until: Mapped[date | None]
    withdrawn_at: Mapped[datetime | None]
    matching_opted_out_at: Mapped[datetime | None]
    """Since when the matcher leaves the person out; they can still ask to be considered for a post."""

    # Import
    import_source: Mapped[str] = mapped_column(default="")
    external_id: Mapped[str | None]
    claim_token_hash: Mapped[str | None] = mapped_column(unique=True)
    claimed_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship()
    organisation: Mapped[Organisation] = relationship(lazy="joined")
    grade: Mapped[Grade | None] = relationship()
    region: Mapped[Region | None] = relationship()
    role_level: Mapped[RoleLevel | None] = relationship()
    skills: Mapped[list[ProfileSkill]] = relationship(
        back_populates="profile", cascade="all, delete-orphan", order_by="ProfileSkill.skill_id"
    )
    languages: Mapped[list[ProfileLanguage]] = relationship(
        back_populates="profile", cascade="all, delete-orphan", order_by="ProfileLanguage.language"
    )
    texts: Mapped[list[ProfileText]] = relationship(
        back_populates="profile", cascade="all, delete-orphan", order_by="ProfileText.lang"
    )
    bases: Mapped[list[ProfileBasis]] = relationship(
        back_populates="profile", cascade="all, delete-orphan", order_by="ProfileBasis.recorded_at"
    )
    events: Mapped[list[ProfileEvent]] = relationship(
        back_populates="profile", cascade="all, delete-orphan", order_by="ProfileEvent.at"
    )

    __mapper_args__ = {"version_id_col": version}


class ProfileSkill(UuidKey, Base):
    """A skill the person has (with a level), wants to develop, or both."""

    __tablename__ = "profile_skill"
    __table_args__ = (
        UniqueConstraint("profile_id", "skill_id"),
        CheckConstraint("level IS NULL OR level BETWEEN 1 AND 4", name="level_range"),
        CheckConstraint("level IS NOT NULL OR develop", name="held_or_wanted"),
    )

    profile_id: Mapped[UUID] = mapped_column(ForeignKey("profile.id"))
    skill_id: Mapped[str] = mapped_column(ForeignKey("skill.id"))
    level: Mapped[int | None]
    """1 awareness to 4 expert; None for a skill the person does not have yet but wants to develop."""
    evidence: Mapped[str] = mapped_column(Text, default="")
    develop: Mapped[bool] = mapped_column(default=False)
    proposed: Mapped[bool] = mapped_column(default=False)
    """Recognised in imported text and not yet confirmed by a person."""
    profile: Mapped[Profile] = relationship(back_populates="skills")
    skill: Mapped[Skill] = relationship()


class ProfileLanguage(UuidKey, Base):
    """A language the person knows, shown by a test or self-assessed. CEFR levels are indicative."""

    __tablename__ = "profile_language"
    __table_args__ = (UniqueConstraint("profile_id", "language"),)

    profile_id: Mapped[UUID] = mapped_column(ForeignKey("profile.id"))
    language: Mapped[str] = mapped_column(ForeignKey("spoken_language.code"))
    basis: Mapped[LanguageBasis]
    test: Mapped[str | None]
    """Code of a LanguageTest."""
    score: Mapped[str | None]
    taken_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    speaking: Mapped[Cefr | None]
    reading: Mapped[Cefr | None]
    profile: Mapped[Profile] = relationship(back_populates="languages")


class ProfileText(UuidKey, Stamped, LocalText, Base):
    """The person's experience in their own words; one language is enough."""

    __tablename__ = "profile_text"
    __table_args__ = (UniqueConstraint("profile_id", "field", "lang"),)

    profile_id: Mapped[UUID] = mapped_column(ForeignKey("profile.id"))
    profile: Mapped[Profile] = relationship(back_populates="texts")


class ProfileBasis(UuidKey, Base):
    """The person's choice or consent for one purpose, under the exact text shown at the time."""

    __tablename__ = "profile_basis"
    __table_args__ = (
        Index(
            "uq_profile_basis_in_force",
            "profile_id",
            "purpose",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    profile_id: Mapped[UUID] = mapped_column(ForeignKey("profile.id"))
    purpose: Mapped[BasisPurpose]
    lawful_basis_id: Mapped[UUID] = mapped_column(ForeignKey("lawful_basis.id"))
    agreed: Mapped[bool]
    reference: Mapped[str] = mapped_column(default="")
    """Where a basis collected outside the service is kept."""
    recorded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=utc_now)
    ended_at: Mapped[datetime | None]
    profile: Mapped[Profile] = relationship(back_populates="bases")
    lawful_basis: Mapped[LawfulBasis] = relationship()


class ProfileEvent(UuidKey, Base):
    """One change of a profile's state: who, in which role, when and why."""

    __tablename__ = "profile_event"

    profile_id: Mapped[UUID] = mapped_column(ForeignKey("profile.id"), index=True)
    action: Mapped[str]
    from_status: Mapped[ProfileStatus]
    to_status: Mapped[ProfileStatus]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    role: Mapped[str]
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("reason.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(default=utc_now)
    profile: Mapped[Profile] = relationship(back_populates="events")
    reason: Mapped[Reason | None] = relationship()
