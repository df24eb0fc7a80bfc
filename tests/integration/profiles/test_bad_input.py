"""Whatever is typed: a message beside the field and in the summary, what was typed kept, never an error page."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from models.types import Country, Language
from talent.profiles import queries
from tests.support import build, build_profiles
from tests.support.page import Page, Visitor, controls

SURROGATE = b"\xed\xa0\x80".decode("utf-8", "surrogatepass")
"""A lone surrogate: sent as %ED%A0%80, which is no UTF-8."""
MEGABYTE = "가" * 350_000
HOSTILE = {"unknown": "no-such-id", "nul": "a\x00b", "surrogate": f"a{SURROGATE}", "megabyte": MEGABYTE}
GOOD = {
    "about_you": {"grade": "KR-5", "job_series": "전산직", "region": "KR-11"},
    "add_language": {
        "language": "en",
        "basis": "test",
        "test": "toeic-lr",
        "score": "905",
        "taken_on-day": "2",
        "taken_on-month": "3",
        "taken_on-year": "2026",
    },
    "experience": {"written_in": "ko", "text": "경력입니다.", "other_text": ""},
    "what_you_look_for": {"kinds": "secondment"},
    "taking_part": dict.fromkeys(
        ("taking_part", "collection", "third_party", "transfer_abroad", "showing_abroad"), "yes"
    ),
}
CHOICES = {
    "about_you": ["grade", "region"],
    "add_language": ["language", "basis", "test"],
    "experience": ["written_in"],
    "what_you_look_for": ["kinds", "lengths", "working_patterns", "work_modes", "wished_regions", "role_families"],
    "taking_part": list(GOOD["taking_part"]),
}
TEXTS = {"about_you": ["job_series"], "add_language": ["score"], "experience": ["text", "other_text"]}
DAYS = {"add_language": ["taken_on", "expires_on"], "what_you_look_for": ["available_from", "available_to"]}


def send(visitor: Visitor, step: str, changes: dict[str, Any]) -> Page:
    """Send a step as a browser would, with bytes that are no text where a lone surrogate is given."""
    page = visitor.page(f"profiles.{step}")
    data = {**controls(page.form("version")), **GOOD[step], **changes}
    encoded = {
        key: [_raw(value) for value in (item if isinstance(item, list) else [item])] for key, item in data.items()
    }
    return visitor.post(page.url, encoded)


def _raw(value: str) -> Any:
    return value.encode("utf-8", "surrogatepass") if SURROGATE in value else value


def assert_told(page: Page, field: str, typed: str | None = None) -> None:
    assert page.status_code == 200
    assert page.errors(), "nothing in the summary"
    assert page.tree is not None
    told = [
        element.get("id") for element in page.tree.iter("p") if "govuk-error-message" in (element.get("class") or "")
    ]
    assert f"{field}-error" in told, (field, told)
    if typed is not None:
        assert typed in page.html


@pytest.fixture
def visitor(session: Session, sign_in: Any) -> Visitor:
    visitor: Visitor = sign_in(build.civil_servant(session, country=Country.KR))
    return visitor


CASES = [(step, field, kind) for step, fields in CHOICES.items() for field in fields for kind in HOSTILE]


@pytest.mark.parametrize(("step", "field", "kind"), CASES)
def test_choice_that_is_not_on_the_list(visitor: Visitor, step: str, field: str, kind: str) -> None:
    assert_told(send(visitor, step, {field: HOSTILE[kind]}), field)


@pytest.mark.parametrize(
    ("step", "field"),
    [(step, field) for step, fields in CHOICES.items() for field in fields if step != "what_you_look_for"]
    + [("what_you_look_for", "kinds"), ("add_language", "score"), ("add_language", "taken_on"), ("experience", "text")],
)
def test_missing(visitor: Visitor, step: str, field: str) -> None:
    empty = {"taken_on-day": "", "taken_on-month": "", "taken_on-year": ""} if field == "taken_on" else {field: ""}
    assert_told(send(visitor, step, empty), field)


@pytest.mark.parametrize(
    ("step", "field", "kind"),
    [
        (step, field, kind)
        for step, fields in TEXTS.items()
        for field in fields
        for kind in HOSTILE
        if kind != "unknown"
    ],
)
def test_text_that_cannot_be_kept(visitor: Visitor, step: str, field: str, kind: str) -> None:
    page = send(visitor, step, {field: HOSTILE[kind]})
    assert_told(page, field, typed={"megabyte": "가" * 100, "nul": "a\ufffd", "surrogate": "a%ED%A0%80"}[kind])


@pytest.mark.parametrize(
    ("step", "field", "day"),
    [
        (step, field, day)
        for step, fields in DAYS.items()
        for field in fields
        for day in (
            ("31", "2", "2027"),
            ("x", "y", "z"),
            ("1", "", "2027"),
            ("1\x00", "2", "2027"),
            (MEGABYTE, "1", "1"),
            ("1", "1", "99999"),
            (f"{SURROGATE}1", "1", "2027"),
        )
    ],
)
def test_day_that_is_none(visitor: Visitor, step: str, field: str, day: tuple[str, str, str]) -> None:
    parts = dict(zip((f"{field}-day", f"{field}-month", f"{field}-year"), day, strict=True))
    page = send(visitor, step, parts)
    assert_told(
        page, field, typed=None if "\x00" in day[0] or len(day[0]) > 5 or SURROGATE in day[0] else f'value="{day[0]}"'
    )


def day(field: str, iso: str) -> dict[str, str]:
    year, month, number = iso.split("-")
    return {f"{field}-year": year, f"{field}-month": month, f"{field}-day": number}


@pytest.mark.parametrize(
    ("step", "changes", "field"),
    [
        ("what_you_look_for", day("available_from", "2020-01-01"), "available_from"),
        ("what_you_look_for", day("available_to", "2020-01-01"), "available_to"),
        (
            "what_you_look_for",
            {**day("available_from", "2199-06-01"), **day("available_to", "2199-05-01")},
            "available_to",
        ),
        ("add_language", day("taken_on", "2199-01-01"), "taken_on"),
        ("add_language", day("expires_on", "2025-01-01"), "expires_on"),
        ("add_language", {"score": "991"}, "score"),
        ("add_language", {"score": "903"}, "score"),
        ("add_language", {"score": "1e400"}, "score"),
        ("add_language", {"score": "nan"}, "score"),
        ("add_language", {"test": "opic", "score": "905"}, "score"),
        ("add_language", {"test": "topik-2", "score": "200"}, "test"),
        ("add_language", {"basis": "self", "speaking": "B2"}, "reading"),
        ("add_language", {"basis": "self", "reading": "B2", "speaking": "Z9"}, "speaking"),
        ("about_you", {"grade": "UK-G7"}, "grade"),
        ("about_you", {"region": "UK-TLI"}, "region"),
        ("about_you", {"job_series": "가" * 101}, "job_series"),
        ("what_you_look_for", {"wished_regions": ["KR-11"]}, "wished_regions"),
        ("experience", {"text": "가" * 12_000, "other_text": "b" * 9_000}, "text"),
        ("experience", {"text": "", "other_text": "Only the other one"}, "text"),
    ],
)
def test_value_that_cannot_be(visitor: Visitor, step: str, changes: dict[str, Any], field: str) -> None:
    assert_told(send(visitor, step, changes), field)


def test_nothing_was_saved_by_any_of_it(session: Session, sign_in: Any) -> None:
    person = build.civil_servant(session, country=Country.KR)
    visitor = sign_in(person)
    for step in GOOD:
        send(visitor, step, {CHOICES[step][0]: "no-such-id"})
    assert queries.profile_of(session, person) is None


def test_messages_are_in_the_readers_language(session: Session, sign_in: Any) -> None:
    visitor = sign_in(build.civil_servant(session, country=Country.KR, language=Language.KO))
    page = send(visitor, "about_you", {"grade": ""})
    assert page.errors() == ["직급을 선택하십시오"]


@pytest.mark.parametrize(
    ("changes", "field", "typed"),
    [
        ({"accessibility:level": ""}, "accessibility:level", None),
        ({"accessibility:level": "9"}, "accessibility:level", None),
        ({"accessibility:level": "a\x00"}, "accessibility:level", None),
        ({"accessibility:evidence": "x" * 501}, "accessibility:evidence", "x" * 501),
        ({"accessibility:evidence": "a\x00b"}, "accessibility:evidence", "a\ufffdb"),
        ({"accessibility:evidence": MEGABYTE}, "accessibility:evidence", "가" * 501),
        ({"accessibility:evidence": f"a{SURROGATE}"}, "accessibility:evidence", "a%ED%A0%80"),
    ],
)
def test_skill_rows(session: Session, sign_in: Any, changes: dict[str, str], field: str, typed: str | None) -> None:
    person = build.civil_servant(session)
    before = build_profiles.draft(session, person).version
    visitor = sign_in(person)
    page = visitor.page("profiles.skills")
    data = {**controls(page.form("version")), **{key: [_raw(value)] for key, value in changes.items()}}
    answer = visitor.post(page.url, data)
    assert_told(answer, field, typed)
    assert "Accessibility" in answer.errors()[0], "the summary says which skill"
    session.expire_all()
    assert queries.own_profile(session, person).version == before


@pytest.mark.parametrize("kind", HOSTILE)
def test_other_skill_doors(session: Session, sign_in: Any, kind: str) -> None:
    visitor = sign_in(build.civil_servant(session))
    value = _raw(HOSTILE[kind])
    start = visitor.page("profiles.start_from_role")
    token = controls(start.form("role_level"))["csrf_token"]
    assert_told(visitor.post(start.url, {"csrf_token": token, "role_level": value}), "role_level")
    unknown = visitor.post(visitor.url("profiles.add_skill"), {"csrf_token": token, "skill": value})
    assert unknown.status_code == 400
    unleveled = visitor.post(
        visitor.url("profiles.add_skill"), {"csrf_token": token, "skill": "accessibility", "q": "accessibility"}
    )
    assert_told(unleveled, "accessibility:level")
    sent = visitor.page("profiles.skills")
    assert visitor.post(sent.url, {"csrf_token": token, "skill": value}).status_code == 200
    if kind != "megabyte":
        assert visitor.page("profiles.find_skills", q=HOSTILE[kind].replace(SURROGATE, "\ufffd")).status_code == 200
        assert visitor.page("profiles.suggest_skills", q=HOSTILE[kind].replace(SURROGATE, "\ufffd")).status_code == 200
