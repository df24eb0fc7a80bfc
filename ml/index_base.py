"""The base of an index: all records of one moment, laid out for matching, as arrays that a segment stores."""

from __future__ import annotations

import bisect
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.blocks import PeopleBlocks, PostBlocks, SparseRows, arrays_of, people_from, posts_from
from ml.index_rules import NO_FIRST, NO_LAST, KeyTable
from ml.index_signals import Row, Vocabulary
from ml.segments import Segment

LAYOUT = 2  # changes with what the arrays mean
Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Records:
    """One side of an index, a row a record: ids, keyed hashes, numbers of rule keys, days, vectors (or none at all)."""

    ids: Sequence[str]
    hashes: NDArray[np.uint64]
    codes: NDArray[np.uint16]
    days: NDArray[np.int32]
    vectors: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Content:
    """All that a base holds. Rows of posts have a scale each; the records of a side are in the order of its rows."""

    vocabulary: Vocabulary
    people: Records
    people_rows: SparseRows
    posts: Records
    posts_rows: SparseRows
    posts_scales: NDArray[np.float32]
    people_keys: KeyTable
    posts_keys: KeyTable


@dataclass(frozen=True, slots=True)
class Base:
    """A base as it is mapped: posts are padded to whole blocks, with a scale of 0 where there is none."""

    folder: Path
    meta: Mapping[str, Any]
    vocabulary: Vocabulary
    people: Records
    people_blocks: PeopleBlocks
    slots: NDArray[np.int32]
    posts: Records
    posts_blocks: PostBlocks
    posts_scales: NDArray[np.float32]
    people_keys: KeyTable
    posts_keys: KeyTable
    order: Mapping[str, NDArray[np.uint32]]

    def number_of(self, side: str, record_id: str, hashed: int) -> int | None:
        """Return the row of a record, or None."""
        records, order = (self.people, self.order[side]) if side == "profile" else (self.posts, self.order[side])
        place = bisect.bisect_left(range(len(order)), hashed, key=lambda at: int(records.hashes[order[at]]))
        while place < len(order) and int(records.hashes[order[place]]) == hashed:
            if records.ids[int(order[place])] == record_id:
                return int(order[place])
            place += 1
        return None


class StoredIds(Sequence[str]):
    """Ids kept as one run of bytes, read when asked for."""

    def __init__(self, data: NDArray[np.uint8], ends: NDArray[np.int64]) -> None:
        self._data, self._ends = data, ends

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, place: Any) -> Any:
        start = int(self._ends[place - 1]) if place else 0
        return self._data[start : int(self._ends[place])].tobytes().decode("utf-8", "surrogatepass")


def hash_of(seed: bytes, side: str, record_id: str) -> int:
    """Return the keyed hash of a record's id: where it stands among equals, favouring nobody."""
    key = hashlib.blake2b(seed, digest_size=32).digest()
    name = f"{side}\n{record_id}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(name, key=key, digest_size=8).digest(), "little")


def rows_of(rows: Sequence[Row]) -> SparseRows:
    """Join rows of single records."""
    return SparseRows.of([(row.columns, row.weights) for row in rows])


def to_segment(content: Content) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Return the arrays and values of a base."""
    width = max(1, content.vocabulary.width)
    people = PeopleBlocks.of(content.people_rows, width)
    posts = PostBlocks.of(content.posts_rows, width)
    names, ends = _strings(content.vocabulary.names)
    scales = np.zeros(posts.lanes, np.float32)
    scales[: len(content.posts)] = content.posts_scales
    arrays: dict[str, NDArray[Any]] = {
        "names": names,
        "names_ends": ends,
        "names_weights": content.vocabulary.weights,
        **arrays_of(people, "people"),
        **arrays_of(posts, "posts"),
        "posts_scales": scales,
        **_records_arrays(content.people, "profile"),
        **_records_arrays(content.posts, "opportunity"),
    }
    meta: dict[str, Any] = {
        "layout": LAYOUT,
        "profiles": len(content.people),
        "posts": len(content.posts),
        "unseen_share": content.vocabulary.unseen_share,
        "profile_keys": content.people_keys.to_plain(),
        "post_keys": content.posts_keys.to_plain(),
    }
    return arrays, meta


def from_segment(segment: Segment) -> Base:
    """Rebuild a base around the mapped arrays."""
    arrays, meta = segment.arrays, segment.meta
    names = StoredIds(arrays["names"], arrays["names_ends"])
    vocabulary = Vocabulary(list(names), arrays["names_weights"], float(meta["unseen_share"]))
    people = people_from(arrays, "people", meta["profiles"])
    posts = posts_from(arrays, "posts")
    return Base(
        folder=segment.folder,
        meta=meta,
        vocabulary=vocabulary,
        people=_records(arrays, "profile", meta["profiles"]),
        people_blocks=people,
        slots=people.slots,
        posts=_padded(_records(arrays, "opportunity", meta["posts"]), posts.lanes),
        posts_blocks=posts,
        posts_scales=arrays["posts_scales"],
        people_keys=KeyTable.from_plain(meta["profile_keys"]),
        posts_keys=KeyTable.from_plain(meta["post_keys"]),
        order={side: arrays[f"{side}_order"] for side in ("profile", "opportunity")},
    )


def _records_arrays(records: Records, side: str) -> dict[str, NDArray[Any]]:
    data, ends = _strings(records.ids)
    return {
        f"{side}_ids": data,
        f"{side}_ids_ends": ends,
        f"{side}_hashes": records.hashes,
        f"{side}_codes": records.codes,
        f"{side}_days": records.days,
        f"{side}_vectors": records.vectors,
        f"{side}_order": np.argsort(records.hashes, kind="stable").astype(np.uint32),
    }


def _records(arrays: Arrays, side: str, count: int) -> Records:
    fields = (arrays[f"{side}_{name}"] for name in ("hashes", "codes", "days", "vectors"))
    return Records(StoredIds(arrays[f"{side}_ids"], arrays[f"{side}_ids_ends"][:count]), *fields)


def _padded(records: Records, lanes: int) -> Records:
    more = lanes - len(records.hashes)
    days = np.tile(np.array([[NO_FIRST, NO_LAST]], np.int32), (more, 1))
    return Records(
        records.ids,
        np.concatenate([records.hashes, np.zeros(more, np.uint64)]),
        np.concatenate([records.codes, np.zeros((more, records.codes.shape[1]), np.uint16)]),
        np.concatenate([records.days, days]),
        records.vectors,
    )


def _strings(texts: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    pieces = [text.encode("utf-8", "surrogatepass") for text in texts]
    ends = np.cumsum([len(piece) for piece in pieces], dtype=np.int64)
    return np.frombuffer(b"".join(pieces), np.uint8), ends
