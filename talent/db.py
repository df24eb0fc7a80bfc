"""Transactions, look-ups and what SQLite needs to behave."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from talent.errors import NotFound, StaleRecord

T = TypeVar("T")
AFTER_COMMIT = "after_commit"


@contextmanager
def transaction(session: Session) -> Iterator[None]:
    """One use case, one commit: the outermost block commits, inner ones join it.

    The outermost block first ends the read that the request has open and loads afresh, because on SQLite a read that
    upgrades to a write fails at once when another writer was quicker; there it takes the write lock at the start.
    Callables put in `session.info["after_commit"]` run once the commit has succeeded.
    """
    if session.info.get("in_transaction"):
        yield
        return
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes were made outside a transaction")
    session.rollback()
    session.info["in_transaction"] = True
    session.info[AFTER_COMMIT] = []
    try:
        session.connection(execution_options={"begin_immediate": True})
        yield
        session.commit()
    except StaleDataError as error:
        session.rollback()
        raise StaleRecord(None) from error
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["in_transaction"] = False
        callbacks = session.info.pop(AFTER_COMMIT, [])
    for callback in callbacks:
        callback()


def after_commit(session: Session, callback: Any) -> None:
    """Run `callback()` once the present transaction is committed; dropped if it is rolled back."""
    session.info.setdefault(AFTER_COMMIT, []).append(callback)


def get_or_404(session: Session, model: type[T], key: UUID | str | int, **options: Any) -> T:
    """The record with this key. Raises NotFound when there is none."""
    record = session.get(model, key, **options)
    if record is None:
        raise NotFound
    return record


def check_version(record: Any, version: int | None) -> None:
    """Raise StaleRecord when the record is no longer the version the actor saw. None skips the check."""
    if version is not None and record.version != version:
        raise StaleRecord(record)


def prepare_engine(engine: Engine) -> None:
    """Set what SQLite leaves off by default; other databases are left alone."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own transaction handling would commit behind our back
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA busy_timeout=20000")
        cursor.execute("PRAGMA synchronous=FULL")  # nothing acknowledged is lost, even when the power goes
        cursor.execute("PRAGMA secure_delete=ON")  # what is erased is overwritten, not only unlinked
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("begin_immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
