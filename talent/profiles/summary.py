"""A profile told in sections: to check before activating, to read later, and as others see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from models import ExchangeKind, LanguageTest, Profile, ProfileLanguage, ProfileSkill, SkillLevel
from models.types import Language, LanguageBasis, LengthBand, TextState, WorkingPattern, WorkMode
from talent.framework import queries as framework
from talent.framework.dated import rows_in_force
from talent.i18n import _, local, local_date
from talent.profiles import words
from talent.profiles.answers import EXPERIENCE
from talent.profiles.queries import bases_of, today_at
from talent.profiles.readiness import answer_in_force
from talent.profiles.steps import BY_KEY, asks_for_series

NOT_STATED = _("Not stated")


@dataclass(frozen=True)
class Line:
    """One row: `values` are shown under each other; `language` marks a person's own words."""

    label: str
    values: list[str]
    language: Language | None = None
    note: str = ""


@dataclass(frozen=True)
class Section:
    key: str
    title: Any
    endpoint: str
    lines: list[Line] = field(default_factory=list)
    empty: Any = _("Nothing yet")


def sections(session: Session, profile: Profile) -> list[Section]:
    """Everything the profile holds, one section a step."""
    return [
        section("about_you", _about(profile)),
        section("languages", languages(session, profile)),
        section("skills", skills(session, profile)),
        section("experience", experience(profile)),
        section("what_you_look_for", wishes(session, profile)),
        section("taking_part", _basis(session, profile)),
    ]


def section(key: str, lines: list[Line]) -> Section:
    """The section of a step."""
    step = BY_KEY[key]
    return Section(key, step.title, step.endpoint, lines)


def line(label: Any, values: list[str], **more: Any) -> Line:
    """A row of those values that are not empty."""
    return Line(str(label), [value for value in values if value], **more)


def _about(profile: Profile) -> list[Line]:
    lines = [
        line(_("Organisation"), [local(profile.organisation)]),
        line(_("Grade"), [grade] if (grade := grade_of(profile)) else []),
        line(_("Region"), [local(profile.region)] if profile.region else []),
    ]
    if asks_for_series(profile.organisation.country):
        lines.insert(2, line(_("Job series"), [profile.job_series]))
    return lines


def grade_of(profile: Profile) -> str:
    """The person's grade in the reader's language; empty when it is not stated."""
    return local(profile.grade)


def languages_in_order(profile: Profile) -> list[ProfileLanguage]:
    """The person's languages, English and Korean first."""
    return sorted(profile.languages, key=lambda row: (row.language not in ("en", "ko"), row.language))


def languages(session: Session, profile: Profile) -> list[Line]:
    """Each language with what shows its level; CEFR levels of tests are indicative."""
    if not profile.languages:
        return []
    names = {row.code: local(row) for row in framework.spoken_languages(session)}
    tests = {row.code: local(row) for row in rows_in_force(session, LanguageTest)}
    results = [(row.test, row.score) for row in profile.languages if row.test and row.score]
    levels = framework.indicative_levels(session, results)
    today = today_at(profile.organisation)
    return [
        Line(names.get(row.language, row.language), _language_values(row, tests, levels, today))
        for row in languages_in_order(profile)
    ]


def _language_values(
    row: ProfileLanguage, tests: dict[str, str], levels: dict[Any, str | None], today: Any
) -> list[str]:
    if row.basis is LanguageBasis.SELF:
        return [
            str(_("Speaking %(level)s, reading %(read)s", level=row.speaking or "", read=row.reading or "")),
            str(_("Own assessment")),
        ]
    test, score = row.test or "", row.score or ""
    level = levels.get((test, score))
    told = str(_("about CEFR %(level)s (indicative)", level=level)) if level else str(_("below the CEFR levels"))
    lines = [f"{tests.get(test, test)}: {score}", told]
    if row.taken_on:
        lines.append(str(_("Taken on %(day)s", day=local_date(row.taken_on))))
    if row.expires_on:
        past = row.expires_on < today
        lines.append(
            str(_("Expired on %(day)s", day=local_date(row.expires_on)))
            if past
            else str(_("Valid until %(day)s", day=local_date(row.expires_on)))
        )
    return lines


def skills(session: Session, profile: Profile) -> list[Line]:
    if not profile.skills:
        return []
    levels = {row.order: row for row in framework.levels(session)}
    ordered = sorted(profile.skills, key=lambda row: (-(row.level or 0), local(row.skill).casefold()))
    return [Line(local(row.skill), _skill_values(row, levels), note=row.evidence) for row in ordered]


def _skill_values(row: ProfileSkill, levels: dict[int, SkillLevel]) -> list[str]:
    values = [local(levels.get(row.level)) if row.level is not None else str(words.NOT_YET)]
    if row.level is not None and row.develop:
        values.append(str(_("I want to develop this skill further")))
    if row.proposed:
        values.append(str(_("Recognised in your text, not yet confirmed by you")))
    if not row.skill.active:
        values.append(str(_("No longer in the framework")))
    return values


def experience(profile: Profile) -> list[Line]:
    labels = {Language.EN: _("In English"), Language.KO: _("In Korean")}
    return [
        Line(
            str(labels[row.lang]),
            [row.content],
            language=row.lang,
            note="" if row.state is TextState.ORIGINAL else str(_("Translation")),
        )
        for row in sorted(profile.texts, key=lambda row: (row.state is not TextState.ORIGINAL, row.lang))
        if row.field == EXPERIENCE and row.content
    ]


def wishes(session: Session, profile: Profile) -> list[Line]:
    kinds = {row.code: local(row) for row in rows_in_force(session, ExchangeKind)}
    places = {row.code: local(row) for row in framework.regions(session, profile.organisation.country.other)}
    families = {row.id: local(row) for row in framework.families(session)} if profile.role_families else {}
    wanted = [local(row.skill) for row in profile.skills if row.develop]
    return [
        line(_("Kinds of exchange"), [kinds.get(code, code) for code in profile.kinds]),
        line(_("Earliest start"), [local_date(profile.available_from)]),
        line(_("Latest end date"), [local_date(profile.available_to)]),
        line(_("Length"), [str(words.LENGTHS[LengthBand(code)]) for code in profile.lengths]),
        line(_("Full or part time"), [str(words.PATTERNS[WorkingPattern(code)]) for code in profile.working_patterns]),
        line(_("On site or remote"), [str(words.MODES[WorkMode(code)]) for code in profile.work_modes]),
        line(_("Where you would like to work"), [places.get(code, code) for code in profile.wished_regions]),
        line(_("Role families"), [families.get(code, code) for code in profile.role_families]),
        line(_("Skills to develop"), sorted(wanted)),
    ]


def _basis(session: Session, profile: Profile) -> list[Line]:
    lines = []
    for basis in bases_of(session, profile.organisation):
        answer = answer_in_force(profile, basis)
        if answer is None:
            told = str(_("Not answered"))
        elif basis.mode == "consent":
            told = str(_("I consent") if answer.agreed else _("I do not consent"))
        else:
            told = str(_("Yes") if answer.agreed else _("No"))
        since = str(_("Answered on %(day)s", day=local_date(answer.recorded_at))) if answer else ""
        lines.append(line(local(basis, "title"), [told, since]))
    return lines
