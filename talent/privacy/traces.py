"""What a person leaves outside the tables: mail written to files, the sample sign-ins, memory, pages of the database.

Run as work after the commit (three kinds of the outbox), so that nothing is lost when the process dies; the process
that took the request forgets at once.
"""

from __future__ import annotations

import email
import email.policy
import json
import os
import re
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import OutboxItem, utc_now
from talent import name_patterns, outbox
from talent.db import after_commit
from talent.matching import engine

ERASE_TRACES, REMOVE_MAIL_COPY, EMPTY_PAGES = "erase_traces", "remove_mail_copy", "empty_freed_pages"
PAGES_AFTER = timedelta(minutes=1)
"""Freed pages are emptied a little later, when what the queue itself carried is gone too."""
ACCOUNTS_FILE = "sample-accounts.json"
HANGUL = re.compile("[가-힣]")


class StillRead(Exception):
    """Somebody reads an old state of the database, so its pages cannot be emptied yet; the work is tried again."""


def register() -> None:
    """Called once by create_app."""
    outbox.job(ERASE_TRACES, erase_traces)
    outbox.job(REMOVE_MAIL_COPY, remove_mail_copy)
    outbox.job(EMPTY_PAGES, lambda session, _item: empty_freed_pages(session))


def forget_in_memory() -> None:
    """Drop what this process keeps of words and names between requests."""
    engine.forget()
    name_patterns.forget()


def order_erasure(session: Session, *, address: str, names: list[str], keep_mail: UUID | None) -> None:
    """Queue the work after the commit, and forget in this process as soon as that is done."""
    outbox.add(
        session,
        ERASE_TRACES,
        {"address": address, "names": names, "keep": str(keep_mail) if keep_mail else ""},
    )
    order_empty_pages(session)
    after_commit(session, forget_in_memory)


def order_empty_pages(session: Session) -> None:
    """Queue the emptying of freed pages; one order serves several erasures."""
    outbox.add(session, EMPTY_PAGES, {}, dedupe_key=EMPTY_PAGES, not_before=utc_now() + PAGES_AFTER)


def order_removal_of_copy(session: Session, mail_id: UUID, after: timedelta, now: Any) -> None:
    """Queue the removal of one mail's file; the work carries no address."""
    outbox.add(session, REMOVE_MAIL_COPY, {"mail": str(mail_id)}, not_before=now + after)


def erase_traces(session: Session, item: OutboxItem) -> None:
    """The work: mail files with the address or the names, the sample's sign-ins, memory."""
    address, names = str(item.payload["address"]), [str(name) for name in item.payload["names"]]
    keep = str(item.payload["keep"])
    for path in mail_with(_folder(), address, names):
        if path.stem != keep:
            path.unlink(missing_ok=True)
    forget_sample_account(_instance(), address)
    forget_in_memory()
    session.rollback()


def remove_mail_copy(session: Session, item: OutboxItem) -> None:
    """The work: the file of the last mail, where mail is written to files."""
    (_folder() / f"{UUID(item.payload['mail'])}.eml").unlink(missing_ok=True)
    session.rollback()


def mail_with(folder: Path, address: str, names: list[str]) -> Iterator[Path]:
    """Mail files that are to this address, or whose text holds it or one of the names."""
    wanted = [_plain(part) for part in (address, *filter(_is_telling, names)) if part]
    for path in sorted(folder.glob("*.eml")) if folder.is_dir() else ():
        said = _plain(_text_of(path))
        if any(part in said for part in wanted):
            yield path


def forget_sample_account(folder: Path, address: str) -> None:
    """Take a deleted account out of the file of sample sign-ins."""
    path = folder / ACCOUNTS_FILE
    if not path.is_file():
        return
    accounts = json.loads(path.read_text(encoding="utf-8"))
    kept = {name: row for name, row in accounts.items() if str(row.get("email", "")).lower() != address.lower()}
    if len(kept) == len(accounts):
        return
    scratch = path.with_suffix(".tmp")
    scratch.unlink(missing_ok=True)
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(kept, file, ensure_ascii=False, indent=2)
    scratch.replace(path)


def empty_freed_pages(session: Session) -> None:
    """On SQLite, write the database anew without what was deleted, and cut the log of writes.

    PostgreSQL frees rows by itself; its files and its backups are the operator's. Raises StillRead when another
    connection holds an old state open.
    """
    bind = session.get_bind()
    session.rollback()
    if bind.dialect.name != "sqlite":
        return
    raw = bind.engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.close()
    finally:
        raw.close()
    if busy and busy[0]:
        raise StillRead


def run_now(session: Session, kind: str) -> None:
    """Do waiting work of this kind at once, as a command does; what fails is left to the worker."""
    waiting = session.scalars(
        select(OutboxItem.id).where(OutboxItem.kind == kind, OutboxItem.id.in_(outbox.due_ids(session)))
    ).all()
    session.rollback()
    for item_id in waiting:
        outbox.run_item(session, item_id)


def _instance() -> Path:
    return Path(current_app.config["INSTANCE_DIR"])


def _folder() -> Path:
    return _instance() / "mail"


def _text_of(path: Path) -> str:
    try:
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    except OSError:  # gone meanwhile
        return ""
    parts = [str(message.get("To", "")), str(message.get("Subject", ""))]
    for part in message.walk():
        if isinstance(part, EmailMessage) and part.get_content_maintype() == "text":
            parts.append(part.get_content())
    return "\n".join(parts)


def _is_telling(name: str) -> bool:
    """True for a name that is not also a word of any letter: several parts, or three syllables of Hangul."""
    return len(name.split()) > 1 or len(HANGUL.findall(name)) > 2


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
