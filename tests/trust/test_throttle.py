"""R11 and R17: tries are counted, strangers lock nobody out, and nothing tells who has an account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import argon2
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix

from models import Throttle, User, utc_now
from talent import throttle
from talent.auth import tries
from talent.extensions import db
from talent.matching.approval_routes import MANAGER_LINKS
from talent.throttle import Limit, TooManyTries
from tests.support import build
from tests.support.build_auth import SignIn, details
from tests.support.mail import Mailbox
from tests.support.page import PASSWORD, Page, Visitor

NEW_PASSWORD = "plum tractor violin 7"
THREE = Limit("test", tries=3, window=timedelta(minutes=10), longest_wait=timedelta(minutes=30))
STRANGER = "198.51.100.7"


def stranger(app: Flask, address: str = STRANGER, language: str = "en") -> Visitor:
    visitor = Visitor(app, language)
    visitor.client.environ_base["REMOTE_ADDR"] = address
    return visitor


def try_to_sign_in(visitor: Visitor, email: str, password: str = "not the password 1") -> Page:
    return visitor.page("security.login").submit("email", email=email, password=password)


def use_up(visitor: Visitor, email: str, times: int = 10) -> None:
    for _ in range(times):
        assert try_to_sign_in(visitor, email).status_code == 200


# Counting


@pytest.mark.database
def test_r17_tries_are_used_up_and_come_back(session: Session) -> None:
    with time_machine.travel(utc_now(), tick=False) as clock:
        for number in (1, 2, 3):
            assert throttle.count(session, THREE, "key") == number
        with pytest.raises(TooManyTries) as refused:
            throttle.count(session, THREE, "key")
        assert refused.value.retry_after == 600
        with pytest.raises(TooManyTries):
            throttle.check(session, THREE, "key")
        assert throttle.count(session, THREE, "another key") == 1
        clock.shift(timedelta(minutes=10, seconds=1))
        throttle.check(session, THREE, "key")


@pytest.mark.database
def test_r17_each_further_try_doubles_the_wait_up_to_a_bound(session: Session) -> None:
    with time_machine.travel(utc_now(), tick=False) as clock:
        for _ in range(3):
            throttle.count(session, THREE, "key")
        waits = [600]
        for _ in range(3):
            clock.shift(timedelta(seconds=waits[-1] + 1))
            throttle.count(session, THREE, "key")
            with pytest.raises(TooManyTries) as refused:
                throttle.count(session, THREE, "key")
            waits.append(refused.value.retry_after)
        assert waits == [600, 1200, 1800, 1800]
        clock.shift(timedelta(hours=2))
        assert throttle.count(session, THREE, "key") == 1, "after a quiet time all is forgotten"


@pytest.mark.database
def test_r17_a_refused_try_does_not_make_the_wait_longer(session: Session) -> None:
    with time_machine.travel(utc_now(), tick=False) as clock:
        for _ in range(3):
            throttle.count(session, THREE, "key")
        for _ in range(5):
            clock.shift(timedelta(minutes=1))
            with pytest.raises(TooManyTries) as refused:
                throttle.count(session, THREE, "key")
        assert refused.value.retry_after == 300


@pytest.mark.database
def test_r17_good_tries_are_given_back(session: Session) -> None:
    for _ in range(9):
        throttle.count(session, THREE, "key")
        throttle.give_back(session, THREE, "key")
    throttle.count(session, THREE, "key")
    throttle.clear(session, THREE, "key")
    assert session.scalars(select(Throttle)).all() == []


@pytest.mark.database
def test_r17_twenty_threads_at_once_count_right(app: Flask, session: Session) -> None:
    limit = Limit("threads", tries=10, window=timedelta(minutes=10))
    session.rollback()

    def one(_number: int) -> bool:
        with app.app_context():
            try:
                throttle.count(db.session(), limit, "key")
            except TooManyTries:
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(20) as pool:
        passed = sum(pool.map(one, range(20)))
    assert passed == 10
    session.rollback()
    assert session.scalars(select(Throttle.tries)).all() == [10]


@pytest.mark.database
def test_r17_keys_tell_nothing_and_are_forgotten(app: Flask, session: Session) -> None:
    user = build.civil_servant(session)
    with time_machine.travel(utc_now(), tick=True) as clock:
        try_to_sign_in(stranger(app), user.email)
        session.rollback()
        kept = session.scalars(select(Throttle)).all()
        assert len(kept) == 3
        assert all(len(row.key) == 64 for row in kept)
        clock.shift(timedelta(hours=9))
        assert throttle.forget_expired(session) == 3


# Signing in


@pytest.mark.database
def test_r11_the_eleventh_bad_try_is_429(app: Flask, session: Session) -> None:
    user = build.civil_servant(session)
    visitor = stranger(app)
    use_up(visitor, user.email)
    refused = try_to_sign_in(visitor, user.email)
    assert refused.status_code == 429
    assert 0 < int(refused.response.headers["Retry-After"]) <= 900
    assert refused.heading == "Too many attempts"
    assert "minutes and try again" in refused.text
    assert try_to_sign_in(visitor, user.email, PASSWORD).status_code == 429, "the right password waits as well"


def test_r11_the_wait_is_told_in_korean(app: Flask, session: Session) -> None:
    user = build.civil_servant(session)
    visitor = stranger(app, language="ko")
    use_up(visitor, user.email)
    assert "분 후에 다시 시도해 주십시오." in try_to_sign_in(visitor, user.email).text


@pytest.mark.database
def test_r11_unknown_accounts_are_throttled_alike(app: Flask, session: Session) -> None:
    visitor = stranger(app)
    use_up(visitor, "nobody@ministry.example")
    assert try_to_sign_in(visitor, "Nobody@ministry.example").status_code == 429


@pytest.mark.database
def test_r11_a_stranger_cannot_lock_the_owner_out(app: Flask, session: Session) -> None:
    """Even from the owner's own office, behind one address."""
    user = build.civil_servant(session)
    office = "192.0.2.10"
    owner = stranger(app, office).sign_in(user)
    owner.post("/sign-out", {"csrf_token": _token(owner)})
    use_up(stranger(app, office), user.email)
    assert try_to_sign_in(stranger(app, office), user.email).status_code == 429
    assert try_to_sign_in(owner, user.email, PASSWORD).status_code == 302


