"""Settings: read from the environment, checked at start, frozen.

Production refuses defaults: a service that holds officials' data does not start half-configured.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from talent.production import production_problems

ROOT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """A setting is missing or unsafe. Names the setting, never its value."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the service can be told from outside."""

    environment: str = "development"
    debug: bool = False
    testing: bool = False
    instance_dir: Path = field(default=ROOT / "instance")
    secret_key: str = ""
    secret_key_fallbacks: tuple[str, ...] = ()
    """Keys in use before the present one: what they signed is still good until they are taken out."""
    password_salt: str = ""
    totp_keys: tuple[str, ...] = ()
    """Encrypt authenticator secrets; the first is the newest, the others still open what they closed."""
    audit_key: str = ""
    """Signs the audit chain. Whoever has the database alone cannot mend a changed chain."""
    audit_key_fallbacks: tuple[str, ...] = ()
    """Keys that sealed older rows, newest first; they never seal again."""
    monitoring_key: str = ""
    """Makes the pseudonyms of equality monitoring."""
    sso_file: Path | None = None
    """JSON that names the identity providers of organisations (talent/auth/sso_settings.py)."""
    checkpoint_file: Path | None = None
    """Where heads of the audit chain are copied to, best on another machine; `audit-checkpoints.jsonl` by default."""
    security_contact: str = ""
    """Address for reports of weaknesses, for `/.well-known/security.txt`."""
    database_url: str = ""
    owner_database_url: str = ""
    """The same PostgreSQL database as its owner signs in: migrations run with it, pages never do."""
    index_dir: Path | None = None
    """Where the worker keeps the index of people and posts, when there is one; `index` by default."""
    index_from_pairs: int = 1_000_000
    """From how many pairs of people and posts on there is an index (docs/decisions/0017-index-in-the-service.md)."""
    matcher_role: str = ""
    """PostgreSQL role that a run of the matcher reads its inputs under."""
    base_url: str = "http://localhost:8000"
    """How links in mail begin; also decides whether cookies are Secure."""
    trusted_hosts: tuple[str, ...] = ()
    proxy_hops: int = 0
    mail_url: str = ""
    """`smtp://user:password@host:port`, or empty to write mail to files under `instance/mail`."""
    mail_from: str = "Talent Exchange <no-reply@talent-exchange.example>"
    allow_sample_data: bool = True
    fast_password_hash: bool = False
    session_idle: timedelta = timedelta(hours=2)
    """Without a sign of activity for this long, a session ends."""
    session_idle_office: timedelta = timedelta(minutes=30)
    """The same for HR staff and administrators."""
    session_absolute: timedelta = timedelta(hours=12)
    """However active: then one signs in again."""

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def secure_cookies(self) -> bool:
        return urlsplit(self.base_url).scheme == "https"

    @property
    def audit_keys(self) -> tuple[str, ...]:
        """The key that seals audit rows, then those that did before, newest first."""
        return (self.audit_key, *self.audit_key_fallbacks)

    @property
    def audit_checkpoints(self) -> Path:
        """The file that checkpoints of the audit chain are added to."""
        return self.checkpoint_file or self.instance_dir / "audit-checkpoints.jsonl"

    @property
    def index_folder(self) -> Path:
        """The folder of the index."""
        return self.index_dir or self.instance_dir / "index"

    @property
    def sqlalchemy_url(self) -> str:
        """The database address SQLAlchemy understands; SQLite under `instance_dir` when none is named."""
        return _with_driver(self.database_url or f"sqlite:///{self.instance_dir / 'talent.sqlite3'}")

    @property
    def owner_url(self) -> str:
        """The database address for migrations: the owner's, or the service's own."""
        return _with_driver(self.owner_database_url) if self.owner_database_url else self.sqlalchemy_url

    @property
    def uses_sqlite(self) -> bool:
        return self.sqlalchemy_url.startswith("sqlite")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read and check the settings.

        Raises SettingsError when one is malformed, or unsafe for production.
        """
        environment = environ.get("TALENT_ENV", "development")
        if environment not in ("development", "production"):
            raise SettingsError("TALENT_ENV must be development or production")
        instance_dir = Path(environ.get("TALENT_INSTANCE_DIR") or ROOT / "instance").resolve()
        production = environment == "production"
        settings = cls(
            environment=environment,
            debug=_flag(environ, "TALENT_DEBUG") or _flag(environ, "FLASK_DEBUG"),
            instance_dir=instance_dir,
            secret_key=environ.get("SECRET_KEY", "") or _development_secret(instance_dir, "secret-key", production),
            password_salt=environ.get("PASSWORD_SALT", "")
            or _development_secret(instance_dir, "password-salt", production),
            secret_key_fallbacks=_list(environ, "SECRET_KEY_FALLBACKS"),
            totp_keys=_list(environ, "TOTP_KEYS") or _development_secrets(instance_dir, "totp-key", production),
            audit_key_fallbacks=_list(environ, "AUDIT_KEY_FALLBACKS"),
            audit_key=environ.get("AUDIT_KEY", "") or _development_secret(instance_dir, "audit-key", production),
            monitoring_key=environ.get("MONITORING_KEY", "")
            or _development_secret(instance_dir, "monitoring-key", production),
            sso_file=_path(environ, "TALENT_SSO_FILE"),
            checkpoint_file=_path(environ, "TALENT_CHECKPOINT_FILE"),
            security_contact=environ.get("TALENT_SECURITY_CONTACT", ""),
            database_url=environ.get("DATABASE_URL", ""),
            owner_database_url=environ.get("TALENT_OWNER_DATABASE_URL", ""),
            index_dir=_path(environ, "TALENT_INDEX_DIR"),
            index_from_pairs=_whole_number(environ, "TALENT_INDEX_FROM_PAIRS", cls.index_from_pairs, digits=12),
            matcher_role=environ.get("TALENT_MATCHER_ROLE", ""),
            base_url=environ.get("TALENT_BASE_URL", "http://localhost:8000").rstrip("/"),
            trusted_hosts=_list(environ, "TALENT_TRUSTED_HOSTS"),
            proxy_hops=_whole_number(environ, "TALENT_PROXY_HOPS", 0),
            mail_url=environ.get("MAIL_URL", ""),
            mail_from=environ.get("TALENT_MAIL_FROM", cls.mail_from),
            allow_sample_data=_flag(environ, "TALENT_SAMPLE_DATA", default=not production),
            session_idle=timedelta(minutes=_whole_number(environ, "TALENT_SESSION_IDLE_MINUTES", 120)),
            session_idle_office=timedelta(minutes=_whole_number(environ, "TALENT_SESSION_IDLE_OFFICE_MINUTES", 30)),
            session_absolute=timedelta(hours=_whole_number(environ, "TALENT_SESSION_HOURS", 12)),
        )
        settings.check()
        return settings

    def check(self) -> None:
        """Raise SettingsError naming every setting that is wrong."""
        problems = []
        if urlsplit(self.base_url).scheme not in ("http", "https") or not urlsplit(self.base_url).hostname:
            problems.append("TALENT_BASE_URL must be an http or https address")
        if self.mail_url and (urlsplit(self.mail_url).scheme not in ("smtp", "smtps") or not _host(self.mail_url)):
            problems.append("MAIL_URL must look like smtp://host:port")
        problems += self._session_problems()
        if self.database_url and not self.sqlalchemy_url.startswith(("sqlite:", "postgresql+psycopg:")):
            problems.append("DATABASE_URL must name a PostgreSQL or SQLite database")
        if self.owner_database_url and (self.uses_sqlite or not self.owner_url.startswith("postgresql+psycopg:")):
            problems.append("TALENT_OWNER_DATABASE_URL goes with PostgreSQL only: the same database as DATABASE_URL")
        if self.production:
            problems += production_problems(self)
        if problems:
            raise SettingsError("; ".join(problems))

    def _session_problems(self) -> list[str]:
        """The limits can be made shorter, never longer than what the service promises."""
        promised = (
            ("TALENT_SESSION_IDLE_MINUTES", self.session_idle, timedelta(hours=2)),
            ("TALENT_SESSION_IDLE_OFFICE_MINUTES", self.session_idle_office, timedelta(minutes=30)),
            ("TALENT_SESSION_HOURS", self.session_absolute, timedelta(hours=12)),
        )
        return [
            f"{name} must be between 5 minutes and {longest}"
            for name, value, longest in promised
            if not timedelta(minutes=5) <= value <= longest
        ]


def _with_driver(url: str) -> str:
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _host(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        return parts.hostname if parts.port is None or parts.port > 0 else None
    except ValueError:
        return None


def _flag(environ: Mapping[str, str], name: str, default: bool = False) -> bool:
    value = environ.get(name, "")
    if value.lower() in ("", "0", "false", "no", "off"):
        return default if value == "" else False
    if value.lower() in ("1", "true", "yes", "on"):
        return True
    raise SettingsError(f"{name} must be 1 or 0")


def _list(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in environ.get(name, "").split(",") if item.strip())


def _path(environ: Mapping[str, str], name: str) -> Path | None:
    return Path(environ[name]) if environ.get(name) else None


def _whole_number(environ: Mapping[str, str], name: str, default: int, digits: int = 3) -> int:
    value = environ.get(name, "")
    if not value:
        return default
    if not value.isdecimal() or len(value) > digits:
        raise SettingsError(f"{name} must be a whole number")
    return int(value)


def _development_secrets(instance_dir: Path, name: str, production: bool) -> tuple[str, ...]:
    secret = _development_secret(instance_dir, name, production)
    return (secret,) if secret else ()


def _development_secret(instance_dir: Path, name: str, production: bool) -> str:
    """A random secret made once for this installation; production must be given its own."""
    if production:
        return ""
    path = instance_dir / name
    if not path.exists():
        instance_dir.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process made it a moment ago
            return path.read_text().strip()
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
