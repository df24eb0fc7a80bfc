"""Settings: read, checked, and strict in production."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models import User
from talent.config import ROOT, Settings, SettingsError
from talent.db import transaction
from tests.support import build
from tests.support.databases import Store

GOOD = {
    "TALENT_ENV": "production",
    **{name: token_urlsafe(32) for name in ("SECRET_KEY", "PASSWORD_SALT", "TOTP_KEYS", "AUDIT_KEY", "MONITORING_KEY")},
    "MAIL_URL": "smtps://mail.exchange.example",
    "TALENT_SECURITY_CONTACT": "security@exchange.example",
    "TALENT_TRUSTED_HOSTS": "exchange.example",
    "TALENT_BASE_URL": "https://exchange.example",
}


def read(folder: Path, **changes: str | None) -> Settings:
    environ = {**GOOD, "TALENT_INSTANCE_DIR": str(folder), **changes}
    return Settings.from_environment({name: value for name, value in environ.items() if value is not None})


def test_production_starts_with_everything_set(tmp_path: Path) -> None:
    settings = read(tmp_path)

    assert settings.production
    assert settings.secure_cookies
    assert not settings.allow_sample_data
    assert settings.trusted_hosts == ("exchange.example",)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "a" * 64}, "SECRET_KEY"),
        ({"PASSWORD_SALT": None}, "PASSWORD_SALT"),
        ({"TALENT_DEBUG": "1"}, "TALENT_DEBUG"),
        ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG"),
        ({"TALENT_TRUSTED_HOSTS": None}, "TALENT_TRUSTED_HOSTS"),
        ({"TALENT_TRUSTED_HOSTS": " , "}, "TALENT_TRUSTED_HOSTS"),
        ({"TALENT_BASE_URL": "http://exchange.example"}, "TALENT_BASE_URL"),
        ({"TALENT_SAMPLE_DATA": "1"}, "TALENT_SAMPLE_DATA"),
    ],
)
def test_production_refuses_what_is_unsafe_and_names_it(tmp_path: Path, changes: Any, named: str) -> None:
    with pytest.raises(SettingsError, match=named) as refusal:
        read(tmp_path, **changes)

    secret = changes.get("SECRET_KEY")
    assert secret is None or secret not in str(refusal.value), "a value was shown"


@pytest.mark.parametrize(
    "changes",
    [
        {"TALENT_ENV": "staging"},
        {"TALENT_BASE_URL": "exchange.example"},
        {"MAIL_URL": "http://mail.example"},
        {"MAIL_URL": "smtp://mail.example:port"},
        {"DATABASE_URL": "mysql://user@host/name"},
        {"TALENT_SAMPLE_DATA": "maybe"},
        {"TALENT_PROXY_HOPS": "-1"},
    ],
)
def test_malformed_settings_are_refused_anywhere(tmp_path: Path, changes: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(changes))):
        read(tmp_path, **{"TALENT_ENV": "development", **changes})


def test_development_makes_its_own_secrets_once(tmp_path: Path) -> None:
    development = {"TALENT_ENV": "development", "SECRET_KEY": None, "PASSWORD_SALT": None}
    first, second = read(tmp_path, **development), read(tmp_path, **development)

    assert first.secret_key == second.secret_key
    assert first.secret_key != first.password_salt
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_addresses_name_our_driver(tmp_path: Path, scheme: str) -> None:
    settings = read(tmp_path, DATABASE_URL=f"{scheme}://user@host/name")

    assert settings.sqlalchemy_url == "postgresql+psycopg://user@host/name"
    assert not settings.uses_sqlite


def start(store: Store, folder: Path) -> subprocess.CompletedProcess[str]:
    """Start the service as gunicorn would, in a process of its own."""
    environ = {**GOOD, "TALENT_INSTANCE_DIR": str(folder), "DATABASE_URL": store.url, "PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", "import wsgi"]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.database
def test_production_refuses_a_database_with_sample_accounts(session: Session, store: Store, tmp_path: Path) -> None:
    person = build.user(session)
    allowed = start(store, tmp_path)
    with transaction(session):
        session.get_one(User, person.id).sample = True
    refused = start(store, tmp_path)

    assert "sample accounts" not in allowed.stderr
    assert refused.returncode != 0
    assert "sample accounts" in refused.stderr
