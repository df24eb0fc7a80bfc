"""The skills page: one row for each skill, all saved in one go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import request

from models import Profile, Skill, SkillLevel
from talent.forms import GovForm
from talent.forms.fields import GroupedSelect, Select, Text, Tick
from talent.i18n import _, local
from talent.profiles import choices
from talent.profiles.answers import SkillAnswer, fingerprint
from talent.profiles.checks import EVIDENCE_LENGTH, MOST_SKILLS


class SkillRow(GovForm):
    """One skill. Its field names carry the skill's id, so that rows never change places."""

    level = Select(_("Level"), required=_("Choose a level"))
    evidence = Text(_("Evidence (optional)"), max_length=EVIDENCE_LENGTH)
    develop = Tick(_("I want to develop this skill further"))

    skill: Skill
    proposed: bool = False

    @classmethod
    def build(cls, skill: Skill, levels: Sequence[SkillLevel], present: SkillAnswer | None, **options: Any) -> SkillRow:
        values: dict[str, Any] = {}
        if present is not None:
            values = {
                "level": choices.NOT_YET if present.level is None else str(present.level),
                "evidence": present.evidence,
                "develop": present.develop,
            }
        row = cls(prefix=f"{skill.id}:", **values, **options)
        row.level.choices = choices.skill_levels(levels)
        row.skill, row.proposed = skill, bool(present and present.proposed)
        return row

    def answer(self) -> SkillAnswer:
        held = None if self.level.data == choices.NOT_YET else int(self.level.data)
        return SkillAnswer(self.skill.id, held, self.evidence.data or "", bool(self.develop.data) or held is None)

    def error_list(self) -> list[dict[str, Any]]:
        """Summary lines that say which skill they are about."""
        name = local(self.skill)
        return [{**item, "text": f"{name}: {item['text']}"} for item in super().error_list()]


class SkillsForm(GovForm):
    rows: list[SkillRow]

    @classmethod
    def build(
        cls, profile: Profile | None, known: Mapping[str, Skill], levels: Sequence[SkillLevel], **options: Any
    ) -> SkillsForm:
        """Rows for what the profile holds and, on a POST, for what was sent: `known` has both."""
        present = SkillAnswer.all_of(profile) if profile else ()
        held = {answer.skill_id: answer for answer in present}
        form = cls(version=fingerprint(present), **options)
        sent = sent_skill_ids() if options.get("from_request", True) and request.method == "POST" else list(held)
        shown = [known[skill_id] for skill_id in dict.fromkeys(sent) if skill_id in known]
        form.rows = [
            SkillRow.build(skill, levels, held.get(skill.id), **options)
            for skill in sorted(shown, key=lambda skill: local(skill).casefold())
        ]
        return form

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        if len(set(sent_skill_ids()) - {row.skill.id for row in self.rows}):
            self.form_errors.append(_("One of the skills is not in the framework. It was left out; save again."))
            fine = False
        return all([row.validate() for row in self.rows]) and fine

    def error_list(self) -> list[dict[str, Any]]:
        return [*super().error_list(), *(item for row in self.rows for item in row.error_list())]

    def answers(self, without: str | None = None) -> list[SkillAnswer]:
        return [row.answer() for row in self.rows if row.skill.id != without]

    def typed(self) -> list[tuple[str, str]]:
        return [(local(row.skill), _row_text(row)) for row in self.rows]


def _row_text(row: SkillRow) -> str:
    parts = dict(row.typed())
    return "\n".join(f"{label}: {value}" for label, value in parts.items() if value)


def sent_skill_ids() -> list[str]:
    """Ids of the rows that the page sent, in their order; no more than a profile may hold."""
    return request.form.getlist("skill")[: MOST_SKILLS + 1]


def known_ids(profile: Profile | None) -> Iterable[str]:
    """Ids whose skills the page needs."""
    held = {row.skill_id for row in profile.skills} if profile else set()
    return held | set(sent_skill_ids())


class StartForm(GovForm):
    """Start from the skills of a role level."""

    role_level = GroupedSelect(
        _("Role and level closest to your own"),
        hint=_("Its skills and levels are added to your list. What you have there already stays as it is."),
        required=_("Choose a role and level"),
    )


class AddForm(GovForm):
    """Add one skill found by searching."""

    level = Select(_("Your level"), required=_("Choose a level"))

    skill: Skill

    @classmethod
    def build(cls, skill: Skill, levels: Sequence[SkillLevel]) -> AddForm:
        # Every result has its own form; only the one that was sent takes what was typed.
        mine = request.method == "POST" and request.form.get("skill") == skill.id
        form = cls(prefix=f"{skill.id}:", from_request=mine)
        form.level.choices = choices.skill_levels(levels)
        form.skill = skill
        return form

    def answer(self) -> SkillAnswer:
        held = None if self.level.data == choices.NOT_YET else int(self.level.data)
        return SkillAnswer(self.skill.id, held, develop=held is None)
