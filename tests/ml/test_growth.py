"""What the person gains: additive, apart from the score, the same one by one as in blocks, and it only orders lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.growth import WishTable, combined, growth
from ml.matcher import SkillMatcher
from ml.params import MatcherParams
from ml.schema import Explanation, HeldSkill, OpportunityRecord, ProfileRecord, RequiredSkill
from tests.ml.records import asks, lexicon, people, post, posts, profile

PARAMS = MatcherParams()
SKILLS = ("agile", "analysis", "architecture", "service-design", "user-research")
POST = post(
    "o",
    skills=asks(agile=3, analysis=2),
    kind="secondment",
    start_earliest=date(2027, 3, 1),
    start_latest=date(2027, 6, 1),
    length_months=6.0,
    working_pattern="full_time",
    work_mode="remote",
    region="GB-LND",
    role_family="data",
)


def develops(**levels: int | None) -> tuple[HeldSkill, ...]:
    return tuple(HeldSkill(name.replace("_", "-"), level, develop=True) for name, level in levels.items())


def test_nothing_stated_is_no_growth_and_changes_no_order() -> None:
    assert growth(profile("p", skills=(HeldSkill("agile", 1),)), POST, PARAMS) is None
    assert combined(0.42, None, PARAMS) == 0.42


def test_a_wished_skill_grows_only_above_ones_own_level() -> None:
    found = growth(profile("p", skills=develops(agile=2, analysis=2, architecture=None)), POST, PARAMS)
    assert found is not None
    assert [(row.skill_id, row.held_level, row.required_level) for row in found.skills] == [("agile", 2, 3)]
    assert found.unmet_skills == ("analysis", "architecture")
    assert found.value == pytest.approx(1 / 3)
    assert [part.code for part in found.parts] == ["develop"]


def test_a_skill_only_wished_for_starts_at_nothing() -> None:
    found = growth(profile("p", skills=develops(analysis=None)), POST, PARAMS)
    assert found is not None
    assert (found.value, found.skills[0].held_level) == (1.0, None)


def test_enough_wishes_met_are_as_good_as_it_gets() -> None:
    many = post("o", skills=asks(**{name.replace("-", "_"): 3 for name in SKILLS[:3]}))
    wishes = profile("p", skills=develops(**{name.replace("-", "_"): None for name in SKILLS}))
    found = growth(wishes, many, PARAMS)
    assert found is not None
    assert found.value == 1.0
    assert sum(row.share for row in found.skills) == pytest.approx(1.0, abs=1e-12)


def test_each_wish_is_a_part_and_the_shares_sum_to_the_value() -> None:
    person = profile(
        "p",
        skills=develops(agile=None, architecture=None),
        kinds=frozenset({"secondment"}),
        available_from=date(2027, 5, 1),
        lengths=frozenset({"3_to_6_months"}),
        working_patterns=frozenset({"full_time"}),
        work_modes=frozenset({"on_site"}),
        wished_regions=frozenset({"GB-SCT"}),
        role_families=frozenset({"data"}),
    )
    found = growth(person, POST, PARAMS)
    assert found is not None
    values = {part.code: part.value for part in found.parts}
    assert values == {
        "develop": 0.5,
        "role_family": 1.0,
        "region": 0.0,
        "work_mode": 0.0,
        "kind": 1.0,
        "dates": 1.0,
        "length": 1.0,
        "working_pattern": 1.0,
    }
    assert not found.not_applicable
    assert found.value == pytest.approx(0.6, abs=1e-12)
    assert sum(part.weight for part in found.parts) == pytest.approx(1.0)


def test_what_nobody_said_is_named_and_costs_nothing() -> None:
    person = profile("p", role_families=frozenset({"data"}), wished_regions=frozenset({"GB-SCT"}))
    found = growth(person, replace(POST, region=None), PARAMS)
    assert found is not None
    assert found.value == 1.0
    reasons = {row.code: row.reason for row in found.not_applicable}
    assert reasons["region"] == "post_does_not_say"
    assert reasons["kind"] == "wish_not_stated"
    assert reasons["dates"] == "wish_not_stated"
    assert reasons["develop"] == "no_skill_to_develop"
    silent = growth(profile("p", skills=develops(agile=None)), post("silent"), PARAMS)
    assert silent is None


def test_the_order_joins_both_and_the_band_is_of_the_contribution() -> None:
    ready = profile("ready", skills=(HeldSkill("agile", 3), HeldSkill("analysis", 2)), role_families=frozenset({"x"}))
    learner = profile("learner", skills=(HeldSkill("analysis", 2, develop=True), *develops(agile=2)))
    wanted = replace(POST, skills=(RequiredSkill("agile", 3), RequiredSkill("analysis", 2)))
    matcher = SkillMatcher(params=replace(PARAMS, growth_share=0.4), lexicon=lexicon()).fit([ready, learner], [wanted])
    first, second = matcher.rank_profiles("o")
    assert (first.id, second.id) == ("learner", "ready")
    assert first.score < second.score
    assert first.band == matcher.params_.band_of(first.score)
    assert first.combined == pytest.approx(0.6 * first.score + 0.4 * 0.5)
    alone = SkillMatcher(params=replace(PARAMS, growth_share=0.0), lexicon=lexicon()).fit([ready, learner], [wanted])
    assert [row.id for row in alone.rank_profiles("o")] == ["ready", "learner"]


def test_growth_leaves_the_contribution_as_it_is() -> None:
    plain, wishing = HeldSkill("agile", 2), HeldSkill("agile", 2, develop=True)
    matcher = SkillMatcher(lexicon=lexicon()).fit([], [POST])
    scores = {matcher.score_pair(profile("p", skills=(skill,)), POST).score for skill in (plain, wishing)}
    assert len(scores) == 1


def test_an_explanation_carries_both_results_through_json() -> None:
    person = replace(people()[0], skills=(*people()[0].skills, *develops(agile=1)))
    wanted = replace(posts()[0], skills=(*posts()[0].skills, RequiredSkill("agile", 3)))
    explained = SkillMatcher(lexicon=lexicon()).fit([person], [wanted]).explain(person.id, wanted.id)
    assert explained.growth is not None
    assert explained.combined == combined(explained.score, explained.growth.value, PARAMS)
    data = explained.to_dict()
    assert Explanation.from_dict(data) == explained
    old = {name: value for name, value in data.items() if name not in ("growth", "combined")}
    assert Explanation.from_dict(old).growth is None


some = st.sampled_from
levels = st.none() | st.integers(1, 4)
profiles = st.builds(
    lambda skills, kinds, family, start: ProfileRecord(
        "p", "KR", skills=tuple(skills), kinds=kinds, role_families=family, available_from=start
    ),
    st.lists(st.builds(HeldSkill, some(SKILLS), levels, develop=st.booleans()), max_size=6),
    st.frozensets(some(("secondment", "study_visit"))),
    st.frozensets(some(("data", "product"))),
    st.none() | st.just(date(2027, 9, 1)),
)
opportunities = st.builds(
    lambda skills, kind, family, latest: OpportunityRecord(
        "o", "GB", skills=tuple(skills), kind=kind, role_family=family, start_latest=latest
    ),
    st.lists(st.builds(RequiredSkill, some(SKILLS), st.integers(1, 4), st.booleans()), max_size=5),
    st.none() | some(("secondment", "study_visit")),
    st.none() | some(("data", "product")),
    st.none() | st.just(date(2027, 6, 1)),
)


@given(st.lists(profiles, min_size=1, max_size=5), st.lists(opportunities, min_size=1, max_size=4))
def test_blocks_say_what_single_pairs_say(many: list[ProfileRecord], wanted: list[OpportunityRecord]) -> None:
    block = WishTable(many, PARAMS).block(wanted)
    for row, person in enumerate(many):
        for column, item in enumerate(wanted):
            one = growth(person, item, PARAMS)
            assert (one is None) == (block.at(row, column) is None)
            if one is not None:
                assert 0 <= one.value <= 1
                assert block.at(row, column) == pytest.approx(one.value, abs=1e-12)
                assert sum(part.share for part in one.parts) == pytest.approx(one.value, abs=1e-6)
                of_skills = next((part.share for part in one.parts if part.code == "develop"), 0.0)
                assert sum(item.share for item in one.skills) == pytest.approx(of_skills, abs=1e-6)


@pytest.mark.parametrize(
    "values", [{"growth_share": 0.41}, {"growth_part_develop": 1.1}, {"growth_full_skills": 0}, {"growth_share": -0.1}]
)
def test_settings_of_growth_have_bounds(values: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="growth"):
        MatcherParams(**values)  # type: ignore[arg-type]
