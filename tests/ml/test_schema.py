from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest

from ml.schema import (
    HeldSkill,
    LanguageAbility,
    OpportunityRecord,
    ProfileRecord,
    RecordText,
    RequiredSkill,
)

ALLOWED = {
    HeldSkill: ["skill_id", "level", "evidence", "develop"],
    RequiredSkill: ["skill_id", "level", "essential"],
    RecordText: ["language", "text"],
    LanguageAbility: ["language", "speaking", "reading"],
    ProfileRecord: [
        *["id", "country", "skills", "texts", "languages", "kinds", "available_from", "available_to", "lengths"],
        *["working_patterns", "work_modes", "wished_regions", "role_families", "grade_order"],
        *["taking_part", "shown_abroad", "active"],
    ],
    OpportunityRecord: [
        *["id", "country", "skills", "texts", "working_language", "speaking", "reading", "interpreter", "kind"],
        *["start_earliest", "start_latest", "length_months", "working_pattern", "work_mode", "region", "role_family"],
        *["grade_min_order", "grade_max_order", "audience", "open"],
    ],
}


@pytest.mark.parametrize("record", ALLOWED)
def test_the_matcher_sees_only_the_allowed_fields(record: type) -> None:
    assert [field.name for field in fields(record)] == ALLOWED[record]


def test_records_cannot_be_changed_or_extended() -> None:
    record = ProfileRecord("a", "GB")
    with pytest.raises(FrozenInstanceError):
        record.country = "KR"  # type: ignore[misc]
    assert not hasattr(record, "__dict__")


@pytest.mark.parametrize("level", [0, 5, -1])
def test_a_level_is_one_to_four(level: int) -> None:
    with pytest.raises(ValueError, match="level"):
        HeldSkill("x", level)
    with pytest.raises(ValueError, match="level"):
        RequiredSkill("x", level)


@pytest.mark.parametrize("months", [-1.0, float("nan")])
def test_a_length_is_a_number_of_months(months: float) -> None:
    with pytest.raises(ValueError, match="length"):
        OpportunityRecord("a", "GB", length_months=months)
