"""The best pairs of blocks of records: exact, in bounded memory, on several threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.blocks import Ints, PeopleBlocks, PostBlocks, Reals, SparseRows

ROWS_AT_ONCE = 4096  # rows between two looks at what other threads found

Hashes = NDArray[np.uint64]
Lists = tuple[Reals, Ints]  # values and numbers of the other side, sorted, one row a record; values of 0 are empty


class Cancelled(Exception):
    """The caller no longer wants the result."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Who suits whom, but for dates: `bits[offsets[f] + codes[row, f]]` has a bit for each post."""

    codes: NDArray[np.uint16]
    offsets: NDArray[np.int64]
    bits: Hashes


@dataclass(frozen=True, slots=True)
class PostSide:
    """All posts: blocks of them one after the other, with each post's scale, keyed hash and days."""

    blocks: Sequence[PostBlocks]
    scales: Reals
    hashes: Hashes
    days: Ints


@dataclass(frozen=True, slots=True)
class RowChunk:
    """A run of profiles as sparse rows, made when their turn comes: the first one's number, how to make the rows."""

    first: int
    count: int
    make: Callable[[], SparseRows]


@dataclass(frozen=True, slots=True)
class RowSide:
    """All profiles, in chunks, with each one's keyed hash and days."""

    chunks: Sequence[RowChunk]
    hashes: Hashes
    days: Ints


def no_lists(count: int, k: int) -> Lists:
    """Return empty lists."""
    return np.zeros((count, k), np.float32), np.zeros((count, k), np.int32)


def match_chunk(
    rows: SparseRows,
    chunk: RowChunk,
    sides: tuple[RowSide, PostSide],
    rules: Rules,
    lists: tuple[Lists, Lists, Callable[[], Reals]],
) -> None:
    """Score one run of profiles against all posts, into the lists of these profiles and of all posts.

    The third of `lists` tells what a value must reach to be worth a place with each post.
    """
    of_rows, of_posts, bars = lists
    for start in range(0, chunk.count, ROWS_AT_ONCE):
        end = min(chunk.count, start + ROWS_AT_ONCE)
        some = SparseRows(rows.starts[start : end + 1], rows.columns, rows.weights)
        part = of_rows[0][start:end], of_rows[1][start:end]
        _match_run(some, chunk.first + start, sides, rules, (part, (*of_posts, bars())))


def _match_run(
    rows: SparseRows, number: int, sides: tuple[RowSide, PostSide], rules: Rules, lists: tuple[Any, Any]
) -> None:
    from ml.kernels import match_rows

    mine, theirs = sides
    here = slice(number, number + len(rows))
    first = 0
    for blocks in theirs.blocks:
        match_rows(
            (rows.starts, rows.columns, rows.weights, number, mine.hashes),
            (blocks.head, blocks.starts, blocks.places, blocks.values, theirs.scales, first, theirs.hashes),
            (rules.codes[here], rules.offsets, rules.bits),
            (mine.days[here], theirs.days),
            *lists,
        )
        first += blocks.lanes


def match_all(
    mine: RowSide,
    theirs: PostSide,
    rules: Rules,
    k: int,
    *,
    threads: int,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Lists, Lists]:
    """Return the best `k` posts of every profile and the best `k` profiles of every post.

    `progress` hears the share done, `cancelled` is asked between runs of profiles. Raises Cancelled.
    """
    from ml.kernels import merge_lists

    of_rows = no_lists(len(mine.hashes), k)
    partial = [no_lists(len(theirs.hashes), k) for _ in range(threads)]
    pairs = sum(chunk.count for chunk in mine.chunks)
    waiting, done, lock = iter(mine.chunks), 0, Lock()

    def bars() -> Reals:
        """Return what each post's list holds already in one thread or another: less can have no place in it."""
        reached: Reals = np.stack([lists[0][:, -1] for lists in partial]).max(axis=0)
        return reached

    def work(of_posts: Lists) -> None:
        nonlocal done
        while True:
            with lock:
                chunk = next(waiting, None)
            if chunk is None:
                return
            if cancelled is not None and cancelled():
                raise Cancelled
            here = slice(chunk.first, chunk.first + chunk.count)
            lists = (of_rows[0][here], of_rows[1][here]), of_posts, bars
            match_chunk(chunk.make(), chunk, (mine, theirs), rules, lists)
            with lock:
                done += chunk.count
                if progress is not None:
                    progress(done / pairs)

    in_threads(work, partial)
    for others in partial[1:]:
        merge_lists(partial[0], others, theirs.hashes, mine.hashes)
    return of_rows, partial[0]


def match_one(
    query: tuple[Ints, Reals, float, int],
    people: tuple[PeopleBlocks, Ints, Hashes, Ints],
    rules: tuple[NDArray[np.uint16], NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]],
    days: Ints,
    k: int,
    *,
    threads: int,
) -> tuple[Reals, Ints]:
    """Return the best `k` profiles of one post.

    `query` is the post's columns, weights, scale and hash; `people` their blocks, the blocks' slots, hashes and days;
    `rules` the codes of profiles, offsets, which codes suit this post, and who is removed; `days` those of the post.
    """
    from ml.kernels import match_query, merge_lists

    blocks, slots, hashes, their_days = people
    layout = (blocks.dense, slots, blocks.starts, blocks.offsets, blocks.places, blocks.values, blocks.count, hashes)
    anchor = np.uint64(query[3])
    parts = [no_lists(1, k) for _ in range(threads)]
    ends = np.linspace(0, len(blocks.dense), threads + 1).astype(int).tolist()

    def work(part: int) -> None:
        found = parts[part][0][0], parts[part][1][0]
        span = ends[part], ends[part + 1]
        asked = query[0], query[1], np.float32(query[2]), anchor
        match_query(asked, layout, rules, (their_days, days), span, found)

    in_threads(work, range(threads))
    for others in parts[1:]:
        merge_lists(parts[0], others, np.array([anchor]), hashes)
    return parts[0][0][0], parts[0][1][0]


def in_threads(work: Callable[[Any], None], parts: Sequence[Any]) -> None:
    """Do the parts of a piece of work at the same time; raises what the first of them to fail raised."""
    if len(parts) == 1:
        work(parts[0])
        return
    with ThreadPoolExecutor(len(parts) - 1) as others:
        waiting = [others.submit(work, part) for part in parts[1:]]
        work(parts[0])
        for future in waiting:
            future.result()
