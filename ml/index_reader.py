"""Reading an index: the best posts of a profile, the best profiles of a post, and all pairs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ml.blocks import SparseRows
from ml.concepts import SkillLexicon
from ml.index_base import LAYOUT, from_segment, hash_of
from ml.index_journal import read_entries, size_of
from ml.index_lists import AllPairs, Candidate, joined, listed, numbered
from ml.index_rules import Key, days_of, keys_of
from ml.index_signals import Row, post_items, profile_items
from ml.index_state import Part, State, one_line
from ml.meaning import Meaning
from ml.params import MatcherParams
from ml.schema import OpportunityRecord, ProfileRecord
from ml.segments import SegmentDamaged, Store, read_segment
from ml.sides import read_opportunity, read_profile
from ml.topk import RowChunk, RowSide, Rules, match_all, match_chunk, match_one, no_lists
from ml.topk_vectors import VECTOR_UNIT, match_all_vectors, match_vectors

Vector = NDArray[np.int8]
_NO_VECTOR = np.empty(0, np.int8)


@dataclass(frozen=True, slots=True)
class Asked:
    """A record that asks: its row, what rules read of it, its days, its keyed hash and its vector (or none)."""

    row: Row
    keys: tuple[Key, ...]
    days: tuple[int, int]
    hashed: int
    vector: Vector


class IndexUnusable(ValueError):
    """There is no index here, or none for these settings: make one with `Index.create`."""


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
            asked = self._asked("profile", profile, meaning)
        return self.posts_for(asked, k, threads=threads)

    def posts_for(self, asked: Asked, k: int, *, threads: int = 1) -> list[Candidate]:
        """Return the best eligible posts of a profile that is a row already."""
        with self._lock:
            posts, records = self.state.posts()
            bits = self.state.bits_of(asked.keys)
        rows = SparseRows.of([(asked.row.columns, asked.row.weights)])
        mine = RowSide([], np.array([asked.hashed], np.uint64), np.array([asked.days], np.int32))
        rules = Rules(np.zeros((1, len(asked.keys)), np.uint16), np.arange(len(asked.keys), dtype=np.int64), bits)
        found, closed = no_lists(1, k), no_lists(0, 1)
        match_chunk(
            rows, RowChunk(0, 1, lambda: rows), (mine, posts), rules, (found, closed, lambda: self.state.closed)
        )
        lists = [listed(found)]
        if len(asked.vector) and records.vectors.size:
            with self._lock:
                allowed = self.state.verdicts.suiting("profile", asked.keys)
                offsets = self.state.base.posts_keys.offsets()
            eligible = records.codes, offsets, allowed, posts.scales == 0
            best = match_vectors(asked.vector, asked.hashed, records, eligible, asked.days, k, threads=threads)
            lists.append(listed(best))
        return joined(lists, self.state.post_id)

    def top_profiles(
        self, post: str | OpportunityRecord, k: int, *, meaning: Meaning | None = None, threads: int = 2
    ) -> list[Candidate]:
        """Return the best eligible profiles of an indexed post (an id) or of any post; otherwise as above."""
        with self._lock:
            asked = self._asked("opportunity", post, meaning)
            allowed = self.state.verdicts.suiting("opportunity", asked.keys)
            offsets, parts = self.state.base.people_keys.offsets(), self.state.parts()
        by_words: list[tuple[float, int, int]] = []
        by_vector: list[tuple[float, int, int]] = []
        row, days = asked.row, np.array(asked.days, np.int32)
        query = row.columns.astype(np.int32), row.weights.astype(np.float32), row.scale, asked.hashed
        for part in parts:
            people = part.blocks, part.slots, part.records.hashes, part.records.days
            eligible = part.records.codes, offsets, allowed, part.removed
            some = threads if len(part.blocks.dense) > threads else 1
            best = match_one(query, people, eligible, days, k, threads=some)
            by_words.extend(numbered(best, part, asked.hashed))
            if len(asked.vector) and part.records.vectors.size:
                best = match_vectors(asked.vector, asked.hashed, part.records, eligible, asked.days, k, threads=some)
                by_vector.extend(numbered(best, part, asked.hashed))
        lists = [[(value, number) for value, _, number in sorted(found)[:k]] for found in (by_words, by_vector)]
        lists = [[(-value, number) for value, number in found] for found in lists]
        return joined(lists if by_vector else lists[:1], self.state.profile_id)

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

    def _asked(self, side: str, record: str | ProfileRecord | OpportunityRecord, meaning: Meaning | None) -> Asked:
        if isinstance(record, str):
            return self._indexed(side, record)
        vector = _NO_VECTOR if meaning is None else vector_of(meaning)
        hashed = hash_of(self.seed, side, record.id)
        return Asked(self.fresh_row(record), keys_of(record), days_of(record), hashed, vector)

    def _indexed(self, side: str, record_id: str) -> Asked:
        state = self.state
        number = state.number_of(side, record_id)
        if side == "profile":
            part = next(part for part in reversed(state.parts()) if number >= part.first)
            records, place, table = part.records, number - part.first, state.base.people_keys
        else:
            records, place, table = state.posts()[1], number, state.base.posts_keys
        codes, (first, last) = records.codes[place].tolist(), records.days[place].tolist()
        keys = tuple(of_factor[code] for of_factor, code in zip(table.keys, codes, strict=True))
        vector = np.array(records.vectors[place]) if records.vectors.size else _NO_VECTOR
        return Asked(state.row_of(side, number), keys, (first, last), int(records.hashes[place]), vector)

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
