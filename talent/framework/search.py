"""Finding skills by a name or alias in either language."""

from __future__ import annotations

import unicodedata

from sqlalchemy import Select, and_, case, func, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from models import Skill, SkillAlias

LONGEST_SEARCH = 100
Attribute = InstrumentedAttribute[str]


def normalised(text: str) -> str:
    """What is compared: composed, lower case, single spaces, at most LONGEST_SEARCH characters."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c)[0] != "C" or c.isspace())
    return " ".join(plain.lower().split())[:LONGEST_SEARCH].strip()


def search_skills(session: Session, text: str, limit: int = 20) -> list[Skill]:
    """Skills that can be chosen whose name or an alias, in either language, has every word of `text`; best first.

    Whole names come before beginnings, beginnings before the rest; names before aliases.
    """
    wanted = normalised(text)
    if not wanted:
        return []
    matches = union_all(
        _matches(Skill.id, Skill.name_en, wanted, 0),
        _matches(Skill.id, Skill.name_ko, wanted, 0),
        _matches(SkillAlias.skill_id, SkillAlias.alias, wanted, 1),
    ).subquery()
    best = select(matches.c.id, func.min(matches.c.rank).label("rank")).group_by(matches.c.id).subquery()
    return list(
        session.scalars(
            select(Skill)
            .join(best, best.c.id == Skill.id)
            .where(Skill.active)
            .order_by(best.c.rank, func.lower(Skill.name_en), Skill.id)
            .limit(limit)
        )
    )


def _matches(key: Attribute, column: Attribute, wanted: str, penalty: int) -> Select[str, int]:
    # Spaces are left out of the comparison: Korean writes many compounds with and without them.
    squeezed = func.replace(func.lower(column), " ", "")
    whole = wanted.replace(" ", "")
    words = [squeezed.contains(word, autoescape=True) for word in wanted.split(" ")]
    tier = case(
        (squeezed == whole, 0),
        (squeezed.startswith(whole, autoescape=True), 2),
        (squeezed.contains(whole, autoescape=True), 4),
        else_=6,
    )
    return select(key.label("id"), (tier + penalty).label("rank")).where(or_(squeezed == whole, and_(*words)))
