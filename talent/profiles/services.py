"""Saving a profile, step by step on its row. Moves between states are in lifecycle.py and offered here too.

Each `save_…` works on the actor's own profile (made at the first save), or on `profile` when an import gives one. It
raises Invalid with messages by field, and StaleRecord when `seen`, the fingerprint of the answers that the actor's page
was made from, is no longer that of the answers saved. Saving what is saved already changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from models import Profile, ProfileLanguage, ProfileSkill, ProfileText, RoleLevel, User, utc_now
from models.text import text_hash
from models.types import Language, ProfileStatus, TextState
from talent import events
from talent.audit.services import record
from talent.db import transaction
from talent.errors import Invalid, NotFound
from talent.framework import queries as framework
from talent.i18n import _
from talent.profiles import checks, queries, readiness
from talent.profiles.answers import (
    EXPERIENCE,
    About,
    Experience,
    LanguageAnswer,
    SkillAnswer,
    Wishes,
    text_in,
)
from talent.profiles.drafts import check_seen, editable, note_step, saved, start_or_get_draft
from talent.profiles.lifecycle import (
    activate,
    activate_imported,
    claim_profile,
    claimable,
    confirm_current,
    issue_claim,
    pause,
    resume,
    resume_by_date,
    set_aside,
    submit_profile,
    withdraw,
)
from talent.profiles.taking_part import save_basis

__all__ = [
    "activate",
    "activate_imported",
    "add_skills",
    "claim_profile",
    "claimable",
    "confirm_current",
    "follow_organisation",
    "issue_claim",
    "mark_step",
    "pause",
    "remove_language",
    "remove_skill",
    "resume",
    "resume_by_date",
    "save_about",
    "save_basis",
    "save_experience",
    "save_language",
    "save_languages",
    "save_skills",
    "save_wishes",
    "set_aside",
    "start_from_role_level",
    "start_or_get_draft",
    "submit_profile",
    "withdraw",
]


def mark_step(session: Session, actor: User, step: str) -> Profile:
    """Note that the person has been through a step without changing anything in it."""
    with transaction(session):
        profile = start_or_get_draft(session, actor)
        note_step(profile, step)
        return profile


def save_about(
    session: Session, actor: User | None, answer: About, *, profile: Profile | None = None, seen: str | None = None
) -> Profile:
    """Save grade, series and region."""
    with transaction(session):
        target = editable(session, actor, profile)
        if About.of(target) == answer:
            note_step(target, "about_you")
            return target
        check_seen(seen, About.of(target), target)
        checks.about(session, answer, target.organisation.country)
        target.grade_id, target.job_series, target.region_code = answer.grade_id, answer.job_series, answer.region_code
        return saved(session, actor, target, "about_you")


def save_languages(
    session: Session, actor: User | None, answers: Iterable[LanguageAnswer], *, profile: Profile | None = None
) -> Profile:
    """Save all languages at once: those not named are removed."""
    with transaction(session):
        target = editable(session, actor, profile)
        checked = tuple(checks.language(session, answer, target) for answer in answers)
        if len({answer.language for answer in checked}) != len(checked):
            raise Invalid(fields={"language": _("You have added this language already")})
        if tuple(sorted(checked, key=lambda answer: answer.language)) == LanguageAnswer.all_of(target):
            note_step(target, "languages")
            return target
        held = {row.language: row for row in target.languages}
        target.languages[:] = [_language_row(held.get(answer.language), answer) for answer in checked]
        return saved(session, actor, target, "languages")


def _language_row(row: ProfileLanguage | None, answer: LanguageAnswer) -> ProfileLanguage:
    row = row or ProfileLanguage(language=answer.language)
    row.basis, row.test, row.score = answer.basis, answer.test, answer.score
    row.taken_on, row.expires_on = answer.taken_on, answer.expires_on
    row.speaking, row.reading = answer.speaking, answer.reading
    return row


def save_language(
    session: Session, actor: User, answer: LanguageAnswer, *, before: str | None = None, seen: str | None = None
) -> Profile:
    """Add a language, or change the one that was `before`."""
    with transaction(session):
        profile = start_or_get_draft(session, actor)
        answer = checks.language(session, answer, profile)
        held = {row.language: row for row in LanguageAnswer.all_of(profile)}
        if held.get(answer.language) == answer and before in (None, answer.language):
            return profile
        if before is not None:
            check_seen(seen, held.get(before), profile)
        if answer.language != before and answer.language in held:
            raise Invalid(fields={"language": _("You have added this language already")})
        held.pop(before or "", None)
        return save_languages(session, actor, [*held.values(), answer], profile=profile)


def remove_language(session: Session, actor: User, language: str) -> Profile:
    """Remove a language; nothing happens when it is gone already."""
    with transaction(session):
        profile = queries.own_profile(session, actor)
        kept = [answer for answer in LanguageAnswer.all_of(profile) if answer.language != language]
        return save_languages(session, actor, kept, profile=profile)


def save_skills(
    session: Session,
    actor: User | None,
    answers: Iterable[SkillAnswer],
    *,
    profile: Profile | None = None,
    seen: str | None = None,
) -> Profile:
    """Save all skills at once: those not named are removed. An active profile keeps the fewest it needs."""
    with transaction(session):
        target = editable(session, actor, profile)
        listed = tuple(sorted(answers, key=lambda answer: answer.skill_id))
        present = SkillAnswer.all_of(target)
        if listed == present:
            note_step(target, "skills")
            return target
        check_seen(seen, present, target)
        checks.skills(session, listed, target)
        _keep_enough(session, target, sum(answer.level is not None for answer in listed))
        held = {row.skill_id: row for row in target.skills}
        target.skills[:] = [_skill_row(held.get(answer.skill_id), answer) for answer in listed]
        return saved(session, actor, target, "skills")


def _keep_enough(session: Session, profile: Profile, with_level: int) -> None:
    if profile.status not in (ProfileStatus.ACTIVE, ProfileStatus.PAUSED):
        return
    before = readiness.skills_with_level(profile)
    fewest = queries.requirements(session, None, profile.organisation).minimum_skills
    if with_level < min(fewest, before):
        raise Invalid(fields={"skills": readiness.too_few_skills(fewest, with_level)})


def _skill_row(row: ProfileSkill | None, answer: SkillAnswer) -> ProfileSkill:
    row = row or ProfileSkill(skill_id=answer.skill_id)
    row.level, row.evidence, row.develop, row.proposed = answer.level, answer.evidence, answer.develop, answer.proposed
    return row


def add_skills(session: Session, actor: User, answers: Iterable[SkillAnswer]) -> list[str]:
    """Add skills that are not there yet and keep the rest; returns the ids that were added."""
    with transaction(session):
        profile = start_or_get_draft(session, actor)
        present = SkillAnswer.all_of(profile)
        held = {answer.skill_id for answer in present}
        fresh = [answer for answer in answers if answer.skill_id not in held]
        if fresh:
            save_skills(session, actor, [*present, *fresh], profile=profile)
        return [answer.skill_id for answer in fresh]


def start_from_role_level(session: Session, actor: User, role_level_id: str) -> list[str]:
    """Add the skills and levels of a role level; own answers stay. Returns the ids that were added.

    Raises Invalid for a role level that is not in the framework.
    """
    with transaction(session):
        try:
            start: RoleLevel = framework.role_level(session, role_level_id)
        except NotFound:
            raise Invalid(fields={"role_level": checks.FROM_LIST}) from None
        added = add_skills(
            session,
            actor,
            [SkillAnswer(row.skill_id, row.level) for row in start.skills if row.skill.active],
        )
        start_or_get_draft(session, actor).role_level_id = start.id
        return added


def remove_skill(session: Session, actor: User, skill_id: str) -> SkillAnswer | None:
    """Remove one skill; returns what it was, None when it was gone already."""
    with transaction(session):
        profile = queries.own_profile(session, actor)
        present = SkillAnswer.all_of(profile)
        gone = next((answer for answer in present if answer.skill_id == skill_id), None)
        save_skills(session, actor, [answer for answer in present if answer is not gone], profile=profile)
        return gone


def save_experience(
    session: Session,
    actor: User | None,
    answer: Experience,
    *,
    profile: Profile | None = None,
    seen: str | None = None,
) -> Profile:
    """Save the person's own words. A text in the other language that somebody translated stays until it is changed."""
    with transaction(session):
        target = editable(session, actor, profile)
        present = Experience.of(target)
        if present == answer:
            return target
        check_seen(seen, present, target)
        checks.experience(answer)
        if not answer.text:
            target.texts[:] = [row for row in target.texts if row.field != EXPERIENCE]
        else:
            _write_experience(target, answer, actor)
        return saved(session, actor, target, "experience")


