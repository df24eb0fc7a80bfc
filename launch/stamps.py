"""Stamps: a file holding the digest of a step's inputs, so that a finished step is not done again."""

import contextlib
import fcntl
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from launch.console import say


def digest(paths: Iterable[Path], *facts: str) -> str:
    """SHA-256 over the facts and over the names and contents of files; folders are walked.

    A path that does not exist counts as absent, which is also a state.
    """
    total = hashlib.sha256()
    for fact in facts:
        total.update(f"fact {fact}\0".encode())
    for path in paths:
        for file in _files(path):
            total.update(f"file {file.name}\0".encode())
            total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    return [path] if path.is_file() else []


def is_current(stamp: Path, value: str) -> bool:
    """Whether the stamp file holds this digest."""
    try:
        return stamp.read_text(encoding="ascii").strip() == value
    except (OSError, UnicodeDecodeError):
        return False


def write(stamp: Path, value: str) -> None:
    """Store the digest of a step that has finished."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(value + "\n", encoding="ascii")


@contextlib.contextmanager
def exclusive(lock: Path) -> Iterator[None]:
    """Let one `./run` at a time through; the others wait and say so."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another ./run is setting up; waiting for it …")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
