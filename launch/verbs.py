"""The verbs of `./run`."""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from typing import NoReturn

from launch.assets import build_assets
from launch.catalogues import compile_catalogues, run_i18n
from launch.console import Refusal, say
from launch.environment import PYTHON, ROOT, ensure_environment
from launch.measuring import MODULES, measure
from launch.service import prepare, service_environment
from launch.serving import serve
from launch.verification import lint, test

HELP = """\
usage: ./run VERB [ARGUMENTS]

Each verb first sets up what it needs (once). What it says of itself goes to standard error.

  serve [--port N] [--host H]  start the service: web server and worker, http://localhost:8000 by default
  test [PYTEST ARGUMENTS]      ruff, mypy and all tests; with arguments, only the tests that pytest selects
  lint [--fix]                 ruff and mypy
  probe [ROW …]                start the service and ask it from outside whether it keeps its promises (docs/trust.md)
  evaluate [--ablation] [--task NAME …]
                               how well texts are matched, beside other systems; what each signal brings
  parity                       whether a person ranks alike in Korean and in English
  attack                       whether stuffing a profile gains anything
  bench topk|query|update|vectorise …
                               how fast the matcher is, beside other systems
  flask COMMAND …              the service's own commands; ./run flask --help lists them
  python …                     Python with the service's packages
  assets                       build the front end again
  i18n extract|update|compile|check
                               collect messages from the code; bring the catalogues up to date; compile; compare
  --help                       this text

Settings come from the environment; the ones met most often:

  DATABASE_URL                 a PostgreSQL database instead of the embedded SQLite
  TALENT_INSTANCE_DIR          where the service keeps its files (default: instance/)
  TALENT_ENV                   development (default) or production
"""

# Commands that work on the database itself, or need none: preparing it behind their back would get in the way.
_UNPREPARED_COMMANDS = {"db", "prepare", "routes", "shell"}


def main(arguments: list[str]) -> int:
    """Run one verb; returns the exit status. A Refusal becomes one line and status 1."""
    if not arguments or arguments[0] in {"--help", "-h", "help"}:
        sys.stdout.write(HELP)
        return 0 if arguments else 2
    verb, rest = arguments[0], arguments[1:]
    action = _VERBS.get(verb)
    if action is None:
        say(f"there is no verb {verb!r}; ./run --help lists them")
        return 2
    try:
        return action(rest)
    except Refusal as refusal:
        say(str(refusal))
        return 1
    except KeyboardInterrupt:
        return 130


def _serve(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run serve", description="Start the service on this machine.")
    parser.add_argument("--port", type=_port, default=8000, help="default: %(default)s")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    options = parser.parse_args(arguments)
    return serve(options.host, options.port)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port between 1 and 65535")
    return int(text)


def _lint(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run lint", description="Run ruff and mypy.")
    parser.add_argument("--fix", action="store_true", help="repair what ruff can repair")
    return lint(fix=parser.parse_args(arguments).fix)


def _probe(arguments: list[str]) -> int:
    ensure_environment()
    return subprocess.run([PYTHON, "-m", "tests.probe", *arguments], cwd=ROOT, check=False).returncode  # noqa: S603


def _measuring(verb: str) -> Callable[[list[str]], int]:
    return lambda arguments: measure(verb, arguments)


def _flask(arguments: list[str]) -> NoReturn:
    ensure_environment()
    compile_catalogues()
    env = service_environment()
    command = next((word for word in arguments if not word.startswith("-")), None)
    if command is not None and command not in _UNPREPARED_COMMANDS and "--help" not in arguments:
        prepare(env, sample=False)
    _become(["-m", "flask", *arguments], env)


def _python(arguments: list[str]) -> NoReturn:
    ensure_environment()
    _become(arguments, service_environment())


def _assets(arguments: list[str]) -> int:
    _refuse_arguments("assets", arguments)
    build_assets(force=True)
    return 0


def _i18n(arguments: list[str]) -> int:
    ensure_environment()
    return run_i18n(arguments)


def _refuse_arguments(verb: str, arguments: list[str]) -> None:
    if arguments:
        raise Refusal(f"{verb} takes no arguments")


def _become(arguments: list[str], env: dict[str, str]) -> NoReturn:
    """Go on as that Python: same standard streams, same working directory, its exit status ours."""
    os.execve(PYTHON, [str(PYTHON), *arguments], env)  # noqa: S606


_VERBS: dict[str, Callable[[list[str]], int]] = {
    "serve": _serve,
    "test": test,
    "lint": _lint,
    "probe": _probe,
    "flask": _flask,
    "python": _python,
    "assets": _assets,
    "i18n": _i18n,
    **{verb: _measuring(verb) for verb in MODULES},
}
