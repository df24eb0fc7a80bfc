"""R16: typed text is cleaned in one way, bounded, and read in linear time; whatever is typed, nothing breaks.

`FUZZ_EACH` (tries a form) makes a longer search than the one of every day.
"""

from __future__ import annotations

import importlib
import math
import os
import pkgutil
import random
import re
import signal
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

import ml
import talent
from ml.matcher import SkillMatcher
from models import Skill
from talent.forms import GovForm, clean_line, clean_text
from talent.forms.cleaning import INVISIBLE_RANGES, LONGEST_CLEANED
from talent.forms.fields import LongText, Text
from talent.opportunities import forms as post_forms
from talent.opportunities import offer_forms
from talent.profiles.skill_form import SkillRow
from tests.integration.access.fuzzing import JUNK
from tests.ml import records
from tests.support.growth import assert_grows_linearly

EACH = int(os.environ.get("FUZZ_EACH", "25"))
QUIET = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
LEXICON = records.lexicon()
ANY_TEXT = st.text(st.characters(), max_size=300)


@QUIET
@given(ANY_TEXT)
def test_r16_cleaning_is_done_once(text: str) -> None:
    cleaned = clean_text(text)
    assert cleaned is not None
    assert clean_text(cleaned) == cleaned
    assert not [char for char in cleaned if any(first <= ord(char) <= last for first, last in INVISIBLE_RANGES)]
    line = clean_line(text)
    assert line is not None
    assert len(line.splitlines()) <= 1 or re.search(r"[\x1c-\x1e]", line), "control characters are refused by the field"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ＡＢＣ１２３", "ABC123"),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", "한글"),
        ("ﾊﾝｸﾞﾙ ﬁne", "ハングル fine"),
        ("25㎡, x², 1½, ①, 10℃", "25㎡, x², 1½, ①, 10°C"),
        ("a\u200bd\u2060m\ufeffin", "admin"),
        ("\u202eevil\u202c and \u2066more\u2069", "evil and more"),
        ("soft\u00adhyphen\u3164\uffa0\u115f", "softhyphen"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        (" \u00a0 both ends \u3000", "both ends"),
        ("R&D, C++, 100%", "R&D, C++, 100%"),
    ],
)
def test_r16_what_reads_the_same_becomes_the_same(typed: str, kept: str) -> None:
    assert clean_text(typed) == kept


def test_r16_one_line_stays_one_line() -> None:
    assert clean_line("Post\r\nBcc: x@evil.test\u2028\tend") == "Post Bcc: x@evil.test end"


def _modules(package: Any) -> Iterator[Any]:
    yield package
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)


def test_r16_every_text_of_a_form_goes_through_the_filter() -> None:
    """Our fields clean; and no form of ours takes text in another field than ours."""
    assert Text.cleans_text
    assert Text.one_line
    assert LongText.cleans_text
    wrong = []
    for module in _modules(talent):
        if module.__name__.startswith("talent.forms"):
            continue
        source = getattr(module, "__file__", "") or ""
        text = Path(source).read_text(encoding="utf-8") if source else ""
        if re.search(r"\b(?:StringField|TextAreaField)\(", text):
            wrong.append(module.__name__)
    assert wrong == []


def test_r16_no_post_holds_more_than_40_000_characters() -> None:
    total = 0
    for module in (post_forms, offer_forms):
        for form in vars(module).values():
            if isinstance(form, type) and issubclass(form, GovForm) and form is not GovForm:
                for name in dir(form):
                    kwargs = getattr(getattr(form, name), "kwargs", None)
                    if isinstance(kwargs, dict):
                        total += int(kwargs.get("max_length", 0))
    assert 16_000 <= total <= 40_000


