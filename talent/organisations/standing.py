"""Ending a person's access, giving it back, and moving them to another organisation: by an administrator.

What each does takes effect with the next click of the person, because their sessions end in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Organisation, Reason, RoleGrant, User, WorksHere, utc_now
from models.types import Answer, ConfirmationStatus, RoleName
from talent import events
from talent.audit.services import record
from talent.auth import queries as accounts
from talent.auth import roles
from talent.auth.services import ask_hr
from talent.auth.sessions import end_sessions
from talent.db import transaction
from talent.errors import Forbidden, Invalid, NotFound, TransitionRefused
from talent.framework import dated
from talent.i18n import _
from talent.notifications.jobs import absolute_url
from talent.notifications.services import mail_to_address, notify
from talent.organisations import notices as _notices  # noqa: F401 - registers the words told here
from talent.organisations import queries

ONESELF = _("Another administrator has to do this for you.")


def disable_reasons(session: Session, person: User) -> Sequence[Reason]:
    return dated.reasons(session, "person_disable", Answer.NO, country=_country(person))


def enable_reasons(session: Session, person: User) -> Sequence[Reason]:
    return dated.reasons(session, "person_enable", Answer.YES, country=_country(person))


def move_reasons(session: Session, person: User) -> Sequence[Reason]:
    return dated.reasons(session, "person_move", Answer.YES, country=_country(person))


def disable(session: Session, *, actor: User, user_id: UUID, reason: str, note: str = "") -> User:
    """End a person's access: they are signed out at once and cannot sign in or choose a new password.

    The reason is kept for administrators; the person is told by mail that access has ended, and not why. Raises
    NotFound for a person of another country, Forbidden for oneself, Invalid for a reason that is not on the list,
    TransitionRefused for the last administrator of a country and when access has ended already.
    """
    with transaction(session):
        person = _held(session, actor, user_id)
        if not person.active:
            raise TransitionRefused(_("This person’s access has ended already."))
        why = dated.reason(session, reason, "person_disable", Answer.NO, note=note, country=_country(person))
        for country in sorted(person.administered_countries):
            roles.keep_one_administrator(session, country, person)
        if person.administered_countries:
            roles.tell_administrators(session, actor, person)
        person.active, person.disabled_at, person.disabled_by_id = False, utc_now(), actor.id
        person.disabled_reason, person.disabled_note = why.code, note or None
        person.fs_uniquifier = uuid4().hex  # links for a new password that are on their way stop working
        end_sessions(session, person)
        record(session, actor, "person.disable", person, reason=why.code)
        events.emit(session, events.AccessEnded(person.id, actor.id))
        mail_to_address(session, person.email, person.language.value, "access_ended", absolute_url("public.start"))
        session.flush()
        for organisation_id in sorted(person.hr_organisation_ids):
            roles.tell_if_no_hr(session, organisation_id)
        return person


def enable(session: Session, *, actor: User, user_id: UUID, reason: str) -> User:
    """Give a person's access back, with the roles they held. Their profile stays paused until they resume it.

    Raises NotFound for a person of another country, Forbidden for oneself, Invalid for a reason that is not on the
    list, TransitionRefused when access has not ended.
    """
    with transaction(session):
        person = _held(session, actor, user_id)
        if person.active:
            raise TransitionRefused(_("This person has access already."))
        why = dated.reason(session, reason, "person_enable", Answer.YES, country=_country(person))
        person.active, person.disabled_at, person.disabled_by_id = True, None, None
        person.disabled_reason = person.disabled_note = None
        record(session, actor, "person.enable", person, reason=why.code)
        notify(session, person, "access_back", endpoint="account.overview")
        if person.administered_countries:
            roles.tell_administrators(session, actor, person)
        return person


def move(session: Session, *, actor: User, user_id: UUID, organisation_id: str, reason: str) -> User:
    """Move a person to another organisation of a country the actor administers.

    HR roles of the organisation before end, and so does the role of administrator of a country that is left. "Works
    here" is asked anew; until it is confirmed a profile is paused and still belongs to the organisation before. Raises
    NotFound, Forbidden and TransitionRefused as `disable` does, Invalid for an organisation or a reason that is not
    offered.
    """
    with transaction(session):
        person = _held(session, actor, user_id)
        place = _offered(session, actor, organisation_id)
        before = person.organisation
        if before is None or place.id == before.id:
            raise Invalid(fields={"organisation": _("This person belongs to that organisation already")})
        why = dated.reason(session, reason, "person_move", Answer.YES, country=before.country)
        for grant in _left_behind(person, before, place):
            if grant.country is not None:
                roles.keep_one_administrator(session, grant.country, person)
            roles.take_back(session, actor, person, grant)
        person.organisation_id = place.id
        session.flush()
        session.refresh(person, ["organisation"])
        _ask_anew(session, person)
        end_sessions(session, person)
        record(session, actor, "person.move", person, before=before.id, organisation=place.id, reason=why.code)
        events.emit(session, events.PersonMoved(person.id, actor.id))
        notify(session, person, "person_moved", endpoint="account.overview")
        session.flush()
        if person.confirmed_at is not None:
            ask_hr(session, person)
        roles.tell_if_no_hr(session, before.id)
        return person


def _country(person: User) -> str | None:
    return person.organisation.country.value if person.organisation else None


def _held(session: Session, actor: User, user_id: UUID) -> User:
    """The person, held against changes by others; the actor must still be an administrator of their country."""
    accounts.person(session, actor.administered_countries, user_id)
    session.execute(select(User.id).where(User.id.in_([actor.id, user_id])).order_by(User.id).with_for_update())
    session.refresh(actor)
    person = accounts.person(session, actor.administered_countries, user_id)
    session.refresh(person)
    if not actor.active:
        raise NotFound
    if actor.id == person.id:
        raise Forbidden(ONESELF)
    return person


def _offered(session: Session, actor: User, organisation_id: str) -> Organisation:
    found = {row.id: row for row in queries.all_of(session, actor.administered_countries)}.get(organisation_id)
    if found is None:
        raise Invalid(fields={"organisation": _("Choose the organisation this person moves to")})
    return found


def _left_behind(person: User, before: Organisation, place: Organisation) -> list[RoleGrant]:
    """Roles that end with the move: HR of the organisation before, and administering a country that is left."""
    return [
        grant
        for grant in person.grants
        if grant.in_force
        and (
            (grant.role is RoleName.HR and grant.organisation_id == before.id)
            or (
                grant.role is RoleName.ADMINISTRATOR
                and grant.country is before.country
                and place.country is not before.country
            )
        )
    ]


def _ask_anew(session: Session, person: User) -> None:
    question = accounts.works_here(session, person)
    if question is None:
        session.add(WorksHere(user_id=person.id, organisation_id=person.organisation_id))
    else:
        question.status, question.decided_by_id, question.decided_at = ConfirmationStatus.PENDING, None, None
        question.note = ""
    session.flush()
