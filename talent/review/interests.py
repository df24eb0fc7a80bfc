"""Declaring an interest in a post or in a person: from then on, others look at it and decide."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import DeclaredInterest, Shortlist, User, utc_now
from talent.audit.services import record
from talent.db import transaction
from talent.errors import Invalid
from talent.i18n import _
from talent.matching import queries as matching
from talent.matching.queries import Interest
from talent.review import queries

NOTE_LENGTH = 500


def declare_in_post(session: Session, *, actor: User, opportunity_id: UUID, note: str) -> None:
    """Declare an interest in a post. The actor's shortlist of it closes; what they decided before stays.

    It cannot be taken back by the one who declared it. Raises NotFound, and Invalid without a note.
    """
    _check(note)
    with transaction(session):
        try:
            queries.post_for(session, actor, opportunity_id)
        except Interest:
            return  # declared before, or plain from where they work
        _add(session, actor, DeclaredInterest(opportunity_id=opportunity_id), note)
        for shortlist in session.scalars(
            select(Shortlist).where(
                Shortlist.reviewer_id == actor.id,
                Shortlist.opportunity_id == opportunity_id,
                Shortlist.closed_at.is_(None),
            )
        ):
            shortlist.closed_at = utc_now()


def declare_in_person(session: Session, *, actor: User, suggestion_id: UUID, note: str) -> None:
    """Declare an interest in the person of a pairing, for all posts; masked people can be recognised.

    Raises NotFound for a pairing that is not the actor's to see, and Invalid without a note.
    """
    _check(note)
    with transaction(session):
        try:
            suggestion = matching.suggestion_for_administrator(session, actor, suggestion_id)
        except Interest:
            return
        _add(session, actor, DeclaredInterest(profile_id=suggestion.profile_id), note)


def _check(note: str) -> None:
    if not note.strip():
        raise Invalid(fields={"note": _("Say what the interest is")})
    if len(note) > NOTE_LENGTH:
        raise Invalid(fields={"note": _("Enter at most %(num)s characters", num=NOTE_LENGTH)})


def _add(session: Session, actor: User, row: DeclaredInterest, note: str) -> None:
    row.reviewer_id, row.note = actor.id, note.strip()
    session.add(row)
    session.flush()
    record(
        session,
        actor,
        "review.interest_declared",
        row,
        opportunity=row.opportunity_id,
        profile=row.profile_id,
    )
