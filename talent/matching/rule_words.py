"""The rules that were checked for a pair, in the reader's language: name, outcome, and what was compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ml.schema import PlainValue, RuleResult
from models.types import Cefr, Country, LengthBand, WorkingPattern, WorkMode
from talent.i18n import _, local_date, local_list
from talent.matching.reference_names import ReferenceNames
from talent.profiles.words import LENGTHS, MODES, PATTERNS

Detail = Mapping[str, PlainValue]

NAMES: dict[str, Any] = {
    "border_direction": _("Country of the post"),
    "taking_part": _("Taking part"),
    "shown_abroad": _("Shown in the other country"),
    "profile_active": _("Profile active"),
    "opportunity_open": _("Post open"),
    "kind": _("Kind of exchange"),
    "dates": _("Dates"),
    "length": _("Length"),
    "working_pattern": _("Full or part time"),
    "minimum_language": _("Working language"),
    "grade": _("Grade"),
    "work_mode": _("On site or remote"),
    "region": _("Place of work"),
    "role_family": _("Role family"),
}
OUTCOMES: dict[str, Any] = {"pass": _("Met"), "fail": _("Not met"), "not_stated": _("Not stated")}
WISH_OUTCOMES: dict[str, Any] = {
    "pass": _("As wished"),
    "fail": _("Not as wished"),
    "not_stated": _("Not stated"),
}
TAGS = {"pass": "govuk-tag--green", "fail": "govuk-tag--red", "not_stated": "govuk-tag--grey"}
WISH_TAGS = {**TAGS, "fail": "govuk-tag--yellow"}
DIRECTIONS: dict[tuple[str, str], Any] = {
    ("GB", "KR"): _("From the United Kingdom to Korea."),
    ("KR", "GB"): _("From Korea to the United Kingdom."),
    ("GB", "GB"): _("Within the United Kingdom."),
    ("KR", "KR"): _("Within Korea."),
}
ABOUT = _("Grades of the two countries can be compared only roughly, so the host decides.")


@dataclass(frozen=True)
class RuleView:
    """One rule as a page shows it."""

    code: str
    outcome: str
    name: str
    outcome_text: str
    tag: str
    detail: str


def rule_view(rule: RuleResult, names: ReferenceNames, *, wish: bool = False) -> RuleView:
    """A rule in words. A wish is worded as one: it excludes nobody."""
    return RuleView(
        code=rule.code,
        outcome=rule.outcome,
        name=str(NAMES[rule.code]),
        outcome_text=str((WISH_OUTCOMES if wish else OUTCOMES)[rule.outcome]),
        tag=(WISH_TAGS if wish else TAGS)[rule.outcome],
        detail=_DETAILS[rule.code](rule.detail, names),
    )


def _border(detail: Detail, _names: ReferenceNames) -> str:
    direction = str(DIRECTIONS.get((str(detail["home"]), str(detail["host"])), ""))
    if detail["audience"] == "abroad" and not detail["crossing"]:
        return " ".join(filter(None, (direction, str(_("The post is only for people from abroad.")))))
    if detail["audience"] == "home" and detail["crossing"]:
        return " ".join(filter(None, (direction, str(_("The post is only for people of its own country.")))))
    return direction


def _taking_part(detail: Detail, _names: ReferenceNames) -> str:
    if detail["taking_part"]:
        return str(_("The person has chosen to take part."))
    return str(_("The person has not chosen to take part."))


def _shown_abroad(detail: Detail, _names: ReferenceNames) -> str:
    if not detail["crossing"]:
        return str(_("Not needed within one country."))
    if detail["shown_abroad"]:
        return str(_("The person has chosen to be shown in the other country."))
    return str(_("The person has not chosen to be shown in the other country."))


def _active(detail: Detail, _names: ReferenceNames) -> str:
    return str(_("The profile is active.") if detail["active"] else _("The profile is not active."))


def _open(detail: Detail, _names: ReferenceNames) -> str:
    return str(_("The post is open.") if detail["open"] else _("The post is not open."))


def _dates(detail: Detail, _names: ReferenceNames) -> str:
    return str(
        _(
            "Available: %(available)s. Start of the post: %(start)s.",
            available=_period(detail["available_from"], detail["available_to"]),
            start=_period(detail["start_earliest"], detail["start_latest"]),
        )
    )


def _period(first: PlainValue, last: PlainValue) -> str:
    begin, end = (local_date(date.fromisoformat(str(day))) if day else "" for day in (first, last))
    if begin and end:
        return begin if begin == end else str(_("%(begin)s to %(end)s", begin=begin, end=end))
    if begin:
        return str(_("from %(begin)s", begin=begin))
    return str(_("until %(end)s", end=end) if end else _("not stated"))


def _language(detail: Detail, names: ReferenceNames) -> str:
    if detail["language"] is None:
        return str(_("The post names no working language."))
    return str(
        _(
            "%(language)s. Speaking: %(speaking)s. Reading: %(reading)s.",
            language=names.language(str(detail["language"])),
            speaking=_ability(detail["speaking_required"], detail["speaking_held"], detail["speaking"]),
            reading=_ability(detail["reading_required"], detail["reading_held"], detail["reading"]),
        )
    )


def _ability(required: PlainValue, held: PlainValue, outcome: PlainValue) -> str:
    if required is None:
        return str(_("no level asked for"))
    if outcome == "waived":
        return str(_("an interpreter is provided"))
    if held is None:
        return str(_("%(required)s asked for, not stated", required=_cefr(required)))
    return str(_("%(required)s asked for, %(held)s held", required=_cefr(required), held=_cefr(held)))


def _cefr(order: PlainValue) -> str:
    return list(Cefr)[int(str(order)) - 1].value


def _grade(detail: Detail, names: ReferenceNames) -> str:
    home, host = names.countries
    least, most = (names.grade(host, detail[key]) for key in ("min", "max"))
    if not least and not most:
        return str(_("The post names no grade range."))
    if least and most:
        asked = least if least == most else str(_("%(least)s to %(most)s", least=least, most=most))
    elif least:
        asked = str(_("%(least)s or above", least=least))
    else:
        asked = str(_("%(most)s or below", most=most))
    held = names.grade(home, detail["held"]) or str(_("not stated"))
    sentence = str(_("Grade held: %(held)s. The post asks for: %(asked)s.", held=held, asked=asked))
    return f"{sentence} {ABOUT}" if detail["about"] else sentence


def _choice(
    words: Callable[[ReferenceNames, str], str], order: Sequence[str] = ()
) -> Callable[[Detail, ReferenceNames], str]:
    def sentence(detail: Detail, names: ReferenceNames) -> str:
        wanted = detail["wanted"] if isinstance(detail["wanted"], list) else []
        if order:
            wanted = sorted(wanted, key=lambda value: order.index(str(value)))
        looked_for = local_list(words(names, value) for value in wanted)
        offered = words(names, str(detail["offered"])) if detail["offered"] is not None else ""
        if not offered and not looked_for:
            return str(_("Neither side says."))
        if not offered:
            return str(_("The post does not say. Wanted: %(wanted)s.", wanted=looked_for))
        if not looked_for:
            return str(_("The post offers: %(offered)s. The profile does not say.", offered=offered))
        return str(_("The post offers: %(offered)s. Wanted: %(wanted)s.", offered=offered, wanted=looked_for))

    return sentence


def _enumerated(words: Mapping[Any, Any], kind: type) -> Callable[[Detail, ReferenceNames], str]:
    """Several of an enumeration, in the order in which it names them."""
    return _choice(lambda _names, value: str(words[kind(value)]), [str(member) for member in words])


_DETAILS: dict[str, Callable[[Detail, ReferenceNames], str]] = {
    "border_direction": _border,
    "taking_part": _taking_part,
    "shown_abroad": _shown_abroad,
    "profile_active": _active,
    "opportunity_open": _open,
    "kind": _choice(lambda names, code: names.kind(code)),
    "dates": _dates,
    "length": _enumerated(LENGTHS, LengthBand),
    "working_pattern": _enumerated(PATTERNS, WorkingPattern),
    "minimum_language": _language,
    "grade": _grade,
    "work_mode": _enumerated(MODES, WorkMode),
    "region": _choice(lambda names, code: names.region(code)),
    "role_family": _choice(lambda names, code: names.family(code)),
}


def countries_of(rules: tuple[RuleResult, ...]) -> tuple[Country, Country]:
    """The home and the host country that the rules were checked for."""
    detail = next(rule.detail for rule in rules if rule.code == "border_direction")
    return Country(str(detail["home"])), Country(str(detail["host"]))
