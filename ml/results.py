"""Results of measurements as files of the project, so that pages and documents show what was measured and nothing else.

`data/evaluation/<name>.json` holds when, from which commit, on what machine and with which settings a command measured
its figures. A file is replaced whole.
"""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self

from ml.params import MatcherParams

FOLDER = Path(__file__).resolve().parent.parent / "data" / "evaluation"
Kind = Literal["quality", "parity", "attack", "ablation", "speed"]
KINDS: tuple[Kind, ...] = ("quality", "parity", "attack", "ablation", "speed")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number.

    `measure` says what was measured (`ndcg_at_10`, `rank_gap_median`), `subject` on what (a task, a cell, an attack),
    `variant` by which system or in which mode. `target` is what to reach, `better` the direction; `peer` is the best
    other system in the same run. `low` and `high` bound a 95 % interval.
    """

    measure: str
    subject: str
    value: float
    variant: str = ""
    unit: str = ""
    target: float | None = None
    better: Literal["high", "low"] = "high"
    peer: float | None = None
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        for number in (self.value, self.target, self.peer, self.low, self.high):
            if number is not None and not math.isfinite(number):
                raise ValueError(f"{self.measure} of {self.subject} is not a number")

    @property
    def is_met(self) -> bool | None:
        """Tell whether the target is reached; None without one."""
        if self.target is None:
            return None
        return self.value >= self.target if self.better == "high" else self.value <= self.target


@dataclass(frozen=True, slots=True)
class Results:
    """The figures of one measurement and how they came about."""

    name: str
    date: str
    commit: str
    machine: str
    command: str
    params_version: str
    params_hash: str
    figures: tuple[Figure, ...]

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Read what `write` wrote. Raises ValueError for anything else."""
        try:
            return cls(**{**data, "figures": tuple(Figure(**row) for row in data["figures"])})
        except (KeyError, TypeError) as error:
            raise ValueError("these are not results of a measurement") from error

    def find(self, measure: str, subject: str = "", variant: str = "") -> Figure | None:
        """Return the first figure of a measure; of one subject and one variant where they are given."""
        for figure in self.figures:
            if (
                figure.measure == measure
                and subject in ("", figure.subject)
                and (not variant or figure.variant == variant)
            ):
                return figure
        return None


def write(
    name: Kind,
    figures: Sequence[Figure],
    *,
    command: str,
    params: MatcherParams | None = None,
    folder: Path = FOLDER,
) -> Results:
    """Write the results of a measurement made just now, and return them. Numbers are kept to six digits."""
    settings = params or MatcherParams()
    results = Results(
        name=name,
        date=datetime.now(UTC).date().isoformat(),
        commit=_commit(),
        machine=_machine(),
        command=command,
        params_version=settings.version,
        params_hash=settings.sha256,
        figures=tuple(figures),
    )
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(to_plain(results), indent=1, ensure_ascii=False, allow_nan=False)
    target = folder / f"{name}.json"
    part = target.with_suffix(".part")
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(target)
    return Results.from_dict(json.loads(text))


def read(name: Kind, folder: Path = FOLDER) -> Results | None:
    """Return the newest results of a measurement; None when it was never made. Raises ValueError for a damaged file."""
    path = folder / f"{name}.json"
    if not path.exists():
        return None
    return Results.from_dict(json.loads(path.read_text(encoding="utf-8")))


def to_plain(results: Results) -> dict[str, Any]:
    """Return values that JSON can hold, as `write` keeps them."""
    plain: dict[str, Any] = _rounded(asdict(results))
    return plain


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _commit() -> str:
    """The commit of the code, marked where files differ from it; empty outside a checkout."""
    try:
        told = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=10"],  # noqa: S607
            cwd=FOLDER.parent.parent,
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return told.stdout.strip()


def _machine() -> str:
    """Cores, architecture and load: enough to read seconds by, and nothing that names the machine."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}{load}"
