"""Why a pair scored what it scored: parts, skills, concepts and words, with the place of each in both texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ml.eligibility import check_eligibility, check_wishes, is_eligible
from ml.features import TermVectorizer
from ml.growth import combined, growth
from ml.meaning import has_words, passage_shares
from ml.params import MatcherParams
from ml.schema import (
    ConceptShare,
    Explanation,
    HeldSkill,
    NotApplicable,
    PassageShare,
    RequiredSkill,
    ScorePart,
    SkillLine,
    TermShare,
)
from ml.scoring import (
    BlockScores,
    OpportunitySide,
    ProfileSide,
    covered,
    is_only_wished,
    required_skills,
    score_block,
    text_cosine,
)
from ml.term_shares import Marks, share_terms, shared_columns
from ml.text import Language


def parts_of(block: BlockScores, row: int, column: int) -> tuple[ScorePart, ...]:
    """Return the parts of one pair's score that apply, in the order in which they are summed."""
    parts = []
    for code, weights in block.weights.items():
        weight, value = float(weights[row, column]), float(block.values[code][row, column])
        if weight > 0:
            parts.append(ScorePart(code, weight, value, weight * value))
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a fitted matcher lends to its explanations; `columns` are those of the sides' skills."""

    params: MatcherParams
    lexicon_hash: str
    concepts: Sequence[str]
    terms: Mapping[Language, TermVectorizer]
    columns: Mapping[str, int]


def explain_pair(
    mine: ProfileSide, theirs: OpportunitySide, *, fitted: Fitted, marks: tuple[Marks, Marks]
) -> Explanation:
    """Explain the only pair of two sides of one record each, with the marks of the profile and of the post."""
    profile, post, params = mine.records[0], theirs.records[0], fitted.params
    block = score_block(mine, theirs, params)
    parts = parts_of(block, 0, 0)
    shares = {part.code: part.share for part in parts}
    language, terms, other_terms = _text_terms(mine, theirs, shares.get("text"), fitted, marks)
    passages, other_passages = _passages(mine, theirs, shares.get("meaning", 0.0), params)
    rules = tuple(check_eligibility(profile, post))
    score = float(block.scores[0, 0])
    gain = growth(profile, post, params)
    return Explanation(
        profile_id=profile.id,
        opportunity_id=post.id,
        score=score,
        band=params.band_of(score, essential=post.states_essential),
        eligible=is_eligible(rules),
        parts=parts,
        not_applicable=tuple(_not_applicable(mine, theirs, shares, params)),
        rules=rules,
        wishes=tuple(check_wishes(profile, post)),
        skills=tuple(_skill_lines(mine, theirs, parts, fitted, marks)),
        concepts=_concept_shares(mine, theirs, fitted.concepts, shares.get("concepts", 0.0), marks),
        text_language=language,
        terms=terms,
        other_terms_share=other_terms,
        profile_text_cut=marks[0].is_cut,
        opportunity_text_cut=marks[1].is_cut,
        params_version=params.version,
        params_hash=params.sha256,
        lexicon_hash=fitted.lexicon_hash,
        growth=gain,
        passages=passages,
        other_passages_share=other_passages,
        encoder=mine.meanings.encoder if "meaning" in shares else None,
        combined=combined(score, gain.value if gain is not None else None, params),
    )


def _text_terms(
    mine: ProfileSide, theirs: OpportunitySide, share: float | None, fitted: Fitted, marks: tuple[Marks, Marks]
) -> tuple[Language | None, tuple[TermShare, ...], float]:
    language, cosine = text_cosine(mine.texts, theirs.texts)
    if language is None or share is None:
        return None, (), 0.0
    if share == 0:
        return language, (), 0.0
    rows = mine.texts[language].matrix, theirs.texts[language].matrix
    places = marks[0].places(language), marks[1].places(language)
    return language, *share_terms(rows, places, fitted.terms[language], share / cosine, fitted.params)


def _passages(
    mine: ProfileSide, theirs: OpportunitySide, share: float, params: MatcherParams
) -> tuple[tuple[PassageShare, ...], float]:
    my_meaning, their_meaning = mine.meanings.meanings[0], theirs.meanings.meanings[0]
    if my_meaning is None or their_meaning is None:
        return (), 0.0
    return passage_shares(my_meaning, their_meaning, params, share, (mine.meanings, theirs.meanings))


