"""Inviting somebody to act as HR staff: a mailed link, good for some days, that only the invited address can use."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from models import Invitation, Organisation, User, utc_now
from models.types import Country, Language, RoleName
from talent.audit.services import record
from talent.auth import queries as accounts
from talent.auth import roles
from talent.auth.registration import Names
from talent.auth.roles import RoleScope
from talent.auth.services import create_account
from talent.db import transaction
from talent.errors import Forbidden, Invalid, NotFound, TransitionRefused
from talent.framework import dated
from talent.i18n import _
from talent.notifications.jobs import absolute_url
from talent.notifications.services import mail_to_address
from talent.organisations import notices as _notices  # noqa: F401 - registers the words told here
from talent.organisations import queries

TOKEN_BYTES = 32


class State(StrEnum):
    OPEN = "open"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


def state_of(invitation: Invitation) -> State:
    if invitation.accepted_at is not None:
        return State.ACCEPTED
    if invitation.withdrawn_at is not None:
        return State.WITHDRAWN
    return State.OPEN if invitation.expires_at > utc_now() else State.EXPIRED


def invite(session: Session, *, actor: User, email: str, organisation_id: str, language: Language) -> Invitation:
    """Mail somebody a link with which they become HR staff of the organisation. Inviting again renews the link.

    Raises Invalid for an organisation outside the actor's countries, an address of another mail domain, and somebody
    who is HR staff there already.
    """
    try:
        with transaction(session):
            return _invite(session, actor, email.lower(), organisation_id, language)
    except IntegrityError:  # the same invitation was sent in another window: renew that one
        with transaction(session):
            return _invite(session, actor, email.lower(), organisation_id, language)


def _invite(session: Session, actor: User, email: str, organisation_id: str, language: Language) -> Invitation:
    try:
        place = queries.organisation(session, actor.administered_countries, organisation_id)
    except NotFound:
        raise Invalid(fields={"organisation": _("Choose the organisation whose HR staff this person joins")}) from None
    if accounts.domain_of(email) not in {row.domain for row in place.domains}:
        raise Invalid(fields={"email": _("Enter an address that uses one of this organisation’s email domains")})
    known = accounts.user_by_address(session, email)
    if known is not None and known.has_grant(RoleName.HR, organisation_id=place.id):
        raise Invalid(fields={"email": _("This person is HR staff of the organisation already")})
    if known is not None and not known.active:
        raise Invalid(fields={"email": _("This person’s access has ended. Give it back first.")})
    invitation = session.scalar(
        select(Invitation).where(
            Invitation.email == email,
            Invitation.organisation_id == place.id,
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
    )
    if invitation is None:
        invitation = Invitation(email=email, organisation_id=place.id)
    invitation.language = known.language if known is not None else language
    _send(session, actor, invitation, place)
    return invitation


def _send(session: Session, actor: User, invitation: Invitation, place: Organisation) -> None:
    """A new link in a new mail; the one before stops working."""
    days = dated.rule_number(session, "invitation_days", country=place.country)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    invitation.token_hash, invitation.invited_by_id = _hash(token), actor.id
    invitation.expires_at = utc_now() + timedelta(days=days)
    session.add(invitation)
    session.flush()
    record(session, actor, "invitation.send", invitation, organisation=place.id)
    name = place.name_ko if invitation.language is Language.KO else place.name_en
    link = absolute_url("organisations.invitation", token=token)
    mail_to_address(
        session, invitation.email, invitation.language.value, "hr_invited", link, organisation=name, days=days
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def listed(session: Session, countries: Collection[Country], limit: int = 200) -> Sequence[Invitation]:
    """Invitations to organisations of these countries: what waits first, then the newest."""
    return session.scalars(
        select(Invitation)
        .join(Organisation, Invitation.organisation_id == Organisation.id)
        .where(Organisation.country.in_(countries))
        .options(joinedload(Invitation.organisation), joinedload(Invitation.invited_by))
        .order_by(Invitation.accepted_at.is_not(None), Invitation.withdrawn_at.is_not(None))
        .order_by(Invitation.created_at.desc(), Invitation.id)
        .limit(limit)
    ).all()


def sent(session: Session, actor: User, invitation_id: UUID) -> Invitation:
    """An invitation to an organisation of the actor's countries. Raises NotFound for any other."""
    invitation = session.scalar(
        select(Invitation)
        .join(Organisation, Invitation.organisation_id == Organisation.id)
        .where(Invitation.id == invitation_id, Organisation.country.in_(actor.administered_countries))
        .options(joinedload(Invitation.organisation))
    )
    if invitation is None:
        raise NotFound
    return invitation


