"""The browsers in which a person is signed in, and ending them."""

from __future__ import annotations

from uuid import UUID

from flask import has_request_context
from flask import session as visit
from sqlalchemy import delete
from sqlalchemy.orm import Session

from models import User, UserSession
from talent.db import transaction


def current_session_id() -> UUID | None:
    """The id of the signed-in session that the present request belongs to; None for visitors and outside requests."""
    return getattr(visit, "row_id", None) if has_request_context() else None


def end_sessions(session: Session, user: User, *, keep: UUID | None = None) -> int:
    """End every session of this person, except the one to keep; returns how many ended.

    Joins the present transaction, so that access ends together with what ended it. Call it when a password, factor
    or role changes, and when an account is moved, disabled or erased.
    """
    with transaction(session):
        ending = delete(UserSession).where(UserSession.user_id == user.id)
        if keep is not None:
            ending = ending.where(UserSession.id != keep)
        ended = session.execute(ending.execution_options(synchronize_session=False))
    return int(getattr(ended, "rowcount", 0))
