"""Reading people, their roles and the organisations behind an address."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, func, not_, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models import AuditEntry, MailDomain, Organisation, Passkey, RoleGrant, User, UserSession, WorksHere
from models.types import ConfirmationStatus, Country, RoleName
from talent.errors import NotFound

PAGE_SIZE = 25


@dataclass(frozen=True)
class PeoplePage:
    rows: Sequence[User]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def domain_of(address: str) -> str:
    """The mail domain of an address, in small letters."""
    return address.rpartition("@")[2].lower()


def organisations_for_address(session: Session, address: str) -> Sequence[Organisation]:
    """Organisations in service that use the mail domain of this address, by English name."""
    return session.scalars(
        select(Organisation)
        .join(MailDomain)
        .where(MailDomain.domain == domain_of(address), Organisation.active)
        .order_by(Organisation.name_en, Organisation.id)
    ).all()


def user_by_address(session: Session, address: str) -> User | None:
    return session.scalar(select(User).where(func.lower(User.email) == address.lower()))


def account(session: Session, user: User) -> User:
    """The person with everything their own account page shows."""
    return session.scalars(
        select(User)
        .where(User.id == user.id)
        .options(joinedload(User.organisation), selectinload(User.grants).joinedload(RoleGrant.organisation))
        .execution_options(populate_existing=True)
    ).one()


def works_here(session: Session, user: User) -> WorksHere | None:
    """The question put to HR of the person's present organisation, answered or not."""
    return session.scalar(
        select(WorksHere).where(WorksHere.user_id == user.id, WorksHere.organisation_id == user.organisation_id)
    )


def questions_wait(session: Session, organisation_id: str) -> bool:
    """True when somebody with a confirmed address waits for HR of this organisation to say that they work there."""
    waiting = (
        select(WorksHere.id)
        .join(User, WorksHere.user_id == User.id)
        .where(
            WorksHere.organisation_id == organisation_id,
            WorksHere.status == ConfirmationStatus.PENDING,
            User.confirmed_at.is_not(None),
        )
    )
    return session.scalar(waiting.limit(1)) is not None


def hr_staff(session: Session, organisation_id: str) -> Sequence[User]:
    """People who can act for HR of the organisation, by address."""
    return session.scalars(
        _holders(RoleName.HR).where(RoleGrant.organisation_id == organisation_id).order_by(User.email)
    ).all()


def administrators(session: Session, country: Country) -> Sequence[User]:
    """Administrators of the country who can act, by address."""
    return session.scalars(
        _holders(RoleName.ADMINISTRATOR).where(RoleGrant.country == country).order_by(User.email)
    ).all()


def _holders(role: RoleName) -> Select[User]:
    return (
        select(User)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(RoleGrant.role == role, RoleGrant.revoked_at.is_(None), User.active, User.confirmed_at.is_not(None))
    )


STATES = {
    "active": and_(User.active, User.confirmed_at.is_not(None)),
    "unconfirmed": and_(User.active, User.confirmed_at.is_(None)),
    "disabled": not_(User.active),
}


def people(
    session: Session, countries: Collection[Country], text: str = "", page: int = 1, *, state: str = ""
) -> PeoplePage:
    """One page of the people of these countries whose name or address holds the text, by romanised name.

    `state` is a key of STATES; anything else shows people of every state.
    """
    found = select(User).join(Organisation, User.organisation_id == Organisation.id)
    found = found.where(Organisation.country.in_(countries), User.erased_at.is_(None))
    if state in STATES:
        found = found.where(STATES[state])
    for word in text.split()[:8]:
        found = found.where(
            or_(
                *(
                    column.icontains(word, autoescape=True)
                    for column in (User.email, User.name_home, User.name_romanised)
                )
            )
        )
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    number = min(max(page, 1), max(1, -(-total // PAGE_SIZE)))
    rows = session.scalars(
        found.options(joinedload(User.organisation))
        .order_by(User.name_romanised, User.email, User.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return PeoplePage(rows, total, number)


def last_seen(session: Session, people: Collection[User]) -> dict[UUID, datetime]:
    """When each of these people last signed in or used the service, as far as it is known."""
    ids = [person.id for person in people]
    signed_in = (
        select(AuditEntry.actor_id, func.max(AuditEntry.at))
        .where(AuditEntry.actor_id.in_(ids), AuditEntry.action == "account.sign_in")
        .group_by(AuditEntry.actor_id)
    )
    in_use = (
        select(UserSession.user_id, func.max(UserSession.seen_at))
        .where(UserSession.user_id.in_(ids))
        .group_by(UserSession.user_id)
    )
    found: dict[UUID, datetime] = {}
    for person_id, moment in [*session.execute(signed_in), *session.execute(in_use)]:
        if person_id is not None and moment is not None:
            found[person_id] = max(moment, found.get(person_id, moment))
    return found


def person(session: Session, countries: Collection[Country], user_id: UUID) -> User:
    """A person of one of these countries, with roles past and present. Raises NotFound for anybody else."""
    found = session.scalar(
        select(User)
        .join(Organisation, User.organisation_id == Organisation.id)
        .where(User.id == user_id, Organisation.country.in_(countries), User.erased_at.is_(None))
        .options(joinedload(User.organisation), selectinload(User.grants).joinedload(RoleGrant.organisation))
    )
    if found is None:
        raise NotFound
    return found


def passkey(session: Session, user: User, passkey_id: UUID) -> Passkey:
    """A passkey of this person. Raises NotFound for another's."""
    found = session.scalar(select(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user.id))
    if found is None:
        raise NotFound
    return found


def grant_of(person: User, grant_id: UUID) -> RoleGrant:
    """A grant in force of this person. Raises NotFound when there is none."""
    for grant in person.grants:
        if grant.id == grant_id and grant.in_force:
            return grant
    raise NotFound
