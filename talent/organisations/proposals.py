"""A new administrator takes two: one administrator proposes, another confirms or refuses.

The second is an administrator of the same country. Where the proposer is the only one who can act there, an
administrator of the other country is asked instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from models import AdministratorProposal, User, utc_now
from models.types import Country, RoleName
from talent.audit.services import record
from talent.auth import queries as accounts
from talent.auth import roles
from talent.auth.roles import RoleScope
from talent.db import transaction
from talent.errors import Forbidden, Invalid, NotFound, TransitionRefused
from talent.framework import dated
from talent.i18n import _
from talent.notifications.services import notify
from talent.organisations import notices as _notices  # noqa: F401 - registers the words told here

DECIDED = _("Somebody has answered this proposal already, or it was taken back.")
THERE_IS_ONE = _("There is a proposal for this person already.")


def propose(session: Session, *, actor: User, user_id: UUID, country: Country, reason: str) -> AdministratorProposal:
    """Propose a person of the actor's country as its administrator; those who may confirm it are told.

    Raises NotFound for a person or country the actor does not administer, Forbidden for oneself, Invalid without a
    reason, TransitionRefused when the person cannot act, is one already, or is proposed already.
    """
    try:
        with transaction(session):
            return _propose(session, actor, user_id, country, reason)
    except IntegrityError as error:
        raise TransitionRefused(THERE_IS_ONE) from error


def _propose(session: Session, actor: User, user_id: UUID, country: Country, reason: str) -> AdministratorProposal:
    if country not in actor.administered_countries:
        raise NotFound
    person = accounts.person(session, actor.administered_countries, user_id)
    if person.id == actor.id:
        raise Forbidden(_("Another administrator has to change your own roles."))
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why this person should be an administrator")})
    check_eligible(person, country)
    earlier = _open_for(session, person, country)
    if earlier is not None and earlier.expires_at > utc_now():
        raise TransitionRefused(THERE_IS_ONE)
    if earlier is not None:
        earlier.withdrawn_at = utc_now()
        session.flush()
    days = dated.rule_number(session, "administrator_proposal_days", country=country)
    proposal = AdministratorProposal(
        user_id=person.id,
        country=country,
        proposed_by_id=actor.id,
        reason=reason.strip(),
        expires_at=utc_now() + timedelta(days=days),
    )
    session.add(proposal)
    record(session, actor, "administrator.propose", proposal, person_id=person.id, country=country.value)
    session.flush()
    asked = deciders(session, proposal)
    if not asked:
        raise TransitionRefused(_("There is no other administrator who could confirm it."))
    for decider in asked:
        notify(
            session,
            decider,
            "administrator_proposed",
            endpoint="organisations.proposal",
            endpoint_args={"proposal_id": proposal.id},
        )
    return proposal


def check_eligible(person: User, country: Country) -> None:
    """Raise TransitionRefused for somebody who cannot sign in, or administers the country already."""
    if not person.active:
        raise TransitionRefused(_("This person’s access has ended. Give it back first."))
    if person.confirmed_at is None:
        raise TransitionRefused(_("This person has not confirmed their email address yet"))
    if country in person.administered_countries:
        raise TransitionRefused(_("This person is an administrator of the country already."))


def _open_for(session: Session, person: User, country: Country) -> AdministratorProposal | None:
    return session.scalar(
        select(AdministratorProposal).where(
            AdministratorProposal.user_id == person.id,
            AdministratorProposal.country == country,
            AdministratorProposal.decided_at.is_(None),
            AdministratorProposal.withdrawn_at.is_(None),
        )
    )


def deciders(session: Session, proposal: AdministratorProposal) -> list[User]:
    """Who may confirm or refuse it now: administrators of the country besides the two, else those of the other one."""
    two = {proposal.proposed_by_id, proposal.user_id}
    for country in (proposal.country, proposal.country.other):
        found = [person for person in accounts.administrators(session, country) if person.id not in two]
        if found:
            return found
    return []


def is_open(proposal: AdministratorProposal) -> bool:
    """True while it waits for an answer and has not expired."""
    return proposal.decided_at is None and proposal.withdrawn_at is None and proposal.expires_at > utc_now()


def listed(session: Session, actor: User, limit: int = 100) -> Sequence[AdministratorProposal]:
    """Proposals of the actor's countries and those they may answer, what waits first, then the newest."""
    others = {country.other for country in actor.administered_countries} - actor.administered_countries
    rows = session.scalars(
        select(AdministratorProposal)
        .where(AdministratorProposal.country.in_(actor.administered_countries | others))
        .options(
            joinedload(AdministratorProposal.user).joinedload(User.organisation),
            joinedload(AdministratorProposal.proposed_by),
        )
        .order_by(AdministratorProposal.decided_at.is_not(None), AdministratorProposal.created_at.desc())
        .order_by(AdministratorProposal.id)
        .limit(limit)
    ).all()
    abroad = {country: {person.id for person in accounts.administrators(session, country)} for country in others}
    return [
        row
        for row in rows
        if row.country in actor.administered_countries
        or row.decided_by_id == actor.id
        or (is_open(row) and not abroad[row.country] - {row.proposed_by_id, row.user_id})
    ]


