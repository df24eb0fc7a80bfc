"""The whole way of a civil servant: an empty task list, every step, an active profile."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from models.types import Country, Language, ProfileStatus, TextState
from talent.profiles import queries
from tests.support import build
from tests.support.page import Page, Visitor


def fill_skills(visitor: Visitor, level: str) -> Page:
    """Add three skills by searching and save them with a level and evidence."""
    for word in ("Agile and Lean practices", "웹 접근성", "Data modelling"):
        found = visitor.page("profiles.find_skills", q=word)
        skill = _first_result(found)
        added = visitor.post(
            visitor.url("profiles.add_skill"),
            {"csrf_token": _token(found), "skill": skill, "q": word, f"{skill}:level": level},
        )
        assert added.status_code == 302
    return visitor.page("profiles.skills")


def _first_result(page: Page) -> str:
    form = page.form("skill")
    return next(item.get("value", "") for item in form.iter("input") if item.get("name") == "skill")


def _token(page: Page) -> str:
    form = page.form("csrf_token")
    return next(item.get("value", "") for item in form.iter("input") if item.get("name") == "csrf_token")


def test_whole_journey_in_english(session: Session, sign_in: Any) -> None:
    person = build.civil_servant(session)
    visitor = sign_in(person)
    page = visitor.page("profiles.task_list")
    assert page.heading == "Your profile"
    assert "You have completed 0 of 6 sections" in page.text
    assert queries.profile_of(session, person) is None, "no row before the first save"

    page = page.click("About you").submit("grade", grade="UK-G7", region="UK-TLI").follow()
    assert page.heading == "Languages"
    page = (
        page.click("Add a language")
        .submit(
            "language",
            language="ko",
            basis="test",
            test="topik-2",
            score="195",
            **{"taken_on-day": "1", "taken_on-month": "3", "taken_on-year": "2026"},
        )
        .follow()
    )
    assert "about CEFR C1 (indicative)" in page.text
    assert "Valid until 1 March 2028" in page.text
    page = page.submit("continue").follow()
    assert page.heading == "Skills"
    page = fill_skills(visitor, "3")
    assert page.heading == "Skills"
    page = page.submit("then").follow()
    assert page.heading == "Experience in your own words"
    assert "OFFICIAL only; no system or operational detail" in page.text
    page = page.submit("text", text="I moved a payments service\nto the cloud.").follow()
    assert page.heading == "What you are looking for"
    page = page.submit(
        "kinds",
        kinds=["secondment", "study_visit"],
        lengths=["3_to_6_months"],
        wished_regions=["KR-11"],
        role_families=["data"],
        work_modes=["on_site"],
        working_patterns=["full_time"],
    ).follow()
    assert page.heading == "Taking part and being shown abroad"
    assert "public task" in page.text
    page = page.submit("taking_part", taking_part="yes", showing_abroad="yes").follow()
    assert page.heading == "Check your answers"
    for told in ("Grade 7", "London", "TOPIK II", "Practitioner", "payments service", "Study visit", "Seoul"):
        assert told in page.text, told
    page = page.submit("Activate your profile").follow()
    assert page.heading == "Your profile is active"
    assert "What happens next" in page.text
    session.expire_all()
    profile = queries.own_profile(session, person)
    assert profile.status is ProfileStatus.ACTIVE
    assert {row.state for row in profile.texts} == {TextState.ORIGINAL, TextState.AWAITED}
    page = visitor.page("profiles.task_list")
    assert "Active" in page.text
    assert "You activated your profile" in page.text


def test_whole_journey_in_korean(session: Session, sign_in: Any) -> None:
    person = build.civil_servant(session, country=Country.KR, language=Language.KO)
    visitor = sign_in(person)
    page = visitor.page("profiles.about_you")
    assert "5급(사무관)" in page.text
    page = page.submit("grade", grade="KR-5", job_series="전산직", region="KR-50").follow()
    page = (
        visitor.page("profiles.add_language")
        .submit("language", language="en", basis="self", speaking="B2", reading="C1")
        .follow()
    )
    assert "B2" in page.text
    page = page.submit("continue").follow()
    page = fill_skills(visitor, "2")
    page = page.submit("then").follow()
    page = page.submit("text", written_in="ko", text="전자정부 서비스를 운영했습니다.").follow()
    page = page.submit("kinds", kinds=["training_placement"]).follow()
    assert "개인정보 국외 이전 동의" in page.text
    assert "Reference to be entered" not in page.text, "of a text in both languages, the reader's half"
    assert page.html.count('type="radio"') == 10, "five texts, each with its own yes and no"
    assert " checked" not in page.html, "no answer is chosen beforehand"
    page = page.submit(
        "taking_part",
        taking_part="yes",
        collection="yes",
        third_party="yes",
        transfer_abroad="yes",
        showing_abroad="yes",
    ).follow()
    assert "직무훈련" in page.text
    page = page.submit("csrf_token").follow()
    session.expire_all()
    assert queries.own_profile(session, person).status is ProfileStatus.ACTIVE
    page = visitor.page("profiles.task_list")
    assert "역량" in page.text


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_page_opens_without_a_profile(app: Flask, session: Session, sign_in: Any, language: str) -> None:
    person = build.civil_servant(session, language=Language(language))
    visitor = sign_in(person)
    for endpoint in (
        "task_list",
        "about_you",
        "languages",
        "add_language",
        "skills",
        "find_skills",
        "start_from_role",
        "experience",
        "what_you_look_for",
        "taking_part",
    ):
        assert visitor.page(f"profiles.{endpoint}").status_code == 200, endpoint
    for endpoint in ("check_answers", "preview", "pause", "activated", "resume"):
        assert visitor.page(f"profiles.{endpoint}").status_code == 404, endpoint
    assert visitor.page("profiles.withdraw").status_code == 302
