"""Both sides of a suggestion in the reader's words, from its frozen snapshots: nothing here tells who the person is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from models import ExchangeKind, Grade, LanguageTest, MatchSuggestion, Skill, SkillLevel
from models.types import Cefr, LengthUnit, WorkingPattern, WorkMode
from talent.framework import dated
from talent.framework import queries as framework
from talent.i18n import _, current_language, local, local_date, local_list, local_number
from talent.opportunities import words
from talent.profiles.masking import masked_text
from talent.profiles.words import LENGTHS


@dataclass(frozen=True)
class Line:
    """One line of a summary; an empty value is shown as not stated."""

    label: Any
    value: str
    note: Any = ""


@dataclass(frozen=True)
class Words:
    """A text that somebody wrote, with its language when it is known."""

    content: str
    lang: str = ""
    heading: str = ""


@dataclass(frozen=True)
class SkillLine:
    """A skill with its level; `note` says essential or desirable, or that the person wants to develop it."""

    name: str
    level: str
    note: Any = ""


@dataclass(frozen=True)
class SideView:
    lines: list[Line]
    skills: list[SkillLine]
    texts: list[Words]


@dataclass(frozen=True)
class Names:
    """Names of every code that a snapshot holds, read in a fixed number of statements."""

    kinds: Mapping[str, ExchangeKind]
    regions: Mapping[str, Any]
    grades: Mapping[str, Grade]
    languages: Mapping[str, Any]
    tests: Mapping[str, LanguageTest]
    families: Mapping[str, Any]
    levels: Mapping[int, SkillLevel]
    skills: Mapping[str, Skill]

    def named(self, table: str, codes: Iterable[str]) -> str:
        """The names of some codes, with commas between; an unknown code shows as itself."""
        rows = getattr(self, table)
        return ", ".join(local(rows[code]) if code in rows else code for code in codes)


def names_for(session: Session, suggestion: MatchSuggestion) -> Names:
    """Read the names that the pages of one suggestion need."""
    return names_of(session, [suggestion])


def names_of(session: Session, suggestions: Iterable[MatchSuggestion]) -> Names:
    """Read the names that a page of these suggestions needs."""
    found = list(suggestions)
    wanted = [
        row["skill_id"]
        for suggestion in found
        for snapshot in (suggestion.profile_snapshot, suggestion.opportunity_snapshot)
        for row in snapshot["record"]["skills"]
    ]
    wanted += [_skill_of(row["field"]) for one in found for row in one.profile_snapshot["shown"]["texts"]]
    return Names(
        kinds={row.code: row for row in dated.rows_in_force(session, ExchangeKind)},
        regions={row.code: row for row in framework.regions(session)},
        grades={row.id: row for row in framework.grades(session)},
        languages={row.code: row for row in framework.spoken_languages(session)},
        tests={row.code: row for row in framework.language_tests(session)},
        families={row.id: row for row in framework.families(session)},
        levels={row.order: row for row in framework.levels(session)},
        skills=framework.skills_by_id(session, wanted),
    )


def title_of(suggestion: MatchSuggestion) -> Words:
    """The post's title for this reader: in their language where there is one, else in the other."""
    return _for_reader(suggestion.opportunity_snapshot["shown"]["texts"], "title")


def person_side(suggestion: MatchSuggestion, names: Names) -> SideView:
    """What the person offers and looks for, without who they are."""
    record, shown = suggestion.profile_snapshot["record"], suggestion.profile_snapshot["shown"]
    lines = [
        Line(_("Country"), str(words.COUNTRY[suggestion.sending_country])),
        Line(_("Grade (about)"), *_grade(shown.get("grade_id"), names, suggestion)),
        Line(_("Languages"), "; ".join(_languages(record["languages"], shown["languages"], names))),
        Line(_("Kinds of exchange"), names.named("kinds", record["kinds"])),
        Line(_("Available"), words.span(_day(record["available_from"]), _day(record["available_to"]))),
        Line(_("Length"), local_list(text for band, text in LENGTHS.items() if band in record["lengths"])),
        Line(
            _("Full or part time"),
            ", ".join(str(words.PATTERN[WorkingPattern(code)]) for code in record["working_patterns"]),
        ),
        Line(
            _("How they want to work"), ", ".join(str(words.WORK_MODE[WorkMode(code)]) for code in record["work_modes"])
        ),
        Line(_("Places they would like"), names.named("regions", record["wished_regions"])),
        Line(_("Role families"), names.named("families", record["role_families"])),
    ]
    skills = [
        SkillLine(
            names.named("skills", [row["skill_id"]]),
            local(names.levels.get(row["level"])) if row["level"] else "",
            _("Wants to develop") if row["develop"] else "",
        )
        for row in sorted(record["skills"], key=lambda row: (-(row["level"] or 0), row["skill_id"]))
    ]
    texts = [
        # Masked when it was frozen; once more, for a name or a rule that has changed since.
        Words(masked_text(suggestion.profile, row["content"]), row["lang"], _text_heading(row["field"], names))
        for row in shown["texts"]
        if row["content"].strip()
    ]
    return SideView(lines, skills, texts)


