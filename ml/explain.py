"""Why a pair scored what it scored: parts, skills, concepts and words, with the place of each in both texts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from ml.concepts import SkillLexicon
from ml.eligibility import check_eligibility, check_wishes, is_eligible
from ml.features import TermVectorizer
from ml.params import MatcherParams
from ml.schema import (
    ConceptShare,
    Explanation,
    HeldSkill,
    NotApplicable,
    RecordText,
    RequiredSkill,
    ScorePart,
    SkillLine,
    Span,
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
from ml.term_shares import TermPlaces, TermShares, share_terms, shared_columns
from ml.text import Language, clip

Spans = Mapping[str, Sequence[Span]]


def parts_of(block: BlockScores, row: int, column: int) -> tuple[ScorePart, ...]:
    """Return the parts of one pair's score that apply, in the order in which they are summed."""
    parts = []
    for code, weights in block.weights.items():
        weight, value = float(weights[row, column]), float(block.values[code][row, column])
        if weight > 0:
            parts.append(ScorePart(code, weight, value, weight * value))
    return tuple(parts)


def explain_pair(
    mine: ProfileSide,
    theirs: OpportunitySide,
    *,
    params: MatcherParams,
    lexicon: SkillLexicon,
    concepts: Sequence[str],
    terms: Mapping[Language, TermVectorizer],
) -> Explanation:
    """Explain the only pair of two sides of one record each."""
    profile, post = mine.records[0], theirs.records[0]
    block = score_block(mine, theirs, params)
    parts = parts_of(block, 0, 0)
    shares = {part.code: part.share for part in parts}
    my_texts = clip((item.text for item in profile.texts), params.profile_text_limit)
    their_texts = clip((item.text for item in post.texts), params.opportunity_text_limit)
    my_mentions, their_mentions = _mention_spans(my_texts, lexicon), _mention_spans(their_texts, lexicon)
    language, cosine = text_cosine(mine.texts, theirs.texts)
    found: TermShares = (), 0.0
    if language is not None and shares.get("text"):
        rows = mine.texts[language].matrix, theirs.texts[language].matrix
        words = TermPlaces(my_texts, language), TermPlaces(their_texts, language)
        found = share_terms(rows, words, terms[language], shares["text"] / cosine, params)
    rules = tuple(check_eligibility(profile, post))
    score = float(block.scores[0, 0])
    return Explanation(
        profile_id=profile.id,
        opportunity_id=post.id,
        score=score,
        band=params.band_of(score),
        eligible=is_eligible(rules),
        parts=parts,
        not_applicable=tuple(_not_applicable(mine, theirs, shares, params)),
        rules=rules,
        wishes=tuple(check_wishes(profile, post)),
        skills=tuple(_skill_lines(mine, theirs, parts, params, (my_mentions, their_mentions))),
        concepts=_concept_shares(mine, theirs, concepts, shares.get("concepts", 0.0), (my_mentions, their_mentions)),
        text_language=language if "text" in shares else None,
        terms=found[0],
        other_terms_share=found[1],
        profile_text_cut=_is_cut(my_texts, profile.texts),
        opportunity_text_cut=_is_cut(their_texts, post.texts),
        params_version=params.version,
        params_hash=params.sha256,
        lexicon_hash=lexicon.sha256,
    )


def _is_cut(kept: Sequence[str], texts: Sequence[RecordText]) -> bool:
    return any(len(text) < len(item.text) for text, item in zip(kept, texts, strict=True))


def _not_applicable(
    mine: ProfileSide, theirs: OpportunitySide, shares: Mapping[str, float], params: MatcherParams
) -> Iterator[NotApplicable]:
    reasons = {
        "skills_essential": "no_essential_skills",
        "skills_desirable": "no_desirable_skills",
        "concepts": "no_skill_in_post",
        "text": _text_reason(mine, theirs),
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


def _skill_lines(
    mine: ProfileSide,
    theirs: OpportunitySide,
    parts: Iterable[ScorePart],
    params: MatcherParams,
    mentions: tuple[Spans, Spans],
) -> Iterator[SkillLine]:
    """Yield the skills asked for, essential ones first, the costliest gaps of each first."""
    weights = {part.code: part.weight for part in parts}
    wanted = required_skills(theirs.records[0].skills)
    counts = Counter(skill.essential for skill in wanted)
    columns = {skill.skill_id: column for column, skill in enumerate(wanted)}  # the table's columns are sorted by id
    lines = []
    for skill in wanted:
        column = columns[skill.skill_id]
        value = covered(
            mine.table.levels[:, column], mine.table.develop[:, column], skill.level, params.develop_credit
        )[0]
        weight = weights.get("skills_essential" if skill.essential else "skills_desirable", 0.0)
        share = weight * float(value) / counts[skill.essential]
        lines.append(_skill_line(skill, mine.records[0].skills, share, mentions))
    yield from sorted(lines, key=lambda line: (not line.essential, -line.short_by, line.skill_id))


def _skill_line(
    wanted: RequiredSkill, held: Sequence[HeldSkill], share: float, mentions: tuple[Spans, Spans]
) -> SkillLine:
    mine = [skill for skill in held if skill.skill_id == wanted.skill_id]
    declared = [skill for skill in mine if not is_only_wished(skill.level, skill.develop)]
    level = max((skill.level for skill in declared if skill.level is not None), default=None)
    counted = level if level is not None else int(bool(declared))
    short_by = max(0, wanted.level - counted)
    claimed = wanted.skill_id in mentions[0]
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
        profile_spans=tuple(mentions[0].get(wanted.skill_id, ())),
        opportunity_spans=tuple(mentions[1].get(wanted.skill_id, ())),
    )


def _concept_shares(
    mine: ProfileSide,
    theirs: OpportunitySide,
    concepts: Sequence[str],
    share: float,
    mentions: tuple[Spans, Spans],
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
            profile_spans=tuple(mentions[0].get(concepts[column], ())),
            opportunity_spans=tuple(mentions[1].get(concepts[column], ())),
        )
        for column, product in products.items()
    ]
    return tuple(sorted(found, key=lambda item: (-item.share, item.skill_id)))


def _mention_spans(texts: Sequence[str], lexicon: SkillLexicon) -> dict[str, list[Span]]:
    spans: dict[str, list[Span]] = defaultdict(list)
    for index, text in enumerate(texts):
        for mention in lexicon.find(text):
            for skill_id in mention.skill_ids:
                spans[skill_id].append(Span(index, mention.start, mention.end))
    return dict(spans)
