"""The compiled loops against the plain definition: all products, the rules, and a sort."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ml import blocks as layout_blocks
from ml import topk, topk_vectors
from ml.blocks import PeopleBlocks, PostBlocks, SparseRows
from ml.index_base import Records
from ml.index_rules import NO_FIRST, NO_LAST
from ml.kernels import tie_of
from ml.topk import Cancelled, PostSide, RowChunk, RowSide, Rules

WIDTH = 300
relaxed = settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck), derandomize=True)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout_blocks, "POSTS_A_BLOCK", 64)
    monkeypatch.setattr(layout_blocks, "BLOCKS_A_RUN", 2)
    monkeypatch.setattr(layout_blocks, "PEOPLE_A_BLOCK", 128)
    monkeypatch.setattr(topk_vectors, "_ROWS", 64)
    monkeypatch.setattr(topk_vectors, "_LANES", 64)


@dataclass
class Case:
    """A made-up pool of both sides, and every pair's value and eligibility by the plain definition."""

    people: PeopleBlocks
    posts: PostBlocks
    post_rows: list[tuple[NDArray[np.uint16], NDArray[np.uint16]]]
    mine: RowSide
    theirs: PostSide
    rules: Rules
    allowed: NDArray[np.bool_]
    values: NDArray[np.float32]
    eligible: NDArray[np.bool_]

    def best(self, anchor: Any, values: Any, eligible: Any, hashes: Any, k: int) -> list[int]:
        found = [place for place in range(len(values)) if eligible[place] and values[place] > 0]
        return sorted(found, key=lambda place: (-values[place], int(tie_of(anchor, hashes[place]))))[:k]


def made(seed: int, people: int = 300, posts: int = 150) -> Case:
    chance = np.random.default_rng(seed)
    mine, theirs = _rows(chance, people), _rows(chance, posts)
    held = np.bincount(np.concatenate([columns for columns, _ in theirs]), minlength=WIDTH)
    place = np.empty(WIDTH, np.int64)
    place[np.argsort(-held, kind="stable")] = np.arange(WIDTH)  # columns of an index: the commonest of posts first
    mine, theirs = _placed(mine, place), _placed(theirs, place)
    blocks, layout = PeopleBlocks.of(SparseRows.of(mine), WIDTH), PostBlocks.of(SparseRows.of(theirs), WIDTH)
    scales = np.zeros(layout.lanes, np.float32)
    scales[:posts] = chance.choice(np.array([0.5, 1, 1.5], np.float32), posts) / 1024
    days, post_days = _days(chance, people), _days(chance, layout.lanes)
    hashes = [chance.integers(0, 2**62, count).astype(np.uint64) for count in (people, layout.lanes)]
    codes = np.stack([chance.integers(0, 3, people), chance.integers(0, 4, people)], axis=1).astype(np.uint16)
    allowed = chance.random((7, layout.lanes)) < 0.7
    size = blocks.dense.shape[2]
    chunks = [
        RowChunk(block * size, min(size, people - block * size), lambda block=block: blocks.rows(block))  # type: ignore[misc]
        for block in range(len(blocks.dense))
    ]
    return Case(
        blocks,
        layout,
        theirs,
        RowSide(chunks, hashes[0], days),
        PostSide([layout], scales, hashes[1], post_days),
        Rules(codes, np.array([0, 3]), np.packbits(allowed, axis=1, bitorder="little").view(np.uint64)),
        allowed,
        (_dense(mine) @ _dense(theirs).T).astype(np.float32) * scales[:posts],
        allowed[codes[:, 0], :posts] & allowed[3 + codes[:, 1], :posts] & _meet(days, post_days[:posts]),
    )


@relaxed
@given(st.integers(0, 10_000), st.integers(1, 3), st.sampled_from([1, 7, 200]))
def test_both_directions_equal_brute_force_whatever_the_number_of_threads(seed: int, threads: int, k: int) -> None:
    case = made(seed, people=seed % 300, posts=1 + seed % 150)
    of_people, of_posts = topk.match_all(case.mine, case.theirs, case.rules, k, threads=threads)
    for row in range(len(case.values)):
        best = case.best(case.mine.hashes[row], case.values[row], case.eligible[row], case.theirs.hashes, k)
        assert _found(of_people, row) == best
        assert of_people[0][row, : len(best)].tolist() == case.values[row, best].tolist()
    for post in range(case.values.shape[1]):
        values, eligible = case.values[:, post], case.eligible[:, post]
        assert _found(of_posts, post) == case.best(case.theirs.hashes[post], values, eligible, case.mine.hashes, k)


@relaxed
@given(st.integers(0, 10_000), st.integers(1, 2))
def test_one_post_finds_what_all_pairs_find_for_it(seed: int, threads: int) -> None:
    case = made(seed)
    _, of_posts = topk.match_all(case.mine, case.theirs, case.rules, 5, threads=1)
    gone = np.zeros(case.people.count, np.bool_)
    for post in range(0, case.values.shape[1], 31):
        columns, weights = case.post_rows[post]
        query = columns.astype(np.int32), weights.astype(np.float32), float(case.theirs.scales[post])
        people = case.people, case.people.slots, case.mine.hashes, case.mine.days
        rules = case.rules.codes, case.rules.offsets, case.allowed[:, post]
        days, asked = case.theirs.days[post], (*query, int(case.theirs.hashes[post]))
        values, numbers = topk.match_one(asked, people, (*rules, gone[:0]), days, 5, threads=threads)
        assert numbers[values > 0].tolist() == _found(of_posts, post)
        if values[0] > 0:
            removed = gone.copy()
            removed[numbers[0]] = True
            _, others = topk.match_one(asked, people, (*rules, removed), days, 5, threads=threads)
            assert numbers[0] not in others[others > 0]


