"""What administrators may set of the matcher, and within which bounds. docs/decisions/0018 says why these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from talent.i18n import _, local_number

POINTS = 100
"""Shares of 1 are asked for and shown in points of 100."""
APART, _ROUNDING = 0.05, 1e-9
"""How far one band must begin from the next, so that each holds somebody."""


@dataclass(frozen=True)
class Bound:
    """One setting: what it is called, and the least and the most it may be, in the unit that is stored."""

    name: str
    group: str
    label: Any
    hint: Any
    low: float
    high: float
    in_points: bool = True

    @property
    def shown_low(self) -> float:
        return self.shown(self.low)

    @property
    def shown_high(self) -> float:
        return self.shown(self.high)

    def shown(self, value: float) -> float:
        """A stored value as the pages ask for it and show it."""
        return round(value * POINTS, 4) if self.in_points else value


GROUPS: dict[str, Any] = {
    "weights": _("What the score is made of"),
    "order": _("Order of lists"),
    "bands": _("Where bands begin"),
    "lists": _("How many are suggested"),
}
_ALL = (
    Bound("weight_skills_essential", "weights", _("Weight of essential skills"), "", 0.20, 0.60),
    Bound("weight_skills_desirable", "weights", _("Weight of desirable skills"), "", 0, 0.20),
    Bound("weight_concepts", "weights", _("Weight of skills that both texts mention"), "", 0, 0.40),
    Bound("weight_text", "weights", _("Weight of words that both texts share"), "", 0, 0.40),
    Bound("weight_meaning", "weights", _("Weight of sentences with a similar meaning"), "", 0, 0.40),
    Bound(
        "growth_share",
        "order",
        _("Weight of what the person gains"),
        _("It orders lists and changes nobody’s score or band. The rest is what the host gains."),
        0,
        0.40,
    ),
    Bound("band_strong", "bands", _("A strong match begins at"), "", 0.50, 0.95),
    Bound("band_good", "bands", _("A good match begins at"), "", 0.30, 0.80),
    Bound(
        "band_possible",
        "bands",
        _("A possible match begins at"),
        _("Nobody below this is suggested by the matcher. People below it can still be reached and mixed in."),
        0.10,
        0.60,
    ),
    Bound("per_post", "lists", _("People for each post, at most"), "", 1, 20, in_points=False),
    Bound("per_person", "lists", _("Best posts for each person, in addition"), "", 1, 10, in_points=False),
)
BOUNDS: dict[str, Bound] = {item.name: item for item in _ALL}


def problems(values: Mapping[str, float]) -> dict[str, Any]:
    """What is wrong with the values of all settings, by name; empty when they may be proposed."""
    found: dict[str, Any] = {}
    for name, bound in BOUNDS.items():
        if not bound.low <= values[name] <= bound.high:
            found[name] = _(
                "“%(label)s” must be between %(low)s and %(high)s",
                label=bound.label,
                low=local_number(bound.shown_low),
                high=local_number(bound.shown_high),
            )
    if values["band_good"] > values["band_strong"] - APART + _ROUNDING:
        found.setdefault("band_good", _("A good match must begin at least 5 points below a strong match"))
    if values["band_possible"] > values["band_good"] - APART + _ROUNDING:
        found.setdefault("band_possible", _("A possible match must begin at least 5 points below a good match"))
    return found
