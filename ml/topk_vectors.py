"""The best pairs by sentence vectors: 8-bit numbers, products exact like those of sparse rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ml.blocks import Ints, Reals
from ml.topk import Cancelled, Lists, PostSide, RowSide, Rules, in_threads, no_lists

if TYPE_CHECKING:
    from ml.index_base import Records

VECTOR_UNIT = 127  # 127 * 127 * 1,024 stays below 2**24, so sums of float32 are exact
_SCALE = np.float32(1 / VECTOR_UNIT**2)
_ROWS, _LANES = 2048, 2048  # a tile of 16 MB

Vectors = NDArray[np.int8]


def match_vectors(
    vector: Vectors,
    hashed: int,
    records: Records,
    eligible: tuple[Any, Any, Any, Any],
    days: tuple[int, int],
    k: int,
    *,
    threads: int,
) -> tuple[Reals, Ints]:
    """Return the best `k` records by the cosine of their vectors with one vector; `eligible` as for `match_one`."""
    from ml.kernels import match_vector, merge_lists

    parts = [no_lists(1, k) for _ in range(threads)]
    ends = np.linspace(0, len(records.vectors), threads + 1).astype(int).tolist()
    anchor, mine = np.uint64(hashed), np.array(days, np.int32)

    def work(part: int) -> None:
        found = parts[part][0][0], parts[part][1][0]
        others = records.vectors, records.hashes
        span = ends[part], ends[part + 1]
        match_vector((vector, _SCALE, anchor), others, eligible, (records.days, mine), span, found)

    in_threads(work, range(threads))
    for others in parts[1:]:
        merge_lists(parts[0], others, np.array([anchor]), records.hashes)
    return parts[0][0][0], parts[0][1][0]


def match_all_vectors(
    mine: RowSide,
    theirs: PostSide,
    rules: Rules,
    vectors: tuple[Sequence[Vectors], Vectors, NDArray[np.bool_]],
    k: int,
    *,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Lists, Lists]:
    """Return the best `k` of every profile and post by vectors, in tiles of bounded memory.

    `vectors` are those of runs of profiles, in order, those of all posts, and which posts there are.
    """
    from ml.kernels import keep_tile

    runs, posts, is_there = vectors
    of_rows, of_posts = no_lists(len(mine.hashes), k), no_lists(len(theirs.hashes), k)
    wide = np.zeros((len(theirs.hashes), posts.shape[1]), np.float32)
    wide[: len(posts)] = posts
    wide[~is_there] = 0
    first = 0
    for run in runs:
        for start in range(0, len(run), _ROWS):
            if cancelled is not None and cancelled():
                raise Cancelled
            rows = run[start : start + _ROWS].astype(np.float32)
            here = slice(first + start, first + start + len(rows))
            lists = (of_rows[0][here], of_rows[1][here]), of_posts
            post_lists = *of_posts, of_posts[0][:, -1].copy()
            eligible = rules.codes[here], rules.offsets, rules.bits
            for lane in range(0, len(wide), _LANES):
                tile = rows @ wide[lane : lane + _LANES].T
                tile *= _SCALE  # after the sums, which are whole numbers
                numbers, days = (first + start, lane), (mine.days[here], theirs.days)
                keep_tile(tile, numbers, (mine.hashes, theirs.hashes), eligible, days, lists[0], post_lists)
        first += len(run)
    return of_rows, of_posts
