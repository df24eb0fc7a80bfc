"""Every page that a link leads to, for every kind of sample account, in both languages."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from playwright.sync_api import Browser

from talent.exchange import sample
from talent.extensions import db
from tests.support.crawl import Crawl, crawl
from tests.support.databases import Store
from tests.support.live import serve
from tests.support.page import Visitor
from tests.support.screen import Screen

READERS = {
    "en": ("civil_servant_uk", "hr_uk", "hr_kr", "admin_uk"),
    "ko": ("civil_servant_kr", "hr_kr", "hr_uk_other", "admin_kr", "admin_uk"),
}
"""Who opens the pages in each language: every account in one or both, and in each language every kind of page."""
FEWEST_KINDS = 60
"""When links lead to fewer kinds of page than this, the way to some of them is gone."""
SAME_FOR_EVERYBODY = ("/framework/",)
"""Opened once for each language: these pages do not look at who reads them."""
Accounts = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def town(session_app: Flask, store: Store) -> tuple[Flask, Accounts]:
    """The service with its sample. Nothing here changes a record but the language of an account."""
    store.reset(session_app)
    with session_app.app_context():
        sample.seed(db.session(), session_app.config["SETTINGS"])
        db.session.remove()
    accounts = json.loads((session_app.config["INSTANCE_DIR"] / sample.ACCOUNTS_FILE).read_text(encoding="utf-8"))
    return session_app, accounts


def arrive(app: Flask, account: dict[str, str], language: str) -> Visitor:
    """Sign in and choose the language, as on every page."""
    visitor = Visitor(app, language).sign_in(**account)
    form = visitor.page("account.names").form("csrf_token")
    token = next(item.get("value") for item in form.iter("input") if item.get("name") == "csrf_token")
    visitor.post(visitor.url("public.set_language"), {"csrf_token": token, "language": language})
    return visitor


def crawl_all(app: Flask, accounts: Accounts, language: str) -> dict[str, Crawl]:
    """What each account finds behind the links; nobody is "" ."""
    found, shared = {"": crawl(Visitor(app, language), set())}, set[str]()
    for name in READERS[language]:
        seen = set(shared)
        found[name] = crawl(arrive(app, accounts[name], language), seen, "/home")
        shared |= {address for address in seen if address.startswith(SAME_FOR_EVERYBODY)}
    return found


@pytest.fixture(scope="module", params=["en", "ko"])
def crawled(request: pytest.FixtureRequest, town: tuple[Flask, Accounts]) -> tuple[str, dict[str, Crawl]]:
    app, accounts = town
    return request.param, crawl_all(app, accounts, request.param)


@pytest.mark.slow
def test_every_link_leads_to_a_sound_page(crawled: tuple[str, dict[str, Crawl]]) -> None:
    _language, found = crawled
    problems = [f"{name}: {problem}" for name, one in found.items() for problem in one.problems]
    assert not problems, "\n".join(problems)
    assert len({endpoint for one in found.values() for endpoint in one.pages}) >= FEWEST_KINDS


@pytest.mark.slow
@pytest.mark.browser
def test_every_kind_of_page_is_accessible(
    browser: Browser, town: tuple[Flask, Accounts], crawled: tuple[str, dict[str, Crawl]]
) -> None:
    """One page of each kind in a browser: axe, the width of a phone, and no complaint of the browser."""
    app, accounts = town
    language, found = crawled
    problems: list[str] = []
    checked: set[str] = set()
    with serve(app) as address:
        for name, one in found.items():
            screen = Screen(browser, address, language, problems)
            if name:
                screen.open("/sign-in").sign_in(app, **accounts[name]).reads("What you can do")
            for endpoint, path in one.pages.items():
                if endpoint not in checked:
                    checked.add(endpoint)
                    screen.open(path)
            screen.close()
    assert not problems, "\n".join(dict.fromkeys(problems))
