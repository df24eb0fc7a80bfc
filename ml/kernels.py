"""The compiled loops of the index. Import this module only where the loops are about to run: it loads numba.

All weights are whole numbers held as float32, and no sum of products reaches 2**24, so every sum is exact whatever its
order: the same bits with one thread or many, in blocks of any size, on any machine. Equal values are put in order by
`tie_of`, a hash of both records' keyed hashes, so a list is one fixed list.

Loops that call each other are in one file because what is kept of a compiled loop is renewed when its own file changes,
and not when that of a loop it calls does.
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
ALL = np.uint64(2**64 - 1)
ROWS_TOGETHER = 16  # rows that use the same block of common terms while it is near
GROUPS = 256  # the best of so many groups of posts tell which values a row's list can hold
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def compiled(loop: Loop) -> Loop:
    """Compile on first use, without the interpreter's lock; keep the result beside the code or in the user's cache."""
    try:
        return cast(Loop, numba.njit(cache=True, nogil=True, fastmath=_EXACT, error_model="numpy")(loop))
    except RuntimeError:  # no directory that only this user can write: compile again in each process
        return cast(Loop, numba.njit(nogil=True, fastmath=_EXACT, error_model="numpy")(loop))


@compiled
def _mixed(value: Any) -> Any:
    value = (value ^ (value >> np.uint64(30))) * _MIX_1
    value = (value ^ (value >> np.uint64(27))) * _MIX_2
    return value ^ (value >> np.uint64(31))


@compiled
def tie_of(anchor: Any, other: Any) -> Any:
    """Return the place of `other` among equals in the list of `anchor`; lower comes first."""
    return _mixed(anchor ^ _mixed(other + np.uint64(0x9E3779B97F4A7C15)))


@compiled
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


@compiled
def _add_head(here: Array, head: Array, terms: tuple[Array, Array], start: int, end: int, low: int) -> None:
    """Set `here` to the products with common terms, for the places from `low` on, eight terms at a time."""
    columns, weights = terms
    high = low + len(here)
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


@compiled
def _add_tail(
    sums: Array, starts: Array, postings: tuple[Array, Array], terms: tuple[Array, Array], start: int, end: int
) -> None:
    """Add the products with the rarer terms, one posting at a time."""
    columns, weights = terms
    one = np.uint64(1)
    for at in range(start, end):
        column, weight = columns[at], weights[at]
        places = postings[0][starts[column] : starts[column + 1]]
        values = postings[1][starts[column] : starts[column + 1]]
        posting, count = np.uint64(0), np.uint64(len(places))
        while posting < count:  # numbers that cannot be below zero need no test for it
            sums[places[posting]] += weight * np.float32(values[posting])
            posting += one


@compiled
def dates_meet(mine: Array, theirs: Array) -> Any:
    """Tell whether two spans of days share a day; a side that states no day suits any."""
    if (mine[0] == NO_FIRST and mine[1] == NO_LAST) or (theirs[0] == NO_FIRST and theirs[1] == NO_LAST):
        return True
    return max(mine[0], theirs[0]) <= min(mine[1], theirs[1])


@compiled
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


@compiled
def _span(first: Any, last: Any) -> Any:
    """Return days so that two spans meet just where each starts before the other ends: an empty one meets no other."""
    return (first, last) if first <= last else (NO_LAST, NO_FIRST)


@compiled
def _spans(days: Array) -> Any:
    """Return the first and the last days of many, as `_span` does, and whether any is stated."""
    opens, closes = np.empty(len(days), np.int32), np.empty(len(days), np.int32)
    some = False
    for j in range(len(days)):
        opens[j], closes[j] = _span(days[j, 0], days[j, 1])
        some |= opens[j] != NO_FIRST or closes[j] != NO_LAST
    return opens, closes, some


@compiled
def _only_suiting(values: Array, mask: Array, mine: Array, spans: Any) -> None:
    """Set the values of posts to 0 that a rule, dates included, keeps from a row."""
    opens, closes, some = spans
    first, last = _span(mine[0], mine[1])
    if some and (first != NO_FIRST or last != NO_LAST):
        for j in range(len(values)):
            values[j] = values[j] if opens[j] <= last and first <= closes[j] else np.float32(0)
    for word in range(len(mask)):
        bits = mask[word]
        if bits != ALL:
            here = values[word * 64 : word * 64 + 64]
            for j in range(64):
                here[j] = here[j] if (bits >> np.uint64(j)) & np.uint64(1) else np.float32(0)


@compiled
def _first_bar(values: Array, most: Array, tops: Array) -> Any:
    """Return a value that at least `len(tops)` of `values` reach, or `LEAST`: the best of every few are compared."""
    most[:] = 0
    for start in range(0, len(values), len(most)):
        some = values[start : start + len(most)]
        for j in range(len(some)):
            most[j] = max(most[j], some[j])
    tops[:] = LEAST
    last = len(tops) - 1
    for best in most:
        if best <= tops[last]:
            continue
        place = last
        while place > 0 and tops[place - 1] < best:
            tops[place] = tops[place - 1]
            place -= 1
        tops[place] = best
    return tops[last]


@compiled
def _reaching(values: Array, least: Array, bar: Any, start: int, count: int) -> Any:
    """Count the values that may have a place in some list."""
    hits, first = np.int32(0), np.uint64(start)
    for j in range(np.uint64(count)):
        hits = np.int32(hits + np.int32(values[first + j] >= min(bar, least[first + j])))
    return hits


@compiled
def _keep_best(sums: Array, least: Array, mask: Array, tops: Any, row: Any, post: Any) -> None:
    """Put the values of one row that are good enough into its list and into those of the posts.

    Who is not suited has a value of 0. `tops` are two arrays for `_first_bar`, `row` is (values, numbers, hashes of
    posts, number, hash), `post` is (values, numbers, hashes of rows, hashes, first number).
    """
    values, numbers, post_hashes, number, anchor = row
    post_values, post_numbers, hashes, anchors, first = post
    bar = max(values[-1], LEAST)
    if bar == LEAST:
        bar = _first_bar(sums, tops[0], tops[1])
    for word in range(len(mask)):
        low, high = word * 64, word * 64 + 64
        if mask[word] == 0 or _reaching(sums, least, bar, low, 64) == 0:
            continue
        for start in range(low, high, 16):
            if _reaching(sums, least, bar, start, 16) == 0:
                continue
            for j in range(start, start + 16):
                value, place = sums[j], first + j
                if value >= bar:
                    enter(values, numbers, post_hashes, anchor, value, place)
                    bar = max(bar, values[-1])
                if value >= least[j]:
                    enter(post_values[place], post_numbers[place], hashes, anchors[place], value, number)
                    least[j] = max(post_values[place, -1], least[j])


@compiled
def _add_heads(sums: Array, head: Array, masks: Array, rows: Any, middles: Array, first: int) -> None:
    """Set the sums of some rows, from `first` on, to the products with common terms where a post may suit."""
    starts, columns, weights = rows
    size = head.shape[2]
    words = size // 64
    for block in range(len(head)):
        for row in range(len(sums)):
            word, end = block * words, (block + 1) * words
            while word < end:
                start = word
                while word < end and masks[row, word] != 0:
                    word += 1
                if word > start:
                    here = sums[row, start * 64 : word * 64]
                    low = start * 64 - block * size
                    _add_head(here, head[block], (columns, weights), starts[first + row], middles[row], low)
                else:
                    word += 1


@compiled
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
    common, parts = head.shape[1], -(-len(head) // max(1, len(tail_starts)))
    size, count = parts * head.shape[2], len(starts) - 1
    some = min(ROWS_TOGETHER, count)
    sums = np.zeros((some, size + 16), np.float32)  # rows that are not 4096 bytes apart
    masks, middles, suits = np.empty((some, size // 64), np.uint64), np.empty(some, np.int64), np.empty(some, np.bool_)
    tops = np.empty(GROUPS, np.float32), np.empty(row_values.shape[1], np.float32)
    for run in range(len(tail_starts)):
        heads = head[run * parts : (run + 1) * parts]
        offset, lanes = first_post + run * size, len(heads) * head.shape[2]
        scale, spans = scales[offset : offset + lanes], _spans(dates[1][offset : offset + lanes])
        least = np.maximum(bars[offset : offset + lanes], LEAST)
        post = post_values, post_numbers, hashes, post_hashes, offset
        for first in range(0, count, some):
            few = min(some, count - first)
            for row in range(few):
                suits[row] = _allowed(masks[row, : lanes // 64], eligible, first + row, offset // 64)
                middles[row] = starts[first + row]
                while middles[row] < starts[first + row + 1] and columns[middles[row]] < common:
                    middles[row] += 1
            _add_heads(sums[:few], heads, masks, (starts, columns, weights), middles, first)
            for row in range(few):
                if not suits[row]:
                    continue
                number, here, mask = first + row, sums[row, :lanes], masks[row, : lanes // 64]
                ends = middles[row], starts[number + 1]
                _add_tail(here, tail_starts[run], (places, tail), (columns, weights), ends[0], ends[1])
                for j in range(lanes):
                    here[j] *= scale[j]
                _only_suiting(here, mask, dates[0][number], spans)
                record = first_row + number
                mine = row_values[number], row_numbers[number], post_hashes, record, hashes[record]
                _keep_best(here, least, mask, tops, mine, post)


@compiled
def keep_tile(tile: Array, first: Any, hashes: Any, eligible: Any, dates: Any, row_lists: Any, post_lists: Any) -> None:
    """Keep the best of a matrix of values, rows by posts; `first` holds the numbers of its first row and post.

    Values of pairs that a rule keeps apart become 0. The other arguments are as for `match_rows`, `hashes` those of all
    rows and of all posts.
    """
    size = tile.shape[1]
    mask = np.empty(size // 64, np.uint64)
    tops = np.empty(GROUPS, np.float32), np.empty(row_lists[0].shape[1], np.float32)
    spans = _spans(dates[1][first[1] : first[1] + size])
    post = post_lists[0], post_lists[1], hashes[0], hashes[1], first[1]
    least = np.maximum(post_lists[2][first[1] : first[1] + size], LEAST)
    for row in range(len(tile)):
        if _allowed(mask, eligible, row, first[1] // 64):
            number = first[0] + row
            mine = row_lists[0][row], row_lists[1][row], hashes[1], number, hashes[0][number]
            _only_suiting(tile[row], mask, dates[0][row], spans)
            _keep_best(tile[row], least, mask, tops, mine, post)


@compiled
def _suits(eligible: Any, dates: Any, number: int) -> Any:
    """Tell whether a record is there and no rule keeps it from the one that asks."""
    codes, offsets, allowed, removed = eligible
    suits = len(removed) == 0 or not removed[number]
    for factor in range(codes.shape[1]):
        suits &= allowed[offsets[factor] + codes[number, factor]]
    return suits and dates_meet(dates[0][number], dates[1])


@compiled
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
        _add_head(sums, dense[block], (common, terms), 0, many, 0)
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


@compiled
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


@compiled
def merge_lists(lists: Any, others: Any, anchors: Array, hashes: Array) -> None:
    """Put the pairs of `others` into `lists`, a list at a time."""
    values, numbers = lists
    for place in range(len(values)):
        for at in range(values.shape[1]):
            if others[0][place, at] >= LEAST:
                enter(values[place], numbers[place], hashes, anchors[place], others[0][place, at], others[1][place, at])
