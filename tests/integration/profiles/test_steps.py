"""Each step saved on its own: twice the same, two windows, editing an active profile, and what a page costs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models import AuditEntry, LawfulBasis, Profile, Skill, User
from models.text import text_hash
from models.types import BasisPurpose, Country, Language, LanguageBasis, ProfileStatus, TextState
from talent.db import transaction
from talent.errors import Invalid
from talent.extensions import db
from talent.profiles import queries, services, views
from talent.profiles.answers import (
    Experience,
    LanguageAnswer,
    SkillAnswer,
    original_text,
    text_in,
)
from talent.profiles.steps import STEPS, Progress, progress
from tests.support import build, build_profiles
from tests.support.page import Visitor, controls


def audit_rows(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


@pytest.mark.parametrize("step", ["about_you", "experience", "what_you_look_for", "taking_part", "skills"])
def test_sent_twice_changes_once(session: Session, sign_in: Any, step: str) -> None:
    person = build.civil_servant(session)
    build_profiles.draft(session, person)
    visitor = sign_in(person)
    page = visitor.page(f"profiles.{step}")
    every: dict[str, dict[str, Any]] = {
        "about_you": {"grade": "UK-G7", "region": "UK-TLI"},
        "experience": {"text": "Something new"},
        "what_you_look_for": {"kinds": ["study_visit"]},
        "taking_part": {"showing_abroad": "no"},
        "skills": {"accessibility:level": "1", "accessibility:evidence": "Led an audit"},
    }
    changes = every[step]
    assert page.submit("version", **changes).status_code == 302
    session.expire_all()
    version, rows = queries.own_profile(session, person).version, audit_rows(session)
    assert page.submit("version", **changes).status_code == 302
    session.expire_all()
    assert (queries.own_profile(session, person).version, audit_rows(session)) == (version, rows)


CONFLICTS: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, str]]] = {
    "about_you": (
        {"grade": "UK-G7", "region": "UK-TLI"},
        {"grade": "UK-SEO", "region": "UK-TLI"},
        ("Grade 7", "Senior Executive Officer"),
    ),
    "experience": ({"text": "First window"}, {"text": "Second window"}, ("First window", "Second window")),
    "what_you_look_for": ({"kinds": ["secondment"]}, {"kinds": ["study_visit"]}, ("Secondment", "Study visit")),
    "taking_part": ({"taking_part": "no"}, {"taking_part": "yes", "showing_abroad": "no"}, ("Yes", "No")),
    "skills": ({"accessibility:level": "1"}, {"accessibility:level": "4"}, ("Awareness", "Expert")),
}


@pytest.mark.parametrize("step", CONFLICTS)
def test_second_window_gets_both_versions(session: Session, sign_in: Any, step: str) -> None:
    first, second, told = CONFLICTS[step]
    person = build.civil_servant(session)
    build_profiles.draft(session, person)
    visitor = sign_in(person)
    one, two = visitor.page(f"profiles.{step}"), visitor.page(f"profiles.{step}")
    assert one.submit("version", **first).status_code == 302
    conflict = two.submit("version", **second)
    assert conflict.status_code == 409
    for words in told:
        assert words in conflict.text
    assert "Keep what is saved now" in conflict.links()
    assert conflict.submit("Save mine anyway").status_code == 302
    again = visitor.page(f"profiles.{step}")
    sent = controls(again.form("version"))
    for name, value in second.items():
        assert sent[name] == (value if isinstance(value, list) else [value])


def test_windows_on_different_steps_do_not_meet(session: Session, sign_in: Any) -> None:
    person = build.civil_servant(session)
    visitor = sign_in(person)
    about, wishes = visitor.page("profiles.about_you"), visitor.page("profiles.what_you_look_for")
    assert about.submit("version", grade="UK-G7", region="UK-TLI").status_code == 302
    assert wishes.submit("version", kinds=["secondment"]).status_code == 302


def test_language_changed_in_two_windows(session: Session, sign_in: Any) -> None:
    person = build.civil_servant(session)
    build_profiles.draft(session, person)
    visitor = sign_in(person)
    add = visitor.page("profiles.add_language")
    assert add.submit("version", language="ko", basis="self", speaking="A2", reading="B1").status_code == 302
    assert add.submit("version", language="ko", basis="self", speaking="A2", reading="B1").status_code == 302
    clash = add.submit("version", language="ko", basis="self", speaking="C2", reading="B1")
    assert clash.errors() == ["You have added this language already"]
    one, two = (visitor.page("profiles.edit_language", code="ko") for _window in range(2))
    assert one.submit("version", speaking="B1").status_code == 302
    conflict = two.submit("version", speaking="B2")
    assert conflict.status_code == 409
    assert conflict.submit("Save mine anyway").status_code == 302
    assert "Speaking B2" in visitor.page("profiles.languages").text
    page = visitor.page("profiles.languages").submit("Remove").follow()
    assert "Korean is removed" in page.text
    assert "You have added no language yet" in page.text
    assert visitor.page("profiles.edit_language", code="ko").status_code == 404


@pytest.mark.database
def test_test_result_gets_its_expiry_and_score_checked(session: Session) -> None:
    person = build.civil_servant(session)
    build_profiles.draft(session, person)
    answer = LanguageAnswer("en", LanguageBasis.TEST, "ielts", "7.50", date(2024, 2, 29))
    profile = services.save_language(session, person, answer)
    row = profile.languages[0]
    assert (row.score, row.expires_on) == ("7.5", date(2026, 2, 28))
    with pytest.raises(Invalid) as refused:
        services.save_language(
            session, person, LanguageAnswer("en", LanguageBasis.TEST, "ielts", "7.3", date(2024, 1, 1)), before="en"
        )
    assert set(refused.value.fields) == {"score"}


def test_editing_an_active_profile_keeps_it_active(session: Session, sign_in: Any) -> None:
    person = build.civil_servant(session)
    profile = build_profiles.active(session, person)
    visitor = sign_in(person)
    page = visitor.page("profiles.experience").submit("version", text="Newer words").follow()
    assert page.heading.startswith("Your profile")
    assert "Your changes are saved" in page.text
    session.expire_all()
    assert profile.status is ProfileStatus.ACTIVE
    refused = visitor.page("profiles.skills").submit("version", button="Remove")
    assert refused.status_code == 200
    assert refused.errors() == ["You need at least 3 skills with a level; you have 2"]
    refused = visitor.page("profiles.skills").submit("then", **{"accessibility:level": "0"})
    assert refused.errors() == ["You need at least 3 skills with a level; you have 2"]
    session.expire_all()
    assert sum(row.level is not None for row in queries.own_profile(session, person).skills) == 3


@pytest.mark.database
def test_experience_keeps_a_translation_and_tells_when_it_is_stale(session: Session) -> None:
    person = build.civil_servant(session, country=Country.KR)
    profile = services.save_experience(session, person, Experience(Language.KO, "원문"))
    english = text_in(profile, Language.EN)
    assert english is not None
    assert english.state is TextState.AWAITED
    with transaction(session):
        english.content, english.state, english.source_hash = "A translation", TextState.DRAFT, text_hash("원문")
    services.save_experience(session, person, Experience(Language.KO, "새 원문", "A translation"))
    original, english = original_text(profile), text_in(profile, Language.EN)
    assert original is not None
    assert english is not None
    assert english.state is TextState.DRAFT
    assert english.is_stale(original.content)
    services.save_experience(session, person, Experience(Language.KO, "새 원문", "My own English"))
    assert [(row.state, row.is_stale(original.content)) for row in profile.texts if row.lang is Language.EN] == [
        (TextState.CHECKED, False)
    ]
    services.save_experience(session, person, Experience(Language.EN, "My own English", "새 원문"))
    assert {row.lang: row.state for row in profile.texts} == {
        Language.EN: TextState.ORIGINAL,
        Language.KO: TextState.CHECKED,
    }


def test_basis_under_a_text_that_changed_meanwhile_is_asked_again(session: Session, sign_in: Any) -> None:
    person = build.civil_servant(session)
    visitor = sign_in(person)
    page = visitor.page("profiles.taking_part")
    with transaction(session):
        old = session.scalars(
            select(LawfulBasis)
            .where(LawfulBasis.country == "GB", LawfulBasis.purpose == BasisPurpose.TAKING_PART)
            .where(LawfulBasis.valid_to.is_(None))
        ).one()
        values = {
            column.name: getattr(old, column.name)
            for column in LawfulBasis.__table__.columns
            if column.name not in ("id", "valid_from", "valid_to")
        }
        old.valid_from, old.valid_to = date(2026, 11, 20), date(2026, 11, 21)
        session.flush()
        session.add(LawfulBasis(**values, valid_from=date(2026, 11, 21)))
    refused = page.submit("version", taking_part="yes", showing_abroad="yes")
    assert refused.status_code == 200
    assert any("changed while you were reading" in error for error in refused.errors())
    assert refused.submit("version", taking_part="yes", showing_abroad="yes").status_code == 302


def test_start_from_a_role_keeps_own_answers(session: Session, sign_in: Any) -> None:
    person = build.civil_servant(session)
    level = "accessibility-specialist--accessibility-specialist"
    services.save_skills(session, person, [SkillAnswer("consultancy", 4, "Ran a clinic")])
    visitor = sign_in(person)
    page = visitor.page("profiles.start_from_role").submit("role_level", role_level=level).follow()
    assert "skills are added" in page.text
    assert "You started from: Accessibility specialist" in page.text
    session.expire_all()
    held = {row.skill_id: row for row in queries.own_profile(session, person).skills}
    assert (held["consultancy"].level, held["consultancy"].evidence) == (4, "Ran a clinic")
    assert held["communicating-information"].level == 2
    page = visitor.page("profiles.start_from_role").submit("role_level", role_level=level).follow()
    assert "0 skills are added" in page.text


def test_many_skills_are_saved_in_one_post(session: Session, sign_in: Any) -> None:
    person = build.civil_servant(session)
    build_profiles.draft(session, person, skills=45)
    visitor = sign_in(person)
    ids = build_profiles.skill_ids(session, 45)
    changes = {f"{key}:level": "2" for key in ids} | {f"{key}:evidence": f"Evidence for {key}" for key in ids}
    assert visitor.page("profiles.skills").submit("then", **changes, **{f"{ids[0]}:develop": "y"}).status_code == 302
    session.expire_all()
    rows = queries.own_profile(session, person).skills
    assert {row.level for row in rows} == {2}
    assert all(row.evidence == f"Evidence for {row.skill_id}" for row in rows)
    assert [row.skill_id for row in rows if row.develop] == [ids[0]]


def test_removed_skill_comes_back_with_one_press(session: Session, sign_in: Any) -> None:
    person = build.civil_servant(session)
    build_profiles.draft(session, person)
    visitor = sign_in(person)
    page = visitor.page("profiles.skills")
    data = {**controls(page.form("version")), "remove": ["accessibility"], "agile-and-lean-practices:level": ["1"]}
    page = visitor.post(page.url, data).follow()
    assert "Accessibility is removed" in page.text
    session.expire_all()
    held = {row.skill_id: row.level for row in queries.own_profile(session, person).skills}
    assert "accessibility" not in held
    assert held["agile-and-lean-practices"] == 1, "what was typed in other rows is saved too"
    page = page.submit("Undo").follow()
    session.expire_all()
    assert "accessibility" in {row.skill_id for row in queries.own_profile(session, person).skills}


def test_withdrawn_skill_still_shows(session: Session, sign_in: Any) -> None:
    person = build.civil_servant(session)
    build_profiles.draft(session, person)
    with transaction(session):
        session.execute(update(Skill).where(Skill.id == "accessibility").values(active=False))
    visitor = sign_in(person)
    page = visitor.page("profiles.skills")
    assert "No longer in the framework" in page.text
    assert page.submit("then", **{"accessibility:evidence": "Still mine"}).status_code == 302
    assert "No longer in the framework" in visitor.page("profiles.check_answers").text
    other = sign_in(build.civil_servant(session))
    token = controls(other.page("profiles.find_skills", q="agile").form("skill"))["csrf_token"]
    refused = other.post(
        other.url("profiles.add_skill"), {"csrf_token": token, "skill": "accessibility", "accessibility:level": "2"}
    )
    assert refused.status_code == 200
    assert refused.errors() == ["Choose skills from the framework"]


def test_suggestions_know_both_languages(session: Session, sign_in: Any) -> None:
    visitor = sign_in(build.civil_servant(session, language=Language.KO))
    for text in ("웹 접근성", "a11y", "WCAG"):
        found = visitor.page("profiles.suggest_skills", q=text).response.get_json()
        assert "웹 접근성" in [row["name"] for row in found], text
    assert visitor.page("profiles.suggest_skills", q="").response.get_json() == []
    assert sign_in(build.hr(session)).page("profiles.suggest_skills", q="agile").status_code == 200


def test_preview_hides_who_it_is(session: Session, sign_in: Any) -> None:
    person = build.civil_servant(session, country=Country.KR)
    build_profiles.active(session, person, grade_id="KR-5", job_series="전산직", region_code="KR-50")
    page = sign_in(person).page("profiles.preview")
    assert "A civil servant of the Republic of Korea" in page.text
    assert "Grade 5 (samugwan), not SCS" in page.text
    assert person.organisation is not None
    for hidden in (
        person.name_home,
        person.name_romanised,
        person.email,
        "전산직",
        "Sejong",
        person.organisation.name_en,
    ):
        assert hidden not in page.text


def test_account_without_an_organisation(app: Flask, session: Session, sign_in: Any) -> None:
    person = build.civil_servant(session)
    with transaction(session):
        person.organisation_id = None
    visitor = sign_in(person)
    assert "Choose your organisation" in visitor.page("profiles.task_list").text
    assert visitor.page("profiles.about_you").status_code == 400


@pytest.mark.database
def test_progress_is_derived(session: Session) -> None:
    person = build.civil_servant(session)
    assert person.organisation is not None
    facts = queries.requirements(session, person, person.organisation)
    assert {state for _step, state in progress(None, facts)} == {Progress.NOT_STARTED}
    profile = services.save_skills(session, person, [SkillAnswer("accessibility", 2)])
    states = {step.key: state for step, state in progress(profile, facts)}
    assert states["skills"] is Progress.IN_PROGRESS
    profile = build_profiles.draft(session, person)
    states = {step.key: state for step, state in progress(profile, facts)}
    assert states["skills"] is states["experience"] is states["taking_part"] is Progress.DONE
    assert len(states) == len(STEPS)


@pytest.mark.database
def test_one_live_profile_a_person(session: Session) -> None:
    person = build.civil_servant(session)
    first = services.start_or_get_draft(session, person)
    assert services.start_or_get_draft(session, person).id == first.id
    assert session.scalar(select(func.count()).select_from(Profile)) == 1


PAGES = [
    "task_list",
    "about_you",
    "languages",
    "skills",
    "experience",
    "what_you_look_for",
    "taking_part",
    "check_answers",
    "preview",
    "find_skills",
]


def test_pages_cost_the_same_however_much_they_show(session: Session, sign_in: Any, statements: list[str]) -> None:
    small, large = build.civil_servant(session), build.civil_servant(session)
    build_profiles.draft(session, small)
    build_profiles.draft(session, large, skills=60)
    for code, test, score in (("en", "ielts", "7"), ("ko", "topik-2", "200")):
        services.save_language(session, large, LanguageAnswer(code, LanguageBasis.TEST, test, score, date(2026, 1, 2)))
    services.save_language(session, small, LanguageAnswer("en", LanguageBasis.TEST, "ielts", "7", date(2026, 1, 2)))
    first: Visitor = sign_in(small)
    first.page("profiles.find_skills")  # reads the names of skills, once for a process
    costs: list[dict[str, int]] = []
    for person in (small, large):
        visitor: Visitor = sign_in(person)
        cost = {}
        for page in PAGES:
            statements.clear()
            assert visitor.page(f"profiles.{page}").status_code == 200
            # once a minute a visit also notes that its person is still there
            cost[page] = sum(not statement.startswith("UPDATE user_session") for statement in statements)
        costs.append(cost)
    assert costs[0] == costs[1]
    assert max(costs[0].values()) <= 26, costs[0]


@pytest.mark.database
def test_owner_sees_who_has_viewed(session: Session, sign_in: Any) -> None:
    person = build.civil_servant(session, language=Language.KO)
    profile = build_profiles.active(session, person)
    visitor = sign_in(person)
    assert "아직 열람한 사람이 없습니다" in visitor.page("profiles.viewed_by").text
    reviewer, staff = build.administrator(session), build.hr(session, country=Country.KR)
    for _visit in range(3):
        views.record_view(session, reviewer, profile, seen_as=views.SeenAs.ADMINISTRATOR, country=Country.GB)
    views.record_view(
        session, staff, profile, seen_as=views.SeenAs.HOST, organisation_id=staff.organisation_id, unmasked=True
    )
    views.record_view(session, person, profile, seen_as=views.SeenAs.HOME)
    page = visitor.page("profiles.task_list").click("열람한 사람")
    assert staff.organisation is not None
    assert page.text.count("영국 관리자") == 1
    assert f"{staff.organisation.name_ko} 인사 담당자 표시됨" in page.text
    assert staff.name_home not in page.text
    assert len(views.views_of(session, profile)) == 2


@pytest.mark.database
def test_two_windows_start_one_draft(app: Flask, session: Session) -> None:
    person_id = build.civil_servant(session).id
    session.rollback()

    def start(_number: int) -> Any:
        with app.app_context():
            own = db.session()
            try:
                return services.start_or_get_draft(own, own.get_one(User, person_id)).id
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(start, range(8)))) == 1
