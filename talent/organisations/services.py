"""HR's answer to one question, and the mail domains of organisations."""

from __future__ import annotations

import re
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import MailDomain, Organisation, User, WorksHere, utc_now
from models.types import ConfirmationStatus
from talent import events
from talent.audit.services import record
from talent.db import transaction
from talent.errors import Invalid, NotFound
from talent.i18n import _
from talent.notifications.services import notify
from talent.organisations import queries

DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+")


def answer_works_here(
    session: Session, *, actor: User, question_id: UUID, confirmed: bool, note: str = ""
) -> WorksHere:
    """Record whether the person works in the organisation; answering again replaces the answer.

    Raises NotFound when the actor may not answer, Invalid when a no has no reason.
    """
    status = ConfirmationStatus.CONFIRMED if confirmed else ConfirmationStatus.REFUSED
    if not confirmed and not note:
        raise Invalid(fields={"note": _("Say why you cannot confirm it, so that the person can correct it")})
    note = "" if confirmed else note
    with transaction(session):
        asked = queries.question(session, actor, question_id)
        # A second answer at the same moment waits here, and then finds the first.
        session.execute(select(WorksHere.id).where(WorksHere.id == asked.id).with_for_update())
        session.refresh(asked, ["status", "note"])
        if (asked.status, asked.note) == (status, note):
            return asked
        same_answer = asked.status is status
        asked.status, asked.note = status, note
        asked.decided_by_id, asked.decided_at = actor.id, utc_now()
        record(session, actor, f"works_here.{status.value}", asked)
        if confirmed:
            events.emit(session, events.WorksHereConfirmed(asked.user_id))
            notify(session, asked.user, "works_here_confirmed", endpoint="profiles.task_list")
        elif not same_answer:
            events.emit(session, events.WorksHereRefused(asked.user_id, actor.id))
            notify(session, asked.user, "works_here_refused", endpoint="account.overview")
        return asked


def add_domain(session: Session, *, actor: User, organisation_id: str, domain: str) -> MailDomain:
    """Let people with addresses of this mail domain register for the organisation.

    Raises NotFound for an organisation outside the actor's countries, Invalid for what is no domain or is there.
    """
    name = domain.strip().lower().removeprefix("@").rstrip(".")
    if len(name) > 253 or not DOMAIN.fullmatch(name):
        raise Invalid(
            fields={"domain": _("Enter an email domain, like ministry.example, without the part before the @")}
        )
    with transaction(session):
        place = queries.organisation(session, actor.administered_countries, organisation_id)
        if any(row.domain == name for row in place.domains):
            raise Invalid(fields={"domain": _("This organisation uses that email domain already")})
        added = MailDomain(domain=name, organisation_id=place.id)
        session.add(added)
        record(session, actor, "organisation.add_domain", place, domain=name)
        return added


def remove_domain(session: Session, *, actor: User, organisation_id: str, domain_id: UUID) -> Organisation:
    """Stop new registrations for the organisation from this mail domain. Accounts stay as they are."""
    with transaction(session):
        place = queries.organisation(session, actor.administered_countries, organisation_id)
        row = session.scalar(
            select(MailDomain).where(MailDomain.id == domain_id, MailDomain.organisation_id == place.id)
        )
        if row is None:
            raise NotFound
        record(session, actor, "organisation.remove_domain", place, domain=row.domain)
        session.delete(row)
        return place
