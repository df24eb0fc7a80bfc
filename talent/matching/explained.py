"""The explanations kept with suggestions, in words, with the names they need read together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from ml.schema import Explanation, RuleResult
from models import MatchSuggestion
from talent.matching.explanations import BandView, ExplanationView, fields_skills, skill_ids, view
from talent.matching.reference_names import ReferenceNames, load_names
from talent.matching.rule_words import countries_of, rule_view
from talent.profiles.masking import masked_text


def of_suggestion(session: Session, suggestion: MatchSuggestion) -> ExplanationView:
    """The explanation kept with a suggestion, with quotations from its frozen inputs, who the person is taken out."""
    return of_suggestions(session, [suggestion])[0]


def of_suggestions(session: Session, suggestions: Sequence[MatchSuggestion]) -> list[ExplanationView]:
    """The explanations kept with some suggestions, in their order, in a fixed number of statements."""
    read = {row.id: Explanation.from_dict(row.explanation) for row in suggestions if row.score is not None}
    names = load_names(session, skill_ids(read.values()) | _evidenced(suggestions))
    return [
        _worded(row, read[row.id], names, masked=True) if row.id in read else _by_hand(row, names)
        for row in suggestions
    ]


class Explained:
    """Explanations for the person themselves, in whatever language they are asked for."""

    def __init__(self, session: Session, rows: Iterable[MatchSuggestion]) -> None:
        kept = [row for row in rows if row.score is not None and row.explanation]
        self._found = {row.id: Explanation.from_dict(row.explanation) for row in kept}
        self._names = load_names(session, skill_ids(self._found.values()) | _evidenced(kept))

    def view(self, row: MatchSuggestion) -> ExplanationView | None:
        """Why this pair, in the reader's language; None where nothing was computed."""
        found = self._found.get(row.id)
        return None if found is None else _worded(row, found, self._names, masked=False)


def _worded(row: MatchSuggestion, found: Explanation, names: ReferenceNames, *, masked: bool) -> ExplanationView:
    mine = _texts(row.profile_snapshot)
    if masked:
        # Masked when it was frozen. A text that a newer rule would mask further is not quoted: places no longer hold.
        mine = [text if masked_text(row.profile, text) == text else "" for text in mine]
    return view(
        found,
        names,
        mine=mine,
        theirs=_texts(row.opportunity_snapshot),
        fields=(_fields(row.profile_snapshot), _fields(row.opportunity_snapshot)),
        made_at=row.created_at,
    )


def _by_hand(suggestion: MatchSuggestion, names: ReferenceNames) -> ExplanationView:
    """What there is to say of a pairing that nothing was computed for: the rules that were checked."""
    kept = [RuleResult(**row) for row in suggestion.explanation["rules"]]
    wishes = [RuleResult(**row) for row in suggestion.explanation["wishes"]]
    names = names.between(*countries_of(tuple(kept)))
    rules = [rule_view(rule, names) for rule in kept]
    return ExplanationView(
        band=BandView.of(None),
        eligible=True,
        points="",
        parts=[],
        not_applicable=[],
        evidenced=[],
        stated=[],
        gaps=[],
        concepts=[],
        terms=[],
        other_points="",
        rules=rules,
        wishes=[rule_view(rule, names, wish=True) for rule in wishes],
        cut=False,
        version="",
        settings="",
        made_at=suggestion.created_at,
        by_hand=True,
    )


def _texts(snapshot: Mapping[str, Any]) -> list[str]:
    return [str(row["text"]) for row in snapshot.get("record", {}).get("texts", ())]


def _fields(snapshot: Mapping[str, Any]) -> list[str]:
    """Which text of its record each is, in the same order (snapshots)."""
    return [str(row["field"]) for row in snapshot.get("shown", {}).get("texts", ())]


def _evidenced(rows: Iterable[MatchSuggestion]) -> set[str]:
    return {skill_id for row in rows for skill_id in fields_skills(_fields(row.profile_snapshot))}
