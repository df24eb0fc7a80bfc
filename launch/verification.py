"""`./run lint` and `./run test`."""

import os
import shutil
import subprocess
from pathlib import Path

from launch.assets import build_assets_if_possible
from launch.catalogues import compile_catalogues
from launch.console import attempt, say, warn
from launch.environment import PYTHON, ROOT, bare_environment, ensure_environment

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
CHROMIUM_VARIABLE = "TALENT_TEST_CHROMIUM"


def lint(*, fix: bool = False) -> int:
    """Run ruff and mypy, all of them even when the first complains. Returns the exit status."""
    ensure_environment(development=True)
    checks = [
        ["ruff", "check", *(["--fix"] if fix else []), "."],
        ["ruff", "format", *([] if fix else ["--check"]), "."],
        ["mypy"],
    ]
    return max(_inside(check) for check in checks)


def test(arguments: list[str]) -> int:
    """Run the checks and the tests; with arguments for pytest, only the tests they select.

    The tests that depend on the database run on PostgreSQL first, then all tests on SQLite.
    """
    ensure_environment(development=True)
    build_assets_if_possible()
    compile_catalogues()
    chromium = _ensure_chromium()
    unchecked = 0 if arguments else lint()
    environment = bare_environment()
    selection: list[str] = []
    if chromium is not None:
        environment[CHROMIUM_VARIABLE] = chromium
    elif _in_ci():
        warn("no Chromium: the browser tests will FAIL; install the packages chromium and fonts-noto-cjk")
    else:
        warn("no Chromium: the browser tests are NOT run; install the packages chromium and fonts-noto-cjk")
        selection = ["-m", "not browser"]
    # A module stays with one worker, so that what its tests share is built once.
    pytest: list[str] = ["pytest", "-n", "2", "--dist", "loadscope", *selection]
    untested = 0 if arguments else _inside([*pytest, "-q", "--postgres"], environment)
    untested = _inside([*pytest, *arguments], environment) or untested
    if unchecked:
        say("ruff or mypy complained (see above)")
    if chromium is None:
        warn("the browser tests had no Chromium (see above)")
    return untested or unchecked


def _inside(command: list[str], environment: dict[str, str] | None = None) -> int:
    say(" ".join(command))
    done = subprocess.run(  # noqa: S603
        [PYTHON, "-m", *command], cwd=ROOT, env=environment or bare_environment(), stdin=subprocess.DEVNULL, check=False
    )
    return done.returncode


def _in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def _ensure_chromium() -> str | None:
    """The path of a Chromium, installed first where we may: as root on Debian and its kin."""
    found = _find_chromium()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        say("installing Chromium for the browser tests (about 400 MB) …")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-noto-cjk"]
        for command in (["apt-get", "update", "-qq"], install):
            problem = attempt(command, cwd=ROOT, env=environment)
            if problem is not None:
                warn(f"Chromium could not be installed: {problem.splitlines()[-1]}")
                return None
        found = _find_chromium()
    return found


def _find_chromium() -> str | None:
    named = os.environ.get(CHROMIUM_VARIABLE)
    if named and Path(named).exists():
        return named
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
