"""Language parity (M16) and resistance to stuffing (M17) of proposed settings, measured with those very settings.

What a release measured with the same numbers is taken as it is; anything else is measured anew, in the job.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from ml import results
from ml.params import MatcherParams
from ml.results import Figure
from models import utc_now
from talent.matching import engine

Tick = Callable[[], None]
OF_THE_PRODUCT = "product"
"""The variant that promises are made about; others in the same file are for comparison."""


def measured(name: results.Kind, proposed: MatcherParams, present: MatcherParams, tick: Tick) -> dict[str, Any]:
    """The figures of the proposed settings, and which promises they break that the present ones keep or break too."""
    found = _figures(name, proposed, tick)
    missed = _missed(name, found["figures"])
    before = _missed(name, _figures(name, present, tick)["figures"]) if missed else []
    return {**found, "figures": [asdict(row) for row in found["figures"]], "missed": missed, "missed_before": before}


def key(row: Figure) -> str:
    """What tells one figure from the others of its measurement."""
    return "/".join((row.measure, row.subject))


def _figures(name: results.Kind, params: MatcherParams, tick: Tick) -> dict[str, Any]:
    kept = results.read(name)
    if kept is not None and kept.params_hash == params.sha256:
        figures = [row for row in kept.figures if row.variant == OF_THE_PRODUCT]
        return {"matcher_hash": params.sha256, "date": kept.date, "commit": kept.commit, "figures": figures}
    figures = list(engine.measured(name, params, tick))
    return {"matcher_hash": params.sha256, "date": utc_now().date().isoformat(), "commit": "", "figures": figures}


def _missed(name: results.Kind, figures: Sequence[Figure]) -> list[str]:
    return [key(row) for row in engine.broken(name, figures)]
