"""Meanings of many records made ready to be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ml.encoder import Vectors
from ml.params import MatcherParams
from ml.passage_vectors import Meaning
from ml.text import LANGUAGES

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Places: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class MeaningSide:
    """Meanings of records made ready to be compared; None where a record has none yet.

    `vectors` and `languages` hold all passages, those of a record together and by language; `starts` tells where each
    record begins.
    `mixes` holds the share of each language in a record's passages.
    """

    encoder: str | None
    meanings: tuple[Meaning | None, ...]
    vectors: Vectors
    languages: Places
    starts: Places
    sums: Floats
    norms: Floats
    mixes: Floats
    words: Places

    @classmethod
    def of(cls, meanings: Sequence[Meaning | None]) -> Self:
        """Make a side. Raises ValueError for meanings by different encoders, which cannot be compared."""
        present = [item for item in meanings if item is not None]
        names = {(item.encoder, item.vectors.shape[1]) for item in present}
        if len(names) > 1:
            raise ValueError(f"meanings by different encoders: {', '.join(sorted(name for name, _ in names))}")
        name, width = next(iter(names), (None, 0))
        counts = [0 if item is None else len(item.passages) for item in meanings]
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)
        vectors = np.concatenate([np.zeros((0, width), np.float32), *(item.vectors for item in present)])
        languages = np.concatenate([np.zeros(0, np.intp), *map(language_places, present)])
        sums, mixes = np.zeros((len(counts), width)), np.zeros((len(counts), len(LANGUAGES)))
        words = np.zeros(len(counts), dtype=np.intp)
        kept: list[Meaning | None] = []
        for row, item in enumerate(meanings):
            if item is not None:
                mine = vectors[starts[row] : starts[row + 1]]
                sums[row] = mine.sum(axis=0, dtype=np.float64)
                mixes[row] = _mix(item)
                words[row] = sum(place.words for place in item.passages)
                item = Meaning(item.encoder, item.passages, mine)  # a view: the vectors are in memory once
            kept.append(item)
        norms = np.sqrt((sums * sums).sum(axis=1))
        return cls(name, tuple(kept), vectors, languages, starts, sums, norms, mixes, words)

    def block(self, start: int, end: int) -> MeaningSide:
        """Return some of the records; nothing is copied."""
        rows = slice(start, end)
        first, last = self.starts[start], self.starts[end]
        return MeaningSide(
            self.encoder,
            self.meanings[rows],
            self.vectors[first:last],
            self.languages[first:last],
            self.starts[start : end + 1] - first,
            self.sums[rows],
            self.norms[rows],
            self.mixes[rows],
            self.words[rows],
        )


def has_words(side: MeaningSide, params: MatcherParams) -> Flags:
    """Tell which records have a meaning with enough words to be compared."""
    return np.asarray(side.words >= max(1, params.text_least_words), dtype=np.bool_)


def check_same_encoder(mine: MeaningSide, theirs: MeaningSide) -> None:
    """Raise ValueError when the sides were read by different encoders."""
    if mine.encoder is not None and theirs.encoder is not None and mine.encoder != theirs.encoder:
        raise ValueError(f"meanings by different encoders: {mine.encoder}, {theirs.encoder}")


def language_places(meaning: Meaning) -> Places:
    """Return the place of each passage's language among all languages."""
    return np.array([LANGUAGES.index(place.language) for place in meaning.passages], dtype=np.intp)


def _mix(meaning: Meaning) -> Floats:
    counts = np.bincount(language_places(meaning), minlength=len(LANGUAGES))
    return counts / max(1, len(meaning.passages))
