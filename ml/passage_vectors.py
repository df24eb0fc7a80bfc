"""The vectors of a record's passages: made, kept in a stored form, told out of date.

Vectors are kept on a grid of 1/2048. Sums of products of such numbers are exact in the precision used here, so that a
value has the same bits whichever records are scored together, and a stored vector is the one that was made.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

import numpy as np

from ml.centres import centred, centres_of
from ml.encoder import Encoder, Vectors
from ml.schema import RecordText, Span
from ml.sentences import RULES, passages
from ml.text import LANGUAGES, Language

_GRID = 2048.0  # 512 products of two such numbers add up exactly in 24 bits, and 16-bit floats hold them
_MAGIC = b"meaning1"
_HEAD = struct.Struct("<8sI")


@dataclass(frozen=True, slots=True)
class PassagePlace:
    """Where a passage stands in the record's texts as typed, its language and its number of words."""

    text_index: int
    start: int
    end: int
    language: Language
    words: int

    @property
    def span(self) -> Span:
        """Return its characters."""
        return Span(self.text_index, self.start, self.end)


@dataclass(frozen=True, slots=True, eq=False)
class Meaning:
    """Passages of one record, by language and then in the order of the texts, each with its vector of length one."""

    encoder: str
    passages: tuple[PassagePlace, ...]
    vectors: Vectors

    def without(self, indices: Collection[int]) -> Meaning:
        """Return the same without some of the passages."""
        kept = [index for index in range(len(self.passages)) if index not in indices]
        return Meaning(self.encoder, tuple(self.passages[index] for index in kept), self.vectors[kept])

    def touching(self, spans: Collection[Span]) -> frozenset[int]:
        """Return the indices of the passages that share a character with one of the spans."""
        return frozenset(
            index
            for index, place in enumerate(self.passages)
            if any(
                span.text_index == place.text_index and span.start < place.end and place.start < span.end
                for span in spans
            )
        )

    def to_bytes(self) -> bytes:
        """Return it in the stored form: a head, the places as JSON, the numbers as 16-bit floats. It holds no text."""
        places = [[item.text_index, item.start, item.end, item.language, item.words] for item in self.passages]
        head = {"encoder": self.encoder, "shape": list(self.vectors.shape), "passages": places}
        text = json.dumps(head, separators=(",", ":")).encode()
        return _HEAD.pack(_MAGIC, len(text)) + text + self.vectors.astype("<f2").tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what `to_bytes` wrote. Raises ValueError for anything else."""
        try:
            magic, length = _HEAD.unpack_from(data)
            head = json.loads(data[_HEAD.size : _HEAD.size + length])
            rows, columns = head["shape"]
            places = tuple(_place(*item) for item in head["passages"])
            encoder = head["encoder"]
            numbers = np.frombuffer(data, dtype="<f2", offset=_HEAD.size + length)
        except (struct.error, ValueError, TypeError, KeyError) as error:
            raise ValueError("these bytes are not a stored meaning") from error
        if magic != _MAGIC or type(encoder) is not str or rows != len(places) or numbers.size != rows * columns:
            raise ValueError("these bytes are not a stored meaning")
        vectors = numbers.reshape(rows, columns).astype(np.float32)
        if not bool(np.all(np.abs(vectors) <= 1)):
            raise ValueError("a stored meaning holds numbers that no vector of length one has")
        return cls(encoder, places, vectors)


def meaning_of(texts: Sequence[RecordText], encoder: Encoder, *, limit: int) -> Meaning:
    """Read the first `limit` characters of the texts and encode their passages, without the centres of languages."""
    found = sorted(passages(texts, limit=limit), key=lambda item: LANGUAGES.index(item.language))
    vectors = encoder.encode([item.text for item in found]).reshape(len(found), encoder.dimensions)
    vectors = centred(vectors, [item.language for item in found], encoder.name)
    places = (
        PassagePlace(item.text_index, item.start, item.end, item.language, len(item.text.split())) for item in found
    )
    return Meaning(encoder.name, tuple(places), on_grid(vectors))


def on_grid(vectors: Vectors) -> Vectors:
    """Return vectors of length one on the grid on which sums are exact."""
    rounded: Vectors = np.rint(vectors * np.float32(_GRID)) / np.float32(_GRID)
    return rounded


def made_by(encoder_name: str) -> str:
    """Return the encoder's name with what else, apart from the texts, decides its vectors: rules and centres.

    Vectors of records are out of date as soon as they were made by anything else.
    """
    return f"{encoder_name}, rules {RULES}-{_centres_digest(encoder_name)}"


def texts_digest(texts: Sequence[RecordText], encoder_name: str, limit: int) -> str:
    """Return a hash of all that a meaning is made of: another one tells that a stored meaning is out of date."""
    made_of = [_MAGIC.decode(), made_by(encoder_name), limit, [item.text for item in texts]]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()


@lru_cache(maxsize=4)
def _centres_digest(encoder_name: str) -> str:
    centres = [centre.tolist() for centre in centres_of(encoder_name).values()]
    return hashlib.sha256(json.dumps(centres).encode()).hexdigest()[:16]


def _place(text_index: Any, start: Any, end: Any, language: Any, words: Any) -> PassagePlace:
    numbers = (text_index, start, end, words)
    if any(type(number) is not int or number < 0 for number in numbers) or start >= end or language not in LANGUAGES:
        raise ValueError("not the place of a passage")
    return PassagePlace(text_index, start, end, language, words)
