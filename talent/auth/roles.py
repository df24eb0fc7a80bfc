"""Giving and ending roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Organisation, RoleGrant, User, utc_now
from models.types import Country, RoleName
from talent.audit.services import record
from talent.auth import queries
from talent.auth.sessions import end_sessions
from talent.db import transaction
from talent.errors import Forbidden, Invalid, NotFound, TransitionRefused
from talent.i18n import _
from talent.notifications.services import notify


@dataclass(frozen=True)
class RoleScope:
    """A role, and where it holds: HR in an organisation, an administrator in a country."""

    role: RoleName
    organisation_id: str | None = None
    country: Country | None = None


def grant_role(session: Session, *, actor: User | None, user_id: UUID, scope: RoleScope) -> RoleGrant:
    """Give a role; giving it twice changes nothing. `actor` None is the command line.

    The command line makes the first administrators; later ones are proposed by one administrator and confirmed by
    another (talent.organisations.proposals).

    Raises NotFound for a person or organisation outside the actor's countries, Forbidden for oneself, another country
    and an administrator named by one person alone, Invalid when the role's scope is incomplete, TransitionRefused while
    the address is not confirmed.
    """
    with transaction(session):
        person = _person(session, actor, user_id)
        _refuse_oneself(actor, person)
        _check_scope(session, actor, scope)
        if actor is not None and scope.role is RoleName.ADMINISTRATOR:
            raise Forbidden(_("A new administrator is proposed by one administrator and confirmed by another."))
        return give(session, actor, person, scope)


def give(session: Session, actor: User | None, person: User, scope: RoleScope) -> RoleGrant:
    """Give a role whose conditions the caller has checked, in the present transaction.

    Raises TransitionRefused for an account that is disabled or whose address is not confirmed.
    """
    if not person.active:
        raise TransitionRefused(_("This person’s access has ended. Give it back first."))
    if person.confirmed_at is None:
        raise TransitionRefused(_("This person has not confirmed their email address yet"))
    # Giving the same role twice at one moment waits here, so that the second finds it given.
    session.execute(select(User.id).where(User.id == person.id).with_for_update())
    present = _in_force(session, person, scope)
    if present is not None:
        return present
    grant = RoleGrant(
        user_id=person.id,
        role=scope.role,
        organisation_id=scope.organisation_id,
        country=scope.country,
        granted_by_id=actor.id if actor else None,
    )
    session.add(grant)
    end_sessions(session, person)
    record(session, actor, "role.grant", person, **_codes(scope))
    notify(session, person, "role_granted", endpoint="account.overview")
    if scope.role is RoleName.ADMINISTRATOR:
        tell_administrators(session, actor, person)
    if scope.organisation_id is not None and queries.questions_wait(session, scope.organisation_id):
        notify(session, person, "works_here_asked", endpoint="organisations.our_people")
    session.flush()
    session.refresh(person)
    return grant


def revoke_role(session: Session, *, actor: User | None, user_id: UUID, scope: RoleScope) -> None:
    """End a role; the row stays as history.

    Raises NotFound when the person does not hold it, TransitionRefused for the last administrator of a country.
    """
    with transaction(session):
        person = _person(session, actor, user_id)
        _refuse_oneself(actor, person)
        grant = _in_force(session, person, scope)
        if grant is None:
            raise NotFound
        if scope.role is RoleName.ADMINISTRATOR and scope.country is not None:
            keep_one_administrator(session, scope.country, person)
        take_back(session, actor, person, grant)
        if scope.organisation_id is not None:
            tell_if_no_hr(session, scope.organisation_id)


def take_back(session: Session, actor: User | None, person: User, grant: RoleGrant) -> None:
    """End a grant in force, in the present transaction."""
    scope = RoleScope(grant.role, grant.organisation_id, grant.country)
    grant.revoked_at, grant.revoked_by_id = utc_now(), actor.id if actor else None
    end_sessions(session, person)
    record(session, actor, "role.revoke", person, **_codes(scope))
    notify(session, person, "role_revoked", endpoint="account.overview")
    if grant.role is RoleName.ADMINISTRATOR:
        tell_administrators(session, actor, person)
    session.flush()
    session.refresh(person)


def tell_administrators(session: Session, actor: User | None, person: User) -> None:
    """Tell every other administrator of both countries that an administrator's role, access or second step changed:
    none of them is put out, or put in, unseen."""
    others = {one.id: one for country in Country for one in queries.administrators(session, country)}
    for one in others.values():
        if one.id != person.id and (actor is None or one.id != actor.id):
            notify(session, one, "administrator_changed", endpoint="audit.entries")


def tell_if_no_hr(session: Session, organisation_id: str) -> None:
    """Tell the administrators of the country when nobody can act for HR of the organisation any more."""
    place = session.get_one(Organisation, organisation_id)
    if not place.active or queries.hr_staff(session, organisation_id):
        return
    for person in queries.administrators(session, place.country):
        notify(
            session,
            person,
            "hr_gone",
            endpoint="organisations.organisation",
            endpoint_args={"organisation_id": organisation_id},
        )


def _person(session: Session, actor: User | None, user_id: UUID) -> User:
    if actor is not None:
        return queries.person(session, actor.administered_countries, user_id)
    person = session.get(User, user_id)
    if person is None:
        raise NotFound
    return person


def _refuse_oneself(actor: User | None, person: User) -> None:
    if actor is not None and actor.id == person.id:
        raise Forbidden(_("Another administrator has to change your own roles."))


def _check_scope(session: Session, actor: User | None, scope: RoleScope) -> None:
    if (scope.role is RoleName.HR) != (scope.organisation_id is not None):
        raise Invalid(fields={"organisation": _("Choose the organisation whose HR staff this person joins")})
    if (scope.role is RoleName.ADMINISTRATOR) != (scope.country is not None):
        raise Invalid(fields={"country": _("Choose the country this person administers")})
    if actor is not None and scope.country is not None and scope.country not in actor.administered_countries:
        raise Forbidden(_("You can only name administrators of a country you administer yourself."))
    if scope.organisation_id is not None:
        place = session.get(Organisation, scope.organisation_id)
        if place is None or (actor is not None and place.country not in actor.administered_countries):
            raise Invalid(fields={"organisation": _("Choose the organisation whose HR staff this person joins")})


def _in_force(session: Session, person: User, scope: RoleScope) -> RoleGrant | None:
    return session.scalar(
        select(RoleGrant).where(
            RoleGrant.user_id == person.id,
            RoleGrant.role == scope.role,
            RoleGrant.revoked_at.is_(None),
            RoleGrant.organisation_id.is_not_distinct_from(scope.organisation_id),
            RoleGrant.country.is_not_distinct_from(scope.country),
        )
    )


def keep_one_administrator(session: Session, country: Country, leaving: User) -> None:
    """Raise TransitionRefused when nobody else can act as administrator of the country."""
    # Locking the grants makes two administrators who remove each other at the same moment wait for one another.
    session.scalars(
        select(RoleGrant)
        .where(RoleGrant.role == RoleName.ADMINISTRATOR, RoleGrant.country == country, RoleGrant.revoked_at.is_(None))
        .with_for_update()
    ).all()
    if all(person.id == leaving.id for person in queries.administrators(session, country)):
        raise TransitionRefused(_("This is the last administrator of the country. Name another one first."))


def _codes(scope: RoleScope) -> dict[str, Any]:
    return {
        "role": scope.role.value,
        "organisation": scope.organisation_id,
        "country": scope.country.value if scope.country else None,
    }
