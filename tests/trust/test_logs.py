"""R19: logs carry request ids and never passwords, tokens, codes, addresses, names or texts.

The canaries themselves are looked for at the end of every run of the tests (tests/conftest.py).
"""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from secrets import token_urlsafe
from typing import Any

import pytest
import structlog
from flask import Flask
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from launch.serving import _web_command
from talent import outbox
from talent.config import ROOT
from talent.db import transaction
from talent.extensions import db
from talent.logs import json_formatter
from tests.support import build
from tests.support.canaries import WORDS
from tests.support.page import PASSWORD, Visitor

EMAIL = "kim.minji@office.example"
TOKEN = f"ImFiYzEyMyI.aSMtXw.{token_urlsafe(20)}aB3"


@pytest.fixture
def lines(app: Flask) -> Iterator[Any]:
    """Call it for what has been logged so far, as production writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(json_formatter())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def _leaky_run(name: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"tests/trust/leaky_example.py::{name}"],
        cwd=ROOT,
        env={**os.environ, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_r19_a_canary_in_the_logs_fails_the_run() -> None:
    leaked = _leaky_run("test_that_leaks")
    assert leaked.returncode == 1
    assert "personal data or secrets in the logs" in leaked.stdout
    assert _leaky_run("test_that_does_not").returncode == 0


def test_r19_every_line_of_a_request_has_its_id(app: Flask, lines: Any) -> None:
    def write(response: Any) -> Any:
        structlog.get_logger("talent.test").info("ours")
        logging.getLogger("some.library").warning("theirs")
        return response

    app.after_request_funcs.setdefault(None, []).append(write)
    try:
        answer = Visitor(app).page("public.start").response
    finally:
        app.after_request_funcs[None].remove(write)
    ids = {line["request_id"] for line in lines() if line["event"] in ("ours", "theirs")}
    assert ids == {answer.headers["X-Request-Id"]}


def test_r19_jobs_and_commands_have_an_id_too(app: Flask, session: Session, lines: Any) -> None:
    def job(_session: Session, _item: Any) -> None:
        structlog.get_logger("talent.test").info("in a job")

    outbox.job("only_for_this_test", job)
    with transaction(session):
        outbox.add(session, "only_for_this_test", {})
    session.rollback()
    Visitor(app).page("public.start")  # whose id is not handed on to what the same thread does next
    app.test_cli_runner().invoke(args=["outbox", "run"])
    (line,) = [line for line in lines() if line["event"] == "in a job"]
    assert line["request_id"].startswith("run-")


def test_r19_what_must_not_be_kept_is_taken_out(app: Flask, lines: Any) -> None:
    log = structlog.get_logger("talent.test")
    log.warning(f"sent to {EMAIL}", password=PASSWORD, csrf_token="abc", details={"totp_secret": "JBSWY3DP"})
    log.warning(f"GET /confirm-address/{TOKEN}?next=/home&code=123456", cookie="session=abc", kept="0a" * 32)
    logging.getLogger("a.library").error("no such row: %s in /search?q=김민지", EMAIL)
    logging.getLogger("a.library").error("two\r\nlines")
    text = json.dumps(lines(), ensure_ascii=False)
    for leak in (EMAIL, PASSWORD, TOKEN, "JBSWY3DP", "123456", "session=abc", "김민지", '"abc"'):
        assert leak not in text
    assert "0a" * 32 in text, "a seal of the audit chain is no secret, and the log is one more copy of it"
    assert "two\\\\r\\\\nlines" in text


def test_r19_an_error_tells_kind_and_place_but_no_words(session: Session, lines: Any) -> None:
    person = build.civil_servant(session)
    email, name = person.email, person.name_romanised
    with pytest.raises(IntegrityError) as caught:
        build.user(session, email=email, name_romanised=name)
    session.rollback()
    logging.getLogger("a.library").error("failed", exc_info=caught.value)
    structlog.get_logger("talent.test").error("failed", exc_info=caught.value)
    for line in lines()[-2:]:
        assert line["exception"][0]["type"] == "sqlalchemy.exc.IntegrityError"
        assert any("build.py" in frame for frame in line["exception"][0]["frames"])
        assert email not in json.dumps(line)
        assert name not in json.dumps(line, ensure_ascii=False)


def test_r19_signing_in_and_failing_to_logs_nothing_personal(app: Flask, session: Session, lines: Any) -> None:
    person = build.civil_servant(session)
    email = person.email
    visitor = Visitor(app)
    visitor.page("security.login").submit(email=email, password="wrong password 123")
    visitor.sign_in(person)
    visitor.get(f"/search?q={email}")
    text = json.dumps(lines(), ensure_ascii=False)
    for leak in (email, "wrong password 123", *WORDS):
        assert leak not in text
    with app.app_context():
        db.session.remove()


def test_r19_the_web_server_logs_no_address_and_no_query() -> None:
    """Paths hold tokens of links, query strings what people searched for."""
    command = [str(part) for part in _web_command("127.0.0.1", 8000)]
    layout = command[command.index("--access-logformat") + 1]
    for part in ("%(r)s", "%(q)s", "%(U)s", "%(f)s", "%(a)s", "{referer}i", "{cookie}i"):
        assert part not in layout
    assert "{x-request-id}o" in layout


def test_r19_production_writes_json_with_ids() -> None:
    """The whole way, in a process of its own: settings of production, one line of each kind."""
    program = (
        "import logging, structlog\n"
        "from talent.config import Settings\n"
        "from talent import logs\n"
        "from flask import Flask\n"
        "app = Flask('x'); app.config['SETTINGS'] = Settings(environment='production')\n"
        "logs.init_app(app)\n"
        "with app.app_context():\n"
        "    structlog.get_logger('talent.x').info('one', user=7)\n"
        "    logging.getLogger('huey').warning('two %s', 'a@b.example')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    one, two = [json.loads(line) for line in done.stderr.splitlines()]
    assert (one["event"], one["level"], one["user"]) == ("one", "info", 7)
    assert (two["event"], two["level"], two["logger"]) == ("two [address]", "warning", "huey")
    assert one["request_id"] == two["request_id"]
    assert one["timestamp"].endswith("Z")
