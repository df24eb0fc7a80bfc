from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest

from ml.eligibility import RULES, check_eligibility, check_wishes, eligibility_mask, is_eligible, length_band
from ml.schema import LanguageAbility, OpportunityRecord, ProfileRecord, RuleResult

SPRING = {"start_earliest": date(2027, 3, 1), "start_latest": date(2027, 5, 31)}


def rule(code: str, mine: dict[str, Any], theirs: dict[str, Any]) -> RuleResult:
    person = ProfileRecord(**{"id": "p", "country": "KR", **mine})
    post = OpportunityRecord(**{"id": "o", "country": "GB", **theirs})
    results = {result.code: result for result in check_eligibility(person, post)}
    return results[code]


CASES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("border_direction", {}, {"audience": "both"}, "pass"),
    ("border_direction", {}, {"audience": "abroad"}, "pass"),
    ("border_direction", {}, {"audience": "home"}, "fail"),
    ("border_direction", {"country": "GB"}, {"audience": "abroad"}, "fail"),
    ("border_direction", {"country": "GB"}, {"audience": "home"}, "pass"),
    ("taking_part", {"taking_part": False}, {}, "fail"),
    ("shown_abroad", {"shown_abroad": False}, {}, "fail"),
    ("shown_abroad", {"shown_abroad": False, "country": "GB"}, {}, "pass"),
    ("profile_active", {"active": False}, {}, "fail"),
    ("opportunity_open", {}, {"open": False}, "fail"),
    ("kind", {}, {"kind": "secondment"}, "not_stated"),
    ("kind", {"kinds": frozenset({"secondment"})}, {}, "not_stated"),
    ("kind", {"kinds": frozenset({"secondment"})}, {"kind": "secondment"}, "pass"),
    ("kind", {"kinds": frozenset({"secondment"})}, {"kind": "study_visit"}, "fail"),
    ("dates", {}, SPRING, "not_stated"),
    ("dates", {"available_from": date(2027, 5, 31)}, SPRING, "pass"),
    ("dates", {"available_from": date(2027, 6, 1)}, SPRING, "fail"),
    ("dates", {"available_to": date(2027, 3, 1)}, SPRING, "pass"),
    ("dates", {"available_to": date(2027, 2, 28)}, SPRING, "fail"),
    ("dates", {"available_from": date(2027, 6, 1)}, {}, "not_stated"),
    ("dates", {"available_from": date(2027, 6, 1)}, {"start_earliest": date(2027, 3, 1)}, "pass"),
    ("length", {"lengths": frozenset({"6_to_12_months"})}, {"length_months": 12}, "pass"),
    ("length", {"lengths": frozenset({"6_to_12_months"})}, {"length_months": 12.5}, "fail"),
    ("length", {}, {"length_months": 12}, "not_stated"),
    ("working_pattern", {"working_patterns": frozenset({"part_time"})}, {"working_pattern": "full_time"}, "fail"),
    ("minimum_language", {}, {"working_language": "en"}, "pass"),
    ("minimum_language", {}, {"working_language": "en", "speaking": 4}, "not_stated"),
    ("grade", {"country": "GB", "grade_order": 5}, {"grade_min_order": 6}, "fail"),
    ("grade", {"country": "GB", "grade_order": 6}, {"grade_min_order": 6, "grade_max_order": 7}, "pass"),
    ("grade", {"country": "GB", "grade_order": 8}, {"grade_min_order": 6, "grade_max_order": 7}, "fail"),
    ("grade", {"country": "GB"}, {"grade_min_order": 6}, "not_stated"),
    ("grade", {"country": "GB"}, {}, "pass"),
    ("grade", {"grade_order": 1}, {"grade_min_order": 6}, "pass"),
    ("grade", {}, {"grade_min_order": 6}, "not_stated"),
]


@pytest.mark.parametrize(("code", "mine", "theirs", "outcome"), CASES)
def test_each_rule(code: str, mine: dict[str, Any], theirs: dict[str, Any], outcome: str) -> None:
    assert rule(code, mine, theirs).outcome == outcome


@pytest.mark.parametrize(
    ("speaking", "reading", "interpreter", "outcome", "spoken"),
    [
        (4, 4, False, "pass", "pass"),
        (3, 4, False, "fail", "fail"),
        (3, 4, True, "pass", "waived"),
        (4, 3, True, "fail", "waived"),
        (None, 4, False, "not_stated", "not_stated"),
        (None, 3, False, "fail", "not_stated"),
        (None, None, True, "not_stated", "waived"),
    ],
)
def test_an_interpreter_waives_speaking_and_not_reading(
    speaking: int | None, reading: int | None, interpreter: bool, outcome: str, spoken: str
) -> None:
    mine = {"languages": (LanguageAbility("ko", 6, 6), LanguageAbility("en", speaking, reading))}
    theirs = {"working_language": "en", "speaking": 4, "reading": 4, "interpreter": interpreter}
    result = rule("minimum_language", mine, theirs)
    assert (result.outcome, result.detail["speaking"]) == (outcome, spoken)
    assert result.detail["reading_held"] == reading


def test_across_the_border_a_grade_is_only_about() -> None:
    assert rule("grade", {"grade_order": 1}, {"grade_min_order": 6}).detail["about"] is True
    assert rule("grade", {"grade_order": 1, "country": "GB"}, {"grade_min_order": 6}).detail["about"] is False


def test_nothing_stated_excludes_nobody() -> None:
    results = check_eligibility(ProfileRecord("p", "KR"), OpportunityRecord("o", "GB"))
    assert is_eligible(results)
    assert [result.code for result in results] == [item.code for item in RULES]


def test_wishes_are_told_apart_from_rules() -> None:
    person = ProfileRecord("p", "KR", wished_regions=frozenset({"UK-TLI"}), work_modes=frozenset({"remote"}))
    post = OpportunityRecord("o", "GB", region="GB-SCT", work_mode="remote", role_family="data")
    assert {wish.code: wish.outcome for wish in check_wishes(person, post)} == {
        "work_mode": "pass",
        "region": "fail",
        "role_family": "not_stated",
    }
    assert is_eligible(check_eligibility(person, post))


@pytest.mark.parametrize(
    ("months", "band"),
    [
        (0, "up_to_2_weeks"),
        (14 / 30.4, "up_to_2_weeks"),
        (1, "up_to_3_months"),
        (3, "up_to_3_months"),
        (24, "12_to_24_months"),
        (25, "over_24_months"),
    ],
)
def test_length_bands(months: float, band: str) -> None:
    assert length_band(months) == band


def test_a_matrix_of_pairs_agrees_with_pair_by_pair() -> None:
    mine = [ProfileRecord(str(n), **{"country": "KR", **case[1]}) for n, case in enumerate(CASES)]
    theirs = [OpportunityRecord(str(n), **{"country": "GB", **case[2]}) for n, case in enumerate(CASES)]
    mask = eligibility_mask(mine, theirs)
    for (row, person), (column, post) in product(enumerate(mine), enumerate(theirs)):
        assert mask[row, column] == is_eligible(check_eligibility(person, post))
    assert eligibility_mask([], theirs).shape == (0, len(theirs))