@relaxed
@given(st.integers(0, 10_000))
def test_vectors_equal_brute_force(seed: int) -> None:
    case = made(seed)
    chance = np.random.default_rng(seed)
    mine, theirs = (
        chance.integers(-127, 128, (count, 64)).astype(np.int8) for count in (case.people.count, case.posts.lanes)
    )
    there = case.theirs.scales > 0
    vectors = [mine[:100], mine[100:]], theirs, there
    of_people, of_posts = topk_vectors.match_all_vectors(case.mine, case.theirs, case.rules, vectors, 5)
    exact = (mine.astype(np.int64) @ theirs.astype(np.int64).T).astype(np.float32) * np.float32(1 / 127**2)
    values = exact[:, : case.values.shape[1]]
    for row in range(0, len(values), 7):
        best = case.best(case.mine.hashes[row], values[row], case.eligible[row], case.theirs.hashes, 5)
        assert _found(of_people, row) == best
    for post in range(0, values.shape[1], 31):
        best = case.best(case.theirs.hashes[post], values[:, post], case.eligible[:, post], case.mine.hashes, 5)
        assert _found(of_posts, post) == best
        people = Records([], case.mine.hashes, case.rules.codes, case.mine.days, mine)
        eligible = case.rules.codes, case.rules.offsets, case.allowed[:, post], np.zeros(0, np.bool_)
        hashed, days = int(case.theirs.hashes[post]), tuple(case.theirs.days[post].tolist())
        found = topk_vectors.match_vectors(theirs[post], hashed, people, eligible, days, 5, threads=2)
        assert found[1][found[0] > 0].tolist() == best


def test_rows_come_back_from_blocks() -> None:
    case = made(3)
    chunk = case.mine.chunks[1]
    rows = chunk.make()
    assert len(rows) == chunk.count
    dense = np.zeros((chunk.count, WIDTH))
    for row in range(chunk.count):
        here = slice(rows.starts[row], rows.starts[row + 1])
        assert np.all(np.diff(rows.columns[here]) > 0)
        dense[row, rows.columns[here]] = rows.weights[here]
    again = made(3)
    expected = again.mine.chunks[1].make()
    assert np.array_equal(rows.starts, expected.starts)
    assert dense.sum() > 0


def test_progress_is_told_and_a_caller_can_stop() -> None:
    case = made(1)
    told: list[float] = []
    topk.match_all(case.mine, case.theirs, case.rules, 5, threads=1, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1
    for threads in (1, 2):
        with pytest.raises(Cancelled):
            topk.match_all(case.mine, case.theirs, case.rules, 5, threads=threads, cancelled=lambda: True)
    empty = np.zeros((case.posts.lanes, 8), np.int8)
    vectors = [np.zeros((case.people.count, 8), np.int8)], empty, case.theirs.scales > 0
    with pytest.raises(Cancelled):
        topk_vectors.match_all_vectors(case.mine, case.theirs, case.rules, vectors, 5, cancelled=lambda: True)


def test_equal_values_stand_in_another_order_for_each_record() -> None:
    others = np.arange(1000, dtype=np.uint64)
    orders = [np.argsort([int(tie_of(np.uint64(anchor), other)) for other in others]).tolist() for anchor in (1, 2)]
    assert orders[0] != orders[1]
    assert abs(float(np.mean(orders[0][:100])) - 500) < 100  # nobody is ahead for an id


def _rows(chance: np.random.Generator, count: int) -> list[tuple[NDArray[np.uint16], NDArray[np.uint16]]]:
    rows = []
    for _ in range(count):
        columns = np.unique((chance.random(chance.integers(0, 30)) ** 3 * WIDTH).astype(np.uint16))
        rows.append((columns, chance.integers(1, 40, len(columns)).astype(np.uint16)))
    return rows


def _placed(rows: Any, place: NDArray[np.int64]) -> Any:
    placed = []
    for columns, weights in rows:
        order = np.argsort(place[columns])
        placed.append((place[columns][order].astype(np.uint16), weights[order]))
    return placed


def _dense(rows: Any) -> NDArray[np.int64]:
    dense = np.zeros((len(rows), WIDTH), np.int64)
    for row, (columns, weights) in enumerate(rows):
        dense[row, columns] = weights
    return dense


def _days(chance: np.random.Generator, count: int) -> NDArray[np.int32]:
    first = chance.integers(0, 50, count)
    days = np.stack([first, first + chance.integers(-5, 50, count)], axis=1).astype(np.int32)
    days[chance.random(count) < 0.3, 0] = NO_FIRST
    days[chance.random(count) < 0.3, 1] = NO_LAST
    return days


def _meet(mine: NDArray[np.int32], theirs: NDArray[np.int32]) -> NDArray[np.bool_]:
    silent = [(days[:, 0] == NO_FIRST) & (days[:, 1] == NO_LAST) for days in (mine, theirs)]
    first = np.maximum(mine[:, None, 0], theirs[None, :, 0])
    last = np.minimum(mine[:, None, 1], theirs[None, :, 1])
    meet: NDArray[np.bool_] = (first <= last) | silent[0][:, None] | silent[1][None, :]
    return meet


def _found(lists: Any, number: int) -> list[int]:
    values, numbers = lists
    return list(numbers[number][values[number] > 0].tolist())
