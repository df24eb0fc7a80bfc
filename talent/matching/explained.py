"""The explanations of several suggestions, with the names they need read together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from ml.schema import Explanation
from models import MatchSuggestion
from talent.matching.explanations import ExplanationView, skill_ids, view
from talent.matching.reference_names import load_names


class Explained:
    """Explanations in words, in whatever language they are asked for."""

    def __init__(self, session: Session, rows: Iterable[MatchSuggestion]) -> None:
        self._found = {
            row.id: Explanation.from_dict(row.explanation) for row in rows if row.score is not None and row.explanation
        }
        self._names = load_names(session, skill_ids(self._found.values()))

    def view(self, row: MatchSuggestion) -> ExplanationView | None:
        """Why this pair, in the reader's language; None where nothing was computed."""
        found = self._found.get(row.id)
        if found is None:
            return None
        mine, theirs = _texts(row.profile_snapshot), _texts(row.opportunity_snapshot)
        return view(found, self._names, mine=mine, theirs=theirs, made_at=row.created_at)


def _texts(snapshot: dict[str, Any]) -> list[str]:
    return [str(item["text"]) for item in snapshot.get("record", {}).get("texts", ())]
