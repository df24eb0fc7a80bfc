"""R12: passkeys, with the authenticator that Chromium simulates."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, CDPSession
from sqlalchemy.orm import Session

from talent.auth import one_time_codes
from tests.journeys.conftest import Stage
from tests.support import build
from tests.support.live import serve
from tests.support.page import PASSWORD
from tests.support.screen import Screen

pytestmark = pytest.mark.browser


@pytest.fixture
def place(app: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A stage at an address with a name: passkeys belong to names, never to numbers."""
    with serve(app) as address, ExitStack() as open_screens:
        named = address.replace("127.0.0.1", "localhost")
        monkeypatch.setitem(app.config, "BASE_URL", named)
        stage = Stage(app, browser, named, open_screens)
        yield stage
        assert not stage.problems, "\n".join(dict.fromkeys(stage.problems))


def authenticator(screen: Screen, **changes: Any) -> tuple[CDPSession, str]:
    """A simulated authenticator in this browser: by default one that keeps passkeys and checks a finger."""
    devtools = screen.context.new_cdp_session(screen.page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
        **changes,
    }
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools, str(made["authenticatorId"])


def start(screen: Screen, email: str) -> Screen:
    return screen.open("/sign-in").fill(email=email, password=PASSWORD).press("Sign in")


def by_passkey(screen: Screen, button: str) -> Screen:
    """Press a button that the script holds back until the passkey has answered."""
    with screen.page.expect_navigation():
        screen.main.get_by_role("button", name=screen.words(button)).click()
    return screen.look()


def sign_out(screen: Screen) -> None:
    screen._leave_by(screen.page.get_by_role("button", name=screen.words("Sign out")).first.click)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_r12_a_passkey_is_added_signs_in_and_is_removed(
    place: Stage, app: Flask, session: Session, language: str
) -> None:
    person = build.hr(session, enrolled=False, language=language)
    screen = place.screen(language)
    devtools, device = authenticator(screen)

    start(screen, person.email).reads("Set up a second step for signing in")
    by_passkey(screen.follow("Use a passkey instead").fill(name="Office laptop"), "Add the passkey")
    screen.reads("They are shown only once.").follow("I have kept them: continue")
    screen.open("/account/security/").reads("Signs you in without a password").sees("Office laptop")
    screen.open("/organisations/our-people").reads("Our people")

    sign_out(screen)
    by_passkey(start(screen, person.email).reads("Use your passkey"), "Use a passkey").reads("What you can do")

    sign_out(screen)
    by_passkey(screen.open("/sign-in").follow("Sign in with a passkey"), "Use a passkey").reads("What you can do")

    screen.open("/account/security/passkeys/add").fill(name="Again").main.get_by_role(
        "button", name=screen.words("Add the passkey")
    ).click()
    screen.page.get_by_text(screen.words("This device has a passkey for your account already.")).wait_for()

    screen.open("/account/security/").follow("Set up")
    key = screen.main.locator("dd.app-code").inner_text().replace(" ", "")
    screen.fill(code=one_time_codes.code_of(key)).press("Continue")
    screen.open("/account/security/")
    screen.main.locator("a[href*='/passkeys/']", has_text=screen.words("Remove")).first.click()
    screen.press("Remove").reads("The passkey is removed.")
    devtools.send("WebAuthn.clearCredentials", {"authenticatorId": device})
    session.rollback()
    session.refresh(person)
    assert (person.webauthn, person.tf_primary_method) == ([], "authenticator")


def test_r12_a_key_that_checks_nobody_is_a_second_step_only(place: Stage, app: Flask, session: Session) -> None:
    person = build.civil_servant(session)
    screen = place.screen("en")
    authenticator(screen, transport="usb", hasResidentKey=False, hasUserVerification=False, isUserVerified=False)
    start(screen, person.email).open("/account/security/passkeys/add")
    by_passkey(screen.fill(name="Security key"), "Add the passkey").reads("Your recovery codes")
    screen.open("/account/security/")
    assert screen.words("Signs you in without a password") not in screen.main.inner_text()
    sign_out(screen)
    by_passkey(start(screen, person.email).reads("Use your passkey"), "Use a passkey").reads("What you can do")


def test_r12_a_cancelled_passkey_leads_to_the_other_ways(place: Stage, app: Flask, session: Session) -> None:
    person = build.hr(session, enrolled=False)
    screen = place.screen("en")
    devtools, device = authenticator(screen)
    start(screen, person.email).follow("Use a passkey instead")
    by_passkey(screen.fill(name="Office laptop"), "Add the passkey")
    sign_out(screen)
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": device})
    authenticator(screen)
    start(screen, person.email)
    screen.main.get_by_role("button", name="Use a passkey").click()
    screen.page.get_by_text("The passkey was not used").wait_for()
    screen.look().follow("Use a recovery code instead").reads("Enter a recovery code")


def test_r12_without_script_the_page_says_what_to_do(place: Stage, app: Flask, session: Session) -> None:
    screen = place.screen("en", javascript=False)
    screen.page.goto(f"{place.address}/sign-in/passkey")
    screen.page.get_by_role("button", name="Use a passkey").click()
    assert "Passkeys need JavaScript and a browser that supports them" in screen.main.inner_text()
