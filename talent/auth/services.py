"""Accounts: registering, names, language, organisation."""

from __future__ import annotations

from dataclasses import asdict, replace
from uuid import uuid4

from flask_security import hash_password
from flask_security.confirmable import send_confirmation_instructions
from sqlalchemy.orm import Session

from models import Organisation, OutboxItem, RoleGrant, User, WorksHere, utc_now
from models.types import ConfirmationStatus, Language, RoleName
from talent import outbox, throttle
from talent.audit.services import record
from talent.auth import notices as notices  # registers its kinds
from talent.auth import queries
from talent.auth.former_names import former_names_after, held_account
from talent.auth.letters import outside_requests
from talent.auth.registration import Names, Registration
from talent.auth.tries import LINKS_TO_AN_ADDRESS
from talent.db import transaction
from talent.errors import Invalid, TransitionRefused
from talent.extensions import security
from talent.i18n import _
from talent.notifications.jobs import absolute_url
from talent.notifications.services import mail_to_address, notify

WRONG_ORGANISATION = _("Choose an organisation that uses the email domain of your address")


def register(session: Session, registration: Registration) -> None:
    """Queue the making of an account; the worker makes it, and mails a link to confirm the address.

    The request does the same work whether the address has an account or not, and cannot tell.
    Raises Invalid when the organisation does not use the mail domain of the address.
    """
    _check_organisation(session, registration.email, registration.organisation_id)
    hashed = hash_password(security.password_util.normalize(registration.password))
    payload = {
        **asdict(replace(registration, password=hashed)),
        "request_id": session.info.get("request_id", ""),
        "network": session.info.get("address"),
    }
    with transaction(session):
        outbox.add(session, "registration", payload)


def register_jobs() -> None:
    outbox.job("registration", complete_registration)


def complete_registration(session: Session, item: OutboxItem) -> None:
    """Make the account that was asked for; when its address has one already, tell the owner by mail instead."""
    asked = dict(item.payload)
    session.info.update(request_id=asked.pop("request_id"), address=asked.pop("network"))
    names = Names(**asked.pop("names"))
    registration = Registration(**{**asked, "names": names, "language": Language(asked["language"])})
    try:
        with transaction(session), outside_requests():
            known = queries.user_by_address(session, registration.email)
            if known is None:
                _add(session, registration)
            elif _may_mail(session, known):
                _tell_owner(session, known)
    finally:
        session.info.update(request_id="", address=None)


def _add(session: Session, registration: Registration) -> User:
    user = create_account(
        session,
        email=registration.email,
        organisation_id=registration.organisation_id,
        names=registration.names,
        language=registration.language,
        password_hash=registration.password,
    )
    session.add(RoleGrant(user_id=user.id, role=RoleName.CIVIL_SERVANT))
    session.add(WorksHere(user_id=user.id, organisation_id=registration.organisation_id))
    session.flush()
    session.refresh(user)
    record(session, user, "account.register", user, organisation=registration.organisation_id)
    send_confirmation_instructions(user)  # type: ignore[no-untyped-call]
    return user


def create_account(
    session: Session, *, email: str, organisation_id: str, names: Names, language: Language, password_hash: str | None
) -> User:
    """Add an account without a role to the present transaction."""
    user = User(
        email=email.lower(),
        password=password_hash,
        active=True,
        fs_uniquifier=uuid4().hex,
        name_home=names.name_home,
        name_romanised=names.name_romanised,
        name_order=names.name_order,
        form_of_address=names.form_of_address,
        language=language,
        organisation_id=organisation_id,
    )
    session.add(user)
    session.flush()
    return user


def open_account(session: Session, *, email: str, organisation_id: str, names: Names, language: Language) -> User:
    """Make a confirmed account without a password, for the command line; its owner asks for a new password.

    Raises Invalid when the address has an account or the organisation does not exist.
    """
    with transaction(session):
        if queries.user_by_address(session, email) is not None:
            raise Invalid(fields={"email": _("There is an account with this address already")})
        if session.get(Organisation, organisation_id) is None:
            raise Invalid(fields={"organisation": _("There is no such organisation")})
        user = create_account(
            session, email=email, organisation_id=organisation_id, names=names, language=language, password_hash=None
        )
        user.confirmed_at = utc_now()
        record(session, None, "account.create", user, organisation=organisation_id)
        return user


