"""R13: production does not start half-configured, keys can be changed, and no secret lies in the repository."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextvars import Context
from datetime import timedelta
from pathlib import Path
from secrets import token_urlsafe
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from talent import create_app
from talent.config import ROOT, Settings, SettingsError
from talent.extensions import db
from talent.matching.links import LinkSigner, LinkState, signature_state
from tests.conftest import test_settings
from tests.support import build
from tests.support.databases import Store
from tests.support.mail import Mailbox
from tests.support.page import Visitor

SECRETS = ("SECRET_KEY", "PASSWORD_SALT", "TOTP_KEYS", "AUDIT_KEY", "MONITORING_KEY")
FALLBACKS = ("SECRET_KEY_FALLBACKS", "AUDIT_KEY_FALLBACKS")
GOOD = {
    "TALENT_ENV": "production",
    **{name: token_urlsafe(32) for name in SECRETS},
    "TALENT_TRUSTED_HOSTS": "exchange.example",
    "TALENT_BASE_URL": "https://exchange.example",
    "MAIL_URL": "smtps://mail.exchange.example",
    "TALENT_SECURITY_CONTACT": "mailto:security@exchange.example",
}
WEAK = {
    "missing": "",
    "short": "aB3$xY9-kL2",
    "one character": "a" * 64,
    "two characters": "ab" * 32,
    "repeated": "aB3dE6gH9j" * 4,
    "counted up": "abcdefghijklmnopqrstuvwxyz0123456789",
    "default": "change-me-" + "qX7vT2nB9mK4wR8yL1pZ6cD3",
    "of the tests": "only-for-tests-0123456789-abcdefghijklmnop",
    "spaces": " " * 40,
}


def read(folder: Path, **changes: str) -> Settings:
    return Settings.from_environment({**GOOD, "TALENT_INSTANCE_DIR": str(folder), **changes})


def refusal(folder: Path, **changes: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read(folder, **changes)
    return str(caught.value)


def test_r13_production_starts_with_everything_set(tmp_path: Path) -> None:
    assert read(tmp_path).production
    assert not list(tmp_path.iterdir()), "production makes no secrets of its own"


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("kind", WEAK)
def test_r13_a_weak_secret_is_named_and_not_shown(tmp_path: Path, name: str, kind: str) -> None:
    told = refusal(tmp_path, **{name: WEAK[kind]})
    assert name in told
    assert len(told.split("; ")) == 1
    assert not WEAK[kind].strip() or WEAK[kind] not in told


@pytest.mark.parametrize("name", FALLBACKS)
def test_r13_a_weak_key_of_before_is_named(tmp_path: Path, name: str) -> None:
    assert name in refusal(tmp_path, **{name: f"{token_urlsafe(32)},short"})
    assert read(tmp_path, **{name: f"{token_urlsafe(32)},{token_urlsafe(32)}"}).production


@pytest.mark.parametrize(("one", "other"), [("SECRET_KEY", "AUDIT_KEY"), ("TOTP_KEYS", "MONITORING_KEY")])
def test_r13_no_two_secrets_are_the_same(tmp_path: Path, one: str, other: str) -> None:
    told = refusal(tmp_path, **{one: GOOD[other]})
    assert one in told
    assert other in told
    assert GOOD[other] not in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TALENT_DEBUG", "1"),
        ("TALENT_TRUSTED_HOSTS", ""),
        ("TALENT_TRUSTED_HOSTS", " , "),
        ("TALENT_TRUSTED_HOSTS", "*"),
        ("TALENT_TRUSTED_HOSTS", "*.example"),
        ("TALENT_TRUSTED_HOSTS", ".exchange.example"),
        ("TALENT_TRUSTED_HOSTS", "another.example"),
        ("TALENT_BASE_URL", "http://exchange.example"),
        ("TALENT_BASE_URL", ""),
        ("TALENT_SAMPLE_DATA", "1"),
        ("MAIL_URL", ""),
        ("TALENT_SECURITY_CONTACT", ""),
        ("TALENT_SECURITY_CONTACT", "the security team"),
        ("TALENT_SECURITY_CONTACT", "http://exchange.example/security"),
        ("DATABASE_URL", "mysql://root:hunter2hunter2@db/talent"),
        ("TALENT_OWNER_DATABASE_URL", "postgresql://owner@db/talent"),
    ],
)
def test_r13_what_is_unsafe_is_named(tmp_path: Path, name: str, value: str) -> None:
    told = refusal(tmp_path, **{name: value})
    assert name in told
    assert "hunter2" not in told


def test_r13_debugging_by_flask_is_refused_too(tmp_path: Path) -> None:
    assert "FLASK_DEBUG" in refusal(tmp_path, FLASK_DEBUG="1")


@pytest.mark.parametrize(
    "changes", [{}, {"SECRET_KEY": ""}, {"TALENT_DEBUG": "1"}, {"TALENT_TRUSTED_HOSTS": "*", "AUDIT_KEY": "a" * 40}]
)
def test_r13_the_process_ends_at_once(session: Session, store: Store, tmp_path: Path, changes: dict[str, str]) -> None:
    """Started as gunicorn does: status not 0 within five seconds, the setting named; whole, it starts."""
    environ = {**GOOD, "TALENT_INSTANCE_DIR": str(tmp_path), "DATABASE_URL": store.url, "PATH": os.environ["PATH"]}
    program = (
        "import sys, time; began = time.process_time()\n"
        "try:\n    import wsgi\n"
        "finally:\n    print(time.process_time() - began)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**environ, **changes},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if changes:
        assert done.returncode != 0
    else:  # whole but for the facts about who is responsible, which have tests of their own
        assert done.returncode == 0 or "the transparency record lacks" in done.stderr, done.stderr
    assert float(done.stdout) < 5, "seconds of work; the clock of a busy machine says nothing"
    for name in changes:
        assert name in done.stderr
    assert not [value for name, value in GOOD.items() if name in SECRETS and value in done.stderr]


@pytest.fixture
def after_rotation(app: Flask, store: Store) -> Iterator[Flask]:
    """The same service a day later: new keys, the old ones as fallbacks."""
    old: Settings = app.config["SETTINGS"]
    changed = test_settings(
        old.instance_dir.parent,
        store.url,
        secret_key="a-new-key-for-tests-0123456789-abcdefghi",
        secret_key_fallbacks=(old.secret_key,),
        totp_keys=("a-new-totp-key-for-tests-0123456789-abcd", *old.totp_keys),
        audit_key="a-new-audit-key-for-tests-0123456789-abc",
        audit_key_fallbacks=(old.audit_key,),
    )
    later = create_app(changed)
    yield later
    with later.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.database
def test_r13_a_session_outlives_a_change_of_keys(app: Flask, after_rotation: Flask, session: Session) -> None:
    visitor = Visitor(app).sign_in(build.civil_servant(session))
    assert visitor.page("public.home").status_code == 200
    later = Visitor(after_rotation)
    for cookie in (visitor.client._cookies or {}).values():
        later.client.set_cookie(cookie.key, cookie.value, domain="localhost")
    assert later.page("public.home").status_code == 200


@pytest.mark.database
def test_r13_links_in_mail_outlive_a_change_of_keys(
    app: Flask, after_rotation: Flask, session: Session, mailbox: Mailbox
) -> None:
    person = build.civil_servant(session)
    Visitor(app).page("security.forgot_password").submit("email", email=person.email)
    (letter,) = mailbox.letters()
    (link,) = re.findall(r"http://localhost(/reset-password/\S+)", letter.text)
    answer = Visitor(after_rotation).get(link)
    assert answer.status_code == 200
    assert answer.form("password") is not None


def test_r13_a_managers_link_outlives_a_change_of_keys() -> None:
    old, new = token_urlsafe(32), token_urlsafe(32)
    token = LinkSigner(old).sign(uuid4())
    assert signature_state(LinkSigner(new, [old]), token, timedelta(days=1)) is LinkState.OPEN
    assert signature_state(LinkSigner(new), token, timedelta(days=1)) is LinkState.INVALID


@pytest.mark.database
def test_r13_second_factors_and_the_record_outlive_a_change_of_keys(
    app: Flask, after_rotation: Flask, session: Session
) -> None:
    administrator = build.administrator(session)
    visitor = Visitor(after_rotation).sign_in(administrator)
    assert visitor.page("public.home").status_code == 200
    session.rollback()
    done = Context().run(lambda: after_rotation.test_cli_runner().invoke(args=["audit", "verify"]))
    assert done.exit_code == 0, done.output


# A secret scanner of our own: what is a secret by its shape, and values of high entropy given to a telling name.
SHAPES = {
    "private key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    "cloud key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "forge token": re.compile(r"\b(?:ghp|gho|ghs|ghu|github_pat|glpat)[-_][A-Za-z0-9_]{20,}"),
    "chat token": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    "signed token": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    "password in an address": re.compile(r"\b[a-z][a-z0-9+]{2,20}://[^\s/:@\"'{}<>]{1,60}:[^\s/@\"'{}<>*]{6,60}@"),
}
ASSIGNED = re.compile(
    r"(?i)[\w-]*(?:secret|token|passw(?:or)?d|api_?key|private_?key|salt|_key)[\w-]*[\"']?\s*[:=]\s*[\"']([^\s\"']{16,200})[\"']"
)
INNOCENT = re.compile(r"(?i)only.for.(?:this.)?tests?|for-tests|example|[가-힣]|^[a-z]+(?:[._/-][a-z]+)*$|[{}<>%(]")
LEFT_OUT = ("package-lock.json", "requirements", "data/", "translations/", "docs/images", ".png")
SAFE_ADDRESSES = ("user:password@", "root:hunter2hunter2@")


def entropy(value: str) -> float:
    """Bits a character."""
    shares = [value.count(one) / len(value) for one in set(value)]
    return -sum(share * math.log2(share) for share in shares)


def secrets_in(text: str) -> list[str]:
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        for kind, shape in SHAPES.items():
            match = shape.search(line)
            if match and not any(safe in line for safe in SAFE_ADDRESSES):
                found.append(f"line {number}: {kind}")
        for match in ASSIGNED.finditer(line):
            value = match.group(1)
            if not INNOCENT.search(value) and entropy(value) > 3.7:
                found.append(f"line {number}: a value that looks drawn by lot")
    return found


def test_r13_no_secret_lies_in_the_repository() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    names = listed.stdout.splitlines() or [
        str(path.relative_to(ROOT))
        for folder in ("talent", "models", "ml", "tests", "launch", "docs", "migrations", "templates", "assets")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    ]
    problems = []
    for name in names:
        path = ROOT / name
        if name.startswith(LEFT_OUT) or name.endswith(LEFT_OUT) or not path.is_file() or path.stat().st_size > 10**6:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if path != Path(__file__):
            problems += [f"{name}, {problem}" for problem in secrets_in(text)]
    assert len(names) > 300
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(
    "line",
    [
        "-----BEGIN RSA PRIVATE KEY-----",
        "AKIA" + "ABCDEFGHIJKLMNOP",
        "ghp_" + "a1B2" * 9,
        f'SECRET_KEY = "{token_urlsafe(32)}"',
        f'"totp_key": "{token_urlsafe(24)}"',
        "postgresql://talent:Zr8kQ1vv@db.internal/talent",
    ],
    ids=["private key", "cloud key", "token", "setting", "json", "database address"],
)
def test_r13_the_scanner_finds_what_is_planted(line: str) -> None:
    assert secrets_in(f"a = 1\n{line}\n")


def test_r13_the_scanner_leaves_ordinary_lines_alone() -> None:
    for line in (
        "secret_key = settings.secret_key_fallbacks",
        '"token_hash": "sha256 of the token"',
        'PASSWORD = "a long password for tests 1"',
        'secret_key="only-for-tests-0123456789-abcdefghijklmnop"',
        "https://exchange.example:8000/path",
    ):
        assert not secrets_in(line)
