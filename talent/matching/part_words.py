"""Parts of a result in words: how full each is, and its points of those the whole is made of (100)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ml.schema import ScorePart
from talent.i18n import _, local_number

FULLNESS: tuple[tuple[float, Any], ...] = (
    (0.95, _("fully")),
    (0.6, _("for the most part")),
    (0.3, _("in part")),
    (0.005, _("a little")),
    (0.0, _("not at all")),
)


@dataclass(frozen=True)
class PartView:
    """One part of a result: how full it is, in words, and its points of those the whole is made of (100)."""

    code: str
    name: str
    fullness: str
    value: float
    points: str
    of: str


def part_view(part: ScorePart, names: Mapping[str, Any]) -> PartView:
    """A part in words; `names` has a name for its code."""
    return PartView(
        part.code,
        str(names[part.code]),
        fullness(part.value),
        round(min(1.0, max(0.0, part.value)), 4),
        points(part.share),
        points(part.weight),
    )


def fullness(value: float) -> str:
    """A value from 0 to 1 as a word."""
    return str(next(words for least, words in FULLNESS if value >= least))


def points(share: float) -> str:
    """A share of the whole as points of 100, with one decimal where that says more."""
    value = share * 100
    return local_number(round(value) if value >= 10 else round(value, 1))
