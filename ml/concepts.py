"""Skills recognised in free text of either language, through aliases that the caller gives as data.

The longest mention wins. Latin aliases stand between word boundaries, in any case, plural or spelling; Korean ones bear
particles, and spaces inside them are optional. Short and everyday words need more than their letters (see `_Alias`).
A mention is a claim: nothing here tells whether the person can do it, and a negated mention still counts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ml.automaton import PatternAutomaton
from ml.text import ENDINGS, MappedText, map_text, normalise

# Names of tools and bodies that are also everyday words: they count only with the capitals of the alias.
_EVERYDAY_NAMES = frozenset(
    {"cab", "csi", "ita", "react", "spark", "sas", "java", "ruby", "airflow", "lighthouse", "swift"}
)
_CAPITALS_UP_TO = 2  # letters: "EA", "PI" and "SI" count only in capitals
# Words that need company nearby before they mean the skill.
_CUE_REACH = 60
_STATISTICAL_CUE = re.compile(
    r"python|sql|\bsas\b|spss|stata|matlab|programming|language|statistic|script|package|studio|tidyverse|shiny"
    r"|언어|프로그래밍|통계|활용|코딩|분석|파이썬"
)
_CUES = {
    "lean": re.compile(r"agile|scrum|kanban|six sigma|start-?up|\bux\b|method|practice|애자일|스크럼|칸반"),
    "린": re.compile(r"애자일|스크럼|칸반|스타트업|식스 ?시그마|agile|lean|실천"),
}
_EVERYDAY_STRENGTH = 0.5
_NOT_BESIDE_ONE_LETTER = frozenset("&'’+#-")  # "R&D", "C++", "R-squared", "Children’s"

_SEPARATORS = re.compile(r"[\s\-_/·•()\[\]‘’“”\"–—]+")
_HANGUL_TAIL = re.compile(r"[가-힣]*")
_NOUNS_AFTER = frozenset(
    {"능력", "역량", "업무", "경험", "기술", "도구", "기법", "담당", "담당자", "과정", "체계", "전문가", "실무", "교육"}
)
_AGENT = "자"  # who manages products ("제품 관리자") claims product management
_COMPOUNDS_FROM = 4  # syllables: "공공데이터분석팀" mentions 데이터분석, but 어린이 does not mention 린


@dataclass(frozen=True, slots=True)
class Mention:
    """Skills named at `start` to `end` of a text as typed. Several skills when they share the alias.

    `strength`, up to 1, is divided among the skills, and halved for a single everyday word such as "vision".
    """

    start: int
    end: int
    alias: str
    skill_ids: tuple[str, ...]
    strength: float


@dataclass(frozen=True, slots=True)
class SkillProposal:
    """A skill that a text suggests: where, how many times, and under how many different names."""

    skill_id: str
    mentions: tuple[Mention, ...]
    count: int
    names: int


@dataclass(slots=True)
class _Alias:
    """How one surface form is recognised."""

    folded: str
    skill_ids: set[str]
    capitals: str = ""  # the form whose capitals a mention must have; empty: any case
    cue: re.Pattern[str] | None = None
    is_everyday: bool = False  # one small-letter English word, which may mean something else

    @property
    def is_compounding(self) -> bool:
        return len(self.folded) >= _COMPOUNDS_FROM


@dataclass(frozen=True, slots=True)
class _Folded:
    """Text for matching: separators are one space, none next to Hangul. `places` leads back to the normalised text."""

    text: str
    places: list[int]


class SkillLexicon:
    """Recognises mentions of skills from rows of (skill id, language, alias), names of skills included.

    Each row is a surface form; the language decides only which variants are derived. Rows without a letter or a digit
    are ignored. The order of rows plays no part.
    """

    def __init__(self, rows: Iterable[tuple[str, str, str]]) -> None:
        aliases: dict[str, _Alias] = {}
        kept = sorted(set(rows))
        for skill_id, language, surface in kept:
            for variant in _variants(surface, language):
                folded = _fold(normalise(variant)).text.strip()
                if any(char.isalnum() for char in folded):
                    aliases.setdefault(folded, _alias(folded, variant)).skill_ids.add(skill_id)
        self._aliases = [aliases[folded] for folded in sorted(aliases)]
        self._automaton = PatternAutomaton([alias.folded for alias in self._aliases])
        self.skill_ids = frozenset(skill_id for skill_id, _, _ in kept)
        self._names: dict[str, list[str]] = {}
        for skill_id, _, surface in kept:
            self._names.setdefault(skill_id, []).append(surface)
        self.sha256 = hashlib.sha256(repr(kept).encode("utf-8", "backslashreplace")).hexdigest()

    def names(self, skill_ids: Iterable[str]) -> list[str]:
        """Return the names of skills, in both languages; none for an unknown one."""
        return [name for skill_id in skill_ids for name in self._names.get(skill_id, ())]

    def find(self, text: str) -> list[Mention]:
        """Return the mentions in `text`, in order, without overlaps; of overlapping ones the longest."""
        mapped = map_text(text)
        folded = _fold(mapped.text)
        candidates = [
            found for found in self._automaton.finditer(folded.text) if self._holds(found, folded, mapped, text)
        ]
        mentions = []
        for start, end, number in _longest(candidates, len(folded.text)):
            alias = self._aliases[number]
            span = mapped.original_span(folded.places[start], folded.places[end - 1] + 1)
            skill_ids = tuple(sorted(alias.skill_ids))
            strength = (_EVERYDAY_STRENGTH if alias.is_everyday else 1.0) / len(skill_ids)
            mentions.append(Mention(*span, alias.folded, skill_ids, strength))
        return mentions

    def _holds(self, found: tuple[int, int, int], folded: _Folded, mapped: MappedText, text: str) -> bool:
        start, end, number = found
        alias = self._aliases[number]
        first, last = folded.places[start], folded.places[end - 1] + 1
        if not (_begins(alias, mapped.text, first, last) and _ends(alias, mapped.text, first, last)):
            return False
        if alias.capitals and not _has_capitals(text[slice(*mapped.original_span(first, last))], alias.capitals):
            return False
        if alias.cue is None:
            return True
        around = mapped.text[max(0, first - _CUE_REACH) : first] + " " + mapped.text[last : last + _CUE_REACH]
        return alias.cue.search(around) is not None


def propose_skills(text: str, lexicon: SkillLexicon, limit: int) -> list[SkillProposal]:
    """Propose at most `limit` skills for a text, best supported first.

    Support is the sum of the strengths of the mentions; then comes the number of different names used, then what is
    mentioned first.
    """
    by_skill: dict[str, list[Mention]] = {}
    for mention in lexicon.find(text):
        for skill_id in mention.skill_ids:
            by_skill.setdefault(skill_id, []).append(mention)
    proposals = [
        SkillProposal(skill_id, tuple(mentions), len(mentions), len({mention.alias for mention in mentions}))
        for skill_id, mentions in by_skill.items()
    ]
    proposals.sort(key=_proposal_order)
    return proposals[:limit]


def _proposal_order(proposal: SkillProposal) -> tuple[float, int, int, str]:
    support = sum(mention.strength for mention in proposal.mentions)
    return -support, -proposal.names, proposal.mentions[0].start, proposal.skill_id


def _alias(folded: str, surface: str) -> _Alias:
    letters = sum(char.isalnum() for char in folded)
    latin = folded.isascii()
    has_capitals = surface != surface.lower()
    bound = latin and has_capitals and (letters <= _CAPITALS_UP_TO or folded in _EVERYDAY_NAMES)
    cue = _STATISTICAL_CUE if latin and letters == 1 else _CUES.get(folded)
    is_everyday = latin and not has_capitals and " " not in folded
    return _Alias(folded, set(), surface if bound else "", cue, is_everyday)


def _fold(normalised: str) -> _Folded:
    parts: list[str] = []
    places: list[int] = []
    position = 0
    for separator in _SEPARATORS.finditer(normalised):
        start, end = separator.span()
        parts.append(normalised[position:start])
        places.extend(range(position, start))
        if not (_is_hangul(normalised[start - 1 : start]) or _is_hangul(normalised[end : end + 1])):
            parts.append(" ")
            places.append(start)
        position = end
    parts.append(normalised[position:])
    places.extend(range(position, len(normalised)))
    return _Folded("".join(parts), places)


def _is_hangul(char: str) -> bool:
    return "가" <= char <= "힣"


def _is_latin_word(char: str) -> bool:
    return char.isalnum() and not _is_hangul(char)


def _begins(alias: _Alias, text: str, first: int, last: int) -> bool:
    before = text[first - 1 : first] if first else ""
    if not _is_hangul(text[first]):
        return not _is_latin_word(before) and not (last - first == 1 and before in _NOT_BESIDE_ONE_LETTER)
    if not (_is_hangul(before) or _is_latin_word(before)):
        return True
    return alias.is_compounding and _is_one_word(text, first, last)


def _ends(alias: _Alias, text: str, first: int, last: int) -> bool:
    after = text[last : last + 1]
    if not _is_hangul(text[last - 1]):
        return not _is_latin_word(after) and not (last - first == 1 and after in _NOT_BESIDE_ONE_LETTER)
    tail = _HANGUL_TAIL.match(text, last, last + 9)
    assert tail is not None
    rest = tail[0]
    if not rest or any(_is_ending(rest.removeprefix(noun)) for noun in _NOUNS_AFTER if rest.startswith(noun)):
        return True
    return _is_ending(rest) or (alias.is_compounding and (rest[0] == _AGENT or _is_one_word(text, first, last)))


def _is_ending(rest: str) -> bool:
    return not rest or rest in ENDINGS


def _is_one_word(text: str, first: int, last: int) -> bool:
    return _SEPARATORS.search(text, first, last) is None


def _has_capitals(surface: str, wanted: str) -> bool:
    return all(not want.isupper() or char.isupper() for char, want in zip(surface, wanted, strict=False))


def _longest(candidates: list[tuple[int, int, int]], length: int) -> Iterator[tuple[int, int, int]]:
    taken = bytearray(length)
    chosen = []
    for start, end, number in sorted(candidates, key=lambda found: (found[0] - found[1], found[0])):
        if not (taken[start] or taken[end - 1]):  # longest first: an overlap always covers one of the two ends
            taken[start:end] = b"\1" * (end - start)
            chosen.append((start, end, number))
    yield from sorted(chosen)


_SPELLINGS = (
    (re.compile(r"is(?=(?:ations?|ing|ed|e|er|ers)\b)"), "iz"),
    (re.compile(r"(?<=cent)red\b"), "ered"),
    (re.compile(r"(?<=cent)re\b"), "er"),
    (re.compile(r"(behavi|col)our"), r"\1or"),
    (re.compile(r"(mode|labe|trave)ll"), r"\1l"),
    (re.compile(r"\bprogramme\b", re.IGNORECASE), "program"),
    (re.compile(r"\b(def|off)ence\b"), r"\1ense"),
    (re.compile(r"catalogue"), "catalog"),
    (re.compile(r"analyse"), "analyze"),
)


def _variants(surface: str, language: str) -> set[str]:
    """Return the form itself and, in English, its plural or singular, American spelling and unhyphenated form."""
    forms = {surface}
    if language != "en" or surface.lower() in _EVERYDAY_NAMES:
        return forms
    american = surface
    for pattern, replacement in _SPELLINGS:
        american = pattern.sub(replacement, american)
    forms.add(american)
    forms |= {form.replace("-", "") for form in forms if "-" in form}
    return forms | {other for form in forms if (other := _other_number(form))}


def _other_number(form: str) -> str:
    """Return the plural of a singular English form and the other way round; nothing for words too short to tell."""
    last = form.rsplit(" ", 1)[-1]
    if (
        len(last) <= _CAPITALS_UP_TO + 1
        or not last[-1].isalpha()
        or last.lower().endswith(("ss", "is", "us", "cs", "ing"))
    ):
        return ""
    if last.endswith("ies"):
        return form[:-3] + "y"
    if last[-1] == "s":
        return form[:-1]
    if last[-1] == "y" and last[-2] not in "aeiou":
        return form[:-1] + "ies"
    return form + "s"