def _write_experience(profile: Profile, answer: Experience, actor: User | None) -> None:
    author = actor.id if actor is not None else None
    original = text_in(profile, answer.language) or _new_text(profile, answer.language)
    if original.content != answer.text or original.state is not TextState.ORIGINAL:
        original.content, original.state, original.written_by_id = answer.text, TextState.ORIGINAL, author
        original.source_hash = original.checked_by_id = original.checked_at = None
    other = text_in(profile, answer.language.other)
    if answer.other_text:
        other = other or _new_text(profile, answer.language.other)
        if other.content != answer.other_text or other.state is TextState.ORIGINAL:
            other.content, other.state, other.written_by_id = answer.other_text, TextState.CHECKED, author
            other.source_hash, other.checked_by_id, other.checked_at = text_hash(answer.text), author, utc_now()
    else:
        other = other or _new_text(profile, answer.language.other)
        other.content, other.state, other.written_by_id = "", TextState.AWAITED, None
        other.source_hash = other.checked_by_id = other.checked_at = None


def _new_text(profile: Profile, language: Language) -> ProfileText:
    row = ProfileText(field=EXPERIENCE, lang=language, content="", state=TextState.AWAITED)
    profile.texts.append(row)
    return row


def save_wishes(
    session: Session, actor: User | None, answer: Wishes, *, profile: Profile | None = None, seen: str | None = None
) -> Profile:
    """Save what the person looks for."""
    with transaction(session):
        target = editable(session, actor, profile)
        if Wishes.of(target) == answer:
            note_step(target, "what_you_look_for")
            return target
        check_seen(seen, Wishes.of(target), target)
        checks.wishes(session, answer, target)
        target.available_from, target.available_to = answer.available_from, answer.available_to
        for field in ("kinds", "lengths", "working_patterns", "work_modes", "wished_regions", "role_families"):
            setattr(target, field, list(getattr(answer, field)))
        return saved(session, actor, target, "what_you_look_for")


def follow_organisation(session: Session, user_id: Any) -> None:
    """Move a person's profile with them once their present organisation has said that they work there."""
    with transaction(session):
        user = session.get_one(User, user_id)
        profile = queries.profile_of(session, user)
        if profile is None or user.organisation_id in (None, profile.organisation_id):
            return
        assert user.organisation_id is not None
        profile.organisation_id = user.organisation_id
        record(session, None, "profile.organisation", profile, organisation=user.organisation_id)
        session.flush()
        session.refresh(profile, ["organisation"])
        events.emit(session, events.ProfileMoved(profile.id))
        if profile.status is ProfileStatus.ACTIVE:
            events.emit(session, events.ProfileChanged(profile.id))
