"""How close two records come in meaning, whatever their languages, and which passages carried it.

Vectors lie on a grid on which sums of products are exact, and what is averaged is put on one too: a value has the same
bits whichever records are scored together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ml.encoder import Vectors
from ml.meaning_sides import Flags, Floats, MeaningSide, Places, check_same_encoder, has_words, language_places
from ml.params import MatcherParams
from ml.passage_vectors import Meaning, PassagePlace, made_by, meaning_of, on_grid, texts_digest
from ml.schema import PassageShare
from ml.text import LANGUAGES

__all__ = [
    "Meaning",
    "MeaningSide",
    "PassagePlace",
    "check_same_encoder",
    "has_words",
    "made_by",
    "meaning_block",
    "meaning_of",
    "on_grid",
    "passage_shares",
    "texts_digest",
]

_VALUE_GRID = 2.0**30
_PASSAGES_A_BLOCK = 3072  # on a side: 36 MB of similarities


@dataclass(frozen=True, slots=True)
class _Runs:
    """Where each run of passages of one record and one language begins, its record and language; how many passages each
    record has.
    """

    starts: Places
    owners: Places
    languages: Places
    counts: Places


def meaning_block(mine: MeaningSide, theirs: MeaningSide, params: MatcherParams) -> tuple[Floats, Flags]:
    """Return the value in [0, 1] for every pair of a block, and where there is enough text on both sides for one.

    It is a mean of two: the cosine of the means of the vectors, and how well the passages of each side are met by the
    best one of the other side. Both count from a floor to a full similarity, set for each pair of languages, because
    translations come less close than texts of one language do. The floor rises with the number of passages: means of
    many, and the best of many, come closer by chance, and a longer text alone must gain nothing.
    """
    shape = len(mine.meanings), len(theirs.meanings)
    values = np.zeros(shape)
    applies = has_words(mine, params)[:, None] & has_words(theirs, params)[None, :]
    if applies.any():
        check_same_encoder(mine, theirs)
        share = params.meaning_mean_share
        met = share * _means_met(mine, theirs, params) + (1 - share) * _best_met(mine, theirs, params)
        values = np.where(applies, met, 0.0)
    return np.clip(values, 0, 1), applies


def passage_shares(
    mine: Meaning,
    theirs: Meaning,
    params: MatcherParams,
    share: float,
    sides: tuple[MeaningSide, MeaningSide] | None = None,
) -> tuple[tuple[PassageShare, ...], float]:
    """Return the strongest pairs of passages with their shares, and the share of all others; they sum to `share`.

    `sides` hold the two alone, where they are made ready already.

    What a passage's best match is worth goes to that pair. What the means are worth goes to the pairs in proportion to
    their similarity, for the cosine of means is their sum over a fixed length; what the floor takes off is taken off
    the least similar pairs, so that the shares of the strong ones are what the value would lose without them.
    """
    earned, similar = _earned(mine, theirs, params, sides or (MeaningSide.of([mine]), MeaningSide.of([theirs])))
    total = float(earned.sum())
    if not (share > 0 and total > 0):
        return (), 0.0
    pairs = sorted((-float(earned[row, column]), row, column) for row, column in zip(*np.nonzero(earned), strict=True))
    top, others = pairs[: params.explained_passages], pairs[params.explained_passages :]
    scale = float(share) / total
    shown = (
        PassageShare(mine.passages[row].span, theirs.passages[column].span, float(similar[row, column]), -part * scale)
        for part, row, column in top
    )
    return tuple(shown), scale * sum(-part for part, _, _ in others)


def _earned(
    mine: Meaning, theirs: Meaning, params: MatcherParams, sides: tuple[MeaningSide, MeaningSide]
) -> tuple[Floats, Floats]:
    """Return what each pair of passages brings to the value of a pair of records, and the similarities."""
    similar = np.clip((mine.vectors @ theirs.vectors.T).astype(np.float64), -1, 1)
    earned = np.zeros_like(similar)
    if not similar.size:
        return earned, similar
    floors, fulls = _limits(params, "best")
    rows, columns = language_places(mine), language_places(theirs)
    floor, full = floors[rows[:, None], columns], fulls[rows[:, None], columns]
    rises = params.meaning_best_rise * np.log2([len(rows), len(columns)])
    for_theirs, for_mine = _ramp(similar, floor + rises[0], full), _ramp(similar, floor + rises[1], full)
    best_share, across, down = 1 - params.meaning_mean_share, np.arange(len(rows)), np.arange(len(columns))
    best_of_mine, best_of_theirs = for_mine.argmax(axis=1), for_theirs.argmax(axis=0)
    mine_share, theirs_share = best_share * (1 - params.meaning_post_share), best_share * params.meaning_post_share
    earned[across, best_of_mine] += mine_share * for_mine[across, best_of_mine] / len(rows)
    earned[best_of_theirs, down] += theirs_share * for_theirs[best_of_theirs, down] / len(columns)
    value = float(_means_met(*sides, params)[0, 0])
    cosine, floor_of_means, full_of_means = (float(item[0, 0]) for item in _means(*sides, params))
    if value > 0:
        linear = similar * (cosine / similar.sum() / (full_of_means - floor_of_means))
        above = _without_weakest(linear, floor_of_means / (full_of_means - floor_of_means))
        earned += params.meaning_mean_share * value * above / above.sum()
    return earned, similar


def _without_weakest(parts: Floats, amount: float) -> Floats:
    """Take an amount off the sum of parts: off the least ones, until nothing is left of them, and never off others."""
    order = np.argsort(parts, axis=None, kind="stable")
    sums = np.cumsum(parts.ravel()[order])
    first = int(np.argmax(sums >= amount))  # the first one of which something is left
    kept = np.zeros(parts.size)
    kept[order[first:]] = parts.ravel()[order[first:]]
    kept[order[first]] = sums[first] - amount
    return kept.reshape(parts.shape)


def _means_met(mine: MeaningSide, theirs: MeaningSide, params: MatcherParams) -> Floats:
    return _ramp(*_means(mine, theirs, params))


def _means(mine: MeaningSide, theirs: MeaningSide, params: MatcherParams) -> tuple[Floats, Floats, Floats]:
    """Return the cosine of the means of the vectors, and the floor and the full similarity that it counts between."""
    lengths = mine.norms[:, None] * theirs.norms[None, :]
    cosines = (mine.sums @ theirs.sums.T) / np.where(lengths > 0, lengths, 1.0)
    floors, fulls = _limits(params, "mean")
    floor, full = np.zeros_like(cosines), np.zeros_like(cosines)
    for row in range(len(LANGUAGES)):
        for column in range(len(LANGUAGES)):
            both = mine.mixes[:, row, None] * theirs.mixes[None, :, column]
            floor += both * floors[row, column]
            full += both * fulls[row, column]
    chance = params.meaning_mean_rise * (_log_counts(mine)[:, None] + _log_counts(theirs)[None, :])
    return cosines, floor + chance, np.where(full > 0, full, 2)


def _best_met(mine: MeaningSide, theirs: MeaningSide, params: MatcherParams) -> Floats:
    """Return how well the passages of each side are met by the best ones of the other, on average, for every pair."""
    met = np.zeros((len(mine.meanings), len(theirs.meanings)))
    for first, last in _blocks(mine.starts):
        for start, end in _blocks(theirs.starts):
            block = mine.block(first, last), theirs.block(start, end)
            if all(len(side.vectors) for side in block):
                met[first:last, start:end] = _best_met_block(*block, params)
    return met


def _best_met_block(mine: MeaningSide, theirs: MeaningSide, params: MatcherParams) -> Floats:
    similar = mine.vectors @ theirs.vectors.T
    my_runs, their_runs = _runs(mine), _runs(theirs)
    for_mine = np.maximum.reduceat(similar, their_runs.starts, axis=1)
    for_theirs = np.empty((len(my_runs.starts), similar.shape[1]), dtype=np.float32)
    ends = [*my_runs.starts[1:].tolist(), len(similar)]
    for row, (start, end) in enumerate(zip(my_runs.starts.tolist(), ends, strict=True)):
        similar[start:end].max(axis=0, out=for_theirs[row])  # reduceat is ten times slower down the columns
    for_profiles = _averaged(for_mine, mine, their_runs, params)
    for_posts = _averaged(for_theirs.T, theirs, my_runs, params).T
    return params.meaning_post_share * for_posts + (1 - params.meaning_post_share) * for_profiles


def _averaged(most: Vectors, side: MeaningSide, other: _Runs, params: MatcherParams) -> Floats:
    """Average, over the passages of each record of a side, how well the best ones of each other record meet them.

    `most` holds the best similarity of each passage (rows) in each run of the other side (columns).
    """
    floors, fulls = _limits(params, "best")
    languages = side.languages[:, None]
    rises = params.meaning_best_rise * np.log2(np.maximum(other.counts, 1))
    best = np.zeros((len(most), len(other.counts)))
    for language in range(len(LANGUAGES)):
        runs = np.flatnonzero(other.languages == language)
        floor = floors[languages, language] + rises[other.owners[runs]]
        ramped = _ramp(most[:, runs].astype(np.float64), floor, fulls[languages, language])
        best[:, other.owners[runs]] = np.maximum(best[:, other.owners[runs]], ramped)
    averages = np.zeros((len(side.meanings), len(other.counts)))
    counts = np.diff(side.starts)
    some = np.flatnonzero(counts)
    averages[some] = np.add.reduceat(best, side.starts[some], axis=0) / counts[some, None]
    return averages


def _log_counts(side: MeaningSide) -> Floats:
    logs: Floats = np.log2(np.maximum(np.diff(side.starts), 1))
    return logs


def _ramp(similar: Floats, floor: Floats, full: Floats) -> Floats:
    """Return 0 up to the floor, 1 from the full similarity, and the way between, on a grid on which sums are exact."""
    ramped: Floats = np.rint(np.clip((similar - floor) / (full - floor), 0, 1) * _VALUE_GRID) / _VALUE_GRID
    return ramped


def _limits(params: MatcherParams, kind: str) -> tuple[Floats, Floats]:
    """Return floors and full similarities for each pair of languages."""

    def table(limit: str) -> Floats:
        names = [[first if first == second else "cross" for second in LANGUAGES] for first in LANGUAGES]
        return np.array([[getattr(params, f"meaning_{kind}_{limit}_{name}") for name in row] for row in names])

    return table("floor"), table("full")


def _runs(side: MeaningSide) -> _Runs:
    owners = np.repeat(np.arange(len(side.meanings)), np.diff(side.starts))
    languages = side.languages
    keys = owners * len(LANGUAGES) + languages
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    return _Runs(starts, owners[starts], languages[starts], np.diff(side.starts))


def _blocks(starts: Places) -> Iterator[tuple[int, int]]:
    """Yield ranges of records with about as many passages as a block may have, one record at least."""
    first = 0
    while first < len(starts) - 1:
        last = int(np.searchsorted(starts, starts[first] + _PASSAGES_A_BLOCK, side="right")) - 1
        last = max(last, first + 1)
        yield first, last
        first = last
