"""Coming from an organisation's sign-in page in a real browser, and the pages that administer people."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy.orm import Session

from models.types import Language
from tests.support import build
from tests.support.identity import offer, running_provider
from tests.support.live import serve
from tests.support.screen import Screen


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")
@pytest.mark.parametrize("language", ["en", "ko"])
def test_registering_from_an_organisations_sign_in_page(
    session: Session, app: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    place = build.organisation(session, domain="ministry.example")
    problems: list[str] = []
    with running_provider() as provider, serve(app) as address:
        monkeypatch.setitem(app.config, "BASE_URL", address)
        offered = provider.settings(place.id, domains=("ministry.example",))
        monkeypatch.setitem(app.extensions, "sso", offer(app, offered))
        provider.knows("new", email="new@ministry.example", name="Jo Bloggs")
        screen = Screen(browser, address, language, problems).open("/sign-in")
        with screen.page.expect_navigation(url=re.compile(re.escape(provider.address))):
            screen.main.get_by_role("button", name=offered.name_en if language == "en" else offered.name_ko).click()
        screen.page.locator('input[name="sub"]').fill("new")
        with screen.page.expect_navigation(url=re.compile(re.escape(address))):
            screen.page.get_by_role("button", name="Authorize").click()
        screen.complaints.clear()  # of the provider's page, which is not ours
        screen.look().reads("Create an account").sees("new@ministry.example")
        screen.choose(name_order="given_first", language=language).press("Create the account")
        screen.open("/account/sign-in-methods/organisation").follow("Disconnect").press("Disconnect")
        screen.close()
        stranger = Screen(browser, address, language, problems)
        stranger.open("/sign-in/organisation/ministry/back?state=x", status=400).reads("You are not signed in").close()
    assert not problems, "\n".join(problems)


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_pages_that_administer_people_are_accessible(
    session: Session, app: Flask, browser: Browser, language: str
) -> None:
    build.administrator(session)
    admin = build.administrator(session, language=Language(language))
    person = build.hr(session)
    place, email, someone = person.organisation_id, admin.email, f"/organisations/people/{person.id}"
    problems: list[str] = []
    session.rollback()
    with serve(app) as address:
        screen = Screen(browser, address, language, problems).open("/sign-in").sign_in(app, email)
        screen.open("/organisations/people").open(f"{someone}/propose").fill(reason="She knows it.").press(
            "Propose as an administrator"
        )
        screen.open("/organisations/proposals").open(f"{someone}/move").press("Move the person")
        screen.open("/organisations/invitations/new").press("Send the invitation").open("/organisations/invitations")
        screen.open(f"/organisations/directory/{place}/edit").open(f"/organisations/directory/{place}/close")
        screen.open("/organisations/new-organisation/GB").press("Save")
        screen.open(f"{someone}/disable").choose(reason="person-disable-left").press("End access").open(someone)
        screen.open(f"{someone}/enable")
        screen.close()
    assert not problems, "\n".join(problems)
