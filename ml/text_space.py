"""Plain texts made comparable: terms, passages, words and concepts of a collection, and the signals between two sides.

The space is fitted on the texts of both sides, without labels: how rare terms, words and concepts are, and what all
passages have in common.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ml.encoder import Encoder, Vectors
from ml.features import Sparse, TermVectorizer, tokens
from ml.fusion import FusionParams, Places, Scores, ramp, saturating
from ml.morphology import word_parts
from ml.schema import RecordText
from ml.sentences import Passage, passages
from ml.text import LANGUAGES, is_hangul, language_of, normalise

REFERENCE = Path(__file__).resolve().parent.parent / "data" / "reference"
_LIMIT = 20_000  # characters read of a text
_HEADING_WORDS, _HEADING_CHARS = 12, 100
_SENTENCE_END = re.compile(r"[.!?。:;,]$")
_FLATTENING = 0.3  # of the mean variance, added to each before flattening
_ENOUGH = 512.0  # passages that have as much say in the directions as "all alike"
_NEAREST = 5  # names of concepts that tell how near a text comes to them
_SHARPNESS = 10.0
_NO_PASSAGE = 80  # characters read of a text without a letter
_WORDS_A_BLOCK = 16


@dataclass(frozen=True, slots=True)
class Texts:
    """One side: texts with their languages, passages, words and headings."""

    languages: Places
    documents: tuple[tuple[str, ...], ...]
    headings: tuple[tuple[str, ...], ...]
    words: tuple[tuple[str, ...], ...]
    passages: tuple[tuple[Passage, ...], ...]
    vectors: Vectors
    starts: Places

    def __len__(self) -> int:
        return len(self.documents)


@dataclass(frozen=True, slots=True)
class Side:
    """One side placed in a space: a row for each text, or a run of rows from `starts` or `word_starts` on."""

    languages: Places
    lengths: Scores
    terms: Sparse
    headings: Sparse
    passages: Vectors
    starts: Places
    means: Vectors
    word_places: Places
    word_starts: Places
    concepts: Scores
    nearness: Scores

    def __len__(self) -> int:
        return len(self.languages)

    def take(self, rows: Sequence[int]) -> Side:
        """Return some of the texts, in the order given."""
        chosen = np.array(rows, dtype=np.intp)
        passage_rows, starts = _runs(self.starts, chosen)
        word_rows, word_starts = _runs(self.word_starts, chosen)
        return Side(
            self.languages[chosen],
            self.lengths[chosen],
            self.terms[chosen],
            self.headings[chosen],
            self.passages[passage_rows],
            starts,
            self.means[chosen],
            self.word_places[word_rows],
            word_starts,
            self.concepts[chosen],
            self.nearness[chosen],
        )


def read_texts(texts: Sequence[str], encoder: Encoder) -> Texts:
    """Cut texts into passages and words, and encode the passages."""
    languages, documents, headings, words, found, encoded_of = [], [], [], [], [], []
    for text in texts:
        normalised = normalise(text[:_LIMIT])
        languages.append(LANGUAGES.index(language_of(normalised) or "en"))
        documents.append(tuple(tokens(text[:_LIMIT])))
        headings.append(tuple(tokens(heading_of(text))))
        words.append(tuple(sorted({part for word in documents[-1] for part in _spoken(word)})))
        found.append(passages([RecordText("", text)], limit=_LIMIT))
        encoded_of.append([item.text for item in found[-1]] or [normalised[:_NO_PASSAGE]])
    starts = np.concatenate([[0], np.cumsum([len(items) for items in encoded_of])]).astype(np.intp)
    distinct = sorted({item for items in encoded_of for item in items})
    rows = {text: row for row, text in enumerate(distinct)}
    encoded = encoder.encode(distinct)
    vectors = encoded[[rows[item] for items in encoded_of for item in items]]
    spoken = np.array(languages, np.intp)
    return Texts(spoken, tuple(documents), tuple(headings), tuple(words), tuple(found), vectors, starts)


def heading_of(text: str) -> str:
    """Return the first line where it is short, ends like no sentence and has more text below it; otherwise nothing."""
    first, _, rest = text.strip().partition("\n")
    first = first.strip()
    is_short = len(first) <= _HEADING_CHARS and len(first.split()) <= _HEADING_WORDS
    return first if rest.strip() and is_short and not _SENTENCE_END.search(first) else ""


class TextSpace:
    """What was learned of a collection of texts; places texts in it and compares two sides."""

    def __init__(self, sides: Sequence[Texts], encoder: Encoder, params: FusionParams) -> None:
        """Learn from all texts of both sides."""
        self._params = params
        self._concepts = concept_vectors(encoder)
        self._fit_terms(sides)
        self._fit_passages(sides)
        self._fit_words(sides, encoder)
        rows = np.concatenate([self._near_concepts(side)[0] for side in sides])
        self._concept_idf = _idf(np.count_nonzero(rows, axis=0), len(rows))

    def place(self, texts: Texts) -> Side:
        """Return the side in this space. Words that it was not fitted on are left out."""
        passages_ = self._flattened(texts.vectors, np.repeat(texts.languages, np.diff(texts.starts)))
        words = [[self._word_rows[word] for word in item if word in self._word_rows] for item in texts.words]
        concepts, nearness = self._near_concepts(texts)
        return Side(
            texts.languages,
            np.array([len(item) for item in texts.documents], np.float32),
            self._terms(texts.documents, texts.languages),
            self._terms(texts.headings, texts.languages),
            passages_,
            texts.starts,
            _rows_of_length_one(np.add.reduceat(passages_, texts.starts[:-1], axis=0)),
            np.array([row for item in words for row in item], np.intp),
            np.concatenate([[0], np.cumsum([len(item) for item in words])]).astype(np.intp),
            _rows_of_length_one(concepts * self._concept_idf),
            nearness,
        )

    def compare(self, mine: Side, theirs: Side) -> Scores:
        """Return the score of every pair, not yet centred."""
        params = self._params
        total = np.float32(params.mean) * (mine.means @ theirs.means.T)
        for name in ("terms", "heading", "best", "words", "concepts"):
            if getattr(params, name):
                total += np.float32(getattr(params, name)) * self.signal(name, mine, theirs)
        total -= np.float32(params.length) * np.log1p(theirs.lengths / np.float32(params.length_words))
        return np.asarray(total, dtype=np.float32)

    def signal(self, name: str, mine: Side, theirs: Side) -> Scores:
        """Return one signal for every pair."""
        if name == "mean":
            return np.asarray(mine.means @ theirs.means.T, dtype=np.float32)
        if name == "terms":
            return _dense(mine.terms @ theirs.terms.T)
        if name == "heading":
            scale = self._params.heading_words
            mine_long, theirs_long = saturating(mine.lengths, scale), saturating(theirs.lengths, scale)
            of_theirs = _dense(mine.terms @ theirs.headings.T) * mine_long[:, None]
            of_mine = _dense(mine.headings @ theirs.terms.T) * theirs_long[None, :]
            return np.asarray(of_theirs + of_mine, dtype=np.float32)
        if name == "best":
            return _best_passages(mine, theirs)
        if name == "words":
            return self._best_words(mine, theirs)
        gate = np.sqrt(mine.nearness[:, None] * theirs.nearness[None, :])
        gate = ramp(gate, self._params.concept_floor, self._params.concept_full)
        return np.asarray(mine.concepts @ theirs.concepts.T * gate, dtype=np.float32)

    def _fit_terms(self, sides: Sequence[Texts]) -> None:
        self._vectorizers: list[TermVectorizer | None] = []
        for language in range(len(LANGUAGES)):
            documents = [
                document
                for side in sides
                for document, spoken in zip(side.documents, side.languages.tolist(), strict=True)
                if spoken == language
            ]
            self._vectorizers.append(TermVectorizer().fit(documents) if any(documents) else None)

    def _terms(self, documents: Sequence[tuple[str, ...]], languages: Places) -> Sparse:
        """Return the rows of all languages beside each other: texts of two languages have no term in common."""
        blocks = []
        for language, vectorizer in enumerate(self._vectorizers):
            if vectorizer is not None:
                own = [
                    document if spoken == language else ()
                    for document, spoken in zip(documents, languages.tolist(), strict=True)
                ]
                blocks.append(vectorizer.transform(own))
        if not blocks:
            return sp.csr_matrix((len(documents), 1), dtype=np.float32)
        return sp.hstack(blocks, format="csr").astype(np.float32)

    def _fit_passages(self, sides: Sequence[Texts]) -> None:
        vectors = np.concatenate([side.vectors for side in sides])
        languages = np.concatenate([np.repeat(side.languages, np.diff(side.starts)) for side in sides])
        self._centres = np.zeros((len(LANGUAGES), vectors.shape[1]), np.float32)
        for language in np.unique(languages):
            self._centres[language] = vectors[languages == language].mean(axis=0)
        self._flattener: Vectors | None = None
        if self._params.common_part > 0:
            left = _rows_of_length_one(vectors - self._centres[languages]).astype(np.float64)
            spread = left.T @ left
            alike = np.trace(spread) / len(left) / spread.shape[0]
            spread = (spread + _ENOUGH * alike * np.eye(len(spread))) / (len(left) + _ENOUGH)
            values, directions = np.linalg.eigh(spread)
            scale = (np.maximum(values, 0) + _FLATTENING * values.mean()) ** (-self._params.common_part / 2)
            self._flattener = (directions * scale @ directions.T).astype(np.float32)

    def _flattened(self, vectors: Vectors, languages: Places) -> Vectors:
        left = _rows_of_length_one(vectors - self._centres[languages])
        return left if self._flattener is None else _rows_of_length_one(left @ self._flattener)

    def _fit_words(self, sides: Sequence[Texts], encoder: Encoder) -> None:
        counts = Counter(word for side in sides for words in side.words for word in words)
        self._vocabulary = sorted(counts)
        self._word_rows = {word: row for row, word in enumerate(self._vocabulary)}
        frequencies = np.array([counts[word] for word in self._vocabulary], np.float64)
        self._word_idf = _idf(frequencies, sum(len(side) for side in sides))
        vectors = encoder.encode(self._vocabulary).reshape(len(self._vocabulary), encoder.dimensions)
        korean = np.array([is_hangul(word[0]) for word in self._vocabulary], dtype=np.bool_)
        for same in (korean, ~korean):
            if same.any():
                weights = frequencies[same]
                vectors[same] -= ((weights @ vectors[same]) / weights.sum()).astype(np.float32)
        self._word_vectors = _rows_of_length_one(vectors)

    def _best_words(self, mine: Side, theirs: Side) -> Scores:
        """Return how well the words of each side are met by the nearest word of the other, rare words first."""
        result = np.zeros((len(mine), len(theirs)), np.float32)
        used, places = np.unique(theirs.word_places, return_inverse=True)
        filled = np.flatnonzero(np.diff(theirs.word_starts))
        starts = theirs.word_starts[filled]
        if not len(filled):
            return result
        weights = self._word_idf[theirs.word_places]
        totals = np.add.reduceat(weights, starts)
        vectors = self._word_vectors[used].T
        for row in range(len(mine)):
            own = mine.word_places[mine.word_starts[row] : mine.word_starts[row + 1]]
            if not len(own):
                continue
            similar = np.maximum(self._word_vectors[own] @ vectors, 0)
            own_weights = self._word_idf[own]
            met = np.zeros(len(filled), np.float32)
            for first in range(0, len(own), _WORDS_A_BLOCK):
                block = similar[first : first + _WORDS_A_BLOCK, places]
                met += own_weights[first : first + _WORDS_A_BLOCK] @ np.maximum.reduceat(block, starts, axis=1)
            back = np.add.reduceat(similar.max(axis=0)[places] * weights, starts) / totals
            result[row, filled] = (met / own_weights.sum() + back) / 2
        return result

    def _near_concepts(self, texts: Texts) -> tuple[Scores, Scores]:
        """Return the concepts that each text comes nearest to, by how much, and how near it comes to any."""
        kept = min(self._params.concepts_kept, len(self._concepts) - 1)
        rows = np.zeros((len(texts), len(self._concepts)), np.float32)
        nearness = np.zeros(len(texts), np.float32)
        for row, (start, end) in enumerate(zip(texts.starts[:-1], texts.starts[1:], strict=True)):
            similar = texts.vectors[start:end] @ self._concepts.T
            nearness[row] = np.partition(similar.max(axis=0), -_NEAREST)[-_NEAREST:].mean()
            pooled = np.log(np.exp(_SHARPNESS * similar).mean(axis=0)) / _SHARPNESS
            floor = np.partition(pooled, -kept - 1)[-kept - 1]
            rows[row] = np.maximum(pooled - floor, 0)
        return rows, np.maximum(nearness, 0)


def concept_vectors(encoder: Encoder) -> Vectors:
    """Return a vector for each skill and role: of its names, its aliases at half the weight, and both languages."""
    skills = list(_rows("skills.csv"))
    aliases: dict[tuple[str, str], list[str]] = {}
    for row in _rows("skill_aliases.csv"):
        aliases.setdefault((row["skill_id"], row["lang"]), []).append(row["alias"])
    named = [(row, row["skill_id"]) for row in skills] + [
        (row, "") for row in (*_rows("roles.csv"), *_rows("families.csv"))
    ]
    texts = sorted(
        {row[f"name_{language}"] for row, _ in named for language in LANGUAGES}
        | {a for s in aliases.values() for a in s}
    )
    vectors = dict(zip(texts, encoder.encode(texts), strict=True))
    result = np.zeros((len(named), encoder.dimensions), np.float32)
    for place, (row, skill_id) in enumerate(named):
        for language in LANGUAGES:
            own = 2 * vectors[row[f"name_{language}"]]
            others = [vectors[alias] for alias in aliases.get((skill_id, language), [])]
            own = own + np.mean(others, axis=0) if others else own
            result[place] += own / np.linalg.norm(own)
    return _rows_of_length_one(result)


def _rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _spoken(word: str) -> tuple[str, ...]:
    """Return a word as the encoder is to read it: a Korean one taken apart, an English one as written."""
    return tuple(part.form for part in word_parts(word).terms) if is_hangul(word[0]) else (word,)


def _best_passages(mine: Side, theirs: Side) -> Scores:
    result = np.zeros((len(mine), len(theirs)), np.float32)
    counts = np.diff(theirs.starts).astype(np.float32)
    for row in range(len(mine)):
        similar = mine.passages[mine.starts[row] : mine.starts[row + 1]] @ theirs.passages.T
        met = np.maximum.reduceat(similar, theirs.starts[:-1], axis=1).mean(axis=0)
        back = np.add.reduceat(similar.max(axis=0), theirs.starts[:-1]) / counts
        result[row] = (met + back) / 2
    return result


def _runs(starts: Places, chosen: Places) -> tuple[Places, Places]:
    """Return the places of the chosen runs one after the other, and where each begins among them."""
    lengths = (starts[1:] - starts[:-1])[chosen]
    ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.intp)
    places = np.arange(ends[-1]) + np.repeat(starts[chosen] - ends[:-1], lengths)
    return places.astype(np.intp), ends


def _idf(frequencies: NDArray[np.float64] | NDArray[np.intp], count: int) -> Scores:
    return (np.log((1 + count) / (1 + frequencies)) + 1).astype(np.float32)


def _rows_of_length_one(rows: NDArray[np.float32]) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), dtype=np.float32)


def _dense(matrix: Sparse) -> Scores:
    return np.asarray(matrix.toarray(), dtype=np.float32)
