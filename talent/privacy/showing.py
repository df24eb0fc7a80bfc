"""How a held value is shown: what a template needs to know of its type."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from talent.privacy.held import Code, Lines, Own, Raw, Words

_KINDS: tuple[tuple[type, str], ...] = (
    (Words, "words"),
    (Own, "own"),
    (Code, "code"),
    (Lines, "lines"),
    (Raw, "raw"),
    (bool, "yes_no"),
    (datetime, "moment"),
    (date, "day"),
    (list, "list"),
    (int, "number"),
    (float, "number"),
)


def kind_of(value: Any) -> str:
    """The kind of a value, by which templates choose its markup; `empty` for nothing, `text` for the rest."""
    if value is None or value in ("", []):
        return "empty"
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "text")
