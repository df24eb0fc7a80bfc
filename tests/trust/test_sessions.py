"""R1 and R8: sessions begin anew at sign-in, live on the server, and end when they should."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import AuditEntry, User, UserSession, utc_now
from models.types import RoleName
from talent import jobs
from talent.auth import roles
from talent.auth.roles import RoleScope
from talent.auth.sessions import end_sessions, forget_ended_sessions
from talent.db import transaction
from tests.support import build
from tests.support.build_auth import SignIn, csrf_token
from tests.support.mail import Mailbox
from tests.support.page import PASSWORD, Page, Visitor

NEW_PASSWORD = "plum tractor violin 7"


def cookie(visitor: Visitor) -> str:
    found = visitor.client.get_cookie("session")
    return found.value if found is not None else ""


def replay(app: Flask, value: str) -> Page:
    """The account page asked for with a cookie that somebody kept."""
    thief = Visitor(app)
    thief.client.set_cookie("session", value)
    return thief.page("account.overview")


def assert_sign_in(page: Page) -> None:
    assert (page.status_code, page.location.partition("?")[0]) == (302, "/sign-in")


def rows(session: Session, user: User) -> list[UserSession]:
    session.rollback()
    return list(session.scalars(select(UserSession).where(UserSession.user_id == user.id)))


@pytest.mark.database
def test_r1_the_cookie_of_before_signing_in_opens_nothing(app: Flask, session: Session, visitor: Visitor) -> None:
    user = build.civil_servant(session)
    page = visitor.page("security.login")
    before = cookie(visitor)
    assert session.scalars(select(UserSession)).all() == [], "a visit without signing in writes nothing"
    page.submit(email=user.email, password=PASSWORD)
    after = cookie(visitor)
    assert after
    assert after != before
    assert_sign_in(replay(app, before))
    assert replay(app, after).status_code == 200


@pytest.mark.database
def test_r1_the_cookie_holds_a_key_and_the_database_its_hash(session: Session, sign_in: SignIn) -> None:
    user = build.civil_servant(session)
    key = cookie(sign_in(user))
    assert re.fullmatch(r"[\w-]{43}", key)
    (row,) = rows(session, user)
    assert key not in (row.key_hash, str(row.data))


def test_r1_no_cookie_we_signed_can_say_who_somebody_is(app: Flask, session: Session) -> None:
    """Even with the secret key of the service: who is signed in stands in the database alone."""
    user = build.civil_servant(session)
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    made = signer.dumps({"_user_id": user.fs_uniquifier, "_fresh": True, "tf_user_id": user.fs_uniquifier})
    assert_sign_in(replay(app, made))


@pytest.mark.database
def test_r1_a_session_planted_before_signing_in_is_not_taken_over(
    app: Flask, session: Session, sign_in: SignIn
) -> None:
    """Somebody signs in over another person's session: theirs gets a key of its own, the other ends."""
    mallory, victim = build.civil_servant(session), build.civil_servant(session)
    planted = cookie(sign_in(mallory))
    browser = Visitor(app)
    browser.client.set_cookie("session", planted)
    browser.post("/sign-out", {"csrf_token": csrf_token(browser.page("account.overview"))})
    browser.sign_in(victim)
    assert cookie(browser) != planted
    assert_sign_in(replay(app, planted))


@pytest.mark.database
def test_r1_the_cookie_of_after_signing_out_opens_nothing(app: Flask, session: Session, sign_in: SignIn) -> None:
    user = build.civil_servant(session)
    visitor = sign_in(user)
    kept = cookie(visitor)
    visitor.post("/sign-out", {"csrf_token": csrf_token(visitor.page("account.overview"))})
    assert_sign_in(replay(app, kept))
    assert_sign_in(visitor.page("account.overview"))
    assert rows(session, user) == []


@pytest.mark.database
def test_r1_changing_the_password_ends_the_other_sessions_and_renews_this_one(
    app: Flask, session: Session, sign_in: SignIn
) -> None:
    user = build.civil_servant(session)
    here, elsewhere = sign_in(user), sign_in(user)
    old = cookie(here)
    here.page("security.change_password").submit(
        password=PASSWORD, new_password=NEW_PASSWORD, new_password_confirm=NEW_PASSWORD
    )
    assert cookie(here) != old
    assert here.page("account.overview").status_code == 200
    assert_sign_in(replay(app, old))
    assert_sign_in(elsewhere.page("account.overview"))
    assert len(rows(session, user)) == 1


