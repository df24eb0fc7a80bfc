"""A suggestion's score and explanation again, exactly, from its snapshot, the run's settings and the kept weights.

Neither the records of now nor the reference data of now has a part in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from ml.params import MatcherParams
from ml.schema import Explanation
from models import Decision, DecisionEvent, MatchSuggestion
from talent.errors import NotFound
from talent.matching import engine
from talent.matching.settings import RunSettings
from talent.matching.snapshots import opportunity_from_snapshot, profile_from_snapshot
from talent.matching.suggestions import parts_of


class Outcome(StrEnum):
    """What came of computing a suggestion again."""

    SAME = "same"
    DIFFERENT = "different"
    ERASED = "erased"
    BY_HAND = "by_hand"
    NOT_KEPT = "not_kept"


WORDS: dict[Outcome, str] = {
    Outcome.SAME: "same",
    Outcome.DIFFERENT: "different",
    Outcome.ERASED: "erased: the person was erased, and what the score was computed from with them",
    Outcome.BY_HAND: "put together by hand: nothing was computed, so there is nothing to compute again",
    Outcome.NOT_KEPT: "cannot be computed again",
}


@dataclass(frozen=True)
class Replay:
    """What came of it. `notes` says what differs, or why it cannot be."""

    suggestion_id: UUID
    outcome: Outcome
    score: float | None = None
    band: str = ""
    settings_hash: str = ""
    notes: tuple[str, ...] = ()


def replay(session: Session, key: UUID) -> Replay:
    """Compute again the suggestion with this id, or the one that a decision with this id is about; reads only.

    Raises NotFound.
    """
    suggestion = _suggestion(session, key)
    if suggestion.profile_snapshot.get("erased"):
        return Replay(suggestion.id, Outcome.ERASED)
    if suggestion.score is None:
        return Replay(suggestion.id, Outcome.BY_HAND)
    if not suggestion.weights:
        version = suggestion.explanation.get("params_version", "")
        why = (
            f"made with matcher version {version}, when the weights of words and skills were not kept with a pairing: "
            "how rare each was among the texts of that day is not known any more"
        )
        return Replay(suggestion.id, Outcome.NOT_KEPT, notes=(why,))
    settings = RunSettings.from_plain(suggestion.run.params)
    try:
        again = engine.explain_again(
            suggestion.weights,
            profile_from_snapshot(suggestion.profile_snapshot),
            opportunity_from_snapshot(suggestion.opportunity_snapshot),
            settings.matcher,
        )
    except ValueError as error:
        return Replay(suggestion.id, Outcome.NOT_KEPT, notes=(str(error),))
    notes = (*_differences(suggestion, again), *_versions(suggestion, settings.matcher))
    if list(_differences(suggestion, again)):
        return Replay(suggestion.id, Outcome.DIFFERENT, notes=notes)
    band = suggestion.band.value if suggestion.band is not None else ""
    return Replay(suggestion.id, Outcome.SAME, suggestion.score, band, suggestion.run.params_hash)


def _suggestion(session: Session, key: UUID) -> MatchSuggestion:
    found = session.get(MatchSuggestion, key)
    if found is not None:
        return found
    row = session.get(Decision, key) or session.get(DecisionEvent, key)
    if row is None:
        raise NotFound
    return row.suggestion


def _differences(suggestion: MatchSuggestion, again: Explanation) -> Iterator[str]:
    """What is not to the last bit as it was stored, one line each."""
    stored: dict[str, Any] = {
        "score": suggestion.score,
        "band": suggestion.band,
        "growth": suggestion.growth,
        "combined": suggestion.combined,
        "parts": suggestion.parts,
        **{f"explanation.{name}": value for name, value in suggestion.explanation.items()},
    }
    computed: dict[str, Any] = {
        "score": min(1.0, max(0.0, again.score)),
        "band": again.band,
        "growth": again.growth.value if again.growth is not None else None,
        "combined": again.combined,
        "parts": parts_of(again),
        **{f"explanation.{name}": value for name, value in again.to_dict().items()},
    }
    for name in dict.fromkeys((*stored, *computed)):
        before, now = (json.dumps(side.get(name), sort_keys=True) for side in (stored, computed))
        if before != now:
            yield f"{name}: stored {_short(before)}, computed {_short(now)}"


def _versions(suggestion: MatchSuggestion, params: MatcherParams) -> Iterator[str]:
    """What else than the inputs could be the reason."""
    present = MatcherParams().version
    if params.version != present:
        yield f"made with matcher version {params.version}; this is {present}"
    kept = (suggestion.weights or {}).get("analyser")
    if kept != engine.analyser():
        yield f"words were taken apart with {kept}; here it is {engine.analyser()}"


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."
