"""How much of the full score's lists the index's candidates hold."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ml.bench import texts
from ml.index_lists import Candidate
from ml.index_reader import Index
from ml.matcher import SkillMatcher
from ml.meaning import Meaning
from ml.params import MatcherParams
from ml.passage_vectors import PassagePlace
from ml.schema import OpportunityRecord, ProfileRecord

K = 20
_WIDTHS = (20, 50, 100, 200)
_PASSAGES = 3


def measure_recall(profiles: int, opportunities: int, *, dimensions: int) -> dict[str, Any]:
    """Compare with the exhaustive full score: the share of each post's best 20 among its candidates.

    With `dimensions`, records have synthetic sentence vectors, and candidates are those by both signals.
    """
    people, posts = texts.people(profiles), texts.posts(opportunities)
    meanings: Any = _meanings(people, posts, dimensions) if dimensions else {}
    params, lexicon = MatcherParams(), texts.lexicon()
    matcher = SkillMatcher(params=params, lexicon=lexicon).fit(people, posts, meanings)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        index = Index.create(folder, params=params, lexicon=lexicon, profiles=people, posts=posts, meanings=meanings)
        of_posts: Callable[[str], Sequence[Any]] = lambda post: matcher.rank_profiles(post, K)  # noqa: E731
        exhaustive = {post.id: {ranked.id for ranked in of_posts(post.id)} for post in posts}
        recall = {}
        for width in _WIDTHS:
            found = {post.id: index.top_profiles(post.id, width) for post in posts}
            recall[str(width)] = _share(exhaustive, found)
    return {"recall_at_20": recall, "exhaustive_pairs": profiles * opportunities}


def _share(wanted: dict[str, set[str]], found: dict[str, list[Candidate]]) -> float:
    held = [len(best & {item.id for item in found[post]}) / len(best) for post, best in wanted.items() if best]
    return float(np.mean(held))


def _meanings(
    people: Sequence[ProfileRecord], posts: Sequence[OpportunityRecord], dimensions: int
) -> dict[tuple[str, str], Meaning]:
    chance = np.random.default_rng(7)
    centres = chance.normal(size=(12, dimensions))
    made = {}
    for side, records in (("profile", people), ("opportunity", posts)):
        for record in records:
            raw = centres[chance.integers(0, 12)] + 1.5 * chance.normal(size=(_PASSAGES, dimensions))
            vectors = (raw / np.linalg.norm(raw, axis=1, keepdims=True)).astype(np.float32)
            places = tuple(PassagePlace(0, 40 * at, 40 * at + 39, "en", 8) for at in range(_PASSAGES))
            made[side, record.id] = Meaning("synthetic", places, vectors)
    return made
