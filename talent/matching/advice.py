"""What would change a result, as sentences for the person: advice on what to learn or to choose, never more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from ml.schema import Change, PlainValue, WhatIf
from models.types import Band, Cefr, LengthBand, WorkingPattern
from talent.i18n import _, local_date
from talent.matching.reference_names import ReferenceNames
from talent.matching.rule_words import NAMES
from talent.matching.states import BAND_WORDS
from talent.profiles.words import LENGTHS, PATTERNS


@dataclass(frozen=True)
class Advice:
    """One change in a sentence, and what it would lead to."""

    code: str
    sentence: str
    outcome: str


@dataclass(frozen=True)
class AdviceView:
    """What a page says of changes. `fixed` names rules that the person cannot change."""

    best: bool
    eligible: bool
    moves: list[Advice]
    admits: list[Advice]
    needed: list[Advice]
    fixed: list[str]

    @property
    def is_empty(self) -> bool:
        return not (self.moves or self.admits or self.needed)


def advice_view(found: WhatIf, names: ReferenceNames) -> AdviceView:
    """Changes in words."""
    return AdviceView(
        best=found.band == Band.STRONG,
        eligible=found.eligible,
        moves=[Advice(row.code, _sentence(row, names), str(BAND_WORDS[Band(row.band)])) for row in found.moves],
        admits=[Advice(row.code, _sentence(row, names), "") for row in found.admits],
        needed=[Advice(row.code, _sentence(row, names), "") for row in found.needed],
        fixed=[str(NAMES[code]) for code in found.fixed],
    )


def advised_skills(found: WhatIf) -> set[str]:
    """All skills that the changes speak of."""
    return {str(row.detail["skill_id"]) for row in found.moves}


def _sentence(change: Change, names: ReferenceNames) -> str:
    return str(_SENTENCES[change.code](change.detail, names))


Detail = dict[str, PlainValue]


def _skill(detail: Detail, names: ReferenceNames) -> Any:
    skill, level = names.skill(str(detail["skill_id"])), names.level(int(str(detail["level"])))
    if detail["held_level"] is not None:
        held = names.level(int(str(detail["held_level"])))
        return _("If you reached %(level)s level in %(skill)s (now: %(held)s)", level=level, skill=skill, held=held)
    if detail["is_held"]:
        return _(
            "If you reached %(level)s level in %(skill)s (you state no level now, which counts as the first)",
            level=level,
            skill=skill,
        )
    return _("If you learned %(skill)s and reached %(level)s level", level=level, skill=skill)


def _kind(detail: Detail, names: ReferenceNames) -> Any:
    return _("If this kind of exchange also suited you: %(kind)s", kind=names.kind(str(detail["offered"])))


def _length(detail: Detail, _names: ReferenceNames) -> Any:
    return _("If this length also suited you: %(length)s", length=LENGTHS[LengthBand(str(detail["offered"]))])


def _pattern(detail: Detail, _names: ReferenceNames) -> Any:
    return _("If this also suited you: %(pattern)s", pattern=PATTERNS[WorkingPattern(str(detail["offered"]))])


def _dates(detail: Detail, _names: ReferenceNames) -> Any:
    begin, end = _day(detail["available_from"]), _day(detail["available_to"])
    if begin and end:
        return _("If you were available from %(begin)s, and until %(end)s or later", begin=begin, end=end)
    if begin:
        return _("If you were available from %(begin)s", begin=begin)
    return _("If you were available until %(end)s or later", end=end)


def _day(value: PlainValue) -> str:
    return local_date(date.fromisoformat(str(value))) if value else ""


def _language(detail: Detail, names: ReferenceNames) -> Any:
    language = names.language(str(detail["language"]))
    speaking, reading = _cefr(detail["speaking"]), _cefr(detail["reading"])
    if speaking and reading:
        return _(
            "If you reached %(speaking)s in speaking and %(reading)s in reading %(language)s",
            speaking=speaking,
            reading=reading,
            language=language,
        )
    if speaking:
        return _("If you reached %(level)s in speaking %(language)s", level=speaking, language=language)
    return _("If you reached %(level)s in reading %(language)s", level=reading, language=language)


def _cefr(order: PlainValue) -> str:
    return list(Cefr)[int(str(order)) - 1].value if order is not None else ""


def _said(sentence: Any) -> Callable[[Detail, ReferenceNames], Any]:
    return lambda _detail, _names: sentence


_SENTENCES: dict[str, Callable[[Detail, ReferenceNames], Any]] = {
    "skill": _skill,
    "named": _skill,
    "kind": _kind,
    "dates": _dates,
    "length": _length,
    "working_pattern": _pattern,
    "minimum_language": _language,
    "taking_part": _said(_("If you chose to take part. That is for you alone to choose.")),
    "shown_abroad": _said(_("If you chose to be shown in the other country. That is for you alone to choose.")),
    "profile_active": _said(_("If your profile were active")),
}
