from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ml.matcher import SkillMatcher
from ml.params import MatcherParams
from ml.schema import Explanation, HeldSkill, OpportunityRecord, ProfileRecord, RequiredSkill, SkillLine
from tests.ml.records import (
    ENGLISH_RESEARCH,
    ENGLISH_RESEARCH_POST,
    KOREAN_PIPELINES,
    KOREAN_RESEARCH,
    asks,
    holds,
    lexicon,
    people,
    post,
    posts,
    profile,
)


@pytest.fixture(scope="module")
def matcher() -> SkillMatcher:
    return SkillMatcher(lexicon=lexicon(), seed=b"seed").fit(people(), posts())


def pairs() -> list[tuple[ProfileRecord, OpportunityRecord]]:
    return [(person, advert) for person in people() for advert in posts()]


def share_of(explanation: Explanation, code: str) -> float:
    return sum(part.share for part in explanation.parts if part.code == code)


@pytest.mark.parametrize(("person", "advert"), pairs(), ids=lambda record: record.id)
def test_all_shares_add_up(matcher: SkillMatcher, person: ProfileRecord, advert: OpportunityRecord) -> None:
    explanation = matcher.explain(person.id, advert.id)
    assert explanation.score == matcher.score_pair(person, advert).score
    assert sum(part.share for part in explanation.parts) == pytest.approx(explanation.score, abs=1e-9)
    assert all(part.share == part.weight * part.value for part in explanation.parts)
    by_skills = share_of(explanation, "skills_essential") + share_of(explanation, "skills_desirable")
    assert sum(line.share for line in explanation.skills) == pytest.approx(by_skills, abs=1e-9)
    by_concepts = sum(concept.share for concept in explanation.concepts)
    assert by_concepts == pytest.approx(share_of(explanation, "concepts"), abs=1e-9)
    by_terms = sum(term.share for term in explanation.terms) + explanation.other_terms_share
    assert by_terms == pytest.approx(share_of(explanation, "text"), abs=1e-9)


@pytest.mark.parametrize(("person", "advert"), pairs(), ids=lambda record: record.id)
def test_an_explanation_survives_json(matcher: SkillMatcher, person: ProfileRecord, advert: OpportunityRecord) -> None:
    explanation = matcher.explain(person.id, advert.id)
    assert Explanation.from_dict(json.loads(json.dumps(explanation.to_dict()))) == explanation


@pytest.mark.parametrize("change", [{"extra": 1}, {"parts": [{"code": "x"}]}])
def test_another_shape_is_refused(matcher: SkillMatcher, change: dict[str, object]) -> None:
    data = matcher.explain("en-research", "gb-research").to_dict()
    with pytest.raises(ValueError, match="fields"):
        Explanation.from_dict({**data, **change})


def test_terms_stand_where_the_spans_say(matcher: SkillMatcher) -> None:
    explanation = matcher.explain("en-research", "gb-research")
    assert explanation.text_language == "en"
    mine = {
        term.term: {ENGLISH_RESEARCH[span.start : span.end].lower() for span in term.profile_spans}
        for term in explanation.terms
    }
    assert mine["research"] == {"research"}
    assert all(found == {term} for term, found in mine.items() if " " not in term)
    theirs = {
        term.term: {ENGLISH_RESEARCH_POST[span.start : span.end].lower() for span in term.opportunity_spans}
        for term in explanation.terms
    }
    assert theirs["wcag"] == {"wcag"}


def test_a_nearly_shared_word_points_at_its_relative() -> None:
    person = profile("p", "researching interviews planned schedules budgets vendors offices careers laws taxes roads")
    advert = post("o", "a researcher who can read maps and enjoys mountains lakes forests meadows rivers clouds winds")
    explanation = SkillMatcher().fit([person], [advert]).explain("p", "o")
    term = explanation.terms[0]
    assert term.term == "researching"
    text = advert.texts[0].text
    assert [text[span.start : span.end] for span in term.opportunity_spans] == ["researcher"]


def test_concepts_bridge_the_languages_and_show_both_places(matcher: SkillMatcher) -> None:
    explanation = matcher.explain("ko-research", "gb-research")
    concept = next(item for item in explanation.concepts if item.skill_id == "accessibility")
    assert [KOREAN_RESEARCH[span.start : span.end] for span in concept.profile_spans] == ["웹접근성"]
    assert [ENGLISH_RESEARCH_POST[span.start : span.end] for span in concept.opportunity_spans] == ["WCAG"]
    assert explanation.terms == ()
    assert ("text", "no_common_language") in [(part.code, part.reason) for part in explanation.not_applicable]


