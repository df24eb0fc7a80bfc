"""What the service needs before it starts: the defaults of its settings and a prepared database."""

import secrets
import sqlite3
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from launch import stamps
from launch.console import Command, Refusal, attempt, say
from launch.environment import LOCK, PYTHON, ROOT, bare_environment

# What `flask prepare` reads: when none of it has changed and the database is where it left it, it has nothing to do.
PREPARED_FROM = ("migrations", "data", "models", "translations", "requirements.txt")
DATABASE_NAME = "talent.sqlite3"

_CHECK_SETTINGS = """
import sys
from talent.config import Settings, SettingsError
try:
    Settings.from_environment()
except SettingsError as error:
    sys.exit(str(error))
"""


def service_environment() -> dict[str, str]:
    """The environment for the service's own programs: the caller's variables, and our defaults for the rest."""
    env = bare_environment()
    env.setdefault("FLASK_APP", "wsgi:application")
    env.setdefault("TALENT_ENV", "development")
    instance = Path(env.get("TALENT_INSTANCE_DIR") or ROOT / "instance").absolute()
    env["TALENT_INSTANCE_DIR"] = str(instance)
    return env


def check_settings(env: Mapping[str, str]) -> None:
    """Raises Refusal naming every setting that is missing or unsafe, before anything is started with them."""
    problem = attempt([PYTHON, "-c", _CHECK_SETTINGS], cwd=ROOT, env=env)
    if problem is not None:
        raise Refusal(f"the settings are not right: {problem}")


def prepare(env: Mapping[str, str], *, sample: bool) -> None:
    """Migrate and load the reference data, unless nothing has changed since the last time.

    With `sample`, an empty database is filled with the sample data too (never in production).
    Raises Refusal when the database cannot be prepared; the command itself says why.
    """
    instance = Path(env["TALENT_INSTANCE_DIR"])
    stamp = instance / "prepared.stamp"
    if _is_prepared(stamp, env, instance, sample):
        return
    with stamps.exclusive(LOCK):
        if _is_prepared(stamp, env, instance, sample):
            return
        say("preparing the database …")
        command: Command = [PYTHON, "-m", "flask", "prepare", "--sample" if sample else "--no-sample"]
        done = subprocess.run(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=2, check=False)  # noqa: S603
        if done.returncode != 0:
            raise Refusal("the database could not be prepared (see above)")
        stamps.write(stamp, _state(env, instance, sample))


def _is_prepared(stamp: Path, env: Mapping[str, str], instance: Path, sample: bool) -> bool:
    """A database prepared with sample data serves those who need none."""
    return any(stamps.is_current(stamp, _state(env, instance, kind)) for kind in {True, sample})


def _state(env: Mapping[str, str], instance: Path, sample: bool) -> str:
    """The digest of all that preparing depends on; never twice the same where we cannot look into the database."""
    sources = [*(ROOT / name for name in PREPARED_FROM), *sorted((ROOT / "talent").rglob("*.py"))]
    if env.get("DATABASE_URL"):
        return stamps.digest(sources, secrets.token_hex())
    return stamps.digest(sources, env["TALENT_ENV"], f"sample {sample}", _revision(instance / DATABASE_NAME))


def _revision(database: Path) -> str:
    """The migration that the embedded database is at; empty when there is no such database."""
    try:
        connection = sqlite3.connect(f"file:{quote(str(database))}?mode=ro", uri=True)
        try:
            return ",".join(sorted(row[0] for row in connection.execute("SELECT version_num FROM alembic_version")))
        finally:
            connection.close()
    except sqlite3.Error:
        return ""
