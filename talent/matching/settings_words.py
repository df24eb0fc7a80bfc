"""The matcher's settings and the reports on them, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ml.results import Figure
from models import MatcherSettings, SettingsState
from talent.i18n import _, local_date, local_datetime, local_number
from talent.matching import figure_words
from talent.matching.queries_settings import BACK_TO
from talent.matching.settings import RunSettings
from talent.matching.settings_bounds import BOUNDS, GROUPS, Bound
from talent.matching.settings_figures import key

STATES: dict[SettingsState, Any] = {
    SettingsState.PROPOSED: _("Proposed"),
    SettingsState.IN_FORCE: _("In force"),
    SettingsState.REPLACED: _("Was in force"),
    SettingsState.REFUSED: _("Refused"),
    SettingsState.WITHDRAWN: _("Withdrawn"),
}
STATE_TAGS: dict[SettingsState, str] = {
    SettingsState.PROPOSED: "govuk-tag--blue",
    SettingsState.IN_FORCE: "govuk-tag--green",
    SettingsState.REPLACED: "govuk-tag--grey",
    SettingsState.REFUSED: "govuk-tag--red",
    SettingsState.WITHDRAWN: "govuk-tag--grey",
}
GROUP_NAMES: dict[tuple[str, str], Any] = {
    ("all", ""): _("Everybody"),
    ("country", "GB"): _("People in the United Kingdom"),
    ("country", "KR"): _("People in Korea"),
    ("language", "en"): _("Profiles written in English"),
    ("language", "ko"): _("Profiles written in Korean"),
    ("language", "both"): _("Profiles written in both languages"),
    ("language", "none"): _("Profiles without a text"),
}
MEASUREMENTS: dict[str, Any] = {
    "parity": _("Korean and English versions of the same person"),
    "attack": _("Attempts to rank higher by stuffing"),
}
_LEAST_SHOWN = 10
"""A group of fewer people is not told apart: what changes for it would be what changes for somebody."""


@dataclass(frozen=True)
class Line:
    """One setting in words: what it is called, before and after."""

    name: str
    label: Any
    before: str
    after: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class GroupLine:
    """What a proposal changes for some of the people, in words."""

    name: Any
    people: str
    bands: str
    top: str
    suggested: str


@dataclass(frozen=True)
class FigureLine:
    """One promise: what was measured on what, and how it came out."""

    what: str
    on_what: str
    result: str
    target: str
    state: str


FIGURE_STATES: dict[str, tuple[Any, str]] = {
    "kept": (_("Met"), "govuk-tag--green"),
    "missed": (_("Not met"), "govuk-tag--red"),
    "missed_before": (_("Not met before either"), "govuk-tag--yellow"),
}


def grouped(before: RunSettings, after: RunSettings) -> list[tuple[Any, list[Line]]]:
    """All settings by group, with what is in force and what is proposed."""
    one, other = before.chosen(), after.chosen()
    return [
        (
            title,
            [
                Line(name, bound.label, amount(bound, one[name]), amount(bound, other[name]))
                for name, bound in BOUNDS.items()
                if bound.group == group
            ],
        )
        for group, title in GROUPS.items()
    ]


def changes(before: RunSettings, after: RunSettings) -> list[Line]:
    """The settings that differ."""
    return [line for _title, lines in grouped(before, after) for line in lines if line.changed]


def amount(bound: Bound, value: float) -> str:
    """A value with its unit."""
    shown = bound.shown(value)
    number = local_number(int(shown) if float(shown).is_integer() else shown)
    return str(_("%(number)s points", number=number)) if bound.in_points else number


def origin(row: MatcherSettings) -> str:
    """How a set of settings came about."""
    number = row.reports.get(BACK_TO)
    if number is None:
        return str(_("Proposed as a change"))
    if number == 0:
        return str(_("Back to the default settings"))
    return str(_("Back to settings %(number)s", number=local_number(number)))


def group_lines(groups: Sequence[Mapping[str, Any]]) -> list[GroupLine]:
    """The table of who is affected.

    Where a group of a kind has fewer than ten people, no group of that kind is shown: what is told of all and of the
    others would tell the rest of it.
    """
    small = {group["kind"] for group in groups if group["people"] < _LEAST_SHOWN}
    told = {group["kind"] for group in groups} - small
    return [
        GroupLine(
            GROUP_NAMES[group["kind"], group["code"]],
            local_number(group["people"]),
            _share(group["up"] + group["down"], group["pairs"]),
            _before_after(group["top_before"], group["top_after"]),
            _before_after(
                _share(group["suggested_before"], group["people"]), _share(group["suggested_after"], group["people"])
            ),
        )
        for group in groups
        if group["kind"] in told
    ]


def ratio_lines(ratios: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The ratio between the shares suggested of two groups, before and after; too few people is never a pass."""
    names = {"country": _("By country"), "language": _("By language of the profile")}
    return [
        (str(names[row["kind"]]), _before_after(*(_ratio(row[when]) for when in ("before", "after")))) for row in ratios
    ]


def figures(measured: Mapping[str, Any]) -> list[FigureLine]:
    """What is promised, and whether it is kept with these settings."""
    rows = [Figure(**row) for row in measured["figures"]]
    missed, before = set(measured["missed"]), set(measured["missed_before"])
    return [
        FigureLine(
            figure_words.what(row),
            figure_words.on_what(row),
            figure_words.result(row),
            figure_words.target(row),
            "kept" if key(row) not in missed else "missed_before" if key(row) in before else "missed",
        )
        for row in rows
        if row.target is not None
    ]


def moment(text: str) -> str:
    """A kept moment in the reader's zone and words."""
    return local_datetime(datetime.fromisoformat(text))


def day(text: str) -> str:
    """A kept day in the reader's words."""
    return local_date(date.fromisoformat(text))


def _before_after(before: Any, after: Any) -> str:
    one, other = (value if isinstance(value, str) else local_number(value) for value in (before, after))
    return str(_("%(before)s before, %(after)s after", before=one, after=other))


def percent(share: float | None) -> str:
    """A share of 1 in hundredths; words where there is nothing to divide by."""
    return str(_("nothing to compare")) if share is None else f"{local_number(round(100 * share, 1))}%"


def _share(count: int, total: int) -> str:
    return percent(count / total if total else None)


def _ratio(value: float | None) -> str:
    return str(_("not enough data")) if value is None else local_number(round(value, 2))
