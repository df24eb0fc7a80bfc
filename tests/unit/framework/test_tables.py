"""The descriptions of dated tables agree with the models and with the files that fill them."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect

from models import Dated, ServiceRule
from talent.framework.search import LONGEST_SEARCH, normalised
from talent.framework.sources import DATED_FILES
from talent.framework.tables import TABLES, Table

KEPT_BY_THE_SERVICE = {"id", "code", "country", "valid_from", "valid_to", "source"}
KEPT_BY_THE_SERVICE |= {"from_file", "edited_by_id", "created_at", "updated_at"}


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_every_column_can_be_edited_or_is_carried_over(table: Table) -> None:
    columns = {column.key for column in inspect(table.model).column_attrs}
    assert {entry.name for entry in table.entries} | set(table.carried) | KEPT_BY_THE_SERVICE == columns


def test_every_dated_file_has_a_table() -> None:
    loaded: set[object] = {source.model for sources in DATED_FILES.values() for source in sources}
    assert loaded == {table.model for table in TABLES.values()}
    assert all(isinstance(model, type) and issubclass(model, Dated) for model in loaded)


@pytest.mark.parametrize(
    ("unit", "value", "fine"),
    [
        ("days", "5", True),
        ("days", "0", False),
        ("days", "5.5", False),
        ("days", "12345", False),
        ("local_time", "23:59", True),
        ("local_time", "24:00", False),
        ("local_time", "5", False),
    ],
)
def test_the_value_of_a_service_rule_suits_its_unit(unit: str, value: str, fine: bool) -> None:
    problems = TABLES["service-rules"].check({"value": value}, ServiceRule(unit=unit))
    assert (problems == {}) is fine


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("  Data   Engineering ", "data engineering"),
        ("ＷＣＡＧ", "wcag"),
        ("웹\u200b접근성", "웹접근성"),
        ("웹접근성", "웹접근성"),
        ("\x00\ud800", ""),
        ("x" * 1_000_000, "x" * LONGEST_SEARCH),
    ],
)
def test_what_a_search_compares(typed: str, compared: str) -> None:
    assert normalised(typed) == compared
