"""The virtual environment: created once, filled from the hash-locked requirement files."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from launch import stamps
from launch.console import Command, Refusal, attempt, say, warn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / ".venv-lock"
RUNTIME = ROOT / "requirements.txt"
DEVELOPMENT = ROOT / "requirements-dev.txt"
EVALUATION = ROOT / "requirements-evaluate.txt"
BOOTSTRAP = ROOT / "requirements-bootstrap.txt"

_PYTHON_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


def ensure_environment(*, development: bool = False, evaluation: bool = False) -> None:
    """Make `.venv` hold the locked runtime set, or the development or the evaluation set, which include it.

    Raises Refusal when Python's venv is missing or the packages cannot be installed.
    """
    wanted = DEVELOPMENT if development else EVALUATION if evaluation else RUNTIME
    if _is_installed(wanted):
        return
    with stamps.exclusive(LOCK):
        if _is_installed(wanted):
            return
        if not _is_usable(VENV):
            create_venv(VENV)
        _install(wanted)
        # The other locks pin the runtime set too, so installing one of them satisfies both.
        for satisfied in {wanted, RUNTIME}:
            stamps.write(_stamp(satisfied), _expected(satisfied))


def create_venv(folder: Path) -> None:
    """Create a virtual environment with pip in it, in place of whatever is there."""
    say(f"creating the virtual environment {folder.name} …")
    try:
        import ensurepip  # noqa: F401 - Debian ships venv without it unless python3-venv is installed
        import venv  # noqa: F401
    except ImportError:
        raise Refusal(
            f"this Python has no venv module; on Debian or Ubuntu type: apt-get install python{_PYTHON_VERSION}-venv"
        ) from None
    shutil.rmtree(folder, ignore_errors=True)
    problem = attempt([sys.executable, "-m", "venv", folder], cwd=ROOT)
    if problem is not None:
        raise Refusal(f"the virtual environment could not be created: {problem.splitlines()[-1]}")


def bare_environment() -> dict[str, str]:
    """The environment variables for a program that runs inside `.venv`, from any working directory."""
    env = dict(os.environ)
    env["VIRTUAL_ENV"] = str(VENV)
    env["PATH"] = f"{VENV / 'bin'}{os.pathsep}{env.get('PATH', os.defpath)}"
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), env.get("PYTHONPATH")]))
    env.pop("PYTHONHOME", None)
    return env


def _expected(requirements: Path) -> str:
    return stamps.digest([requirements, BOOTSTRAP], _PYTHON_VERSION)


def _stamp(requirements: Path) -> Path:
    return VENV / f"{requirements.stem}.stamp"


def _is_installed(requirements: Path) -> bool:
    return PYTHON.exists() and stamps.is_current(_stamp(requirements), _expected(requirements))


def _is_usable(folder: Path) -> bool:
    python = folder / "bin" / "python"
    if not python.exists():
        return False
    probe = "import sys; print(f'{sys.version_info.major}.{sys.version_info.minor}')"
    try:
        found = subprocess.run(  # noqa: S603
            [python, "-c", probe], capture_output=True, text=True, check=True, timeout=60
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return False
    return found == _PYTHON_VERSION


def _install(requirements: Path) -> None:
    say("installing the locked packages (about 20 seconds the first time, longer on a slow line) …")
    pip: Command = [PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "--disable-pip-version-check"]
    problem = attempt([*pip, "-r", BOOTSTRAP], cwd=ROOT)
    if problem is not None:
        raise Refusal(f"the installer could not be installed:\n{problem}")
    # flask-principal comes as source only: it is built with the hash-locked setuptools of the bootstrap.
    uv: Command = [PYTHON, "-m", "uv", "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes"]
    problem = attempt(
        [*uv, "--no-build-isolation", "--compile-bytecode", "-r", requirements], cwd=ROOT, env=_uv_environment()
    )
    if problem is None:
        return
    warn(f"uv could not install the packages, trying pip: {problem.splitlines()[-1]}")
    problem = attempt([*pip, "--no-build-isolation", "-r", requirements], cwd=ROOT)
    if problem is not None:
        raise Refusal(f"the packages could not be installed:\n{problem}")


def _uv_environment() -> dict[str, str]:
    """uv does not read pip's configuration: hand it the index and certificates that pip was given."""
    env = dict(os.environ)
    if "UV_DEFAULT_INDEX" not in env and "UV_INDEX_URL" not in env:
        index = env.get("PIP_INDEX_URL") or _pip_setting("global.index-url")
        if index:
            env["UV_DEFAULT_INDEX"] = index
    certificates = env.get("PIP_CERT") or _pip_setting("global.cert")
    if certificates:
        env.setdefault("SSL_CERT_FILE", certificates)
    return env


def _pip_setting(name: str) -> str:
    found = subprocess.run(  # noqa: S603
        [PYTHON, "-m", "pip", "config", "get", name], capture_output=True, text=True, check=False
    )
    return found.stdout.strip() if found.returncode == 0 else ""