MEGABYTE = 10**6
PATHOLOGICAL = (
    "a",
    " ",
    "0",
    "-",
    "@",
    "가",
    "a@",
    "a.",
    "0-",
    "=?",
    "\n",
    "(",
    "A1",
    "www.",
    "http://",
    "+",
    "ㄱ",
    "\u0301",
)


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    def stop(_number: int, _frame: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_r16_patterns_are_linear() -> None:
    """Every pattern of the service, over texts made to be hard: four times the text takes about four times as long.

    A pattern whose work grows with the square would take sixteen times as long; time is the processor's own.
    """
    patterns = {
        f"{module.__name__}.{name}": value
        for package in (talent, ml)
        for module in _modules(package)
        for name, value in vars(module).items()
        if isinstance(value, re.Pattern) and isinstance(value.pattern, str)
    }
    assert len(patterns) > 15
    slow = []
    for name, pattern in sorted(patterns.items()):
        for unit in PATHOLOGICAL:
            small = _work(pattern, unit, 1_500)
            if small > 0.002:  # seconds for fifteen hundred characters: look closer
                large = _work(pattern, unit, 6_000)
                if large > 8 * small and large > 0.05:
                    slow.append(f"{name} on {unit!r}: {small:.4f} s, then {large:.4f} s")
    assert not slow, "\n".join(slow)


def _work(pattern: re.Pattern[str], unit: str, length: int) -> float:
    text = (unit * length)[:length] + "!"
    best = math.inf
    for _time in range(2):
        began = time.process_time()
        with _at_most(20):
            for _match in pattern.finditer(text):
                pass
        best = min(best, time.process_time() - began)
    return best


@pytest.mark.parametrize("unit", ["a", "가", "ﷺ", "\u0301", "\u200b", "²a", "\u202e", "\u1112\u1161\u11ab", "\ud800"])
def test_r16_a_megabyte_is_no_burden(unit: str) -> None:
    """Cleaning the longest text that is cleaned, and refusing a megabyte."""

    def work(length: int) -> None:
        text = (unit * length)[:length]
        clean_line(text)
        unicodedata.normalize("NFC", text)

    for length in (LONGEST_CLEANED, MEGABYTE):
        assert_grows_linearly(work, length)


def _forms() -> list[type[GovForm]]:
    found: dict[str, type[GovForm]] = {}
    for module in _modules(talent):
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, GovForm) and value is not GovForm:
                found[f"{value.__module__}.{value.__qualname__}"] = value
    return [form for _name, form in sorted(found.items())]


def _junk(names: list[str], chance: random.Random) -> MultiDict[str, str]:
    data: MultiDict[str, str] = MultiDict()
    for name in names:
        for part in ("", "-day", "-month", "-year"):
            for _time in range(chance.choice((0, 1, 1, 1, 2))):
                value = chance.choice(JUNK)
                data.add(name + part, value.decode("utf-8", "replace") if isinstance(value, bytes) else value)
    return data


def test_r16_every_form_takes_any_junk(app: Flask) -> None:
    """Each form of the service, tried many times: messages, never a failure. Some 1,500 cases a run."""
    chance, tried, problems = random.Random(20261123), 0, []
    for form_class in _forms():
        # A form of its own that asks for no arguments; WTForms prepares a class when it is first called.
        about: dict[str, Any] = {"rows": []} if form_class.__name__ == "SkillsForm" else {}
        if form_class is SkillRow:
            about = {"skill": Skill(id="a", name_en="A skill", name_ko="역량")}
        plain = type(form_class.__name__, (form_class,), {"__init__": lambda self: GovForm.__init__(self), **about})
        names = [name for name in dir(form_class) if hasattr(getattr(form_class, name, None), "field_class")]
        for _time in range(EACH):
            data = _junk(names, chance)
            with app.test_request_context("/", method="POST", data=data):
                try:
                    form = plain()
                    for field in form:
                        if getattr(field, "choices", 0) is None:
                            field.choices = []
                    form.validate()
                    form.error_list()
                    form.typed()
                except Exception as error:  # every failure is told, with what was sent
                    problems.append(f"{form_class.__name__}: {type(error).__name__}: {error} for {dict(data)!r:.300}")
            tried += 1
    assert not problems, "\n".join(problems[:10])
    assert tried >= 40 * EACH


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ANY_TEXT | st.sampled_from([item for item in JUNK if isinstance(item, str)]), min_size=2, max_size=4))
def test_r16_any_text_has_a_finite_score_and_the_same_twice(texts: list[str]) -> None:
    people = [*records.people(), *(records.profile(f"p{number}", text) for number, text in enumerate(texts))]
    posts = [*records.posts(), records.post("o1", texts[0]), records.post("o2", texts[-1])]
    one, other = (SkillMatcher(lexicon=LEXICON, seed=b"seed").fit(people, posts) for _time in range(2))
    for person in people[-len(texts) :]:
        for post in ("o1", "o2", "gb-research"):
            score = one.explain(person.id, post).score
            assert score is not None
            assert math.isfinite(score)
            assert 0 <= score <= 1
            assert other.explain(person.id, post).score == score
