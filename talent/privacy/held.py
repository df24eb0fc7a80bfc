"""How what is held about a person is told: parts, records, fields. Pages and both downloads are made from the same.

A field has a code that never changes and a label in the reader's language; a value is plain, or tells itself in the
language of whoever reads it now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from talent.i18n import local


@dataclass(frozen=True)
class Words:
    """A value the service keeps as a code: the code, and its words in the reader's language."""

    code: str
    text: Callable[[], str]

    def __str__(self) -> str:
        return self.text()


@dataclass(frozen=True)
class Own:
    """Text as somebody wrote it, never translated."""

    text: str


@dataclass(frozen=True)
class Code:
    """A code that has no words."""

    code: str


@dataclass(frozen=True)
class Lines:
    """Several sentences that the service makes."""

    made: Callable[[], Sequence[str]]


@dataclass(frozen=True)
class Raw:
    """Data as the service keeps it, for whoever wants to look closely."""

    data: Any


Value = None | bool | int | float | str | date | datetime | Words | Own | Code | Lines | Raw | list[Any]


@dataclass(frozen=True)
class Field:
    code: str
    label: Any
    value: Value

    @property
    def is_empty(self) -> bool:
        return self.value is None or self.value in ("", []) or self.value == Own("")


@dataclass(frozen=True)
class Group:
    """Records that belong to another, such as the decisions about a suggestion."""

    code: str
    title: Any
    records: list[Record]


@dataclass(frozen=True)
class Record:
    """One thing held. `name` is what a page calls it; `id` leads to a page of its own where there is one."""

    fields: list[Field]
    groups: list[Group] = field(default_factory=list)
    name: Value = None
    id: str = ""


@dataclass(frozen=True)
class Correction:
    """Where the person corrects a part, or whom they ask."""

    text: Any
    endpoint: str = ""
    link: Any = ""


@dataclass(frozen=True)
class Part:
    code: str
    title: Any
    about: Any
    records: list[Record]
    correction: Correction


def named(row: Any, attribute: str = "name") -> Words | None:
    """A row of a list by its names in both languages; None for no row."""
    if row is None:
        return None
    code = str(getattr(row, "code", None) or row.id)
    return Words(code, lambda: local(row, attribute))


def worded(value: Any, words: Any) -> Words | None:
    """An enumerated value with its words from a table of the feature; None for none."""
    if value is None or value == "":
        return None
    code = str(getattr(value, "value", value))
    return Words(code, lambda: str(words.get(value, code)))