def _not_applicable(
    mine: ProfileSide, theirs: OpportunitySide, shares: Mapping[str, float], params: MatcherParams
) -> Iterator[NotApplicable]:
    reasons = {
        "skills_essential": "no_essential_skills",
        "skills_desirable": "no_desirable_skills",
        "concepts": "no_skill_in_post",
        "text": _text_reason(mine, theirs),
        "meaning": _meaning_reason(mine, theirs, params),
    }
    for code, weight in params.weights.items():
        if code not in shares:
            yield NotApplicable(code, reasons[code] if weight > 0 else "not_used")


def _text_reason(mine: ProfileSide, theirs: OpportunitySide) -> str:
    if not any(item.present[0] for item in theirs.texts.values()):
        return "post_text_too_short"
    if not any(item.present[0] for item in mine.texts.values()):
        return "profile_text_too_short"
    return "no_common_language"


def _meaning_reason(mine: ProfileSide, theirs: OpportunitySide, params: MatcherParams) -> str:
    if mine.meanings.meanings[0] is None or theirs.meanings.meanings[0] is None:
        return "vectors_pending"
    return "profile_text_too_short" if has_words(theirs.meanings, params)[0] else "post_text_too_short"


def _skill_lines(
    mine: ProfileSide,
    theirs: OpportunitySide,
    parts: Iterable[ScorePart],
    fitted: Fitted,
    marks: tuple[Marks, Marks],
) -> Iterator[SkillLine]:
    """Yield the skills asked for, essential ones first, the costliest gaps of each first."""
    weights = {part.code: part.weight for part in parts}
    wanted = required_skills(theirs.records[0].skills)
    counts = Counter(skill.essential for skill in wanted)
    table, credit = mine.table, fitted.params.develop_credit
    lines = []
    for skill in wanted:
        column = fitted.columns[skill.skill_id]
        value = float(covered(table.levels[:, column], table.develop[:, column], skill.level, credit)[0])
        weight = weights.get("skills_essential" if skill.essential else "skills_desirable", 0.0)
        share = weight * value / counts[skill.essential]
        lines.append(_skill_line(skill, mine.records[0].skills, share, marks))
    yield from sorted(lines, key=lambda line: (not line.essential, -line.short_by, line.skill_id))


def _skill_line(
    wanted: RequiredSkill, held: Sequence[HeldSkill], share: float, marks: tuple[Marks, Marks]
) -> SkillLine:
    mine = [skill for skill in held if skill.skill_id == wanted.skill_id]
    declared = [skill for skill in mine if not is_only_wished(skill.level, skill.develop)]
    level = max((skill.level for skill in declared if skill.level is not None), default=None)
    counted = level if level is not None else int(bool(declared))
    short_by = max(0, wanted.level - counted)
    claimed = wanted.skill_id in marks[0].mentions
    evidence: Literal["evidenced", "declared", "claimed", "none"] = "claimed" if claimed else "none"
    if declared:
        evidence = "evidenced" if any(skill.evidence for skill in declared) else "declared"
    return SkillLine(
        skill_id=wanted.skill_id,
        essential=wanted.essential,
        required_level=wanted.level,
        held_level=level,
        status="missing" if evidence == "none" else "short" if short_by else "met",
        short_by=short_by,
        evidence=evidence,
        develop=any(skill.develop for skill in mine),
        share=share,
        profile_spans=marks[0].mentions.get(wanted.skill_id, ()),
        opportunity_spans=marks[1].mentions.get(wanted.skill_id, ()),
    )


def _concept_shares(
    mine: ProfileSide,
    theirs: OpportunitySide,
    concepts: Sequence[str],
    share: float,
    marks: tuple[Marks, Marks],
) -> tuple[ConceptShare, ...]:
    declared = {skill.skill_id for skill in mine.records[0].skills}
    required = {skill.skill_id for skill in theirs.records[0].skills}
    products = shared_columns(mine.concepts, theirs.concepts)
    total = sum(products.values())
    found = [
        ConceptShare(
            skill_id=concepts[column],
            profile_source="declared" if concepts[column] in declared else "claimed",
            opportunity_source="declared" if concepts[column] in required else "claimed",
            share=share * product / total,
            profile_spans=marks[0].mentions.get(concepts[column], ()),
            opportunity_spans=marks[1].mentions.get(concepts[column], ()),
        )
        for column, product in products.items()
    ]
    return tuple(sorted(found, key=lambda item: (-item.share, item.skill_id)))
