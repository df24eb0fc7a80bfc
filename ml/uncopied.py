"""Scores in which copied and padded passages count nothing: not as words, not as meaning, not as claims of skills.

Padding is left out of a record for every pair. What was taken from a post is left out for that post alone: the person
is read again without it, so that the pair scores as if it had never been pasted. Nothing is taken off beyond that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

import numpy as np

from ml import kept_posts
from ml.copying import Copied, Reader, Sources, blanked, copied_between, repeated
from ml.params import MatcherParams
from ml.schema import ProfileRecord, RecordText, Span
from ml.scoring import BlockScores, OpportunitySide, ProfileSide, score_block
from ml.sides import Meanings, Preparation, Record
from ml.text import clip
from ml.traces import read_words

_TEXTS_KEPT = 16
Pairs: TypeAlias = Sequence[tuple[int, int]]  # places of a profile and a post


@dataclass(frozen=True, slots=True)
class Uncopied:
    """Scores pairs of sides that one preparation made with these columns, without what was copied."""

    preparation: Preparation
    columns: Mapping[str, int]
    read: Reader = read_words

    def remembering(self) -> Uncopied:
        """Return the same for one call with many posts: each text of a person is read once, and goes with it."""
        return replace(self, read=lru_cache(maxsize=_TEXTS_KEPT)(self.read))

    def score(self, mine: ProfileSide, theirs: OpportunitySide, pairs: Pairs | None = None) -> BlockScores:
        """Score every pair of a block; `pairs` are those that may be copied, where they are known already."""
        block = score_block(mine, theirs, self.preparation.params)
        if pairs is None:
            pairs = Sources(theirs.traces).candidates(mine.traces)
        once = self.remembering()
        again = [(row, column, side) for row, column in pairs if (side := once._without(mine, row, theirs, column))]
        if not again:
            return block
        values = {code: np.array(table) for code, table in block.values.items()}
        weights = {code: np.array(table) for code, table in block.weights.items()}
        scores = np.array(block.scores)
        for row, column, side in again:
            pair = score_block(side, theirs.block(column, column + 1), self.preparation.params)
            scores[row, column] = pair.scores[0, 0]
            for code in values:
                values[code][row, column] = pair.values[code][0, 0]
                weights[code][row, column] = pair.weights[code][0, 0]
        return BlockScores(scores, weights, values)

    def pair(self, mine: ProfileSide, theirs: OpportunitySide) -> tuple[ProfileSide, Copied]:
        """Return the profile of a pair without what was copied from the post, and what that is."""
        found = copied_between(mine.traces[0], theirs.traces[0], self.read)
        return (self._read_again(mine, 0, found) if found.profile_spans else mine), found

    def _without(self, mine: ProfileSide, row: int, theirs: OpportunitySide, column: int) -> ProfileSide | None:
        found = copied_between(mine.traces[row], theirs.traces[column], self.read)
        return self._read_again(mine, row, found) if found.profile_spans else None

    def _read_again(self, mine: ProfileSide, row: int, found: Copied) -> ProfileSide:
        record: ProfileRecord = _blanked(mine.records[row], found.profile_spans)
        meaning = mine.meanings.meanings[row]
        meanings: Meanings = {} if meaning is None else {("profile", record.id): meaning}
        return self.preparation.profile_side([record], self.columns, meanings)


def unpadded(record: Record, params: MatcherParams) -> Record:
    """Return a record without what pads the part of its texts that is read; every other character keeps its place."""
    is_profile = isinstance(record, ProfileRecord)
    limit = params.profile_text_limit if is_profile else params.opportunity_text_limit
    texts = clip((item.text for item in record.texts), limit)
    spans = repeated(texts).profile_spans if is_profile else kept_posts.repeats(tuple(texts))
    return _blanked(record, spans) if spans else record


def _blanked(record: Record, spans: Sequence[Span]) -> Record:
    texts = blanked([item.text for item in record.texts], spans)
    kept = (RecordText(item.language, text) for item, text in zip(record.texts, texts, strict=True))
    return replace(record, texts=tuple(kept))
