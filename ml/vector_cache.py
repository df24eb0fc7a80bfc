"""Vectors kept by text hash between runs of a command, so that measuring again does not encode again."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from ml.encoder import Encoder, Vectors, vector_key

_AT_ONCE = 500  # texts asked for in one statement, and encoded before they are written


class CachedEncoder:
    """An encoder that looks in a file before it encodes. The file holds hashes and numbers, no text.

    Several processes may share the file. The vectors are those of the encoder, bit for bit.
    """

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        """Open or make `vectors.sqlite3` in a folder. Raises OSError or sqlite3.Error where that cannot be."""
        self._encoder = encoder
        self.name = encoder.name
        self.dimensions = encoder.dimensions
        folder.mkdir(parents=True, exist_ok=True)
        self._file = sqlite3.connect(folder / "vectors.sqlite3", timeout=60, isolation_level=None)
        self._file.execute("PRAGMA journal_mode=wal")
        self._file.execute("PRAGMA synchronous=normal")
        self._file.execute("CREATE TABLE IF NOT EXISTS vector (key BLOB PRIMARY KEY, numbers BLOB) WITHOUT ROWID")

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a row of length one for each text."""
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for start in range(0, len(texts), _AT_ONCE):
            vectors[start : start + _AT_ONCE] = self._some(texts[start : start + _AT_ONCE])
        return vectors

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _some(self, texts: Sequence[str]) -> Vectors:
        keys = [bytes.fromhex(vector_key(self.name, text)) for text in texts]
        marks = ",".join("?" * len(keys))
        rows = self._file.execute(f"SELECT key, numbers FROM vector WHERE key IN ({marks})", keys)  # noqa: S608
        known = {key: np.frombuffer(numbers, dtype="<f4") for key, numbers in rows}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            made = dict(zip(missing, self._encoder.encode(list(missing.values())), strict=True))
            rows_made = [(key, vector.astype("<f4").tobytes()) for key, vector in made.items()]
            self._file.execute("BEGIN IMMEDIATE")
            self._file.executemany("INSERT OR IGNORE INTO vector VALUES (?, ?)", rows_made)
            self._file.execute("COMMIT")
            known |= made
        return np.array([known[key] for key in keys], dtype=np.float32).reshape(len(keys), self.dimensions)
