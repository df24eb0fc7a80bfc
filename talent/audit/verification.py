"""Walking the audit chain from its first row to its end, and naming the first row that is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from models import AuditEntry, AuditHead
from talent.audit.chain import ENTRY
from talent.audit.checkpoints import ChainFault, Checkpoint, read_checkpoints
from talent.audit.seals import FIRST, fitting_key, head_mac, seal

AT_A_TIME = 1000
UNREADABLE = (ValueError, TypeError, StatementError)
"""What a driver raises for a stored value that is none of its column's kind."""


@dataclass(frozen=True)
class Verified:
    """What was found to be whole."""

    entries: int
    checkpoints: int


def verify_chain(session: Session, keys: Sequence[str], checkpoint_file: Path) -> Verified:
    """Check every seal, the end of the chain, and every checkpoint. Reads in steps, whatever the number of rows.

    `keys`: the key that seals now, then those that did before, newest first.
    Raises ChainFault naming the first row that was changed, removed, moved or put in.
    """
    checkpoints = read_checkpoints(checkpoint_file, keys)
    next_checkpoint = next(checkpoints, None)  # opens the file before the database is looked at: never newer than it
    session.rollback()
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    walk, seen = _Walk(keys), 0
    while next_checkpoint is not None and next_checkpoint.number == 0:
        next_checkpoint, seen = _following(checkpoints, next_checkpoint), seen + 1
    for row in _rows(session):
        walk.take(row)
        while next_checkpoint is not None and next_checkpoint.number == walk.number:
            if next_checkpoint.chain_hash != walk.chain_hash:
                raise ChainFault(f"row {walk.number} is not the one that the checkpoint of {next_checkpoint.at} saw")
            next_checkpoint, seen = _following(checkpoints, next_checkpoint), seen + 1
    if next_checkpoint is not None:
        raise ChainFault(_after_the_end(walk.number, next_checkpoint))
    walk.end(session)
    session.rollback()
    return Verified(walk.number, seen)


def _after_the_end(number: int, seen: Checkpoint) -> str:
    return f"row {number + 1} is missing: the checkpoint of {seen.at} names row {seen.number}"


def _following(checkpoints: Iterator[Checkpoint], before: Checkpoint) -> Checkpoint | None:
    found = next(checkpoints, None)
    if found is not None and found.number < before.number:
        raise ChainFault(f"row {found.number + 1} was missing at {found.at}: the end of the chain had been put back")
    return found


def _rows(session: Session) -> Iterator[Row[Any]]:
    last: int | None = None
    while True:
        wanted = select(ENTRY).where(ENTRY.c.chain_number.is_not(None))
        if last is not None:
            wanted = wanted.where(ENTRY.c.chain_number > last)
        found = _read(session, wanted.order_by(ENTRY.c.chain_number))
        if not found:
            return
        yield from found
        last = found[-1].chain_number


def _read(session: Session, wanted: Select[Any]) -> Sequence[Row[Any]]:
    """Many rows, or the next one alone where one of many cannot be read. Raises ChainFault when it is that one."""
    try:
        return session.execute(wanted.limit(AT_A_TIME)).all()
    except UNREADABLE:
        pass
    try:
        return session.execute(wanted.limit(1)).all()
    except UNREADABLE:
        number = session.scalar(wanted.with_only_columns(ENTRY.c.chain_number).limit(1))
        raise ChainFault(f"row {number} was changed: it cannot be read") from None


class _Walk:
    """How far the chain has been found whole."""

    def __init__(self, keys: Sequence[str]) -> None:
        self.keys, self.number, self.chain_hash, self.last_id = tuple(keys), 0, FIRST, 0

    def take(self, row: Row[Any]) -> None:
        if row.chain_number > self.number + 1:
            raise ChainFault(f"row {self.number + 1} is missing: row {row.chain_number} (id {row.id}) comes next")
        if row.chain_number <= self.number:
            raise ChainFault(f"row {row.chain_number} (id {row.id}) was put in past the service")
        values, previous = dict(row._mapping), self.chain_hash
        key = fitting_key(self.keys, row.chain_hash or "", lambda key: seal(key, previous, values))
        if key is None:
            raise ChainFault(f"row {row.chain_number} (id {row.id}) was changed, moved or put in")
        if row.id <= self.last_id:
            raise ChainFault(f"row {row.chain_number} (id {row.id}) has changed places")
        self.keys = self.keys[: key + 1]  # a key that was replaced never seals again
        self.number, self.chain_hash, self.last_id = row.chain_number, row.chain_hash, row.id

    def end(self, session: Session) -> None:
        """Check the end of the chain, and that no row stands outside it."""
        head = session.scalars(select(AuditHead)).one_or_none()
        if head is None:
            raise ChainFault(f"the end of the chain is missing, after row {self.number}")
        if fitting_key(self.keys, head.mac, lambda key: head_mac(key, head.number, head.chain_hash)) is None:
            raise ChainFault(f"the end of the chain, row {head.number}, was changed")
        if head.number > self.number:
            raise ChainFault(f"row {self.number + 1} is missing: the chain ends with row {head.number}")
        if head.number < self.number:
            raise ChainFault(f"row {head.number + 1} was put in after the end of the chain")
        if head.chain_hash != self.chain_hash:
            raise ChainFault(f"row {self.number} is not the one that the chain ends with")
        loose = session.scalar(
            select(AuditEntry.id).where(AuditEntry.chain_number.is_(None)).order_by(AuditEntry.id).limit(1)
        )
        if loose is not None:
            raise ChainFault(f"the row with id {loose} was put in past the service: it is not in the chain")
