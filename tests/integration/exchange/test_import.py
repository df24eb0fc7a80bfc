"""Importing posts and profiles from the command line, and what administrators see of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import AuditEntry, ImportedRow, MatchSuggestion, Opportunity, OutboxItem, Profile
from models.types import Country, OpportunityStatus, ProfileStatus, TextState
from talent import outbox
from talent.exchange import services
from talent.extensions import db
from tests.support import build
from tests.support.page import Visitor

POST = {
    "id": "post-1",
    "title": "Senior data engineer",
    "text": "You will design data pipelines and practise data modelling. Data modelling and metadata matter.",
    "language": "en",
    "country": "US",
}
PERSON = {
    "id": "person-1",
    "text": "I built data pipelines for a ministry and I review the work of others.",
    "language": "en",
    "role_level_id": "data-engineer--data-engineer",
    "skills": [{"skill_id": "data-modelling-cleansing-and-enrichment-data-engineer", "level": "working"}],
}


@pytest.fixture
def skill_id(session: Session) -> str:
    from models import Skill

    found = session.scalar(select(Skill.id).where(Skill.active, Skill.id.like("data-%")).order_by(Skill.id).limit(1))
    assert found is not None
    return found


@pytest.fixture
def host(session: Session) -> str:
    return build.organisation(session, country=Country.KR).id


@pytest.fixture
def home(session: Session) -> str:
    return build.organisation(session, country=Country.GB).id


def run(app: Flask, *arguments: str, lines: list[Any] | str = "") -> Result:
    text = lines if isinstance(lines, str) else "\n".join(json.dumps(line) for line in lines)
    return app.test_cli_runner().invoke(args=["import", *arguments], input=text)


def posts(session: Session) -> list[Opportunity]:
    return list(session.scalars(select(Opportunity).order_by(Opportunity.external_id)))


@pytest.mark.database
def test_posts_arrive_as_drafts_with_proposed_skills_and_a_list_of_what_is_missing(
    app: Flask, session: Session, host: str
) -> None:
    result = run(app, "opportunities", "-", "--organisation", host, lines=[POST])

    assert result.exit_code == 0, result.output
    assert "1 created, 0 already there, 0 refused" in result.stdout
    assert "line 1: post-1: to complete:" in result.stdout
    assert "length" in result.stdout
    post = posts(session)[0]
    assert post.status is OpportunityStatus.DRAFT
    assert post.organisation_id == host
    assert post.skills
    assert all(skill.proposed for skill in post.skills)
    states = {(text.field, text.lang): text.state for text in post.texts}
    assert states == {
        ("title", "en"): TextState.ORIGINAL,
        ("description", "en"): TextState.ORIGINAL,
        ("title", "ko"): TextState.AWAITED,
        ("description", "ko"): TextState.AWAITED,
    }


def test_the_same_file_twice_adds_nothing(app: Flask, session: Session, host: str, tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text("\n".join(json.dumps({**POST, "id": f"post-{number}"}) for number in range(5)))

    first = run(app, "opportunities", str(file), "--organisation", host)
    second = run(app, "opportunities", str(file), "--organisation", host)

    assert "5 created" in first.stdout
    assert "0 created, 5 already there, 0 refused" in second.stdout
    assert len(posts(session)) == 5


def test_bad_lines_are_reported_and_good_ones_kept(app: Flask, session: Session, host: str) -> None:
    lines = [
        json.dumps(POST),
        "{not json",
        '["a list"]',
        json.dumps({**POST, "id": "x", "title": ""}),
        json.dumps({**POST, "id": "x", "text": 7}),
        json.dumps({**POST, "id": "x", "text": "a" * 40_001}),
        json.dumps({**POST, "id": "x", "title": "a\x00b"}),
        '{"id": "x", "title": "\\ud800", "text": "t", "language": "en"}',
        json.dumps({**POST, "id": "x", "language": "fr"}),
        "",
        json.dumps({**POST, "id": "post-2"}),
    ]

    result = run(app, "opportunities", "-", "--organisation", host, lines="\n".join(lines))

    assert result.exit_code == 0, result.output
    assert "2 created, 0 already there, 8 refused" in result.stdout
    for number in range(2, 10):
        assert f"line {number}: refused: " in result.stdout
    assert "line 10" not in result.stdout
    assert "title" in next(line for line in result.stdout.splitlines() if line.startswith("line 4:"))
    assert [post.external_id for post in posts(session)] == ["post-1", "post-2"]


def test_invisible_characters_are_taken_out_of_texts(app: Flask, session: Session, host: str) -> None:
    line = {**POST, "title": "Data\u200b engineer\u202e", "text": "\ufeffPipelines\u2066 and ﬁles"}

    run(app, "opportunities", "-", "--organisation", host, lines=[line])

    texts = {text.field: text.content for text in posts(session)[0].texts if text.content}
    assert texts == {"title": "Data engineer", "description": "Pipelines and files"}


def test_bytes_that_are_no_text_are_refused_with_their_line(app: Flask, host: str, tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_bytes(b"\xff\xfe\n" + json.dumps(POST).encode() + b"\n")

    result = run(app, "opportunities", str(file), "--organisation", host)

    assert "line 1: refused" in result.stdout
    assert "1 created" in result.stdout


def test_posts_can_arrive_published_and_the_audit_says_so(app: Flask, session: Session, host: str) -> None:
    administrator = build.administrator(session, country=Country.KR)

    result = run(
        app,
        *("opportunities", "-", "--organisation", host, "--status", "published", "--as", administrator.email),
        lines=[POST],
    )

    assert result.exit_code == 0, result.output
    post = posts(session)[0]
    assert post.status is OpportunityStatus.PUBLISHED
    assert post.published_at is not None
    assert post.translation_awaited_by_id == administrator.id
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.actor_id == administrator.id)).all()
    assert "import.opportunities" in actions
    assert "opportunity.published_by_import" in actions
    assert post.author_id is None, "who answers for a file has not written its posts, and may act on them"
    assert [(event.action, event.actor_id) for event in post.events] == [("publish-imported", administrator.id)]
    page = Visitor(app, "en").sign_in(administrator).page("opportunities.view", opportunity_id=post.id)
    assert "Published by an import" in page.text


def test_profiles_arrive_without_an_owner(app: Flask, session: Session, home: str, skill_id: str) -> None:
    lines = [
        {**PERSON, "skills": [{"skill_id": skill_id, "level": "expert"}]},
        {"id": "person-2", "text": "Prototyping and user research for services.", "language": "en"},
        {**PERSON, "id": "person-3", "skills": [{"skill_id": "no-such-skill", "level": "expert"}]},
        {**PERSON, "id": "person-4", "skills": [{"skill_id": skill_id, "level": "wizard"}]},
        {**PERSON, "id": "person-5", "skills": "none", "role_level_id": None},
        {**PERSON, "id": "person-6", "role_level_id": "no-such-role-level"},
    ]

    result = run(app, "profiles", "-", "--organisation", home, lines=lines)

    assert result.exit_code == 0, result.output
    assert "2 created, 0 already there, 4 refused" in result.stdout
    assert "line 3: refused: the framework has no such skill: no-such-skill" in result.stdout
    first, second = session.scalars(select(Profile).order_by(Profile.external_id)).all()
    assert first.user_id is None
    assert first.status is ProfileStatus.DRAFT
    assert [(skill.skill_id, skill.level, skill.proposed) for skill in first.skills] == [(skill_id, 4, False)]
    assert second.skills
    assert all(skill.proposed for skill in second.skills)


def test_active_profiles_need_a_basis_reference(app: Flask, session: Session, home: str) -> None:
    person = {**PERSON, "skills": None}

    refused = run(app, "profiles", "-", "--organisation", home, "--status", "active", lines=[person])
    accepted = run(
        app,
        *("profiles", "-", "--organisation", home, "--status", "active", "--basis-reference", "Register 2026/17"),
        lines=[person],
    )

    assert refused.exit_code != 0
    assert "basis" in refused.output
    assert accepted.exit_code == 0, accepted.output
    profile = session.scalars(select(Profile)).one()
    assert profile.status is ProfileStatus.ACTIVE
    assert {basis.reference for basis in profile.bases} == {"Register 2026/17"}
    assert "profile.activated_by_import" in session.scalars(select(AuditEntry.action)).all()
    assert [(event.action, event.note) for event in profile.events] == [("import_active", "Register 2026/17")]


def test_an_unknown_organisation_is_refused_before_anything_is_kept(app: Flask, session: Session) -> None:
    result = run(app, "opportunities", "-", "--organisation", "nowhere", lines=[POST])

    assert result.exit_code != 0
    assert "nowhere" in result.output
    assert "Traceback" not in result.output
    assert session.scalar(select(func.count()).select_from(ImportedRow)) == 0


@pytest.mark.database
def test_an_import_that_was_cut_off_is_finished_by_the_job_runner(app: Flask, session: Session, host: str) -> None:
    lines = [json.dumps({**POST, "id": f"post-{number}"}) for number in range(3)]
    batch = services.start_import(session, actor=None, kind="opportunities", organisation_id=host, lines=lines)
    item = session.scalars(select(OutboxItem).where(OutboxItem.kind == "import")).one()

    assert outbox.run_item(session, item.id)
    assert not outbox.run_item(session, item.id)

    session.refresh(batch)
    assert (batch.created, batch.refused) == (3, 0)
    assert session.scalars(select(ImportedRow.raw)).all() == ["", "", ""]


def test_administrators_of_the_country_see_what_an_import_did(app: Flask, session: Session, host: str) -> None:
    run(app, "opportunities", "-", "--organisation", host, lines=[POST, {"id": "x"}])
    here, elsewhere = (build.administrator(session, country=country) for country in (Country.KR, Country.GB))

    page = Visitor(app, "ko").sign_in(here).page("imports.index")
    assert page.status_code == 200
    opened = page.click(next(text for text in page.links() if ":" in text))
    assert "post-1" in opened.text
    assert "title" in opened.text
    other = Visitor(app).sign_in(elsewhere)
    assert "Nothing has been imported" in other.page("imports.index").text
    assert other.get(opened.url).status_code == 404


def test_real_adverts_and_profiles_are_matched(
    app: Flask, session: Session, host: str, home: str, shared: Path
) -> None:
    real = shared / "real-input"
    published = run(
        app, "opportunities", str(real / "opportunities.jsonl"), "--organisation", host, "--status", "published"
    )
    active = run(
        app,
        *("profiles", str(real / "profiles.jsonl"), "--organisation", home),
        *("--status", "active", "--basis-reference", "public sample"),
    )
    assert "168 created, 0 already there, 0 refused" in published.stdout
    assert "63 created, 0 already there, 0 refused" in active.stdout

    result = app.test_cli_runner().invoke(args=["match", "run"])

    assert result.exit_code == 0, result.output
    db.session.rollback()
    suggestions = session.scalar(select(func.count()).select_from(MatchSuggestion)) or 0
    assert suggestions > 100
