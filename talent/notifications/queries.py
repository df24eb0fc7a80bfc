"""Reading notices."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Notification, User

PAGE_SIZE = 30


def unread_count(session: Session, user: User) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(Notification)
            .where(Notification.user_id == user.id, Notification.read_at.is_(None))
        )
        or 0
    )


def notices(session: Session, user: User, page: int = 1) -> tuple[Sequence[Notification], int]:
    """One page of the person's notices, newest first, and how many there are in all."""
    mine = select(Notification).where(Notification.user_id == user.id)
    total = session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    rows = session.scalars(
        mine.order_by(Notification.created_at.desc(), Notification.id).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    ).all()
    return rows, total
