"""R17: what one person may do in an hour is bounded, with a number that administrators set; the count is shared."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from models import ServiceRule
from talent import limits
from talent.db import transaction
from tests.support import build
from tests.support.build_auth import csrf_token
from tests.support.page import Visitor


@pytest.fixture
def three(session: Session) -> None:
    """Every number is three, as an administrator could set it."""
    with transaction(session):
        session.execute(update(ServiceRule).where(ServiceRule.code.endswith("_per_hour")).values(value="3"))
    limits._numbers.clear()


@pytest.fixture(autouse=True)
def forget() -> Any:
    yield
    limits._numbers.clear()


@pytest.mark.database
def test_r17_scraping_ends_with_429_for_that_person_only(session: Session, sign_in: Any, three: None) -> None:
    scraper, other = sign_in(build.civil_servant(session)), sign_in(build.civil_servant(session))
    statuses = [scraper.get(f"/opportunities/?page={number}").status_code for number in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    stopped = scraper.get("/opportunities/")
    assert stopped.heading == "Too many attempts"
    assert int(stopped.response.headers["Retry-After"]) > 0
    assert scraper.page("public.home").status_code == 200
    assert other.get("/opportunities/").status_code == 200


@pytest.mark.database
def test_r17_two_processes_share_one_count(app: Flask, session: Session, three: None) -> None:
    """A second visit of the same person, as another process would answer it: the count is in the database."""
    person = build.civil_servant(session)
    one, two = Visitor(app).sign_in(person), Visitor(app).sign_in(person)
    found = [visitor.get("/profile/skills/suggest?q=data").status_code for visitor in (one, two, one, two)]
    assert found == [200, 200, 200, 429]


def test_r17_a_visitor_is_counted_by_network(app: Flask, session: Session, three: None) -> None:
    found = [Visitor(app).get("/framework/search?q=data").status_code for _time in range(4)]
    assert found == [200, 200, 200, 429]


def test_r17_asking_for_runs_is_bounded(session: Session, sign_in: Any, three: None) -> None:
    administrator = sign_in(build.administrator(session))
    page = administrator.page("matching.runs")
    sent = {"csrf_token": csrf_token(page)}
    statuses = [administrator.post("/matching/runs", sent).status_code for _time in range(4)]
    assert statuses[:3].count(429) == 0
    assert statuses[3] == 429


def test_r17_every_limited_page_exists_and_has_its_number(app: Flask, session: Session) -> None:
    codes = set(session.query(ServiceRule.code).distinct())
    for endpoint, (code, _methods) in limits.LIMITED.items():
        assert endpoint in app.view_functions, endpoint
        assert (code,) in codes
