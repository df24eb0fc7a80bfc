from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from ml.matcher import SkillMatcher
from ml.params import MatcherParams
from ml.schema import HeldSkill, OpportunityRecord, ProfileRecord, Ranked, RecordText, RequiredSkill
from tests.ml.records import (
    ENGLISH_RESEARCH,
    ENGLISH_RESEARCH_POST,
    KOREAN_RESEARCH,
    KOREAN_RESEARCH_POST,
    asks,
    holds,
    lexicon,
    people,
    post,
    posts,
    profile,
)

LEXICON = lexicon()


def fitted(
    mine: list[ProfileRecord], theirs: list[OpportunityRecord], seed: bytes = b"seed", **settings: float
) -> SkillMatcher:
    return SkillMatcher(params=MatcherParams(**settings), lexicon=LEXICON, seed=seed).fit(mine, theirs)  # type: ignore[arg-type]


def ids(ranked: list[Ranked]) -> list[str]:
    return [place.id for place in ranked]


def value(ranked: Ranked, code: str) -> float | None:
    return next((part.value for part in ranked.parts if part.code == code), None)


def test_a_korean_profile_finds_the_english_post_through_shared_skills() -> None:
    korean = profile("new", KOREAN_RESEARCH, skills=holds(user_research=3, accessibility=3))
    ranked = fitted(people(), posts()).rank_fresh(korean)
    assert set(ids(ranked)[:2]) == {"kr-research", "gb-research"}
    assert [place.band for place in ranked] == ["strong", "strong", "weak"]
    assert ranked[1].score > 3 * ranked[2].score


def test_a_korean_profile_without_declared_skills_finds_the_english_post_through_what_its_text_mentions() -> None:
    ranked = fitted(people(), posts()).rank_fresh(profile("new", KOREAN_RESEARCH))
    english = [place for place in ranked if place.id.startswith("gb")]
    assert ids(english) == ["gb-research", "gb-pipelines"]
    assert english[0].score > 0


def test_a_post_finds_the_people_who_did_the_work() -> None:
    matcher = fitted(people(), posts())
    assert set(ids(matcher.rank_profiles("gb-research"))[:2]) == {"en-research", "ko-research"}
    assert ids(matcher.rank_profiles("gb-pipelines"))[0] == "en-pipelines"


def test_korean_text_finds_korean_text_through_particles_and_spacing() -> None:
    mine = [profile("research", KOREAN_RESEARCH), profile("tax", "국세 자료를 적재하고 세금 체계를 고치며 " * 3)]
    theirs = [post("post", KOREAN_RESEARCH_POST, country="KR")]
    best, other = fitted(mine, theirs).rank_profiles("post")
    assert best.id == "research"
    assert (value(best, "text") or 0) > 3 * (value(other, "text") or 0)


def test_texts_in_different_languages_cost_nothing() -> None:
    skills = holds(user_research=3, accessibility=3)
    english, korean = profile("en", ENGLISH_RESEARCH, skills=skills), profile("ko", KOREAN_RESEARCH, skills=skills)
    silent = profile("silent", skills=skills)
    advert = post("post", ENGLISH_RESEARCH_POST, skills=asks(user_research=3, accessibility=3))
    matcher = fitted([english, korean, silent], [advert])
    scores = {place.id: place for place in matcher.rank_profiles("post")}
    assert value(scores["ko"], "text") is None
    assert sum(part.weight for part in scores["ko"].parts) == pytest.approx(1)
    assert scores["ko"].score == pytest.approx(scores["en"].score, abs=0.12)
    assert scores["ko"].score >= scores["silent"].score - 0.12


def test_a_text_in_a_second_language_costs_nothing() -> None:
    advert = post("post", ENGLISH_RESEARCH_POST)
    both = post("both", ENGLISH_RESEARCH_POST, KOREAN_RESEARCH_POST)
    person = profile("p", ENGLISH_RESEARCH)
    matcher = fitted([person, profile("q", KOREAN_RESEARCH)], [advert, both])
    one, two = matcher.score_pair(person, advert), matcher.score_pair(person, both)
    assert value(two, "text") == pytest.approx(value(one, "text") or 0, rel=1e-9)


def test_the_label_of_a_text_plays_no_part() -> None:
    def labelled(label: str) -> list[ProfileRecord]:
        relabel = [tuple(RecordText(label, text.text) for text in person.texts) for person in people()]
        return [replace(person, texts=texts) for person, texts in zip(people(), relabel, strict=True)]

    ranked = [fitted(labelled(label), posts()).rank_profiles("gb-research") for label in ("en", "ko")]
    assert ranked[0] == ranked[1]


