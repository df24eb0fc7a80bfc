"""What is held about a person's account: who they are to the service, how they sign in, what they were sent."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models import (
    AdministratorProposal,
    IdentityLink,
    Opportunity,
    Passkey,
    RoleGrant,
    User,
    UserSession,
    WorksHere,
)
from models.types import NameOrder
from talent.auth.words import ANSWERS, COUNTRIES, ROLES
from talent.i18n import NATIVE_NAMES, _
from talent.privacy import monitoring
from talent.privacy.held import Code, Field, Group, Own, Record, named, worded

ORDERS = {NameOrder.GIVEN_FIRST: _("Given name first"), NameOrder.FAMILY_FIRST: _("Family name first")}

FORMER_NAMES = _("Former names, kept only so that they stay hidden from others in your texts")


def account(session: Session, user: User) -> list[Record]:
    """The account itself, with how its owner signs in. Secrets are never told, only that they are there."""
    passkeys = session.scalars(select(Passkey).where(Passkey.user_id == user.id).order_by(Passkey.create_datetime))
    links_wanted = select(IdentityLink).where(IdentityLink.user_id == user.id).order_by(IdentityLink.linked_at)
    links = session.scalars(links_wanted)
    return [
        Record(
            [
                Field("email", _("Work email address"), user.email),
                Field("name_home", _("Your name as you write it at home"), Own(user.name_home)),
                Field("name_romanised", _("In Latin letters, as in your passport"), Own(user.name_romanised)),
                Field("former_names", FORMER_NAMES, [Own(name) for name in user.former_names or ()]),
                Field("name_order", _("Order of names"), worded(user.name_order, ORDERS)),
                Field("form_of_address", _("Form of address"), Own(user.form_of_address)),
                Field("language", _("Language"), worded(user.language, NATIVE_NAMES)),
                Field("organisation", _("Organisation"), named(user.organisation)),
                Field("registered_at", _("Registered"), user.created_at),
                Field("address_confirmed_at", _("Address confirmed"), user.confirmed_at),
                Field("password_set", _("Password set"), user.password is not None),
                Field("authenticator_set", _("Authenticator app set up"), user.tf_totp_secret is not None),
                Field("recovery_codes_left", _("Recovery codes left"), len(user.mf_recovery_codes or ())),
                Field("disabled_at", _("Access ended"), user.disabled_at),
                Field("idle_warned_at", _("Warned that the account is unused"), user.idle_warned_at),
                Field("sample", _("Sample account"), user.sample),
            ],
            [
                Group("passkeys", _("Passkeys"), [_passkey(row) for row in passkeys]),
                Group(
                    "identity_links",
                    _("Sign-in through your organisation"),
                    [_identity(row) for row in links],
                ),
            ],
        )
    ]


def _passkey(row: Passkey) -> Record:
    return Record(
        [
            Field("name", _("Name"), Own(row.name)),
            Field("added_at", _("Added"), row.create_datetime),
            Field("last_used_at", _("Last used"), row.lastuse_datetime),
        ]
    )


def _identity(row: IdentityLink) -> Record:
    return Record(
        [
            Field("provider", _("Provider"), Own(row.provider)),
            Field("subject", _("Your ID there"), Own(row.subject)),
            Field("linked_at", _("Linked"), row.linked_at),
            Field("last_used_at", _("Last used"), row.last_used_at),
        ]
    )


def roles(session: Session, user: User) -> list[Record]:
    """Roles past and present, and proposals to make the person an administrator."""
    grants = session.scalars(
        select(RoleGrant)
        .where(RoleGrant.user_id == user.id)
        .options(joinedload(RoleGrant.organisation))
        .order_by(RoleGrant.granted_at, RoleGrant.id)
    )
    proposals = session.scalars(
        select(AdministratorProposal)
        .where(AdministratorProposal.user_id == user.id)
        .order_by(AdministratorProposal.created_at)
    )
    return [
        *(
            Record(
                [
                    Field("role", _("Role"), worded(row.role, ROLES)),
                    Field("organisation", _("Organisation"), named(row.organisation)),
                    Field("country", _("Country"), worded(row.country, COUNTRIES)),
                    Field("since", _("Since"), row.granted_at),
                    Field("until", _("Until"), row.revoked_at),
                ]
            )
            for row in grants
        ),
        *(
            Record(
                [
                    Field("proposed_country", _("Proposed as administrator of"), worded(row.country, COUNTRIES)),
                    Field("reason", _("Reason"), Own(row.reason)),
                    Field("proposed_at", _("Proposed"), row.created_at),
                    Field("decided_at", _("Answered on"), row.decided_at),
                    Field("confirmed", _("Confirmed by another administrator"), row.confirmed),
                    Field("answer_note", _("Note"), Own(row.answer_note)),
                ]
            )
            for row in proposals
        ),
    ]


def visits(session: Session, user: User) -> list[Record]:
    """Browsers in which the person is signed in."""
    rows = session.scalars(
        select(UserSession).where(UserSession.user_id == user.id).order_by(UserSession.created_at, UserSession.id)
    )
    return [
        Record(
            [
                Field("browser", _("Browser"), Own(row.browser)),
                Field("address", _("Network address"), row.address),
                Field("began_at", _("Signed in"), row.created_at),
                Field("last_used_at", _("Last used"), row.seen_at),
            ]
        )
        for row in rows
    ]


def works_here(session: Session, user: User) -> list[Record]:
    """What organisations answered to the question whether the person works there."""
    rows = session.scalars(
        select(WorksHere)
        .where(WorksHere.user_id == user.id)
        .options(joinedload(WorksHere.organisation))
        .order_by(WorksHere.created_at, WorksHere.id)
    )
    return [
        Record(
            [
                Field("organisation", _("Organisation"), named(row.organisation)),
                Field("answer", _("Answer"), worded(row.status, ANSWERS)),
                Field("asked_at", _("Asked"), row.created_at),
                Field("answered_at", _("Answered on"), row.decided_at),
                Field("note", _("Note of HR staff"), Own(row.note)),
            ]
        )
        for row in rows
    ]


def equality(session: Session, user: User) -> list[Record]:
    """Answers to the optional equality questions."""
    given = monitoring.answers_of(session, user)
    return [
        Record(
            [
                Field("question", _("Question"), named(row.asked) or Code(row.question)),
                Field("answer", _("Answer"), named(row.option) or Code(row.answer)),
                Field("notice_version", _("Version"), row.notice_version),
                Field("answered_on", _("Answered on"), row.answered_on),
            ]
        )
        for row in given
    ]


def posts(session: Session, user: User) -> list[Record]:
    """Posts that the person wrote for their organisation: they belong to it, and name the author by number."""
    rows = session.scalars(
        select(Opportunity).where(Opportunity.author_id == user.id).order_by(Opportunity.created_at, Opportunity.id)
    )
    return [
        Record(
            [
                Field("post", _("Post"), Code(str(row.id))),
                Field("organisation", _("Organisation"), named(row.organisation)),
                Field("started_at", _("Draft started"), row.created_at),
            ]
        )
        for row in rows
    ]
