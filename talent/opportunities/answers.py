"""What each step of a post asks for, as plain values: what forms give and services take."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from models.types import Audience, Cefr, CostPayer, Currency, Language, LengthUnit, WorkingPattern, WorkMode


@dataclass(frozen=True)
class Texts:
    """Title and description; the original language is whole, the other may be empty."""

    original: Language
    title_en: str = ""
    description_en: str = ""
    title_ko: str = ""
    description_ko: str = ""
    still_matches: bool = False
    """The translation still says what the changed original says."""

    def content(self, name: str, lang: Language) -> str:
        return str(getattr(self, f"{name}_{lang}"))


@dataclass(frozen=True)
class SkillNeed:
    skill_id: str
    level: int
    """1 awareness to 4 expert."""
    essential: bool = True


@dataclass(frozen=True)
class Timing:
    places: int | None
    start_earliest: date | None
    start_latest: date | None
    length: int | None
    length_unit: LengthUnit = LengthUnit.MONTHS
    working_pattern: WorkingPattern | None = None
    closes_on: date | None = None


@dataclass(frozen=True)
class Place:
    work_mode: WorkMode | None
    region_code: str | None


@dataclass(frozen=True)
class Languages:
    working_language: str | None
    speaking_level: Cefr | None = None
    reading_level: Cefr | None = None
    interpreter: bool | None = None


@dataclass(frozen=True)
class Offer:
    """To whom the post is offered and what access the work needs."""

    audience: Audience | None
    access_needed: str | None
    reserved_for_nationals: bool = False
    grade_min_id: str | None = None
    grade_max_id: str | None = None


@dataclass(frozen=True)
class Route:
    uk_route: str | None
    uk_sponsor: str = ""
    supernumerary_reason: str = ""


@dataclass(frozen=True)
class Cost:
    item: str
    payer: CostPayer
    cap: Decimal | None = None
    currency: Currency | None = None
    year: str = ""
    cost_code: str = ""
    rate_date: date | None = None


@dataclass(frozen=True)
class Details:
    """Fields that only some kinds have, by their names in Opportunity.kind_details."""

    values: dict[str, Any] = field(default_factory=dict)
