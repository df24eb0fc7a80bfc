"""M14, domain.md 20: beside every free text stands what must not be written, and beside reasons that they may be
disclosed."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from wtforms import Field, TextAreaField

import talent
from talent.config import ROOT
from talent.forms import GovForm
from talent.forms.fields import Text

OFFICIAL = {"en": "OFFICIAL only; no system or operational detail", "ko": "공개할 수 있는 내용만"}
DISCLOSED = {"en": "may be disclosed under freedom of information", "ko": "정보공개 청구에 따라 공개될 수 있습니다"}
REASON = re.compile(r"note|reason|source|answer|words|why|comment")
NOT_A_REASON = {
    ("RouteForm", "supernumerary_reason"),  # a field of the post, which is published as a whole
}


def forms() -> list[type[GovForm]]:
    """Every form class of the service, with its modules loaded."""
    for module in pkgutil.walk_packages(talent.__path__, "talent."):
        importlib.import_module(module.name)
    found, left = [], [GovForm]
    while left:
        for form in left.pop().__subclasses__():
            if form.__module__.startswith("talent.") and form not in found:
                found.append(form)
                left.append(form)
    return found


def long_texts(app: Flask, language: str) -> Iterator[tuple[str, Field, str]]:
    """Form name, field and the rendered field of every text of several lines."""
    for form in forms():
        bound = [name for name in dir(form) if getattr(getattr(form, name), "field_class", None) is not None]
        for name in bound:
            unbound = getattr(form, name)
            if not issubclass(unbound.field_class, TextAreaField):
                continue
            with app.test_request_context(headers={"Accept-Language": language}):
                field = unbound.bind(form=GovForm(), name=name, prefix="")
                field.process(None)
                yield form.__name__, field, str(field())


@pytest.mark.parametrize("language", ["en", "ko"])
def test_m14_every_long_text_says_official_only(app: Flask, language: str) -> None:
    seen = list(long_texts(app, language))
    assert len(seen) >= 12
    wrong = [f"{form}.{field.name}" for form, field, html in seen if OFFICIAL[language] not in html]
    assert not wrong, wrong


@pytest.mark.parametrize("language", ["en", "ko"])
def test_m14_every_reason_says_that_it_may_be_disclosed(app: Flask, language: str) -> None:
    reasons = [
        (form, field, html)
        for form, field, html in long_texts(app, language)
        if REASON.search(field.name) and (form, field.name) not in NOT_A_REASON
    ]
    assert len(reasons) >= 8
    wrong = [f"{form}.{field.name}" for form, field, html in reasons if DISCLOSED[language] not in html]
    assert not wrong, wrong


def test_m14_no_reason_is_asked_in_one_line(app: Flask) -> None:
    """One line has no such words beside it, so reasons are asked in several."""
    wrong = [
        f"{form.__name__}.{name}"
        for form in forms()
        for name in dir(form)
        if getattr(getattr(form, name), "field_class", None) is Text and re.search(r"\b(note|reason|why)\b", name)
    ]
    assert not wrong, wrong


def test_m14_long_texts_come_from_forms_alone(app: Flask) -> None:
    """A text area written by hand into a page would have no such words."""
    pages = (ROOT / "templates").rglob("*.html")
    wrong = [str(page) for page in pages if re.search(r"<textarea|govukTextarea|govukCharacterCount", page.read_text())]
    assert not wrong, wrong
