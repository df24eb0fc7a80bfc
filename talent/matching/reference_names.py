"""Names of everything an explanation speaks of, in the reader's language, read in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import ExchangeKind, Grade, Region, RoleFamily, Skill, SkillLevel, SpokenLanguage
from models.types import Country
from talent.framework import queries as framework
from talent.i18n import local


@dataclass(frozen=True)
class ReferenceNames:
    """Look-ups by code. What is not on a list any more shows as its code."""

    skills: Mapping[str, Skill]
    levels: Mapping[int, SkillLevel]
    languages: Mapping[str, SpokenLanguage]
    kinds: Mapping[str, ExchangeKind]
    grades: Mapping[tuple[Country, int], Grade]
    regions: Mapping[str, Region]
    families: Mapping[str, RoleFamily]
    countries: tuple[Country, Country] = (Country.GB, Country.KR)
    """Home and host country of the pair that is spoken of."""

    def between(self, home: Country, host: Country) -> ReferenceNames:
        """The same names for a pair of these countries."""
        return replace(self, countries=(home, host))

    def skill(self, skill_id: str) -> str:
        return _name(self.skills, skill_id)

    def level(self, order: int) -> str:
        return _name(self.levels, order)

    def language(self, code: str) -> str:
        return _name(self.languages, code)

    def kind(self, code: str) -> str:
        return _name(self.kinds, code)

    def region(self, code: str) -> str:
        return _name(self.regions, code)

    def family(self, code: str) -> str:
        return _name(self.families, code)

    def grade(self, country: Country, order: object) -> str:
        """The name of a grade by its place in its country; empty for none."""
        return _name(self.grades, (country, int(str(order)))) if order is not None else ""


def load_names(session: Session, skill_ids: Iterable[str]) -> ReferenceNames:
    """Names of these skills and of all that rules speak of."""
    return ReferenceNames(
        skills=framework.skills_by_id(session, sorted(set(skill_ids))),
        levels={level.order: level for level in session.scalars(select(SkillLevel).order_by(SkillLevel.order))},
        languages={row.code: row for row in session.scalars(select(SpokenLanguage).order_by(SpokenLanguage.code))},
        # the newest row of a code wins: a kind that is no longer offered still has its name
        kinds={row.code: row for row in session.scalars(select(ExchangeKind).order_by(ExchangeKind.valid_from))},
        grades={(row.country, row.order_in_country): row for row in session.scalars(select(Grade).order_by(Grade.id))},
        regions={row.code: row for row in session.scalars(select(Region).order_by(Region.code))},
        families={row.id: row for row in session.scalars(select(RoleFamily).order_by(RoleFamily.id))},
    )


def _name(rows: Mapping[Any, Any], key: Any) -> str:
    row = rows.get(key)
    return local(row) if row is not None else str(key)
