"""Whether answers can be kept: known ids, possible days and scores. Messages are keyed by form field."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import ExchangeKind, LanguageTest, LanguageTestBand, Profile
from models.types import Country, LanguageBasis, LengthBand, WorkingPattern, WorkMode
from talent.errors import Invalid
from talent.framework import queries as framework
from talent.framework.dated import row_in_force, rows_in_force
from talent.i18n import _
from talent.profiles.answers import About, Experience, LanguageAnswer, SkillAnswer, Wishes
from talent.profiles.queries import add_months, today_at

EVIDENCE_LENGTH = 500
EXPERIENCE_LENGTH = 20_000
MOST_SKILLS = 200
FROM_LIST = _("Choose from the list")


def refuse(**fields: Any) -> None:
    """Raise Invalid when any field has a message."""
    wrong = {name: message for name, message in fields.items() if message}
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)


def about(session: Session, answer: About, country: Country) -> None:
    """Grade and region are of the person's own country."""
    grades = {row.id for row in framework.grades(session, country)}
    regions = {row.code for row in framework.regions(session, country)}
    refuse(
        grade=answer.grade_id and answer.grade_id not in grades and FROM_LIST,
        region=answer.region_code and answer.region_code not in regions and FROM_LIST,
        job_series=len(answer.job_series) > 100 and _("The job series must be 100 characters or fewer"),
    )


def language(session: Session, answer: LanguageAnswer, profile: Profile) -> LanguageAnswer:
    """The answer with what does not belong to its basis dropped and its expiry filled in from the test."""
    if answer.language not in {row.code for row in framework.spoken_languages(session)}:
        refuse(language=FROM_LIST)
    if answer.basis is LanguageBasis.SELF:
        refuse(
            speaking=answer.speaking is None and _("Choose how well you speak it"),
            reading=answer.reading is None and _("Choose how well you read it"),
        )
        return LanguageAnswer(answer.language, LanguageBasis.SELF, speaking=answer.speaking, reading=answer.reading)
    test = row_in_force(session, LanguageTest, answer.test or "")
    if test is None or test.language != answer.language:
        raise Invalid(fields={"test": _("Choose a test of this language")})
    bands = session.scalars(select(LanguageTestBand.from_score).where(LanguageTestBand.test == test.code)).all()
    score, wrong = read_score(test, bands, answer.score or "")
    expires = answer.expires_on
    if expires is None and answer.taken_on is not None and test.valid_months:
        expires = add_months(answer.taken_on, test.valid_months)
    refuse(
        score=wrong,
        taken_on=_taken_on(answer.taken_on, today_at(profile.organisation)),
        expires_on=expires is not None
        and answer.taken_on is not None
        and expires < answer.taken_on
        and _("The expiry date must be on or after the day you took the test"),
    )
    return LanguageAnswer(answer.language, LanguageBasis.TEST, test.code, score, answer.taken_on, expires)


def _taken_on(day: date | None, today: date) -> Any:
    if day is None:
        return _("Enter the day you took the test")
    return _("The day you took the test must be today or in the past") if day > today else None


def read_score(test: LanguageTest, bands: Iterable[str], typed: str) -> tuple[str, Any]:
    """The score as it is kept, and what is wrong with it (None when nothing is)."""
    plain = typed.strip().upper()
    if not plain:
        return "", _("Enter your score")
    if test.score_kind == "band":
        listed = sorted(set(bands))
        if plain in {band.upper() for band in listed}:
            return plain, None
        return "", _("The result must be one of these: %(bands)s", bands=", ".join(listed))
    try:
        number = Decimal(plain) if len(plain) <= 8 else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    low, high = Decimal(str(test.min_score or 0)), Decimal(str(test.max_score or 0))
    if not number.is_finite() or not low <= number <= high:
        return "", _("The score must be a number from %(low)s to %(high)s", low=_plain(low), high=_plain(high))
    if test.step and (number - low) % Decimal(str(test.step)):
        return "", _("Scores of this test go up in steps of %(step)s", step=_plain(Decimal(str(test.step))))
    return _plain(number), None


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f") if number else "0"


def skills(session: Session, answers: Iterable[SkillAnswer], profile: Profile) -> None:
    """Known skills, each once; a withdrawn one only where it is held already."""
    listed = list(answers)
    known = framework.skills_by_id(session, {answer.skill_id for answer in listed})
    held = {row.skill_id for row in profile.skills}
    wrong: dict[str, Any] = {}
    for answer in listed:
        skill = known.get(answer.skill_id)
        if skill is None or (not skill.active and answer.skill_id not in held):
            wrong["skills"] = _("Choose skills from the framework")
        if answer.level is not None and answer.level not in (1, 2, 3, 4):
            wrong["skills"] = FROM_LIST
        if answer.level is None and not answer.develop:
            wrong["skills"] = _("Choose a level for each skill")
        if len(answer.evidence) > EVIDENCE_LENGTH:
            wrong["skills"] = _("Evidence must be %(limit)s characters or fewer", limit=EVIDENCE_LENGTH)
    if len({answer.skill_id for answer in listed}) != len(listed):
        wrong["skills"] = _("Each skill can be there once")
    if len(listed) > MOST_SKILLS:
        wrong["skills"] = _("A profile can hold %(limit)s skills at most", limit=MOST_SKILLS)
    refuse(**wrong)


def experience(answer: Experience) -> None:
    total = len(answer.text) + len(answer.other_text)
    too_long = _(
        "Both texts together must be %(limit)s characters or fewer; they have %(length)s",
        limit=EXPERIENCE_LENGTH,
        length=total,
    )
    refuse(
        text=(total > EXPERIENCE_LENGTH and too_long)
        or (bool(answer.other_text) and not answer.text and _("Write the text in its first language too")),
    )


def wishes(session: Session, answer: Wishes, profile: Profile) -> None:
    """Known codes; places in the other country; days that are still to come, or that were saved before."""
    other = profile.organisation.country.other
    listed: dict[str, tuple[tuple[str, ...], set[str]]] = {
        "kinds": (answer.kinds, {row.code for row in rows_in_force(session, ExchangeKind)}),
        "lengths": (answer.lengths, set(LengthBand)),
        "working_patterns": (answer.working_patterns, set(WorkingPattern)),
        "work_modes": (answer.work_modes, set(WorkMode)),
        "wished_regions": (answer.wished_regions, {row.code for row in framework.regions(session, other)}),
        "role_families": (answer.role_families, {row.id for row in framework.families(session)}),
    }
    wrong: dict[str, Any] = {}
    for field, (chosen, known) in listed.items():
        kept = set(getattr(profile, field) or ())
        if not set(chosen) <= known | kept:
            wrong[field] = FROM_LIST
    refuse(**wrong, **available(answer, profile))


def available(answer: Wishes, profile: Profile) -> dict[str, Any]:
    """What is wrong with the days of availability."""
    today = today_at(profile.organisation)
    start, end = answer.available_from, answer.available_to
    wrong: dict[str, Any] = {}
    if start is not None and start < today and start != profile.available_from:
        wrong["available_from"] = _("The day from which you could start must be today or later")
    if end is not None and end < today and end != profile.available_to:
        wrong["available_to"] = _("The latest end date must be today or later")
    elif start is not None and end is not None and end < start:
        wrong["available_to"] = _("The latest end date must be on or after the earliest start")
    return wrong