def test_the_country_plays_no_part_in_the_score() -> None:
    matcher = fitted(people(), posts())
    for person in people():
        moved = replace(person, country="GB" if person.country == "KR" else "KR")
        for advert in posts():
            assert matcher.score_pair(person, advert) == matcher.score_pair(moved, advert)


def test_every_way_of_ranking_gives_the_same_bits() -> None:
    matcher = fitted(people(), posts())
    whole = dict(matcher.rank_every_opportunity())
    for advert in posts():
        assert whole[advert.id] == matcher.rank_profiles(advert.id)
    for person in people():
        places = matcher.rank_opportunities(person.id)
        assert places == matcher.rank_fresh(person)
        for place in places:
            advert = next(item for item in posts() if item.id == place.id)
            assert matcher.score_pair(person, advert) == place
            (mine,) = [item for item in whole[advert.id] if item.id == person.id]
            assert (mine.score, mine.parts) == (place.score, place.parts)


def test_the_order_of_records_plays_no_part() -> None:
    one, other = fitted(people(), posts()), fitted(people()[::-1], posts()[::-1])
    for advert in posts():
        assert one.rank_profiles(advert.id) == other.rank_profiles(advert.id)
    assert one.explain("en-research", "gb-research") == other.explain("en-research", "gb-research")


def test_rankings_hold_eligible_pairs_only_and_the_score_does_not_know() -> None:
    mine = [*people(), profile("paused", ENGLISH_RESEARCH, skills=holds(user_research=4), active=False)]
    matcher = fitted(mine, posts())
    assert "paused" not in ids(matcher.rank_profiles("gb-research"))
    assert matcher.rank_opportunities("paused") == []
    active = replace(mine[-1], active=True)
    assert matcher.score_pair(mine[-1], posts()[0]).score == matcher.score_pair(active, posts()[0]).score


def test_below_threshold_people_stay_reachable() -> None:
    ranked = fitted(people(), posts()).rank_profiles("gb-pipelines")
    assert sorted(ids(ranked)) == sorted(person.id for person in people())
    assert ranked[-1].band == "weak"


def test_top_k_cuts_the_same_list() -> None:
    matcher = fitted(people(), posts())
    for top_k in (0, 1, 2, 50):
        assert matcher.rank_profiles("gb-research", top_k) == matcher.rank_profiles("gb-research")[:top_k]


def test_equal_scores_fall_to_a_keyed_hash_and_never_to_the_id() -> None:
    twins = [profile(f"p{number:02}", skills=holds(user_research=2)) for number in range(30)]
    adverts = [post("a", skills=asks(user_research=3)), post("b", skills=asks(user_research=3))]
    first, again, other = (fitted(twins, adverts, seed) for seed in (b"one", b"one", b"two"))
    order = ids(first.rank_profiles("a"))
    assert order == ids(again.rank_profiles("a"))
    assert order != sorted(order)
    assert order != ids(other.rank_profiles("a"))
    assert order != ids(first.rank_profiles("b")), "the same person must not win every tie"
    assert ids(first.rank_profiles("a", 7)) == order[:7]


def test_a_level_earns_its_share_of_the_level_asked_for() -> None:
    adverts = [post("post", skills=asks(user_research=4))]
    levels = [profile(str(level), skills=holds(user_research=level)) for level in (1, 2, 3, 4)]
    ranked = fitted(levels, adverts).rank_profiles("post")
    assert ids(ranked) == ["4", "3", "2", "1"]
    assert [value(place, "skills_essential") for place in ranked] == [1, 0.75, 0.5, 0.25]


def test_declared_counts_more_than_claimed_and_claimed_more_than_nothing() -> None:
    words = "I have done user research for years in several teams and offices of the ministry together with others"
    mine = [
        profile("declared", skills=holds(user_research=1)),
        profile("unstated", skills=holds(user_research=None)),
        profile("claimed", words),
        profile("wished", skills=(HeldSkill("user-research", develop=True),)),
        profile("none"),
    ]
    ranked = fitted(mine, [post("post", skills=asks(user_research=2))]).rank_profiles("post")
    earned = {place.id: value(place, "skills_essential") for place in ranked}
    assert earned == pytest.approx({"declared": 0.5, "unstated": 0.5, "claimed": 0.25, "wished": 0, "none": 0})


def test_more_skill_than_asked_for_earns_nothing_more() -> None:
    mine = [profile("enough", skills=holds(user_research=2)), profile("plenty", skills=holds(user_research=4))]
    matcher = fitted(mine, [post("post", skills=asks(user_research=2))])
    assert len({place.score for place in matcher.rank_profiles("post")}) == 1


