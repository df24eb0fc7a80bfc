"""The register of promises: each row of trust has a question that can be asked from outside."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.probe.browser import Browser, Form, Page, authenticator_code
from tests.probe.service import Service


@dataclass
class Visit:
    """What a question works with: the service, and people who are signed in once and kept."""

    service: Service
    people: dict[str, Browser] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    """Time step of the last code each account gave; a code is good once."""

    def stranger(self, language: str = "en") -> Browser:
        return Browser(self.service.base, language)

    def person(self, account: str) -> Browser:
        """Somebody of the sample, signed in through the pages."""
        if account not in self.people:
            self.people[account] = self.sign_in(account)
        return self.people[account]

    def sign_in(self, account: str, language: str = "en") -> Browser:
        """Sign in afresh, with the second factor where it is asked. Raises AssertionError when it fails."""
        browser = Browser(self.service.base, language)
        page = self.give_code(browser, account, self.give_password(browser, account))
        page = browser.follow(page)
        assert page.status == 200, f"{account} did not get in: {page.status} at {page.url}"
        assert "/sign-in" not in page.url, f"{account} did not get in"
        return browser

    def give_password(self, browser: Browser, account: str) -> Page:
        who = self.service.accounts[account]
        page = browser.submit(browser.get("/sign-in"), "password", email=who["email"], password=who["password"])
        return browser.follow(page)

    def give_code(self, browser: Browser, account: str, page: Page) -> Page:
        """Answer a page that asks for a code; another page is given back as it is."""
        secret = self.service.accounts[account].get("totp_secret")
        if secret is None or not any("code" in form.names for form in page.forms):
            return page
        return browser.submit(page, "code", code=self.fresh_code(account))

    def fresh_code(self, account: str) -> str:
        """A code of this account that was not used yet; waits for the next one where needed."""
        while int(time.time() // 30) <= self.used.get(account, 0):
            time.sleep(0.5)
        self.used[account] = int(time.time() // 30)
        return authenticator_code(self.service.accounts[account]["totp_secret"])


Question = Callable[[Visit], str]
"""Asks the service; returns what was seen in a few words, raises AssertionError or LookupError when it is broken."""

PROMISES: list[tuple[str, str, Question]] = []


def promise(row: str, words: str) -> Callable[[Question], Question]:
    """Put a question on the register under its row."""

    def put(question: Question) -> Question:
        PROMISES.append((row, words, question))
        return question

    return put


def unsafe_forms(page: Page) -> list[Form]:
    """Forms of a page that change something."""
    return [form for form in page.forms if form.method == "post"]
