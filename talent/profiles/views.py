"""Who has looked at a profile: recorded when it is shown to somebody else, and told to its owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, Organisation, Profile, Reason, User, utc_now
from models.types import Country
from talent.audit.services import record
from talent.db import transaction
from talent.i18n import _, local

SEEN, UNMASKED = "profile.seen", "profile.unmasked"
SAME_VISIT = timedelta(hours=1)
"""Opening the page again within this time is not told again."""
MOST_SHOWN = 50


class SeenAs(StrEnum):
    ADMINISTRATOR = "administrator"
    HOST = "host"
    HOME = "home"


@dataclass(frozen=True)
class View:
    """One visit: when, by whom in general words (never a name), and whether the owner's name was shown."""

    at: datetime
    viewer: str
    unmasked: bool
    reason: str


def record_view(
    session: Session,
    actor: User,
    profile: Profile,
    *,
    seen_as: SeenAs,
    country: Country | None = None,
    organisation_id: str | None = None,
    unmasked: bool = False,
    reason: str = "",
) -> None:
    """Note that the actor is shown a profile that is not their own.

    `country` is that of an administrator, `organisation_id` that of HR staff; `reason` is what an administrator gave
    for seeing the name. Within an hour the same visit is noted once.
    """
    if profile.user_id == actor.id:
        return
    action = UNMASKED if unmasked else SEEN
    seen_lately = session.scalar(
        select(AuditEntry.id)
        .where(
            AuditEntry.actor_id == actor.id,
            AuditEntry.action == action,
            AuditEntry.subject_type == "Profile",
            AuditEntry.subject_id == str(profile.id),
            AuditEntry.at > utc_now() - SAME_VISIT,
        )
        .limit(1)
    )
    if seen_lately is not None:
        return
    with transaction(session):
        record(
            session,
            actor,
            action,
            profile,
            seen_as=seen_as,
            country=country,
            organisation=organisation_id,
            reason=reason or None,
        )


def record_unmasking(session: Session, actor: User, profile: Profile, *, country: Country, reason: str) -> None:
    """Note, in the present transaction, that an administrator is shown the owner's name; `reason` is its code."""
    record(session, actor, UNMASKED, profile, seen_as=SeenAs.ADMINISTRATOR, country=country, reason=reason)


def views_of(session: Session, profile: Profile) -> list[View]:
    """Visits to the profile, newest first; at most MOST_SHOWN."""
    rows = session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.subject_type == "Profile",
            AuditEntry.subject_id == str(profile.id),
            AuditEntry.action.in_((SEEN, UNMASKED)),
        )
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(MOST_SHOWN)
    ).all()
    names, reasons = _organisations(session, rows), _reasons(session, rows)
    return [
        View(
            row.at,
            _viewer(row.details, names),
            row.action == UNMASKED,
            reasons.get(str(row.details.get("reason", "")), ""),
        )
        for row in rows
    ]


def _reasons(session: Session, rows: Sequence[AuditEntry]) -> dict[str, str]:
    wanted = {str(row.details["reason"]) for row in rows if row.details.get("reason")}
    found = session.scalars(select(Reason).where(Reason.code.in_(wanted)).order_by(Reason.valid_from)) if wanted else ()
    return {row.code: local(row) for row in found}


def _organisations(session: Session, rows: Sequence[AuditEntry]) -> dict[str, str]:
    wanted = {str(row.details["organisation"]) for row in rows if row.details.get("organisation")}
    found = session.scalars(select(Organisation).where(Organisation.id.in_(wanted))) if wanted else ()
    return {row.id: local(row) for row in found}


def _viewer(details: dict[str, Any], names: dict[str, str]) -> str:
    if details.get("seen_as") == SeenAs.ADMINISTRATOR:
        british = details.get("country") == Country.GB
        return str(_("An administrator of the United Kingdom") if british else _("An administrator of Korea"))
    organisation = names.get(str(details.get("organisation")), "")
    return str(_("HR staff of %(organisation)s", organisation=organisation))
