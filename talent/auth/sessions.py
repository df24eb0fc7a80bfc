"""The browsers in which a person is signed in: seeing them, and ending them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import current_app, has_request_context
from flask import session as visit
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from models import User, UserSession, utc_now
from models.types import RoleName
from talent.audit.services import record
from talent.auth.session_limits import Limits
from talent.db import transaction
from talent.errors import NotFound
from talent.throttle import forget_expired

KEPT_AFTER_END = timedelta(hours=24)
"""How long a session that ended by time is still known, so that a form sent too late finds its owner."""


@dataclass(frozen=True)
class SignedIn:
    """One browser, as its owner sees it."""

    id: UUID
    browser: str
    address: str
    began_at: datetime
    seen_at: datetime
    here: bool


def current_session_id() -> UUID | None:
    """The id of the signed-in session that the present request belongs to; None for visitors and outside requests."""
    return getattr(visit, "row_id", None) if has_request_context() else None


def end_sessions(session: Session, user: User, *, keep: UUID | None = None) -> int:
    """End every session of this person, except the one to keep; returns how many ended.

    Joins the present transaction, so that access ends together with what ended it. Call it when a password, factor
    or role changes, and when an account is moved, disabled or erased.
    """
    ending = delete(UserSession).where(UserSession.user_id == user.id)
    if keep is not None:
        ending = ending.where(UserSession.id != keep)
    with transaction(session):
        return _rows(session.execute(ending.execution_options(synchronize_session=False)))


def where_signed_in(session: Session, user: User) -> Sequence[SignedIn]:
    """Browsers in which the person is signed in now, the present one first, then by last activity."""
    office = user.has_grant(RoleName.HR) or user.has_grant(RoleName.ADMINISTRATOR)
    limits = Limits.of(current_app, signed_in=True, office=office)
    now, here = utc_now(), current_session_id()
    rows = session.scalars(
        select(UserSession)
        .where(UserSession.user_id == user.id)
        .order_by(UserSession.seen_at.desc(), UserSession.created_at.desc(), UserSession.id)
    ).all()
    good = [
        SignedIn(row.id, row.browser, row.address, row.created_at, row.seen_at, row.id == here)
        for row in rows
        if not limits.ended(row.created_at, row.seen_at, now)
    ]
    return sorted(good, key=lambda item: not item.here)


def end_session(session: Session, *, actor: User, session_id: UUID) -> None:
    """Sign oneself out in one browser. Raises NotFound when it is not one's own, or has ended already."""
    with transaction(session):
        ended = _rows(
            session.execute(
                delete(UserSession)
                .where(UserSession.id == session_id, UserSession.user_id == actor.id)
                .execution_options(synchronize_session=False)
            )
        )
        if not ended:
            raise NotFound
        record(session, actor, "session.end", actor, ended=ended)


def end_other_sessions(session: Session, *, actor: User) -> int:
    """Sign oneself out everywhere but here; returns in how many browsers that was."""
    with transaction(session):
        ended = end_sessions(session, actor, keep=current_session_id())
        if ended:
            record(session, actor, "session.end_others", actor, ended=ended)
        return ended


def forget_ended_sessions(session: Session) -> int:
    """Delete sessions that ended by time a day ago, and second factors never given; returns how many."""
    now = utc_now()
    over = or_(
        UserSession.seen_at < now - KEPT_AFTER_END,
        UserSession.created_at < now - KEPT_AFTER_END - timedelta(hours=12),
        UserSession.user_id.is_(None) & (UserSession.created_at < now - timedelta(hours=1)),
    )
    if session.scalar(select(UserSession.id).where(over).limit(1)) is None:
        return 0
    with transaction(session):
        return _rows(session.execute(delete(UserSession).where(over).execution_options(synchronize_session=False)))


def sweep(session: Session) -> int:
    """Forget sessions and counts of tries that are over."""
    return forget_ended_sessions(session) + forget_expired(session)


def _rows(result: Any) -> int:
    return int(result.rowcount)
