"""What a run is told: the matcher's numbers, and how many pairings it may suggest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from ml.params import BANDS, MatcherParams
from models import MatcherSettings, SettingsState
from models.types import Band

OF_MATCHER = (
    "weight_skills_essential",
    "weight_skills_desirable",
    "weight_concepts",
    "weight_text",
    "weight_meaning",
    "growth_share",
    "band_strong",
    "band_good",
    "band_possible",
)
OF_RUN = ("per_post", "per_person")
"""What administrators may set (bounds: talent.matching.settings_bounds). All else is fixed by the release."""


@dataclass(frozen=True)
class RunSettings:
    """Settings of a run, stored with it.

    A pairing is suggested when its band is `least_band` or better and it is among the `per_post` best people of the
    post or the `per_person` best posts of the person: reviewers get short lists, and somebody whom many others
    outrank everywhere still gets their own best posts looked at.
    """

    matcher: MatcherParams = field(default_factory=MatcherParams)
    per_post: int = 5
    per_person: int = 3
    least_band: Band = Band.POSSIBLE

    def suggests(self, band: str) -> bool:
        """Tell whether a band is good enough to be suggested."""
        return BANDS.index(Band(band).value) <= BANDS.index(self.least_band.value)

    @property
    def floor(self) -> float:
        """The least that a pairing good enough to be suggested has in the order of both results."""
        starts = {Band.STRONG: self.matcher.band_strong, Band.GOOD: self.matcher.band_good}
        least = {**starts, Band.POSSIBLE: self.matcher.band_possible, Band.WEAK: 0.0}[self.least_band]
        return (1 - self.matcher.growth_share) * least

    def to_plain(self) -> dict[str, Any]:
        """Values that JSON can hold."""
        return {**asdict(self), "least_band": self.least_band.value}

    @classmethod
    def from_plain(cls, data: dict[str, Any]) -> Self:
        """Read what `to_plain` gave. Raises ValueError or TypeError for anything else."""
        return cls(**{**data, "matcher": MatcherParams(**data["matcher"]), "least_band": Band(data["least_band"])})

    def chosen(self) -> dict[str, float]:
        """The values that administrators may set, by name."""
        return {
            **{name: getattr(self.matcher, name) for name in OF_MATCHER},
            **{name: getattr(self, name) for name in OF_RUN},
        }

    def with_chosen(self, values: Mapping[str, float]) -> RunSettings:
        """These settings with values that administrators set. Raises ValueError for values that make no sense."""
        mine: dict[str, Any] = {name: int(values[name]) for name in OF_RUN if name in values}
        matcher: dict[str, Any] = {name: values[name] for name in OF_MATCHER if name in values}
        return replace(self, matcher=replace(self.matcher, **matcher), **mine)

    @property
    def sha256(self) -> str:
        """The hash of all settings, as 64 hexadecimal digits."""
        text = json.dumps(self.to_plain(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def in_force(session: Session) -> RunSettings:
    """The settings that two administrators put in force last; those the service ships with before that."""
    row = row_in_force(session)
    return RunSettings() if row is None else settings_of(row)


def row_in_force(session: Session) -> MatcherSettings | None:
    """The row whose settings are in force; None while they are those the service ships with."""
    return session.scalar(select(MatcherSettings).where(MatcherSettings.state == SettingsState.IN_FORCE))


def settings_of(row: MatcherSettings) -> RunSettings:
    """The settings a row stands for: what administrators set, and all else as this release ships it."""
    return RunSettings().with_chosen(
        {
            **{name: row.params["matcher"][name] for name in OF_MATCHER if name in row.params["matcher"]},
            **{name: row.params[name] for name in OF_RUN},
        }
    )