@pytest.mark.database
def test_r1_resetting_the_password_ends_every_session(
    app: Flask, session: Session, sign_in: SignIn, visitor: Visitor, mailbox: Mailbox
) -> None:
    user = build.civil_servant(session)
    thief = sign_in(user)
    reset_password(visitor, mailbox, user.email)
    assert_sign_in(thief.page("account.overview"))
    assert rows(session, user) == []


def reset_password(visitor: Visitor, mailbox: Mailbox, email: str) -> None:
    visitor.page("security.forgot_password").submit(email=email)
    link = mailbox.last(email).link("/reset-password/")
    done = visitor.get(link).submit(password=NEW_PASSWORD, password_confirm=NEW_PASSWORD)
    assert done.status_code == 302, done.errors()


@pytest.mark.database
@pytest.mark.parametrize("change", ["grant", "revoke"])
def test_r1_a_change_of_role_ends_the_sessions(app: Flask, session: Session, sign_in: SignIn, change: str) -> None:
    user = build.civil_servant(session)
    if change == "revoke":
        build.grant(session, user, RoleName.TRANSLATOR)
    kept = cookie(sign_in(user))
    act: Callable[..., Any] = {"grant": roles.grant_role, "revoke": roles.revoke_role}[change]
    act(session, actor=None, user_id=user.id, scope=RoleScope(RoleName.TRANSLATOR))
    assert_sign_in(replay(app, kept))


@pytest.mark.database
def test_r1_a_disabled_account_is_out_at_the_next_click(app: Flask, session: Session, sign_in: SignIn) -> None:
    user = build.civil_servant(session)
    kept = cookie(sign_in(user))
    with transaction(session):
        session.get_one(User, user.id).active = False
        assert end_sessions(session, user) == 1
    assert_sign_in(replay(app, kept))
    with transaction(session):
        session.get_one(User, user.id).active = True
    assert_sign_in(replay(app, kept))  # giving access back revives nothing


@pytest.mark.database
def test_r1_a_session_that_ended_during_a_request_is_not_written_back(
    app: Flask, session: Session, sign_in: SignIn
) -> None:
    user = build.civil_servant(session)
    visitor = sign_in(user)
    page = visitor.page("account.names")
    with transaction(session):
        end_sessions(session, user)
    page.submit("name_home", name_home="A new name")
    assert rows(session, user) == []
    assert_sign_in(visitor.page("account.overview"))


@pytest.mark.database
@pytest.mark.parametrize(("office", "minutes"), [(False, 120), (True, 30)])
def test_r1_a_session_ends_when_nothing_happens(session: Session, sign_in: SignIn, office: bool, minutes: int) -> None:
    user = build.hr(session) if office else build.civil_servant(session)
    with time_machine.travel(utc_now(), tick=True) as clock:
        visitor = sign_in(user)
        for _ in range(3):
            clock.shift(timedelta(minutes=minutes - 1))
            assert visitor.page("account.overview").status_code == 200
        clock.shift(timedelta(minutes=minutes, seconds=1))
        assert_sign_in(visitor.page("account.overview"))


@pytest.mark.database
def test_r1_nobody_stays_signed_in_for_more_than_twelve_hours(session: Session, sign_in: SignIn) -> None:
    with time_machine.travel(utc_now(), tick=True) as clock:
        visitor = sign_in(build.civil_servant(session))
        for _ in range(11):
            clock.shift(timedelta(hours=1))
            assert visitor.page("account.overview").status_code == 200
        clock.shift(timedelta(hours=1))
        assert_sign_in(visitor.page("account.overview"))


def test_r1_reading_writes_once_a_minute_at_most(session: Session, sign_in: SignIn, statements: list[str]) -> None:
    with time_machine.travel(utc_now(), tick=True) as clock:
        visitor = sign_in(build.civil_servant(session))
        visitor.page("account.overview")
        statements.clear()
        for _ in range(3):
            visitor.page("account.overview")
        assert [text for text in statements if not text.startswith("SELECT")] == []
        clock.shift(timedelta(minutes=1, seconds=1))
        for _ in range(3):
            visitor.page("account.overview")
        assert len([text for text in statements if text.startswith("UPDATE user_session")]) == 1


def test_r1_a_visitor_costs_no_statement_for_the_session(visitor: Visitor, statements: list[str]) -> None:
    visitor.page("public.start")
    visitor.page("security.login")
    assert [text for text in statements if "user_session" in text] == []


@pytest.mark.database
def test_r1_what_is_over_is_forgotten_by_the_clock(session: Session, sign_in: SignIn) -> None:
    user = build.civil_servant(session)
    sign_in(user)
    sign_in(user)
    with transaction(session):
        oldest = rows_query(session, user)[0]
        session.execute(
            update(UserSession).where(UserSession.id == oldest).values(seen_at=utc_now() - timedelta(days=2))
        )
    assert forget_ended_sessions(session) == 1
    assert jobs.run_clock(session) >= 0
    assert len(rows(session, user)) == 1