def resend(session: Session, *, actor: User, invitation_id: UUID) -> Invitation:
    """Mail a new link, good for the whole period again. Raises TransitionRefused for one accepted or withdrawn."""
    with transaction(session):
        invitation = _waiting(session, actor, invitation_id)
        _send(session, actor, invitation, invitation.organisation)
        return invitation


def withdraw(session: Session, *, actor: User, invitation_id: UUID) -> Invitation:
    """Make the link stop working. Raises TransitionRefused for one accepted or withdrawn."""
    with transaction(session):
        invitation = _waiting(session, actor, invitation_id)
        invitation.withdrawn_at = utc_now()
        record(session, actor, "invitation.withdraw", invitation, organisation=invitation.organisation_id)
        return invitation


def _waiting(session: Session, actor: User, invitation_id: UUID) -> Invitation:
    sent(session, actor, invitation_id)
    session.execute(select(Invitation.id).where(Invitation.id == invitation_id).with_for_update())
    invitation = sent(session, actor, invitation_id)
    session.refresh(invitation, ["accepted_at", "withdrawn_at"])
    if invitation.accepted_at is not None or invitation.withdrawn_at is not None:
        raise TransitionRefused(_("This invitation was accepted or withdrawn already."))
    return invitation


@dataclass(frozen=True)
class Received:
    """An invitation as its link shows it, and whether the invited address has an account."""

    invitation: Invitation
    has_account: bool

    @property
    def state(self) -> State:
        return state_of(self.invitation)


def received(session: Session, token: str) -> Received:
    """The invitation a link leads to, in whatever state. Raises NotFound for a link that leads nowhere."""
    invitation = session.scalar(
        select(Invitation).where(Invitation.token_hash == _hash(token)).options(joinedload(Invitation.organisation))
    )
    if invitation is None:
        raise NotFound
    return Received(invitation, accounts.user_by_address(session, invitation.email) is not None)


def accept(session: Session, *, actor: User, token: str) -> Invitation:
    """Become HR staff of the organisation; the person is signed out, as with every change of roles.

    Raises NotFound for a link that leads nowhere, Forbidden for another account than that of the invited address,
    TransitionRefused for a link that is no longer good.
    """
    with transaction(session):
        invitation = _usable(session, token)
        person = session.get_one(User, actor.id)
        if person.email != invitation.email:
            raise Forbidden(_("This invitation is for another address. Sign in with the account of that address."))
        _take_up(session, invitation, person)
        return invitation


def register_invited(
    session: Session, *, token: str, names: Names, language: Language, password_hash: str
) -> Invitation:
    """Make an account for the invited address, which the link has proved, as HR staff of the organisation.

    Raises NotFound for a link that leads nowhere, TransitionRefused for one that is no longer good, or whose address
    has an account by now.
    """
    with transaction(session):
        invitation = _usable(session, token)
        if accounts.user_by_address(session, invitation.email) is not None:
            raise TransitionRefused(_("This address has an account already. Sign in, and open the link again."))
        person = create_account(
            session,
            email=invitation.email,
            organisation_id=invitation.organisation_id,
            names=names,
            language=language,
            password_hash=password_hash,
        )
        person.confirmed_at = utc_now()
        session.flush()
        session.refresh(person)
        record(session, person, "account.register", person, organisation=invitation.organisation_id)
        _take_up(session, invitation, person)
        return invitation


def _usable(session: Session, token: str) -> Invitation:
    invitation = received(session, token).invitation
    session.execute(select(Invitation.id).where(Invitation.id == invitation.id).with_for_update())
    session.refresh(invitation)
    if invitation.token_hash != _hash(token) or state_of(invitation) is not State.OPEN:
        raise TransitionRefused(
            _("This invitation is no longer valid. Ask the person who invited you to send it again.")
        )
    inviter = invitation.invited_by
    if not inviter.active or invitation.organisation.country not in inviter.administered_countries:
        raise TransitionRefused(
            _("This invitation is no longer valid. Ask the person who invited you to send it again.")
        )
    return invitation


def _take_up(session: Session, invitation: Invitation, person: User) -> None:
    invitation.accepted_at, invitation.accepted_by_id = utc_now(), person.id
    record(session, person, "invitation.accept", invitation, organisation=invitation.organisation_id)
    scope = RoleScope(RoleName.HR, organisation_id=invitation.organisation_id)
    roles.give(session, invitation.invited_by, person, scope)
