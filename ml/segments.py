"""Named arrays and plain values in a folder: written once, checked, mapped into memory, shared by processes.

A segment is a folder with one file an array (the bytes of the array, row by row, little-endian) and `segment.json`:
the format's number, the caller's values, and each array's file, type, shape and SHA-256. A store is a folder of
segments, a journal of changes beside each, and `current.json`, which names the segment in use. Everything is on disk
(fsync) before `current.json` is replaced in one step, so that whoever is killed, at any moment, leaves the old or the
new state. Nothing is pickled.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

FORMAT = 1
_META, _CURRENT, _LOCK = "segment.json", "current.json", "writer.lock"
_NAME = re.compile(r"[a-z][a-z_0-9]*")
_FOLDER = re.compile(r"base-(\d{6,})")
_HASHED_AT_ONCE = 1 << 22
_SMALL = 1 << 16  # arrays up to this many bytes are checked whenever a segment is opened

Anything = NDArray[Any]
Step = Callable[[str], None]


class SegmentDamaged(ValueError):
    """What is stored is not what was written, or was written by another format."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Arrays, mapped read-only, and the values stored with them."""

    folder: Path
    arrays: Mapping[str, Anything]
    meta: Mapping[str, Any]


def write_segment(folder: Path, arrays: Mapping[str, Anything], meta: Mapping[str, Any]) -> None:
    """Write a new segment and return when all of it is on disk. Raises FileExistsError for a folder in use."""
    folder.mkdir(parents=True)
    entries: dict[str, dict[str, Any]] = {}
    for name, array in arrays.items():
        if not _NAME.fullmatch(name) or array.dtype.hasobject:
            raise ValueError(f"{name!r} cannot be stored")
        plain = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
        data = plain.reshape(-1).view(np.uint8).data
        with _durable(folder / f"{name}.bin") as file:
            file.write(data)
        entries[name] = {
            "type": plain.dtype.str,
            "shape": list(plain.shape),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
    content = {"format": FORMAT, "meta": dict(meta), "arrays": entries}
    with _durable(folder / _META) as file:
        file.write(_signed(content))
    sync_folder(folder)
    sync_folder(folder.parent)


def read_segment(folder: Path, *, thorough: bool = False) -> Segment:
    """Map a segment. Sizes and small arrays are checked always, every byte when `thorough`.

    Raises SegmentDamaged when anything differs from what was written.
    """
    content = _unsigned(_bytes_of(folder / _META))
    if content.get("format") != FORMAT:
        raise SegmentDamaged(f"{folder.name} has another format")
    arrays = {}
    for name, entry in content["arrays"].items():
        array = _mapped(folder / f"{name}.bin", np.dtype(entry["type"]), tuple(entry["shape"]))
        if (thorough or array.nbytes <= _SMALL) and _digest(array) != entry["sha256"]:
            raise SegmentDamaged(f"{name} in {folder.name} has changed")
        arrays[name] = array
    return Segment(folder, arrays, content["meta"])


class Store:
    """A folder of segments, of which one is in use."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)

    def stamp(self) -> tuple[int, ...]:
        """Return numbers that differ after every swap, for the price of asking the file system about one file."""
        try:
            found = os.stat(self.folder / _CURRENT)
        except FileNotFoundError:
            return ()
        return found.st_ino, found.st_mtime_ns, found.st_size

    def current(self) -> Path:
        """Return the folder of the segment in use. Raises SegmentDamaged when there is none."""
        name = _unsigned(_bytes_of(self.folder / _CURRENT)).get("segment")
        if not isinstance(name, str) or not _FOLDER.fullmatch(name):
            raise SegmentDamaged("the name of the segment in use cannot be read")
        return self.folder / name

    def replace(self, arrays: Mapping[str, Anything], meta: Mapping[str, Any], step: Step = lambda _: None) -> Path:
        """Write a segment, put it in use, and remove older ones. `step` hears of each step before it is taken."""
        self.folder.mkdir(parents=True, exist_ok=True)
        numbers = [int(match[1]) for path in self.folder.iterdir() if (match := _FOLDER.fullmatch(path.name))]
        folder = self.folder / f"base-{max(numbers, default=0) + 1:06d}"
        step("write")
        write_segment(folder, arrays, meta)
        step("name")
        fresh = self.folder / f"{_CURRENT}.new"
        with _durable(fresh) as file:
            file.write(_signed({"segment": folder.name}))
        step("swap")
        os.replace(fresh, self.folder / _CURRENT)
        sync_folder(self.folder)
        step("tidy")
        self.tidy()
        return folder

    def tidy(self) -> None:
        """Remove segments and journals that are not in use; whoever has mapped them keeps their pages."""
        kept = self.current().name
        for path in self.folder.iterdir():
            if _FOLDER.fullmatch(path.name.removesuffix(".journal")) and path.name.removesuffix(".journal") != kept:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to write. Raises BlockingIOError while another process or thread holds it."""
        import fcntl

        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / _LOCK, "ab") as lock:  # the lock goes with the process, however it ends
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield


def sync_folder(folder: Path) -> None:
    """Return when the names in a folder are on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _durable(path: Path) -> Iterator[IO[bytes]]:
    with open(path, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())  # before it is mapped: pages not yet on disk would count as private


def _signed(content: Mapping[str, Any]) -> bytes:
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}\n".encode()


def _unsigned(data: bytes) -> dict[str, Any]:
    digest, _, text = data.decode("ascii", "replace").rstrip("\n").partition("\n")
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        raise SegmentDamaged("the list of what is stored has changed")
    content = json.loads(text)
    if not isinstance(content, dict):
        raise SegmentDamaged("the list of what is stored cannot be read")
    return content


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise SegmentDamaged(f"{path.name} is missing") from error


def _mapped(path: Path, kind: np.dtype[Any], shape: tuple[int, ...]) -> Anything:
    size = int(np.prod(shape, dtype=np.int64)) * kind.itemsize
    try:
        if path.stat().st_size != size:
            raise SegmentDamaged(f"{path.name} has another size")
        return np.memmap(path, kind, "r", shape=shape) if size else np.empty(shape, kind)
    except FileNotFoundError as error:
        raise SegmentDamaged(f"{path.name} is missing") from error


def _digest(array: Anything) -> str:
    flat = array.reshape(-1).view(np.uint8)
    digest = hashlib.sha256()
    for start in range(0, len(flat), _HASHED_AT_ONCE):
        digest.update(flat[start : start + _HASHED_AT_ONCE].data)
    return digest.hexdigest()