def rows_query(session: Session, user: User) -> list[Any]:
    return list(session.scalars(select(UserSession.id).where(UserSession.user_id == user.id)))


# Where one is signed in


@pytest.mark.database
def test_r1_people_see_where_they_are_signed_in_and_sign_out_elsewhere(
    app: Flask, session: Session, sign_in: SignIn
) -> None:
    user, other = build.civil_servant(session), build.civil_servant(session)
    phone = Visitor(app)
    phone.client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/605"
    phone.client.environ_base["REMOTE_ADDR"] = "203.0.113.77"
    phone.sign_in(user)
    here, theirs = sign_in(user), sign_in(other)
    page = here.page("account.overview").click("See")
    assert page.heading == "Where you are signed in"
    assert "Safari, iPhone" in page.text
    assert "203.0.…" in page.text
    assert "203.0.113" not in page.html
    assert page.text.count("This browser") == 1
    (foreign,) = rows(session, other)
    assert here.post(f"/account/sessions/{foreign.id}/end", {"csrf_token": csrf_token(page)}).status_code == 404
    assert theirs.page("account.overview").status_code == 200
    done = page.submit("Sign out there", button="Sign out there").follow()
    assert "You are signed out in that browser." in done.html
    assert "You are not signed in anywhere else." in done.text
    assert_sign_in(phone.page("account.overview"))
    assert here.page("account.overview").status_code == 200


@pytest.mark.database
def test_r1_signing_out_everywhere_else_is_one_press_and_on_record(session: Session, sign_in: SignIn) -> None:
    user = build.civil_servant(session)
    others = [sign_in(user) for _ in range(3)]
    here = sign_in(user)
    done = here.page("sessions.overview").submit("Sign out everywhere else").follow()
    assert "You are signed out in 3 other browsers." in done.html
    for visitor in others:
        assert_sign_in(visitor.page("account.overview"))
    session.rollback()
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "session.end_others")).one()
    assert (entry.actor_id, entry.details) == (user.id, {"ended": 3})


def test_r1_the_page_runs_the_same_statements_for_many_browsers(
    session: Session, sign_in: SignIn, statements: list[str]
) -> None:
    user = build.civil_servant(session)
    here = sign_in(user)
    here.page("sessions.overview")
    statements.clear()
    here.page("sessions.overview")
    few = len(statements)
    for _ in range(5):
        sign_in(user)
    statements.clear()
    here.page("sessions.overview")
    assert len(statements) == few <= 6, statements


def test_r1_where_one_is_signed_in_in_korean(app: Flask, session: Session) -> None:
    user = build.civil_servant(session, language="ko")
    visitor = Visitor(app, "ko").sign_in(user)
    assert visitor.page("sessions.overview").heading == "로그인된 브라우저"
    assert "로그인을 유지" in visitor.page("sessions.overview").html


# Time-out and what was typed


def test_r1_every_signed_in_page_says_how_long_it_lasts(session: Session, sign_in: SignIn) -> None:
    page = sign_in(build.civil_servant(session)).page("account.overview")
    assert "signed out after 120 minutes without activity" in page.html
    assert 'data-part="warning"' in page.html


def test_r1_asking_for_the_state_keeps_nobody_signed_in(session: Session, sign_in: SignIn, visitor: Visitor) -> None:
    with time_machine.travel(utc_now(), tick=True) as clock:
        person = sign_in(build.civil_servant(session))
        clock.shift(timedelta(minutes=100))
        state = person.get("/account/sessions/state").response.get_json()
        assert 1100 < state["seconds"] <= 1200
        token = state["token"]
        stayed = person.post("/account/sessions/stay", {"csrf_token": token}).response.get_json()
        assert stayed["seconds"] > 7100
        clock.shift(timedelta(minutes=100))
        assert person.get("/account/sessions/state").response.get_json()["person"]
        clock.shift(timedelta(minutes=21))
        assert person.get("/account/sessions/state").response.get_json() == {"person": None}
    assert visitor.get("/account/sessions/state").response.get_json() == {"person": None}


