"""Reading an index: the best posts of a profile, the best profiles of a post, and all pairs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ml.concepts import SkillLexicon
from ml.index_base import LAYOUT, from_segment, hash_of
from ml.index_journal import read_entries, size_of
from ml.index_rules import Key, days_of, keys_of
from ml.index_signals import Row, post_items, profile_items
from ml.index_state import Part, State, one_line
from ml.meaning import Meaning
from ml.params import MatcherParams
from ml.schema import OpportunityRecord, ProfileRecord
from ml.segments import SegmentDamaged, Store, read_segment
from ml.sides import read_opportunity, read_profile
from ml.topk import Lists, RowChunk, RowSide, Rules, SparseRows, match_all, match_chunk, match_one, no_lists
from ml.topk_vectors import VECTOR_UNIT, match_all_vectors, match_vectors

Vector = NDArray[np.int8]
_NO_VECTOR = np.empty(0, np.int8)


class IndexUnusable(ValueError):
    """There is no index here, or none for these settings: make one with `Index.create`."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record worth scoring in full: its score by words, concepts and levels without ceilings, the cosine of the mean
    vectors, each None where the record was found by the other one alone."""

    id: str
    score: float | None
    similarity: float | None = None


@dataclass(frozen=True, slots=True)
class AllPairs:
    """The best of every record of both sides, as `Index.all_pairs` found them."""

    profile_ids: Sequence[str]
    post_ids: Sequence[str]
    _of_profiles: Sequence[Lists]
    _of_posts: Sequence[Lists]
    _state: State
    _numbers: tuple[Sequence[int], Sequence[int]]

    def of_profiles(self) -> Iterator[tuple[str, list[Candidate]]]:
        """Yield each profile's id with its best posts, best first."""
        for profile_id, number in zip(self.profile_ids, self._numbers[0], strict=True):
            yield profile_id, _joined([_pairs(lists, number) for lists in self._of_profiles], self._state.post_id)

    def of_posts(self) -> Iterator[tuple[str, list[Candidate]]]:
        """Yield each post's id with its best profiles, best first."""
        for post_id, number in zip(self.post_ids, self._numbers[1], strict=True):
            yield post_id, _joined([_pairs(lists, number) for lists in self._of_posts], self._state.profile_id)