def visible(session: Session, actor: User, proposal_id: UUID) -> AdministratorProposal:
    """A proposal of the actor's countries, or one they may answer or have answered. Raises NotFound for any other."""
    proposal = session.scalar(
        select(AdministratorProposal)
        .where(AdministratorProposal.id == proposal_id)
        .options(joinedload(AdministratorProposal.user), joinedload(AdministratorProposal.proposed_by))
    )
    if proposal is None:
        raise NotFound
    mine = proposal.country in actor.administered_countries or proposal.decided_by_id == actor.id
    if not mine and not (is_open(proposal) and may_decide(session, actor, proposal)):
        raise NotFound
    return proposal


def may_decide(session: Session, actor: User, proposal: AdministratorProposal) -> bool:
    return actor.id in {person.id for person in deciders(session, proposal)}


def decide(session: Session, *, actor: User, proposal_id: UUID, confirm: bool, note: str = "") -> AdministratorProposal:
    """Confirm a proposal, which gives the role, or refuse it with a reason; the proposer is told.

    Raises NotFound for one the actor cannot see, Forbidden for the proposer, the proposed and others who may not
    answer, Invalid for a refusal without a reason, TransitionRefused when it is answered, taken back or expired.
    """
    with transaction(session):
        visible(session, actor, proposal_id)
        session.execute(
            select(AdministratorProposal.id).where(AdministratorProposal.id == proposal_id).with_for_update()
        )
        proposal = session.get_one(AdministratorProposal, proposal_id)
        session.refresh(proposal)
        if proposal.decided_at is not None or proposal.withdrawn_at is not None:
            raise TransitionRefused(DECIDED)
        if proposal.expires_at <= utc_now():
            raise TransitionRefused(_("This proposal has expired. Propose the person again."))
        if not may_decide(session, actor, proposal):
            raise Forbidden(_("Another administrator has to confirm this proposal."))
        if not confirm and not note.strip():
            raise Invalid(fields={"note": _("Say why you refuse, so that the proposer understands")})
        proposal.decided_by_id, proposal.decided_at, proposal.confirmed = actor.id, utc_now(), confirm
        proposal.answer_note = "" if confirm else note.strip()
        what = "confirm" if confirm else "refuse"
        country = proposal.country.value
        record(session, actor, f"administrator.{what}", proposal, person_id=proposal.user_id, country=country)
        if confirm:
            if not proposal.proposed_by.active or proposal.country not in proposal.proposed_by.administered_countries:
                raise TransitionRefused(
                    _("The person who proposed this is no longer an administrator. Propose the person again.")
                )
            check_eligible(proposal.user, proposal.country)
            scope = RoleScope(RoleName.ADMINISTRATOR, country=proposal.country)
            roles.give(session, actor, proposal.user, scope)
        notify(
            session,
            proposal.proposed_by,
            "administrator_confirmed" if confirm else "administrator_refused",
            endpoint="organisations.proposal",
            endpoint_args={"proposal_id": proposal.id},
        )
        return proposal


def take_back(session: Session, *, actor: User, proposal_id: UUID) -> AdministratorProposal:
    """The proposer takes a proposal back before it is answered.

    Raises NotFound for another's, TransitionRefused when it was answered or taken back.
    """
    with transaction(session):
        proposal = session.scalar(
            select(AdministratorProposal)
            .where(AdministratorProposal.id == proposal_id, AdministratorProposal.proposed_by_id == actor.id)
            .with_for_update()
        )
        if proposal is None:
            raise NotFound
        if proposal.decided_at is not None or proposal.withdrawn_at is not None:
            raise TransitionRefused(DECIDED)
        proposal.withdrawn_at = utc_now()
        record(session, actor, "administrator.take_back", proposal, person_id=proposal.user_id)
        return proposal


def about(session: Session, person: User) -> Sequence[AdministratorProposal]:
    """Proposals of a person that wait for an answer."""
    return session.scalars(
        select(AdministratorProposal).where(
            AdministratorProposal.user_id == person.id,
            AdministratorProposal.decided_at.is_(None),
            AdministratorProposal.withdrawn_at.is_(None),
            AdministratorProposal.expires_at > utc_now(),
        )
    ).all()
