"""What is read out of a record's texts, and the transformers that turn it into vectors of length one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Self, TypeAlias

import numpy as np
import scipy.sparse as sp
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer, TfidfTransformer

from ml.concepts import SkillLexicon
from ml.schema import HeldSkill, RecordText, RequiredSkill
from ml.text import LANGUAGES, Language, clip, language_of, normalise, words

Sparse: TypeAlias = Any  # a scipy CSR matrix; scipy publishes no types
Words: TypeAlias = Sequence[str]

_KOREAN_STOP_WORDS = frozenset(
    {"및", "등", "수", "것", "있", "그", "이", "또는", "통해", "위해", "위한", "대한", "있는"}
)
_NO_STOP_WORDS = frozenset(
    {"system", "detail", "interest", "fire", "bill"}
)  # in scikit-learn's list, yet full of meaning
STOP_WORDS = (ENGLISH_STOP_WORDS - _NO_STOP_WORDS) | _KOREAN_STOP_WORDS


@dataclass(frozen=True, slots=True)
class Reading:
    """What a record's texts say: the words of each language with enough of them, and the skills they mention.

    A claim is as strong as its clearest mention. `cut` tells that text was left out.
    """

    words: Mapping[Language, Words]
    claims: Mapping[str, float]
    cut: bool


def read_texts(texts: Sequence[RecordText], *, limit: int, least_words: int, lexicon: SkillLexicon) -> Reading:
    """Read the first `limit` characters of the texts together."""
    kept = clip((item.text for item in texts), limit)
    by_language: dict[Language, list[str]] = {language: [] for language in LANGUAGES}
    claims: dict[str, float] = {}
    for text in kept:
        normalised = normalise(text)
        language = language_of(normalised)
        if language is not None:
            by_language[language].extend(content_words(normalised))
        for mention in lexicon.find(text):
            for skill_id in mention.skill_ids:
                claims[skill_id] = max(claims.get(skill_id, 0.0), mention.strength)
    enough = {language: found for language, found in by_language.items() if len(set(found)) >= max(1, least_words)}
    return Reading(enough, claims, any(len(text) < len(item.text) for text, item in zip(kept, texts, strict=True)))


def content_words(normalised: str) -> list[str]:
    """Return the words of normalised text that carry meaning."""
    return [word for word in words(normalised) if word not in STOP_WORDS]


def concept_weights(
    skills: Sequence[HeldSkill] | Sequence[RequiredSkill], claims: Mapping[str, float], claimed_weight: float
) -> dict[str, float]:
    """Weigh the concepts of one side: 1 for a declared skill, whatever its level, less for a mention in its texts."""
    weights = {skill_id: claimed_weight * strength for skill_id, strength in claims.items()}
    weights.update((skill.skill_id, 1.0) for skill in skills)
    return {skill_id: weight for skill_id, weight in weights.items() if weight > 0}


class ConceptVectorizer(TransformerMixin, BaseEstimator):  # type: ignore[misc, unused-ignore]
    """TF-IDF over weighted skill concepts, the same in every language."""

    def __init__(self, *, skill_ids: frozenset[str] = frozenset()) -> None:
        self.skill_ids = skill_ids

    def fit(self, documents: Sequence[Mapping[str, float]], y: None = None) -> Self:
        """Learn how rare each concept is; a concept that nobody has yet is known if it is in `skill_ids`."""
        known = self.skill_ids.union(*documents) or {""}
        self.concepts_ = sorted(known)
        self.columns_ = {skill_id: column for column, skill_id in enumerate(self.concepts_)}
        self.tfidf_ = TfidfTransformer().fit(self._counts(documents or [{}]))
        return self

    def transform(self, documents: Sequence[Mapping[str, float]]) -> Sparse:
        """Return a row of length one for each document, or of zeros where it has no known concept."""
        if not documents:
            return sp.csr_matrix((0, len(self.concepts_)))
        return self.tfidf_.transform(self._counts(documents))

    def _counts(self, documents: Sequence[Mapping[str, float]]) -> Sparse:
        columns: list[int] = []
        weights: list[float] = []
        ends = [0]
        for document in documents:
            known = sorted(
                (self.columns_[skill_id], weight) for skill_id, weight in document.items() if skill_id in self.columns_
            )
            columns.extend(column for column, _ in known)
            weights.extend(weight for _, weight in known)
            ends.append(len(columns))
        shape = (len(documents), len(self.concepts_))
        return sp.csr_matrix((np.array(weights, dtype=np.float64), columns, ends), shape=shape)


class TermVectorizer(TransformerMixin, BaseEstimator):  # type: ignore[misc, unused-ignore]
    """TF-IDF over words and pairs of words, united with the characters inside words, for texts of one language.

    Characters find what words miss: inflections in English, particles and compounds in Korean. They are counted once a
    distinct word and multiplied by its count, which costs a fraction of cutting up the whole text.
    """

    def __init__(
        self,
        *,
        word_weight: float = 0.5,
        latin_chars: tuple[int, int] = (3, 5),
        hangul_chars: tuple[int, int] = (2, 4),
    ) -> None:
        self.word_weight = word_weight
        self.latin_chars = latin_chars
        self.hangul_chars = hangul_chars

    def fit(self, documents: Sequence[Words], y: None = None) -> Self:
        """Learn the terms and how rare they are. Raises ValueError when no document has a word."""
        self.terms_ = CountVectorizer(analyzer=word_terms).fit(documents)
        self.term_tfidf_ = TfidfTransformer(sublinear_tf=True).fit(self.terms_.transform(documents))
        self.grams_ = CountVectorizer(analyzer=self.grams).fit(sorted(set().union(*documents)))
        self.gram_tfidf_ = TfidfTransformer(sublinear_tf=True).fit(self._gram_counts(documents))
        self.term_names_: list[str] = self.terms_.get_feature_names_out().tolist()
        self.gram_names_: list[str] = self.grams_.get_feature_names_out().tolist()
        return self

    def transform(self, documents: Sequence[Words]) -> Sparse:
        """Return a row of length one for each document, or of zeros where it has no known term."""
        if not any(documents):
            return sp.csr_matrix((len(documents), len(self.term_names_) + len(self.gram_names_)))
        terms = self.term_tfidf_.transform(_sorted(self.terms_.transform(documents)))
        grams = self.gram_tfidf_.transform(self._gram_counts(documents))
        return _sorted(sp.hstack([terms * self.word_weight**0.5, grams * (1 - self.word_weight) ** 0.5], format="csr"))

    def grams(self, word: str) -> tuple[str, ...]:
        """Return the runs of characters of a word, its ends marked by a space."""
        return _grams(word, *(self.hangul_chars if "가" <= word[0] <= "힣" else self.latin_chars))

    def gram_set(self, word: str) -> frozenset[str]:
        """Return the distinct runs of characters of a word."""
        return _distinct(self.grams(word))

    def name(self, column: int) -> tuple[str, bool]:
        """Return the term of a column, and whether it is a run of characters rather than words."""
        if column < len(self.term_names_):
            return self.term_names_[column], False
        return self.gram_names_[column - len(self.term_names_)], True

    def _gram_counts(self, documents: Sequence[Words]) -> Sparse:
        distinct = sorted(set().union(*documents))
        counts = CountVectorizer(analyzer=_as_they_are, vocabulary=distinct).transform(documents)
        return _sorted(counts @ self.grams_.transform(distinct))


def word_terms(document: Words) -> list[str]:
    """Return the words of a document and its pairs of neighbours."""
    return [*document, *(f"{first} {second}" for first, second in pairwise(document))]


@lru_cache(maxsize=20_000)
def _grams(word: str, least: int, most: int) -> tuple[str, ...]:
    padded = f" {word} "
    return tuple(
        padded[start : start + length]
        for length in range(least, min(most, len(padded)) + 1)
        for start in range(len(padded) - length + 1)
    )


@lru_cache(maxsize=20_000)
def _distinct(grams: tuple[str, ...]) -> frozenset[str]:
    return frozenset(grams)


def forget() -> None:
    """Drop what was kept of words read so far: a person's words go with the person."""
    _grams.cache_clear()
    _distinct.cache_clear()


def _as_they_are(document: Words) -> Words:
    return document


def _sorted(matrix: Sparse) -> Sparse:
    matrix.sort_indices()  # one order of adding up, whatever the shape: equal input gives equal bits
    return matrix
