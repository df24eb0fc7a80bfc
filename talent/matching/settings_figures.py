"""Language parity (M16) and resistance to stuffing (M17) of proposed settings, measured with those very settings.

What a release measured with the same numbers is taken as it is; anything else is measured anew, in the job.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ml import results
from ml.params import MatcherParams
from ml.results import Figure
from models import utc_now


def measured(name: results.Kind, proposed: MatcherParams, present: MatcherParams) -> dict[str, Any]:
    """The figures of the proposed settings, and which thresholds they miss that the present ones keep or miss too."""
    found = _figures(name, proposed)
    missed = _missed(found["figures"])
    before = _missed(_figures(name, present)["figures"]) if missed else []
    return {**found, "figures": [asdict(row) for row in found["figures"]], "missed": missed, "missed_before": before}


def _figures(name: results.Kind, params: MatcherParams) -> dict[str, Any]:
    kept = results.read(name)
    if kept is not None and kept.params_hash == params.sha256:
        return {"matcher_hash": params.sha256, "date": kept.date, "commit": kept.commit, "figures": kept.figures}
    figures = _measure(name, params)
    return {"matcher_hash": params.sha256, "date": utc_now().date().isoformat(), "commit": "", "figures": figures}


def _measure(name: results.Kind, params: MatcherParams) -> Sequence[Figure]:
    from ml import attack, parity  # they bring the encoder and the evaluation's texts: only the job pays for them

    return parity.measure(params) if name == "parity" else attack.measure(params)


def _missed(figures: Sequence[Figure]) -> list[str]:
    return [key(row) for row in figures if row.is_met is False]


def key(row: Figure) -> str:
    """What tells one figure from the others of its measurement."""
    return "/".join(part for part in (row.measure, row.subject, row.variant) if part)
