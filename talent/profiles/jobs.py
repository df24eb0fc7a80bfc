"""What happens to profiles by the clock, and in answer to features below."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from models import utc_now
from talent import events, jobs
from talent.events import AccessEnded, PersonMoved, WorksHereConfirmed, WorksHereRefused
from talent.profiles import queries, services

AHEAD_OF_UTC = timedelta(days=1)
"""Somewhere it is tomorrow already; each profile is then looked at by its own organisation's day."""


def register() -> None:
    """Called once by create_app."""
    jobs.every_sweep(resume_due)
    events.on(WorksHereConfirmed, on_works_here)
    events.on(WorksHereRefused, on_works_here_refused)
    events.on(AccessEnded, on_changed_account)
    events.on(PersonMoved, on_changed_account)


def resume_due(session: Session) -> int:
    """Resume profiles whose pause has ended; returns how many resumed."""
    due = queries.paused_to_resume(session, (utc_now() + AHEAD_OF_UTC).date())
    return sum(services.resume_by_date(session, profile_id) for profile_id in due)


def on_works_here(session: Session, event: WorksHereConfirmed) -> None:
    services.follow_organisation(session, event.user_id)


def on_changed_account(session: Session, event: AccessEnded | PersonMoved) -> None:
    services.set_aside(session, user_id=event.user_id, actor_id=event.actor_id)


def on_works_here_refused(session: Session, event: WorksHereRefused) -> None:
    services.set_aside(session, user_id=event.user_id, actor_id=event.actor_id, action="not_confirmed")
