"""What the database holds, as one value a table, to see whether anything changed."""

from __future__ import annotations

import hashlib

from flask import Flask
from sqlalchemy import select

from models import Base
from talent.extensions import db

TOLD_ALWAYS = {"audit_entry", "audit_head", "throttle", "user_session"}
"""Signing in, and opening another person's record, leave a line in the record; tries are counted; a session is used."""


def fingerprints(app: Flask) -> dict[str, str]:
    """A hash of all rows of each table, those of TOLD_ALWAYS left out."""
    found: dict[str, str] = {}
    with app.app_context(), db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name not in TOLD_ALWAYS:
                rows = sorted(repr(tuple(row)) for row in connection.execute(select(table)))
                found[table.name] = f"{len(rows)} {hashlib.sha256(repr(rows).encode()).hexdigest()}"
    return found


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [name for name, value in after.items() if before[name] != value]
