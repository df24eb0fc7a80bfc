"""The same explanation again, from two records and what was kept of the vocabulary of that day.

What a score takes from outside the two records is how rare words and skills were among the others, which skills the
lexicon recognised, and how similar passages are. `PairWeights` keeps that for one pair: products of the columns that
both sides have, places of mentions, similarities. The same code then explains the kept pair and the fitted one.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

import numpy as np
import scipy.sparse as sp

from ml.concepts import SkillLexicon
from ml.copying import Copied, blanked
from ml.explain import Fitted, explain_pair
from ml.features import Reading, Sparse, TermVectorizer
from ml.meaning import Meaning, MeaningSide, PassagePlace
from ml.morphology import analyser
from ml.params import MatcherParams
from ml.schema import Explanation, OpportunityRecord, ProfileRecord, RecordText, Span
from ml.scoring import OpportunitySide, ProfileSide, TextVectors, level_table, requirements
from ml.sides import skill_columns
from ml.term_shares import Marks, shared_columns
from ml.text import LANGUAGES, Language
from ml.uncopied import unpadded

FORMAT = 1
Mentions = Mapping[str, tuple[Span, ...]]
Presence = tuple[bool | None, bool | None]
"""Whether the profile and the post have enough words of a language; None where a side knows nothing of it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A profile and a post made ready to be explained, the profile without what was copied."""

    mine: ProfileSide
    theirs: OpportunitySide
    fitted: Fitted
    marks: tuple[Marks, Marks]
    copied: Copied

    def explained(self) -> Explanation:
        """Explain the pair."""
        told = explain_pair(self.mine, self.theirs, fitted=self.fitted, marks=self.marks)
        return replace(told, copied_share=self.copied.share, copied_spans=self.copied.profile_spans)


@dataclass(frozen=True, slots=True)
class SharedTerms:
    """The terms that both texts of one language have: the first `words` of them are stems, the others characters."""

    present: Presence
    words: int
    names: tuple[str, ...]
    products: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class KeptMeaning:
    """Passages of both sides, how similar each is to each, and the means of their vectors."""

    encoder: str
    mine: tuple[PassagePlace, ...]
    theirs: tuple[PassagePlace, ...]
    similar: tuple[tuple[float, ...], ...]
    means_product: float
    lengths: tuple[float, float]


@dataclass(frozen=True, slots=True)
class PairWeights:
    """What one score took from outside its two records."""

    analyser: str
    lexicon_hash: str
    concepts: tuple[str, ...]
    concept_products: tuple[float, ...]
    post_has_concepts: bool
    terms: Mapping[Language, SharedTerms]
    mentions: tuple[Mentions, Mentions]
    meaning: KeptMeaning | None
    lacking: tuple[bool, bool]
    """Whether the profile and the post had no vectors yet."""
    copied: Copied

    @classmethod
    def of(cls, pair: Pair) -> Self:
        """Keep what this pair's explanation needs."""
        mine, theirs, fitted = pair.mine, pair.theirs, pair.fitted
        shared = shared_columns(mine.concepts, theirs.concepts)
        concepts = tuple(fitted.concepts[column] for column in shared)
        named = {*concepts, *(skill.skill_id for skill in theirs.records[0].skills)}
        return cls(
            analyser(),
            fitted.lexicon_hash,
            concepts,
            tuple(shared.values()),
            bool(theirs.has_concepts[0]),
            {language: _shared_terms(pair, language) for language in LANGUAGES},
            (_kept(pair.marks[0].mentions, named), _kept(pair.marks[1].mentions, named)),
            _kept_meaning(mine.meanings, theirs.meanings),
            (mine.meanings.meanings[0] is None, theirs.meanings.meanings[0] is None),
            pair.copied,
        )

    def pair(self, profile: ProfileRecord, post: OpportunityRecord, params: MatcherParams) -> Pair:
        """Make the pair ready again. `profile` and `post` are the records as they were."""
        profile, post = _without(unpadded(profile, params), self.copied.profile_spans), unpadded(post, params)
        columns = skill_columns([post])
        claims = Reading({}, dict.fromkeys(self.mentions[0], 1.0), cut=False)
        my_meaning, their_meaning = self._meanings()
        mine = ProfileSide(
            [profile],
            level_table([profile], [claims], columns, params),
            _row(self.concept_products),
            self._texts(0),
            my_meaning,
            [],
        )
        theirs = OpportunitySide(
            [post],
            requirements([post], columns, essential=True),
            requirements([post], columns, essential=False),
            _row([1.0] * len(self.concepts)),
            np.array([self.post_has_concepts], dtype=np.bool_),
            self._texts(1),
            their_meaning,
            [],
        )
        vectorizers = {language: _vectorizer(shared, params) for language, shared in self.terms.items()}
        fitted = Fitted(params, self.lexicon_hash, self.concepts, vectorizers, columns)
        marks = (
            _marks(profile.texts, params.profile_text_limit, self.mentions[0]),
            _marks(post.texts, params.opportunity_text_limit, self.mentions[1]),
        )
        return Pair(mine, theirs, fitted, marks, self.copied)

    def _texts(self, side: Literal[0, 1]) -> dict[Language, TextVectors]:
        vectors = {}
        for language, shared in self.terms.items():
            present = shared.present[side]
            if present is not None:
                values = [1.0] * len(shared.products) if side else shared.products
                vectors[language] = TextVectors(_row(values), np.array([present], dtype=np.bool_))
        return vectors

    def _meanings(self) -> tuple[MeaningSide, MeaningSide]:
        """Vectors that are as similar as those of that day: a unit vector for each of my passages."""
        kept = self.meaning
        if kept is None:
            empty = Meaning("", (), np.zeros((0, 0), dtype=np.float32))
            first, second = (MeaningSide.of([None if lacks else empty]) for lacks in self.lacking)
            return first, second
        shape = len(kept.mine), len(kept.theirs)
        similar = np.array(kept.similar, dtype=np.float32).reshape(shape)
        vectors = np.eye(shape[0], dtype=np.float32), np.ascontiguousarray(similar.T)
        sums = np.array([[kept.means_product]]), np.array([[1.0]])
        first, second = (
            replace(MeaningSide.of([Meaning(kept.encoder, places, vector)]), sums=total, norms=np.array([length]))
            for places, vector, total, length in zip((kept.mine, kept.theirs), vectors, sums, kept.lengths, strict=True)
        )
        return first, second

    def to_plain(self) -> dict[str, Any]:
        """Return values that JSON can hold, numbers in their exact bits. It holds words of both texts, but no text."""
        kept = self.meaning
        return {
            "format": FORMAT,
            "analyser": self.analyser,
            "lexicon": self.lexicon_hash,
            "concepts": [list(self.concepts), _packed(self.concept_products, "<f8"), self.post_has_concepts],
            "terms": {
                language: [*item.present, item.words, _joined(item.names), _packed(item.products, "<f8")]
                for language, item in self.terms.items()
            },
            "mentions": [{key: _spans(spans) for key, spans in side.items()} for side in self.mentions],
            "lacking": list(self.lacking),
            "meaning": kept
            and {
                "encoder": kept.encoder,
                "passages": [[_place(item) for item in side] for side in (kept.mine, kept.theirs)],
                "similar": _packed([value for row in kept.similar for value in row], "<f4"),
                "means": [kept.means_product, *kept.lengths],
            },
            "copied": [_spans(self.copied.profile_spans), self.copied.share],
        }

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_plain` returned, also after a trip through JSON. Raises ValueError for anything else."""
        try:
            if data["format"] != FORMAT:
                raise ValueError(f"unknown format of weights: {data['format']}")
            concepts, products, post_has_concepts = data["concepts"]
            spans, share = data["copied"]
            return cls(
                data["analyser"],
                data["lexicon"],
                tuple(concepts),
                _unpacked(products, "<f8"),
                post_has_concepts,
                {
                    language: SharedTerms((mine, theirs), words, _split(names), _unpacked(values, "<f8"))
                    for language, (mine, theirs, words, names, values) in data["terms"].items()
                },
                (_mentions(data["mentions"][0]), _mentions(data["mentions"][1])),
                _meaning_from(data["meaning"]),
                (data["lacking"][0], data["lacking"][1]),
                Copied(tuple(Span(*span) for span in spans), share),
            )
        except (KeyError, TypeError, IndexError, AttributeError, zlib.error) as error:
            raise ValueError("these are not the weights of a pair") from error


def _shared_terms(pair: Pair, language: Language) -> SharedTerms:
    sides = pair.mine.texts.get(language), pair.theirs.texts.get(language)
    first, second = (None if item is None else bool(item.present[0]) for item in sides)
    vectorizer = pair.fitted.terms.get(language)
    if vectorizer is None or sides[0] is None or sides[1] is None or not (first and second):
        return SharedTerms((first, second), 0, (), ())
    shared = shared_columns(sides[0].matrix, sides[1].matrix)
    names = [vectorizer.name(column) for column in shared]
    words = sum(not is_gram for _name, is_gram in names)
    return SharedTerms((first, second), words, tuple(name for name, _ in names), tuple(shared.values()))


def _kept_meaning(mine: MeaningSide, theirs: MeaningSide) -> KeptMeaning | None:
    first, second = mine.meanings[0], theirs.meanings[0]
    if first is None or second is None:
        return None
    similar = (first.vectors @ second.vectors.T).astype(np.float32)
    return KeptMeaning(
        first.encoder,
        first.passages,
        second.passages,
        tuple(tuple(row) for row in similar.tolist()),
        float((mine.sums @ theirs.sums.T)[0, 0]),
        (float(mine.norms[0]), float(theirs.norms[0])),
    )


def _kept(mentions: Mentions, named: set[str]) -> Mentions:
    return {skill_id: spans for skill_id, spans in sorted(mentions.items()) if skill_id in named}


def _without(profile: ProfileRecord, spans: Sequence[Span]) -> ProfileRecord:
    if not spans:
        return profile
    texts = blanked([item.text for item in profile.texts], spans)
    kept = (RecordText(item.language, text) for item, text in zip(profile.texts, texts, strict=True))
    return replace(profile, texts=tuple(kept))


def _row(values: Sequence[float]) -> Sparse:
    """One row with a value in every column: times a row of ones, the products are the values themselves."""
    return sp.csr_matrix(np.array([values], dtype=np.float64).reshape(1, len(values)))


def _vectorizer(shared: SharedTerms, params: MatcherParams) -> TermVectorizer:
    """Knows the shared terms alone; it names them and cuts words up, and is never fitted."""
    vectorizer = TermVectorizer(
        latin_chars=(params.latin_char_least, params.latin_char_most),
        hangul_chars=(params.hangul_char_least, params.hangul_char_most),
    )
    vectorizer.term_names_ = list(shared.names[: shared.words])
    vectorizer.gram_names_ = list(shared.names[shared.words :])
    return vectorizer


def _marks(texts: tuple[RecordText, ...], limit: int, mentions: Mentions) -> Marks:
    marks = Marks(texts, limit, lexicon=SkillLexicon(()))
    marks.mentions = dict(mentions)
    return marks


def _joined(names: Sequence[str]) -> str:
    """Runs of characters repeat one another, and shrink to a third. None holds a line break."""
    return base64.b64encode(zlib.compress("\n".join(names).encode("utf-8", "surrogatepass"), 9)).decode()


def _split(text: str) -> tuple[str, ...]:
    joined = zlib.decompress(base64.b64decode(text)).decode("utf-8", "surrogatepass")
    return tuple(joined.split("\n")) if joined else ()


def _packed(values: Sequence[float], kind: str) -> str:
    return base64.b64encode(np.array(values, dtype=kind).tobytes()).decode()


def _unpacked(text: str, kind: str) -> tuple[float, ...]:
    return tuple(np.frombuffer(base64.b64decode(text), dtype=kind).tolist())


def _spans(spans: Sequence[Span]) -> list[list[int]]:
    return [[span.text_index, span.start, span.end] for span in spans]


def _place(item: PassagePlace) -> list[Any]:
    return [item.text_index, item.start, item.end, item.language, item.words]


def _mentions(data: Mapping[str, Any]) -> Mentions:
    return {skill_id: tuple(Span(*span) for span in spans) for skill_id, spans in data.items()}


def _meaning_from(data: Mapping[str, Any] | None) -> KeptMeaning | None:
    if data is None:
        return None
    mine, theirs = (tuple(PassagePlace(*place) for place in side) for side in data["passages"])
    numbers = np.array(_unpacked(data["similar"], "<f4")).reshape(len(mine), len(theirs))
    product, first, second = data["means"]
    return KeptMeaning(
        data["encoder"], mine, theirs, tuple(tuple(row) for row in numbers.tolist()), product, (first, second)
    )
