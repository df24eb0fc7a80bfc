"""What happens to posts by the clock."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models import Opportunity, utc_now
from models.types import OpportunityStatus as Status
from talent import jobs
from talent.framework import dated
from talent.opportunities import notices, services
from talent.opportunities.states import Action

__all__ = ["archive_old", "close_due", "fill_claimed", "notices", "register"]

BATCH = 200


def register() -> None:
    """Hang the automatic moves of posts on the clock (and bring the words of their notices along)."""
    jobs.every_sweep(close_due)
    jobs.every_sweep(fill_claimed)
    jobs.every_sweep(archive_old)


def close_due(session: Session) -> int:
    """Close published posts whose closing day has ended where the host works; returns how many."""
    # A day may end up to fourteen hours before it does in UTC; each post is then asked by its own clock.
    latest = (utc_now() + timedelta(hours=14)).date()
    due = select(Opportunity.id).where(Opportunity.status == Status.PUBLISHED, Opportunity.closes_on < latest)
    return _move(session, due.order_by(Opportunity.closes_on, Opportunity.id), Action.CLOSE_AT_DEADLINE)


def fill_claimed(session: Session) -> int:
    """Mark closed posts as filled once every place is claimed; returns how many."""
    due = select(Opportunity.id).where(
        Opportunity.status == Status.CLOSED,
        Opportunity.places.is_not(None),
        Opportunity.places_claimed >= Opportunity.places,
    )
    return _move(session, due.order_by(Opportunity.id), Action.FILL_BY_CLAIMS)


def archive_old(session: Session) -> int:
    """Archive filled and unfilled posts after the time that the rule gives; returns how many."""
    over = (Status.FILLED, Status.UNFILLED)
    oldest = session.scalar(select(Opportunity.id).where(Opportunity.status.in_(over)).limit(1))
    if oldest is None:
        return 0
    days = dated.rule_number(session, "post_archive_days")
    due = select(Opportunity.id).where(
        Opportunity.status.in_(over), Opportunity.updated_at < utc_now() - timedelta(days=days)
    )
    return _move(session, due.order_by(Opportunity.id), Action.ARCHIVE)


def _move(session: Session, due: Select[UUID], action: Action) -> int:
    ids = session.scalars(due.limit(BATCH)).all()
    return sum(services.move_by_clock(session, opportunity_id, action) for opportunity_id in ids)
