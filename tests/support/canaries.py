"""What must never stand in a log, planted by the builders: passwords, keys, names, texts, addresses, tokens."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from talent.logs import json_formatter
from tests.support.build_decisions import NAME
from tests.support.build_matching import ENGLISH, KOREAN
from tests.support.page import PASSWORD

WORDS = (
    PASSWORD,
    NAME,
    "Rowan Testperson",
    "시험인",
    ENGLISH[:40],
    KOREAN[:30],
    "I designed a form pattern for licences",
    "only-for-tests-",
    "__Host-session=",
    "csrf_token=",
)
SHAPES = (
    re.compile(r"[\w.+-]+@[\w-]+\.example"),
    re.compile(r"(?:token|code|password)=[\w.-]{6,}"),
    re.compile(r"\"\w*(?:password|token|secret|cookie)\w*\": \"(?!\[hidden\])[^\"]"),
)


def found_in(path: Path) -> list[str]:
    """Each line of a log that holds a canary, with what was found."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = json.dumps(json.loads(line), ensure_ascii=False) if line.startswith("{") else line
        what = [word for word in WORDS if word in text]
        what += [match.group() for shape in SHAPES if (match := shape.search(text))]
        found += [f"line {number}: {item!r} in {text[:300]}" for item in what]
    return found


@contextmanager
def everything_logged_to(path: Path) -> Iterator[None]:
    """Write what is logged, by whatever library and at every level that production keeps, as production does."""
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(json_formatter())
    handler.setLevel(logging.INFO)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()
