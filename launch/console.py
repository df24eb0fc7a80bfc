"""Messages to the person at the terminal."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

Command = Sequence[str | Path]
"""A program and its arguments; never a line for a shell."""


class Refusal(Exception):
    """The verb cannot go on; the message is one line that says why and what to do."""


def say(message: str) -> None:
    """Print one line of progress to standard error."""
    sys.stderr.write(f"run: {message}\n")
    sys.stderr.flush()


def warn(message: str) -> None:
    """Print one warning line to standard error."""
    say(f"warning: {message}")


def attempt(command: Command, *, cwd: Path, env: Mapping[str, str] | None = None) -> str | None:
    """Run a command silently. Returns None when it worked, otherwise the end of what it printed."""
    try:
        done = subprocess.run(  # noqa: S603 - our own fixed commands, no shell
            [str(part) for part in command],
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        return str(error)
    if done.returncode == 0:
        return None
    return "\n".join(done.stdout.strip().splitlines()[-40:]) or f"exit status {done.returncode}"
