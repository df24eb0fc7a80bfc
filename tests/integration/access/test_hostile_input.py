"""Input that only somebody hostile sends: addresses that mean another address, ids and pages that no database takes."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import User
from models.types import Side
from talent.config import ROOT
from talent.extensions import db
from talent.forms.validators import EMAIL
from tests.support import build
from tests.support.build_auth import csrf_token
from tests.support.build_decisions import case
from tests.support.mail import Mailbox
from tests.support.page import Visitor

ENCODED = "=?utf-8?q?victim=40evil.test=2c?=@"


def test_an_encoded_word_is_no_address() -> None:
    assert not EMAIL.fullmatch(f"{ENCODED}office.example")
    assert EMAIL.fullmatch("a=b@office.example")


def test_nobody_registers_with_an_address_that_is_decoded_to_another(session: Session, visitor: Visitor) -> None:
    place = build.organisation(session)
    page = visitor.page("account.register").submit(email=f"{ENCODED}{place.domains[0].domain}")
    assert page.errors() == ["Enter an email address in the correct format, like name@example.com"]
    assert session.scalar(select(func.count()).select_from(User)) == 0


def test_no_link_goes_to_an_address_that_is_decoded_to_another(session: Session, app: Flask, mailbox: Mailbox) -> None:
    one = case(session).accepted()
    step = next(row for row in one.steps(Side.HOME) if row.step.holder == "line_manager")
    assert one.person.organisation is not None
    address = f"{ENCODED}{one.person.organisation.domains[0].domain}"
    page = Visitor(app).sign_in(one.home_hr).page("matching.home_ask_manager", approval_id=step.id)
    assert page.submit("email", email=address, language="en").errors()
    assert not [letter for letter in mailbox.letters() if "evil" in letter.to]


@pytest.mark.parametrize("page", ["9" * 5000, "9" * 19, "-1", "0", "٣", "²", "1e3", "", "%00", "1 OR 1=1"])
def test_a_page_number_that_is_none_is_the_first_or_the_last(session: Session, sign_in: Any, page: str) -> None:
    administrator = sign_in(build.administrator(session))
    places = ("/imports", "/audit/", "/notices/", "/organisations/people", "/matching/queue", "/matching/runs")
    for place in (*places, "/opportunities/", "/opportunities/ours", "/translations/", "/matching/objections"):
        assert administrator.get(f"{place}?page={page}").status_code in (200, 302, 404), place


@pytest.mark.database
@pytest.mark.parametrize("bad", ["\x00", "a\x00b", "\ud800", "x" * 5000, "%_\\", "'; DROP TABLE user; --", "(?:("])
def test_ids_and_words_that_no_database_takes_find_nothing(session: Session, app: Flask, bad: str) -> None:
    person = Visitor(app).sign_in(build.civil_servant(session))
    administrator = Visitor(app).sign_in(build.administrator(session))
    value = bad.encode("utf-8", "surrogatepass")
    for place in ("/profile/skills", "/profile/skills/find", "/profile/skills/suggest", "/framework/search"):
        answer = person.get(f"{place}?q={quote(value)}&removed={quote(value)}&level=1")
        assert answer.status_code == 200, place
    sent = person.post("/profile/skills/add", {"csrf_token": csrf_token(person.page("account.names")), "skill": value})
    assert sent.status_code == 400
    for place in ("/framework/skills/", "/framework/roles/", "/framework/families/", "/framework/role-levels/"):
        assert person.get(place + quote(value)).status_code == 404
    assert administrator.get(f"/organisations/directory/{quote(value)}").status_code == 404
    assert administrator.get(f"/settings/{quote(value)}").status_code == 404
    names = ("action", "subject", "q", "host", "status", "country", "age", "post", "state", "target", "sort", "kind")
    query = "&".join(f"{name}={quote(value)}" for name in (*names, "family", "skill", "work_mode", "language"))
    for place in ("/audit/", "/matching/queue", "/opportunities/", "/opportunities/ours", "/organisations/people"):
        assert administrator.get(f"{place}?{query}").status_code == 200, place
    assert administrator.get(f"/organisations/directory?{query}").status_code == 200
    assert administrator.get(f"/translations/?{query}").status_code == 200


@pytest.mark.database
def test_many_thousand_answers_to_one_question_are_no_error(session: Session, app: Flask) -> None:
    person = Visitor(app).sign_in(build.civil_servant(session))
    page = person.get("/profile/skills")
    many = [f"skill-{number}" for number in range(40_000)]
    answer = person.post("/profile/skills", {"csrf_token": csrf_token(page), "skill": many})
    assert answer.status_code < 500


@pytest.mark.database
@pytest.mark.parametrize("email", ["a\x00b@office.example", "\x00", "x" * 100_000, "a@b\r\nBcc: c@d.example"])
def test_sign_in_and_reset_take_any_junk(visitor: Visitor, email: str) -> None:
    for place in ("security.login", "security.forgot_password", "security.send_confirmation"):
        page = visitor.page(place).submit("email", email=email)
        assert page.status_code == 200
        assert page.errors()


def test_what_is_no_form_is_refused_without_an_error(session: Session, app: Flask) -> None:
    person = Visitor(app).sign_in(build.civil_servant(session))
    for body, kind in ((b'{"a": 1}', "application/json"), (b"x", "multipart/form-data"), (b"\xff", "text/plain")):
        for place in ("/profile/skills", "/sign-in", "/account/register", "/language", "/notices/read"):
            assert person.client.post(place, data=body, content_type=kind).status_code in (302, 400)
    for method in ("PUT", "DELETE", "PATCH"):
        assert person.client.open("/profile/skills", method=method).status_code in (400, 405)
    with app.app_context():
        db.session.remove()


def test_answers_and_claims_are_written_in_one_place_each() -> None:
    """A yes comes from a person's service call: no job, import or page assigns an answer or makes a claim."""
    writes = re.compile(r"\.answer\s*=[^=]|setattr\([^)]*[\"']answer[\"']|PlaceClaim\(|places_claimed\s*(?:=[^=]|\+=)")
    found = {
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for folder in ("talent", "ml")
        for path in (ROOT / folder).rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if writes.search(line) and "self.answer" not in line and "contest.answer" not in line
    }
    assert found == {
        "talent/matching/states.py: decision.answer = row.target",
        "talent/matching/approvals.py: approval.answer = given.answer",
        "talent/matching/places.py: .values(places_claimed=Opportunity.places_claimed + 1)",
        "talent/matching/places.py: claim = PlaceClaim(",
    }