@pytest.mark.database
def test_r11_many_strangers_cannot_lock_the_owner_out(app: Flask, session: Session) -> None:
    user = build.civil_servant(session)
    owner = stranger(app, "192.0.2.10").sign_in(user)
    owner.post("/sign-out", {"csrf_token": _token(owner)})
    for number in range(3):
        use_up(stranger(app, f"198.51.100.{number}"), user.email)
    assert try_to_sign_in(stranger(app, "198.51.100.99"), user.email).status_code == 429, (
        "the account has its own count"
    )
    assert try_to_sign_in(owner, user.email, PASSWORD).status_code == 302


@pytest.mark.database
def test_r11_the_owner_gets_in_by_reset(app: Flask, session: Session, mailbox: Mailbox) -> None:
    """In a browser that was never known, at the address the bad tries came from, while strangers go on."""
    user = build.civil_servant(session)
    visitor = stranger(app)
    use_up(visitor, user.email)
    assert try_to_sign_in(visitor, user.email, PASSWORD).status_code == 429
    visitor.page("security.forgot_password").submit(email=user.email)
    link = mailbox.last(user.email).link("/reset-password/")
    visitor.get(link).submit(password=NEW_PASSWORD, password_confirm=NEW_PASSWORD)
    use_up(stranger(app), user.email)
    assert try_to_sign_in(visitor, user.email, NEW_PASSWORD).status_code == 302


@pytest.mark.database
def test_r11_a_known_browser_has_a_count_of_its_own(app: Flask, session: Session) -> None:
    user = build.civil_servant(session)
    owner = stranger(app).sign_in(user)
    owner.post("/sign-out", {"csrf_token": _token(owner)})
    use_up(owner, user.email)
    assert try_to_sign_in(owner, user.email, PASSWORD).status_code == 429
    assert stranger(app, "192.0.2.44").sign_in(user)