def test_parts_that_cannot_apply_leave_their_weight_to_the_others() -> None:
    advert = post("post", skills=(RequiredSkill("user-research", 3, essential=False),))
    person = profile("p", skills=holds(user_research=3))
    scored = fitted([person], [advert]).score_pair(person, advert)
    assert [part.code for part in scored.parts] == ["skills_desirable", "concepts"]
    assert scored.score == pytest.approx(1)
    assert scored.band == "possible"  # nobody said what the work cannot do without


def test_a_post_that_names_few_skills_leaves_more_to_its_text() -> None:
    """One skill that many people hold says too little about the work for the weight of three."""
    person = profile("p", ENGLISH_RESEARCH, skills=holds(agile=2))
    wanted = ("agile", "analysis", "architecture", "service-design")
    weights = []
    for count in range(1, 5):
        advert = post("post", KOREAN_RESEARCH_POST, skills=tuple(RequiredSkill(name, 2) for name in wanted[:count]))
        scored = fitted([person], [advert]).explain("p", "post")
        weights.append(next(part.weight for part in scored.parts if part.code == "skills_essential"))
        assert sum(part.share for part in scored.parts) == pytest.approx(scored.score, abs=1e-6)
    assert weights[0] < weights[1] < weights[2] == pytest.approx(weights[3])
    full = MatcherParams().weights
    others = sum(full[part.code] for part in scored.parts if part.code != "skills_essential")
    for count, weight in enumerate(weights[:3], 1):
        own = full["skills_essential"] * count / 3
        assert weight == pytest.approx(own / (own + others))


def test_a_post_without_essential_skills_matches_nobody_well() -> None:
    essential = post("post", skills=(RequiredSkill("user-research", 3),))
    desirable = replace(essential, skills=(RequiredSkill("user-research", 3, essential=False),))
    person = profile("p", skills=holds(user_research=3))
    for advert, band in ((essential, "strong"), (desirable, "possible")):
        matcher = fitted([person], [advert])
        bands = {matcher.score_pair(person, advert).band, matcher.explain("p", "post").band}
        bands |= {matcher.rank_profiles("post")[0].band, matcher.rank_fresh(person)[0].band}
        assert bands == {band}


def test_nothing_known_scores_nothing_and_breaks_nothing() -> None:
    nobody, nothing = profile("nobody"), post("nothing")
    matcher = fitted([nobody], [nothing])
    assert matcher.rank_profiles("nothing") == [Ranked("nobody", 0.0, "weak", (), combined=0.0)]
    assert matcher.explain("nobody", "nothing").score == 0


@pytest.mark.parametrize(("mine", "theirs"), [([], []), ([profile("p", ENGLISH_RESEARCH)], []), ([], posts())])
def test_either_side_may_be_empty(mine: list[ProfileRecord], theirs: list[OpportunityRecord]) -> None:
    matcher = SkillMatcher().fit(mine, theirs)
    assert [ranked for _, ranked in matcher.rank_every_opportunity()] == [[] for _ in theirs]
    assert len(matcher.rank_fresh(profile("new", ENGLISH_RESEARCH))) == len(theirs)


def test_a_second_fit_forgets_the_first() -> None:
    matcher = fitted(people(), posts())
    matcher.fit(people()[:1], posts()[:1])
    with pytest.raises(KeyError, match="ko-research"):
        matcher.rank_opportunities("ko-research")
    assert matcher.rank_profiles("gb-research") == fitted(people()[:1], posts()[:1]).rank_profiles("gb-research")


def test_ids_must_be_known_and_unique() -> None:
    matcher = fitted(people(), posts())
    with pytest.raises(KeyError, match="nobody"):
        matcher.explain("nobody", "gb-research")
    with pytest.raises(KeyError, match="nothing"):
        matcher.rank_profiles("nothing")
    with pytest.raises(ValueError, match="same id"):
        fitted([*people(), people()[0]], posts())
    with pytest.raises(NotFittedError):
        SkillMatcher().rank_profiles("gb-research")


def test_the_matcher_keeps_to_the_conventions_of_estimators() -> None:
    matcher = SkillMatcher(params=MatcherParams(weight_text=0.4), lexicon=LEXICON, seed=b"x")
    copied = clone(matcher)
    assert copied.get_params()["params"] == matcher.params
    assert not [name for name in vars(matcher) if name.endswith("_")]


def test_skills_can_be_recognised_without_loading_the_matcher() -> None:
    code = "import sys, ml.concepts; sys.exit(any(name in sys.modules for name in ('sklearn', 'numpy', 'flask')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
