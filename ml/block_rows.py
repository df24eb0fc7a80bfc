"""The compiled loop that takes a block of profiles apart into rows. Like `ml.kernels`, it loads numba."""

from __future__ import annotations

from typing import Any

from ml.kernels import Array, compiled


@compiled
def transpose_block(people: Any, block: int, starts: Array, columns: Array, weights: Array) -> None:
    """Write the rows of one block of profiles as sparse rows whose columns rise; `starts` must fit its size."""
    dense, dense_columns, tail_starts, block_offsets, places, values = people
    size, terms = dense.shape[2], tail_starts.shape[1] - 1
    offset = block_offsets[block]
    starts[:] = 0
    for posting in range(offset, block_offsets[block + 1]):
        starts[places[posting] + 1] += 1
    for slot in range(len(dense_columns)):
        for row in range(size):
            starts[row + 1] += dense[block, slot, row] > 0
    for row in range(size):
        starts[row + 1] += starts[row]
    ends = starts[:-1].copy()
    slot = 0
    for column in range(terms):
        if slot < len(dense_columns) and dense_columns[slot] == column:
            for row in range(size):
                if dense[block, slot, row] > 0:
                    columns[ends[row]], weights[ends[row]] = column, dense[block, slot, row]
                    ends[row] += 1
            slot += 1
        for posting in range(offset + tail_starts[block, column], offset + tail_starts[block, column + 1]):
            row = places[posting]
            columns[ends[row]], weights[ends[row]] = column, values[posting]
            ends[row] += 1
