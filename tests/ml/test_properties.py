from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ml.matcher import SkillMatcher
from ml.schema import Explanation, HeldSkill, OpportunityRecord, ProfileRecord, RecordText, RequiredSkill
from tests.ml.records import lexicon, people, posts
from tests.support.growth import assert_grows_linearly

LEXICON = lexicon()
MATCHER = SkillMatcher(lexicon=LEXICON, seed=b"seed").fit(people(), posts())
SKILLS = (*sorted(LEXICON.skill_ids), "unheard-of")

pieces = st.sampled_from(
    [
        "user research ",
        "웹 접근성을 ",
        "R, ",
        "SQL",
        "\u200b",
        "\ud800",
        "\x00",
        "\u202e",
        "ﷺ",
        "\u0301",
        "한글",
        "\n",
        "…",
        "İ",
        "ẞ",
    ]
)
odd_text = st.one_of(st.text(max_size=200), st.lists(pieces, max_size=40).map("".join))
texts = st.lists(st.builds(RecordText, st.sampled_from(["en", "ko", "xx"]), odd_text), max_size=3).map(tuple)
levels = st.integers(1, 4)
held = st.lists(
    st.builds(HeldSkill, st.sampled_from(SKILLS), st.none() | levels, st.booleans(), st.booleans()), max_size=6
).map(tuple)
wanted = st.lists(st.builds(RequiredSkill, st.sampled_from(SKILLS), levels, st.booleans()), max_size=6).map(tuple)
persons = st.builds(ProfileRecord, st.just("p"), st.just("KR"), held, texts)
adverts = st.builds(OpportunityRecord, st.just("o"), st.just("GB"), wanted, texts)
relaxed = settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@relaxed
@given(persons, adverts)
def test_any_pair_scores_between_nothing_and_all_and_adds_up(person: ProfileRecord, advert: OpportunityRecord) -> None:
    ranked = MATCHER.score_pair(person, advert)
    assert math.isfinite(ranked.score)
    assert 0 <= ranked.score <= 1
    assert sum(part.share for part in ranked.parts) == pytest.approx(ranked.score, abs=1e-9)
    assert all(0 <= part.value <= 1 for part in ranked.parts)
    assert ranked == MATCHER.score_pair(person, advert)
    explanation = MATCHER.explain_pair(person, advert)
    assert explanation.score == ranked.score
    by_terms = sum(term.share for term in explanation.terms) + explanation.other_terms_share
    assert by_terms == pytest.approx(sum(p.share for p in ranked.parts if p.code == "text"), abs=1e-9)
    assert Explanation.from_dict(json.loads(json.dumps(explanation.to_dict()))) == explanation


@settings(relaxed, max_examples=60)
@given(st.lists(persons, max_size=4), st.lists(adverts, max_size=4))
def test_any_texts_can_be_fitted(mine: list[ProfileRecord], theirs: list[OpportunityRecord]) -> None:
    mine = [replace(person, id=f"p{number}") for number, person in enumerate(mine)]
    theirs = [replace(advert, id=f"o{number}") for number, advert in enumerate(theirs)]
    one = SkillMatcher(lexicon=LEXICON).fit(mine, theirs)
    other = SkillMatcher(lexicon=LEXICON).fit(mine[::-1], theirs[::-1])
    for advert in theirs:
        ranked = one.rank_profiles(advert.id)
        assert ranked == other.rank_profiles(advert.id)
        assert len(ranked) == len(mine)


@relaxed
@given(persons, adverts, st.data())
def test_a_higher_level_never_lowers_the_score(
    person: ProfileRecord, advert: OpportunityRecord, data: st.DataObject
) -> None:
    if not person.skills:
        return
    place = data.draw(st.integers(0, len(person.skills) - 1))
    skill = person.skills[place]
    higher = replace(skill, level=data.draw(st.integers(skill.level or 1, 4)))
    raised = replace(person, skills=(*person.skills[:place], higher, *person.skills[place + 1 :]))
    assert MATCHER.score_pair(raised, advert).score >= MATCHER.score_pair(person, advert).score - 1e-12


@settings(relaxed, max_examples=100)
@given(persons, adverts)
def test_the_order_of_skills_plays_no_part(person: ProfileRecord, advert: OpportunityRecord) -> None:
    shuffled = replace(person, skills=tuple(reversed(person.skills)))
    turned = replace(advert, skills=tuple(reversed(advert.skills)))
    assert MATCHER.score_pair(shuffled, turned) == MATCHER.score_pair(person, advert)


@settings(relaxed, max_examples=200)
@given(odd_text)
def test_mentions_lie_inside_the_text_in_order_and_apart(text: str) -> None:
    end = 0
    for mention in LEXICON.find(text):
        assert end <= mention.start < mention.end <= len(text)
        end = mention.end


@pytest.mark.parametrize("pattern", ["a", "가", "a\u0301", "r ", "user research ", "\u0301\u0323", "&", "웹 접근성 "])
def test_a_megabyte_of_text_neither_breaks_nor_stalls(pattern: str) -> None:
    def score(length: int) -> None:
        person = ProfileRecord("p", "KR", texts=(RecordText("en", pattern * (length // len(pattern))),))
        assert 0 <= MATCHER.score_pair(person, posts()[0]).score <= 1

    assert_grows_linearly(score, 1_000_000)
