"""The table of a post's skills as it was sent: any number of rows, each with a level and a need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models import Opportunity, Skill
from talent.i18n import _, local
from talent.opportunities.answers import SkillNeed

NEEDS = ("essential", "desirable")


@dataclass(frozen=True)
class SkillRow:
    skill: Skill
    level: str
    need: str
    proposed: bool = False
    error: Any = ""

    @property
    def answer(self) -> SkillNeed:
        return SkillNeed(self.skill.id, int(self.level), self.need == "essential")


def saved_rows(opportunity: Opportunity) -> list[SkillRow]:
    """Rows as they are saved, essential ones first."""
    rows = [
        SkillRow(row.skill, str(row.level), NEEDS[0] if row.essential else NEEDS[1], row.proposed)
        for row in opportunity.skills
    ]
    return sorted(rows, key=lambda row: (row.need != "essential", local(row.skill), row.skill.id))


def sent_rows(ids: Sequence[str], sent: Mapping[str, str], known: Mapping[str, Skill]) -> list[SkillRow]:
    """Rows as they were sent; ids that are no skill are left out, a level or need that is none carries a message."""
    rows = []
    for skill_id in dict.fromkeys(ids):
        skill = known.get(skill_id)
        if skill is None:
            continue
        level, need = sent.get(f"level-{skill_id}", ""), sent.get(f"need-{skill_id}", "")
        error: Any = ""
        if level not in ("1", "2", "3", "4"):
            error, level = _("Choose a level for “%(skill)s”", skill=local(skill)), ""
        elif need not in NEEDS:
            error, need = _("Choose essential or desirable for “%(skill)s”", skill=local(skill)), ""
        rows.append(SkillRow(skill, level, need, error=error))
    return rows


def row_errors(rows: Sequence[SkillRow]) -> list[dict[str, str]]:
    """Error summary items, each leading to the first control of its row."""
    return [{"text": str(row.error), "href": f"#level-{row.skill.id}"} for row in rows if row.error]


def typed(rows: Sequence[SkillRow], level_names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Rows as (label, text), for showing two versions beside each other."""
    needs = {"essential": str(_("Essential")), "desirable": str(_("Desirable"))}
    return [(local(row.skill), f"{level_names.get(row.level, '')}, {needs.get(row.need, '')}") for row in rows]
