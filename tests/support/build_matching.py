"""Builders for matching: people and posts that can be matched, and suggestions made by really running the matcher.

Every call commits. Skills are given as {skill id: level}.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from models import (
    LawfulBasis,
    MatchRun,
    MatchSuggestion,
    Opportunity,
    OpportunitySkill,
    OpportunityText,
    Organisation,
    Profile,
    ProfileBasis,
    ProfileSkill,
    ProfileText,
    User,
    utc_now,
)
from models.types import Country, Language, OpportunityStatus, ProfileStatus, TextState
from talent.db import transaction
from talent.framework.dated import rows_in_force
from talent.matching import services
from tests.support import build

SKILLS = {"data-modelling": 3, "data-governance": 3, "programming-and-build-data-science": 2}
ENGLISH = (
    "I led data modelling for the land register and wrote the rules for data governance across eight agencies. "
    "We replaced nightly spreadsheets with shared definitions, owners and quality checks."
)
KOREAN = (
    "부동산 등기 자료의 데이터 모델링을 맡고 여덟 개 기관이 함께 쓰는 데이터 거버넌스 규정을 마련했습니다. "
    "엑셀 파일로 주고받던 자료를 공통 정의와 담당자, 품질 점검 절차가 있는 체계로 바꾸었습니다."
)
POST_TITLE = "Data architect for the national address base"
POST_TEXT = (
    "You will design data models for addresses and agree the rules of data governance with other agencies. "
    "You replace local spreadsheets with shared definitions, name an owner for every table and report on quality."
)


def profile(
    session: Session,
    *,
    person: User | None = None,
    country: Country = Country.GB,
    skills: Mapping[str, int] | None = None,
    text: str = ENGLISH,
    language: Language = Language.EN,
    agreed: bool = True,
    **values: Any,
) -> Profile:
    """An active profile whose owner takes part and is shown abroad."""
    owner = person or build.civil_servant(session, country=country)
    home = session.get_one(Organisation, owner.organisation_id)
    held = SKILLS if skills is None else skills
    bases = rows_in_force(session, LawfulBasis, country=home.country)
    with transaction(session):
        row = Profile(
            **{
                "user_id": owner.id,
                "organisation_id": home.id,
                "status": ProfileStatus.ACTIVE,
                "activated_at": utc_now(),
                **values,
            }
        )
        row.skills = [ProfileSkill(skill_id=skill_id, level=level) for skill_id, level in held.items()]
        if text:
            row.texts = [ProfileText(field="experience", lang=language, content=text, state=TextState.ORIGINAL)]
        if agreed:
            row.bases = [ProfileBasis(purpose=basis.purpose, lawful_basis_id=basis.id, agreed=True) for basis in bases]
        session.add(row)
    return row


def opportunity(
    session: Session,
    *,
    organisation: Organisation | None = None,
    country: Country = Country.KR,
    skills: Mapping[str, int] | None = None,
    title: str = POST_TITLE,
    text: str = POST_TEXT,
    language: Language = Language.EN,
    closes_in: int | None = 30,
    **values: Any,
) -> Opportunity:
    """A published post, open for another thirty days, that asks for the given skills as essential."""
    host = organisation or build.organisation(session, country=country)
    wanted = SKILLS if skills is None else skills
    with transaction(session):
        row = Opportunity(
            **{
                "organisation_id": host.id,
                "status": OpportunityStatus.PUBLISHED,
                "published_at": utc_now(),
                "kind": "secondment",
                "places": 1,
                "closes_on": utc_now().date() + timedelta(days=closes_in) if closes_in is not None else None,
                "length": 6,
                **values,
            }
        )
        row.skills = [OpportunitySkill(skill_id=skill_id, level=level) for skill_id, level in wanted.items()]
        row.texts = [
            OpportunityText(field=field, lang=language, content=content, state=TextState.ORIGINAL)
            for field, content in (("title", title), ("description", text))
            if content
        ]
        session.add(row)
    return row


def suggestion(
    session: Session,
    *,
    profile: Profile | None = None,
    opportunity: Opportunity | None = None,
    **values: Any,
) -> MatchSuggestion:
    """A suggestion of this pair, computed by the matcher; a UK person and a Korean post unless given."""
    mine = profile or globals()["profile"](session)
    post = opportunity or globals()["opportunity"](session)
    (made,) = services.suggest_pairs(session, pairs=[(mine.id, post.id)])
    if values:
        with transaction(session):
            for name, value in values.items():
                setattr(made, name, value)
    return made


def run(session: Session, **scope: Any) -> MatchRun:
    """Match everything, or what `profile_ids` and `opportunity_ids` name, now."""
    started = services.start_run(session, **scope)
    return services.run_matching(session, started.id)
