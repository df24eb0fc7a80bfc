"""Why the matcher found what it found, as a page shows it: the words of an explanation in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ml.schema import ConceptShare, Explanation, NotApplicable, RuleResult, ScorePart, SkillLine, Span
from models import MatchSuggestion
from models.types import Band
from talent.i18n import _, _n, local_number
from talent.matching.reference_names import ReferenceNames, load_names
from talent.matching.rule_words import RuleView, countries_of, rule_view
from talent.matching.states import BAND_WORDS

PARTS: dict[str, Any] = {
    "skills_essential": _("Essential skills"),
    "skills_desirable": _("Desirable skills"),
    "concepts": _("Skills that both sides speak of"),
    "text": _("Words that both texts share"),
}
NOT_APPLICABLE: dict[str, Any] = {
    "no_essential_skills": _("The post names no essential skills."),
    "no_desirable_skills": _("The post names no desirable skills."),
    "no_skill_in_post": _("No skill was found in the post."),
    "not_used": _("Not used with the present settings."),
    "post_text_too_short": _("The text of the post is too short to compare."),
    "profile_text_too_short": _("The text of the profile is too short to compare."),
    "no_common_language": _("The two texts are in different languages; skills bridge them."),
}
FULLNESS: tuple[tuple[float, Any], ...] = (
    (0.95, _("fully")),
    (0.6, _("for the most part")),
    (0.3, _("in part")),
    (0.005, _("a little")),
    (0.0, _("not at all")),
)
BAND_TAGS: dict[Band, str] = {
    Band.STRONG: "govuk-tag--green",
    Band.GOOD: "govuk-tag--turquoise",
    Band.POSSIBLE: "govuk-tag--blue",
    Band.WEAK: "govuk-tag--grey",
}
NO_SCORE = _("No score: put together by hand")
_SENTENCE_END = re.compile(r"[.!?。]\s|\n")
_QUOTE_REACH = 160
_HANGUL = re.compile("[가-힣]")

Texts = Sequence[str]


@dataclass(frozen=True)
class BandView:
    """How well two sides fit, as a word."""

    code: str
    text: str
    tag: str

    @classmethod
    def of(cls, band: Band | str | None) -> BandView:
        if band is None:
            return cls("none", str(NO_SCORE), "govuk-tag--grey")
        found = Band(band)
        return cls(found.value, str(BAND_WORDS[found]), BAND_TAGS[found])


@dataclass(frozen=True)
class PartView:
    """One part of a score: how full it is, in words, and its points of those the whole is made of (100)."""

    code: str
    name: str
    fullness: str
    value: float
    points: str
    of: str


@dataclass(frozen=True)
class Quote:
    """Words around a mention, with the mention itself apart so that it can be marked."""

    before: str
    mark: str
    after: str
    lang: str


@dataclass(frozen=True)
class SkillView:
    """A skill asked for, and how the person stands to it."""

    skill_id: str
    name: str
    essential: bool
    sentence: str
    develop: bool
    mine: Quote | None
    theirs: Quote | None


@dataclass(frozen=True)
class ConceptView:
    """A skill that both sides speak of although the post does not ask for it by name."""

    skill_id: str
    name: str
    sentence: str
    mine: Quote | None
    theirs: Quote | None


@dataclass(frozen=True)
class TermView:
    """A word of both texts and its points."""

    term: str
    lang: str
    points: str


@dataclass(frozen=True)
class ExplanationView:
    """Everything that the explanation part of a page shows."""

    band: BandView
    eligible: bool
    points: str
    parts: list[PartView]
    not_applicable: list[tuple[str, str]]
    evidenced: list[SkillView]
    stated: list[SkillView]
    gaps: list[SkillView]
    concepts: list[ConceptView]
    terms: list[TermView]
    other_points: str
    rules: list[RuleView]
    wishes: list[RuleView]
    cut: bool
    version: str
    settings: str
    made_at: datetime | None
    failed: list[RuleView] = field(default_factory=list)
    by_hand: bool = False
    """True for a pairing that people put together: only the rules were checked, and nothing was computed."""


def of_suggestion(session: Session, suggestion: MatchSuggestion) -> ExplanationView:
    """The explanation kept with a suggestion, with quotations from its frozen inputs."""
    return of_suggestions(session, [suggestion])[0]


def of_suggestions(session: Session, suggestions: Sequence[MatchSuggestion]) -> list[ExplanationView]:
    """The explanations kept with some suggestions, in their order, in a fixed number of statements."""
    read = [None if row.score is None else Explanation.from_dict(row.explanation) for row in suggestions]
    names = load_names(session, skill_ids(item for item in read if item is not None))
    return [
        _by_hand(row, names)
        if explanation is None
        else view(
            explanation,
            names,
            mine=_texts(row.profile_snapshot),
            theirs=_texts(row.opportunity_snapshot),
            made_at=row.created_at,
        )
        for row, explanation in zip(suggestions, read, strict=True)
    ]


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


def skill_ids(explanations: Iterable[Explanation]) -> set[str]:
    """All skills that these explanations speak of."""
    found = list(explanations)
    lines = {row.skill_id for item in found for row in item.skills}
    return lines | {row.skill_id for item in found for row in item.concepts}


def view(
    explanation: Explanation,
    names: ReferenceNames,
    *,
    mine: Texts = (),
    theirs: Texts = (),
    made_at: datetime | None = None,
) -> ExplanationView:
    """Put an explanation into words. `mine` and `theirs` are the texts of the two records, for quotations."""
    names = names.between(*countries_of(explanation.rules))
    rules = [rule_view(rule, names) for rule in explanation.rules]
    skills = [(line, _skill(line, names, mine, theirs)) for line in explanation.skills]
    asked = {line.skill_id for line in explanation.skills}
    return ExplanationView(
        band=BandView.of(explanation.band),
        eligible=explanation.eligible,
        points=_points(explanation.score),
        parts=[_part(part) for part in explanation.parts],
        not_applicable=[_not_applicable(item) for item in explanation.not_applicable],
        evidenced=[shown for line, shown in skills if _list_of(line) == "evidenced"],
        stated=[shown for line, shown in skills if _list_of(line) == "stated"],
        gaps=[shown for line, shown in skills if _list_of(line) == "gaps"],
        concepts=[_concept(row, names, mine, theirs) for row in explanation.concepts if row.skill_id not in asked],
        terms=[TermView(row.term, _language_of(row.term), _points(row.share)) for row in explanation.terms],
        other_points=_points(explanation.other_terms_share) if explanation.other_terms_share >= 0.0005 else "",
        rules=rules,
        wishes=[rule_view(rule, names, wish=True) for rule in explanation.wishes],
        cut=explanation.profile_text_cut or explanation.opportunity_text_cut,
        version=explanation.params_version,
        settings=explanation.params_hash[:12],
        made_at=made_at,
        failed=[rule for rule in rules if rule.outcome == "fail"],
    )


def _list_of(line: SkillLine) -> str:
    """Which of the three lists a skill is on: held with evidence, stated or claimed without it, short or missing."""
    if line.evidence == "claimed" or (line.status == "met" and line.evidence == "declared"):
        return "stated"
    return "evidenced" if line.status == "met" else "gaps"


def _part(part: ScorePart) -> PartView:
    fullness = next(words for least, words in FULLNESS if part.value >= least)
    return PartView(
        part.code,
        str(PARTS[part.code]),
        str(fullness),
        round(min(1.0, max(0.0, part.value)), 4),
        _points(part.share),
        _points(part.weight),
    )


def _not_applicable(item: NotApplicable) -> tuple[str, str]:
    return str(PARTS[item.code]), str(NOT_APPLICABLE[item.reason])


def _skill(line: SkillLine, names: ReferenceNames, mine: Texts, theirs: Texts) -> SkillView:
    return SkillView(
        skill_id=line.skill_id,
        name=names.skill(line.skill_id),
        essential=line.essential,
        sentence=_skill_sentence(line, names),
        develop=line.develop,
        mine=_quote(mine, line.profile_spans),
        theirs=_quote(theirs, line.opportunity_spans),
    )


def _skill_sentence(line: SkillLine, names: ReferenceNames) -> str:
    asked = names.level(line.required_level)
    held = names.level(line.held_level) if line.held_level is not None else str(_("level not stated"))
    if line.status == "missing":
        return str(_("Not in the profile. Asked for: %(asked)s.", asked=asked))
    if line.evidence == "claimed":
        return str(_("Only mentioned in the person’s own words, without a level. Asked for: %(asked)s.", asked=asked))
    if line.status == "short":
        return str(
            _n(
                "%(num)s level short. Held: %(held)s. Asked for: %(asked)s.",
                "%(num)s levels short. Held: %(held)s. Asked for: %(asked)s.",
                line.short_by,
                held=held,
                asked=asked,
            )
        )
    return str(_("Held: %(held)s. Asked for: %(asked)s.", held=held, asked=asked))


_SOURCES: dict[tuple[str, str], Any] = {
    ("declared", "declared"): _("Stated by both sides."),
    ("declared", "claimed"): _("Stated in the profile, mentioned in the text of the post."),
    ("claimed", "declared"): _("Mentioned in the text of the profile, asked for by the post."),
    ("claimed", "claimed"): _("Mentioned in both texts."),
}


def _concept(row: ConceptShare, names: ReferenceNames, mine: Texts, theirs: Texts) -> ConceptView:
    return ConceptView(
        row.skill_id,
        names.skill(row.skill_id),
        str(_SOURCES[row.profile_source, row.opportunity_source]),
        _quote(mine, row.profile_spans),
        _quote(theirs, row.opportunity_spans),
    )


def _quote(texts: Texts, spans: Sequence[Span]) -> Quote | None:
    """The sentence around the first mention, cut to a readable length."""
    span = next((span for span in spans if span.text_index < len(texts)), None)
    if span is None:
        return None
    text = texts[span.text_index]
    begin = max(0, span.start - _QUOTE_REACH)
    for end in _SENTENCE_END.finditer(text, begin, span.start):
        begin = end.end()
    stop = _SENTENCE_END.search(text, span.end, span.end + _QUOTE_REACH)
    finish = stop.end() if stop is not None else min(len(text), span.end + _QUOTE_REACH)
    before, mark, after = text[begin : span.start], text[span.start : span.end], text[span.end : finish]
    if begin > 0 and not _SENTENCE_END.search(text, max(0, begin - 2), begin):
        before = f"…{before}"
    if stop is None and finish < len(text):
        after = f"{after}…"
    return Quote(before.lstrip(), mark, after.rstrip(), _language_of(before + mark + after))


def _language_of(text: str) -> str:
    return "ko" if _HANGUL.search(text) else "en"


def _points(share: float) -> str:
    """A share of the whole as points of 100, with one decimal where that says more."""
    value = share * 100
    return local_number(round(value) if value >= 10 else round(value, 1))


def _texts(snapshot: Mapping[str, Any]) -> list[str]:
    return [row["text"] for row in snapshot["record"]["texts"]]
