"""What would change a result: small, single, tried by scoring again, quick, and nothing that is not the person's."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date

import pytest

from ml.eligibility import check_eligibility, is_eligible
from ml.matcher import SkillMatcher
from ml.params import BANDS, MatcherParams
from ml.schema import Change, HeldSkill, LanguageAbility, OpportunityRecord, ProfileRecord, RequiredSkill, WhatIf
from ml.what_if import what_if
from tests.ml.records import ENGLISH_RESEARCH, asks, holds, lexicon, people, post, posts, profile

MATCHER = SkillMatcher(lexicon=lexicon()).fit(people(), posts())


def asked(person: ProfileRecord, wanted: OpportunityRecord, matcher: SkillMatcher = MATCHER, most: int = 5) -> WhatIf:
    return what_if(
        person,
        wanted,
        lambda variants: matcher.score_variants(variants, wanted),
        matcher.params_,
        named=matcher.named_skills(wanted),
        most=most,
    )


def better(before: str, after: str) -> bool:
    return BANDS.index(after) < BANDS.index(before)


def applied(person: ProfileRecord, change: Change) -> ProfileRecord:
    """The person after a change of a skill."""
    skill_id, level = str(change.detail["skill_id"]), change.detail["level"]
    assert isinstance(level, int)
    others = tuple(skill for skill in person.skills if skill.skill_id != skill_id)
    return replace(person, skills=(*others, HeldSkill(skill_id, level)))


@pytest.mark.parametrize("person", people(), ids=lambda item: item.id)
def test_every_move_reaches_the_band_it_names_and_one_level_less_does_not(person: ProfileRecord) -> None:
    for wanted in posts():
        before = MATCHER.score_pair(person, wanted).band
        found = asked(person, wanted, most=99)
        assert found.band == before
        for change in found.moves:
            level = change.detail["level"]
            assert isinstance(level, int)
            after = MATCHER.score_pair(applied(person, change), wanted)
            assert after.band == change.band
            assert better(before, after.band)
            if change.size > 1:
                short = replace(change, detail={**change.detail, "level": level - 1})
                assert not better(before, MATCHER.score_pair(applied(person, short), wanted).band)
        assert [item.size for item in found.moves] == sorted(item.size for item in found.moves)


def test_the_smallest_level_comes_first() -> None:
    wanted = post("o", skills=asks(agile=2, analysis=4, architecture=2))
    person = profile("p", skills=holds(agile=1, architecture=2))
    found = asked(person, wanted)
    first = found.moves[0]
    assert (first.code, first.detail["skill_id"], first.detail["level"], first.size) == ("skill", "agile", 2, 1.0)
    assert (first.detail["is_held"], first.detail["held_level"], first.eligible) == (True, 1, True)
    assert {str(item.detail["skill_id"]) for item in found.moves} == {"agile", "analysis"}


def test_a_skill_without_a_level_counts_as_awareness() -> None:
    wanted = post("o", skills=asks(agile=2, analysis=2, architecture=2))
    found = asked(profile("p", skills=holds(agile=None, analysis=2)), wanted)
    told = {str(item.detail["skill_id"]): (item.detail["level"], item.detail["is_held"]) for item in found.moves}
    assert told == {"agile": (2, True), "architecture": (1, False)}
    assert {item.detail["held_level"] for item in found.moves} == {None}


def test_nothing_is_found_where_nothing_single_is_enough() -> None:
    many = {name: 4 for name in ("agile", "analysis", "architecture", "service_design", "user_research")}
    wanted = post("o", skills=asks(**many))
    strict = SkillMatcher(params=MatcherParams(band_possible=0.5), lexicon=lexicon()).fit(people(), posts())
    found = asked(profile("p"), wanted, strict)
    assert (found.band, found.is_empty, found.fixed) == ("weak", True, ())
    strong = asked(profile("p", skills=holds(agile=4)), post("o", skills=asks(agile=4)))
    assert strong.band == "strong"
    assert strong.is_empty


BARRED = post(
    "o",
    skills=asks(agile=2, analysis=2, architecture=2),
    kind="secondment",
    start_earliest=date(2027, 3, 1),
    start_latest=date(2027, 4, 1),
    length_months=6.0,
    working_pattern="full_time",
    working_language="en",
    speaking=4,
    reading=3,
)
FREE = profile("p", skills=holds(agile=2, analysis=2, architecture=2))


@pytest.mark.parametrize(
    ("values", "code", "detail"),
    [
        ({"kinds": frozenset({"study_visit"})}, "kind", {"offered": "secondment"}),
        ({"lengths": frozenset({"over_24_months"})}, "length", {"offered": "3_to_6_months"}),
        ({"working_patterns": frozenset({"part_time"})}, "working_pattern", {"offered": "full_time"}),
        (
            {"available_from": date(2027, 6, 1)},
            "dates",
            {"available_from": "2027-04-01", "available_to": None},
        ),
        ({"available_to": date(2027, 1, 1)}, "dates", {"available_from": None, "available_to": "2027-03-01"}),
        (
            {"languages": (LanguageAbility("en", 2, 3),)},
            "minimum_language",
            {"language": "en", "speaking": 4, "reading": None},
        ),
        ({"taking_part": False}, "taking_part", {}),
        ({"shown_abroad": False}, "shown_abroad", {}),
        ({"active": False}, "profile_active", {}),
    ],
)
def test_one_rule_that_fails_has_one_change_that_admits(values: dict, code: str, detail: dict) -> None:
    person = replace(FREE, **values)
    assert not is_eligible(check_eligibility(person, BARRED))
    found = asked(person, BARRED)
    assert not found.eligible
    assert [(item.code, item.detail, item.eligible) for item in found.admits] == [(code, detail, True)]
    assert found.needed == ()
    assert found.fixed == ()


def test_several_rules_need_all_their_changes_together() -> None:
    person = replace(FREE, kinds=frozenset({"study_visit"}), languages=(LanguageAbility("en", 1, 1),))
    found = asked(person, BARRED)
    assert found.admits == ()
    assert [item.code for item in found.needed] == ["kind", "minimum_language"]
    assert not any(item.eligible for item in found.needed)


def test_what_is_not_the_persons_to_change_is_no_advice() -> None:
    home_only = replace(BARRED, audience="home", open=False, grade_min_order=5)
    found = asked(replace(FREE, kinds=frozenset({"study_visit"})), home_only)
    assert set(found.fixed) == {"border_direction", "opportunity_open"}
    assert [item.code for item in found.needed] == ["kind"]
    junior = asked(replace(FREE, country="GB", grade_order=2), replace(BARRED, grade_min_order=5))
    assert junior.fixed == ("grade",)
    assert junior.is_empty


def test_an_ineligible_person_may_still_see_what_moves_the_band() -> None:
    person = replace(FREE, skills=holds(agile=1, analysis=1), kinds=frozenset({"study_visit"}))
    found = asked(person, BARRED)
    assert [item.code for item in found.admits] == ["kind"]
    assert found.moves
    assert not any(item.eligible for item in found.moves)


def test_variants_score_to_the_same_bits_and_must_share_texts() -> None:
    person, wanted = people()[0], posts()[0]
    variants = [person, replace(person, skills=()), replace(person, skills=holds(agile=4, user_research=4))]
    alone = [MATCHER.score_pair(item, wanted).score for item in variants]
    assert MATCHER.score_variants(variants, wanted) == alone
    with pytest.raises(ValueError, match="texts"):
        MATCHER.score_variants([person, people()[1]], wanted)


def test_a_pair_takes_less_than_a_tenth_of_a_second_and_a_bounded_number_of_scores() -> None:
    names = sorted({"agile", "analysis", "architecture", "service-design", "user-research", "data-science"})
    wanted = post("o", ENGLISH_RESEARCH, skills=tuple(RequiredSkill(name, 4) for name in names))
    person = profile("p", ENGLISH_RESEARCH * 8, skills=holds(agile=1, analysis=1))
    took = []
    for _ in range(3):
        begun = time.thread_time()
        found = asked(person, wanted)
        took.append(time.thread_time() - begun)
    assert found.scored <= 1 + 5 * len(names)
    assert min(took) < 0.1
