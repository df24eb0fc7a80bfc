"""Builders of profiles. Every call commits."""

from __future__ import annotations

from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Profile, ProfileSkill, Skill, User, utc_now
from models.types import Country, Language, ProfileStatus
from talent.db import transaction
from talent.profiles import queries, services
from talent.profiles.answers import BasisAnswer, Experience, SkillAnswer
from tests.support import build

_numbers = count(1)


def skill_ids(session: Session, number: int = 3) -> list[str]:
    """Ids of the first skills of the framework."""
    return list(session.scalars(select(Skill.id).where(Skill.active).order_by(Skill.id).limit(number)))


def agree(session: Session, owner: User, *, agreed: bool = True) -> Profile:
    """The owner's answers to every text of their country."""
    assert owner.organisation is not None
    return services.save_basis(
        session,
        owner,
        [BasisAnswer(basis.purpose, agreed, basis.id) for basis in queries.bases_of(session, owner.organisation)],
    )


def draft(
    session: Session, owner: User | None = None, *, country: Country = Country.GB, skills: int = 3, **values: Any
) -> Profile:
    """A draft with skills at level 3 and a text, that could be activated."""
    owner = owner or build.civil_servant(session, country=country)
    services.save_skills(session, owner, [SkillAnswer(skill_id, 3) for skill_id in skill_ids(session, skills)])
    language = Language.EN if owner.organisation and owner.organisation.country is Country.GB else Language.KO
    text = (
        "I led a team that moved services to the cloud."
        if language is Language.EN
        else "클라우드 전환 사업을 이끌었습니다."
    )
    services.save_experience(session, owner, Experience(language, text))
    profile = agree(session, owner)
    return _with(session, profile, values)


def active(session: Session, owner: User | None = None, *, country: Country = Country.GB, **values: Any) -> Profile:
    """An active profile of a civil servant whose organisation has confirmed them."""
    owner = owner or build.civil_servant(session, country=country)
    skills = values.pop("skills", 3)
    draft(session, owner, skills=skills)
    return _with(session, services.activate(session, owner), values)


def imported(session: Session, *, organisation_id: str, **values: Any) -> Profile:
    """A profile that came in with an import and has no owner yet."""
    with transaction(session):
        profile = Profile(
            organisation_id=organisation_id,
            status=ProfileStatus.DRAFT,
            import_source="test",
            external_id=f"row-{next(_numbers)}",
            **values,
        )
        profile.skills = [ProfileSkill(skill_id=skill_id, level=2, proposed=True) for skill_id in skill_ids(session)]
        session.add(profile)
    return profile


def _with(session: Session, profile: Profile, values: dict[str, Any]) -> Profile:
    if values:
        with transaction(session):
            for name, value in values.items():
                setattr(profile, name, value)
            profile.updated_at = utc_now()
    session.refresh(profile)
    return profile
