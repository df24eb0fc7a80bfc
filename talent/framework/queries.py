"""Reading the skills framework and the published lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models import (
    Grade,
    JobRole,
    LanguageTest,
    LanguageTestBand,
    Organisation,
    ReferenceFile,
    Region,
    RoleFamily,
    RoleLevel,
    RoleLevelSkill,
    SeniorRoleSkill,
    Skill,
    SkillLevel,
    SpokenLanguage,
)
from models.types import Country
from talent.errors import NotFound
from talent.framework.dated import rows_in_force
from talent.framework.search import search_skills

__all__ = [
    "active_skills",
    "families",
    "family",
    "grades",
    "indicative_cefr",
    "indicative_levels",
    "language_tests",
    "levels",
    "organisations",
    "reference_files",
    "regions",
    "role",
    "role_level",
    "role_levels_grouped",
    "role_levels_using",
    "search_skills",
    "senior_role_skills",
    "senior_roles_using",
    "skill",
    "skills_by_id",
    "spoken_languages",
]


# Published ids look like this; anything else exists nowhere, and a database may refuse to look for it.
_ID = re.compile(r"[A-Za-z0-9-]{1,200}")


def _published(identifier: str) -> str:
    """The id itself. Raises NotFound for what cannot be one."""
    if not _ID.fullmatch(identifier):
        raise NotFound
    return identifier


def families(session: Session) -> Sequence[RoleFamily]:
    """Role families of the present release, with their roles."""
    return session.scalars(
        select(RoleFamily)
        .where(RoleFamily.active)
        .options(selectinload(RoleFamily.roles))
        .order_by(RoleFamily.name_en, RoleFamily.id)
    ).all()


def family(session: Session, family_id: str) -> RoleFamily:
    """One family with its roles. Raises NotFound."""
    found = session.scalar(
        select(RoleFamily).where(RoleFamily.id == _published(family_id)).options(selectinload(RoleFamily.roles))
    )
    if found is None:
        raise NotFound
    return found


def role(session: Session, role_id: str) -> JobRole:
    """One role with its family and levels. Raises NotFound."""
    found = session.scalar(
        select(JobRole)
        .where(JobRole.id == _published(role_id))
        .options(joinedload(JobRole.family), selectinload(JobRole.levels))
    )
    if found is None:
        raise NotFound
    return found


def senior_role_skills(session: Session, role_id: str) -> Sequence[Skill]:
    """Skills that a senior civil service role asks for, without levels."""
    return session.scalars(
        select(Skill)
        .join(SeniorRoleSkill, SeniorRoleSkill.skill_id == Skill.id)
        .where(SeniorRoleSkill.role_id == role_id)
        .order_by(Skill.name_en, Skill.id)
    ).all()


def role_level(session: Session, role_level_id: str) -> RoleLevel:
    """One role level with its role, family, and skills with their levels. Raises NotFound."""
    found = session.scalar(
        select(RoleLevel)
        .where(RoleLevel.id == _published(role_level_id))
        .options(
            joinedload(RoleLevel.role).joinedload(JobRole.family),
            selectinload(RoleLevel.skills).joinedload(RoleLevelSkill.skill),
        )
    )
    if found is None:
        raise NotFound
    return found


def skill(session: Session, skill_id: str) -> Skill:
    """One skill with its aliases, withdrawn ones too. Raises NotFound."""
    found = session.scalar(select(Skill).where(Skill.id == _published(skill_id)).options(selectinload(Skill.aliases)))
    if found is None:
        raise NotFound
    return found


def role_levels_using(session: Session, skill_id: str) -> Sequence[RoleLevelSkill]:
    """Where the framework asks for a skill, with role level, role and family; by family, role, then level."""
    return session.scalars(
        select(RoleLevelSkill)
        .join(RoleLevelSkill.role_level)
        .join(RoleLevel.role)
        .join(JobRole.family)
        .where(RoleLevelSkill.skill_id == skill_id, RoleLevel.active, JobRole.active)
        .options(joinedload(RoleLevelSkill.role_level).joinedload(RoleLevel.role).joinedload(JobRole.family))
        .order_by(RoleFamily.name_en, JobRole.name_en, RoleLevel.sequence, RoleLevel.id)
    ).all()


def senior_roles_using(session: Session, skill_id: str) -> Sequence[JobRole]:
    """Senior civil service roles that ask for a skill."""
    return session.scalars(
        select(JobRole)
        .join(SeniorRoleSkill, SeniorRoleSkill.role_id == JobRole.id)
        .where(SeniorRoleSkill.skill_id == skill_id, JobRole.active)
        .order_by(JobRole.name_en, JobRole.id)
    ).all()


def skills_by_id(session: Session, ids: Iterable[str]) -> dict[str, Skill]:
    """Skills with these ids, withdrawn ones too; unknown ids are left out."""
    wanted = {identifier for identifier in ids if _ID.fullmatch(identifier)}
    if not wanted:
        return {}
    return {row.id: row for row in session.scalars(select(Skill).where(Skill.id.in_(wanted)).order_by(Skill.id))}


def active_skills(session: Session) -> Sequence[Skill]:
    """Skills that can be chosen now, by English name."""
    return session.scalars(select(Skill).where(Skill.active).order_by(func.lower(Skill.name_en), Skill.id)).all()


def levels(session: Session) -> Sequence[SkillLevel]:
    """The four skill levels, lowest first."""
    return session.scalars(select(SkillLevel).order_by(SkillLevel.order)).all()


def role_levels_grouped(session: Session) -> Sequence[RoleFamily]:
    """Families with their roles and the levels of these, for a select with a group for each role.

    A role without levels (senior civil service) has an empty list.
    """
    return session.scalars(
        select(RoleFamily)
        .where(RoleFamily.active)
        .options(selectinload(RoleFamily.roles).selectinload(JobRole.levels))
        .order_by(RoleFamily.name_en, RoleFamily.id)
    ).all()


def organisations(session: Session, country: Country | None = None) -> Sequence[Organisation]:
    """Organisations that can be chosen, by country and English name."""
    statement = select(Organisation).where(Organisation.active)
    if country is not None:
        statement = statement.where(Organisation.country == country)
    return session.scalars(statement.order_by(Organisation.country, Organisation.name_en, Organisation.id)).all()


def regions(session: Session, country: Country | None = None) -> Sequence[Region]:
    """Places of work, by country and code."""
    statement = select(Region).where(Region.active)
    if country is not None:
        statement = statement.where(Region.country == country)
    return session.scalars(statement.order_by(Region.country, Region.code)).all()


def grades(session: Session, country: Country | None = None) -> Sequence[Grade]:
    """Grades, lowest first within a country."""
    statement = select(Grade).where(Grade.active)
    if country is not None:
        statement = statement.where(Grade.country == country)
    return session.scalars(statement.order_by(Grade.country, Grade.order_in_country, Grade.id)).all()


def spoken_languages(session: Session) -> Sequence[SpokenLanguage]:
    """Languages a person or a post may name, English and Korean first."""
    rows = session.scalars(select(SpokenLanguage).order_by(SpokenLanguage.name_en, SpokenLanguage.code)).all()
    return sorted(rows, key=lambda row: (row.code not in ("en", "ko"), row.name_en))


def language_tests(session: Session, language: str | None = None) -> Sequence[LanguageTest]:
    """Tests in use today, of one language or of all."""
    rows = rows_in_force(session, LanguageTest)
    return [row for row in rows if language is None or row.language == language]


def indicative_cefr(session: Session, test: str, score: str) -> str | None:
    """The CEFR level that a score on a test indicates; None when it indicates none or cannot be read."""
    return indicative_levels(session, [(test, score)])[test, score]


def indicative_levels(session: Session, results: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str | None]:
    """`indicative_cefr` of several (test, score) pairs, in one statement."""
    wanted = set(results)
    bands = session.scalars(
        select(LanguageTestBand)
        .where(LanguageTestBand.test.in_({test for test, _score in wanted}))
        .order_by(LanguageTestBand.id)
    ).all()
    return {
        (test, score): _cefr_of([band for band in bands if band.test == test], score.strip().upper())
        for test, score in wanted
    }


def _cefr_of(bands: Sequence[LanguageTestBand], typed: str) -> str | None:
    for band in bands:
        if band.from_score.upper() == typed:
            return band.cefr
    number = _number(typed)
    reached = [
        (floor, band.cefr)
        for band in bands
        if number is not None and (floor := _number(band.from_score)) is not None and floor <= number
    ]
    return max(reached)[1] if reached else None


def _number(value: str) -> Decimal | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def reference_files(session: Session) -> Sequence[ReferenceFile]:
    """What is loaded of each reference file."""
    return session.scalars(select(ReferenceFile).order_by(ReferenceFile.name)).all()
