"""Reading for the matcher under a database role of its own, which cannot see what matching must not use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select
from sqlalchemy.orm import Session

MATCHER_ROLE = "matcher_role"
"""Execution option of the engine: the role's name, where one is set (TALENT_MATCHER_ROLE, on PostgreSQL)."""


@contextmanager
def reading_for_the_matcher(session: Session) -> Iterator[None]:
    """Read under the matcher's role until the block ends. Begins and ends a read transaction of its own."""
    session.rollback()
    role = session.connection().get_execution_options().get(MATCHER_ROLE)
    if role:
        session.execute(select(func.set_config("role", role, True)))  # SET LOCAL ROLE, with the name bound
    try:
        yield
    finally:
        session.rollback()