def test_r11_a_forged_cookie_makes_no_browser_known(app: Flask, session: Session) -> None:
    user = build.civil_servant(session)
    visitor = stranger(app)
    use_up(visitor, user.email)
    visitor.client.set_cookie("known-browser", "eyJhIjoiYiJ9.made.up")
    assert try_to_sign_in(visitor, user.email).status_code == 429


def test_r11_the_cookie_of_a_known_browser_is_no_session(app: Flask, session: Session, sign_in: SignIn) -> None:
    user = build.civil_servant(session)
    known = sign_in(user).client.get_cookie("known-browser")
    assert known is not None
    assert known.http_only
    assert user.email not in known.value
    thief = Visitor(app)
    thief.client.set_cookie("known-browser", known.value)
    assert thief.page("account.overview").status_code == 302


@pytest.mark.database
def test_r11_a_network_that_tries_many_accounts_waits(app: Flask, session: Session) -> None:
    visitor = stranger(app)
    for number in range(tries.NETWORK.tries):
        with app.test_request_context(environ_base={"REMOTE_ADDR": STRANGER}):
            tries.count_sign_in(db.session(), f"a{number}@x.example", password_hash=None, browser=None)
    assert try_to_sign_in(visitor, "fresh@x.example").status_code == 429
    assert try_to_sign_in(stranger(app, "192.0.2.1"), "fresh@x.example").status_code == 200


@pytest.mark.parametrize(("hops", "statuses"), [(0, {429}), (1, {200}), (2, {429})])
def test_r11_x_forwarded_for_counts_as_far_as_our_own_proxies(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch, hops: int, statuses: set[int]
) -> None:
    """What stands left of our proxies was written by whoever asks."""
    monkeypatch.setattr(app, "wsgi_app", ProxyFix(app.wsgi_app, x_for=hops))
    visitor = stranger(app)
    user = build.civil_servant(session)
    for number in range(10):
        visitor.client.environ_base["HTTP_X_FORWARDED_FOR"] = f"10.0.0.{number}, 203.0.113.5, 10.9.9.{number}"
        try_to_sign_in(visitor, user.email)
    visitor.client.environ_base["HTTP_X_FORWARDED_FOR"] = "10.0.0.99, 203.0.113.5, 10.9.9.99"
    assert {try_to_sign_in(visitor, user.email).status_code} == statuses


def _token(visitor: Visitor) -> str:
    page = visitor.page("account.overview")
    assert page.tree is not None
    return next(item.get("value", "") for item in page.tree.iter("input") if item.get("name") == "csrf_token")


# The other doors


@pytest.mark.database
@pytest.mark.parametrize(
    ("limit", "path", "values"),
    [
        (tries.REGISTERING, "/account/register", {"email": "a@b.example"}),
        (tries.ASKING_FOR_LINKS, "/reset-password", {"email": "a@b.example"}),
        (tries.ASKING_FOR_LINKS, "/confirm-address", {"email": "a@b.example"}),
        (MANAGER_LINKS, "/matching/manager/made-up", {"answer": "yes"}),
        (tries.NEW_PASSWORDS, "/reset-password/made-up", {"password": NEW_PASSWORD, "password_confirm": NEW_PASSWORD}),
    ],
)
def test_r11_other_doors_are_throttled_by_network(
    app: Flask, session: Session, limit: Limit, path: str, values: dict[str, str]
) -> None:
    visitor = stranger(app)
    token = visitor.page("security.login").html.split('name="csrf_token" value="')[1].split('"')[0]
    statuses = [visitor.post(path, {"csrf_token": token, **values}).status_code for _ in range(limit.tries + 1)]
    assert set(statuses[:-1]) <= {200, 302, 404}
    assert statuses[-1] == 429


