"""Sparse rows laid out in blocks for matching.

A few common terms hold most of all products of two records. In a block they are stored densely, one row of numbers a
term, and multiplied in long runs; the others are stored as postings (place in the block, weight). Both sides use whole
numbers of 16 bits (see `ml.kernels` for why every sum is exact).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

POSTS_A_BLOCK, PEOPLE_A_BLOCK = 2048, 16_384  # what a block is multiplied with stays in the nearest memories
BLOCKS_A_RUN = 8  # blocks of posts that share postings: few long lists cost less than many short ones
DENSE_POSTS, DENSE_PEOPLE = 0.04, 0.3  # a term on this share of records is stored densely
MOST_DENSE = 512

Ints = NDArray[np.int32]
Words16 = NDArray[np.uint16]
Reals = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SparseRows:
    """Rows of whole numbers; the columns of each row rise."""

    starts: NDArray[np.int64]
    columns: Ints
    weights: Reals

    def __len__(self) -> int:
        return len(self.starts) - 1

    @classmethod
    def of(cls, rows: Sequence[tuple[Words16, Words16]]) -> Self:
        """Join single rows of columns and weights."""
        starts = np.zeros(len(rows) + 1, np.int64)
        np.cumsum([len(columns) for columns, _ in rows], out=starts[1:])
        columns = [np.empty(0, np.uint16), *(columns for columns, _ in rows)]
        weights = [np.empty(0, np.uint16), *(weights for _, weights in rows)]
        return cls(starts, np.concatenate(columns).astype(np.int32), np.concatenate(weights).astype(np.float32))


@dataclass(frozen=True, slots=True)
class PostBlocks:
    """Posts: `head` holds the first columns densely, block by block; postings, by run of blocks and column, the others.

    All blocks have the same size, all runs but the last the same number of blocks; places count from a run's start.
    """

    head: Words16
    starts: Ints
    places: Words16
    values: Words16

    @property
    def lanes(self) -> int:
        """Return for how many posts there is room."""
        return int(self.head.shape[0] * self.head.shape[2])

    @property
    def run(self) -> int:
        """Return for how many posts a whole run has room."""
        return -(-len(self.head) // max(1, len(self.starts))) * int(self.head.shape[2])

    @classmethod
    def of(cls, rows: SparseRows, width: int) -> Self:
        """Lay out rows whose columns are sorted by how many posts have them, the commonest first."""
        count = len(rows)
        blocks = -(-count // POSTS_A_BLOCK)
        size = _rounded(-(-count // max(1, blocks)))
        runs = -(-blocks // BLOCKS_A_RUN)
        held = np.bincount(rows.columns, minlength=width)
        common = min(MOST_DENSE, int(np.count_nonzero(held >= max(2.0, DENSE_POSTS * count))))
        head, starts = np.zeros((blocks, common, size), np.uint16), np.zeros((runs, width + 1), np.int32)
        places, values = [np.empty(0, np.uint16)], [np.empty(0, np.uint16)]
        a_run = -(-blocks // max(1, runs)) * size
        for run in range(runs):
            turned = _turned(rows, run * a_run, min(count, (run + 1) * a_run), width)
            for start in range(0, turned.shape[0], size):
                some = turned[start : start + size, :common].toarray()
                head[(run * a_run + start) // size, :, : len(some)] = some.T
            first = turned.indptr[common]
            before = sum(map(len, places))
            starts[run] = np.maximum(turned.indptr - first, 0) + before
            places.append(turned.indices[first:].astype(np.uint16))
            values.append(turned.data[first:])
        return cls(head, starts, np.concatenate(places), np.concatenate(values))


@dataclass(frozen=True, slots=True)
class PeopleBlocks:
    """Profiles, `size` a block: the columns that many have densely, postings for the others."""

    dense: Words16
    dense_columns: Ints
    starts: Ints
    offsets: NDArray[np.int64]
    places: Words16
    values: Words16
    count: int

    @property
    def slots(self) -> Ints:
        """Return for each column its place among the dense ones, or -1."""
        slots = np.full(self.starts.shape[1] - 1, -1, np.int32)
        slots[self.dense_columns] = np.arange(len(self.dense_columns), dtype=np.int32)
        return slots

    @classmethod
    def of(cls, rows: SparseRows, width: int) -> Self:
        """Lay out rows."""
        count = len(rows)
        size = min(PEOPLE_A_BLOCK, _rounded(count))
        blocks = -(-count // size)
        held = np.bincount(rows.columns, minlength=width)
        dense_columns = np.flatnonzero(held >= max(2.0, DENSE_PEOPLE * count)).astype(np.int32)[:MOST_DENSE]
        is_rare = np.ones(width, np.bool_)
        is_rare[dense_columns] = False
        dense = np.zeros((blocks, len(dense_columns), size), np.uint16)
        starts, offsets = np.zeros((blocks, width + 1), np.int32), np.zeros(blocks + 1, np.int64)
        total = int(held[is_rare].sum())
        places, values = np.empty(total, np.uint16), np.empty(total, np.uint16)
        for block in range(blocks):
            turned = _turned(rows, block * size, min(count, (block + 1) * size), width)
            dense[block, :, : turned.shape[0]] = turned[:, dense_columns].toarray().T
            lengths = np.diff(turned.indptr)
            rare = np.repeat(is_rare, lengths)
            np.cumsum(lengths * is_rare, out=starts[block, 1:])
            offsets[block + 1] = offsets[block] + starts[block, -1]
            here = slice(offsets[block], offsets[block + 1])
            places[here], values[here] = turned.indices[rare], turned.data[rare]
        return cls(dense, dense_columns, starts, offsets, places, values, count)

    def rows(self, block: int) -> SparseRows:
        """Return the rows of one block again."""
        from ml.block_rows import transpose_block

        here, size = slice(self.offsets[block], self.offsets[block + 1]), self.dense.shape[2]
        most = here.stop - here.start + int(np.count_nonzero(self.dense[block]))
        starts, columns, weights = np.empty(size + 1, np.int64), np.empty(most, np.int32), np.empty(most, np.float32)
        layout = self.dense, self.dense_columns, self.starts, self.offsets, self.places, self.values
        transpose_block(layout, block, starts, columns, weights)
        kept = min(size, self.count - block * size)
        return SparseRows(starts[: kept + 1], columns, weights)


def arrays_of(layout: PostBlocks | PeopleBlocks, prefix: str) -> dict[str, NDArray[Any]]:
    """Return the arrays of a layout under names that start with `prefix`."""
    return {f"{prefix}_{name}": getattr(layout, name) for name in layout.__slots__ if name != "count"}


def posts_from(arrays: Mapping[str, NDArray[Any]], prefix: str) -> PostBlocks:
    """Return what `arrays_of` took apart."""
    return PostBlocks(*(arrays[f"{prefix}_{name}"] for name in PostBlocks.__slots__))


def people_from(arrays: Mapping[str, NDArray[Any]], prefix: str, count: int) -> PeopleBlocks:
    """Return what `arrays_of` took apart."""
    return PeopleBlocks(
        dense=arrays[f"{prefix}_dense"],
        dense_columns=arrays[f"{prefix}_dense_columns"],
        starts=arrays[f"{prefix}_starts"],
        offsets=arrays[f"{prefix}_offsets"],
        places=arrays[f"{prefix}_places"],
        values=arrays[f"{prefix}_values"],
        count=count,
    )


def _rounded(count: int) -> int:
    return max(64, -(-count // 64) * 64)


def _turned(rows: SparseRows, first: int, end: int, width: int) -> Any:
    """Return some rows by column, the weights as 16-bit numbers."""
    starts = rows.starts[first : end + 1]
    here = slice(starts[0], starts[-1])
    weights = rows.weights[here].astype(np.uint16)
    shape = end - first, width
    return sp.csr_matrix((weights, rows.columns[here], starts - starts[0]), shape=shape).tocsc()
