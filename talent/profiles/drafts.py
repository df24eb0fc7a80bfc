"""The row a person's steps are saved on: finding it, making it, and noting that it changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import Profile, User, utc_now
from models.types import ProfileStatus
from talent import events
from talent.audit.services import record
from talent.db import transaction
from talent.errors import Invalid, NotFound, StaleRecord
from talent.i18n import _
from talent.profiles import queries
from talent.profiles.answers import fingerprint


def start_or_get_draft(session: Session, actor: User) -> Profile:
    """The actor's present profile, a new draft when there is none.

    Raises Invalid when the account has no organisation yet.
    """
    with transaction(session):
        found = locked_profile(session, actor)
        if found is not None:
            return found
        if actor.organisation_id is None:
            raise Invalid(_("Choose your organisation in your account before you start your profile"))
        try:
            with session.begin_nested():
                profile = Profile(user_id=actor.id, organisation_id=actor.organisation_id)
                session.add(profile)
        except IntegrityError:  # another window of the same person was quicker
            found = locked_profile(session, actor)
            if found is None:
                raise
            return found
        record(session, actor, "profile.start", profile)
        session.expire(profile)
        return session.scalars(queries.profile_by_id(profile.id)).one()


def locked_profile(session: Session, actor: User) -> Profile | None:
    """The actor's live profile as the database has it now, locked where the database can."""
    statement = queries.live_profile(actor.id).with_for_update(of=Profile)
    return session.scalar(statement.execution_options(populate_existing=True))


def editable(session: Session, actor: User | None, profile: Profile | None) -> Profile:
    """The profile to save on: the one an import gives, else the actor's own."""
    if profile is not None:
        return profile
    if actor is None:
        raise NotFound
    return start_or_get_draft(session, actor)


def check_seen(seen: str | None, present: Any, profile: Profile) -> None:
    """Raise StaleRecord when the answers are no longer those the actor's page was made from."""
    if seen is not None and seen != fingerprint(present):
        raise StaleRecord(profile)


def saved(session: Session, actor: User | None, profile: Profile, step: str) -> Profile:
    """Note a change of one step: version, audit row, and word to the matcher when the profile is active."""
    note_step(profile, step)
    profile.updated_at = utc_now()  # so that the version goes up when only children changed
    record(session, actor, "profile.save", profile, step=step)
    if profile.status is ProfileStatus.ACTIVE:
        events.emit(session, events.ProfileChanged(profile.id))
    return profile


def note_step(profile: Profile, step: str) -> None:
    """Remember that the person has been through this step."""
    if step not in profile.steps_saved:
        profile.steps_saved = [*profile.steps_saved, step]
