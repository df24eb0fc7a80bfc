"""The record of who did what. An entry joins the transaction of the change it tells of."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from models import Base, User, utc_now
from talent.audit import chain
from talent.audit.people import person_concerned
from talent.audit.seals import storable

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
