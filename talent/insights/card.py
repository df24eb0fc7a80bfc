"""The figures of the model card: what was measured, read from the files that the measuring commands write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from ml import results
from ml.results import Figure, Kind, Results
from talent.i18n import _, local_number
from talent.matching import figure_words

SHOWN: tuple[Kind, ...] = ("quality", "parity", "attack")
"""Measurements with a table on the page; `plain` tells all."""
OURS = ("this project", "product", "text only")
HEADINGS: dict[Kind, Any] = {
    "quality": _("How well the order agrees with outside judgement"),
    "parity": _("Whether Korean and English are ranked alike"),
    "attack": _("How it handles text written to score well"),
}
INTRODUCTIONS: dict[Kind, Any] = {
    "quality": _(
        "Texts and judgements that nobody on this service wrote, and people and posts of our own in both languages. "
        "Only the texts are compared. nDCG@10 and MRR run from 0 to 1; higher is better."
    ),
    "parity": _(
        "The same people, written in natural English and in natural Korean by the makers of the service, against posts "
        "in both languages. Limits count posts that suit the person; the same over all posts stands beside them."
    ),
    "attack": _(
        "One person of a pool of 100 changes their text without changing what they can do. Places gained are counted "
        "out of 100."
    ),
}


@dataclass(frozen=True)
class Row:
    """One figure in words. `reached` is None where no target was set."""

    what: str
    of: str
    how: str
    result: str
    peer: str
    target: str
    reached: bool | None


@dataclass(frozen=True)
class Section:
    """One measurement: its figures, and how they came about."""

    title: str
    introduction: str
    rows: list[Row]
    on: date
    commit: str
    machine: str
    command: str
    is_current: bool
    """False when the settings in force are not those that were measured."""


def sections(params_hash: str) -> list[Section]:
    """What was measured, in the present language; nothing for a measurement that was never made."""
    found = ((kind, results.read(kind)) for kind in SHOWN)
    return [_section(kind, item, params_hash) for kind, item in found if item is not None]


def plain(params_hash: str) -> dict[str, Any]:
    """All measurements for programs: the files as they are, and whether the settings in force were measured."""
    found = ((kind, results.read(kind)) for kind in results.KINDS)
    return {
        kind: {**results.to_plain(item), "settings_in_force": item.params_hash == params_hash}
        for kind, item in found
        if item is not None
    }


def lacking() -> list[str]:
    """Measurements that were never made, in words."""
    return [str(HEADINGS[kind]) for kind in SHOWN if results.read(kind) is None]


def shown(item: Results) -> list[Figure]:
    """The figures that have a row on the page: ours, without how much was found at all."""
    return [figure for figure in item.figures if figure.variant in OURS and figure_words.has_words(figure)]


def _section(kind: Kind, item: Results, params_hash: str) -> Section:
    return Section(
        str(HEADINGS[kind]),
        str(INTRODUCTIONS[kind]),
        [_row(figure) for figure in shown(item)],
        date.fromisoformat(item.date),
        item.commit,
        item.machine,
        item.command,
        item.params_hash == params_hash,
    )


def _row(figure: Figure) -> Row:
    between = f" ({_number(figure.low)}–{_number(figure.high)})" if None not in (figure.low, figure.high) else ""
    return Row(
        what=figure_words.what(figure),
        of=figure_words.on_what(figure),
        how=figure_words.method(figure),
        result=figure_words.result(figure) + between,
        peer=_number(figure.peer),
        target=figure_words.target(figure),
        reached=figure.is_met,
    )


def _number(value: float | None) -> str:
    return "" if value is None else local_number(round(value, 3))