def post_side(suggestion: MatchSuggestion, names: Names) -> SideView:
    """What the post offers and asks for, as it was when the pairing was suggested."""
    record, shown = suggestion.opportunity_snapshot["record"], suggestion.opportunity_snapshot["shown"]
    pattern, mode = record["working_pattern"], record["work_mode"]
    lines = [
        Line(_("Host organisation"), local(suggestion.opportunity.organisation)),
        Line(_("Country"), str(words.COUNTRY[suggestion.receiving_country])),
        Line(_("Kind of exchange"), names.named("kinds", [record["kind"]] if record["kind"] else [])),
        Line(_("Places"), local_number(shown["places"])),
        Line(_("Start"), words.span(_day(record["start_earliest"]), _day(record["start_latest"]))),
        Line(_("Length"), post_length(suggestion)),
        Line(_("Full or part time"), str(words.PATTERN[WorkingPattern(pattern)]) if pattern else ""),
        Line(_("How the work is done"), str(words.WORK_MODE[WorkMode(mode)]) if mode else ""),
        Line(_("Region"), names.named("regions", [record["region"]] if record["region"] else [])),
        Line(_("Working language"), _working_language(record, names)),
        Line(_("Grades (about)"), *_grade_range(shown, names, suggestion)),
    ]
    skills = [
        SkillLine(
            names.named("skills", [row["skill_id"]]),
            local(names.levels.get(row["level"])),
            _("Essential") if row["essential"] else _("Desirable"),
        )
        for row in sorted(record["skills"], key=lambda row: (not row["essential"], row["skill_id"]))
    ]
    description = _for_reader(shown["texts"], "description")
    return SideView(lines, skills, [description] if description.content else [])


def post_length(suggestion: MatchSuggestion) -> str:
    """The post's length, as it was when the pairing was suggested."""
    shown = suggestion.opportunity_snapshot["shown"]
    return str(words.length(shown["length"], LengthUnit(shown["length_unit"])))


def _for_reader(texts: list[dict[str, str]], field: str) -> Words:
    mine = current_language().value
    found = [row for row in texts if row["field"] == field and row["content"].strip()]
    best = sorted(found, key=lambda row: row["lang"] != mine)
    return Words(best[0]["content"], best[0]["lang"]) if best else Words("")


def _day(value: str | None) -> str:
    return local_date(date.fromisoformat(value)) if value else ""


def _skill_of(field: str) -> str:
    return field.partition(":")[2]


def _text_heading(field: str, names: Names) -> str:
    skill = _skill_of(field)
    if skill:
        return str(_("Evidence: %(skill)s", skill=names.named("skills", [skill])))
    return str(_("Experience in their own words"))


def _grade(grade_id: str | None, names: Names, suggestion: MatchSuggestion) -> tuple[str, Any]:
    grade = names.grades.get(grade_id or "")
    return (local(grade), _about(grade.counterparts, names, suggestion)) if grade else ("", "")


def _grade_range(shown: Mapping[str, Any], names: Names, suggestion: MatchSuggestion) -> tuple[str, Any]:
    low, high = (names.grades.get(shown.get(key) or "") for key in ("grade_min_id", "grade_max_id"))
    if low is None or high is None:
        return "", ""
    return words.span(local(low), local(high)), _about([*low.counterparts, *high.counterparts], names, suggestion)


def _about(counterparts: list[str], names: Names, suggestion: MatchSuggestion) -> Any:
    """The other country's nearest grades, which are an indication and nothing more."""
    if suggestion.sending_country is suggestion.receiving_country:
        return ""
    near = sorted(
        {code for code in counterparts if code in names.grades}, key=lambda code: names.grades[code].order_in_country
    )
    found = words.span(local(names.grades[near[0]]), local(names.grades[near[-1]])) if near else ""
    return (
        _("Roughly comparable to %(grades)s. Grades in the two countries are not equivalent.", grades=found)
        if found
        else ""
    )


def _languages(abilities: list[dict[str, Any]], shown: list[dict[str, Any]], names: Names) -> Iterable[str]:
    levels = {row["language"]: row for row in abilities}
    for row in shown:
        ability = levels.get(row["language"], {})
        parts = _levels(ability.get("speaking"), ability.get("reading"))
        if row["basis"] == "test" and row["test"]:
            parts.append(f"{names.named('tests', [row['test']])} {row['score'] or ''}".strip())
        else:
            parts.append(str(_("own assessment")))
        yield f"{names.named('languages', [row['language']])} ({', '.join(parts)})"


def _levels(speaking: int | None, reading: int | None) -> list[str]:
    """Levels by their place on the CEFR scale, 1 for A1 to 6 for C2."""
    scale = list(Cefr)
    found = []
    if speaking:
        found.append(str(_("speaking %(level)s", level=scale[speaking - 1].value)))
    if reading:
        found.append(str(_("reading %(level)s", level=scale[reading - 1].value)))
    return found


def _working_language(record: Mapping[str, Any], names: Names) -> str:
    if not record["working_language"]:
        return ""
    parts = _levels(record["speaking"], record["reading"])
    if record["interpreter"]:
        parts.append(str(_("interpreter provided")))
    name = names.named("languages", [record["working_language"]])
    return f"{name} ({', '.join(parts)})" if parts else name


def kind_name(suggestion: MatchSuggestion, kinds: Mapping[str, ExchangeKind]) -> str:
    """The kind of exchange of a suggestion in a list."""
    code = suggestion.opportunity_snapshot["record"]["kind"]
    return local(kinds[code]) if code in kinds else ""
