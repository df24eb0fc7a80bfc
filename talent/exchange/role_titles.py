"""Which role level of the framework a post's title names, if any."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import JobRole, RoleLevel

_WORD = re.compile(r"[a-z]+|[가-힣]+")
# One trade, several names; and words of one meaning. Applied to titles and to the framework's names alike.
_SAME_WORD = {"engineer": "developer", "개발자": "developer"}
_JOINED = re.compile(r"\b(front|back|full)[ -]?(end|stack)\b")
_SHORT_TITLE = 2  # words
_EMPTY_WORDS = frozenset({"and", "of", "the", "a", "for", "in", "or"})


@dataclass(frozen=True)
class _Named:
    role_level_id: str
    words: frozenset[str]
    is_role: bool
    """The name of the role itself, not of one of its levels."""


class RoleTitles:
    """Recognises the framework's role and role level names, in either language, in a title."""

    def __init__(self, levels: Iterable[RoleLevel]) -> None:
        self._names: list[_Named] = []
        by_role: dict[str, list[RoleLevel]] = {}
        for level in levels:
            by_role.setdefault(level.role_id, []).append(level)
        for role_levels in by_role.values():
            self._add(role_levels)

    def _add(self, levels: list[RoleLevel]) -> None:
        role: JobRole = levels[0].role
        ordered = sorted(levels, key=lambda level: level.sequence)
        for name in (role.name_en, role.name_ko):
            said = _words(name)
            # A role stands for the level that bears its name (developer, of software developer), else its middle one.
            bearing = [level for level in ordered if _words(level.name_en) <= said or _words(level.name_ko) <= said]
            stands_for = bearing[0] if bearing else ordered[(len(ordered) - 1) // 2]
            self._names.append(_Named(stands_for.id, said, is_role=True))
        for level in ordered:
            for name in (level.name_en, level.name_ko):
                self._names.append(_Named(level.id, _words(name), is_role=False))

    def role_level_of(self, title: str) -> str | None:
        """The role level with the longest name whose every word is in the title; None when no name is.

        A name of one word (developer) counts only when the title says little else: a security developer is another.
        """
        said = _words(title)
        held = [
            named
            for named in self._names
            if named.words and named.words <= said and (len(named.words) > 1 or len(said) <= _SHORT_TITLE)
        ]
        best = max(held, key=lambda named: (len(named.words), not named.is_role, named.role_level_id), default=None)
        return best.role_level_id if best is not None else None


def role_titles(session: Session) -> RoleTitles:
    """All role levels in force, ready to be recognised."""
    rows = session.scalars(
        select(RoleLevel).join(RoleLevel.role).where(RoleLevel.active, JobRole.active).order_by(RoleLevel.id)
    ).all()
    return RoleTitles(rows)


def _words(text: str) -> frozenset[str]:
    plain = _JOINED.sub(r"\1\2", unicodedata.normalize("NFKC", text).casefold())
    found = (_SAME_WORD.get(word, word) for word in map(_singular, _WORD.findall(plain)))
    return frozenset(word for word in found if word not in _EMPTY_WORDS)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "ics", "ops")) else word
