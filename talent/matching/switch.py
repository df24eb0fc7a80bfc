"""The matcher turned off and on again, with a reason. While it is off, people put pairings together by hand."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import MatcherSwitch, User, utc_now
from models.types import Country
from talent.audit import services as audit
from talent.db import transaction
from talent.errors import Invalid, TransitionRefused
from talent.i18n import _
from talent.matching.notices import administrators
from talent.notifications.kinds import Kind, register
from talent.notifications.services import notify

REASON_LENGTH = 500

register(
    "matcher_off",
    Kind(
        _("The matcher has been turned off"),
        _("No scores and no new suggestions are made. People can still be considered: pairings are made by hand."),
        _("See why"),
    ),
)
register(
    "matcher_on",
    Kind(
        _("The matcher has been turned on again"),
        _("It runs for everybody and every post now. Pairings made by hand stay as they are."),
        _("See why"),
    ),
)


class MatcherOff(TransitionRefused):
    """The matcher is turned off, so nothing is computed."""

    def __init__(self) -> None:
        super().__init__(_("The matcher is turned off, so nothing is computed. Pairings are put together by hand."))


def newest(session: Session) -> MatcherSwitch | None:
    """The last time that the matcher was turned off or on; None when it never was."""
    return session.scalar(select(MatcherSwitch).order_by(MatcherSwitch.at.desc(), MatcherSwitch.id).limit(1))


def is_enabled(session: Session) -> bool:
    """True while the matcher may compute scores and make suggestions."""
    row = newest(session)
    return row is None or row.enabled


def require_enabled(session: Session) -> None:
    """Raise MatcherOff while the matcher is turned off."""
    if not is_enabled(session):
        raise MatcherOff


def history(session: Session, limit: int = 50) -> Sequence[MatcherSwitch]:
    """When it was turned off and on, newest first."""
    return session.scalars(select(MatcherSwitch).order_by(MatcherSwitch.at.desc(), MatcherSwitch.id).limit(limit)).all()


def turn(session: Session, *, actor: User | None, enabled: bool, reason: str) -> MatcherSwitch:
    """Turn the matcher off or on and tell the administrators of both countries. `actor` None means a command.

    Turning it the way it stands already changes nothing. Raises Invalid without a reason.
    """
    if not reason.strip() or len(reason) > REASON_LENGTH:
        raise Invalid(fields={"reason": _("Say why, in at most %(num)s characters", num=REASON_LENGTH)})
    with transaction(session):
        before = newest(session)
        if (before is None or before.enabled) is enabled:
            return before or MatcherSwitch(enabled=True)
        row = MatcherSwitch(enabled=enabled, reason=reason.strip(), actor_id=actor.id if actor else None, at=utc_now())
        session.add(row)
        audit.record(session, actor, "matcher.on" if enabled else "matcher.off", row)
        kind = "matcher_on" if enabled else "matcher_off"
        people = {person.id: person for country in Country for person in administrators(session, country)}
        for person in people.values():
            if actor is None or person.id != actor.id:
                notify(session, person, kind, endpoint="review.matcher")
        return row
