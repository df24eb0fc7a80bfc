"""A person in front of a browser. Every page they come to is checked as they come to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from axe_playwright_python.base import AXE_SCRIPT
from babel.messages.pofile import read_po
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, Response

from talent.config import ROOT
from tests.support import looked_at
from tests.support.page import FACTOR_KEY, PASSWORD, unused_code

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EXEMPT = {
    # GOV.UK Frontend puts aria-expanded on a radio that reveals a question. ARIA does not list it there; its makers
    # keep it because screen readers announce it (govuk-frontend, decision on conditional reveals).
    "aria-allowed-attr": re.compile(r'<input[^>]*class="govuk-(radios|checkboxes)__input"[^>]*aria-controls='),
}
NARROW = {"width": 320, "height": 640}
"""CSS pixels: a screen of 1280 at 400 % (WCAG 1.4.10)."""
WIDE = {"width": 1280, "height": 900}
WATCH = """
window.__refused = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__refused.push(event.violatedDirective + " " + event.blockedURI));
"""


class Words:
    """The words of the pages in one language, by the English text that is the key of the catalogue."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._known: dict[str, str] = {}
        if language != "en":
            with (ROOT / "translations" / language / "LC_MESSAGES" / "messages.po").open(encoding="utf-8") as file:
                self._known = {str(row.id): str(row.string) for row in read_po(file) if isinstance(row.id, str)}

    def __call__(self, english: str, **values: Any) -> str:
        """The text as this language's pages show it. Raises KeyError when the catalogue has none."""
        text = english if self.language == "en" else self._known[english]
        assert text, f"no {self.language} for {english!r}"
        return text % values if values else text


