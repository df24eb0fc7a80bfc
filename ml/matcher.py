"""The matcher: ranks posts for people and people for posts, and explains any pair."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import Self, TypeVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ml.concepts import SkillLexicon
from ml.eligibility import eligibility_mask
from ml.explain import Fitted, explain_pair, parts_of
from ml.features import ConceptVectorizer, Reading, TermVectorizer, concept_weights, read_texts
from ml.growth import GrowthBlock, WishTable, combined
from ml.params import MatcherParams
from ml.schema import Explanation, OpportunityRecord, ProfileRecord, Ranked
from ml.scoring import (
    BlockScores,
    Flags,
    Floats,
    OpportunitySide,
    ProfileSide,
    TextVectors,
    level_table,
    requirements,
    score_block,
)
from ml.term_shares import Marks
from ml.text import LANGUAGES, Language

_PAIRS_A_BLOCK = 1_000_000  # bounds the memory of a block to some hundred megabytes
_MARKS_KEPT = 256  # records whose places are remembered between explanations, for as long as this matcher lives
Record = TypeVar("Record", ProfileRecord, OpportunityRecord)


class SkillMatcher(BaseEstimator):  # type: ignore[misc, unused-ignore]
    """Score people against posts by skills with levels, shared skill concepts and text.

    `params` are the settings (the defaults when None), `lexicon` recognises skills in texts (none when None), `seed`
    keys the order of equal scores: repeatable, and favouring nobody by id. Eligibility is decided apart from the score,
    and rankings hold eligible pairs only.
    """

    def __init__(
        self, *, params: MatcherParams | None = None, lexicon: SkillLexicon | None = None, seed: bytes = b""
    ) -> None:
        self.params = params
        self.lexicon = lexicon
        self.seed = seed

    def fit(self, profiles: Sequence[ProfileRecord], opportunities: Sequence[OpportunityRecord]) -> Self:
        """Learn the vocabulary of both sides and make them ready to be ranked.

        Either side may be empty. Raises ValueError when two records of a side have the same id.
        """
        self.params_ = self.params or MatcherParams()
        self.lexicon_ = self.lexicon or SkillLexicon(())
        self.marks_ = lru_cache(maxsize=_MARKS_KEPT)(partial(Marks, lexicon=self.lexicon_))
        self.profile_rows_ = _rows(profiles)
        self.opportunity_rows_ = _rows(opportunities)
        mine = [self._read_profile(profile) for profile in profiles]
        theirs = [self._read_opportunity(opportunity) for opportunity in opportunities]
        weights = [*self._concepts(profiles, mine), *self._concepts(opportunities, theirs)]
        self.concepts_ = ConceptVectorizer(skill_ids=self.lexicon_.skill_ids).fit(weights)
        self.terms_ = self._fitted_terms([*mine, *theirs])
        self.columns_ = _columns(opportunities)
        self.wishes_ = WishTable(profiles, self.params_)
        self.profiles_ = self._profile_side(profiles, mine, self.columns_)
        self.opportunities_ = self._opportunity_side(opportunities, theirs, self.columns_)
        return self

    def rank_profiles(self, opportunity_id: str, top_k: int | None = None) -> list[Ranked]:
        """Rank the fitted profiles that are eligible for a fitted post, best first; all of them without `top_k`.

        Best by the combined order of contribution and growth, as in every ranking here.

        Raises KeyError for an unknown id.
        """
        check_is_fitted(self)
        row = _row(self.opportunity_rows_, opportunity_id)
        return next(self._rank_block(row, row + 1, top_k))

    def rank_every_opportunity(self, top_k: int | None = None) -> Iterator[tuple[str, list[Ranked]]]:
        """Yield each fitted post's id with what `rank_profiles` returns for it, in blocks of bounded memory."""
        check_is_fitted(self)
        posts = self.opportunities_.records
        step = max(1, _PAIRS_A_BLOCK // max(1, len(self.profiles_.records)))
        for start in range(0, len(posts), step):
            block = posts[start : start + step]
            yield from zip((post.id for post in block), self._rank_block(start, start + len(block), top_k), strict=True)

    def rank_opportunities(self, profile_id: str, top_k: int | None = None) -> list[Ranked]:
        """Rank the fitted posts that a fitted profile is eligible for, best first; all of them without `top_k`.

        Raises KeyError for an unknown id.
        """
        check_is_fitted(self)
        return self._rank_posts(self.profiles_.only(_row(self.profile_rows_, profile_id)), top_k)

    def rank_fresh(self, profile: ProfileRecord, top_k: int | None = None) -> list[Ranked]:
        """Rank the fitted posts for a profile that need not be fitted, with the fitted vocabulary."""
        check_is_fitted(self)
        return self._rank_posts(self._profile_side([profile], [self._read_profile(profile)], self.columns_), top_k)

    def score_pair(self, profile: ProfileRecord, opportunity: OpportunityRecord) -> Ranked:
        """Score one pair, fitted or not, eligible or not, with the fitted vocabulary. The id is the post's."""
        check_is_fitted(self)
        mine, theirs = self._sides(profile, opportunity)
        gains = WishTable([profile], self.params_).block([opportunity])
        return self._ranked(opportunity.id, score_block(mine, theirs, self.params_), gains, 0, 0)

    def score_variants(self, variants: Sequence[ProfileRecord], opportunity: OpportunityRecord) -> list[float]:
        """Score variants of one profile with one post; they may differ in all but their texts, which are read once.

        Raises ValueError when their texts differ.
        """
        check_is_fitted(self)
        if any(variant.texts != variants[0].texts for variant in variants):
            raise ValueError("variants of a profile have the same texts")
        columns = _columns([opportunity])
        mine, theirs = self._sides(variants[0], opportunity)
        reading = self._read_profile(variants[0])
        sides = (
            replace(
                mine,
                records=[variant],
                table=level_table([variant], [reading], columns, self.params_),
                concepts=self.concepts_.transform(self._concepts([variant], [reading])),
            )
            for variant in variants
        )
        return [float(score_block(side, theirs, self.params_).scores[0, 0]) for side in sides]

    def named_skills(self, opportunity: OpportunityRecord) -> frozenset[str]:
        """Return the skills that a post's texts name, fitted or not."""
        check_is_fitted(self)
        return frozenset(self._read_opportunity(opportunity).claims)

    def explain(self, profile_id: str, opportunity_id: str) -> Explanation:
        """Explain a fitted pair. Raises KeyError for an unknown id."""
        check_is_fitted(self)
        row = _row(self.opportunity_rows_, opportunity_id)
        mine, theirs = (
            self.profiles_.only(_row(self.profile_rows_, profile_id)),
            self.opportunities_.block(row, row + 1),
        )
        my_marks = self.marks_(mine.records[0].texts, self.params_.profile_text_limit)
        return self._explained(mine, theirs, self.columns_, (my_marks, self._opportunity_marks(theirs)))

    def explain_fresh(self, profile: ProfileRecord, opportunity_ids: Sequence[str]) -> list[Explanation]:
        """Explain fitted posts for a profile that need not be fitted, in this order; nothing is kept of the profile.

        Raises KeyError for an unknown id.
        """
        check_is_fitted(self)
        rows = [_row(self.opportunity_rows_, post_id) for post_id in opportunity_ids]
        mine = self._profile_side([profile], [self._read_profile(profile)], self.columns_)
        marks = self._fresh_marks(profile)
        posts = (self.opportunities_.block(row, row + 1) for row in rows)
        return [self._explained(mine, post, self.columns_, (marks, self._opportunity_marks(post))) for post in posts]

    def explain_pair(self, profile: ProfileRecord, opportunity: OpportunityRecord) -> Explanation:
        """Explain one pair, fitted or not, eligible or not, with the fitted vocabulary; nothing is kept of it."""
        check_is_fitted(self)
        mine, theirs = self._sides(profile, opportunity)
        post_marks = Marks(opportunity.texts, self.params_.opportunity_text_limit, lexicon=self.lexicon_)
        return self._explained(mine, theirs, _columns([opportunity]), (self._fresh_marks(profile), post_marks))

    def _fresh_marks(self, profile: ProfileRecord) -> Marks:
        return Marks(profile.texts, self.params_.profile_text_limit, lexicon=self.lexicon_)

    def _opportunity_marks(self, side: OpportunitySide) -> Marks:
        return self.marks_(side.records[0].texts, self.params_.opportunity_text_limit)

    def _explained(
        self, mine: ProfileSide, theirs: OpportunitySide, columns: Mapping[str, int], marks: tuple[Marks, Marks]
    ) -> Explanation:
        fitted = Fitted(self.params_, self.lexicon_.sha256, self.concepts_.concepts_, self.terms_, columns)
        return explain_pair(mine, theirs, fitted=fitted, marks=marks)

    def _rank_posts(self, side: ProfileSide, top_k: int | None) -> list[Ranked]:
        posts = self.opportunities_.records
        block = score_block(side, self.opportunities_, self.params_)
        gains = WishTable(side.records, self.params_).block(posts)
        values = gains.combined(block.scores, self.params_)
        eligible = eligibility_mask(side.records, posts)[0]
        ids = [post.id for post in posts]
        order = self._order(side.records[0].id, ids, values[0], eligible, top_k)
        return [self._ranked(ids[column], block, gains, 0, column) for column in order]

    def _rank_block(self, start: int, end: int, top_k: int | None) -> Iterator[list[Ranked]]:
        posts = self.opportunities_.block(start, end)
        block = score_block(self.profiles_, posts, self.params_)
        gains = self.wishes_.block(posts.records)
        values = gains.combined(block.scores, self.params_)
        eligible = eligibility_mask(self.profiles_.records, posts.records)
        ids = [profile.id for profile in self.profiles_.records]
        for column, post in enumerate(posts.records):
            order = self._order(post.id, ids, values[:, column], eligible[:, column], top_k)
            yield [self._ranked(ids[row], block, gains, row, column) for row in order]

    def _order(
        self, anchor: str, ids: Sequence[str], scores: Floats, eligible: Flags, top_k: int | None
    ) -> NDArray[np.intp]:
        """Return the best eligible places, equal scores in the order of a keyed hash of both ids."""
        places = np.flatnonzero(eligible)
        if top_k is not None and 0 < top_k < len(places):
            cut = np.partition(scores[places], -top_k)[-top_k]
            places = places[scores[places] >= cut]  # ties with the last place stay in until the hash has spoken
        key = hashlib.blake2b(self.seed, digest_size=32).digest()
        keys = np.array([_tie_key(key, anchor, ids[int(place)]) for place in places], dtype=np.uint64)
        return places[np.lexsort((keys, -scores[places]))][:top_k]

    def _ranked(self, other_id: str, block: BlockScores, gains: GrowthBlock, row: int, column: int) -> Ranked:
        score, gain = float(block.scores[row, column]), gains.at(row, column)
        return Ranked(
            other_id,
            score,
            self.params_.band_of(score),
            parts_of(block, row, column),
            gain,
            combined(score, gain, self.params_),
        )

    def _sides(self, profile: ProfileRecord, opportunity: OpportunityRecord) -> tuple[ProfileSide, OpportunitySide]:
        columns = _columns([opportunity])
        return (
            self._profile_side([profile], [self._read_profile(profile)], columns),
            self._opportunity_side([opportunity], [self._read_opportunity(opportunity)], columns),
        )

    def _profile_side(
        self, profiles: Sequence[ProfileRecord], readings: Sequence[Reading], columns: Mapping[str, int]
    ) -> ProfileSide:
        return ProfileSide(
            profiles,
            level_table(profiles, readings, columns, self.params_),
            self.concepts_.transform(self._concepts(profiles, readings)),
            self._text_vectors(readings) | self._unfitted_texts(readings),
        )

    def _opportunity_side(
        self, opportunities: Sequence[OpportunityRecord], readings: Sequence[Reading], columns: Mapping[str, int]
    ) -> OpportunitySide:
        weights = self._concepts(opportunities, readings)
        return OpportunitySide(
            opportunities,
            requirements(opportunities, columns, essential=True),
            requirements(opportunities, columns, essential=False),
            self.concepts_.transform(weights),
            np.array([bool(item) for item in weights], dtype=np.bool_),
            self._text_vectors(readings),
        )

    def _concepts(self, records: Sequence[Record], readings: Sequence[Reading]) -> list[dict[str, float]]:
        weight = self.params_.claimed_concept_weight
        return [
            concept_weights(record.skills, reading.claims, weight)
            for record, reading in zip(records, readings, strict=True)
        ]

    def _text_vectors(self, readings: Sequence[Reading]) -> dict[Language, TextVectors]:
        vectors = {}
        for language, vectorizer in self.terms_.items():
            texts = [reading.words.get(language, ()) for reading in readings]
            present = np.array([bool(text) for text in texts], dtype=np.bool_)
            vectors[language] = TextVectors(vectorizer.transform(texts), present)
        return vectors

    def _unfitted_texts(self, readings: Sequence[Reading]) -> dict[Language, TextVectors]:
        """Tell who wrote in a language that no fitted text is in: not too short, only nothing to compare it with."""
        nothing = sp.csr_matrix((len(readings), 1))
        return {
            language: TextVectors(
                nothing, np.array([language in reading.words for reading in readings], dtype=np.bool_)
            )
            for language in LANGUAGES
            if language not in self.terms_
        }

    def _fitted_terms(self, readings: Sequence[Reading]) -> dict[Language, TermVectorizer]:
        """Fit one vocabulary a language, on both sides: how rare a word is must not depend on the mix of languages."""
        params = self.params_
        fitted = {}
        for language in LANGUAGES:
            texts = [reading.words[language] for reading in readings if language in reading.words]
            if texts:
                fitted[language] = TermVectorizer(
                    word_weight=params.text_word_weight,
                    pair_weight=params.text_pair_weight,
                    latin_chars=(params.latin_char_least, params.latin_char_most),
                    hangul_chars=(params.hangul_char_least, params.hangul_char_most),
                ).fit(texts)
        return fitted

    def _read_profile(self, profile: ProfileRecord) -> Reading:
        return self._read(profile, self.params_.profile_text_limit)

    def _read_opportunity(self, opportunity: OpportunityRecord) -> Reading:
        return self._read(opportunity, self.params_.opportunity_text_limit)

    def _read(self, record: ProfileRecord | OpportunityRecord, limit: int) -> Reading:
        least = self.params_.text_least_words
        return read_texts(record.texts, limit=limit, least_words=least, lexicon=self.lexicon_)


def _columns(opportunities: Sequence[OpportunityRecord]) -> dict[str, int]:
    wanted = sorted({skill.skill_id for post in opportunities for skill in post.skills})
    return {skill_id: column for column, skill_id in enumerate(wanted)}


def _rows(records: Sequence[Record]) -> dict[str, int]:
    rows = {record.id: row for row, record in enumerate(records)}
    if len(rows) < len(records):
        raise ValueError("two records have the same id")
    return rows


def _row(rows: Mapping[str, int], record_id: str) -> int:
    if record_id not in rows:
        raise KeyError(f"no fitted record has the id {record_id!r}")
    return rows[record_id]


def _tie_key(key: bytes, anchor: str, other: str) -> int:
    """Return a hash of the pair: the same for the same key, different for each list that a record is in."""
    pair = repr((anchor, other)).encode("utf-8", "backslashreplace")
    return int.from_bytes(hashlib.blake2b(pair, key=key, digest_size=8).digest(), "big")
