"""Runs as administrators see and start them, and as the command line does."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import MatchRun, MatchSuggestion
from models.types import Country, Language, RunStatus
from talent.db import transaction
from talent.matching import services
from talent.matching.settings import RunSettings
from tests.support import build
from tests.support import build_matching as matching
from tests.support.mail import Mailbox
from tests.support.page import Visitor


def test_runs_starts_a_run_and_shows_how_far_it_is(session: Session, sign_in: Any, mailbox: Mailbox) -> None:
    matching.profile(session)
    matching.opportunity(session)
    visitor = sign_in(build.administrator(session))
    page = visitor.page("matching.runs")
    assert "Matching has not run yet" in page.text
    waiting = page.submit("Run matching now").follow()
    assert "Matching has been requested" in waiting.text
    assert "The run will start shortly" in waiting.text
    assert visitor.page("matching.runs").text.count("Waiting") == 1
    assert "Run matching now" not in visitor.page("matching.runs").text
    mailbox.deliver()
    done = waiting.click("Refresh this page")
    assert "Done" in done.heading
    assert "New suggestions 1" in done.text
    assert "Strong match 1" not in done.text, "the band of a single person waits for a first view"
    assert "Bands are counted only for runs with 10 new suggestions or more" in done.text
    assert f"Weight: Essential skills {100 * RunSettings().matcher.weight_skills_essential:g} points" in done.text
    assert "Suggested from band Possible match" in done.text
    assert "scikit-learn" in done.text
    assert "skills.csv release 1" in done.text
    listed = visitor.page("matching.runs")
    assert "An administrator asked" in listed.text
    assert "All people and all posts" in listed.text


def test_pressing_the_button_twice_makes_one_run(session: Session, sign_in: Any) -> None:
    visitor = sign_in(build.administrator(session))
    page = visitor.page("matching.runs")
    first = page.submit("Run matching now").location
    assert page.submit("Run matching now").location == first
    assert len(session.scalars(select(MatchRun)).all()) == 1


def test_run_shows_progress_failure_and_nothing_unknown(session: Session, sign_in: Any) -> None:
    visitor = sign_in(build.administrator(session))
    run_id = services.start_run(session).id
    with transaction(session):
        run = session.get_one(MatchRun, run_id)
        run.progress, run.total = 3, 12
    assert "3 of 12 posts done" in visitor.page("matching.run", run_id=run_id).text
    services.fail_run(session, run_id, ValueError("a secret"))
    page = visitor.page("matching.run", run_id=run_id)
    assert "The run stopped (ValueError)" in page.text
    assert "a secret" not in page.html
    assert visitor.page("matching.run", run_id=uuid4()).status_code == 404
    assert visitor.get("/matching/runs?page=40").status_code == 404


@pytest.mark.parametrize("make", [build.civil_servant, build.hr, build.translator])
def test_runs_are_for_administrators(session: Session, sign_in: Any, make: Any) -> None:
    visitor = sign_in(make(session))
    assert visitor.page("matching.runs").status_code == 403
    assert visitor.page("matching.run", run_id=uuid4()).status_code == 403


def test_starting_a_run_needs_the_token(session: Session, sign_in: Any) -> None:
    visitor = sign_in(build.administrator(session))
    assert visitor.post(visitor.url("matching.start_run"), {}).status_code == 400
    assert session.scalars(select(MatchRun)).all() == []


def test_runs_in_korean(session: Session, app: Flask) -> None:
    admin = build.administrator(session, country=Country.KR, language=Language.KO)
    matching.profile(session)
    matching.opportunity(session)
    matching.run(session)
    visitor = Visitor(app, "ko").sign_in(admin)
    page = visitor.page("matching.runs")
    assert page.heading == "매칭 실행 이력"
    assert "완료" in page.text
    shown = visitor.get(page.links()[next(text for text in page.links() if "년" in text)])
    assert "필수 역량" in shown.text
    assert "새 매칭 제안이 10건 이상인 실행" in shown.text


def test_runs_takes_a_fixed_number_of_statements(session: Session, sign_in: Any, statements: list[str]) -> None:
    visitor = sign_in(build.administrator(session))
    counts = []
    for _ in range(2):
        for _ in range(4):
            services.start_run(session)
        statements.clear()
        visitor.page("matching.runs")
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 14


def run_command(app: Flask, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(args=["match", *arguments])


def test_match_run_and_list_on_the_command_line(app: Flask, session: Session) -> None:
    matching.profile(session)
    post = matching.opportunity(session)
    post_id = post.id
    result = run_command(app, "run")
    assert result.exit_code == 0, result.output
    assert result.stdout == "1 posts, 1 people: 1 suggested, 0 superseded\n"
    assert result.stderr == "vectors of 2 of 2 people and posts\n1 of 1 posts\n"
    session.expire_all()
    found = session.scalars(select(MatchSuggestion)).one()
    assert found.run.trigger == "command"
    listed = run_command(app, "list")
    assert listed.stdout == f"strong\tpending\t{found.pseudonym}\t{post_id}\t{found.profile_id}\n"
    assert run_command(app, "list", "--opportunity", str(uuid4())).stdout == ""


def test_match_run_of_one_profile_or_post(app: Flask, session: Session) -> None:
    first, second = matching.profile(session), matching.profile(session)
    posts = [matching.opportunity(session).id for _ in range(2)]
    first_id, second_id = first.id, second.id
    assert run_command(app, "run", "--profile", str(first_id)).exit_code == 0
    assert {row.profile_id for row in session.scalars(select(MatchSuggestion))} == {first_id}
    assert run_command(app, "run", "--opportunity", str(posts[0])).exit_code == 0
    session.expire_all()
    pairs = {(row.profile_id, row.opportunity_id) for row in session.scalars(select(MatchSuggestion))}
    assert pairs == {(first_id, posts[0]), (first_id, posts[1]), (second_id, posts[0])}


def test_match_run_refuses_what_does_not_exist(app: Flask, session: Session) -> None:
    result = run_command(app, "run", "--profile", str(uuid4()))
    assert result.exit_code == 1
    assert result.stderr == "Error: there is no profile or post with this id\n"
    assert run_command(app, "run", "--profile", "nonsense").exit_code == 2
    assert session.scalars(select(MatchRun)).all() == []


def test_a_command_that_breaks_leaves_no_run_going_on(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: Any, **_more: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("talent.matching.running.choose", broken)
    assert run_command(app, "run").exit_code == 1
    assert session.scalars(select(MatchRun)).one().status is RunStatus.FAILED
