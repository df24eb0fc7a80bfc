"""A small browser without JavaScript: cookies, forms and links, over plain HTTP."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import struct
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

TIMEOUT = 60
VOID = {"input", "img", "br", "hr", "meta", "link", "source"}


@dataclass
class Form:
    """One form of a page: where it goes, and what it would send as it stands."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)
    """Text, name and value of each submit button."""


class Page(HTMLParser):
    """One answer: status, headers, text, links and forms."""

    def __init__(self, url: str, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.url, self.status, self.body = url, status, body
        self.header_list = headers
        self.headers = {name.lower(): value for name, value in headers}
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.language = ""
        self.heading = ""
        self._form: Form | None = None
        self._select: tuple[str, bool] | None = None
        self._area: str | None = None
        self._link: str | None = None
        self._button: tuple[str, str] | None = None
        self._text: list[str] = []
        self._hidden = 0
        self._main = False
        self._in_heading = False
        if "html" in self.headers.get("content-type", ""):
            self.feed(self.html)

    @property
    def html(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def text(self) -> str:
        """What a reader sees of the main part, with single spaces."""
        return " ".join(" ".join(self.words).split())

    @property
    def location(self) -> str:
        return self.headers.get("location", "")

    def form(self, name: str) -> Form:
        """The form with a control or a button of this name, or that goes to this path. Raises LookupError."""
        for form in self.forms:
            goes_there = urlsplit(form.action).path == name
            if goes_there or name in form.names or any(name in button for button in form.buttons):
                return form
        raise LookupError(f"no form with {name!r} at {self.url} ({self.status})")

    def link(self, text: str) -> str:
        """The address behind a link with these words. Raises LookupError."""
        for words, href in self.links:
            if text in words:
                return href
        raise LookupError(f"no link {text!r} at {self.url}")

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "html":
            self.language = given.get("lang", "")
        if tag in ("script", "style", "template"):
            self._hidden += 1
        if tag == "main":
            self._main = True
        if tag == "h1":
            self._in_heading = True
        if tag == "form":
            self._form = Form(given.get("action") or self.url, given.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag == "a" and "href" in given:
            self._link, self._text = given["href"], []
        elif self._form is not None:
            self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        form, name = self._form, given.get("name", "")
        assert form is not None
        if name:
            form.names.add(name)
        if tag == "input" and name:
            self._input(form, name, given)
        elif tag == "select":
            self._select = (name, False)
            form.choices.setdefault(name, [])
        elif tag == "option" and self._select is not None:
            value = given.get("value", "")
            form.choices[self._select[0]].append(value)
            if "selected" in given or not self._select[1]:
                form.values = [item for item in form.values if item[0] != self._select[0]]
                form.values.append((self._select[0], value))
                self._select = (self._select[0], True)
        elif tag == "textarea":
            self._area, self._text = name, []
        elif tag == "button" and given.get("type", "submit") == "submit":
            self._button, self._text = (name, given.get("value", "")), []

    @staticmethod
    def _input(form: Form, name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(given.get("value", "on"))
            if "checked" in given:
                form.values.append((name, given.get("value", "on")))
        elif kind not in ("submit", "button", "file"):
            form.values.append((name, given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        text = " ".join("".join(self._text).split())
        if tag in ("script", "style", "template"):
            self._hidden -= 1
        elif tag == "main":
            self._main = False
        elif tag == "h1":
            self._in_heading = False
        elif tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "a" and self._link is not None:
            self.links.append((text, self._link))
            self._link = None
        elif tag == "textarea" and self._area is not None and self._form is not None:
            self._form.values.append((self._area, "".join(self._text)))
            self._area = None
        elif tag == "button" and self._button is not None and self._form is not None:
            self._form.buttons.append((text, *self._button))
            self._button = None

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        self._text.append(data)
        if self._main:
            self.words.append(data)
        if self._in_heading:
            self.heading += data


class Browser:
    """Keeps cookies and follows nothing by itself."""

    def __init__(self, base: str, language: str = "en") -> None:
        self.base, self.language = base, language
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **headers: str) -> Page:
        return self.send("GET", path, headers=headers)

    def post(self, path: str, values: list[tuple[str, str]], **headers: str) -> Page:
        return self.send("POST", path, urlencode(values).encode(), headers)

    def send(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Page:
        url = urljoin(self.base, path)
        parts = urlsplit(url)
        sent = {"Accept-Language": self.language, "Host": parts.netloc}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        sent |= {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
        try:
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, body, sent)
            answer = connection.getresponse()
            page = Page(url, answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()
        self._keep(page)
        return page

    def _keep(self, page: Page) -> None:
        for name, value in page.header_list:
            if name.lower() == "set-cookie":
                pair, *attributes = value.split(";")
                key, _, content = pair.partition("=")
                gone = any(item.strip().lower() in ("max-age=0",) for item in attributes) or not content
                if gone:
                    self.cookies.pop(key.strip(), None)
                else:
                    self.cookies[key.strip()] = content

    def submit(self, page: Page, name: str, button: str | None = None, **changes: str | list[str] | None) -> Page:
        """Send the form that has this control, with these changes; None leaves a control out."""
        form = page.form(name)
        values = [item for item in form.values if item[0] not in changes]
        for key, value in changes.items():
            if value is not None:
                values += [(key, item) for item in ([value] if isinstance(value, str) else value)]
        pressed = next((item for item in form.buttons if button is None or button in item[0]), None)
        if pressed is not None and pressed[1]:
            values.append((pressed[1], pressed[2]))
        return (
            self.post(form.action, values) if form.method == "post" else self.get(f"{form.action}?{urlencode(values)}")
        )

    def follow(self, page: Page, most: int = 6) -> Page:
        """Go where redirects lead."""
        while 300 <= page.status < 400 and most:
            page, most = self.get(page.location), most - 1
        return page


def authenticator_code(secret: str, at: float | None = None) -> str:
    """The code an authenticator app shows (RFC 6238: SHA-1, 30 seconds, six digits)."""
    key = base64.b32decode(secret.upper() + "=" * (-len(secret) % 8))
    step = int((time.time() if at is None else at) // 30)
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
