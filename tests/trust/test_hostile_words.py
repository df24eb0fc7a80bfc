"""R7: words made to be run as a program are shown as words, on every page that shows them, in both languages."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Browser, Dialog, Page
from sqlalchemy.orm import Session

from models import User
from models.types import Country, Language
from talent.db import transaction
from talent.extensions import db
from tests.support import build, build_matching
from tests.support.live import serve
from tests.support.page import Visitor
from tests.support.screen import WATCH

PAYLOADS = (
    "<script>alert('한글')</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "<a href=javascript:alert(1)>누르세요</a>",
    "javascript:alert(1)",
    "{{ 7*'7' }}${7*7}#{7*7}",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<style>*{background:url(//evil.test)}</style>",
    "＜script＞alert(1)＜/script＞",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
)
LINE, TEXT = PAYLOADS[1] + PAYLOADS[0], "\n".join(PAYLOADS)


@pytest.fixture
def town(session: Session) -> dict[str, User]:
    """People and a post whose every word is hostile."""
    person = build.civil_servant(session, name_home=LINE, name_romanised=LINE)
    host = build.hr(session, country=Country.KR, language=Language.KO, name_home=LINE, name_romanised=LINE)
    administrator = build.administrator(session, country=Country.GB)
    with transaction(session):
        for one in (person, host):
            place = session.get_one(User, one.id).organisation
            assert place is not None
            place.name_en, place.name_ko = LINE, LINE
    profile = build_matching.profile(session, person=person, text=TEXT)
    post = build_matching.opportunity(session, organisation=host.organisation, title=LINE, text=TEXT)
    build_matching.suggestion(session, profile=profile, opportunity=post)
    return {"person": person, "host": host, "administrator": administrator}


def _pages_of(visitor: Visitor) -> list[str]:
    """Where links lead from home, two steps far; one page of each place."""
    seen: list[str] = []
    waiting, steps = ["/home"], {"/home": 0}
    while waiting and len(seen) < 25:
        path = waiting.pop(0)
        page = visitor.get(path)
        seen.append(path)
        if page.tree is None or steps[path] == 2:
            continue
        for link in page.links().values():
            if link.startswith("/") and not link.startswith("/static") and link not in steps and "?" not in link:
                steps[link] = steps[path] + 1
                waiting.append(link)
    return seen


def _open(page: Page, address: str, path: str, problems: list[str]) -> str:
    answer = page.goto(address + path)
    refused = page.evaluate("window.__refused")
    problems += [f"{path}: the browser refused {one}" for one in refused]
    if answer is None or answer.status >= 500:
        problems.append(f"{path}: {answer and answer.status}")
    found: str = page.content()
    if page.locator("img[src=x], iframe, svg[onload], a[href^='javascript:']").count():
        problems.append(f"{path}: markup came alive")
    return found


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("who", ["person", "host", "administrator"])
def test_r7_hostile_words_are_only_words(app: Flask, town: dict[str, User], browser: Browser, who: str) -> None:
    reader = town[who]
    visitor = Visitor(app, str(reader.language)).sign_in(reader)
    db.session.rollback()
    paths = _pages_of(visitor)
    problems: list[str] = []
    shown = 0
    with serve(app) as address:
        context = browser.new_context()
        context.add_init_script(WATCH)
        cookies = [one for one in (visitor.client._cookies or {}).values()]
        context.add_cookies([{"name": one.key, "value": one.value, "url": address} for one in cookies])
        page = context.new_page()

        def refuse(dialog: Dialog) -> None:
            problems.append(f"a dialog: {dialog.message}")
            dialog.dismiss()

        page.on("dialog", refuse)
        page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
        for path in paths:
            shown += "onerror=alert(1)" in _open(page, address, path, problems)
        context.close()
    assert not problems, "\n".join(problems)
    assert shown >= 2, f"the words were on {shown} of {paths}: nothing was tried"
