"""The compiled loops of the index. Import this module only where the loops are about to run: it loads numba.

All weights are whole numbers held as float32, and no sum of products reaches 2**24, so every sum is exact whatever its
order: the same bits with one thread or many, in blocks of any size, on any machine. Equal values are put in order by
`tie_of`, a hash of both records' keyed hashes, so a list is one fixed list.

All loops are in one file because what is kept of a compiled loop is renewed when its own file changes, and not when
that of a loop it calls does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

Loop = TypeVar("Loop", bound=Callable[..., Any])
Array = Any  # NumPy arrays whose types numba works out by itself

_EXACT = {"contract", "reassoc", "nnan", "ninf", "nsz"}  # every rounding is exact, so order may be chosen for speed
NO_FIRST, NO_LAST = np.int32(-(2**31)), np.int32(2**31 - 1)  # days, where none is stated
LEAST = np.float32(1e-30)  # pairs that share nothing are not listed
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def _compiled(loop: Loop) -> Loop:
    """Compile on first use, without the interpreter's lock; keep the result beside the code or in the user's cache."""
    try:
        return cast(Loop, numba.njit(cache=True, nogil=True, fastmath=_EXACT, error_model="numpy")(loop))
    except RuntimeError:  # no directory that only this user can write: compile again in each process
        return cast(Loop, numba.njit(nogil=True, fastmath=_EXACT, error_model="numpy")(loop))


@_compiled
def _mixed(value: Any) -> Any:
    value = (value ^ (value >> np.uint64(30))) * _MIX_1
    value = (value ^ (value >> np.uint64(27))) * _MIX_2
    return value ^ (value >> np.uint64(31))


@_compiled
def tie_of(anchor: Any, other: Any) -> Any:
    """Return the place of `other` among equals in the list of `anchor`; lower comes first."""
    return _mixed(anchor ^ _mixed(other + np.uint64(0x9E3779B97F4A7C15)))


@_compiled
def enter(values: Array, numbers: Array, hashes: Array, anchor: Any, value: Any, number: Any) -> None:
    """Put a pair in its place in a list sorted by falling value, then by tie; the last one falls out.

    `hashes` are those of the records that `numbers` counts, `anchor` that of the record whose list this is.
    """
    last = len(values) - 1
    if value < values[last]:
        return
    tie = tie_of(anchor, hashes[number])
    if value == values[last] and tie >= tie_of(anchor, hashes[numbers[last]]):
        return
    place = last
    while place > 0 and (
        values[place - 1] < value or (values[place - 1] == value and tie_of(anchor, hashes[numbers[place - 1]]) > tie)
    ):
        values[place], numbers[place] = values[place - 1], numbers[place - 1]
        place -= 1
    values[place], numbers[place] = value, number


@_compiled
def _add_head(sums: Array, head: Array, terms: tuple[Array, Array], start: int, end: int, span: Any) -> None:
    """Set `sums` to the products with common terms, for the places of `span`, eight terms at a time."""
    columns, weights = terms
    low, high = span
    here = sums[low:high]
    here[:] = 0
    at = start
    real = np.float32
    while at + 8 <= end:
        r0, r1 = head[columns[at], low:high], head[columns[at + 1], low:high]
        r2, r3 = head[columns[at + 2], low:high], head[columns[at + 3], low:high]
        r4, r5 = head[columns[at + 4], low:high], head[columns[at + 5], low:high]
        r6, r7 = head[columns[at + 6], low:high], head[columns[at + 7], low:high]
        w0, w1, w2, w3 = weights[at], weights[at + 1], weights[at + 2], weights[at + 3]
        w4, w5, w6, w7 = weights[at + 4], weights[at + 5], weights[at + 6], weights[at + 7]
        for j in range(len(here)):
            first = w0 * real(r0[j]) + w1 * real(r1[j]) + w2 * real(r2[j]) + w3 * real(r3[j])
            second = w4 * real(r4[j]) + w5 * real(r5[j]) + w6 * real(r6[j]) + w7 * real(r7[j])
            here[j] += first + second
        at += 8
    while at < end:
        r0, w0 = head[columns[at], low:high], weights[at]
        for j in range(len(here)):
            here[j] += w0 * real(r0[j])
        at += 1


@_compiled
def _add_tail(
    sums: Array, starts: Array, postings: tuple[Array, Array], terms: tuple[Array, Array], start: int, end: int
) -> None:
    """Add the products with the rarer terms, one posting at a time."""
    places, values = postings
    columns, weights = terms
    for at in range(start, end):
        column, weight = columns[at], weights[at]
        for posting in range(starts[column], starts[column + 1]):
            sums[places[posting]] += weight * np.float32(values[posting])


@_compiled
def dates_meet(mine: Array, theirs: Array) -> Any:
    """Tell whether two spans of days share a day; a side that states no day suits any."""
    if (mine[0] == NO_FIRST and mine[1] == NO_LAST) or (theirs[0] == NO_FIRST and theirs[1] == NO_LAST):
        return True
    return max(mine[0], theirs[0]) <= min(mine[1], theirs[1])


@_compiled
def _allowed(mask: Array, eligible: Any, row: int, word: int) -> Any:
    """Set the bits of the posts that no rule but dates keeps from a row; tell whether there are any."""
    codes, offsets, bits = eligible
    some = np.uint64(0)
    for place in range(len(mask)):
        allowed = bits[offsets[0] + codes[row, 0], word + place]
        for factor in range(1, codes.shape[1]):
            allowed &= bits[offsets[factor] + codes[row, factor], word + place]
        mask[place] = allowed
        some |= allowed
    return some != 0


@_compiled
def _first_bar(sums: Array, mask: Array, mine: Array, theirs: Array, tops: Array) -> Any:
    """Return a value that at least `len(tops)` eligible sums reach, or `LEAST`: the best of each sixteen compared."""
    tops[:] = LEAST
    last = len(tops) - 1
    for start in range(0, len(sums), 16):
        bits = (mask[start // 64] >> np.uint64(start % 64)) & np.uint64(0xFFFF)
        best = np.float32(0)
        if bits == 0xFFFF and mine[0] == NO_FIRST and mine[1] == NO_LAST:
            for j in range(start, start + 16):
                best = max(best, sums[j])
            bits = np.uint64(0)
        for j in range(16 if bits != 0 else 0):
            suits = (bits >> np.uint64(j)) & np.uint64(1) != 0 and dates_meet(mine, theirs[start + j])
            best = max(best, sums[start + j]) if suits else best
        if best <= tops[last]:
            continue
        place = last
        while place > 0 and tops[place - 1] < best:
            tops[place] = tops[place - 1]
            place -= 1
        tops[place] = best
    return tops[last]


@_compiled
def _reaching(sums: Array, least: Array, bar: Any, start: int, end: int) -> Any:
    """Count the values that may have a place in some list."""
    hits = 0
    for j in range(start, end):
        hits += sums[j] >= min(bar, least[j])
    return hits


@_compiled
def _keep_best(sums: Array, least: Array, mask: Array, days: Any, row: Any, post: Any) -> None:
    """Put the eligible values of one row that are good enough into its list and into those of the posts.

    `days` are those of the row and of the posts; `row` is (values, numbers, hashes of posts, number, hash), `post` is
    (values, numbers, hashes of rows, hashes, first number).
    """
    values, numbers, post_hashes, number, anchor = row
    post_values, post_numbers, hashes, anchors, first = post
    bar = max(values[-1], LEAST)
    if bar == LEAST:
        bar = _first_bar(sums, mask, days[0], days[1], np.empty(len(values), np.float32))
    some = 0
    for start in range(0, len(sums), 16):
        if start % 64 == 0:
            some = _reaching(sums, least, bar, start, start + 64) if mask[start // 64] != 0 else 0
        bits = (mask[start // 64] >> np.uint64(start % 64)) & np.uint64(0xFFFF)
        if some == 0 or bits == 0 or _reaching(sums, least, bar, start, start + 16) == 0:
            continue
        for j in range(start, start + 16):
            value = sums[j]
            if value < bar and value < least[j]:
                continue
            if (bits >> np.uint64(j - start)) & np.uint64(1) == 0 or not dates_meet(days[0], days[1][j]):
                continue
            place = first + j
            if value >= bar:
                enter(values, numbers, post_hashes, anchor, value, place)
                bar = max(bar, values[-1])
            if value >= least[j]:
                enter(post_values[place], post_numbers[place], hashes, anchors[place], value, number)
                least[j] = max(post_values[place, -1], least[j])


@_compiled
def match_rows(rows: Any, posts: Any, eligible: Any, dates: Any, row_lists: Any, post_lists: Any) -> None:
    """Score rows against blocks of posts and keep the best of both directions.

    `rows` is (starts, columns, weights, number of the first row, hashes of all rows): sparse rows whose columns rise.
    `posts` is (head, starts, places, values, scales, first, hashes): see `ml.blocks.PostBlocks`; the last one and
    `scales` are those of all posts, of which these blocks hold some, from `first` on. `eligible` is (codes, offsets,
    bits) and `dates` the first and last day of these rows and of all posts: see `ml.index_rules`. `row_lists` and
    `post_lists` are (values, numbers), one sorted list for each of these rows and for each post, changed in place;
    `post_lists` has a third array, what a value must reach to be worth a place with each post.
    """
    starts, columns, weights, first_row, hashes = rows
    head, tail_starts, places, tail, scales, first_post, post_hashes = posts
    row_values, row_numbers = row_lists
    post_values, post_numbers, bars = post_lists
    common, size = head.shape[1], head.shape[2]
    sums, least, mask = np.empty(size, np.float32), np.empty(size, np.float32), np.empty(size // 64, np.uint64)
    for block in range(head.shape[0]):
        offset = first_post + block * size
        scale, days = scales[offset : offset + size], dates[1][offset : offset + size]
        for j in range(size):
            least[j] = max(bars[offset + j], LEAST)
        post = post_values, post_numbers, hashes, post_hashes, offset
        for row in range(len(starts) - 1):
            if not _allowed(mask, eligible, row, offset // 64):
                continue
            middle = starts[row]
            while middle < starts[row + 1] and columns[middle] < common:
                middle += 1
            word = 0
            while word < len(mask):
                if mask[word] == 0:
                    sums[word * 64 : word * 64 + 64] = 0
                    word += 1
                    continue
                start = word
                while word < len(mask) and mask[word] != 0:
                    word += 1
                _add_head(sums, head[block], (columns, weights), starts[row], middle, (start * 64, word * 64))
            _add_tail(sums, tail_starts[block], (places, tail), (columns, weights), middle, starts[row + 1])
            for j in range(size):
                sums[j] *= scale[j]
            number = first_row + row
            mine = row_values[row], row_numbers[row], post_hashes, number, hashes[number]
            _keep_best(sums, least, mask, (dates[0][row], days), mine, post)


@_compiled
def keep_tile(tile: Array, first: Any, hashes: Any, eligible: Any, dates: Any, row_lists: Any, post_lists: Any) -> None:
    """Keep the best of a matrix of values, rows by posts; `first` holds the numbers of its first row and post.

    The other arguments are as for `match_rows`, `hashes` those of all rows and of all posts.
    """
    size = tile.shape[1]
    least, mask = np.empty(size, np.float32), np.empty(size // 64, np.uint64)
    days = dates[1][first[1] : first[1] + size]
    post = post_lists[0], post_lists[1], hashes[0], hashes[1], first[1]
    for j in range(size):
        least[j] = max(post_lists[2][first[1] + j], LEAST)
    for row in range(len(tile)):
        if _allowed(mask, eligible, row, first[1] // 64):
            number = first[0] + row
            mine = row_lists[0][row], row_lists[1][row], hashes[1], number, hashes[0][number]
            _keep_best(tile[row], least, mask, (dates[0][row], days), mine, post)


@_compiled
def _suits(eligible: Any, dates: Any, number: int) -> Any:
    """Tell whether a record is there and no rule keeps it from the one that asks."""
    codes, offsets, allowed, removed = eligible
    suits = len(removed) == 0 or not removed[number]
    for factor in range(codes.shape[1]):
        suits &= allowed[offsets[factor] + codes[number, factor]]
    return suits and dates_meet(dates[0][number], dates[1])


@_compiled
def match_query(query: Any, people: Any, eligible: Any, dates: Any, blocks: Any, found: Any) -> None:
    """Score one post against blocks `blocks[0]` to `blocks[1]` of profiles and keep the best in `found`.

    `query` is (columns, weights, scale, hash); `people` is (dense, places of dense columns, starts, offsets, places,
    values, number of profiles, hashes): see `ml.blocks.PeopleBlocks`. `eligible` is (codes, offsets, allowed, removed).
    """
    columns, weights, scale, anchor = query
    dense, slots, starts, block_offsets, places, values, count, hashes = people
    best, numbers = found
    size, last = dense.shape[2], len(best) - 1
    sums = np.empty(size, np.float32)
    common, terms = np.empty(len(columns), np.int32), np.empty(len(columns), np.float32)
    rare, rest = np.empty(len(columns), np.int32), np.empty(len(columns), np.float32)
    many = few = 0
    for at in range(len(columns)):
        if slots[columns[at]] >= 0:
            common[many], terms[many] = slots[columns[at]], weights[at]
            many += 1
        else:
            rare[few], rest[few] = columns[at], weights[at]
            few += 1
    for block in range(blocks[0], blocks[1]):
        _add_head(sums, dense[block], (common, terms), 0, many, (0, size))
        here = places[block_offsets[block] : block_offsets[block + 1]]
        there = values[block_offsets[block] : block_offsets[block + 1]]
        _add_tail(sums, starts[block], (here, there), (rare, rest), 0, few)
        first = block * size
        for start in range(0, size, 16):
            bar = max(best[last], LEAST)
            hits = 0
            for j in range(start, start + 16):
                hits += sums[j] * scale >= bar
            if hits == 0:
                continue
            for j in range(start, start + 16):
                value, number = sums[j] * scale, first + j
                if value >= max(best[last], LEAST) and number < count and _suits(eligible, dates, number):
                    enter(best, numbers, hashes, anchor, value, number)


@_compiled
def match_vector(query: Any, others: Any, eligible: Any, dates: Any, span: Any, found: Any) -> None:
    """Compare a vector of whole numbers with vectors `span[0]` to `span[1]` of others and keep the best in `found`.

    `query` is (vector, scale, hash), `others` are (vectors, hashes); `eligible` and `dates` are as for `match_query`.
    """
    vector, scale, anchor = query
    vectors, hashes = others
    best, numbers = found
    for number in range(span[0], span[1]):
        product = np.int32(0)
        other = vectors[number]
        for j in range(len(vector)):
            product += np.int32(other[j]) * np.int32(vector[j])
        value = np.float32(product) * scale
        if value >= max(best[-1], LEAST) and _suits(eligible, dates, number):
            enter(best, numbers, hashes, anchor, value, number)


@_compiled
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


@_compiled
def merge_lists(lists: Any, others: Any, anchors: Array, hashes: Array) -> None:
    """Put the pairs of `others` into `lists`, a list at a time."""
    values, numbers = lists
    for place in range(len(values)):
        for at in range(values.shape[1]):
            if others[0][place, at] >= LEAST:
                enter(values[place], numbers[place], hashes, anchors[place], others[0][place, at], others[1][place, at])
