"""Telling people: a notice inside the service and a mail, both queued in the transaction of what they tell of."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Notification, User, utc_now
from talent import outbox
from talent.db import transaction
from talent.errors import NotFound
from talent.notifications.kinds import KINDS


def notify(
    session: Session,
    user: User,
    kind: str,
    *,
    endpoint: str = "",
    endpoint_args: dict[str, Any] | None = None,
    not_before: Any = None,
    dedupe_key: str | None = None,
    **params: Any,
) -> None:
    """Queue a notice for one person, in their language: on their page and by mail.

    `kind` is a key of kinds.KINDS; `params` fill its words. Names of others never go into `params`.
    With `dedupe_key`, one that still waits under that key serves both.
    """
    if kind not in KINDS:
        raise KeyError(kind)
    args = {name: str(value) for name, value in (endpoint_args or {}).items()}
    outbox.add(
        session,
        "notice",
        {"user_id": str(user.id), "kind": kind, "params": params, "endpoint": endpoint, "endpoint_args": args},
        dedupe_key=dedupe_key,
        not_before=not_before,
    )


def mail_to_address(
    session: Session, address: str, language: str, kind: str, link: str, not_before: Any = None, **params: Any
) -> None:
    """Queue a mail for somebody without an account; `link` is a whole address."""
    if kind not in KINDS:
        raise KeyError(kind)
    payload = {"to": address, "language": language, "kind": kind, "link": link, "params": params}
    outbox.add(session, "mail", payload, not_before=not_before)


def mark_read(session: Session, *, actor: User, notification_id: UUID) -> Notification:
    """Mark one's own notice as read. Raises NotFound for another's."""
    with transaction(session):
        notice = session.scalar(
            select(Notification).where(Notification.id == notification_id, Notification.user_id == actor.id)
        )
        if notice is None:
            raise NotFound
        notice.read_at = notice.read_at or utc_now()
        return notice


def mark_all_read(session: Session, *, actor: User) -> int:
    """Mark all of one's own notices as read; returns how many were unread."""
    with transaction(session):
        unread = session.scalars(
            select(Notification).where(Notification.user_id == actor.id, Notification.read_at.is_(None))
        ).all()
        for notice in unread:
            notice.read_at = utc_now()
        return len(unread)
