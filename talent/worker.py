"""The job runner: huey carries ids of outbox rows, and may lose them; a sweep picks up what is due."""

from __future__ import annotations

import threading
from uuid import UUID

import structlog
from flask import Flask
from huey import Huey, SqliteHuey

from talent import outbox
from talent.extensions import db

log = structlog.get_logger(__name__)
SWEEP_SECONDS = 5.0


def init_app(app: Flask) -> None:
    """Make the queue and tell the outbox to nudge it after each commit."""
    huey = _make_huey(app)
    run_item = huey.task(name="run_item")(lambda item_id: _run(app, UUID(item_id)))
    app.extensions["huey"] = huey
    outbox.on_new_item(lambda item_id: _nudge(run_item, item_id))


def _make_huey(app: Flask) -> Huey:
    if app.config["QUEUE"] == "memory":
        from huey import MemoryHuey

        return MemoryHuey("talent", results=False)
    if app.config["QUEUE"] == "postgresql":
        from huey import PostgresHuey

        makes_tables = app.config["QUEUE_MAKES_TABLES"]  # the web role cannot, where another role owns the tables
        return PostgresHuey("talent", results=False, dsn=app.config["QUEUE_DSN"], create_tables=makes_tables)
    return SqliteHuey("talent", results=False, filename=str(app.config["INSTANCE_DIR"] / "jobs.sqlite3"))


def _nudge(run_item: object, item_id: UUID) -> None:
    try:
        run_item(str(item_id))  # type: ignore[operator]
    except Exception as error:  # the row is safe in the outbox; the sweep will find it
        log.warning("could not nudge the job runner", item=str(item_id), exc_info=error)


def _run(app: Flask, item_id: UUID) -> None:
    with app.app_context():
        outbox.run_item(db.session(), item_id)


def run(app: Flask, workers: int = 2) -> None:
    """Run jobs until told to stop."""
    stop = threading.Event()

    def sweep() -> None:
        from talent.jobs import run_clock

        while not stop.wait(SWEEP_SECONDS):
            try:
                with app.app_context():
                    run_clock(db.session())
                    outbox.run_due(db.session())
            except Exception as error:  # the database may be away for a while: keep sweeping
                log.error("sweep failed", exc_info=error)

    thread = threading.Thread(target=sweep, name="sweep", daemon=True)
    thread.start()
    try:
        app.extensions["huey"].create_consumer(
            workers=workers, periodic=False, initial_delay=0.1, max_delay=1.0, check_worker_health=True
        ).run()
    finally:
        stop.set()
        thread.join(timeout=10)
