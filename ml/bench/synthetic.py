"""Made-up records for measuring: rows of whole numbers with the shape of real ones, ready to be laid out or compared.

119 columns a profile and 177 a post among 60,170, as common as words are: the 64 commonest columns hold about 72 % of
all products of two records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ml.blocks import SparseRows
from ml.index_base import Content, Records, hash_of
from ml.index_rules import KeyTable, days_of, keys_of
from ml.index_signals import POST_UNIT, PROFILE_UNIT, Vocabulary
from ml.schema import LanguageAbility, OpportunityRecord, ProfileRecord

WIDTH = 60_170
PROFILE_COLUMNS, POST_COLUMNS = 119, 177
SCALE = 1 / (PROFILE_UNIT * POST_UNIT)
_FLAT = 13  # evens out the commonest columns, so that 64 of them hold 72 % of all products
_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Pool:
    """Synthetic records of both sides, sorted for eligibility, and vectors if wanted."""

    people: SparseRows
    posts: SparseRows
    profiles: Sequence[ProfileRecord]
    opportunities: Sequence[OpportunityRecord]
    of_profiles: NDArray[np.int64]
    of_opportunities: NDArray[np.int64]
    vectors: tuple[NDArray[np.int8], NDArray[np.int8]]

    def content(self, *, open_to_all: bool = False) -> Content:
        """Return the content of a base; without eligibility when `open_to_all`."""
        people_keys, posts_keys = KeyTable(), KeyTable()
        kinds = [ProfileRecord("", "GB")] if open_to_all else self.profiles
        wanted = [OpportunityRecord("", "KR")] if open_to_all else self.opportunities
        mine = np.zeros_like(self.of_profiles) if open_to_all else self.of_profiles
        theirs = np.zeros_like(self.of_opportunities) if open_to_all else self.of_opportunities
        return Content(
            Vocabulary([f"en\tw{column}" for column in range(WIDTH)], np.ones(WIDTH, np.float32), 0.0),
            _records("profile", kinds, mine, people_keys, self.vectors[0]),
            self.people,
            _records("opportunity", wanted, theirs, posts_keys, self.vectors[1]),
            self.posts,
            np.full(len(self.posts), SCALE, np.float32),
            people_keys,
            posts_keys,
        )


def make_pool(profiles: int, opportunities: int, *, seed: int = 1, dimensions: int = 0) -> Pool:
    """Make a pool, the same for the same arguments."""
    chance = np.random.default_rng(seed)
    mine, theirs = _profile_kinds(), _post_kinds()
    return Pool(
        _rows(chance, profiles, PROFILE_COLUMNS, PROFILE_UNIT),
        _rows(chance, opportunities, POST_COLUMNS, POST_UNIT),
        mine,
        theirs,
        np.sort(chance.integers(0, len(mine), profiles)),
        np.sort(chance.integers(0, len(theirs), opportunities)),
        _vectors(chance, profiles, opportunities, dimensions),
    )


def matrix(rows: SparseRows) -> Any:
    """Return rows as a CSR matrix of float32, as libraries take them."""
    return sp.csr_matrix((rows.weights, rows.columns, rows.starts), shape=(len(rows), WIDTH))


def _rows(chance: np.random.Generator, count: int, width: int, unit: int) -> SparseRows:
    odds = 1 / (np.arange(WIDTH) + 1 + _FLAT)
    odds = np.cumsum(odds / odds.sum()).astype(np.float32)
    starts, columns, weights = [np.zeros(1, np.int64)], [], []
    for first in range(0, count, _AT_ONCE):
        some = min(_AT_ONCE, count - first)
        drawn = np.searchsorted(odds, chance.random((some, 2 * width), np.float32)).clip(0, WIDTH - 1).astype(np.int32)
        kept = _first_distinct(drawn, width)
        found = np.sort(np.where(kept, drawn, WIDTH), axis=1)[:, :width]
        is_there = found < WIDTH
        raw = np.where(is_there, chance.gamma(2.0, 1.0, found.shape).astype(np.float32) + 0.2, 0)
        raw *= unit / np.linalg.norm(raw, axis=1, keepdims=True)
        whole = np.floor(raw)
        is_there &= whole > 0
        starts.append(starts[-1][-1] + np.cumsum(is_there.sum(axis=1)))
        columns.append(found[is_there])
        weights.append(whole[is_there].astype(np.float32))
    return SparseRows(np.concatenate(starts), np.concatenate(columns), np.concatenate(weights))


def _first_distinct(drawn: NDArray[np.int32], width: int) -> NDArray[np.bool_]:
    order = np.argsort(drawn, axis=1, kind="stable")
    ordered = np.take_along_axis(drawn, order, 1)
    first = np.ones(drawn.shape, np.bool_)
    first[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    in_place = np.empty_like(first)
    np.put_along_axis(in_place, order, first, 1)
    kept: NDArray[np.bool_] = in_place & (np.cumsum(in_place, axis=1) <= width)
    return kept


def _vectors(
    chance: np.random.Generator, profiles: int, opportunities: int, dimensions: int
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    if not dimensions:
        return np.zeros((profiles, 0), np.int8), np.zeros((opportunities, 0), np.int8)
    centres = chance.normal(size=(64, dimensions)).astype(np.float32)
    made = []
    for count in (profiles, opportunities):
        found = np.empty((count, dimensions), np.int8)
        for first in range(0, count, _AT_ONCE):
            some = found[first : first + _AT_ONCE]
            raw = centres[chance.integers(0, 64, len(some))] + chance.normal(size=some.shape).astype(np.float32)
            some[:] = np.rint(raw / np.linalg.norm(raw, axis=1, keepdims=True) * 127)
        made.append(found)
    return made[0], made[1]


def _records(
    side: str,
    kinds: Sequence[ProfileRecord] | Sequence[OpportunityRecord],
    of_records: NDArray[np.int64],
    table: KeyTable,
    vectors: NDArray[np.int8],
) -> Records:
    codes = np.array([table.codes_of(keys_of(kind)) for kind in kinds], np.uint16)
    days = np.array([days_of(kind) for kind in kinds], np.int32)
    count = len(of_records)
    ids = [f"{side[0]}-{number:032x}" for number in range(count)]
    hashes = np.array([hash_of(b"", side, record_id) for record_id in ids], np.uint64)
    return Records(ids, hashes, codes[of_records], days[of_records], vectors)


def _profile_kinds() -> list[ProfileRecord]:
    """Return people of both countries, all grades, with and without the other language, some only at home."""
    return [
        ProfileRecord(
            "",
            country,
            languages=(LanguageAbility("en", english, english), LanguageAbility("ko", korean, korean)),
            kinds=frozenset({"secondment"}) if grade % 2 else frozenset(),
            available_from=date(2027, 1 + grade, 1),
            available_to=date(2028, 1 + grade, 1),
            grade_order=grade,
            shown_abroad=(english + korean) % 3 != 0,
        )
        for country in ("GB", "KR")
        for grade in range(1, 11)
        for english, korean in ((6, 1), (6, 2), (6, 3), (6, 4), (2, 6), (3, 6), (4, 6), (5, 6))
    ]


def _post_kinds() -> list[OpportunityRecord]:
    """Return posts of both countries for those at home, from abroad or both, with the language they need."""
    audiences: tuple[Any, ...] = ("abroad", "home", "both")
    return [
        OpportunityRecord(
            "",
            country,
            working_language="en" if country == "GB" else "ko",
            speaking=level,
            reading=level,
            kind="secondment" if least % 2 else "job_shadowing",
            start_earliest=date(2027, 3 + least, 1),
            start_latest=date(2027, 6 + least, 1),
            grade_min_order=least,
            grade_max_order=least + 3,
            audience=audience,
        )
        for country in ("GB", "KR")
        for audience in audiences
        for level in (2, 3, 4, 5)
        for least in range(1, 7)
    ]
