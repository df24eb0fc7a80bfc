"""Taking part in matching by computer, or not: a choice of its own that costs nothing."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models import Profile, User, utc_now
from models.types import ProfileStatus
from talent import events
from talent.audit.services import record
from talent.db import transaction
from talent.errors import NotFound
from talent.profiles.drafts import locked_profile


def choose_matching(session: Session, actor: User, *, takes_part: bool) -> Profile:
    """Opt the actor's profile out of matching, or back in; the same choice again changes nothing.

    Out, no run looks at the profile and what the matcher alone suggested ends; the person can still ask for posts.
    Raises NotFound without a profile.
    """
    with transaction(session):
        profile = locked_profile(session, actor)
        if profile is None:
            raise NotFound
        if (profile.matching_opted_out_at is None) is takes_part:
            return profile
        profile.matching_opted_out_at = None if takes_part else utc_now()
        profile.updated_at = utc_now()
        record(session, actor, "profile.matching_opted_in" if takes_part else "profile.matching_opted_out", profile)
        session.flush()
        if not takes_part:
            events.emit(session, events.MatchingOptedOut(profile.id))
        elif profile.status is ProfileStatus.ACTIVE:
            events.emit(session, events.ProfileChanged(profile.id))
        return profile
