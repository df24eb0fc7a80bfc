"""The job runner: told of work after the commit, and able to lose what it was told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from models import OutboxItem
from talent import create_app, outbox
from talent.db import transaction
from talent.extensions import db
from tests.conftest import test_settings as make_settings
from tests.support.databases import Store

ADDRESS = "someone@office.example"


@pytest.fixture
def running(app: Flask, store: Store, tmp_path: Path) -> Iterator[Flask]:
    """The service with the queue it has in use: SQLite beside SQLite, PostgreSQL in PostgreSQL."""
    service = create_app(make_settings(tmp_path, store.url, testing=False))
    yield service
    service.extensions["huey"].storage.close()
    with service.app_context():
        db.session.remove()
        db.engine.dispose()
    outbox.on_new_item(lambda _item_id: None)


def _queue_mail(service: Flask) -> None:
    with service.app_context():
        session = db.session()
        with transaction(session):
            payload = {"to": ADDRESS, "subject": "Hello", "text": "Hello", "html": "<p>Hello</p>"}
            outbox.add(session, "security_mail", payload)
        db.session.remove()


def _mails(service: Flask) -> int:
    return len(list((service.config["INSTANCE_DIR"] / "mail").glob("*.eml")))


@pytest.mark.database
def test_a_commit_nudges_the_runner_which_does_the_work_once(running: Flask) -> None:
    huey = running.extensions["huey"]

    _queue_mail(running)
    assert huey.pending_count() == 1
    huey.execute(huey.dequeue())

    assert _mails(running) == 1
    with running.app_context():
        item = db.session.scalars(select(OutboxItem)).one()
        assert item.done_at is not None
        assert item.payload == {}
        assert outbox.run_due(db.session()) == 0


@pytest.mark.database
def test_work_whose_nudge_was_lost_is_found_by_the_sweep(running: Flask) -> None:
    _queue_mail(running)
    running.extensions["huey"].flush()

    with running.app_context():
        assert outbox.run_due(db.session()) == 1
    assert _mails(running) == 1


def test_work_that_is_rolled_back_is_not_nudged(running: Flask) -> None:
    def change_one_s_mind() -> None:
        with transaction(db.session()):
            outbox.add(db.session(), "security_mail", {"to": ADDRESS, "subject": "", "text": "", "html": ""})
            raise RuntimeError("on purpose")

    with running.app_context(), pytest.raises(RuntimeError, match="on purpose"):
        change_one_s_mind()

    assert running.extensions["huey"].pending_count() == 0


def test_a_job_that_fails_is_tried_again_later_and_kept_when_it_never_succeeds(running: Flask) -> None:
    with running.app_context():
        session = db.session()
        with transaction(session):
            item = outbox.add(session, "mail", {"to": ADDRESS})  # lacks what a mail needs
        item_id = item.id
        for attempt in range(1, outbox.MAX_ATTEMPTS + 1):
            with transaction(session):
                session.get_one(OutboxItem, item_id).not_before = item.created_at
            assert not outbox.run_item(session, item_id)
            session.expire_all()
            assert session.get_one(OutboxItem, item_id).attempts == attempt
        kept = session.get_one(OutboxItem, item_id)
        assert kept.failed_at is not None
        assert kept.last_error == "KeyError"
        assert not outbox.run_item(session, item_id)
