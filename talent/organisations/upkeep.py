"""Adding and editing organisations, and taking one out of service."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from secrets import token_hex
from zoneinfo import available_timezones

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Invitation, Opportunity, Organisation, Profile, RoleGrant, User, utc_now
from models.types import Country, OpportunityStatus, ProfileStatus
from talent.audit.services import record
from talent.db import transaction
from talent.errors import Invalid, NotFound, StaleRecord, TransitionRefused
from talent.i18n import _
from talent.organisations import queries

ENDED_POSTS = (
    OpportunityStatus.FILLED,
    OpportunityStatus.UNFILLED,
    OpportunityStatus.CANCELLED,
    OpportunityStatus.ARCHIVED,
)
ZONES = {Country.GB: "Europe/London", Country.KR: "Asia/Seoul"}


@dataclass(frozen=True)
class Details:
    """What an administrator says about an organisation."""

    name_en: str
    name_ko: str
    acronym: str
    type: str
    time_zone: str

    @classmethod
    def of(cls, place: Organisation) -> Details:
        return cls(place.name_en, place.name_ko, place.acronym, place.type, place.time_zone)

    @property
    def fingerprint(self) -> str:
        """Tells whether two versions are the same: a page carries that of the version it was made from."""
        return hashlib.sha256(json.dumps(asdict(self), ensure_ascii=False).encode()).hexdigest()[:32]


def types_of(session: Session, country: Country) -> list[str]:
    """Kinds of organisation known in a country, as the reference list writes them."""
    return sorted(session.scalars(select(Organisation.type).where(Organisation.country == country).distinct()))


def add_organisation(session: Session, *, actor: User, country: Country, details: Details) -> Organisation:
    """Add an organisation to a country the actor administers. Its mail domains are added on its page.

    Raises NotFound for another country, Invalid for a name the country has already or an unknown time zone.
    """
    with transaction(session):
        if country not in actor.administered_countries:
            raise NotFound
        _check(session, country, details, None)
        place = Organisation(id=_new_id(session, country, details), country=country, **asdict(details))
        session.add(place)
        record(session, actor, "organisation.add", place, country=country.value)
        return place


def edit_organisation(
    session: Session, *, actor: User, organisation_id: str, details: Details, seen: str
) -> Organisation:
    """Change what is said about an organisation; `seen` is the fingerprint of the version the page was made from.

    Raises NotFound outside the actor's countries, StaleRecord when somebody else changed it, Invalid as in adding.
    """
    with transaction(session):
        place = _held(session, actor, organisation_id)
        present = Details.of(place)
        if present == details:
            return place
        if seen != present.fingerprint:
            raise StaleRecord(place)
        _check(session, place.country, details, place.id)
        changed = sorted(name for name, value in asdict(details).items() if getattr(place, name) != value)
        for name in changed:
            setattr(place, name, getattr(details, name))
        place.from_file = False  # what an administrator decided is not undone by loading the list again
        record(session, actor, "organisation.edit", place, changed=changed)
        return place


def close_organisation(session: Session, *, actor: User, organisation_id: str) -> Organisation:
    """Take an organisation out of service: nobody can register for it any more, and its history stays.

    Raises NotFound outside the actor's countries, TransitionRefused while anything still hangs on it.
    """
    with transaction(session):
        place = _held(session, actor, organisation_id)
        if not place.active:
            return place
        found = still_there(session, place)
        if found:
            raise TransitionRefused(found[0])
        place.active, place.withdrawn_on, place.from_file = False, utc_now().date(), False
        record(session, actor, "organisation.close", place)
        return place


def reopen_organisation(session: Session, *, actor: User, organisation_id: str) -> Organisation:
    """Put an organisation back into service."""
    with transaction(session):
        place = _held(session, actor, organisation_id)
        if not place.active:
            place.active, place.withdrawn_on, place.from_file = True, None, False
            record(session, actor, "organisation.reopen", place)
        return place


def still_there(session: Session, place: Organisation) -> list[object]:
    """What keeps an organisation in service, each with what to do first."""
    questions = (
        (
            select(User.id).where(User.organisation_id == place.id, User.erased_at.is_(None)),
            _("People belong to this organisation. Move them to another one first."),
        ),
        (
            select(RoleGrant.id).where(RoleGrant.organisation_id == place.id, RoleGrant.revoked_at.is_(None)),
            _("Somebody is HR staff of this organisation. End the role first."),
        ),
        (
            select(Opportunity.id).where(
                Opportunity.organisation_id == place.id, Opportunity.status.not_in(ENDED_POSTS)
            ),
            _("It has posts that have not ended. Close or cancel them first."),
        ),
        (
            select(Profile.id).where(
                Profile.organisation_id == place.id,
                Profile.status.not_in((ProfileStatus.WITHDRAWN, ProfileStatus.ERASED)),
            ),
            _("Profiles belong to this organisation."),
        ),
        (
            select(Invitation.id).where(
                Invitation.organisation_id == place.id,
                Invitation.accepted_at.is_(None),
                Invitation.withdrawn_at.is_(None),
            ),
            _("Somebody is invited to act as its HR staff. Withdraw the invitation first."),
        ),
        (
            select(Organisation.id).where(Organisation.parent_id == place.id, Organisation.active),
            _("Other organisations belong to it."),
        ),
    )
    return [message for found, message in questions if session.scalar(found.limit(1)) is not None]


def _held(session: Session, actor: User, organisation_id: str) -> Organisation:
    place = queries.organisation(session, actor.administered_countries, organisation_id)
    session.execute(select(Organisation.id).where(Organisation.id == place.id).with_for_update())
    session.refresh(place)
    return place


def _check(session: Session, country: Country, details: Details, own_id: str | None) -> None:
    if details.time_zone not in available_timezones():
        raise Invalid(fields={"time_zone": _("Choose a time zone from the list")})
    for field in ("name_en", "name_ko"):
        column = getattr(Organisation, field)
        same = select(Organisation.id).where(
            Organisation.country == country,
            func.lower(column) == getattr(details, field).lower(),
            Organisation.id != (own_id or ""),
        )
        if session.scalar(same.limit(1)) is not None:
            raise Invalid(fields={field: _("Another organisation of the country has this name")})


def _new_id(session: Session, country: Country, details: Details) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", (details.acronym or details.name_en).lower()).strip("-")[:40]
    wanted = f"{country.value.lower()}-{slug or 'organisation'}"
    while session.get(Organisation, wanted) is not None:
        wanted = f"{country.value.lower()}-{slug or 'organisation'}-{token_hex(3)}"
    return wanted
