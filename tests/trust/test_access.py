"""Who may see who somebody is: an administrator with a reason, for an hour, told to the person (R3, R5)."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, Unmasking, User, utc_now
from models.types import Country, Language
from talent.auth.route_table import route_table
from talent.db import transaction
from tests.support import build
from tests.support.build_decisions import NAME, Case, case
from tests.support.mail import Mailbox
from tests.support.page import Page, Visitor

TABLE = Path(__file__).parents[1] / "architecture" / "routes.json"
WHY = "A complaint of last week names a person with the same experience."


def ask(app: Flask, one: Case, actor: User, **values: Any) -> Page:
    page = Visitor(app).sign_in(actor).get(f"/matching/review/{one.suggestion_id}/who")
    return page.submit("reason", **{"reason": "unmask-complaint", "note": WHY, **values})


def test_r3_the_dumped_table_is_the_committed_one(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["authz", "dump"])
    assert result.exit_code == 0
    dumped = json.loads(result.output)
    assert dumped == json.loads(json.dumps(route_table(app)))
    assert {json.dumps(row) for row in dumped} == {json.dumps(row) for row in json.loads(TABLE.read_text())}
    assert not [row["endpoint"] for row in dumped if row["answers"] is None]


def test_r5_a_name_is_shown_for_a_reason_and_an_hour_and_told_to_its_owner(
    session: Session, app: Flask, mailbox: Mailbox
) -> None:
    one = case(session)
    one.first_view()
    sent = ask(app, one, one.reviewer)
    assert sent.status_code == 302
    page = sent.follow()
    assert NAME in page.text
    assert one.person.email in page.text
    row = session.scalars(select(Unmasking)).one()
    assert (row.actor_id, row.note, row.reason.code) == (one.reviewer.id, WHY, "unmask-complaint")
    assert row.until - row.at == timedelta(hours=1)
    told = {entry.action: entry for entry in session.scalars(select(AuditEntry)) if "unmasked" in entry.action}
    assert set(told) == {"suggestion.unmasked", "profile.unmasked"}
    assert all(WHY not in str(entry.details) for entry in told.values())

    letter = mailbox.last(one.person.email)
    assert "An administrator has seen your name" in letter.subject
    views = Visitor(app).sign_in(one.person).page("profiles.viewed_by").text
    assert "An administrator of the United Kingdom" in views
    assert "A complaint or a contested decision names the person" in views
    assert one.reviewer.name_romanised not in views


def test_r5_the_review_itself_stays_without_the_name(session: Session, app: Flask) -> None:
    one = case(session)
    one.first_view()
    ask(app, one, one.reviewer)
    assert NAME not in Visitor(app).sign_in(one.reviewer).page("matching.review", suggestion_id=one.suggestion_id).html


def test_r5_after_an_hour_and_for_others_the_name_is_hidden(session: Session, app: Flask) -> None:
    one = case(session).approved()
    ask(app, one, one.reviewer)
    address = f"/matching/review/{one.suggestion_id}/who"
    assert NAME in Visitor(app).sign_in(one.reviewer).get(address).html
    assert NAME not in Visitor(app).sign_in(one.partner).get(address).html
    with transaction(session):
        row = session.scalars(select(Unmasking)).one()
        row.at, row.until = utc_now() - timedelta(hours=2), utc_now() - timedelta(hours=1)
    assert NAME not in Visitor(app).sign_in(one.reviewer).get(address).html


def test_r5_names_never_come_before_the_first_view(session: Session, app: Flask) -> None:
    one = case(session)
    visitor = Visitor(app).sign_in(one.reviewer)
    address = f"/matching/review/{one.suggestion_id}/who"
    page = visitor.get(address)
    assert "Give your own first view" in page.text
    token = visitor.page("account.names")
    token.form("name_home").set("action", address)
    refused = token.submit("name_home", reason="unmask-complaint", note=WHY)
    assert refused.status_code == 409
    assert NAME not in refused.html
    assert not session.scalars(select(Unmasking)).all()


@pytest.mark.parametrize(
    "values",
    [{"reason": ""}, {"reason": "reviewer-skills-fit"}, {"note": ""}, {"note": " \u200b "}, {"note": "x" * 3000}],
)
def test_r5_without_a_reason_and_a_note_no_name(session: Session, app: Flask, values: dict[str, str]) -> None:
    one = case(session).approved()
    page = ask(app, one, one.reviewer, **values)
    assert page.status_code == 200
    assert page.errors()
    assert NAME not in page.html
    assert not session.scalars(select(Unmasking)).all()


def test_r5_administrators_without_a_part_in_the_pairing_find_nothing(session: Session, app: Flask) -> None:
    one = case(session)
    address = f"/matching/review/{one.suggestion_id}/who"
    assert Visitor(app).sign_in(one.partner).get(address).status_code == 404  # not approved yet: not theirs
    inside = case(session, sending=Country.KR)
    assert Visitor(app).sign_in(one.reviewer).get(f"/matching/review/{inside.suggestion_id}/who").status_code == 404
    for outsider in (one.host_hr, one.home_hr, one.person):
        assert Visitor(app).sign_in(outsider).get(address).status_code == 403


def test_r5_an_interest_bars_the_name(session: Session, app: Flask) -> None:
    one = case(session).approved()
    colleague = build.administrator(session, organisation=one.person.organisation)
    page = Visitor(app).sign_in(colleague).get(f"/matching/review/{one.suggestion_id}/who")
    assert page.status_code == 403
    assert NAME not in page.html


def test_r5_asking_twice_within_the_hour_is_one_showing(session: Session, app: Flask) -> None:
    one = case(session).approved()
    page = Visitor(app).sign_in(one.reviewer).get(f"/matching/review/{one.suggestion_id}/who")
    for _time in range(2):
        page.submit("reason", reason="unmask-safety", note=WHY)
    assert len(session.scalars(select(Unmasking)).all()) == 1


def test_r5_the_page_in_korean(session: Session, app: Flask) -> None:
    one = case(session, sending=Country.KR).approved()
    with transaction(session):
        session.get_one(User, one.reviewer.id).language = Language.KO
    visitor = Visitor(app, "ko").sign_in(one.reviewer)
    page = visitor.get(f"/matching/review/{one.suggestion_id}/who")
    assert "성명 열람" in page.heading
    shown = page.submit("reason", reason="unmask-other", note="민원 확인을 위함").follow()
    assert "까지 성명이 표시됩니다" in shown.text
