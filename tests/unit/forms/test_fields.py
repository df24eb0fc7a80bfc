"""Fields and what they say, without a database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask, g
from werkzeug.datastructures import MultiDict
from wtforms.fields.choices import SelectChoice

from talent import create_app
from talent.forms import GovForm
from talent.forms.conflict import _rows
from talent.forms.fields import Checkboxes, Day, GroupedSelect, LongText, Number, Select, Text, Tick
from tests.conftest import test_settings


@pytest.fixture(scope="module")
def bare_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(test_settings(tmp_path_factory.mktemp("forms"), "sqlite://"))


@pytest.fixture
def post(bare_app: Flask) -> Iterator[Any]:
    """`post(Form, {...})` gives the form as a POST fills it."""
    contexts = []

    def fill(form: type[GovForm], data: dict[str, Any], **options: Any) -> GovForm:
        context = bare_app.test_request_context("/", method="POST", data=MultiDict(data))
        context.push()
        contexts.append(context)
        g.user = None
        return form(**options)

    yield fill
    for context in reversed(contexts):
        context.pop()


GROUPS = [("Data: Analyst", [SelectChoice("a", "Junior <analyst>"), SelectChoice("b", "Analyst")])]


class Sample(GovForm):
    name = Text("Name", required="Enter a name", max_length=10)
    story = LongText("Story", max_length=20)
    number = Number("Number", high=50)
    one = Select("One", choices=[SelectChoice("x", "Ex")])
    grouped = GroupedSelect("Grouped", choices=GROUPS)
    many = Checkboxes("Many", choices=[SelectChoice("x", "Ex"), SelectChoice("y", "Why")])
    sure = Tick("Sure")
    day = Day("Day")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 11}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "a\ufffd"}, "name"),
        ({"name": "a%ED%A0%80"}, "name"),
        ({"name": "ok", "number": "51"}, "number"),
        ({"name": "ok", "number": "1e9999"}, "number"),
        ({"name": "ok", "number": "4.5"}, "number"),
        ({"name": "ok", "one": "z"}, "one"),
        ({"name": "ok", "grouped": "z"}, "grouped"),
        ({"name": "ok", "many": ["x", "z"]}, "many"),
        ({"name": "ok", "day-day": "31", "day-month": "2", "day-year": "2027"}, "day"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(post: Any, data: dict[str, Any], field: str) -> None:
    form = post(Sample, data)
    assert not form.validate()
    assert [name for name, messages in form.errors.items() if messages] == [field]
    assert form.error_list()[0]["href"].startswith(f"#{field}")
    assert f'id="{field}-error"' in str(form[field]())


def test_plain_text_may_hold_a_per_cent(post: Any) -> None:
    assert post(Sample, {"name": "100%", "story": "%ED is a tag\nand 5%"}).validate()


def test_grouped_select_shows_its_groups(post: Any) -> None:
    form = post(Sample, {"name": "ok", "grouped": "b"})
    assert form.validate()
    html = str(form.grouped())
    assert '<optgroup label="Data: Analyst">' in html
    assert '<option value="b" selected>Analyst</option>' in html
    assert "Junior &lt;analyst&gt;" in html


def test_form_of_what_is_saved_ignores_what_was_sent(post: Any) -> None:
    form = post(Sample, {"name": "typed"}, name="saved", from_request=False)
    assert form.name.data == "saved"


def test_typed_is_told_in_words(post: Any) -> None:
    form = post(
        Sample,
        {
            "name": "ok",
            "one": "x",
            "grouped": "b",
            "many": ["x", "y"],
            "sure": "y",
            "day-day": "2",
            "day-month": "3",
            "day-year": "2027",
        },
    )
    told = dict(form.typed())
    assert told["One"] == "Ex"
    assert told["Grouped"] == "Analyst"
    assert told["Many"] == "Ex, Why"
    assert told["Sure"] == "Yes"
    assert told["Day"] == "2 March 2027"
    assert form.day.data == date(2027, 3, 2)


def test_conflict_rows_keep_both_sides() -> None:
    rows = _rows([("Name", "mine"), ("Gone", "x")], [("Name", "theirs"), ("New", "y")])
    assert [(row.label, row.mine, row.theirs, row.differs) for row in rows] == [
        ("Name", "mine", "theirs", True),
        ("Gone", "x", "", True),
        ("New", "", "y", True),
    ]


def test_what_was_typed_is_escaped_and_without_nul(post: Any) -> None:
    html = str(post(Sample, {"name": '"><script>\x00'}).name())
    assert "<script>" not in html
    assert "\x00" not in html
