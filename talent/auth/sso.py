"""Accounts behind a verified answer of an identity provider: linking once, then by issuer and subject only."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import IdentityLink, Organisation, RoleGrant, User, WorksHere, utc_now
from models.types import Language, RoleName
from talent.audit.services import record
from talent.auth import queries, roles, services
from talent.auth import sso_notices as _notices  # noqa: F401 - registers the words told here
from talent.auth.registration import Names
from talent.auth.sessions import end_sessions
from talent.auth.sso_client import Identity, SsoProblem
from talent.auth.sso_settings import Provider
from talent.db import transaction
from talent.errors import Invalid, NotFound
from talent.i18n import _
from talent.notifications.services import notify

Scope = tuple[RoleName, str | None]


def recognise(session: Session, identity: Identity) -> User | None:
    """The account this identity signs in as; None when nobody here has its address, which may register then.

    An account that is not linked yet is found by an address that the provider has verified, of a domain it may vouch
    for, and linked; from then on only issuer and subject count. Roles follow the provider's mapping, if it has one.
    Raises SsoProblem when the identity may not enter.
    """
    try:
        with transaction(session):
            return _recognise(session, identity)
    except IntegrityError:  # the same identity came back in two windows at one moment: the other one made the link
        with transaction(session):
            return _recognise(session, identity)


def _recognise(session: Session, identity: Identity) -> User | None:
    link = _link_of(session, identity)
    if link is not None:
        check_may_enter(link.user, identity.provider)
        link.last_used_at = utc_now()
        follow_mapping(session, link.user, identity)
        return link.user
    check_address(identity)
    user = queries.user_by_address(session, identity.email)
    if user is None:
        return None
    check_may_enter(user, identity.provider)
    _refuse_second_link(session, user, identity)
    if user.confirmed_at is None:
        _confirm(session, user)
    _link(session, user, identity)
    follow_mapping(session, user, identity)
    return user


def check_address(identity: Identity) -> None:
    """Raise SsoProblem unless the provider has verified the address and may vouch for its domain."""
    if not identity.email or not identity.verified:
        raise SsoProblem("unverified")
    if not identity.provider.vouches_for(identity.domain):
        raise SsoProblem("domain")


def check_may_enter(user: User, provider: Provider) -> None:
    """Raise SsoProblem for an account that is disabled, or of an organisation that the provider does not serve."""
    if not user.active:
        raise SsoProblem("disabled")
    if user.organisation_id not in provider.organisations:
        raise SsoProblem("organisation")


def _link_of(session: Session, identity: Identity) -> IdentityLink | None:
    return session.scalar(
        select(IdentityLink).where(
            IdentityLink.issuer == identity.provider.issuer, IdentityLink.subject == identity.subject
        )
    )


def _refuse_second_link(session: Session, user: User, identity: Identity) -> None:
    # The address may have passed to somebody else at the organisation: it links one subject, once.
    session.execute(select(User.id).where(User.id == user.id).with_for_update())
    held = select(IdentityLink.id).where(
        IdentityLink.user_id == user.id, IdentityLink.issuer == identity.provider.issuer
    )
    if session.scalar(held) is not None:
        raise SsoProblem("other_account")


def _confirm(session: Session, user: User) -> None:
    """The provider has proved the address; whoever chose the password before had not, so it goes."""
    user.confirmed_at, user.password, user.fs_uniquifier = utc_now(), None, uuid4().hex
    record(session, user, "account.confirm_address", user)
    services.ask_hr(session, user)


def _link(session: Session, user: User, identity: Identity) -> None:
    provider = identity.provider
    link = IdentityLink(
        user_id=user.id,
        provider=provider.id,
        issuer=provider.issuer,
        subject=identity.subject,
        last_used_at=utc_now(),
    )
    session.add(link)
    session.flush()
    record(session, user, "sso.link", user, provider=provider.id)
    notify(session, user, "identity_linked", endpoint="sso.links")


def register(session: Session, identity: Identity, *, names: Names, organisation_id: str, language: Language) -> User:
    """Make an account for somebody whom the provider vouches for; their address is confirmed already.

    Raises Invalid for an organisation that is not offered, SsoProblem when the address may not be used, or has an
    account by now.
    """
    check_address(identity)
    with transaction(session):
        if organisation_id not in {row.id for row in organisations_of(session, identity.provider)}:
            raise Invalid(fields={"organisation": _("Choose the organisation you work in")})
        if queries.user_by_address(session, identity.email) is not None:
            raise SsoProblem("state")
        user = services.create_account(
            session,
            email=identity.email,
            organisation_id=organisation_id,
            names=names,
            language=language,
            password_hash=None,
        )
        user.confirmed_at = utc_now()
        session.add(RoleGrant(user_id=user.id, role=RoleName.CIVIL_SERVANT))
        session.add(WorksHere(user_id=user.id, organisation_id=organisation_id))
        session.flush()
        session.refresh(user)
        record(session, user, "account.register", user, organisation=organisation_id, provider=identity.provider.id)
        services.ask_hr(session, user)
        _link(session, user, identity)
        follow_mapping(session, user, identity)
        return user


def organisations_of(session: Session, provider: Provider) -> Sequence[Organisation]:
    """Organisations in service that the provider serves, by English name."""
    return session.scalars(
        select(Organisation)
        .where(Organisation.id.in_(provider.organisations), Organisation.active)
        .order_by(Organisation.name_en, Organisation.id)
    ).all()


def follow_mapping(session: Session, user: User, identity: Identity) -> None:
    """Give the roles that the mapping names for this identity, and end those it gave before and names no more.

    Part of the present transaction. Roles that a person gave are left alone.
    """
    provider = identity.provider
    wanted: set[Scope] = {(row.role, row.organisation_id) for row in provider.roles if row.value in identity.values}
    held = {(grant.role, grant.organisation_id): grant for grant in user.grants if grant.in_force}
    hr_before = user.hr_organisation_ids
    for scope, grant in held.items():
        if grant.granted_via == provider.id and scope not in wanted:
            grant.revoked_at = utc_now()
            _tell(session, user, "revoke", provider, scope)
    for scope in sorted(wanted - set(held), key=str):
        session.add(RoleGrant(user_id=user.id, role=scope[0], organisation_id=scope[1], granted_via=provider.id))
        _tell(session, user, "grant", provider, scope)
    session.flush()
    session.refresh(user, ["grants"])
    for organisation_id in sorted(hr_before - user.hr_organisation_ids):
        roles.tell_if_no_hr(session, organisation_id)


def _tell(session: Session, user: User, what: str, provider: Provider, scope: Scope) -> None:
    record(session, None, f"role.{what}", user, role=scope[0].value, organisation=scope[1], provider=provider.id)
    notify(session, user, "role_granted" if what == "grant" else "role_revoked", endpoint="account.overview")
    end_sessions(session, user)


def links_of(session: Session, user: User) -> Sequence[IdentityLink]:
    return session.scalars(
        select(IdentityLink).where(IdentityLink.user_id == user.id).order_by(IdentityLink.linked_at, IdentityLink.id)
    ).all()


def own_link(session: Session, user: User, link_id: UUID) -> IdentityLink:
    """A link of this person. Raises NotFound for another's."""
    link = session.scalar(select(IdentityLink).where(IdentityLink.id == link_id, IdentityLink.user_id == user.id))
    if link is None:
        raise NotFound
    return link


def unlink(session: Session, *, actor: User, link_id: UUID) -> None:
    """Disconnect one's account from the provider's. Raises NotFound for a link of another person."""
    with transaction(session):
        link = own_link(session, actor, link_id)
        user = session.get_one(User, actor.id)
        provider = link.provider
        session.delete(link)
        record(session, user, "sso.unlink", user, provider=provider)
        notify(session, user, "identity_unlinked", endpoint="sso.links")


def note_refusal(session: Session, provider: Provider, cause: str, identity: Identity | None = None) -> None:
    """Record that the provider's answer was refused, and why; on the account if it led to one, else on an organisation.

    Nothing of what the provider said is kept.
    """
    with transaction(session):
        link = _link_of(session, identity) if identity is not None else None
        user = link.user if link is not None else None
        if user is None and identity is not None and identity.verified and identity.email:
            user = queries.user_by_address(session, identity.email)
        subject = user or session.scalar(
            select(Organisation).where(Organisation.id.in_(provider.organisations)).order_by(Organisation.id).limit(1)
        )
        if subject is not None:
            record(session, None, "sso.refused", subject, actor_kind="visitor", provider=provider.id, cause=cause)
