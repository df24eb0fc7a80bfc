"""The chain of audit entries: each is sealed with the seal of the one before, and written when its change commits.

Entries are collected while a transaction runs and written in its last moment, so that the end of the chain, which
everybody needs, is held only for that moment. A transaction that is rolled back leaves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import event, insert, select, update
from sqlalchemy.orm import Session, SessionTransaction

from models import AuditEntry, AuditHead, Base, User
from talent.audit.seals import head_mac, seal

COLLECTED = "audit_collected"
KEYS = "audit_keys"
"""Execution option of the engine: the key that seals, then those that sealed before it."""
ENTRY = Base.metadata.tables[AuditEntry.__tablename__]
HEAD = Base.metadata.tables[AuditHead.__tablename__]


def collect(session: Session, values: dict[str, Any]) -> None:
    """Keep an entry for the end of the present transaction."""
    if not session.in_transaction():
        session.begin()
    session.info.setdefault(COLLECTED, []).append(values)


@event.listens_for(Session, "before_commit")
def _write_collected(session: Session) -> None:
    if session.in_nested_transaction():
        return
    entries = session.info.pop(COLLECTED, [])
    if entries:
        session.flush()  # whatever can still fail does so before the end of the chain is held
        _append(session, entries)


@event.listens_for(Session, "after_transaction_create")
def _remember_place(session: Session, begun: SessionTransaction) -> None:
    if begun.nested:
        session.info[_mark(begun)] = len(session.info.get(COLLECTED, ()))


@event.listens_for(Session, "after_soft_rollback")
def _forget_undone(session: Session, undone: SessionTransaction) -> None:
    """What was recorded since a savepoint goes back with it."""
    if undone.nested and COLLECTED in session.info:
        del session.info[COLLECTED][session.info.get(_mark(undone), 0) :]


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, ended: SessionTransaction) -> None:
    session.info.pop(_mark(ended), None)
    if ended.parent is None:
        session.info.pop(COLLECTED, None)


def _mark(transaction: SessionTransaction) -> str:
    return f"{COLLECTED}_{id(transaction)}"


def _append(session: Session, entries: Sequence[dict[str, Any]]) -> None:
    connection = session.connection()
    key = connection.get_execution_options()[KEYS][0]
    if connection.dialect.name == "postgresql":
        # The rows refer to their actors: held first, so that nobody waits for a person while holding the chain's end.
        actors = sorted({entry["actor_id"] for entry in entries if entry["actor_id"]})
        if actors:
            connection.execute(
                select(User.id).where(User.id.in_(actors)).order_by(User.id).with_for_update(key_share=True, read=True)
            )
    head = connection.execute(select(HEAD.c.number, HEAD.c.chain_hash).with_for_update()).one()
    number, chain_hash = head.number, head.chain_hash
    rows = []
    for entry in entries:
        number += 1
        row = {**entry, "chain_number": number}
        chain_hash = seal(key, chain_hash, row)
        rows.append({**row, "chain_hash": chain_hash})
    connection.execute(insert(ENTRY), rows)
    ended = {"number": number, "chain_hash": chain_hash, "mac": head_mac(key, number, chain_hash)}
    connection.execute(update(HEAD).values(ended))