def line(person: ProfileRecord, level: int = 3) -> SkillLine:
    advert = post("o", skills=asks(user_research=level))
    return SkillMatcher(lexicon=lexicon()).fit([person], [advert]).explain(person.id, "o").skills[0]


@pytest.mark.parametrize(
    ("held", "text", "expected"),
    [
        ((HeldSkill("user-research", 3, evidence=True),), "", ("met", 0, "evidenced", 3)),
        ((HeldSkill("user-research", 4),), "", ("met", 0, "declared", 4)),
        ((HeldSkill("user-research", 1),), "", ("short", 2, "declared", 1)),
        ((HeldSkill("user-research"),), "", ("short", 2, "declared", None)),
        ((HeldSkill("user-research", develop=True),), "", ("missing", 3, "none", None)),
        ((), "사용자 조사를 했습니다", ("short", 3, "claimed", None)),
        ((), "", ("missing", 3, "none", None)),
    ],
)
def test_a_skill_is_met_short_or_missing(
    held: tuple[HeldSkill, ...], text: str, expected: tuple[str, int, str, int | None]
) -> None:
    found = line(profile("p", text, skills=held))
    assert (found.status, found.short_by, found.evidence, found.held_level) == expected


def test_essential_skills_come_first_and_the_widest_gaps_of_each() -> None:
    wanted = (
        RequiredSkill("agile", 1, essential=False),
        RequiredSkill("accessibility", 2),
        RequiredSkill("user-research", 4),
        RequiredSkill("user-research", 2, essential=False),
    )
    matcher = SkillMatcher().fit([profile("p", skills=holds(accessibility=2))], [post("o", skills=wanted)])
    lines = matcher.explain("p", "o").skills
    assert [(item.skill_id, item.essential, item.required_level) for item in lines] == [
        ("user-research", True, 4),
        ("accessibility", True, 2),
        ("agile", False, 1),
    ]


def test_deleting_the_top_concept_lowers_the_score_by_about_its_share(matcher: SkillMatcher) -> None:
    person = people()[3]
    advert = post("o", skills=asks(data_engineering=3, user_research=3, accessibility=2, agile=2))
    whole = matcher.explain_pair(person, advert)
    top = whole.concepts[0]
    line_share = next(item.share for item in whole.skills if item.skill_id == top.skill_id)
    kept = tuple(skill for skill in person.skills if skill.skill_id != top.skill_id)
    without = matcher.explain_pair(replace(person, skills=kept, texts=()), advert)
    assert whole.score - without.score == pytest.approx(top.share + line_share, rel=0.1)


def test_an_explanation_names_its_settings_and_rules(matcher: SkillMatcher) -> None:
    explanation = matcher.explain("en-research", "kr-research")
    assert explanation.params_hash == MatcherParams().sha256
    assert explanation.params_version == MatcherParams().version
    assert explanation.lexicon_hash == lexicon().sha256
    assert explanation.eligible
    assert {rule.code: rule.outcome for rule in explanation.rules}["kind"] == "not_stated"
    assert {wish.code for wish in explanation.wishes} == {"work_mode", "region", "role_family"}


def test_an_ineligible_pair_can_still_be_explained(matcher: SkillMatcher) -> None:
    person = replace(people()[0], taking_part=False)
    explanation = matcher.explain_pair(person, posts()[0])
    assert not explanation.eligible
    assert explanation.score == matcher.explain("en-research", "gb-research").score


@pytest.mark.parametrize(
    ("mine", "theirs", "reason"),
    [
        ("", ENGLISH_RESEARCH_POST, "profile_text_too_short"),
        (ENGLISH_RESEARCH, "", "post_text_too_short"),
        (KOREAN_PIPELINES, ENGLISH_RESEARCH_POST, "no_common_language"),
    ],
)
def test_the_reason_why_text_does_not_apply_is_given(mine: str, theirs: str, reason: str) -> None:
    matcher = SkillMatcher().fit([profile("p", mine)], [post("o", theirs)])
    assert ("text", reason) in [(part.code, part.reason) for part in matcher.explain("p", "o").not_applicable]


def test_text_beyond_the_limit_is_left_out_and_said_so() -> None:
    person = profile("p", ENGLISH_RESEARCH, "x " * 20_000, "user stories")
    advert = post("o", ENGLISH_RESEARCH_POST)
    explanation = SkillMatcher(lexicon=lexicon()).fit([person], [advert]).explain("p", "o")
    assert explanation.profile_text_cut
    assert not explanation.opportunity_text_cut
    assert {span.text_index for term in explanation.terms for span in term.profile_spans} == {0}
