"""Why the matcher found what it found, as a page shows it: the words of an explanation in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ml.schema import ConceptShare, Explanation, NotApplicable, PassageShare, SkillLine
from models.types import Band
from talent.i18n import _, _n
from talent.matching import meanings
from talent.matching.growth_words import GrowthView, growth_skills, growth_view
from talent.matching.part_words import PartView, part_view, points
from talent.matching.quotes import (
    MarkedText,
    Passage,
    Quote,
    Texts,
    language_of,
    marked_post,
    marked_profile,
    passage,
    quote,
)
from talent.matching.reference_names import ReferenceNames
from talent.matching.rule_words import RuleView, countries_of, rule_view
from talent.matching.states import BAND_WORDS

NO_SCORE = _("No score: put together by hand")
VECTORS_PENDING, ENCODER_MISSING = "vectors_pending", "encoder_missing"
PARTS: dict[str, Any] = {
    "skills_essential": _("Essential skills"),
    "skills_desirable": _("Desirable skills"),
    "concepts": _("Skills that both sides mention"),
    "text": _("Words that both texts share"),
    "meaning": _("Sentences with a similar meaning"),
}
NOT_APPLICABLE: dict[str, Any] = {
    "no_essential_skills": _("The post names no essential skills."),
    "no_desirable_skills": _("The post names no desirable skills."),
    "no_skill_in_post": _("No skill was found in the post."),
    "not_used": _("Not used with the present settings."),
    "post_text_too_short": _("The text of the post is too short to compare."),
    "profile_text_too_short": _("The text of the profile is too short to compare."),
    "no_common_language": _("The two texts are in different languages; skills and meaning bridge them."),
    VECTORS_PENDING: _("The comparison by meaning is still being prepared."),
    ENCODER_MISSING: _("No model that compares meaning is installed here; skills and words are compared."),
}
HEADINGS: dict[str, Any] = {
    "experience": _("Experience"),
    "title": _("Title"),
    "description": _("Description"),
}
BAND_TAGS: dict[Band, str] = {
    Band.STRONG: "govuk-tag--green",
    Band.GOOD: "govuk-tag--turquoise",
    Band.POSSIBLE: "govuk-tag--blue",
    Band.WEAK: "govuk-tag--grey",
}
MOST_COPIED = 5


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
class PassageView:
    """A sentence of each side whose meanings are close, by the number they are marked with in the whole texts."""

    number: int
    mine: Passage
    theirs: Passage
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
    growth: GrowthView | None = None
    has_growth: bool = False
    """True where the matcher looked for growth at all; then `growth` is None for somebody who stated nothing."""
    passages: list[PassageView] = field(default_factory=list)
    other_passages_points: str = ""
    copied: list[Passage] = field(default_factory=list)
    """What was taken from the post and so counted nothing."""
    pending: bool = False
    """True while sentence vectors are still being made."""
    my_texts: list[MarkedText] = field(default_factory=list)
    their_texts: list[MarkedText] = field(default_factory=list)

    @property
    def marks_something(self) -> bool:
        return any(text.has_marks for text in (*self.my_texts, *self.their_texts))

    def for_host(self) -> ExplanationView:
        """The same without what is between the person and the reviewer: their gain, and what they took over."""
        return replace(self, growth=None, has_growth=False, copied=[], my_texts=[], their_texts=[])


def skill_ids(explanations: Iterable[Explanation]) -> set[str]:
    """All skills that these explanations speak of."""
    found = list(explanations)
    lines = {row.skill_id for item in found for row in item.skills}
    return lines.union(
        (row.skill_id for item in found for row in item.concepts),
        (skill_id for item in found for skill_id in growth_skills(item.growth)),
    )


def fields_skills(fields: Iterable[str]) -> set[str]:
    """The skills whose evidence is among these texts."""
    return {found for name in fields if (found := name.partition(":")[2])}


def view(
    explanation: Explanation,
    names: ReferenceNames,
    *,
    mine: Texts = (),
    theirs: Texts = (),
    fields: tuple[Sequence[str], Sequence[str]] | None = None,
    made_at: datetime | None = None,
) -> ExplanationView:
    """Put an explanation into words. `mine` and `theirs` are the texts of the two records, for quotations.

    With `fields`, which say what each text is, the whole texts are given with marks in them.
    """
    names = names.between(*countries_of(explanation.rules))
    rules = [rule_view(rule, names) for rule in explanation.rules]
    skills = [(line, _skill(line, names, mine, theirs)) for line in explanation.skills]
    asked = {line.skill_id for line in explanation.skills}
    my_headings, their_headings = ([_heading(name, names) for name in side] for side in fields or ((), ()))
    return ExplanationView(
        band=BandView.of(explanation.band),
        eligible=explanation.eligible,
        points=points(explanation.score),
        parts=[part_view(part, PARTS) for part in explanation.parts],
        not_applicable=[_not_applicable(item) for item in explanation.not_applicable],
        evidenced=[shown for line, shown in skills if _list_of(line) == "evidenced"],
        stated=[shown for line, shown in skills if _list_of(line) == "stated"],
        gaps=[shown for line, shown in skills if _list_of(line) == "gaps"],
        concepts=[_concept(row, names, mine, theirs) for row in explanation.concepts if row.skill_id not in asked],
        terms=[TermView(row.term, language_of(row.term), points(row.share)) for row in explanation.terms],
        other_points=_others(explanation.other_terms_share),
        rules=rules,
        wishes=[rule_view(rule, names, wish=True) for rule in explanation.wishes],
        cut=explanation.profile_text_cut or explanation.opportunity_text_cut,
        version=explanation.params_version,
        settings=explanation.params_hash[:12],
        made_at=made_at,
        failed=[rule for rule in rules if rule.outcome == "fail"],
        growth=growth_view(explanation.growth, names) if explanation.growth is not None else None,
        has_growth=explanation.combined is not None,
        passages=_passages(explanation.passages, mine, theirs),
        other_passages_points=_others(explanation.other_passages_share),
        copied=_copied(explanation, mine),
        pending=any(_reason(item) == VECTORS_PENDING for item in explanation.not_applicable),
        my_texts=marked_profile(explanation, mine, my_headings),
        their_texts=marked_post(explanation, theirs, their_headings),
    )


def _reason(item: NotApplicable) -> str:
    """Why a part did not apply: vectors that nothing here can make are not on their way."""
    return ENCODER_MISSING if item.reason == VECTORS_PENDING and meanings.encoder() is None else item.reason


def _others(share: float) -> str:
    return points(share) if share >= 0.0005 else ""


def _passages(rows: Sequence[PassageShare], mine: Texts, theirs: Texts) -> list[PassageView]:
    """Pairs of sentences in the order of their points, with the numbers that they bear in the whole texts."""
    found = []
    for number, row in enumerate(rows, start=1):
        said, asked = passage(mine, row.profile_span), passage(theirs, row.opportunity_span)
        if said is not None and asked is not None:
            found.append(PassageView(number, said, asked, points(row.share)))
    return found


def _copied(explanation: Explanation, mine: Texts) -> list[Passage]:
    found = (passage(mine, span) for span in explanation.copied_spans)
    return [item for item in found if item is not None][:MOST_COPIED]


def _heading(name: str, names: ReferenceNames) -> str:
    skill_id = name.partition(":")[2]
    if skill_id:
        return str(_("Evidence: %(skill)s", skill=names.skill(skill_id)))
    return str(HEADINGS.get(name, HEADINGS["description"]))


def _list_of(line: SkillLine) -> str:
    """Which of the three lists a skill is on: held with evidence, stated or claimed without it, short or missing."""
    if line.evidence == "claimed" or (line.status == "met" and line.evidence == "declared"):
        return "stated"
    return "evidenced" if line.status == "met" else "gaps"


def _not_applicable(item: NotApplicable) -> tuple[str, str]:
    return str(PARTS[item.code]), str(NOT_APPLICABLE[_reason(item)])


def _skill(line: SkillLine, names: ReferenceNames, mine: Texts, theirs: Texts) -> SkillView:
    return SkillView(
        skill_id=line.skill_id,
        name=names.skill(line.skill_id),
        essential=line.essential,
        sentence=_skill_sentence(line, names),
        develop=line.develop,
        mine=quote(mine, line.profile_spans),
        theirs=quote(theirs, line.opportunity_spans),
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
        quote(mine, row.profile_spans),
        quote(theirs, row.opportunity_spans),
    )
