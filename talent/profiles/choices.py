"""What can be chosen in each field, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session
from wtforms.fields.choices import SelectChoice

from models import ExchangeKind, LanguageTest, SkillLevel
from models.types import Country
from talent.framework import queries as framework
from talent.framework.dated import rows_in_force
from talent.i18n import _, local
from talent.profiles import words

NOT_LISTED = "not-listed"
"""Chosen for a grade that is not on the list."""
NOT_YET = "0"
"""Chosen as the level of a skill that is wanted and not held."""
Groups = list[tuple[str, list[SelectChoice]]]


def of_words(values: Mapping[Any, Any]) -> list[SelectChoice]:
    return [SelectChoice(str(value), str(text)) for value, text in values.items()]


def named(rows: Iterable[Any], key: str = "id") -> list[SelectChoice]:
    return [SelectChoice(str(getattr(row, key)), local(row)) for row in rows]


def by_name(rows: Iterable[Any], key: str = "id") -> list[SelectChoice]:
    return sorted(named(rows, key), key=lambda choice: str(choice.label).casefold())


def grades(session: Session, country: Country) -> list[SelectChoice]:
    return [
        *named(framework.grades(session, country)),
        SelectChoice(NOT_LISTED, str(_("My grade is not on this list"))),
    ]


def regions(session: Session, country: Country) -> list[SelectChoice]:
    return named(framework.regions(session, country), "code")


def tests(session: Session, languages: Mapping[str, str]) -> Groups:
    """Tests in use, grouped by language."""
    groups: dict[str, list[SelectChoice]] = {}
    for row in rows_in_force(session, LanguageTest):
        groups.setdefault(row.language, []).append(SelectChoice(row.code, local(row)))
    return [(languages.get(code, code), listed) for code, listed in groups.items()]


def kinds(session: Session) -> list[SelectChoice]:
    return [
        SelectChoice(row.code, local(row), render_kw={"hint": local(row, "description")})
        for row in rows_in_force(session, ExchangeKind)
    ]


def skill_levels(rows: Iterable[SkillLevel]) -> list[SelectChoice]:
    return [
        *(SelectChoice(str(row.order), local(row)) for row in rows),
        SelectChoice(NOT_YET, str(words.NOT_YET)),
    ]


def role_levels(session: Session) -> Groups:
    """Role levels, a group for each role; families in order, told in the group's label."""
    return [
        (f"{local(family)}: {local(role)}", named(role.levels))
        for family in framework.role_levels_grouped(session)
        for role in family.roles
        if role.levels
    ]