class Index:
    """An index on disk, mapped read-only: several processes share its pages.

    Asking is safe from several threads. What a writer changed is seen after the next `refresh`.
    """

    def __init__(self, store: Store, params: MatcherParams, lexicon: SkillLexicon, seed: bytes) -> None:
        self.store, self.params, self.lexicon, self.seed = store, params, lexicon, seed
        self.journal_end = 0
        self._lock = threading.RLock()
        self._stamp: tuple[int, ...] = ()
        self.state = self._load()

    @classmethod
    def create(cls, folder: Path | str, **values: Any) -> Self:
        """Write a new base and put it in use: see `ml.index_writer.create`, which takes the same arguments."""
        from ml.index_writer import create

        create(folder, **values)
        return cls.open(folder, **{name: values[name] for name in ("params", "lexicon", "seed") if name in values})

    @classmethod
    def open(cls, folder: Path | str, *, params: MatcherParams, lexicon: SkillLexicon, seed: bytes = b"") -> Self:
        """Map an index. Raises IndexUnusable when there is none for these settings, or it is damaged."""
        return cls(Store(folder), params, lexicon, seed)

    def refresh(self) -> bool:
        """Take in what writers changed since; tell whether there was anything. Raises IndexUnusable as `open` does."""
        with self._lock:
            stamp = self.store.stamp()
            if stamp != self._stamp:
                self.state = self._load()
                return True
            if size_of(self.journal) == self.journal_end:
                return False
            return self._read_journal()

    @property
    def journal(self) -> Path:
        """Return where the changes since the base are."""
        folder = self.state.base.folder
        return folder.parent / f"{folder.name}.journal"

    def top_opportunities(
        self, profile: str | ProfileRecord, k: int, *, meaning: Meaning | None = None, threads: int = 1
    ) -> list[Candidate]:
        """Return the best eligible posts of an indexed profile (an id) or of any profile; nothing is kept of it.

        Pairs that share nothing are not listed. With vectors on both sides, the best `k` by each signal are joined.
        Raises KeyError for an unknown id.
        """
        with self._lock:
            row, keys, days, hashed, vector = self._asked("profile", profile, meaning)
            posts, records = self.state.posts()
            bits = self.state.verdicts.bits(records.codes, [[key] for key in keys])
        mine = RowSide([], np.array([hashed], np.uint64), np.array([days], np.int32))
        rules = Rules(np.zeros((1, len(keys)), np.uint16), np.arange(len(keys), dtype=np.int64), bits)
        found = no_lists(1, k)
        closed = np.full((len(posts.hashes), 1), np.inf, np.float32), np.zeros((len(posts.hashes), 1), np.int32)
        chunk = RowChunk(0, 1, lambda: rows)
        rows = SparseRows.of([(row.columns, row.weights)])
        match_chunk(rows, chunk, (mine, posts), rules, (found, closed))
        lists = [_listed(found)]
        if len(vector) and records.vectors.size:
            is_there = posts.scales == 0
            with self._lock:
                allowed = self.state.verdicts.suiting("profile", keys), self.state.base.posts_keys.offsets()
            eligible = records.codes, allowed[1], allowed[0], is_there
            lists.append(_listed(match_vectors(vector, hashed, records, eligible, days, k, threads=threads)))
        return _joined(lists, self.state.post_id)

    def top_profiles(
        self, post: str | OpportunityRecord, k: int, *, meaning: Meaning | None = None, threads: int = 2
    ) -> list[Candidate]:
        """Return the best eligible profiles of an indexed post (an id) or of any post; otherwise as above."""
        with self._lock:
            row, keys, days, hashed, vector = self._asked("opportunity", post, meaning)
            allowed = self.state.verdicts.suiting("opportunity", keys)
            offsets, parts = self.state.base.people_keys.offsets(), self.state.parts()
        by_words: list[tuple[float, int, int]] = []
        by_vector: list[tuple[float, int, int]] = []
        query = row.columns.astype(np.int32), row.weights.astype(np.float32), row.scale, hashed
        for part in parts:
            people = part.blocks, part.slots, part.records.hashes, part.records.days
            eligible = part.records.codes, offsets, allowed, part.removed
            some = threads if len(part.blocks.dense) > threads else 1
            best = match_one(query, people, eligible, np.array(days, np.int32), k, threads=some)
            by_words.extend(_numbered(best, part, hashed))
            if len(vector) and part.records.vectors.size:
                best = match_vectors(vector, hashed, part.records, eligible, days, k, threads=some)
                by_vector.extend(_numbered(best, part, hashed))
        lists = [[(value, number) for value, _, number in sorted(found)[:k]] for found in (by_words, by_vector)]
        lists = [[(-value, number) for value, number in found] for found in lists]
        return _joined(lists, self.state.profile_id)

    def all_pairs(
        self,
        k: int,
        *,
        threads: int = 2,
        progress: Callable[[float], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> AllPairs:
        """Return the best `k` of every profile and of every post, each among those that suit it.

        `progress` hears the share done; `cancelled` is asked several times a second. Raises Cancelled.
        """
        with self._lock:
            state, parts = self.state, self.state.parts()
            posts, records = state.posts()
            hashes, codes, days = one_line([part.records for part in parts])
            bits, offsets = state.verdicts.bits(records.codes), state.base.people_keys.offsets()
        removed = [part.first + int(row) for part in parts for row in np.flatnonzero(part.removed)]
        if removed:
            codes = np.array(codes, np.uint16)
            codes[removed, 0] = len(bits)
            bits = np.concatenate([bits, np.zeros((1, bits.shape[1]), np.uint64)])
        rules, mine = Rules(codes, offsets, bits), RowSide(_chunks(parts), hashes, days)
        both = [match_all(mine, posts, rules, k, threads=threads, progress=progress, cancelled=cancelled)]
        if records.vectors.size and any(part.records.vectors.size for part in parts):
            vectors = [part.records.vectors for part in parts], records.vectors, posts.scales > 0
            both.append(match_all_vectors(mine, posts, rules, vectors, k, cancelled=cancelled))
        gone = frozenset(removed)
        numbers = [number for number in range(len(hashes)) if number not in gone]
        lanes = np.flatnonzero(posts.scales > 0).tolist()
        ids = list(map(state.profile_id, numbers)), list(map(state.post_id, lanes))
        return AllPairs(*ids, [lists[0] for lists in both], [lists[1] for lists in both], state, (numbers, lanes))

    def _load(self) -> State:
        try:
            self._stamp = self.store.stamp()
            segment = read_segment(self.store.current())
        except SegmentDamaged as error:
            raise IndexUnusable(str(error)) from error
        wanted = settings_of(self.params, self.lexicon, self.seed)
        if segment.meta.get("layout") != LAYOUT or segment.meta.get("settings") != wanted:
            raise IndexUnusable("the index was made with other settings")
        self.state = State(from_segment(segment), self.seed)
        self.journal_end = 0
        self._read_journal()
        return self.state

    def _read_journal(self) -> bool:
        before = self.journal_end
        for entry, end in read_entries(self.journal, self.journal_end):
            self.state.apply(entry)
            self.journal_end = end
        return self.journal_end > before

    def _asked(
        self, side: str, record: str | ProfileRecord | OpportunityRecord, meaning: Meaning | None
    ) -> tuple[Row, Sequence[Key], tuple[int, int], int, Vector]:
        if isinstance(record, str):
            return self._indexed(side, record)
        row = self.fresh_row(record)
        hashed = hash_of(self.seed, side, record.id)
        return row, keys_of(record), days_of(record), hashed, _NO_VECTOR if meaning is None else vector_of(meaning)

    def _indexed(self, side: str, record_id: str) -> tuple[Row, Sequence[Key], tuple[int, int], int, Vector]:
        state = self.state
        number = state.number_of(side, record_id)
        if side == "profile":
            part = next(part for part in reversed(state.parts()) if number >= part.first)
            records, place, table = part.records, number - part.first, state.base.people_keys
        else:
            records, place, table = state.posts()[1], number, state.base.posts_keys
        keys = [of_factor[code] for of_factor, code in zip(table.keys, records.codes[place].tolist(), strict=True)]
        vector = np.array(records.vectors[place]) if records.vectors.size else _NO_VECTOR
        first, last = records.days[place].tolist()
        return state.row_of(side, number), keys, (first, last), int(records.hashes[place]), vector

    def fresh_row(self, record: ProfileRecord | OpportunityRecord) -> Row:
        """Read a record with the fitted vocabulary."""
        vocabulary = self.state.base.vocabulary
        if isinstance(record, ProfileRecord):
            items = list(profile_items(record, read_profile(record, self.params, self.lexicon), self.params))
            columns, values, words, unseen = vocabulary.look_up(items)
            row = vocabulary.profile_row(columns, values)
        else:
            items = list(post_items(record, read_opportunity(record, self.params, self.lexicon), self.params))
            columns, values, words, unseen = vocabulary.look_up(items)
            row = vocabulary.post_row(columns, values, self.params)
        return Row(row.columns, row.weights, row.scale, words, unseen)


def settings_of(params: MatcherParams, lexicon: SkillLexicon, seed: bytes) -> Mapping[str, str]:
    """Return what an index must have been made with to serve these settings."""
    return {"params": params.sha256, "lexicon": lexicon.sha256, "seed": f"{hash_of(seed, 'seed', ''):016x}"}


def vector_of(meaning: Meaning) -> Vector:
    """Return the mean of a text's vectors at length one, in 8-bit numbers; nothing for a text without passages."""
    if not len(meaning.vectors):
        return _NO_VECTOR
    mean = meaning.vectors.mean(axis=0, dtype=np.float64)
    length = float(np.linalg.norm(mean))
    whole: Vector = np.rint(mean / max(length, 1e-12) * VECTOR_UNIT).astype(np.int8)
    return whole


def _chunks(parts: Sequence[Part]) -> list[RowChunk]:
    chunks = []
    for part in parts:
        size = part.blocks.dense.shape[2]
        for block in range(len(part.blocks.dense)):
            count = min(size, part.blocks.count - block * size)
            chunks.append(RowChunk(part.first + block * size, count, _Rows(part, block)))
    return chunks


@dataclass(frozen=True, slots=True)
class _Rows:
    part: Part
    block: int

    def __call__(self) -> SparseRows:
        return self.part.blocks.rows(self.block)


def _listed(lists: Lists | tuple[Any, Any]) -> list[tuple[float, int]]:
    values, numbers = lists[0].reshape(-1), lists[1].reshape(-1)
    return [(value, number) for value, number in zip(values.tolist(), numbers.tolist(), strict=True) if value > 0]


def _pairs(lists: Lists, number: int) -> list[tuple[float, int]]:
    return _listed((lists[0][number], lists[1][number]))


def _numbered(found: tuple[Any, Any], part: Part, anchor: int) -> Iterator[tuple[float, int, int]]:
    from ml.kernels import tie_of

    for value, place in _listed(found):
        yield -value, int(tie_of(np.uint64(anchor), part.records.hashes[place])), part.first + place


def _joined(lists: Sequence[Sequence[tuple[float, int]]], name: Callable[[int], str]) -> list[Candidate]:
    """Join the lists by each signal, in the order of the better of a record's places."""
    if len(lists) == 1:
        return [Candidate(name(number), value) for value, number in lists[0]]
    by_words, by_vector = ({number: value for value, number in found} for found in lists)
    places: dict[int, tuple[int, int]] = {}
    for signal, found in enumerate(lists):
        for place, (_, number) in enumerate(found):
            places[number] = min(places.get(number, (place, signal)), (place, signal))
    ordered = sorted(places, key=lambda number: places[number])
    return [Candidate(name(number), by_words.get(number), by_vector.get(number)) for number in ordered]
