"""Every route: a policy, the right answer to each role, CSRF, security headers.

The table of routes is kept in routes.json, so that no page appears, vanishes or opens up unnoticed. After a change:
`./run flask authz dump > tests/architecture/routes.json`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask, url_for
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from models import User
from models.types import RoleName
from talent.auth.route_table import route_table
from tests.support import build
from tests.support.build_auth import SignIn
from tests.support.page import Visitor

TABLE = Path(__file__).with_name("routes.json")

# Said here a second time, on purpose: which of the people below each policy lets in.
LETS_IN = {
    "signed_in": {"nobody", "civil_servant", "hr", "administrator", "translator"},
    "civil_servant": {"civil_servant"},
    "hr": {"hr"},
    "administrator": {"administrator"},
    "translator": {"translator"},
    "hr_or_administrator": {"hr", "administrator"},
    "translator_or_administrator": {"translator", "administrator"},
}
SECURITY_HEADERS = {
    "X-Frame-Options",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Permissions-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Content-Security-Policy",
    "X-Request-Id",
}


def person(session: Session, role: str) -> User:
    if role == "nobody":
        return build.user(session)
    if role == "civil_servant":
        return build.civil_servant(session)
    if role == "hr":
        return build.hr(session)
    if role == "administrator":
        return build.administrator(session)
    return build.grant(session, build.user(session), RoleName.TRANSLATOR)


def some_url(app: Flask, rule: Rule) -> str:
    """An address of this rule; what it names need not exist, because roles are checked first."""
    values: dict[str, Any] = {}
    for name in rule.arguments:
        converter: Any = rule._converters[name]
        one_of = sorted(getattr(converter, "items", ()))
        values[name] = {"UUIDConverter": uuid4(), "IntegerConverter": 1}.get(
            type(converter).__name__, one_of[0] if one_of else "x"
        )
    with app.test_request_context():
        return url_for(rule.endpoint, **values)


def rules(app: Flask, method: str) -> list[Rule]:
    found = [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]
    return sorted((rule for rule in found if rule.endpoint != "static"), key=lambda rule: (rule.endpoint, rule.rule))


def policy_name(app: Flask, rule: Rule) -> str:
    return str(getattr(app.view_functions[rule.endpoint], "policy", None).__name__)  # type: ignore[union-attr]


def test_every_view_has_a_policy(app: Flask) -> None:
    without = [row["endpoint"] for row in route_table(app) if row["policy"] is None]
    assert not without


def test_the_table_of_routes_is_as_agreed(app: Flask) -> None:
    agreed = {json.dumps(row) for row in json.loads(TABLE.read_text())}
    present = {json.dumps(row) for row in json.loads(json.dumps(route_table(app)))}
    assert present == agreed, "look at each difference, then: ./run flask authz dump > tests/architecture/routes.json"


def test_this_test_knows_every_policy(app: Flask) -> None:
    assert {row["policy"] for row in route_table(app)} <= {*LETS_IN, "anyone"}


def test_without_signing_in_one_is_asked_to(app: Flask) -> None:
    visitor = Visitor(app)
    for rule in rules(app, "GET"):
        if policy_name(app, rule) == "anyone":
            continue
        url = some_url(app, rule)
        page = visitor.get(url)
        assert page.status_code == 302, f"{rule.endpoint} answered {page.status_code}"
        assert page.location.startswith("/sign-in?next="), rule.endpoint


def test_pages_for_everybody_open_for_everybody(app: Flask) -> None:
    visitor = Visitor(app)
    for rule in rules(app, "GET"):
        if policy_name(app, rule) == "anyone":
            status = visitor.get(some_url(app, rule)).status_code
            assert status in (200, 302, 404), f"{rule.endpoint} answered {status}"


@pytest.mark.parametrize("role", sorted(LETS_IN["signed_in"]))
def test_each_role_reaches_its_own_pages_only(app: Flask, session: Session, sign_in: SignIn, role: str) -> None:
    visitor = sign_in(person(session, role))
    for rule in rules(app, "GET"):
        policy = policy_name(app, rule)
        if policy == "anyone":
            continue
        status = visitor.get(some_url(app, rule)).status_code
        if role in LETS_IN[policy]:
            assert status in (200, 302, 404), f"{rule.endpoint} answered {status} to {role}"
        else:
            assert status == 403, f"{rule.endpoint} answered {status} to {role}"


def test_an_account_that_is_not_confirmed_reaches_nothing(app: Flask, session: Session) -> None:
    person = build.hr(session, confirmed_at=None)
    for rule in rules(app, "GET"):
        policy: Any = vars(app.view_functions[rule.endpoint])["policy"]
        assert policy.__name__ == "anyone" or not policy(person), rule.endpoint


@pytest.mark.parametrize("role", [None, "hr", "administrator", "civil_servant"])
def test_nothing_is_sent_without_a_csrf_token(app: Flask, session: Session, sign_in: SignIn, role: str | None) -> None:
    visitor = sign_in(person(session, role)) if role else Visitor(app)
    for rule in rules(app, "POST"):
        status = visitor.post(some_url(app, rule), {}).status_code
        assert status == 400, f"POST {rule.endpoint} answered {status}"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/sign-in", 200),
        ("/nowhere", 404),
        ("/administration", 404),
        ("/account/", 302),
        ("/sign-out", 405),
    ],
)
def test_security_headers_are_on_every_answer(app: Flask, path: str, status: int) -> None:
    response = Visitor(app).get(path).response
    assert response.status_code == status
    check_headers(dict(response.headers))


def test_security_headers_are_on_refusals_and_failures(
    app: Flask, session: Session, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = sign_in(build.civil_servant(session))
    refused = visitor.page("organisations.administration").response
    assert refused.status_code == 403
    check_headers(dict(refused.headers))

    def fail() -> None:
        raise RuntimeError("on purpose")

    vars(fail)["policy"] = vars(app.view_functions["account.overview"])["policy"]
    monkeypatch.setitem(app.view_functions, "account.overview", fail)
    monkeypatch.setitem(app.config, "TESTING", False)
    failed = visitor.page("account.overview").response
    assert failed.status_code == 500
    assert "on purpose" not in failed.get_data(as_text=True)
    check_headers(dict(failed.headers))


def check_headers(headers: dict[str, str]) -> None:
    assert headers.keys() >= SECURITY_HEADERS, SECURITY_HEADERS - headers.keys()
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_pages_of_a_person_are_not_stored_by_caches(app: Flask, session: Session, sign_in: SignIn) -> None:
    response = sign_in(build.civil_servant(session)).page("account.overview").response
    assert "no-store" in response.headers["Cache-Control"]