class Screen:
    """One browser of one person, with cookies of its own."""

    def __init__(
        self, browser: Browser, address: str, language: str, problems: list[str], *, javascript: bool = True
    ) -> None:
        """What is wrong with pages goes into `problems`, so that a test tells all of it at its end."""
        self.address, self.language, self.words, self.problems = address, language, Words(language), problems
        self.context = browser.new_context(
            locale={"en": "en-GB", "ko": "ko-KR"}[language],
            viewport=WIDE,  # type: ignore[arg-type]
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(60_000)  # for a busy machine; a page that is ready is not waited for
        self.context.add_init_script(WATCH)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._note_console)
        self.page.on("pageerror", self._note_error)
        self.page.on("response", self._note_response)
        self.expected = 200

    # What the browser says

    def _note_console(self, message: ConsoleMessage) -> None:
        about_status = "Failed to load resource" in message.text  # the response itself is noted, with its address
        if message.type in ("error", "warning") and not about_status:
            self.complaints.append(f"console: {message.text}")

    def _note_error(self, error: Error) -> None:
        self.complaints.append(f"script: {error}")

    def _note_response(self, response: Response) -> None:
        if response.status >= 400 and response.status != self.expected:
            self.complaints.append(f"{response.status} from {response.url}")

    # Going places

    def open(self, path: str, *, status: int = 200) -> Screen:
        """Open an address of the service."""
        self.expected = status
        answer = self.page.goto(self.address + path if path.startswith("/") else path)
        assert answer is not None
        assert answer.status == status, f"{path} answered {answer.status}"
        return self.look()

    def follow(self, english: str) -> Screen:
        """Follow the first link whose words contain this text, in the main part or else in the head of the page."""
        return self.follow_named(self.words(english))

    def follow_named(self, name: str) -> Screen:
        """Follow a link by words that somebody wrote, such as a title."""
        inside = self.main.locator("a", has_text=name)
        return self._leave_by((inside if inside.count() else self.page.locator("a", has_text=name)).first.click)

    def follow_row(self) -> Screen:
        """Follow the link of the first row of the first table."""
        return self._leave_by(self.main.locator("tbody th a").first.click)

    def press(self, english: str, *, within: Locator | None = None) -> Screen:
        """Press the first button with these words."""
        return self._leave_by((within or self.main).get_by_role("button", name=self.words(english)).first.click)

    def _leave_by(self, act: Callable[[], None]) -> Screen:
        self.page.evaluate("window.__left = true")
        act()
        self.page.wait_for_function("!window.__left")
        self.page.wait_for_load_state("load")
        return self.look()

    def sign_in(self, app: Flask, email: str, password: str = PASSWORD, totp_secret: str = FACTOR_KEY) -> Screen:
        """Fill in the sign-in page, and the code where it is asked for."""
        self.fill(email=email, password=password).press("Sign in")
        if urlsplit(self.page.url).path == "/sign-in/code":
            self.fill(code=unused_code(app, email, totp_secret)).press("Continue")
        return self

    # Filling in forms: by the names of controls, which are the same in both languages

    def fill(self, **values: str | int | None) -> Screen:
        """Type into text fields and text areas."""
        for name, value in values.items():
            self.control(name).fill(str(value))
        return self

    def choose(self, **values: str) -> Screen:
        """Choose in selects and radio groups."""
        for name, value in values.items():
            if self.main.locator(f'select[name="{name}"]').count():
                self.control(name).select_option(value)
            else:
                self.main.locator(f'input[name="{name}"][value="{value}"]').check()
        return self

    def tick(self, name: str, *values: str) -> Screen:
        """Tick boxes of one question."""
        for value in values:
            self.main.locator(f'input[name="{name}"][value="{value}"]').check()
        return self

    def day(self, name: str, when: date) -> Screen:
        """Fill in a date."""
        return self.fill(
            **{f"{name}-day": when.day, f"{name}-month": when.month, f"{name}-year": when.year},
        )

    def control(self, name: str) -> Locator:
        return self.main.locator(f'[name="{name}"]:not([type="hidden"])').first

    # Looking

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text().strip()

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", self.main.inner_text())

    def sees(self, *texts: str) -> Screen:
        """Each of these stands in the main part."""
        shown = self.text
        for text in texts:
            assert text in shown, f"{text!r} is not on {self.page.url}: {shown}"
        return self

    def reads(self, english: str, **values: Any) -> Screen:
        """The page's own words in the reader's language."""
        return self.sees(re.sub(r"\s+", " ", self.words(english, **values)))

    def does_not_see(self, *texts: str) -> Screen:
        """None of these stands anywhere in the page, be it shown or not."""
        everything = self.page.content()
        for text in texts:
            assert text not in everything, f"{text!r} is on {self.page.url}"
        return self

    def picture(self, path: Path, *, full: bool = True) -> Screen:
        """Keep a picture of the page."""
        self.page.screenshot(path=path, full_page=full)
        return self

    def look(self) -> Screen:
        """Check the page: frame, accessibility, what the browser complained of, and the width of a phone."""
        place = kind_of(self.page.url)
        looked_at.note(self.page.url, self.language)
        problems = [*self.complaints, *self._frame_problems()]
        self.complaints = []
        problems += [f"refused: {text}" for text in self.page.evaluate("window.__refused || []")]
        problems += axe_problems(self.page)
        problems += self._overflow()
        self.problems += [f"{place} ({self.language}): {problem}" for problem in problems]
        return self

    def _frame_problems(self) -> list[str]:
        heading, title = self.page.locator("h1"), self.page.title()
        if heading.count() != 1:
            return [f"{heading.count()} h1"]
        problems = []
        if self.page.locator("html").get_attribute("lang") != self.language:
            problems.append("the page is in the wrong language")
        if not title.strip() or self.words("Talent Exchange") not in title:
            problems.append(f"title {title!r}")
        return problems

    def _overflow(self) -> list[str]:
        self.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        width = self.page.evaluate("document.documentElement.scrollWidth")
        culprits = self.page.evaluate(OVERFLOWING) if width > NARROW["width"] else []
        self.page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        return [f"{width} pixels wide on a screen of 320: {culprits}"] if width > NARROW["width"] else []

    def close(self) -> None:
        self.context.close()


OVERFLOWING = """
() => [...document.querySelectorAll("body *")]
  .filter((element) => element.getBoundingClientRect().right > 321 && !element.closest(".app-scroll"))
  .slice(0, 6).map((element) => element.tagName + "." + element.className)
"""


def axe_problems(page: Page) -> list[str]:
    """What axe finds wrong, one line for each element."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']}).then(done => done.violations)", RULES
    )
    return [
        f"axe {violation['id']}: {violation['help']}: {node['html'][:300]}"
        for violation in found
        for node in violation["nodes"]
        if not (violation["id"] in EXEMPT and EXEMPT[violation["id"]].search(node["html"]))
    ]


def kind_of(url: str) -> str:
    """The path of an address with every record's id and token left out."""
    return "/".join("…" if _names_a_record(part) else part for part in urlsplit(url).path.split("/"))


def _names_a_record(part: str) -> bool:
    try:
        UUID(part)
    except ValueError:
        return len(part) > 40
    return True
