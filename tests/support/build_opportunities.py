"""Builders of posts: whole ones by default, in any state. Every call commits."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from models import CostLine, Opportunity, OpportunitySkill, OpportunityText, Organisation, User, utc_now
from models.text import text_hash
from models.types import (
    Audience,
    Cefr,
    CostPayer,
    Country,
    Currency,
    Language,
    LengthUnit,
    OpportunityStatus,
    TextState,
    WorkingPattern,
    WorkMode,
)
from talent.db import transaction
from tests.support import build

SKILLS = (("accessibility", 3, True), ("prototyping", 2, True), ("community-collaboration", 2, False))
PUBLIC = (
    OpportunityStatus.PUBLISHED,
    OpportunityStatus.PAUSED,
    OpportunityStatus.CLOSED,
    OpportunityStatus.FILLED,
    OpportunityStatus.UNFILLED,
)


def today() -> date:
    return utc_now().date()


def opportunity(
    session: Session,
    *,
    author: User | None = None,
    organisation: Organisation | None = None,
    country: Country = Country.GB,
    status: OpportunityStatus = OpportunityStatus.DRAFT,
    skills: tuple[tuple[str, int, bool], ...] = SKILLS,
    texts: dict[str, str] | None = None,
    original: Language = Language.EN,
    costs: bool = True,
    **values: Any,
) -> Opportunity:
    """A secondment with everything it needs. `texts` maps title_en, description_ko, … to content."""
    author = author or build.hr(session, organisation=organisation, country=country)
    owner = organisation or author.organisation
    assert owner is not None
    host = owner.country
    row = Opportunity(
        **{
            "organisation_id": owner.id,
            "author_id": author.id,
            "status": status,
            "kind": "secondment",
            "places": 2,
            "start_earliest": today() + timedelta(days=120),
            "start_latest": today() + timedelta(days=200),
            "length": 12,
            "length_unit": LengthUnit.MONTHS,
            "working_pattern": WorkingPattern.FULL_TIME,
            "work_mode": WorkMode.ON_SITE,
            "region_code": "UK-TLI" if host is Country.GB else "KR-11",
            "working_language": "en" if host is Country.GB else "ko",
            "speaking_level": Cefr.B2,
            "interpreter": False,
            "grade_min_id": "UK-HEO" if host is Country.GB else "KR-7",
            "grade_max_id": "UK-G7" if host is Country.GB else "KR-5",
            "audience": Audience.ABROAD,
            "access_needed": "host_check",
            "uk_route": "government-authorised-exchange" if host is Country.GB else None,
            "uk_sponsor": "Office of Exchange" if host is Country.GB else "",
            "supernumerary_reason": "An additional member of a full team." if host is Country.GB else "",
            "kind_details": {},
            "closes_on": today() + timedelta(days=60),
            "published_at": utc_now() if status in PUBLIC else None,
            "submitted_at": utc_now() if status is OpportunityStatus.SUBMITTED else None,
            **values,
        }
    )
    contents = (
        texts
        if texts is not None
        else {
            "title_en": "Service designer for school meals",
            "description_en": "You improve how families apply.",
            "title_ko": "학교 급식 서비스 디자이너",
            "description_ko": "가정의 신청 절차를 개선합니다.",
        }
    )
    row.texts = _texts(contents, original)
    row.skills = [OpportunitySkill(skill_id=key, level=level, essential=need) for key, level, need in skills]
    if costs:
        row.cost_lines = [
            CostLine(position=1, item="salary", payer=CostPayer.HOME),
            CostLine(
                position=2,
                item="travel",
                payer=CostPayer.HOST,
                cap=Decimal(2400),
                currency=Currency.GBP,
                year="2027/28",
            ),
        ]
    with transaction(session):
        session.add(row)
    session.refresh(row)
    return row


def _texts(contents: dict[str, str], original: Language) -> list[OpportunityText]:
    rows = []
    for name in ("title", "description"):
        source = contents.get(f"{name}_{original}", "")
        if source:
            rows.append(OpportunityText(field=name, lang=original, content=source, state=TextState.ORIGINAL))
        other = contents.get(f"{name}_{original.other}", "")
        rows.append(
            OpportunityText(
                field=name,
                lang=original.other,
                content=other,
                state=TextState.CHECKED if other else TextState.AWAITED,
                source_hash=text_hash(source) if other else None,
            )
        )
    return rows


def empty_draft(session: Session, *, author: User, kind: str | None = "secondment") -> Opportunity:
    """A post of which only the kind is known."""
    with transaction(session):
        row = Opportunity(
            id=uuid4(), organisation_id=author.organisation_id, author_id=author.id, kind=kind, kind_details={}
        )
        session.add(row)
    session.refresh(row)
    return row


def published(session: Session, **values: Any) -> Opportunity:
    """A post that everybody signed in can read."""
    return opportunity(session, **{"status": OpportunityStatus.PUBLISHED, **values})
