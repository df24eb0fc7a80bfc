"""An index as one process sees it: the mapped base, and what changed since in small parts of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ml.blocks import Ints, PeopleBlocks, PostBlocks
from ml.index_base import Base, Records, hash_of, rows_of
from ml.index_journal import Entry
from ml.index_rules import NO_FIRST, NO_LAST, Key, Verdicts, unplain
from ml.index_signals import Row
from ml.topk import Hashes, PostSide

_KEPT = 1024  # combinations of keys of profiles that asked
PART = 1024  # changed profiles that are laid out together, once
Vectors = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Part:
    """Some profiles laid out together; `first` is the number of the first, `removed` is empty while none is."""

    first: int
    blocks: PeopleBlocks
    slots: Ints
    records: Records
    removed: NDArray[np.bool_]


@dataclass(slots=True)
class Changes:
    """The records of one side that were put since the base, in the order in which they came."""

    ids: list[str] = field(default_factory=list)
    hashes: list[int] = field(default_factory=list)
    codes: list[list[int]] = field(default_factory=list)
    days: list[tuple[int, int]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    vectors: list[Vectors] = field(default_factory=list)
    place_of: dict[str, int] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    removed_of_base: set[int] = field(default_factory=set)
    words: int = 0
    unseen: int = 0
    withdrawn: int = 0  # records removed for good, not replaced

    def records(self, start: int, end: int, dimensions: int) -> Records:
        """Return some of them as arrays."""
        nothing = np.zeros(dimensions, np.int8)
        vectors = [vector if len(vector) == dimensions else nothing for vector in self.vectors[start:end]]
        return Records(
            self.ids[start:end],
            np.array(self.hashes[start:end], np.uint64),
            np.array(self.codes[start:end], np.uint16).reshape(end - start, -1),
            np.array(self.days[start:end], np.int32).reshape(end - start, 2),
            np.array(vectors, np.int8).reshape(end - start, dimensions),
        )


class State:
    """A base with the changes of its journal. One thread changes it at a time; see `ml.index_reader`."""

    def __init__(self, base: Base, seed: bytes) -> None:
        self.base = base
        self.verdicts = Verdicts(base.people_keys, base.posts_keys)
        self.changes = {"profile": Changes(), "opportunity": Changes()}
        self._seed = seed
        self._sealed: list[Part] = []
        self._parts: list[Part] | None = None
        self._posts: tuple[PostSide, Records] | None = None
        self._bits: dict[tuple[Key, ...], Hashes] = {}

    @property
    def dimensions(self) -> int:
        """Return how many numbers a vector has, 0 where the base has none."""
        return max(int(self.base.people.vectors.shape[1]), int(self.base.posts.vectors.shape[1]))

    def apply(self, entry: Entry) -> None:
        """Take in one change."""
        values = entry.values
        side, record_id = values["side"], values["id"]
        changes = self.changes[side]
        hashed = hash_of(self._seed, side, record_id)
        known = self._forget(side, record_id, hashed)
        if values["op"] == "put":
            table = self.base.people_keys if side == "profile" else self.base.posts_keys
            changes.place_of[record_id] = len(changes.ids)
            changes.ids.append(record_id)
            changes.hashes.append(hashed)
            changes.codes.append(table.codes_of([unplain(key) for key in values["keys"]]))
            changes.days.append(tuple(values["days"]))
            changes.rows.append(Row(entry.columns, entry.weights, values["scale"]))
            changes.vectors.append(entry.vector)
            changes.words += values["words"]
            changes.unseen += values["unseen"]
        elif known:
            changes.withdrawn += 1
        if side == "profile":
            self._parts = None
        else:
            self._posts = None

    def parts(self) -> list[Part]:
        """Return the profiles in parts: the base, full parts of changes, and the newest changes."""
        if self._parts is None:
            changes, base = self.changes["profile"], self.base
            count = len(base.people)
            while (start := len(self._sealed) * PART) + PART <= len(changes.ids):
                self._sealed.append(self._part(start, start + PART))
            parts = [Part(0, base.people_blocks, base.slots, base.people, _flags(changes.removed_of_base, 0, count))]
            parts.extend(
                Part(part.first, part.blocks, part.slots, part.records, _flags(changes.removed, at * PART, PART))
                for at, part in enumerate(self._sealed)
            )
            start = len(self._sealed) * PART
            if start < len(changes.ids):
                part = self._part(start, len(changes.ids))
                removed = _flags(changes.removed, start, len(changes.ids) - start)
                parts.append(Part(part.first, part.blocks, part.slots, part.records, removed))
            self._parts = parts
        return self._parts

    def posts(self) -> tuple[PostSide, Records]:
        """Return all posts: the base's blocks, then one of changes; who is removed has a scale of 0."""
        if self._posts is None:
            base, changes = self.base, self.changes["opportunity"]
            scales = np.array(base.posts_scales)
            scales[list(changes.removed_of_base)] = 0
            blocks, records = [base.posts_blocks], base.posts
            if changes.ids:
                blocks.append(PostBlocks.of(rows_of(changes.rows), max(1, base.vocabulary.width)))
                fresh = np.zeros(blocks[-1].lanes, np.float32)
                fresh[: len(changes.ids)] = [row.scale for row in changes.rows]
                fresh[list(changes.removed)] = 0
                scales = np.concatenate([scales, fresh])
                records = self._with_changes(records, blocks[0].lanes, blocks[-1].lanes)
            self._posts = PostSide(blocks, scales, records.hashes, records.days), records
            self._bits.clear()
            self.closed = np.full(len(scales), np.inf, np.float32)  # lists of posts that take nobody in
        return self._posts

    def bits_of(self, keys: tuple[Key, ...]) -> Hashes:
        """Return a bit for each post that suits each of a profile's keys, kept until posts change."""
        _, records = self.posts()
        if keys not in self._bits:
            if len(self._bits) >= _KEPT:
                self._bits.clear()
            self._bits[keys] = self.verdicts.bits(records.codes, [[key] for key in keys])
        return self._bits[keys]

    def post_id(self, number: int) -> str:
        """Return the id of a post by its number."""
        lanes = self.base.posts_blocks.lanes
        return self.base.posts.ids[number] if number < lanes else self.changes["opportunity"].ids[number - lanes]

    def profile_id(self, number: int) -> str:
        """Return the id of a profile by its number."""
        count = len(self.base.people)
        return self.base.people.ids[number] if number < count else self.changes["profile"].ids[number - count]

    def number_of(self, side: str, record_id: str) -> int:
        """Return the number of a record. Raises KeyError for one that is not there."""
        changes = self.changes[side]
        if record_id in changes.place_of:
            first = len(self.base.people) if side == "profile" else self.base.posts_blocks.lanes
            return first + changes.place_of[record_id]
        number = self.base.number_of(side, record_id, hash_of(self._seed, side, record_id))
        if number is None or number in changes.removed_of_base:
            raise KeyError(f"no indexed record has the id {record_id!r}")
        return number

    def row_of(self, side: str, number: int) -> Row:
        """Return the row of a record by its number."""
        first = len(self.base.people) if side == "profile" else self.base.posts_blocks.lanes
        if number >= first:
            return self.changes[side].rows[number - first]
        if side == "profile":
            return _row(*_profile_numbers(self.base.people_blocks, number), 1.0)
        return _row(*_post_numbers(self.base.posts_blocks, number), float(self.base.posts_scales[number]))

    def _forget(self, side: str, record_id: str, hashed: int) -> bool:
        changes = self.changes[side]
        place = changes.place_of.pop(record_id, None)
        if place is not None:
            changes.removed.add(place)
            return True
        number = self.base.number_of(side, record_id, hashed)
        if number is None or number in changes.removed_of_base:
            return False
        changes.removed_of_base.add(number)
        return True

    def _part(self, start: int, end: int) -> Part:
        changes, width = self.changes["profile"], max(1, self.base.vocabulary.width)
        blocks = PeopleBlocks.of(rows_of(changes.rows[start:end]), width)
        records = changes.records(start, end, self.dimensions)
        return Part(len(self.base.people) + start, blocks, blocks.slots, records, np.zeros(0, np.bool_))

    def _with_changes(self, records: Records, old: int, more: int) -> Records:
        changes = self.changes["opportunity"]
        fresh = changes.records(0, len(changes.ids), self.dimensions)
        pad = more - len(changes.ids)
        vectors = np.zeros((old + more, self.dimensions), np.int8)
        vectors[: len(records.vectors)] = records.vectors[:, : self.dimensions] if records.vectors.size else 0
        vectors[old : old + len(fresh.vectors)] = fresh.vectors
        return Records(
            records.ids,
            np.concatenate([records.hashes, fresh.hashes, np.zeros(pad, np.uint64)]),
            np.concatenate([records.codes, fresh.codes, np.zeros((pad, records.codes.shape[1]), np.uint16)]),
            np.concatenate([records.days, fresh.days, np.tile(np.array([[NO_FIRST, NO_LAST]], np.int32), (pad, 1))]),
            vectors,
        )


