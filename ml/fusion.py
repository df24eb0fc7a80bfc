"""Signals of different kinds added up to one score for a query and a document, in whichever languages they are.

Each signal is a cosine or an average of cosines, and keeps its scale: what a document scores does not depend on how
many others there are. Only three things are taken from the collection. Scores between two languages lie lower than
scores within one, so each query's scores are centred within each language of the corpus. Some documents come close to
everything: what a document scores with the tenth of the queries that it suits best is taken off in part. And a document
is worth more when others like it suit the query too, whichever language those are in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Scores: TypeAlias = NDArray[np.float32]
Places: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class FusionParams:
    """Weights of the signals, chosen once for all kinds of text (docs/matching.md says how).

    `terms` weighs TF-IDF between texts of one language, `heading` the same of a text's heading against a whole text of
    about `heading_words` words or more: a long text speaks of many things, and a heading tells which matter. `mean`
    weighs the cosine of the means of passage vectors, `best` how well the passages of each side are met by the other,
    `words` the same for single words, `concepts` the closeness of both to names of skills and roles. Concepts count
    where both texts come near such names: from `concept_floor` up, in full at `concept_full`.

    `common_part` is how far the directions that all passages share are flattened, 0 to 1. `hubs` is the part of a
    document's closeness to everything that is taken off. `few` is the number of documents of a language that have as
    much say in where that language's scores lie as all queries together.

    `length` is what a document pays for each time its words (and `length_words`) are e times as many: the more words,
    the nearer one of them comes to anything by chance.

    `likeness` weighs how much a document is like others that suit the query: those of its first `suiting` that score
    above their mean. It counts between texts of about `likeness_words` words or more; a short one says too little for
    its neighbours to speak for it.
    """

    terms: float = 0.5
    heading: float = 0.8
    heading_words: float = 100.0
    mean: float = 0.5
    best: float = 0.5
    words: float = 1.0
    concepts: float = 0.2
    concept_floor: float = 0.3
    concept_full: float = 0.5
    concepts_kept: int = 25
    common_part: float = 0.25
    hubs: float = 0.3
    hub_share: float = 0.1
    few: float = 5.0
    length: float = 0.05
    length_words: float = 30.0
    likeness: float = 0.7
    likeness_words: float = 20.0
    suiting: int = 100


def pair_means(scores: Scores, mine: Places, theirs: Places) -> Scores:
    """Return the mean score between each language of the queries (row) and of the documents (column)."""
    means = np.zeros((int(mine.max(initial=0)) + 1, int(theirs.max(initial=0)) + 1), np.float32)
    for row in np.unique(mine):
        for column in np.unique(theirs):
            means[row, column] = scores[np.ix_(mine == row, theirs == column)].mean(dtype=np.float64)
    return means


def centred(scores: Scores, mine: Places, theirs: Places, means: Scores, few: float) -> Scores:
    """Return the scores of each query (row) less where they lie in the language of each document (column).

    A language with few documents gets an estimate from the other queries and the rest of the row.
    """
    lift = scores.mean(axis=1, dtype=np.float64) - means[mine][:, theirs].mean(axis=1, dtype=np.float64)
    result = scores.copy()
    for column in np.unique(theirs):
        here = theirs == column
        own = scores[:, here].sum(axis=1, dtype=np.float64)
        centre = (own + few * (means[mine, column] + lift)) / (np.count_nonzero(here) + few)
        result[:, here] -= centre.astype(np.float32)[:, None]
    return result


def hubness(scores: Scores, share: float) -> Scores:
    """Return how close each document comes to the share of the queries that it suits best."""
    most = max(1, round(share * len(scores)))
    return np.asarray(np.partition(scores, len(scores) - most, axis=0)[-most:].mean(axis=0), dtype=np.float32)


def likeness(scores: Scores, documents: NDArray[np.float32], counting: Scores, first: int) -> Scores:
    """Return for one query how near each document comes to others that suit it, weighted by how well they do.

    The documents come best first, each with a row of length one and how much it counts, 0 to 1. Those that suit are
    among the `first` and score above their mean. A document does not speak for itself.
    """
    weights = np.maximum(scores[:first] - scores[:first].mean(), 0) * counting[:first]
    total = weights.sum()
    if not total > 0:
        return np.zeros(len(scores), np.float32)
    near = np.maximum(documents @ documents[:first].T, 0)
    np.fill_diagonal(near, 0)
    return np.asarray(near @ weights / total * counting, dtype=np.float32)


def saturating(lengths: Scores, scale: float) -> Scores:
    """Return how much texts of these lengths count: a half at the scale, nearly nothing far below, 1 far above."""
    return np.asarray(lengths**2 / (lengths**2 + scale**2), dtype=np.float32)


def ramp(values: Scores, floor: float, full: float) -> Scores:
    """Return 0 up to the floor, 1 from the full value, and the way between."""
    return np.asarray(np.clip((values - floor) / (full - floor), 0, 1), dtype=np.float32)
