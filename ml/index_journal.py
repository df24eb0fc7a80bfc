"""What changed since the base was written: a file of signed entries, appended one at a time, each on disk when done."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = 16
_HEAD = 4 + _SIGNATURE  # length of what follows, and its signature


@dataclass(frozen=True, slots=True)
class Entry:
    """One change: plain values, and a record's columns, weights and vector (all empty for a removal)."""

    values: Mapping[str, Any]
    columns: NDArray[np.uint16]
    weights: NDArray[np.uint16]
    vector: NDArray[np.int8]


def pack(entry: Entry) -> bytes:
    """Return an entry as it is stored."""
    sizes = {"columns": len(entry.columns), "vector": len(entry.vector)}
    text = json.dumps({**entry.values, "sizes": sizes}, separators=(",", ":")).encode()
    arrays = entry.columns.astype("<u2").tobytes() + entry.weights.astype("<u2").tobytes() + entry.vector.tobytes()
    body = len(text).to_bytes(4, "little") + text + arrays
    return len(body).to_bytes(4, "little") + _signature(body) + body


def read_entries(path: Path, offset: int) -> Iterator[tuple[Entry, int]]:
    """Yield the whole entries from an offset on, each with where it ends; a torn one, still being written, ends it."""
    try:
        with open(path, "rb") as file:
            file.seek(offset)
            while len(head := file.read(_HEAD)) == _HEAD:
                body = file.read(int.from_bytes(head[:4], "little"))
                if _signature(body) != head[4:]:
                    return
                offset += _HEAD + len(body)
                yield _unpack(body), offset
    except FileNotFoundError:
        return


def append_entry(path: Path, offset: int, entry: Entry) -> int:
    """Write an entry at the end of the whole ones, over a torn one, and return its end once it is on disk."""
    data = pack(entry)
    with open(path, "r+b" if path.exists() else "w+b") as file:
        file.truncate(offset)
        file.seek(offset)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return offset + len(data)


def size_of(path: Path) -> int:
    """Return how long the journal is, 0 where there is none yet."""
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return 0


def _unpack(body: bytes) -> Entry:
    start = 4 + int.from_bytes(body[:4], "little")
    values = json.loads(body[4:start])
    count, length = values["sizes"]["columns"], values["sizes"]["vector"]
    columns = np.frombuffer(body, "<u2", count, start).astype(np.uint16)
    weights = np.frombuffer(body, "<u2", count, start + 2 * count).astype(np.uint16)
    return Entry(values, columns, weights, np.frombuffer(body, np.int8, length, start + 4 * count))


def _signature(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_SIGNATURE).digest()
