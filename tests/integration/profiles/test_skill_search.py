"""Suggestions while typing, in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from tests.support import build
from tests.support.page import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(session: Session, address: str, browser: Browser) -> Iterator[Any]:
    person = build.civil_servant(session)
    session.rollback()
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        page.fill("#email", person.email)
        page.fill("#password", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(lambda url: "sign-in" not in url)
        page.goto(f"{address}/profile/skills/find")
        yield page


def test_choosing_with_the_keys(page: Any) -> None:
    field = page.get_by_role("combobox")
    field.press_sequentially("접근성")
    page.wait_for_selector("[role=option]")
    assert field.get_attribute("aria-expanded") == "true"
    assert "suggestions" in page.locator("main [role=status]").inner_text()
    field.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == page.locator("[aria-selected=true]").get_attribute("id")
    chosen = page.locator("[aria-selected=true]").inner_text()
    field.press("Enter")
    page.wait_for_url("**/find?q=**")
    assert page.locator("h3").first.inner_text() == chosen


def test_escape_closes_and_the_button_still_searches(page: Any) -> None:
    field = page.get_by_role("combobox")
    field.press_sequentially("agile")
    page.wait_for_selector("[role=option]")
    field.press("Escape")
    assert page.locator("[role=option]:visible").count() == 0
    assert field.input_value() == "agile"
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/find?q=agile")
    assert page.locator("h3").count() > 1
