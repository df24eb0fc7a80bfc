"""Reading profiles. A person reads their own and nobody else's; others see snapshots made by the matcher."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from models import LawfulBasis, Organisation, Profile, ProfileBasis, ProfileSkill, User, WorksHere, utc_now
from models.types import ProfileStatus
from talent.errors import NotFound
from talent.framework import notices
from talent.framework.dated import rows_in_force, rule_number
from talent.profiles.readiness import Requirements
from talent.profiles.states import LIVE

__all__ = [
    "LIVE",
    "add_months",
    "bases_of",
    "by_claim",
    "history",
    "last_withdrawn",
    "live_profile",
    "own_profile",
    "paused_to_resume",
    "profile_by_id",
    "profile_for",
    "profile_of",
    "requirements",
    "stale_since",
    "today_at",
    "whole_profile",
    "works_here",
]


def whole_profile() -> tuple[ORMOption, ...]:
    """Everything the pages of a profile show, in a fixed number of statements."""
    return (
        selectinload(Profile.skills).joinedload(ProfileSkill.skill),
        selectinload(Profile.languages),
        selectinload(Profile.texts),
        selectinload(Profile.bases).joinedload(ProfileBasis.lawful_basis),
        joinedload(Profile.grade),
        joinedload(Profile.region),
        joinedload(Profile.role_level),
    )


def live_profile(user_id: UUID) -> Select[Profile]:
    """A person's present profile: draft, active or paused. There is at most one."""
    return select(Profile).where(Profile.user_id == user_id, Profile.status.in_(LIVE)).options(*whole_profile())


def profile_by_id(profile_id: UUID) -> Select[Profile]:
    """Any profile with all its parts; for jobs and imports, which act for nobody."""
    return select(Profile).where(Profile.id == profile_id).options(*whole_profile())


def profile_of(session: Session, user: User) -> Profile | None:
    """The person's present profile (draft, active or paused), or None."""
    return session.scalar(live_profile(user.id))


def own_profile(session: Session, user: User) -> Profile:
    """The person's present profile. Raises NotFound when there is none yet."""
    profile = profile_of(session, user)
    if profile is None:
        raise NotFound
    return profile


def profile_for(session: Session, actor: User, profile_id: UUID) -> Profile:
    """The actor's own profile by id. Raises NotFound for another's, as for one that does not exist."""
    profile = session.scalar(
        select(Profile).where(Profile.id == profile_id, Profile.user_id == actor.id).options(*whole_profile())
    )
    if profile is None:
        raise NotFound
    return profile


def last_withdrawn(session: Session, user: User) -> Profile | None:
    """The profile the person withdrew last, while it is still kept."""
    return session.scalar(
        select(Profile)
        .where(Profile.user_id == user.id, Profile.status == ProfileStatus.WITHDRAWN)
        .order_by(Profile.withdrawn_at.desc(), Profile.id)
        .limit(1)
    )


def history(session: Session, profile: Profile) -> Profile:
    """The profile with its events."""
    return session.scalars(
        select(Profile)
        .where(Profile.id == profile.id)
        .options(selectinload(Profile.events))
        .execution_options(populate_existing=True)
    ).one()


def works_here(session: Session, user: User) -> WorksHere | None:
    """What HR of the person's present organisation has said, if it was asked."""
    return session.scalar(
        select(WorksHere).where(WorksHere.user_id == user.id, WorksHere.organisation_id == user.organisation_id)
    )


def bases_of(session: Session, organisation: Organisation) -> Sequence[LawfulBasis]:
    """The texts of a person's country, in the order they are asked."""
    return rows_in_force(session, LawfulBasis, country=organisation.country)


def requirements(
    session: Session, user: User | None, organisation: Organisation, *, by_clock: bool = False
) -> Requirements:
    """What an active profile of this person needs. Without a person (an import) nobody has confirmed anything.

    `by_clock`: the person is not there, so a notice that changed meanwhile waits for their next visit.
    """
    return Requirements(
        rule_number(session, "minimum_skills", country=organisation.country),
        bases_of(session, organisation),
        works_here(session, user) if user is not None else None,
        user is not None and (notices.has_read_before if by_clock else notices.has_read)(session, user),
    )


def today_at(organisation: Organisation, now: datetime | None = None) -> date:
    """The day it is where the organisation works."""
    return (now or utc_now()).astimezone(ZoneInfo(organisation.time_zone)).date()


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def stale_since(session: Session, profile: Profile) -> date | None:
    """The day from which an active profile counts as not confirmed for too long; None while it is current."""
    confirmed = profile.confirmed_current_at or profile.activated_at
    if confirmed is None or profile.status is ProfileStatus.DRAFT:
        return None
    months = rule_number(session, "profile_stale_months", country=profile.organisation.country)
    due = add_months(confirmed.astimezone(UTC).date(), months)
    return due if due <= utc_now().date() else None


def paused_to_resume(session: Session, latest: date) -> list[UUID]:
    """Ids of profiles whose pause ends on this day or before, longest overdue first."""
    return list(
        session.scalars(
            select(Profile.id)
            .where(Profile.status == ProfileStatus.PAUSED, Profile.paused_until <= latest)
            .order_by(Profile.paused_until, Profile.id)
            .limit(200)
        )
    )


def by_claim(session: Session, token_hash: str) -> Profile | None:
    """The imported profile that this claim link leads to."""
    return session.scalar(select(Profile).where(Profile.claim_token_hash == token_hash).options(*whole_profile()))
