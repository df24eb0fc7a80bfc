"""The record of who did what. An entry joins the transaction of the change it tells of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from models import AuditHead, Base, User, utc_now
from talent.audit import chain, queries
from talent.audit.masked import MaskedEntry
from talent.audit.people import person_concerned
from talent.audit.queries import Wanted
from talent.audit.seals import storable
from talent.db import transaction
from talent.errors import Invalid
from talent.i18n import _, local_number

LONGEST = 255
"""Characters a column of the record holds."""


def record(
    session: Session,
    actor: User | None,
    action: str,
    subject: Base,
    *,
    actor_kind: str | None = None,
    person_id: UUID | None = None,
    **details: Any,
) -> None:
    """Add an entry to the present transaction. It is written, sealed into the chain, when that commits.

    `actor` None means a job or a command. `person_id` is the person whose data it is about; by default the one that
    `subject` belongs to. `details` holds codes, ids and numbers, never names or texts.
    Raises RuntimeError outside a transaction.
    """
    if not session.info.get("in_transaction"):
        raise RuntimeError("audit entries join the transaction of their change")
    session.flush()
    state = inspect(subject)
    key = state.identity or state.mapper.primary_key_from_instance(subject)
    chain.collect(
        session,
        {
            "at": utc_now(),
            "actor_id": actor.id if actor else None,
            "actor_kind": actor_kind or ("user" if actor else "system"),
            "action": action[:LONGEST],
            "subject_type": type(subject).__name__,
            "subject_id": "/".join(str(part) for part in key)[:LONGEST],
            "details": storable({name: value for name, value in details.items() if value is not None}),
            "request_id": session.info.get("request_id", ""),
            "address": session.info.get("address"),
            "person_id": person_id or person_concerned(session, subject),
        },
    )


def export_entries(
    session: Session, *, actor: User, wanted: Wanted, reason: str, filters: dict[str, str]
) -> Iterator[tuple[Any, ...]]:
    """Every entry that matches, as the actor may see it, for a file. That it was taken, and why, is recorded first.

    Raises Invalid when there are more than fit into one file.
    """
    total = queries.entries(session, actor, wanted).total
    if total > queries.MOST_EXPORTED:
        message = _("Narrow the period: %(most)s entries fit into one file", most=local_number(queries.MOST_EXPORTED))
        raise Invalid(fields={"reason": message})
    with transaction(session):
        end = session.scalars(select(AuditHead)).one()
        record(session, actor, "audit.export", end, reason=reason, entries=total, filters=filters)
    return (_row(entry) for entry in queries.every_entry(session, actor, wanted))


def _row(entry: MaskedEntry) -> tuple[Any, ...]:
    return (
        entry.chain_number,
        entry.at.isoformat(timespec="microseconds"),
        entry.actor_kind,
        entry.actor_id,
        entry.address,
        entry.action,
        entry.subject_type,
        entry.subject_id,
        entry.person_id,
        entry.request_id,
        json.dumps(entry.details, ensure_ascii=False, sort_keys=True),
        entry.chain_hash,
    )
