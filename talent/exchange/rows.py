"""What a line of an import file may hold, and what is wrong with one that cannot be taken."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from models.types import Language
from talent.forms import clean_text
from talent.i18n import _

MAX_LINE = 400_000
MAX_TITLE = 200
MAX_POST_TEXT = 40_000
MAX_PROFILE_TEXT = 20_000
MAX_SKILLS = 60
UNSHOWABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

REASONS = {
    "not-json": _("the line is not JSON"),
    "not-object": _("the line is not a JSON object"),
    "too-long-line": _("the line is too long"),
    "missing": _("a field is missing: %(detail)s"),
    "wrong-type": _("a field has the wrong type: %(detail)s"),
    "too-long": _("a text is too long: %(detail)s"),
    "unshowable": _("a text holds characters that cannot be kept: %(detail)s"),
    "unknown-language": _("the language is neither en nor ko: %(detail)s"),
    "unknown-skill": _("the framework has no such skill: %(detail)s"),
    "unknown-level": _("there is no such skill level: %(detail)s"),
    "unknown-role-level": _("the framework has no such role level: %(detail)s"),
    "same-skill-twice": _("a skill is named twice: %(detail)s"),
}


class RowRefused(Exception):
    """A line that cannot be taken; `code` is a key of REASONS, `detail` the field or value."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, _shown(detail)


@dataclass(frozen=True)
class Known:
    """What ids a line may name."""

    skills: frozenset[str]
    levels: dict[str, int]
    role_levels: frozenset[str]


@dataclass(frozen=True)
class OpportunityRow:
    external_id: str
    title: str
    text: str
    language: Language


@dataclass(frozen=True)
class ProfileRow:
    external_id: str
    text: str
    language: Language
    role_level_id: str | None
    skills: tuple[tuple[str, int], ...]
    """Skill id and level order, 1 to 4."""


def parse_opportunity(line: str, known: Known) -> OpportunityRow:
    """Read a post: id, title, text, language. Other fields of the line are not used. Raises RowRefused."""
    del known  # a post of this shape names no ids of ours
    row = _object(line)
    return OpportunityRow(
        external_id=_text(row, "id", 200),
        title=_text(row, "title", MAX_TITLE),
        text=_text(row, "text", MAX_POST_TEXT),
        language=_language(row),
    )


def parse_profile(line: str, known: Known) -> ProfileRow:
    """Read a profile: id, text, language, and where given role_level_id and skills. Raises RowRefused."""
    row = _object(line)
    role_level = row.get("role_level_id")
    if role_level is not None and (not isinstance(role_level, str) or role_level not in known.role_levels):
        raise RowRefused("unknown-role-level", str(role_level))
    return ProfileRow(
        external_id=_text(row, "id", 200),
        text=_text(row, "text", MAX_PROFILE_TEXT),
        language=_language(row),
        role_level_id=role_level,
        skills=_skills(row.get("skills"), known),
    )


PARSERS: dict[str, Callable[[str, Known], Any]] = {"opportunities": parse_opportunity, "profiles": parse_profile}


def _object(line: str) -> dict[str, Any]:
    if len(line) > MAX_LINE:
        raise RowRefused("too-long-line")
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RowRefused("not-json") from error
    if not isinstance(row, dict):
        raise RowRefused("not-object")
    return row


def _text(row: dict[str, Any], name: str, limit: int) -> str:
    value = row.get(name)
    if value is None or value == "":
        raise RowRefused("missing", name)
    if not isinstance(value, str):
        raise RowRefused("wrong-type", name)
    if UNSHOWABLE.search(value.replace("\r", "\n")):
        raise RowRefused("unshowable", name)
    text = clean_text(value)
    if not text:
        raise RowRefused("missing", name)
    if len(text) > limit:
        raise RowRefused("too-long", name)
    return text


def _language(row: dict[str, Any]) -> Language:
    value = _text(row, "language", 20)
    if value not in {language.value for language in Language}:
        raise RowRefused("unknown-language", value)
    return Language(value)


def _skills(value: Any, known: Known) -> tuple[tuple[str, int], ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_SKILLS:
        raise RowRefused("wrong-type", "skills")
    found: dict[str, int] = {}
    for item in value:
        if not isinstance(item, dict):
            raise RowRefused("wrong-type", "skills")
        skill, level = item.get("skill_id"), item.get("level")
        if not isinstance(skill, str) or skill not in known.skills:
            raise RowRefused("unknown-skill", str(skill))
        if not isinstance(level, str) or level not in known.levels:
            raise RowRefused("unknown-level", str(level))
        if skill in found:
            raise RowRefused("same-skill-twice", skill)
        found[skill] = known.levels[level]
    return tuple(sorted(found.items()))


def _shown(value: str) -> str:
    return UNSHOWABLE.sub("\ufffd", value)[:120]