def _may_mail(session: Session, owner: User) -> bool:
    try:
        throttle.count(session, LINKS_TO_AN_ADDRESS, "registering", owner.id)
    except throttle.TooManyTries:
        return False
    return True


def _tell_owner(session: Session, owner: User) -> None:
    record(session, None, "account.register_again", owner, actor_kind="visitor")
    if owner.confirmed_at is None:
        send_confirmation_instructions(owner)  # type: ignore[no-untyped-call]
        return
    link = absolute_url("security.forgot_password")
    mail_to_address(session, owner.email, owner.language.value, "account_exists", link)


def _check_organisation(session: Session, address: str, organisation_id: str) -> None:
    if organisation_id not in {row.id for row in queries.organisations_for_address(session, address)}:
        raise Invalid(fields={"organisation": WRONG_ORGANISATION})


def ask_hr(session: Session, user: User) -> None:
    """Ask HR of the person's organisation whether they work there; part of the present transaction.

    Asked once the address is confirmed, so that nobody can make HR look at an address that is not theirs.
    """
    question = queries.works_here(session, user)
    if question is None or question.status is not ConfirmationStatus.PENDING or user.organisation is None:
        return
    staff = [person for person in queries.hr_staff(session, question.organisation_id) if person.id != user.id]
    for person in staff:
        notify(session, person, "works_here_asked", endpoint="organisations.our_people")
    if not staff:
        for person in queries.administrators(session, user.organisation.country):
            notify(
                session,
                person,
                "hr_missing",
                endpoint="organisations.organisation",
                endpoint_args={"organisation_id": question.organisation_id},
            )


def rename(session: Session, *, actor: User, names: Names) -> User:
    """Change one's own names and form of address; names given up are kept to be hidden in older texts."""
    with transaction(session):
        user = held_account(session, actor)
        changed = [name for name in Names.__annotations__ if getattr(user, name) != getattr(names, name)]
        user.former_names = former_names_after(user, names) or None
        for name in changed:
            setattr(user, name, getattr(names, name))
        if changed:
            record(session, user, "account.rename", user, changed=changed)
        return user


def choose_organisation(session: Session, *, actor: User, organisation_id: str) -> User:
    """Name another organisation of one's mail domain, or ask the same one again; HR there is asked.

    Raises TransitionRefused once HR has confirmed the present one, Invalid for one that uses another mail domain.
    """
    with transaction(session):
        user = session.get_one(User, actor.id)
        present = queries.works_here(session, user)
        if present is not None and present.status is ConfirmationStatus.CONFIRMED:
            raise TransitionRefused(_("Your organisation has confirmed that you work there. Ask its HR staff first."))
        _check_organisation(session, user.email, organisation_id)
        same = user.organisation_id == organisation_id
        if same and present is not None and present.status is ConfirmationStatus.PENDING:
            return user
        user.organisation_id = organisation_id
        session.flush()
        session.refresh(user, ["organisation"])
        question = queries.works_here(session, user)
        waits = question is not None and question.status is ConfirmationStatus.PENDING
        if question is None:
            session.add(WorksHere(user_id=user.id, organisation_id=organisation_id))
        elif not waits:
            question.status, question.decided_by_id, question.decided_at = ConfirmationStatus.PENDING, None, None
            question.note = ""
        record(session, user, "account.choose_organisation", user, organisation=organisation_id)
        session.flush()
        if not waits:  # going to and fro between two organisations must not write to their HR each time
            ask_hr(session, user)
        return user


def set_language(session: Session, *, actor: User, language: Language) -> None:
    """Keep the person's language with the account."""
    with transaction(session):
        user = session.get_one(User, actor.id)
        if user.language is not language:
            user.language = language
            record(session, user, "account.language", user, language=language)
