"""Which reference file fills which table: one declaration per file, in the order in which they are loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from models import (
    AccessLevel,
    ApprovalStep,
    Base,
    CostItem,
    ExchangeKind,
    Grade,
    JobRole,
    LanguageTest,
    LanguageTestBand,
    LawfulBasis,
    LengthRule,
    MonitoringOption,
    MonitoringQuestion,
    Organisation,
    PrivacyNotice,
    Reason,
    Region,
    RetentionRule,
    RoleFamily,
    RoleLevel,
    RoleLevelSkill,
    SeniorRoleSkill,
    ServiceRule,
    Skill,
    SkillAlias,
    SkillLevel,
    SpokenLanguage,
    TransparencyFact,
    UkRoute,
)
from models.types import ApprovalHolder, BasisPurpose, Country, Side

Row = Mapping[str, str]
Convert = Callable[[str], Any]


class Gone(StrEnum):
    """What becomes of a row that its file no longer holds."""

    WITHDRAW = "withdraw"
    """Kept and marked as withdrawn: records refer to it."""
    DELETE = "delete"
    """Deleted: nothing refers to it."""
    KEEP = "keep"
    """Left as it is."""
    END = "end"
    """Dated data: no longer in force from today."""


@dataclass(frozen=True)
class Source:
    """How the rows of one file become rows of one table.

    `columns` maps an attribute to its column in the file and how the text is read.
    """

    model: type[Base]
    key: tuple[str, ...]
    columns: Mapping[str, tuple[str, Convert]]
    gone: Gone = Gone.WITHDRAW
    parent: str | None = None
    """Attribute that refers to another row of the same file, which must then come first."""
    wanted: Callable[[Row], bool] = field(default=lambda _row: True)


def text(value: str) -> str:
    return value


def optional(value: str) -> str | None:
    return value or None


def whole(value: str) -> int:
    return int(value)


def optional_whole(value: str) -> int | None:
    return int(value) if value else None


def optional_number(value: str) -> float | None:
    return float(value) if value else None


def flag(value: str) -> bool:
    if value not in ("true", "false"):
        raise ValueError(value)
    return value == "true"


def many(value: str) -> list[str]:
    return [part.strip() for part in value.split(";") if part.strip()]


def day(value: str) -> date:
    return date.fromisoformat(value)


def optional_day(value: str) -> date | None:
    return date.fromisoformat(value) if value else None


def _same(convert: Convert, *names: str) -> dict[str, tuple[str, Convert]]:
    return {name: (name, convert) for name in names}


NAMES = _same(text, "name_en", "name_ko")
DESCRIBED = NAMES | _same(text, "description_en", "description_ko")
GUIDED = NAMES | _same(text, "guidance_en", "guidance_ko")
VALIDITY = _same(text, "code", "source") | _same(day, "valid_from") | _same(optional_day, "valid_to")
DATED = VALIDITY | _same(text, "country") | _same(whole, "position")
DATED_KEY = ("code", "country", "valid_from")


def _dated(model: type[Base], columns: Mapping[str, tuple[str, Convert]]) -> tuple[Source, ...]:
    return (Source(model, DATED_KEY, {**DATED, **columns}, Gone.END),)


def _has_level(row: Row) -> bool:
    return bool(row["role_level_id"])


LISTS: dict[str, tuple[Source, ...]] = {
    "skill_levels.csv": (
        Source(
            SkillLevel, ("order",), {"order": ("level_order", whole), "code": ("level", text), **DESCRIBED}, Gone.KEEP
        ),
    ),
    "families.csv": (Source(RoleFamily, ("id",), {"id": ("family_id", text), **DESCRIBED}),),
    "roles.csv": (
        Source(
            JobRole,
            ("id",),
            {"id": ("role_id", text), **_same(text, "family_id"), **_same(flag, "senior_civil_service"), **DESCRIBED},
        ),
    ),
    "role_levels.csv": (
        Source(
            RoleLevel,
            ("id",),
            {
                "id": ("role_level_id", text),
                "role_id": ("role_id", text),
                "sequence": ("sequence_in_role", whole),
                "seniority": ("seniority_hint", whole),
                **NAMES,
            },
        ),
    ),
    "skills.csv": (
        Source(
            Skill,
            ("id",),
            {
                "id": ("skill_id", text),
                **_same(optional, "family_hint"),
                **_same(flag, "scs_only", "active"),
                **_same(optional_day, "withdrawn_on"),
                **DESCRIBED,
            },
        ),
    ),
    "skill_aliases.csv": (
        Source(SkillAlias, ("skill_id", "lang", "alias"), _same(text, "skill_id", "lang", "alias"), Gone.DELETE),
    ),
    "role_level_skills.csv": (
        Source(
            RoleLevelSkill,
            ("role_level_id", "skill_id"),
            {**_same(text, "role_level_id", "skill_id"), "level": ("level_order", whole)},
            Gone.DELETE,
            wanted=_has_level,
        ),
        Source(
            SeniorRoleSkill,
            ("role_id", "skill_id"),
            _same(text, "role_id", "skill_id"),
            Gone.DELETE,
            wanted=lambda row: not _has_level(row),
        ),
    ),
    "grades.csv": (
        Source(
            Grade,
            ("id",),
            {
                "id": ("grade_id", text),
                "country": ("country", Country),
                "counterparts": ("counterpart_grade_ids", many),
                **_same(text, "code", "note"),
                **_same(whole, "order_in_country"),
                **NAMES,
            },
        ),
    ),
    "organisations.csv": (
        Source(
            Organisation,
            ("id",),
            {
                "id": ("organisation_id", text),
                "country": ("country", Country),
                "parent_id": ("parent_organisation_id", optional),
                **_same(text, "type", "acronym", "time_zone"),
                **NAMES,
            },
            parent="parent_id",
        ),
    ),
    "languages.csv": (Source(SpokenLanguage, ("code",), {**_same(text, "code"), **NAMES}, Gone.KEEP),),
    "regions.csv": (
        Source(
            Region,
            ("code",),
            {
                "code": ("region_code", text),
                "country": ("country", Country),
                "type": ("type", text),
                "parent_code": ("parent_code", optional),
                **NAMES,
            },
            parent="parent_code",
        ),
    ),
    "language_test_bands.csv": (
        Source(
            LanguageTestBand, ("test", "from_score"), _same(text, "test", "from_score", "cefr", "source"), Gone.DELETE
        ),
    ),
}

DATED_FILES: dict[str, tuple[Source, ...]] = {
    "exchange_kinds.csv": _dated(
        ExchangeKind, {**DESCRIBED, **_same(many, "required_fields"), **_same(flag, "cross_border")}
    ),
    "approval_steps.csv": _dated(
        ApprovalStep,
        {
            **GUIDED,
            **_same(Side, "side"),
            **_same(many, "kinds"),
            **_same(optional_number, "min_months", "max_months"),
            **_same(ApprovalHolder, "holder"),
            **_same(whole, "due_days"),
            **_same(flag, "document_required"),
        },
    ),
    "reasons.csv": _dated(
        Reason, {**NAMES, **_same(text, "decider"), **_same(many, "answers"), **_same(flag, "note_required")}
    ),
    "lawful_bases.csv": _dated(
        LawfulBasis,
        {
            **_same(BasisPurpose, "purpose"),
            **_same(flag, "required_for_active"),
            **_same(text, "mode", "impact_assessment_ref", "sharing_agreement_ref", "notice_version"),
            **_same(
                text,
                *(
                    f"{part}_{lang}"
                    for part in ("title", "items", "purpose", "retention", "refusal", "controller")
                    for lang in ("en", "ko")
                ),
            ),
        },
    ),
    "privacy_notices.csv": _dated(
        PrivacyNotice, _same(text, "title_en", "title_ko", "text_en", "text_ko", "notice_version")
    ),
    "monitoring_questions.csv": _dated(MonitoringQuestion, NAMES),
    "monitoring_options.csv": _dated(MonitoringOption, {**NAMES, **_same(text, "question")}),
    "transparency_facts.csv": _dated(TransparencyFact, {**NAMES, **_same(text, "value_en", "value_ko")}),
    "length_rules.csv": _dated(
        LengthRule,
        {
            **_same(many, "kinds", "shown_at"),
            **_same(optional_number, "from_months", "below_months"),
            **_same(text, "level", "message_en", "message_ko"),
        },
    ),
    "service_rules.csv": _dated(ServiceRule, {**DESCRIBED, **_same(text, "value", "unit")}),
    "retention_rules.csv": _dated(
        RetentionRule, {**DESCRIBED, **_same(text, "record", "starts_from"), **_same(whole, "keep_days")}
    ),
    "uk_routes.csv": _dated(UkRoute, {**GUIDED, **_same(optional_number, "max_months")}),
    "cost_items.csv": _dated(CostItem, GUIDED),
    "access_levels.csv": _dated(AccessLevel, {**DESCRIBED, **_same(flag, "offered_abroad")}),
    "language_tests.csv": (
        Source(
            LanguageTest,
            DATED_KEY,
            {
                **VALIDITY,
                **NAMES,
                **_same(text, "language", "score_kind"),
                **_same(optional_number, "min_score", "max_score", "step"),
                **_same(optional_whole, "valid_months"),
            },
            Gone.END,
        ),
    ),
}

FILES: dict[str, tuple[Source, ...]] = {**LISTS, **DATED_FILES}
