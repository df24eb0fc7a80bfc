"""Bringing a table into line with its reference file: what is new, what changed, what left the list."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import Base, Dated, LawfulBasis, NoticeReading, PrivacyNotice, ProfileBasis, ReferenceFile, utc_now
from talent.framework.sources import FILES, Gone, Source

Key = tuple[Any, ...]
Values = dict[str, Any]


class ReferenceFileError(Exception):
    """A reference file that cannot be loaded: names the file, the line and what is wrong. Nothing of it is kept."""


@dataclass
class FileChange:
    """What loading one file did, in rows."""

    name: str
    release: int = 0
    rows: int = 0
    added: int = 0
    changed: int = 0
    gone: int = 0
    """Withdrawn, ended or deleted."""
    kept: int = 0
    """Rows that differ from the file because administrators changed them."""


def file_hash(path: Path) -> str:
    """Raises ReferenceFileError when the file is missing."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ReferenceFileError(f"{path.name}: cannot be read") from error


def changed_files(session: Session, folder: Path) -> dict[str, str]:
    """Files whose content is not the one that is loaded, with the hash of the new content."""
    loaded = {name: sha256 for name, sha256 in session.execute(select(ReferenceFile.name, ReferenceFile.sha256))}
    hashes = {name: file_hash(folder / name) for name in FILES}
    return {name: sha256 for name, sha256 in hashes.items() if loaded.get(name) != sha256}


def load_file(session: Session, folder: Path, name: str, sha256: str, today: date) -> tuple[ReferenceFile, FileChange]:
    """Bring the tables of one file into line with it, inside the present transaction."""
    rows = list(_read(folder / name))
    change = FileChange(name, rows=len(rows))
    for source in FILES[name]:
        _sync(session, source, _values(name, source, rows), change, today)
    try:
        session.flush()
    except IntegrityError as error:
        raise ReferenceFileError(f"{name}: a row names something that does not exist ({error.orig})") from error
    file = session.get(ReferenceFile, name)
    if file is None:
        file = ReferenceFile(name=name, sha256=sha256, release=1, rows=len(rows))
        session.add(file)
    else:
        file.sha256, file.rows, file.release, file.loaded_at = sha256, len(rows), file.release + 1, utc_now()
    change.release = file.release
    return file, change


def _read(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and columns of each row."""
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream, strict=True)
        try:
            for row in reader:
                if None in row or None in row.values():
                    raise ReferenceFileError(f"{path.name}, line {reader.line_num}: wrong number of columns")
                yield reader.line_num, row
        except (csv.Error, UnicodeDecodeError) as error:
            raise ReferenceFileError(f"{path.name}, line {reader.line_num}: {error}") from error


def _values(name: str, source: Source, rows: Sequence[tuple[int, dict[str, str]]]) -> dict[Key, Values]:
    """Attribute values by key, in an order in which parents come before what refers to them."""
    found: dict[Key, Values] = {}
    for line, row in rows:
        try:
            if not source.wanted(row):
                continue
            values = {attribute: convert(row[column]) for attribute, (column, convert) in source.columns.items()}
        except (KeyError, ValueError) as error:
            raise ReferenceFileError(f"{name}, line {line}: missing or unreadable value {error}") from error
        if issubclass(source.model, Dated):
            values = {"country": "", "position": line * 10, **values}
        key = tuple(values[attribute] for attribute in source.key)
        if key in found:
            raise ReferenceFileError(f"{name}, line {line}: {'/'.join(map(str, key))} is in the file twice")
        found[key] = values
    return _parents_first(source, found)


def _parents_first(source: Source, found: dict[Key, Values]) -> dict[Key, Values]:
    parent = source.parent
    if parent is None:
        return found
    ordered: dict[Key, Values] = {}

    def place(key: Key) -> None:
        if key in ordered or key not in found:
            return
        values = found.pop(key)
        place((values[parent],))
        ordered[key] = values

    for key in list(found):
        place(key)
    return ordered


def _sync(session: Session, source: Source, wanted: dict[Key, Values], change: FileChange, today: date) -> None:
    model = source.model
    present = {
        tuple(getattr(row, attribute) for attribute in source.key): row for row in session.scalars(select(model)).all()
    }
    ours = {key: row for key, row in present.items() if getattr(row, "from_file", True)}
    for key, values in wanted.items():
        if key in ours:
            change.changed += _update(session, ours[key], values, change.name)
        elif key in present or _set_by_administrators(model, present, values):
            change.kept += 1
        else:
            marks = {"from_file": True} if hasattr(model, "from_file") else {}
            session.add(model(**values, **marks))
            change.added += 1
    for key, row in ours.items():
        if key not in wanted:
            change.gone += _remove(session, source.gone, row, today)


def _update(session: Session, row: Base, values: Values, name: str) -> bool:
    wanted = {"active": True, "withdrawn_on": None, **values} if hasattr(row, "withdrawn_on") else values
    differing = {attribute for attribute, value in wanted.items() if getattr(row, attribute) != value}
    kept = isinstance(row, LawfulBasis | PrivacyNotice) and _was_answered(session, row)
    if isinstance(row, Dated) and kept and differing - {"valid_to", "position", "source"}:
        raise ReferenceFileError(
            f"{name}: people have agreed to or read the text of {row.code} ({row.country}, {row.valid_from}): "
            "end that row and give the new text a row of its own"
        )
    for attribute in differing:
        setattr(row, attribute, wanted[attribute])
    return bool(differing)


def _was_answered(session: Session, row: LawfulBasis | PrivacyNotice) -> bool:
    """True for a text that somebody agreed to or said they have read: it stays as it was shown."""
    if isinstance(row, LawfulBasis):
        return _any(session, ProfileBasis.lawful_basis_id == row.id)
    return _any(session, NoticeReading.notice_id == row.id)


def _any(session: Session, condition: ColumnElement[bool]) -> bool:
    return bool(session.scalar(select(exists().where(condition))))


def _set_by_administrators(model: type[Base], present: dict[Key, Base], values: Values) -> bool:
    """True when administrators have a row of their own that is in force at some time in the new row's period."""
    if not issubclass(model, Dated):
        return False
    return any(
        isinstance(row, Dated)
        and not row.from_file
        and (row.code, row.country) == (values["code"], values["country"])
        and (row.valid_to is None or values["valid_from"] < row.valid_to)
        and (values["valid_to"] is None or row.valid_from < values["valid_to"])
        for row in present.values()
    )


def _remove(session: Session, gone: Gone, row: Any, today: date) -> bool:
    if gone is Gone.DELETE:
        session.delete(row)
        return True
    if gone is Gone.WITHDRAW and row.active:
        row.active, row.withdrawn_on = False, today
        return True
    if gone is Gone.END and (row.valid_to is None or row.valid_to > max(today, row.valid_from)):
        row.valid_to = max(today, row.valid_from)
        return True
    return False
