"""What is read out of a record's texts, and the transformers that turn it into vectors of length one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any, Self, TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfTransformer

from ml import morphology
from ml.concepts import SkillLexicon
from ml.morphology import word_parts
from ml.schema import HeldSkill, RecordText, RequiredSkill
from ml.text import LANGUAGES, Language, clip, is_hangul, language_of, normalise, word_spans

Sparse: TypeAlias = Any  # a scipy CSR matrix; scipy publishes no types
Floats: TypeAlias = NDArray[np.float64]
Words: TypeAlias = Sequence[str]

_WORDS_KEPT = 65_536
_LONGEST_KEPT = 64  # characters; longer ones are no words, and would fill the memory

# Words that only join others. Longer lists also drop "system", "find" or "show", which name skills.
_ENGLISH_STOP_WORDS = """
a about above after again against all also although always am among an and another any anyone anything are around as at
be became because been before being below between beyond both but by can cannot could did do does doing done down during
each either else etc ever every everyone everything few for from further had has have having he hence her here hers
herself him himself his how however i ie if in into is it its itself just may me might mine more moreover most much must
my myself namely neither never nevertheless no nobody none nor not nothing now of off often on once one only onto or
other others otherwise our ours ourselves out over own per perhaps rather same shall she should since so some someone
something such than that the their theirs them themselves then there thereby therefore these they this those though
through throughout thus to together too toward towards under until up upon us very via was we well were what whatever
when whenever where whereas whereby wherein wherever whether which while who whoever whole whom whose why will with
within without would yet you your yours yourself yourselves
"""
_KOREAN_STOP_WORDS = "및 등 수 것 있 그 이 또는 통해 위해 위한 대한 있는"
STOP_WORDS = frozenset(f"{_ENGLISH_STOP_WORDS} {_KOREAN_STOP_WORDS}".split())


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


def tokens(text: str) -> Words:
    """Return the words of a text that carry meaning, as a document for `TermVectorizer`; words of any language."""
    return content_words(normalise(text))


def content_words(normalised: str) -> list[str]:
    """Return the words of normalised text that carry meaning, as written."""
    return [word for word, _, _ in content_spans(normalised)]


def content_spans(normalised: str) -> Iterator[tuple[str, int, int]]:
    """Yield what `content_words` returns, each with its start and end in the normalised text."""
    for word, start, end in word_spans(normalised):
        if word not in STOP_WORDS and word_parts(word).terms:
            yield word, start, end


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
    """TF-IDF over stems or morphemes and their pairs, united with the characters inside words.

    A document is the words of a text in one language, as `tokens` returns them; three words are enough. A pair is two
    neighbours in either order, so that "user research" meets "research with users"; it weighs `pair_weight` of what a
    single term would. Characters find what terms miss: derived words in English, compounds and unknown names in Korean.
    They are counted once a distinct word and multiplied by its count, which costs a fraction of cutting up the text.
    `word_weight` is the share of terms in the cosine of two rows, the rest is that of characters.
    """

    def __init__(
        self,
        *,
        word_weight: float = 0.7,
        pair_weight: float = 0.75,
        latin_chars: tuple[int, int] = (3, 4),
        hangul_chars: tuple[int, int] = (2, 3),
    ) -> None:
        self.word_weight = word_weight
        self.pair_weight = pair_weight
        self.latin_chars = latin_chars
        self.hangul_chars = hangul_chars

    def fit(self, documents: Sequence[Words], y: None = None) -> Self:
        """Learn the terms and how rare they are. Raises ValueError when no document has a word."""
        if not any(documents):
            raise ValueError("no document has a word")
        terms, grams = Counter[str](), Counter[str]()
        for document in documents:
            terms.update(set(word_terms(document)))
            grams.update(set(self._document_grams(document)))
        self.term_names_ = sorted(terms)
        self.gram_names_ = sorted(grams)
        self.term_columns_ = {term: column for column, term in enumerate(self.term_names_)}
        self.gram_columns_ = {gram: column for column, gram in enumerate(self.gram_names_, len(terms))}
        pairs = np.array([" " in term for term in self.term_names_], dtype=np.bool_)
        frequencies = [*(terms[term] for term in self.term_names_), *(grams[gram] for gram in self.gram_names_)]
        self.weights_ = np.log((1 + len(documents)) / (1 + np.array(frequencies))) + 1
        self.weights_[: len(terms)][pairs] *= self.pair_weight
        return self

    def transform(self, documents: Sequence[Words]) -> Sparse:
        """Return a row of length one for each document, or of zeros where it has no known term."""
        columns: list[int] = []
        counts: list[int] = []
        ends = [0]
        for document in documents:
            for known, found in (
                (self.term_columns_, Counter(word_terms(document))),
                (self.gram_columns_, Counter(self._document_grams(document))),
            ):
                shared = found.keys() & known.keys()
                columns.extend([known[term] for term in shared])
                counts.extend([found[term] for term in shared])
            ends.append(len(columns))
        shape = (len(documents), len(self.weights_))
        rows = sp.csr_matrix((np.array(counts, dtype=np.float64), np.array(columns, dtype=np.int32), ends), shape=shape)
        rows.sort_indices()  # one order of adding up, whatever the shape: equal input gives equal bits
        rows.data = self._values(rows.indices, rows.data, ends)
        return rows

    def grams(self, stripped: str) -> tuple[str, ...]:
        """Return the runs of characters of a word without particles, its ends marked by a space."""
        least, most = self.hangul_chars if is_hangul(stripped[0]) else self.latin_chars
        return (_kept_grams if len(stripped) <= _LONGEST_KEPT else _grams)(stripped, least, most)

    def gram_set(self, stripped: str) -> frozenset[str]:
        """Return the distinct runs of characters of a word without particles."""
        return frozenset(self.grams(stripped))

    def name(self, column: int) -> tuple[str, bool]:
        """Return the term of a column, and whether it is a run of characters rather than a stem or a pair of them."""
        if column < len(self.term_names_):
            return self.term_names_[column], False
        return self.gram_names_[column - len(self.term_names_)], True

    def _document_grams(self, document: Words) -> Iterator[str]:
        return chain.from_iterable(self.grams(word_parts(word).stripped(word)) for word in document)

    def _values(
        self, columns: NDArray[np.int32], counts: NDArray[np.int64], ends: Sequence[int]
    ) -> NDArray[np.float64]:
        """Weigh counts, and bring the terms and the runs of characters of each row to their share of its length."""
        values = (1 + np.log(counts)) * self.weights_[columns]
        are_grams = columns >= len(self.term_names_)
        halves = 2 * np.repeat(np.arange(len(ends) - 1), np.diff(ends)) + are_grams
        lengths = np.sqrt(np.bincount(halves, weights=values**2))
        shares = np.where(are_grams, 1 - self.word_weight, self.word_weight) ** 0.5
        weighed: Floats = values / lengths[halves] * shares
        return weighed


def word_terms(document: Words) -> list[str]:
    """Return the stems or morphemes of a document and the pairs of neighbours."""
    terms = [term.form for word in document for term in word_parts(word).terms]
    return [*terms, *(pair_term(first, second) for first, second in pairwise(terms))]


def pair_term(first: str, second: str) -> str:
    """Return the term of two neighbours, whichever comes first."""
    return f"{first} {second}" if first <= second else f"{second} {first}"


@lru_cache(maxsize=_WORDS_KEPT)
def _kept_grams(word: str, least: int, most: int) -> tuple[str, ...]:
    return _grams(word, least, most)


def _grams(word: str, least: int, most: int) -> tuple[str, ...]:
    padded = f" {word} "
    return tuple(
        padded[start : start + length]
        for length in range(least, min(most, len(padded)) + 1)
        for start in range(len(padded) - length + 1)
    )


def forget() -> None:
    """Drop what was kept of words read so far: a person's words go with the person."""
    _kept_grams.cache_clear()
    morphology.forget()
