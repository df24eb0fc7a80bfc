"""The matcher: ranks posts for people and people for posts, and explains any pair."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ml.concepts import SkillLexicon
from ml.copying import Sources
from ml.eligibility import eligibility_mask
from ml.explain import Fitted, parts_of
from ml.growth import GrowthBlock, WishTable, combined
from ml.meaning import Meaning, check_same_encoder
from ml.params import MatcherParams
from ml.replay import Pair, PairWeights
from ml.schema import Explanation, OpportunityRecord, ProfileRecord, Ranked
from ml.scoring import BlockScores, Flags, Floats, OpportunitySide, ProfileSide, level_table, score_block
from ml.sides import (
    NO_MEANINGS,
    Meanings,
    Record,
    concepts_of,
    prepare,
    read_opportunity,
    read_profile,
    skill_columns,
)
from ml.term_shares import Marks
from ml.uncopied import Pairs, Uncopied, unpadded

_PAIRS_A_BLOCK = 1_000_000  # bounds the memory of a block to some hundred megabytes
_MARKS_KEPT = 256  # records whose places are remembered between explanations, for as long as this matcher lives


class SkillMatcher(BaseEstimator):  # type: ignore[misc, unused-ignore]
    """Score people against posts by skills with levels, shared skill concepts, words and meaning.

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

    def fit(
        self,
        profiles: Sequence[ProfileRecord],
        opportunities: Sequence[OpportunityRecord],
        meanings: Meanings = NO_MEANINGS,
    ) -> Self:
        """Learn the vocabulary of both sides and make them ready to be ranked.

        Either side may be empty. `meanings` are those of the records that have one, by ("profile", id) and
        ("opportunity", id); for others the part for meaning does not apply. Raises ValueError when two records of a
        side have the same id, and for meanings by different encoders.
        """
        self.params_ = self.params or MatcherParams()
        self.lexicon_ = self.lexicon or SkillLexicon(())
        self.marks_ = lru_cache(maxsize=_MARKS_KEPT)(partial(Marks, lexicon=self.lexicon_))
        profiles = [unpadded(profile, self.params_) for profile in profiles]
        opportunities = [unpadded(post, self.params_) for post in opportunities]
        self.profile_rows_ = _rows(profiles)
        self.opportunity_rows_ = _rows(opportunities)
        self.preparation_, mine, theirs = prepare(profiles, opportunities, self.params_, self.lexicon_)
        self.columns_ = skill_columns(opportunities)
        self.wishes_ = WishTable(profiles, self.params_)
        self.profiles_ = self.preparation_.profile_side(profiles, self.columns_, meanings, mine)
        self.opportunities_ = self.preparation_.opportunity_side(opportunities, self.columns_, meanings, theirs)
        self.uncopied_ = Uncopied(self.preparation_, self.columns_)
        self.sources_ = Sources(self.opportunities_.traces)
        self.copiers_: Mapping[int, Sequence[int]] | None = None
        check_same_encoder(self.profiles_.meanings, self.opportunities_.meanings)
        self.encoder_ = self.profiles_.meanings.encoder or self.opportunities_.meanings.encoder
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

    def rank_profiles_among(self, opportunity_id: str, profile_ids: Sequence[str]) -> list[Ranked]:
        """Rank those of these fitted profiles that are eligible for a fitted post, as `rank_profiles` would.

        What an index found worth scoring is scored here. Raises KeyError for an unknown id.
        """
        check_is_fitted(self)
        row = _row(self.opportunity_rows_, opportunity_id)
        if not profile_ids:
            return []
        people = self.profiles_.take(_places(self.profile_rows_, profile_ids))
        posts = self.opportunities_.block(row, row + 1)
        return next(self._rank_people(people, posts, WishTable(people.records, self.params_), None))

    def rank_opportunities_among(self, profile_id: str, opportunity_ids: Sequence[str]) -> list[Ranked]:
        """Rank those of these fitted posts that a fitted profile is eligible for, as `rank_opportunities` would.

        Raises KeyError for an unknown id.
        """
        check_is_fitted(self)
        side = self.profiles_.only(_row(self.profile_rows_, profile_id))
        if not opportunity_ids:
            return []
        return self._rank_posts(side, None, self.opportunities_.take(_places(self.opportunity_rows_, opportunity_ids)))

    def rank_fresh(
        self, profile: ProfileRecord, top_k: int | None = None, *, meaning: Meaning | None = None
    ) -> list[Ranked]:
        """Rank the fitted posts for a profile that need not be fitted, with the fitted vocabulary."""
        check_is_fitted(self)
        return self._rank_posts(self._fresh(profile, meaning), top_k)

    def score_pair(
        self, profile: ProfileRecord, opportunity: OpportunityRecord, meanings: Meanings = NO_MEANINGS
    ) -> Ranked:
        """Score one pair, fitted or not, eligible or not, with the fitted vocabulary. The id is the post's."""
        check_is_fitted(self)
        mine, theirs = self._sides(profile, opportunity, meanings)
        gains = WishTable([profile], self.params_).block([opportunity])
        uncopied = Uncopied(self.preparation_, skill_columns([opportunity]))
        return self._ranked(opportunity.id, opportunity, uncopied.score(mine, theirs), gains, (0, 0))

    def score_variants(
        self,
        variants: Sequence[ProfileRecord],
        opportunity: OpportunityRecord,
        meanings: Meanings = NO_MEANINGS,
    ) -> list[float]:
        """Score variants of one profile with one post; they may differ in all but their texts, which are read once.

        Raises ValueError when their texts differ.
        """
        check_is_fitted(self)
        if any(variant.texts != variants[0].texts for variant in variants):
            raise ValueError("variants of a profile have the same texts")
        columns = skill_columns([opportunity])
        mine, theirs = self._sides(variants[0], opportunity, meanings)
        mine, _ = Uncopied(self.preparation_, columns).pair(mine, theirs)
        readings = [read_profile(mine.records[0], self.params_, self.lexicon_)] * len(variants)
        sides = replace(
            mine.take([0] * len(variants)),
            records=variants,
            table=level_table(variants, readings, columns, self.params_),
            concepts=self.preparation_.concepts.transform(concepts_of(variants, readings, self.params_)),
        )
        return [float(score) for score in score_block(sides, theirs, self.params_).scores[:, 0]]

    def named_skills(self, opportunity: OpportunityRecord) -> frozenset[str]:
        """Return the skills that a post's texts name, fitted or not."""
        check_is_fitted(self)
        return frozenset(read_opportunity(opportunity, self.params_, self.lexicon_).claims)

    def explain(self, profile_id: str, opportunity_id: str) -> Explanation:
        """Explain a fitted pair. Raises KeyError for an unknown id."""
        return self._fitted_pair(profile_id, opportunity_id).explained()

    def explain_to_keep(self, profile_id: str, opportunity_id: str) -> tuple[Explanation, PairWeights]:
        """Explain a fitted pair, with what it takes to explain it again from its two records (ml.replay).

        Raises KeyError for an unknown id.
        """
        pair = self._fitted_pair(profile_id, opportunity_id)
        return pair.explained(), PairWeights.of(pair)

    def explain_fresh(
        self, profile: ProfileRecord, opportunity_ids: Sequence[str], *, meaning: Meaning | None = None
    ) -> list[Explanation]:
        """Explain fitted posts for a profile that need not be fitted, in this order; nothing is kept of the profile.

        Raises KeyError for an unknown id.
        """
        check_is_fitted(self)
        rows = [_row(self.opportunity_rows_, post_id) for post_id in opportunity_ids]
        mine = self._fresh(profile, meaning)
        marks = self._fresh_marks(mine)
        posts = (self.opportunities_.block(row, row + 1) for row in rows)
        once = self.uncopied_.remembering()
        pairs = (self._pair(mine, post, self.columns_, self._opportunity_marks(post), marks, once) for post in posts)
        return [pair.explained() for pair in pairs]

    def explain_pair(
        self, profile: ProfileRecord, opportunity: OpportunityRecord, meanings: Meanings = NO_MEANINGS
    ) -> Explanation:
        """Explain one pair, fitted or not, eligible or not, with the fitted vocabulary; nothing is kept of it."""
        return self._fresh_pair(profile, opportunity, meanings).explained()

    def explain_pair_to_keep(
        self, profile: ProfileRecord, opportunity: OpportunityRecord, meanings: Meanings = NO_MEANINGS
    ) -> tuple[Explanation, PairWeights]:
        """Explain as `explain_pair` does, with what it takes to explain the pair again from its two records."""
        pair = self._fresh_pair(profile, opportunity, meanings)
        return pair.explained(), PairWeights.of(pair)

    def _fitted_pair(self, profile_id: str, opportunity_id: str) -> Pair:
        check_is_fitted(self)
        row = _row(self.opportunity_rows_, opportunity_id)
        mine, theirs = (
            self.profiles_.only(_row(self.profile_rows_, profile_id)),
            self.opportunities_.block(row, row + 1),
        )
        return self._pair(mine, theirs, self.columns_, self._opportunity_marks(theirs))

    def _fresh_pair(self, profile: ProfileRecord, opportunity: OpportunityRecord, meanings: Meanings) -> Pair:
        check_is_fitted(self)
        mine, theirs = self._sides(profile, opportunity, meanings)
        post_marks = Marks(theirs.records[0].texts, self.params_.opportunity_text_limit, lexicon=self.lexicon_)
        return self._pair(mine, theirs, skill_columns([opportunity]), post_marks, self._fresh_marks(mine))

    def _fresh_marks(self, side: ProfileSide) -> Marks:
        return Marks(side.records[0].texts, self.params_.profile_text_limit, lexicon=self.lexicon_)

    def _opportunity_marks(self, side: OpportunitySide) -> Marks:
        return self.marks_(side.records[0].texts, self.params_.opportunity_text_limit)

    def _pair(
        self,
        mine: ProfileSide,
        theirs: OpportunitySide,
        columns: Mapping[str, int],
        post_marks: Marks,
        my_marks: Marks | None = None,
        uncopied: Uncopied | None = None,
    ) -> Pair:
        """Make a pair ready to be explained; marks of the profile are remembered unless they are given.

        `uncopied` has read the profile for other posts already.
        """
        terms, concepts = self.preparation_.terms, self.preparation_.concepts.concepts_
        fitted = Fitted(self.params_, self.lexicon_.sha256, concepts, terms, columns)
        mine, found = (uncopied or Uncopied(self.preparation_, columns)).pair(mine, theirs)
        if found.profile_spans:
            my_marks = self._fresh_marks(mine)
        elif my_marks is None:
            my_marks = self.marks_(mine.records[0].texts, self.params_.profile_text_limit)
        return Pair(mine, theirs, fitted, (my_marks, post_marks), found)

    def _rank_posts(self, side: ProfileSide, top_k: int | None, some: OpportunitySide | None = None) -> list[Ranked]:
        theirs, pairs = (self.opportunities_, self.sources_.candidates(side.traces)) if some is None else (some, None)
        posts = theirs.records
        block = self.uncopied_.score(side, theirs, pairs)
        gains = WishTable(side.records, self.params_).block(posts)
        values = gains.combined(block.scores, self.params_)
        eligible = eligibility_mask(side.records, posts)[0]
        ids = [post.id for post in posts]
        order = self._order(side.records[0].id, ids, values[0], eligible, top_k)
        return [self._ranked(ids[column], posts[column], block, gains, (0, column)) for column in order]

    def _rank_block(self, start: int, end: int, top_k: int | None) -> Iterator[list[Ranked]]:
        posts = self.opportunities_.block(start, end)
        pairs = [(row, column - start) for column in range(start, end) for row in self._copiers().get(column, ())]
        yield from self._rank_people(self.profiles_, posts, self.wishes_, top_k, sorted(pairs))

    def _copiers(self) -> Mapping[int, Sequence[int]]:
        """Return, for each post, the fitted profiles that may hold something of it; sought once for all lists."""
        if self.copiers_ is None:
            found: dict[int, list[int]] = {}
            for row, column in self.sources_.candidates(self.profiles_.traces):
                found.setdefault(column, []).append(row)
            self.copiers_ = found
        return self.copiers_

    def _rank_people(
        self,
        people: ProfileSide,
        posts: OpportunitySide,
        wishes: WishTable,
        top_k: int | None,
        pairs: Pairs | None = None,
    ) -> Iterator[list[Ranked]]:
        block = self.uncopied_.score(people, posts, pairs)
        gains = wishes.block(posts.records)
        values = gains.combined(block.scores, self.params_)
        eligible = eligibility_mask(people.records, posts.records)
        ids = [profile.id for profile in people.records]
        for column, post in enumerate(posts.records):
            order = self._order(post.id, ids, values[:, column], eligible[:, column], top_k)
            yield [self._ranked(ids[row], post, block, gains, (row, column)) for row in order]

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

    def _ranked(
        self, other_id: str, post: OpportunityRecord, block: BlockScores, gains: GrowthBlock, place: tuple[int, int]
    ) -> Ranked:
        row, column = place
        score, gain = float(block.scores[row, column]), gains.at(row, column)
        return Ranked(
            other_id,
            score,
            self.params_.band_of(score, essential=post.states_essential),
            parts_of(block, row, column),
            gain,
            combined(score, gain, self.params_),
        )

    def _fresh(self, profile: ProfileRecord, meaning: Meaning | None) -> ProfileSide:
        meanings: Meanings = NO_MEANINGS if meaning is None else {("profile", profile.id): meaning}
        return self.preparation_.profile_side([unpadded(profile, self.params_)], self.columns_, meanings)

    def _sides(
        self, profile: ProfileRecord, opportunity: OpportunityRecord, meanings: Meanings
    ) -> tuple[ProfileSide, OpportunitySide]:
        columns = skill_columns([opportunity])
        return (
            self.preparation_.profile_side([unpadded(profile, self.params_)], columns, meanings),
            self.preparation_.opportunity_side([unpadded(opportunity, self.params_)], columns, meanings),
        )


def _rows(records: Sequence[Record]) -> dict[str, int]:
    rows = {record.id: row for row, record in enumerate(records)}
    if len(rows) < len(records):
        raise ValueError("two records have the same id")
    return rows


def _places(rows: Mapping[str, int], record_ids: Sequence[str]) -> list[int]:
    return sorted({_row(rows, record_id) for record_id in record_ids})


def _row(rows: Mapping[str, int], record_id: str) -> int:
    if record_id not in rows:
        raise KeyError(f"no fitted record has the id {record_id!r}")
    return rows[record_id]


def _tie_key(key: bytes, anchor: str, other: str) -> int:
    """Return a hash of the pair: the same for the same key, different for each list that a record is in."""
    pair = repr((anchor, other)).encode("utf-8", "backslashreplace")
    return int.from_bytes(hashlib.blake2b(pair, key=key, digest_size=8).digest(), "big")
