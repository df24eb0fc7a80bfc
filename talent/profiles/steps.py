"""The steps of a profile, their order, and how far each has come. Progress is derived, never stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from models import Profile
from models.types import Country
from talent.i18n import _
from talent.profiles.answers import original_text
from talent.profiles.readiness import Requirements, answer_in_force, bases_missing, skills_with_level


class Progress(StrEnum):
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    DONE = "done"


PROGRESS_WORDS: dict[Progress, Any] = {
    Progress.NOT_STARTED: _("Not started"),
    Progress.IN_PROGRESS: _("In progress"),
    Progress.DONE: _("Completed"),
}
Check = Callable[[Profile, Requirements], Progress]


@dataclass(frozen=True)
class Step:
    """One page of the journey; `key` is what `profile.steps_saved` keeps."""

    key: str
    title: Any
    endpoint: str
    hint: Any
    progress: Check


def _about_you(profile: Profile, _facts: Requirements) -> Progress:
    if "about_you" in profile.steps_saved:
        return Progress.DONE if profile.region_code else Progress.IN_PROGRESS
    return Progress.IN_PROGRESS if profile.grade_id or profile.region_code else Progress.NOT_STARTED


def _languages(profile: Profile, _facts: Requirements) -> Progress:
    done = bool(profile.languages) or "languages" in profile.steps_saved
    return Progress.DONE if done else Progress.NOT_STARTED


def _skills(profile: Profile, facts: Requirements) -> Progress:
    if not profile.skills:
        return Progress.NOT_STARTED
    enough = skills_with_level(profile) >= facts.minimum_skills
    return Progress.DONE if enough and not any(row.proposed for row in profile.skills) else Progress.IN_PROGRESS


def _experience(profile: Profile, _facts: Requirements) -> Progress:
    return Progress.DONE if original_text(profile) is not None else Progress.NOT_STARTED


def _what_you_look_for(profile: Profile, _facts: Requirements) -> Progress:
    if "what_you_look_for" in profile.steps_saved:
        return Progress.DONE
    stated = (
        profile.kinds,
        profile.lengths,
        profile.working_patterns,
        profile.work_modes,
        profile.wished_regions,
        profile.role_families,
    )
    some = any(stated) or profile.available_from is not None or profile.available_to is not None
    return Progress.IN_PROGRESS if some else Progress.NOT_STARTED


def _taking_part(profile: Profile, facts: Requirements) -> Progress:
    if not any(row.ended_at is None for row in profile.bases):
        return Progress.NOT_STARTED
    answered = all(answer_in_force(profile, basis) is not None for basis in facts.bases)
    return Progress.DONE if answered and not bases_missing(profile, facts.bases) else Progress.IN_PROGRESS


STEPS: tuple[Step, ...] = (
    Step(
        "about_you",
        _("About you"),
        "profiles.about_you",
        _("Organisation, grade and region"),
        _about_you,
    ),
    Step(
        "languages",
        _("Languages"),
        "profiles.languages",
        _("Languages you work in, with a test result or your own assessment"),
        _languages,
    ),
    Step(
        "skills",
        _("Skills"),
        "profiles.skills",
        _("Digital and data skills, each with a level"),
        _skills,
    ),
    Step(
        "experience",
        _("Experience in your own words"),
        "profiles.experience",
        _("In English or Korean; one language is enough"),
        _experience,
    ),
    Step(
        "what_you_look_for",
        _("What you are looking for"),
        "profiles.what_you_look_for",
        _("Kinds of exchange, dates, places and ways of working"),
        _what_you_look_for,
    ),
    Step(
        "taking_part",
        _("Taking part and being shown abroad"),
        "profiles.taking_part",
        _("How your data is used, and your choices"),
        _taking_part,
    ),
)
BY_KEY = {step.key: step for step in STEPS}


def next_endpoint(key: str) -> str:
    """Where "save and continue" leads: the next step, after the last the check of all answers."""
    keys = [step.key for step in STEPS]
    place = keys.index(key) + 1
    return STEPS[place].endpoint if place < len(STEPS) else "profiles.check_answers"


def progress(profile: Profile | None, facts: Requirements) -> list[tuple[Step, Progress]]:
    """Each step with how far it has come; nothing is started while there is no draft."""
    return [(step, step.progress(profile, facts) if profile is not None else Progress.NOT_STARTED) for step in STEPS]


def asks_for_series(country: Country) -> bool:
    """직렬 exists in Korea only."""
    return country is Country.KR