@pytest.mark.database
def test_r11_an_address_is_not_flooded_with_links(app: Flask, session: Session, mailbox: Mailbox) -> None:
    user = build.civil_servant(session)
    for number in range(8):
        answer = stranger(app, f"192.0.2.{number}").page("security.forgot_password").submit(email=user.email)
        assert answer.status_code == 302
    assert len(mailbox.letters(user.email)) == tries.LINKS_TO_AN_ADDRESS.tries


# The same answer, with the same work


@contextmanager
def hashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The hash computations done meanwhile."""
    done: list[str] = []
    for name in ("hash_secret", "verify_secret"):
        original: Callable[..., Any] = getattr(argon2.low_level, name)

        def counted(*args: Any, _original: Callable[..., Any] = original, _name: str = name, **more: Any) -> Any:
            done.append(_name)
            return _original(*args, **more)

        monkeypatch.setattr(argon2.low_level, name, counted)
    yield done
    monkeypatch.undo()


def shape(statements: list[str]) -> list[str]:
    """Statements without their values."""
    return [text.split("WHERE")[0] for text in statements]


@pytest.mark.database
@pytest.mark.parametrize("known", ["confirmed", "unconfirmed", "no password", "disabled"])
def test_r11_a_failed_sign_in_costs_the_same_for_known_and_unknown(
    app: Flask, session: Session, statements: list[str], monkeypatch: pytest.MonkeyPatch, known: str
) -> None:
    changes: dict[str, dict[str, Any]] = {
        "confirmed": {},
        "unconfirmed": {"confirmed_at": None},
        "no password": {"password": None},
        "disabled": {"active": False},
    }
    user = build.user(session, **changes[known])
    visitor = stranger(app)
    seen = []
    for email in (user.email, "nobody@ministry.example"):
        page = visitor.page("security.login")
        statements.clear()
        with hashing(monkeypatch) as hashes:
            answer = page.submit("email", email=email, password="not the password 1")
        seen.append((len(hashes), shape(statements), answer.status_code, answer.text.replace(email, "")))
    assert seen[0] == seen[1]
    assert seen[0][0] == 1


@pytest.mark.database
def test_r11_registering_costs_the_same_for_known_and_unknown(
    app: Flask, session: Session, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = build.organisation(session, domain="ministry.example")
    user = build.user(session, organisation=place, email="known@ministry.example")
    visitor = stranger(app)
    seen = []
    for email in (user.email, "nobody@ministry.example"):
        page = visitor.page("account.register").submit("email", email=email)
        statements.clear()
        with hashing(monkeypatch) as hashes:
            answer = page.submit("name_home", organisation=place.id, **details())
        seen.append((len(hashes), shape(statements), answer.status_code, answer.location))
    assert seen[0] == seen[1]
    assert seen[0][0] == 1


@pytest.mark.database
@pytest.mark.parametrize("endpoint", ["security.forgot_password", "security.send_confirmation"])
def test_r11_asking_for_a_link_costs_the_same_for_known_and_unknown(
    app: Flask, session: Session, statements: list[str], monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    user = build.user(session, confirmed_at=None) if "confirm" in endpoint else build.civil_servant(session)
    visitor = stranger(app)
    seen = []
    for email in (user.email, "nobody@ministry.example"):
        page = visitor.page(endpoint)
        statements.clear()
        with hashing(monkeypatch) as hashes:
            answer = page.submit("email", email=email)
        seen.append((len(hashes), shape(statements), answer.status_code, answer.follow().text))
    assert seen[0] == seen[1]
    assert not any("FROM user" in text or 'FROM "user"' in text for text in seen[0][1]), "nobody is looked up"


@pytest.mark.database
def test_r11_a_second_registration_finds_the_first(app: Flask, session: Session, mailbox: Mailbox) -> None:
    """Both were queued before the worker came: one account, and its owner is told of the other."""
    place = build.organisation(session, domain="ministry.example")
    for _ in range(2):
        page = stranger(app).page("account.register").submit("email", email="new@ministry.example")
        page.submit("name_home", organisation=place.id, **details())
    mailbox.deliver()
    session.rollback()
    assert len(session.scalars(select(User).where(User.email == "new@ministry.example")).all()) == 1
