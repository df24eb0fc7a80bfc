"""The end of a session in a real browser: a warning, nothing lost, and nothing to see after signing out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from models import User
from talent.auth.sessions import end_sessions
from tests.journeys.conftest import Stage
from tests.support import build
from tests.support.screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TYPED = "Rowan of the long and careful text"


def wait(screen: Screen, lapse: timedelta) -> None:
    """Let the clock of the browser run ahead: nobody waits half an hour, and a slow machine changes nothing."""
    screen.page.clock.fast_forward(int(lapse.total_seconds() * 1000))


def until_the_warning(stage: Stage, screen: Screen) -> None:
    """The warning comes two minutes before the end."""
    wait(screen, stage.app.config["SESSION_IDLE"] - timedelta(seconds=110))


def at_a_form(stage: Stage, user: User, language: str = "en") -> Screen:
    screen = stage.screen(language)
    screen.page.clock.install()
    return screen.open("/sign-in").sign_in(stage.app, user.email).open("/account/names")


def person(session: Session, language: str = "en") -> User:
    return build.civil_servant(session, name_romanised="Rowan Testperson", language=language)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_warning_comes_before_the_end_and_one_press_keeps_the_session(
    stage: Stage, session: Session, language: str
) -> None:
    screen = at_a_form(stage, person(session, language), language)
    until_the_warning(stage, screen)
    warning = screen.page.get_by_role("dialog", name=screen.words("You will be signed out soon"))
    expect(warning).to_be_visible()
    screen.look()
    expect(warning.get_by_role("button", name=screen.words("Stay signed in"))).to_be_focused()
    screen.page.keyboard.press("Enter")
    expect(warning).to_be_hidden()
    screen.open("/account/")


def test_what_was_typed_survives_the_end_of_the_session(stage: Stage, session: Session) -> None:
    """The session ends behind an open page; signing in again in another tab lets it be sent."""
    user = person(session)
    screen = at_a_form(stage, user)
    until_the_warning(stage, screen)
    page = screen.page
    expect(page.get_by_role("dialog", name="You will be signed out soon")).to_be_visible()
    page.evaluate("text => { document.querySelector('[name=name_home]').value = text }", TYPED)
    session.rollback()
    end_sessions(session, user)
    page.get_by_role("button", name="Stay signed in").click()
    ended = page.get_by_role("dialog", name="You are signed out")
    expect(ended).to_be_visible()
    ended.get_by_role("button", name="I have signed in again: continue").click()
    expect(ended.get_by_role("status")).to_have_text("You are not signed in yet.")
    page.keyboard.press("Escape")
    expect(ended).to_be_visible()

    with screen.context.expect_page() as opened:
        ended.get_by_role("link", name="Sign in (opens in a new tab)").click()
    tab = opened.value
    tab.fill("[name=email]", user.email)
    tab.fill("[name=password]", build.PASSWORD)
    tab.locator("main").get_by_role("button", name="Sign in").first.click()
    expect(tab.get_by_role("heading", name="You are signed in again")).to_be_visible()
    tab.close()

    ended.get_by_role("button", name="I have signed in again: continue").click()
    expect(ended).to_be_hidden()
    page.locator("main form button[type=submit]").first.click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    session.rollback()
    assert session.get_one(User, user.id).name_home == TYPED


def test_typing_is_activity(stage: Stage, session: Session) -> None:
    """Whoever types is not interrupted: the service is told instead."""
    screen = at_a_form(stage, person(session)).fill(name_home=TYPED)
    with screen.page.expect_response("**/account/sessions/stay") as told:
        wait(screen, timedelta(minutes=5))
    assert told.value.status == 200
    screen.fill(name_home=f"{TYPED} and more")
    with screen.page.expect_response("**/account/sessions/stay") as told:
        until_the_warning(stage, screen)
    assert told.value.status == 200
    expect(screen.page.get_by_role("dialog")).to_be_hidden()


def test_r8_the_back_button_shows_nothing_after_signing_out(stage: Stage, session: Session) -> None:
    user = person(session)
    screen = stage.screen("en")
    screen.open("/sign-in").sign_in(stage.app, user.email).open("/account/")
    assert user.email in screen.page.content()
    screen.page.get_by_role("button", name="Sign out").first.click()
    screen.page.wait_for_load_state("load")
    screen.page.go_back()
    screen.page.wait_for_load_state("load")
    assert user.email not in screen.page.content()
    assert screen.page.url.partition("?")[0].endswith("/sign-in")
