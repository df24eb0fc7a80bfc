"""What the person gains from a post, in the reader's language: a result of its own beside what the host gains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ml.schema import Growth, GrowthSkill
from talent.i18n import _
from talent.matching.part_words import PartView, fullness, part_view, points
from talent.matching.reference_names import ReferenceNames
from talent.matching.rule_words import NAMES

PARTS: dict[str, Any] = {"develop": _("Skills to develop"), **NAMES}
NOT_APPLICABLE: dict[str, Any] = {
    "no_skill_to_develop": _("The profile names no skill to develop."),
    "post_names_no_skill": _("The post asks for no particular skill."),
    "wish_not_stated": _("The profile does not say."),
    "post_does_not_say": _("The post does not say."),
}


@dataclass(frozen=True)
class GrowthSkillView:
    """A skill that the person wants to develop and the post would."""

    skill_id: str
    name: str
    sentence: str


@dataclass(frozen=True)
class GrowthView:
    """What a page shows of growth."""

    fullness: str
    points: str
    parts: list[PartView]
    not_applicable: list[tuple[str, str]]
    skills: list[GrowthSkillView]
    unmet: list[str]
    """Names of skills that the person wants to develop and the post would not."""


def growth_view(growth: Growth, names: ReferenceNames) -> GrowthView:
    """Growth in words."""
    return GrowthView(
        fullness=fullness(growth.value),
        points=points(growth.value),
        parts=[part_view(part, PARTS) for part in growth.parts],
        not_applicable=[(str(PARTS[item.code]), str(NOT_APPLICABLE[item.reason])) for item in growth.not_applicable],
        skills=[_skill(row, names) for row in growth.skills],
        unmet=[names.skill(skill_id) for skill_id in growth.unmet_skills],
    )


def growth_skills(growth: Growth | None) -> set[str]:
    """All skills that growth speaks of."""
    return {*(row.skill_id for row in growth.skills), *growth.unmet_skills} if growth is not None else set()


def _skill(row: GrowthSkill, names: ReferenceNames) -> GrowthSkillView:
    used = names.level(row.required_level)
    if row.held_level is None:
        sentence = _("The post uses it at: %(used)s.", used=used)
    else:
        sentence = _("Held: %(held)s. The post uses it at: %(used)s.", held=names.level(row.held_level), used=used)
    return GrowthSkillView(row.skill_id, names.skill(row.skill_id), str(sentence))
