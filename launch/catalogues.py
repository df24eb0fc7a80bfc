"""The message catalogues: compiled for running, and the `i18n` verbs for those who translate."""

import subprocess
import tempfile
from pathlib import Path

from launch import stamps
from launch.console import Command, Refusal, attempt, say
from launch.environment import LOCK, PYTHON, ROOT, VENV

TRANSLATIONS = ROOT / "translations"
TEMPLATE = TRANSLATIONS / "messages.pot"
VERBS = ("extract", "update", "compile", "check")

_STAMP = VENV / "catalogues.stamp"
_PYBABEL: Command = [PYTHON, "-m", "babel.messages.frontend"]
# `_` is found by Babel itself; `_n` is talent.i18n's plural.
_KEYWORDS = ["-k", "_n:1,2"]
_LAYOUT = ["--no-location", "--sort-output", "--width=120"]


def compile_catalogues() -> None:
    """Make the .mo files from the .po files, when one of those has changed or an .mo is missing.

    Raises Refusal when a catalogue is malformed.
    """
    sources = sorted(TRANSLATIONS.rglob("*.po"))
    expected = stamps.digest(sources)
    if stamps.is_current(_STAMP, expected) and all(source.with_suffix(".mo").exists() for source in sources):
        return
    with stamps.exclusive(LOCK):
        for source in sources:
            target = source.with_suffix(".mo")
            problem = attempt([*_PYBABEL, "compile", "-i", source, "-o", target], cwd=ROOT)
            if problem is not None:
                raise Refusal(f"{source.relative_to(ROOT)} could not be compiled:\n{problem}")
        stamps.write(_STAMP, expected)


def run_i18n(arguments: list[str]) -> int:
    """`./run i18n extract|update|compile|check`; returns the exit status."""
    verb = arguments[0] if len(arguments) == 1 else ""
    if verb == "extract":
        _extract(TEMPLATE)
    elif verb == "update":
        _extract(TEMPLATE)
        for catalogue in _message_catalogues():
            _pybabel("update", "-i", TEMPLATE, *_target(catalogue), *_update_options())
    elif verb == "compile":
        compile_catalogues()
    elif verb == "check":
        return _check()
    else:
        raise Refusal(f"say which: ./run i18n {'|'.join(VERBS)}")
    return 0


def _check() -> int:
    """Whether every message in the code is in every catalogue; changes nothing."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        _extract(template)
        for catalogue in _message_catalogues():
            options = [*_target(catalogue), *_update_options(), "--check"]
            if attempt([*_PYBABEL, "update", "-i", template, *options], cwd=ROOT) is not None:
                say(f"{catalogue.relative_to(ROOT)} is behind the code; type: ./run i18n update")
                return 1
    say("the catalogues hold every message of the code")
    return 0


def _extract(template: Path) -> None:
    sources = [name for name in ("talent", "models", "templates") if (ROOT / name).is_dir()]
    options = [*_KEYWORDS, *_LAYOUT, "--omit-header", "-c", "Translators:"]
    _pybabel("extract", "-F", ROOT / "babel.cfg", *options, "-o", template, *sources)


def _message_catalogues() -> list[Path]:
    return sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))


def _target(catalogue: Path) -> Command:
    return ["-o", catalogue, "-l", catalogue.parent.parent.name]


def _update_options() -> list[str]:
    return ["--no-fuzzy-matching", "--ignore-obsolete", "--ignore-pot-creation-date", "--width=120"]


def _pybabel(*arguments: str | Path) -> None:
    done = subprocess.run([*_PYBABEL, "-q", *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, check=False)  # noqa: S603
    if done.returncode != 0:
        raise Refusal(f"pybabel {arguments[0]} failed (see above)")
