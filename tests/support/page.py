"""A visitor without JavaScript, and the page lint every HTML answer must pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from contextvars import Context
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask, has_app_context, url_for
from sqlalchemy import func, update
from werkzeug.test import TestResponse

from models import User
from talent.auth import one_time_codes
from talent.extensions import db

PASSWORD = "a long password for tests 1"
FACTOR_KEY = "ONLYFORTESTSONLYFORTESTSONLYFORT"
"""Key of every authenticator app that `build` gives somebody."""
HTML = "{http://www.w3.org/1999/xhtml}"
UNLABELLED = {"hidden", "submit", "button"}
HANGUL = re.compile("[가-힣]")
ENGLISH_PHRASE = re.compile(r"\b[a-z]{2,} [a-z]{2,}\b")
"""Two small-letter words in a row: prose, not a name, an acronym or a code."""
ENGLISH_WORDS = {"Yes", "No", "Home", "Save", "Continue", "Back", "Day", "Month", "Year", "Error:", "Error", "Search"}


class Page:
    """One answer of the service, parsed and checked."""

    def __init__(self, visitor: Visitor, response: TestResponse, url: str) -> None:
        self.visitor, self.response, self.url = visitor, response, url
        self.status_code = response.status_code
        self.tree: Element | None = None
        if response.mimetype == "text/html" and response.data:
            self.tree = html5lib.parse(response.data.decode(), namespaceHTMLElements=False)
            if not 300 <= response.status_code < 400:
                lint(self.tree, url)

    @property
    def html(self) -> str:
        return self.response.get_data(as_text=True)

    @property
    def text(self) -> str:
        """The words a reader sees in the main part, with single spaces."""
        assert self.tree is not None
        main = self.tree.find(".//main")
        return words(main if main is not None else self.tree)

    @property
    def heading(self) -> str:
        assert self.tree is not None
        return words(one(self.tree, "h1"))

    @property
    def location(self) -> str:
        return self.response.headers.get("Location", "")

    def follow(self) -> Page:
        """The page that a redirect leads to."""
        assert 300 <= self.status_code < 400, f"{self.url} answered {self.status_code}, not a redirect"
        return self.visitor.get(self.location)

    def errors(self) -> list[str]:
        """Lines of the error summary."""
        assert self.tree is not None
        return [words(item) for item in self.tree.iter("li") if "error-summary" in _class_above(self.tree, item)]

    def links(self) -> dict[str, str]:
        """Link text to address."""
        assert self.tree is not None
        return {words(link): link.get("href", "") for link in self.tree.iterfind(".//a[@href]")}

    def click(self, text: str) -> Page:
        """Follow the link whose text contains this."""
        for words_, href in self.links().items():
            if text in words_:
                return self.visitor.get(href)
        raise AssertionError(f"no link {text!r} on {self.url}: {sorted(self.links())}")

    def form(self, containing: str | None = None) -> Element:
        """The form in the main part that has a control of this name or a button of this text; else the only one."""
        assert self.tree is not None
        main = self.tree.find(".//main")
        forms = list((main if main is not None else self.tree).iterfind(".//form"))
        if containing is not None:
            forms = [form for form in forms if _has_control(form, containing)]
        assert forms, f"no form{f' with {containing!r}' if containing else ''} on {self.url}"
        return forms[0]

    def submit(self, containing: str | None = None, button: str | None = None, **values: Any) -> Page:
        """Send a form as a browser would: its hidden and filled values, with these changes.

        `values` are by control name (use __ for - in names); None leaves a control out; a list sends several.
        """
        form = self.form(containing)
        data = controls(form)
        for name, value in values.items():
            key = name.replace("__", "-")
            if value is None:
                data.pop(key, None)
            else:
                data[key] = [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]
        pressed = _button(form, button)
        if pressed is not None and pressed.get("name"):
            data[pressed.get("name", "")] = [pressed.get("value", "")]
        action = form.get("action") or self.url
        if form.get("method", "get").lower() == "post":
            return self.visitor.post(action, data)
        return self.visitor.get(action, query=data)


class Visitor:
    """Keeps cookies, follows nothing by itself, and checks every page it is given."""

    def __init__(self, app: Flask, language: str = "en") -> None:
        self.app, self.language = app, language
        self.client = app.test_client()

    def url(self, endpoint: str, **values: Any) -> str:
        with self.app.test_request_context():
            return url_for(endpoint, **values)

    def page(self, endpoint: str, **values: Any) -> Page:
        """The page of an endpoint."""
        return self.get(self.url(endpoint, **values))

    def get(self, url: str, query: dict[str, list[str]] | None = None) -> Page:
        headers = {"Accept-Language": self.language}
        response = apart(lambda: self.client.get(url, query_string=query, headers=headers))
        return Page(self, response, url)

    def post(self, url: str, data: dict[str, Any]) -> Page:
        headers = {"Accept-Language": self.language}
        response = apart(lambda: self.client.post(url, data=data, headers=headers))
        return Page(self, response, url)

    def sign_in(
        self,
        user: User | str = "",
        password: str = PASSWORD,
        *,
        email: str = "",
        totp_secret: str = FACTOR_KEY,
    ) -> Visitor:
        """Sign in with the password and, where it is asked for, a code. Also takes what a sample account has."""
        email = email or (user if isinstance(user, str) else user.email)
        page = self.page("security.login").submit(email=email, password=password)
        assert page.status_code == 302, f"sign-in failed: {page.errors()}"
        if page.location.startswith("/sign-in/code"):
            page = page.follow().submit("code", code=unused_code(self.app, email, totp_secret))
            assert page.status_code == 302, f"the second step failed: {page.errors()}"
        return self


def unused_code(app: Flask, email: str, key: str = FACTOR_KEY) -> str:
    """The code of this moment. A person would wait for the next when it has been used; a test forgets that it was."""
    with app.app_context() if not has_app_context() else nullcontext():
        db.session.rollback()
        db.session.execute(update(User).where(func.lower(User.email) == email.lower()).values(tf_last_counter=None))
        db.session.commit()
        db.session.expire_all()
    return one_time_codes.code_of(key)


def apart(send: Callable[[], TestResponse]) -> TestResponse:
    """Send a request as a server gets it: with a context, and so a person, a language and a session, of its own.

    The read that the test has open ends first, so that the test sees afterwards what the request changed.
    """
    if has_app_context():
        db.session.rollback()
    return Context().run(send)


def lint(tree: Element, url: str) -> None:
    """Title, one h1, language, unique ids, labels, and links that lead somewhere."""
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    problems = [*_frame_problems(tree, ids), *_control_problems(tree, ids), *_link_problems(tree, ids)]
    if tree.get("lang") == "ko":
        problems += [f"English on a Korean page: {text!r}" for text in english_left(tree)]
    assert not problems, f"{url}: {'; '.join(sorted(problems))}"


def _frame_problems(tree: Element, ids: list[str | None]) -> Iterator[str]:
    if not (tree.findtext(".//title") or "").strip():
        yield "no title"
    headings = len(list(tree.iterfind(".//h1")))
    if headings != 1:
        yield f"{headings} h1"
    if tree.get("lang") not in ("en", "ko"):
        yield "no lang"
    yield from (f"id {name!r} twice" for name in {name for name in ids if ids.count(name) > 1})
    for table in tree.iterfind(".//table"):
        if table.find(".//th") is None:
            yield "table without headers"
    for element in tree.iter():
        if element.get("style") or any(str(name).startswith("on") for name in element.attrib):
            yield f"inline style or handler on {element.tag}"


def _control_problems(tree: Element, ids: list[str | None]) -> Iterator[str]:
    labelled = {label.get("for") for label in tree.iterfind(".//label[@for]")}
    for control in tree.iter():
        if control.tag not in ("input", "select", "textarea") or control.get("type") in UNLABELLED:
            continue
        if control.get("id") not in labelled and not control.get("aria-label") and not control.get("aria-labelledby"):
            yield f"{control.tag} {control.get('name')!r} has no label"
    for element in tree.iter():
        for name in (element.get("aria-describedby") or "").split():
            if name not in ids:
                yield f"aria-describedby {name!r} points at nothing"
    for form in tree.iterfind(".//form"):
        if form.get("method", "get").lower() == "post" and "csrf_token" not in controls(form):
            yield f"form to {form.get('action')} without csrf_token"


def _link_problems(tree: Element, ids: list[str | None]) -> Iterator[str]:
    for link in tree.iterfind(".//a[@href]"):
        href = link.get("href") or ""
        if href.startswith("#") and len(href) > 1 and href[1:] not in ids:
            yield f"link {href} points at nothing"
        if not words(link) and not link.get("aria-label"):
            yield f"link to {href} has no text"


def english_left(tree: Element) -> Iterator[str]:
    """Texts of a Korean page that are English and not marked as such with a lang attribute."""
    yield from _english_in(tree, "ko")


def _english_in(element: Element, lang: str) -> Iterator[str]:
    here = element.get("lang", lang)
    if element.tag in ("script", "style") or not isinstance(element.tag, str):
        return
    texts = [element.text] + [child.tail for child in element]
    if here == "ko":
        texts += [element.get(name) for name in ("aria-label", "alt", "title", "placeholder")]
        yield from (text.strip() for text in texts if text and _is_english(text))
    for child in element:
        yield from _english_in(child, here)


def _is_english(text: str) -> bool:
    return not HANGUL.search(text) and (ENGLISH_PHRASE.search(text) is not None or text.strip() in ENGLISH_WORDS)


def words(element: Element) -> str:
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def one(tree: Element, tag: str) -> Element:
    found = list(tree.iter(tag))
    assert len(found) == 1, f"{len(found)} {tag}"
    return found[0]


def controls(form: Element) -> dict[str, list[str]]:
    """What a browser would send if the form were sent as it stands, buttons left out."""
    data: dict[str, list[str]] = {}
    for control in form.iter():
        name = control.get("name")
        if not name or control.get("disabled") is not None:
            continue
        kind = control.get("type", "text")
        if control.tag == "input" and kind in ("checkbox", "radio"):
            if control.get("checked") is not None:
                data.setdefault(name, []).append(control.get("value", "on"))
        elif control.tag == "input" and kind not in ("submit", "button", "file"):
            data.setdefault(name, []).append(control.get("value", ""))
        elif control.tag == "textarea":
            data.setdefault(name, []).append("".join(control.itertext()))
        elif control.tag == "select":
            chosen = [option for option in control.iter("option") if option.get("selected") is not None]
            options = chosen or list(control.iter("option"))[:1]
            data.setdefault(name, []).extend(option.get("value", words(option)) for option in options)
    return data


def _has_control(form: Element, name: str) -> bool:
    if form.get("id") == name or form.get("action") == name:
        return True
    return any(
        control.get("name") in (name, f"{name}-day") or (control.tag == "button" and name in words(control))
        for control in form.iter()
    )


def _button(form: Element, text: str | None) -> Element | None:
    buttons = [item for item in form.iter("button") if item.get("type", "submit") == "submit"]
    if text is not None:
        buttons = [item for item in buttons if text in words(item)]
        assert buttons, f"no button {text!r}"
    return buttons[0] if buttons else None


def _class_above(tree: Element, wanted: Element) -> str:
    for parent in tree.iter():
        if "error-summary" in (parent.get("class") or "") and any(child is wanted for child in parent.iter("li")):
            return parent.get("class") or ""
    return ""
