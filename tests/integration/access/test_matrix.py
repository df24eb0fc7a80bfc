"""Every route, asked by every kind of user for own, others' and made-up records, against the table in code (R3)."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from talent.auth.access import LETS_IN, NOBODY, RANDOM, TAKEN, Open, Row, Who
from talent.auth.access_table import ROWS
from tests.integration.access.world import UNSAFE, World

pytestmark = pytest.mark.permissions

REFUSALS = {401, 403, 404, 405}


def rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule))


def policy_of(app: Flask, rule: Rule) -> str:
    return str(vars(app.view_functions[rule.endpoint]).get("policy").__name__)  # type: ignore[union-attr]


def test_r3_every_route_is_in_the_access_table(session_app: Flask) -> None:
    present = {rule.endpoint for rule in rules(session_app)}
    assert sorted(present - ROWS.keys()) == [], "add a row to talent/auth/access_table.py for each of these"
    assert sorted(ROWS.keys() - present) == [], "these routes are gone: take their rows out"


def test_every_policy_says_whom_it_lets_in(session_app: Flask) -> None:
    assert {policy_of(session_app, rule) for rule in rules(session_app)} <= LETS_IN.keys()


def test_the_world_has_every_record_of_the_table(world: World) -> None:
    lacking = {
        f"{endpoint}: {row.record} {state}"
        for endpoint, row in ROWS.items()
        for state in row.found
        if state not in world.records.get(row.record, {})
    }
    assert not lacking


@pytest.mark.parametrize("who", list(Who))
def test_r3_the_matrix(world: World, who: Who) -> None:
    """Pages first, for nothing changes by them; then forms, each undone when it was taken."""
    world.sign_in_again(who)
    wrong = [
        line
        for unsafe in (False, True)
        for rule in rules(world.app)
        for method in sorted(rule.methods or ())
        if method not in ("HEAD", "OPTIONS") and (method in UNSAFE) is unsafe
        for line in _differences(world, rule, method, who)
    ]
    assert not wrong, "\n".join(wrong)


def _differences(world: World, rule: Rule, method: str, who: Who) -> list[str]:
    row, policy = ROWS.get(rule.endpoint), policy_of(world.app, rule)
    if row is None:
        return [f"{rule.endpoint}: no row in talent/auth/access_table.py"]
    found = []
    for state in row.states():
        expected = row.send(who, policy, state) if method in UNSAFE else row.get(who, policy, state)
        address = world.address(rule, row.record, state)
        try:
            status = world.browsers[who].answer(method, address).status_code
            if status == 429:  # asked too often, which is not what is asked here
                world.restore()
                status = world.browsers[who].answer(method, address).status_code
        except Exception as error:
            found.append(f"{method} {rule.endpoint} as {who.value} [{state}]: {type(error).__name__}: {error}")
            continue
        if method in UNSAFE and status not in REFUSALS and who in LETS_IN[policy]:
            world.restore()
        if not _as_expected(row, expected, status, who in LETS_IN[policy]):
            found.append(f"{method} {rule.endpoint} as {who.value} [{state}]: {status}, the table says {expected}")
    return found


def _as_expected(row: Row, expected: int | str, status: int, let_in: bool) -> bool:
    if let_in and row.how is Open.OWN:
        return status < 500 and status not in REFUSALS - {404}
    if expected == TAKEN or (let_in and row.how is Open.FREELY):
        return status < 500 and status not in REFUSALS
    return status == expected


def test_r3_random_ids_look_like_records_of_others(world: World) -> None:
    """To whoever may not find a record, the answer is the same page as for one that does not exist."""
    wrong = []
    for rule in rules(world.app):
        row, policy = ROWS[rule.endpoint], policy_of(world.app, rule)
        for state, finders in row.found.items():
            for who in sorted(LETS_IN[policy] - finders - row.barred.get(state, NOBODY) - {Who.VISITOR}):
                if "GET" not in (rule.methods or ()):
                    continue
                theirs = world.browsers[who].answer("GET", world.address(rule, row.record, state))
                nothing = world.browsers[who].answer("GET", world.address(rule, row.record, RANDOM))
                if _plain(theirs.get_data(as_text=True)) != _plain(nothing.get_data(as_text=True)):
                    wrong.append(f"{rule.endpoint} [{state}] as {who.value}")
    assert not wrong, "\n".join(wrong)


def _plain(page: str) -> str:
    """The page without what is new on every page: its nonce, its token and its own address."""
    page = re.sub(r'(nonce|value|content|data-[\w-]+)="[^"]*"', r'\1=""', page)  # data: seconds the session has left
    return re.sub(r"/[0-9a-f]{8}-[0-9a-f-]{27}|nothing-of-that-name|[0-9a-f]{32}", "", page)