@pytest.mark.database
def test_r1_a_form_sent_after_the_session_ended_is_shown_again_and_not_sent(
    app: Flask, session: Session, sign_in: SignIn
) -> None:
    user = build.civil_servant(session, name_romanised="Hong Gildong")
    before = user.name_home
    with time_machine.travel(utc_now(), tick=True) as clock:
        visitor = sign_in(user)
        page = visitor.page("account.names")
        clock.shift(timedelta(hours=2, minutes=5))
        late = send_as_a_browser(visitor, page, name_home="길고 소중한 이름")
        assert_sign_in(late)
        sign_in_page = late.follow()
        assert "what you typed is kept" in sign_in_page.html
        again = sign_in_page.submit("email", email=user.email, password=PASSWORD)
        assert again.location == "/account/names"
        shown = again.follow()
        assert "This form was not sent" in shown.html
        assert "길고 소중한 이름" in shown.html
        session.rollback()
        assert session.get_one(User, user.id).name_home == before, "nothing is sent by itself"
        assert shown.submit("name_home").status_code == 302
        session.rollback()
        assert session.get_one(User, user.id).name_home == "길고 소중한 이름"
        assert "This form was not sent" not in visitor.page("account.names").html
    assert len(rows(session, user)) == 1


def send_as_a_browser(visitor: Visitor, page: Page, **values: str) -> Page:
    """Send the form of a page, naming the page it is on."""
    visitor.client.environ_base["HTTP_REFERER"] = f"http://localhost{page.url}"
    sent = page.submit("name_home", **values)
    del visitor.client.environ_base["HTTP_REFERER"]
    return sent


def test_r1_a_late_form_is_kept_after_another_tab_noticed_the_end(session: Session, sign_in: SignIn) -> None:
    user = build.civil_servant(session, name_romanised="Hong Gildong")
    with time_machine.travel(utc_now(), tick=True) as clock:
        visitor = sign_in(user)
        page = visitor.page("account.names")
        clock.shift(timedelta(hours=3))
        noticed = visitor.page("account.overview")
        assert_sign_in(noticed)
        assert "the time had run out" in noticed.follow().html
        send_as_a_browser(visitor, page, name_home="길고 소중한 이름")
        visitor.sign_in(user)
        assert "길고 소중한 이름" in visitor.page("account.names").html


@pytest.mark.database
def test_r1_what_was_typed_is_shown_to_nobody_else(app: Flask, session: Session, sign_in: SignIn) -> None:
    user, other = build.civil_servant(session), build.civil_servant(session)
    with time_machine.travel(utc_now(), tick=True) as clock:
        visitor = sign_in(user)
        page = visitor.page("account.names")
        clock.shift(timedelta(hours=3))
        send_as_a_browser(visitor, page, name_home="길고 소중한 이름")
        visitor.sign_in(other)
        assert "길고 소중한 이름" not in visitor.page("account.names").html


def test_r1_what_was_typed_is_kept_for_an_hour_only(session: Session, sign_in: SignIn) -> None:
    user = build.civil_servant(session)
    with time_machine.travel(utc_now(), tick=True) as clock:
        visitor = sign_in(user)
        page = visitor.page("account.names")
        clock.shift(timedelta(hours=3))
        send_as_a_browser(visitor, page, name_home="길고 소중한 이름")
        clock.shift(timedelta(minutes=61))
        visitor.sign_in(user)
        assert "길고 소중한 이름" not in visitor.page("account.names").html


def test_r1_a_late_form_without_our_token_is_not_kept(session: Session, sign_in: SignIn) -> None:
    user = build.civil_servant(session)
    with time_machine.travel(utc_now(), tick=True) as clock:
        visitor = sign_in(user)
        clock.shift(timedelta(hours=3))
        visitor.post("/account/names", {"csrf_token": "forged", "name_home": "planted"})
        visitor.sign_in(user)
        assert "planted" not in visitor.page("account.names").html


def test_r1_a_password_in_a_late_form_is_never_kept(session: Session, sign_in: SignIn) -> None:
    user = build.civil_servant(session)
    with time_machine.travel(utc_now(), tick=True) as clock:
        visitor = sign_in(user)
        page = visitor.page("security.change_password")
        clock.shift(timedelta(hours=3))
        late = page.submit(password=PASSWORD, new_password=NEW_PASSWORD, new_password_confirm=NEW_PASSWORD)
        assert_sign_in(late)
        session.rollback()
        everything = str([row.data for row in session.scalars(select(UserSession))])
    assert PASSWORD not in everything
    assert NEW_PASSWORD not in everything


# R8


def test_r8_signing_out_clears_the_browser(session: Session, sign_in: SignIn) -> None:
    visitor = sign_in(build.civil_servant(session))
    page = visitor.page("account.overview")
    assert page.response.headers["Cache-Control"] == "no-store"
    out = visitor.post("/sign-out", {"csrf_token": csrf_token(page)})
    assert out.response.headers["Clear-Site-Data"] == '"cache", "storage"'
