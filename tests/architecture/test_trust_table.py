"""docs/trust.md promises nothing without a test: every row has some, and each of them exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from talent.config import ROOT

TABLE = ROOT / "docs" / "trust.md"
OWED = {
    *(f"R{number}" for number in (*range(1, 14), 15, 16, 18, 19, 20, 26, 27, 28)),
    *(f"M{number}" for number in (*range(1, 8), *range(10, 19))),
}
"""Rows that the service keeps today. Others stand in the table with the reason why they wait."""
NAMED = re.compile(r"`(?:(tests/[\w/]+\.py)::)?(test_\w+)`")


@cache
def _functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _rows() -> dict[str, str]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    found = (re.match(r"\| ([RM]\d+) \|", line) for line in lines)
    return {match[1]: match.string for match in found if match}


def test_every_row_owed_names_its_tests() -> None:
    rows = _rows()
    assert OWED - rows.keys() == set()
    assert {row for row in OWED if not NAMED.search(rows[row])} == set()


def test_every_test_named_is_there() -> None:
    missing = []
    for line in _rows().values():
        path = None
        for match in NAMED.finditer(line):
            path = match[1] or path  # a name without its file belongs to the file named before it
            if path is None or match[2] not in _functions(ROOT / path):
                missing.append(f"{path}::{match[2]}")
    assert missing == []
