"""Whose data a record is: the person an audit row names as the one concerned."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import MatchSuggestion, Profile, User


def person_concerned(session: Session, subject: Any) -> UUID | None:
    """The id of the one person whose data `subject` is; None when it is nobody's or several people's.

    A profile, a confirmation, a role or a session belongs to its `user_id`; a suggestion, and what hangs on one, to
    the owner of the profile put forward.
    """
    if isinstance(subject, User):
        return subject.id
    owner = getattr(subject, "user_id", None)
    if isinstance(owner, UUID):
        return owner
    if isinstance(subject, MatchSuggestion):
        return _owner_of(session, subject.profile_id)
    suggestion_id = getattr(subject, "suggestion_id", None)
    if isinstance(suggestion_id, UUID):
        suggestion = session.get(MatchSuggestion, suggestion_id)
        return _owner_of(session, suggestion.profile_id) if suggestion else None
    profile_id = getattr(subject, "profile_id", None)
    return _owner_of(session, profile_id) if isinstance(profile_id, UUID) else None


def _owner_of(session: Session, profile_id: UUID) -> UUID | None:
    known = session.identity_map.get(session.identity_key(Profile, profile_id))
    if isinstance(known, Profile):
        return known.user_id
    return session.scalar(select(Profile.user_id).where(Profile.id == profile_id))
