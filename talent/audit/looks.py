"""Pages on which staff read one person's data: that they did is recorded, as Korea's rules for access records ask.

Profiles are not here: their views are recorded with more, and shown to their owners (talent.profiles.views).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask, Response, g, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, Base, User, WorksHere, utc_now
from talent.audit.people import person_concerned
from talent.audit.services import record
from talent.db import transaction
from talent.extensions import db

SEEN = "person.seen"
SAME_VISIT = timedelta(hours=1)
PAGES: dict[str, tuple[type[Base], str]] = {
    "organisations.person": (User, "user_id"),
    "organisations.our_person": (WorksHere, "question_id"),
}
"""Endpoint to the record it shows and the part of the address that names it."""


def init_app(app: Flask) -> None:
    app.after_request(_note)


def _note(response: Response) -> Response:
    page = PAGES.get(request.endpoint or "")
    if page is not None and request.method == "GET" and response.status_code == 200 and g.get("user") is not None:
        model, name = page
        session = db.session()
        shown = session.get(model, (request.view_args or {})[name])
        if shown is not None:
            note_look(session, g.user, shown)
    return response


def note_look(session: Session, actor: User, shown: Any) -> None:
    """Record that the actor was shown a person's record; within an hour once, and never one's own."""
    person_id = person_concerned(session, shown)
    if person_id == actor.id:
        return
    lately = session.scalar(
        select(AuditEntry.id)
        .where(
            AuditEntry.actor_id == actor.id,
            AuditEntry.action == SEEN,
            AuditEntry.person_id == person_id,
            AuditEntry.at > utc_now() - SAME_VISIT,
        )
        .limit(1)
    )
    if lately is None:
        with transaction(session):
            record(session, actor, SEEN, shown, person_id=person_id)
