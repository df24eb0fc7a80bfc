"""The skills framework and other published lists: facts, loaded from data/reference, keyed by their published ids.

A skill that leaves the framework stays as a row with `active` false, so that profiles which hold it keep it.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Stamped, UuidKey, utc_now
from models.types import Country


class Named:
    """A name in both languages."""

    name_en: Mapped[str]
    name_ko: Mapped[str]


class Described(Named):
    description_en: Mapped[str] = mapped_column(Text, default="")
    description_ko: Mapped[str] = mapped_column(Text, default="")


class Withdrawable:
    """Present in the current release of its list, or withdrawn on a day."""

    active: Mapped[bool] = mapped_column(default=True)
    withdrawn_on: Mapped[date | None]


class RoleFamily(Described, Withdrawable, Base):
    __tablename__ = "role_family"

    id: Mapped[str] = mapped_column(primary_key=True)
    roles: Mapped[list[JobRole]] = relationship(back_populates="family", order_by="JobRole.name_en")


class JobRole(Described, Withdrawable, Base):
    """A role of the framework, such as data engineer (not a role that grants access)."""

    __tablename__ = "job_role"

    id: Mapped[str] = mapped_column(primary_key=True)
    family_id: Mapped[str] = mapped_column(ForeignKey("role_family.id"), index=True)
    senior_civil_service: Mapped[bool] = mapped_column(default=False)
    family: Mapped[RoleFamily] = relationship(back_populates="roles")
    levels: Mapped[list[RoleLevel]] = relationship(back_populates="role", order_by="RoleLevel.sequence")


class RoleLevel(Named, Withdrawable, Base):
    __tablename__ = "role_level"

    id: Mapped[str] = mapped_column(primary_key=True)
    role_id: Mapped[str] = mapped_column(ForeignKey("job_role.id"), index=True)
    sequence: Mapped[int]
    seniority: Mapped[int]
    """1 low to 8 high, derived from the level names."""
    role: Mapped[JobRole] = relationship(back_populates="levels")
    skills: Mapped[list[RoleLevelSkill]] = relationship(back_populates="role_level", order_by="RoleLevelSkill.skill_id")


class Skill(Described, Withdrawable, Base):
    __tablename__ = "skill"

    id: Mapped[str] = mapped_column(primary_key=True)
    family_hint: Mapped[str | None] = mapped_column(ForeignKey("role_family.id"))
    """The family that uses the skill most; a hint for browsing, not ownership."""
    scs_only: Mapped[bool] = mapped_column(default=False)
    aliases: Mapped[list[SkillAlias]] = relationship(back_populates="skill", order_by="SkillAlias.alias")


class SkillAlias(UuidKey, Base):
    """A form in which people write a skill."""

    __tablename__ = "skill_alias"
    __table_args__ = (UniqueConstraint("skill_id", "lang", "alias"),)

    skill_id: Mapped[str] = mapped_column(ForeignKey("skill.id", ondelete="CASCADE"))
    lang: Mapped[str]
    alias: Mapped[str] = mapped_column(index=True)
    skill: Mapped[Skill] = relationship(back_populates="aliases")


class SkillLevel(Described, Base):
    """One of the four proficiency levels; `order` 1 (awareness) to 4 (expert) is what records keep."""

    __tablename__ = "skill_level"

    order: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(unique=True)


class RoleLevelSkill(Base):
    """A skill that a role level asks for. Roles of the senior civil service ask for skills without levels."""

    __tablename__ = "role_level_skill"

    role_level_id: Mapped[str] = mapped_column(ForeignKey("role_level.id"), primary_key=True)
    skill_id: Mapped[str] = mapped_column(ForeignKey("skill.id"), primary_key=True)
    level: Mapped[int] = mapped_column(ForeignKey("skill_level.order"))
    role_level: Mapped[RoleLevel] = relationship(back_populates="skills")
    skill: Mapped[Skill] = relationship()


class SeniorRoleSkill(Base):
    """A skill that a senior civil service role asks for, published without a level."""

    __tablename__ = "senior_role_skill"

    role_id: Mapped[str] = mapped_column(ForeignKey("job_role.id"), primary_key=True)
    skill_id: Mapped[str] = mapped_column(ForeignKey("skill.id"), primary_key=True)
    skill: Mapped[Skill] = relationship()


class Grade(Named, Withdrawable, Base):
    """A civil service grade. `counterparts` is an indicative crosswalk, never a ground for exclusion."""

    __tablename__ = "grade"

    id: Mapped[str] = mapped_column(primary_key=True)
    country: Mapped[Country]
    code: Mapped[str]
    order_in_country: Mapped[int]
    counterparts: Mapped[list[str]] = mapped_column(default=list)
    note: Mapped[str] = mapped_column(Text, default="")


class Organisation(Named, Withdrawable, Base):
    __tablename__ = "organisation"

    id: Mapped[str] = mapped_column(primary_key=True)
    country: Mapped[Country] = mapped_column(index=True)
    type: Mapped[str]
    acronym: Mapped[str] = mapped_column(default="")
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id"))
    time_zone: Mapped[str]
    sample: Mapped[bool] = mapped_column(default=False)
    """Part of the sample data: invented, refused in production."""
    from_file: Mapped[bool] = mapped_column(default=False)
    """Loaded from the reference list, which may withdraw it again; false for one that people added or changed."""
    domains: Mapped[list[MailDomain]] = relationship(back_populates="organisation", order_by="MailDomain.domain")


class MailDomain(UuidKey, Base):
    """A mail domain that an organisation uses; several may share one (domain.md, 6)."""

    __tablename__ = "mail_domain"
    __table_args__ = (UniqueConstraint("domain", "organisation_id"),)

    domain: Mapped[str] = mapped_column(index=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    organisation: Mapped[Organisation] = relationship(back_populates="domains")


class SpokenLanguage(Named, Base):
    """A language a person or a post may name."""

    __tablename__ = "spoken_language"

    code: Mapped[str] = mapped_column(primary_key=True)


class Region(Named, Withdrawable, Base):
    __tablename__ = "region"

    code: Mapped[str] = mapped_column(primary_key=True)
    country: Mapped[Country] = mapped_column(index=True)
    type: Mapped[str]
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))


class ReferenceFile(Stamped, Base):
    """Which content of each reference file is loaded: loading the same content again changes nothing."""

    __tablename__ = "reference_file"
    __table_args__ = (CheckConstraint("release >= 1", name="release_counts_from_one"),)

    name: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    release: Mapped[int] = mapped_column(default=1)
    """Goes up by one each time different content of this file is loaded."""
    rows: Mapped[int]
    loaded_at: Mapped[datetime] = mapped_column(default=utc_now)