def _flags(numbers: set[int], first: int, count: int) -> NDArray[np.bool_]:
    inside = [number - first for number in numbers if first <= number < first + count]
    flags = np.zeros(count if inside else 0, np.bool_)
    flags[inside] = True
    return flags


def _row(columns: Sequence[int], weights: Sequence[int], scale: float) -> Row:
    return Row(np.array(columns, np.uint16), np.array(weights, np.uint16), scale)


def _profile_numbers(blocks: PeopleBlocks, number: int) -> tuple[list[int], list[int]]:
    block, place = divmod(number, blocks.dense.shape[2])
    dense = {
        int(blocks.dense_columns[slot]): int(blocks.dense[block, slot, place])
        for slot in np.flatnonzero(blocks.dense[block, :, place]).tolist()
    }
    start = int(blocks.offsets[block])
    at = np.flatnonzero(blocks.places[start : int(blocks.offsets[block + 1])] == place)
    columns = np.searchsorted(blocks.starts[block], at, side="right") - 1
    found = dense | dict(zip(columns.tolist(), blocks.values[start + at].tolist(), strict=True))
    return sorted(found), [found[column] for column in sorted(found)]


def _post_numbers(blocks: PostBlocks, number: int) -> tuple[list[int], list[int]]:
    block, lane = divmod(number, blocks.head.shape[2])
    common = np.flatnonzero(blocks.head[block, :, lane])
    run, place = divmod(number, blocks.run)
    start, end = int(blocks.starts[run, 0]), int(blocks.starts[run, -1])
    at = start + np.flatnonzero(blocks.places[start:end] == place)
    columns = np.searchsorted(blocks.starts[run], at, side="right") - 1
    weights = [*blocks.head[block, common, lane].tolist(), *blocks.values[at].tolist()]
    return [*common.tolist(), *columns.tolist()], weights


def one_line(records: Sequence[Records]) -> tuple[Hashes, NDArray[np.uint16], Ints]:
    """Return hashes, codes and days of several runs of records in one line, copied only where there are several."""
    if len(records) == 1:
        return records[0].hashes, records[0].codes, records[0].days
    return (
        np.concatenate([item.hashes for item in records]),
        np.concatenate([item.codes for item in records]),
        np.concatenate([item.days for item in records]),
    )
