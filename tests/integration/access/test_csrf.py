"""No form without a token of one's own session, and no page that changes anything (R2)."""

from __future__ import annotations

import pytest
from werkzeug.routing import Rule

from models import User
from talent.auth.access import Who
from talent.auth.access_table import ROWS
from talent.extensions import db
from tests.integration.access.tables import fingerprints
from tests.integration.access.test_matrix import rules
from tests.integration.access.world import UNSAFE, Browser, World
from tests.support.build_auth import csrf_token
from tests.support.page import Visitor

pytestmark = pytest.mark.csrf

REFUSED = {400, 403}
ASKED = (Who.PERSON, Who.HOST_HR, Who.HOME_ADMINISTRATOR, Who.VISITOR)
KEPT_BY_READING = {
    "user_session": "the moment at which a session was last used, and the form that it keeps",
    "throttle": "how often something was asked for",
    "audit_entry": "that somebody was shown another person's record, or took a copy away",
    "audit_head": "the end of that record's chain",
}
"""Tables to which reading a page may add, and what. Everything else stays as it is."""


def unsafe_rules(world: World) -> list[tuple[Rule, str]]:
    return [
        (rule, method)
        for rule in rules(world.app)
        for method in sorted((rule.methods or set()) & UNSAFE)
        if rule.endpoint in ROWS
    ]


def asked_for(world: World, rule: Rule) -> str:
    row = ROWS[rule.endpoint]
    return world.address(rule, row.record, row.states()[0])


def changes(world: World, before: dict[str, str]) -> list[str]:
    after = fingerprints(world.app)
    return [name for name in after if before[name] != after[name] and name not in KEPT_BY_READING]


@pytest.mark.parametrize("who", ASKED)
def test_r2_no_foreign_and_old_tokens_are_refused_and_change_nothing(world: World, who: Who) -> None:
    browser = world.browsers[who]
    stranger = world.browsers[Who.OTHER_HR if who is not Who.OTHER_HR else Who.HOST_HR]
    before, wrong = fingerprints(world.app), []
    for rule, method in unsafe_rules(world):
        address = asked_for(world, rule)
        for kind, data in (
            ("no token", {}),
            ("another session's token", {"csrf_token": stranger.token}),
            ("the token from before signing in", {"csrf_token": browser.before}),
            ("a made-up token", {"csrf_token": "x" * 80}),
        ):
            status = browser.send(method, address, data).status_code
            if status not in REFUSED:
                wrong.append(f"{method} {rule.endpoint} with {kind} as {who.value}: {status}")
    assert not wrong, "\n".join(wrong)
    assert not changes(world, before)


@pytest.mark.parametrize("who", list(Who))
def test_r2_reading_pages_changes_nothing(world: World, who: Who) -> None:
    before, opened = fingerprints(world.app), 0
    for rule in rules(world.app):
        if "GET" not in (rule.methods or ()) or rule.endpoint not in ROWS:
            continue
        row = ROWS[rule.endpoint]
        for state in row.states():
            status = world.browsers[who].answer("GET", world.address(rule, row.record, state)).status_code
            opened += status == 200
    changed = changes(world, before)
    world.restore()
    assert opened > 10
    assert not changed


def test_r2_a_token_in_the_address_is_no_token(world: World) -> None:
    """Addresses end up in logs and other sites; only the body or a header carries a token."""
    browser: Browser = world.browsers[Who.HOST_HR]
    for rule, method in unsafe_rules(world):
        address = f"{asked_for(world, rule)}?csrf_token={browser.token}"
        assert browser.send(method, address, {}).status_code in REFUSED, rule.endpoint


def test_r2_signing_in_makes_a_new_token(world: World) -> None:
    with world.app.app_context():
        email = db.session.get_one(User, world.actors[Who.PERSON]).email
        db.session.remove()
    visitor = Visitor(world.app)
    first = csrf_token(visitor.page("security.login"))
    visitor.sign_in(email)
    page = visitor.post(visitor.url("account.names"), {"csrf_token": first, "name_home": "Changed"})
    assert page.status_code in REFUSED
