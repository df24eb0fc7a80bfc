"""What a run is told: the matcher's numbers, and how many pairings it may suggest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from ml.params import BANDS, MatcherParams
from models.types import Band


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

    def to_plain(self) -> dict[str, Any]:
        """Values that JSON can hold."""
        return {**asdict(self), "least_band": self.least_band.value}

    @classmethod
    def from_plain(cls, data: dict[str, Any]) -> Self:
        """Read what `to_plain` gave. Raises ValueError or TypeError for anything else."""
        return cls(**{**data, "matcher": MatcherParams(**data["matcher"]), "least_band": Band(data["least_band"])})

    @property
    def sha256(self) -> str:
        """The hash of all settings, as 64 hexadecimal digits."""
        text = json.dumps(self.to_plain(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()
