"""An explanation again, to the last bit, from two records and what was kept of the vocabulary."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from ml.encoder import Vectors
from ml.matcher import SkillMatcher
from ml.meaning import Meaning, meaning_of
from ml.params import MatcherParams
from ml.replay import PairWeights
from ml.schema import Explanation, HeldSkill, OpportunityRecord, ProfileRecord
from ml.sides import Meanings
from tests.ml.records import ENGLISH_RESEARCH_POST, KOREAN_RESEARCH, holds, lexicon, people, posts, profile
from tests.ml.test_properties import adverts, persons, relaxed

PARAMS = MatcherParams()


class LetterEncoder:
    """Vectors from runs of three letters: texts that look alike have vectors that are alike."""

    name = "letters"
    dimensions = 48

    def encode(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for start in range(max(1, len(text) - 2)):
                digest = hashlib.sha256(text[start : start + 3].encode("utf-8", "replace")).digest()
                rows[row, digest[0] % self.dimensions] += 1 if digest[1] % 2 else -1
        lengths = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
        return np.where(lengths > 0, rows / np.where(lengths > 0, lengths, 1), 1 / self.dimensions**0.5).astype(
            np.float32
        )


def meaning(record: ProfileRecord | OpportunityRecord) -> Meaning:
    return meaning_of(record.texts, LetterEncoder(), limit=20_000)


def meanings(mine: Sequence[ProfileRecord], theirs: Sequence[OpportunityRecord]) -> Meanings:
    kept: dict[Any, Meaning] = {("profile", item.id): meaning(item) for item in mine}
    return kept | {("opportunity", item.id): meaning(item) for item in theirs}


def bits(explanation: Explanation) -> str:
    """JSON writes the shortest digits that give the same float, so equal text means equal bits."""
    return json.dumps(explanation.to_dict(), sort_keys=True)


def again(weights: PairWeights, person: ProfileRecord, post: OpportunityRecord) -> str:
    kept = PairWeights.from_plain(json.loads(json.dumps(weights.to_plain())))
    return bits(kept.pair(person, post, PARAMS).explained())


MINE = [
    *people(),
    profile("copies", f"{ENGLISH_RESEARCH_POST} I also run a small team.", country="GB", skills=holds(user_research=2)),
    profile("pads", "data pipelines " * 300 + "that load tax records every night and report on spreadsheets."),
    profile(
        "both", KOREAN_RESEARCH, "I planned interviews and audited pages of a benefits service against WCAG twice."
    ),
    replace(people()[0], id="develops", skills=(HeldSkill("user-research", 1, develop=True),)),
]


@pytest.mark.parametrize("with_vectors", [True, False])
def test_every_pair_comes_out_the_same_to_the_last_bit(with_vectors: bool) -> None:
    theirs = posts()
    vectors = meanings(MINE, theirs) if with_vectors else {}
    matcher = SkillMatcher(lexicon=lexicon()).fit(MINE, theirs, vectors)
    parts = set()
    for person, post in product(MINE, theirs):
        explanation, weights = matcher.explain_to_keep(person.id, post.id)
        assert bits(explanation) == bits(matcher.explain(person.id, post.id))
        assert again(weights, person, post) == bits(explanation)
        parts |= {part.code for part in explanation.parts if part.share > 0}
    assert parts >= {"skills_essential", "concepts", "text"} | ({"meaning"} if with_vectors else set())


def test_the_copying_and_the_padding_pair_are_among_them() -> None:
    matcher = SkillMatcher(lexicon=lexicon()).fit(MINE, posts())
    assert matcher.explain("copies", "gb-research").copied_share > 0.5
    assert matcher.explain("pads", "gb-pipelines").score < 0.5


def test_the_fitted_matcher_has_no_part_in_it() -> None:
    """Others come and go, and words grow rarer or more common: what was kept does not change."""
    person, post = people()[0], posts()[0]
    before = SkillMatcher(lexicon=lexicon()).fit(people(), posts(), meanings(people(), posts()))
    explanation, weights = before.explain_to_keep(person.id, post.id)
    more = [replace(item, id=f"{item.id}-{number}") for number in range(5) for item in people()[1:]]
    now = SkillMatcher(lexicon=lexicon()).fit([*people(), *more], posts(), meanings(people(), posts()))
    assert bits(now.explain(person.id, post.id)) != bits(explanation)
    assert again(weights, person, post) == bits(explanation)


@relaxed
@given(persons, adverts)
def test_any_pair_comes_out_the_same(person: ProfileRecord, advert: OpportunityRecord) -> None:
    matcher = _FITTED
    vectors: Meanings = meanings([person], [advert])
    explanation, weights = matcher.explain_pair_to_keep(person, advert, vectors)
    assert again(weights, person, advert) == bits(explanation)


_FITTED = SkillMatcher(lexicon=lexicon()).fit(people(), posts())


def test_a_record_that_is_not_as_it_was_does_not_come_out_the_same() -> None:
    matcher = SkillMatcher(lexicon=lexicon()).fit(people(), posts())
    explanation, weights = matcher.explain_to_keep("en-research", "gb-research")
    assert again(weights, people()[0], posts()[0]) == bits(explanation)
    changed = replace(people()[0], skills=holds(user_research=4, accessibility=2))
    assert again(weights, changed, posts()[0]) != bits(explanation)


@pytest.mark.parametrize(
    "data", [{}, {"format": 0}, {"format": 1}, {"format": 1, "concepts": [[], "", True], "terms": 3}]
)
def test_what_are_no_weights_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        PairWeights.from_plain(data)


def test_weights_hold_no_text_and_stay_small() -> None:
    matcher = SkillMatcher(lexicon=lexicon()).fit(MINE, posts(), meanings(MINE, posts()))
    _explanation, weights = matcher.explain_to_keep("en-research", "gb-research")
    text = json.dumps(weights.to_plain(), ensure_ascii=False)
    assert len(text) < 12_000
    assert "benefits service" not in text
