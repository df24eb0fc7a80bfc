"""The record of who did what. A row joins the transaction of the change it tells of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from models import AuditEntry, Base, User


def record(
    session: Session, actor: User | None, action: str, subject: Base, *, actor_kind: str | None = None, **details: Any
) -> AuditEntry:
    """Add an audit row to the present transaction.

    `actor` None means a job or a command. `details` holds codes, ids and numbers, never names or texts.
    Raises RuntimeError outside a transaction.
    """
    if not session.info.get("in_transaction"):
        raise RuntimeError("audit rows join the transaction of their change")
    session.flush()
    state = inspect(subject)
    key = state.identity or state.mapper.primary_key_from_instance(subject)
    entry = AuditEntry(
        actor_id=actor.id if actor else None,
        actor_kind=actor_kind or ("user" if actor else "system"),
        action=action,
        subject_type=type(subject).__name__,
        subject_id="/".join(str(part) for part in key),
        details={
            name: value if isinstance(value, int | float | bool | list | dict) else str(value)
            for name, value in details.items()
            if value is not None
        },
        request_id=session.info.get("request_id", ""),
    )
    session.add(entry)
    return entry
