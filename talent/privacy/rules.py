"""The retention rules in force, as people read them."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from models import RetentionRule, User
from talent.framework.dated import rows_in_force
from talent.i18n import _

STARTS: dict[str, Any] = {
    "withdrawal": _("After withdrawal"),
    "last_change": _("After the last change"),
    "creation": _("After it was made"),
    "last_sign_in": _("After the last sign-in"),
    "ending": _("After it ended"),
    "completion": _("After it was done"),
    "failure": _("After it failed"),
    "last_use": _("After the last use"),
    "expiry": _("After it expired"),
    "arrival": _("After it arrived"),
    "sending": _("After it was sent"),
    "entry": _("After the entry"),
}


def in_force(session: Session, user: User) -> list[RetentionRule]:
    """The rules that hold for a person's country today."""
    country = user.organisation.country if user.organisation is not None else None
    return rows_in_force(session, RetentionRule, country=country)
