"""Runs migrations on the application's own database connection."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

import models

# The job runner keeps its own tables on PostgreSQL; they are not ours to migrate.
QUEUE_PREFIX = "huey_"


def include_object(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    return not (kind == "table" and (name or "").startswith(QUEUE_PREFIX))


def _foreign_keys(connection: Connection, state: str) -> None:
    """On the driver's own connection: inside a transaction, which SQLAlchemy would begin, SQLite ignores this."""
    driver: Any = connection.connection.dbapi_connection
    driver.execute(f"PRAGMA foreign_keys={state}")


def _engine() -> Engine:
    """The application's own, or one that signs in as the owner of the tables where that is another role."""
    settings = current_app.config["SETTINGS"]
    if settings.owner_database_url:
        return create_engine(settings.owner_url, poolclass=NullPool)
    own: Engine = current_app.extensions["migrate"].db.engine
    return own


def run_migrations() -> None:
    engine = _engine()
    with engine.connect() as connection:
        sqlite = engine.dialect.name == "sqlite"
        if sqlite:  # rebuilding a table must not trip over the rows that point at it
            _foreign_keys(connection, "OFF")
        context.configure(
            connection=connection,
            target_metadata=models.Base.metadata,
            include_object=include_object,
            render_as_batch=True,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        if sqlite:
            broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
            connection.commit()
            _foreign_keys(connection, "ON")
            if broken:
                raise RuntimeError(f"migration left {len(broken)} rows pointing at nothing")


run_migrations()
