"""Filling every form that a person can reach with junk, repeatably: the seed decides what is sent."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urljoin, urlsplit
from xml.etree.ElementTree import Element

from werkzeug.test import TestResponse

from tests.support.crawl import endpoint_of
from tests.support.page import Page, Visitor, apart, controls

JUNK: tuple[str | bytes, ...] = (
    "",
    " ",
    "0",
    "-1",
    "1e309",
    "99999999999999999999",
    "NaN",
    "٣",
    "²",
    "1" * 5000,
    "\x00",
    "a\x00b",
    "\ud800".encode("utf-8", "surrogatepass"),
    b"\xff\xfe",
    "%ED%A0%80",
    "\r\nBcc: x@evil.test",
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "{{7*7}}${7*7}%(x)s%s{0}",
    "'; DROP TABLE user;--",
    "%_\\",
    "(?:(",
    "../../etc/passwd",
    "//evil.test",
    "\u202eevil\u2066",
    "\u200b\ufeff\u2060",
    "가" * 30,
    "\u1112\u1161\u11ab",
    "ﷺ" * 400,
    "é́" * 50,
    "🇰🇷👩‍💻",
    "2027",
    "31",
    "none",
    "null",
    "true",
    "yes",
    "no",
    "00000000-0000-0000-0000-000000000000",
    "x" * 9000,
)
Answers = dict[str, list[str | bytes]]
LEFT_OUT = ("/sign-out", "/language")
"""Forms that every page has, and that would end the visit or change its language."""


@dataclass
class Fuzz:
    """One person's campaign: what was sent, and what went wrong."""

    visitor: Visitor
    seed: int
    sent: int = 0
    problems: list[str] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def look(self, address: str) -> Element | None:
        """Open a page as found by a link."""
        return self._check(f"GET {address}", lambda: self.visitor.client.get(address, headers=self._headers))

    def abuse(self, address: str, form: Element) -> None:
        """Send one form once, with some of its answers replaced, doubled, left out or made up."""
        data: Answers = {name: list(values) for name, values in controls(form).items()}
        token = data.pop("csrf_token", [""])
        self._choose(form, data)
        for name in list(data):
            if self.random.random() < 0.6:
                data[name] = self._worse(data[name])
        for name in self.random.sample(MADE_UP, 2):
            data[name] = [self.random.choice(JUNK)]
        data = {name: values for name, values in data.items() if values}
        target = urljoin(address, form.get("action") or address)
        self.sent += 1
        what = f"{form.get('method', 'get')} {target} {short(data)}"
        if form.get("method", "get").lower() == "post":
            data["csrf_token"] = token
            kind = self.random.choice(("application/x-www-form-urlencoded", "multipart/form-data"))
            self._check(
                what, lambda: self.visitor.client.post(target, data=data, headers=self._headers, content_type=kind)
            )
        else:
            self._check(what, lambda: self.visitor.client.get(target, query_string=data, headers=self._headers))

    @property
    def _headers(self) -> dict[str, str]:
        return {"Accept-Language": self.visitor.language}

    def _choose(self, form: Element, data: Answers) -> None:
        """Press one of the buttons and tick some of the choices, so that the answer gets past the first check."""
        buttons = [item for item in form.iter("button") if item.get("name")]
        if buttons and self.random.random() < 0.8:
            pressed = self.random.choice(buttons)
            data[pressed.get("name", "")] = [pressed.get("value", "")]
        options: dict[str, list[str]] = {}
        for item in form.iter():
            if item.tag == "input" and item.get("type") in ("radio", "checkbox") and item.get("name"):
                options.setdefault(item.get("name", ""), []).append(item.get("value", ""))
            elif item.tag == "select":
                found = [option.get("value", "") for option in item.iter("option")]
                options.setdefault(item.get("name", ""), []).extend(found)
        for name, values in options.items():
            if values and self.random.random() < 0.7:
                data[name] = [self.random.choice(values)]

    def _worse(self, values: list[str | bytes]) -> list[str | bytes]:
        way = self.random.random()
        if way < 0.1:
            return []
        if way < 0.2:
            return [*values, *values, self.random.choice(JUNK)]
        return [self.random.choice(JUNK)]

    def _check(self, what: str, send: Callable[[], TestResponse]) -> Element | None:
        try:
            response: TestResponse = apart(send)
        except Exception as error:
            self.problems.append(f"{what}: {type(error).__name__}: {str(error)[:300]}")
            return None
        self.statuses[response.status_code] = self.statuses.get(response.status_code, 0) + 1
        if response.status_code >= 500:
            self.problems.append(f"{what}: {response.status_code}")
        try:
            page = Page(self.visitor, response, what)
        except AssertionError as problem:
            if "English on a Korean page" not in str(problem):  # junk is in neither language
                self.problems.append(f"{what}: {problem}")
            return None
        if b"<script>alert" in response.data or b"<img src=x" in response.data:
            self.problems.append(f"{what}: markup came back alive")
        return page.tree


MADE_UP = (
    "status", "organisation_id", "author_id", "role", "agreed", "places_claimed", "decided_by", "version", "user_id",
    "id", "next", "from", "then", "do", "page", "csrf_token_", "answer", "profile_id", "country", "skill", "remove",
)  # fmt: skip
"""Names that some form or record has; sent where they do not belong."""


def forms_of(tree: Element) -> Iterator[Element]:
    for form in tree.iterfind(".//form"):
        if not (form.get("action") or "").startswith(LEFT_OUT):
            yield form


def addresses(visitor: Visitor, start: str, per_endpoint: int) -> dict[str, Element]:
    """Pages with forms that links lead to, at most so many of each kind."""
    seen, waiting, kinds, found = {start}, [start], dict[str, int](), dict[str, Element]()
    while waiting:
        address = waiting.pop(0)
        endpoint = endpoint_of(visitor.app, address)
        if kinds.get(endpoint, 0) >= per_endpoint:
            continue
        kinds[endpoint] = kinds.get(endpoint, 0) + 1
        page = visitor.get(address)
        if page.tree is None or page.status_code != 200:
            continue
        if any(True for _form in forms_of(page.tree)):
            found[address] = page.tree
        for link in page.tree.iterfind(".//a[@href]"):
            target = urldefrag(urljoin(address, link.get("href", ""))).url
            if target and not urlsplit(target).scheme and target not in seen:
                seen.add(target)
                waiting.append(target)
    return found


def short(data: Answers) -> str:
    return str({name: [str(value)[:40] for value in values] for name, values in data.items()})
