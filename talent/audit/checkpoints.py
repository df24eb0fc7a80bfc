"""Copies of the chain's end, kept outside the database: they show when the whole end, seal and all, was put back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditHead, utc_now
from talent.audit.seals import checkpoint_mac, fitting_key, head_mac

EVERY = timedelta(hours=1)
LONGEST_LINE = 1000


class ChainFault(Exception):
    """The chain is not as the service wrote it; the text names the first row that is wrong."""


@dataclass(frozen=True)
class Checkpoint:
    """The chain's end at a moment: number and seal of the last row."""

    number: int
    chain_hash: str
    at: str
    mac: str

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)


def read_checkpoints(path: Path, keys: Sequence[str]) -> Iterator[Checkpoint]:
    """Every checkpoint of the file as it is now, oldest first. None when there is no such file yet.

    Raises ChainFault at a line that the service did not write.
    """
    if not path.exists():
        return
    for line_number, line in enumerate(_lines(path), start=1):
        found = _parsed(line)
        if found is None or not _is_ours(found, keys):
            raise ChainFault(f"line {line_number} of the checkpoint file was changed")
        yield found


def write_checkpoint(session: Session, path: Path, keys: Sequence[str]) -> Checkpoint:
    """Copy the chain's end to the file. Raises ChainFault when it is not one that the service wrote."""
    head = session.scalars(select(AuditHead)).one_or_none()
    session.rollback()
    if head is None:
        raise ChainFault("the end of the audit chain is missing")
    number, chain_hash, mac = head.number, head.chain_hash, head.mac
    if fitting_key(keys, mac, lambda key: head_mac(key, number, chain_hash)) is None:
        raise ChainFault(f"the end of the audit chain, row {number}, was changed")
    last = last_checkpoint(path)
    if last is not None and last.number > number:
        raise ChainFault(f"row {number + 1} is missing: the checkpoint of {last.at} names row {last.number}")
    at = utc_now().isoformat(timespec="seconds")
    made = Checkpoint(number, chain_hash, at, checkpoint_mac(keys[0], number, chain_hash, at))
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, _written(made))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return made


def last_checkpoint(path: Path) -> Checkpoint | None:
    """The newest checkpoint of the file, if its last line is one."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - LONGEST_LINE))
        lines = file.read().decode("utf-8", "replace").splitlines()
    return _parsed(lines[-1]) if lines else None


def is_due(path: Path) -> bool:
    """Whether an hour has gone by since the last checkpoint."""
    last = last_checkpoint(path)
    return last is None or not timedelta(0) <= datetime.now(UTC) - last.moment < EVERY


def _lines(path: Path) -> Iterator[str]:
    """The lines there were when reading began: what is added meanwhile belongs to a later look."""
    with path.open("rb") as file:
        left = os.fstat(file.fileno()).st_size
        while left > 0 and (line := file.readline(min(left, LONGEST_LINE))):
            left -= len(line)
            yield line.decode("utf-8", "replace")


def _parsed(line: str) -> Checkpoint | None:
    try:
        values = json.loads(line)
        found = Checkpoint(int(values["number"]), str(values["hash"]), str(values["at"]), str(values["mac"]))
        return found if found.moment.tzinfo else None
    except (ValueError, KeyError, TypeError):
        return None


def _is_ours(one: Checkpoint, keys: Sequence[str]) -> bool:
    return fitting_key(keys, one.mac, lambda key: checkpoint_mac(key, one.number, one.chain_hash, one.at)) is not None


def _written(one: Checkpoint) -> bytes:
    values = {"number": one.number, "hash": one.chain_hash, "at": one.at, "mac": one.mac}
    return json.dumps(values).encode() + b"\n"
