"""Which pages a browser looked at in this run, in which language: a run of all tests fails when one was left out.

The processes of a run add lines to one file, whose path the first of them puts into the environment.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from talent.config import ROOT

VARIABLE = "TALENT_TEST_LOOKED_AT"
ROUTES = ROOT / "tests" / "architecture" / "routes.json"
NO_PAGES = {
    "audit.export": "a file",
    "profiles.suggest_skills": "for the script of the page",
    "public.health": "for programs",
    "public.security_txt": "a text for programs",
    "sessions.state": "for the script of the page",
    "static": "files",
    "transparency.atrs": "for programs",
    "transparency.figures": "for programs",
    "security.confirm_email": "the journeys come to it by mail, at an address of its own kind",
    "sso.back": "leads on, or to a refusal",
    "sso.go": "leads to the provider",
}
"""Addresses that show nobody a page, and why."""
REPLACED = ("security.tf_", "security.two_factor_", "security.verify")
"""Pages of the library that lead to our own."""


def note(url: str, language: str) -> None:
    """Add a page that was looked at, where a run of all tests asks for it."""
    path = os.environ.get(VARIABLE)
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(f"{language}\t{urlsplit(url).path}\n")


def left_out(lines: Iterable[str]) -> list[str]:
    """The pages that no browser looked at, each with the languages it was missed in."""
    routes = json.loads(ROUTES.read_text(encoding="utf-8"))
    pages = {row["endpoint"] for row in routes if "GET" in row["methods"]}
    pages = {name for name in pages if name not in NO_PAGES and not name.startswith(REPLACED)}
    known = Map([Rule(row["rule"], endpoint=row["endpoint"], methods=row["methods"]) for row in routes]).bind("service")
    seen: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        language, path = line.rstrip("\n").split("\t")
        for method in ("GET", "POST"):
            try:
                endpoint, _values = known.match(path, method)
            except HTTPException:
                continue
            seen[endpoint].add(language)
    missed = {page: sorted({"en", "ko"} - seen[page]) for page in pages}
    return [f"{page} ({', '.join(languages)})" for page, languages in sorted(missed.items()) if languages]
