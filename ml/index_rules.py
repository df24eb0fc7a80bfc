"""Eligibility for many records at once: values that rules read, numbered, and verdicts kept by pairs of numbers.

Rules are those of `ml.eligibility`, asked once for each pair of different values. Spans of days are the exception:
there are too many different ones, so they are compared as numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ml.eligibility import RULES, Rule
from ml.schema import OpportunityRecord, ProfileRecord

Side = Literal["profile", "opportunity"]
NO_FIRST, NO_LAST = -(2**31), 2**31 - 1
_KEPT = 4096  # verdicts on one key against all of the other side
Key = tuple[Any, ...]  # the values that the rules of one factor read of one record

_OF_PLACE = ("border_direction", "taking_part", "shown_abroad", "profile_active", "opportunity_open", "grade")
_DATES = "dates"
_APART = (*_OF_PLACE, "minimum_language", _DATES)
# Rules whose values vary together share a factor: a number for each combination that occurs.
FACTORS: tuple[tuple[Rule, ...], ...] = (
    tuple(rule for rule in RULES if rule.code in _OF_PLACE),
    tuple(rule for rule in RULES if rule.code == "minimum_language"),
    tuple(rule for rule in RULES if rule.code not in _APART),
)


def keys_of(record: ProfileRecord | OpportunityRecord) -> tuple[Key, ...]:
    """Return what the rules of each factor read of a record."""
    if isinstance(record, ProfileRecord):
        return tuple(tuple(rule.of_profile(record) for rule in factor) for factor in FACTORS)
    return tuple(tuple(rule.of_opportunity(record) for rule in factor) for factor in FACTORS)


def days_of(record: ProfileRecord | OpportunityRecord) -> tuple[int, int]:
    """Return the first and last day that suit a record, as numbers."""
    if isinstance(record, ProfileRecord):
        span = record.available_from, record.available_to
    else:
        span = record.start_earliest, record.start_latest
    return (
        NO_FIRST if span[0] is None else span[0].toordinal(),
        NO_LAST if span[1] is None else span[1].toordinal(),
    )


class KeyTable:
    """The different keys of each factor on one side, numbered in the order in which they came."""

    def __init__(self, keys: Iterable[Iterable[Key]] = ((),) * len(FACTORS)) -> None:
        self.keys: list[list[Key]] = [list(of_factor) for of_factor in keys]
        self._codes = [{key: code for code, key in enumerate(of_factor)} for of_factor in self.keys]

    def codes_of(self, keys: Sequence[Key]) -> list[int]:
        """Return the numbers of a record's keys; new ones are added."""
        codes = []
        for known, numbers, key in zip(self.keys, self._codes, keys, strict=True):
            if key not in numbers:
                numbers[key] = len(known)
                known.append(key)
            codes.append(numbers[key])
        return codes

    def offsets(self) -> NDArray[np.int64]:
        """Return where the numbers of each factor start when all are laid out in one line."""
        return np.cumsum([0, *map(len, self.keys)], dtype=np.int64)[:-1]

    def to_plain(self) -> list[list[Any]]:
        """Return values that JSON can hold."""
        return [[plain(key) for key in of_factor] for of_factor in self.keys]

    @classmethod
    def from_plain(cls, data: Sequence[Sequence[Any]]) -> KeyTable:
        """Rebuild from what `to_plain` returned."""
        return cls([[unplain(key) for key in of_factor] for of_factor in data])


class Verdicts:
    """Which keys of profiles suit which keys of posts, asked of the rules once and remembered."""

    def __init__(self, people: KeyTable, posts: KeyTable) -> None:
        self._people, self._posts = people, posts
        self._known: dict[tuple[int, Side, Key], NDArray[np.bool_]] = {}

    def suiting(self, side: Side, keys: Sequence[Key]) -> NDArray[np.bool_]:
        """Return, for a record of `side`, which keys of the other side suit it, all factors in one line."""
        return np.concatenate([self._suits(factor, side, key) for factor, key in enumerate(keys)])

    def bits(self, codes: NDArray[np.uint16], keys: Sequence[Sequence[Key]] | None = None) -> NDArray[np.uint64]:
        """Return, for each key of profiles in a line, a bit for each post of `codes` (a multiple of 64 posts).

        All known keys of profiles, factor by factor, unless `keys` names some of each factor.
        """
        rows = [
            np.packbits(self._suits(factor, "profile", key)[codes[:, factor]], bitorder="little")
            for factor, of_factor in enumerate(self._people.keys if keys is None else keys)
            for key in of_factor
        ]
        empty = np.zeros((0, len(codes) // 8), np.uint8)
        return (np.stack(rows) if rows else empty).view(np.uint64)

    def _suits(self, factor: int, side: Side, key: Key) -> NDArray[np.bool_]:
        others = (self._posts if side == "profile" else self._people).keys[factor]
        known = self._known.get((factor, side, key))
        if known is None or len(known) < len(others):
            if len(self._known) >= _KEPT:
                self._known.clear()
            known = self._known[factor, side, key] = _verdicts(FACTORS[factor], side, key, others)
        return known


def _verdicts(rules: Sequence[Rule], side: Side, key: Key, others: Sequence[Key]) -> NDArray[np.bool_]:
    """Ask each rule once for each different value of the other side."""
    suits = np.ones(len(others), np.bool_)
    for place, rule in enumerate(rules):
        numbers: dict[Any, int] = {}
        places = [numbers.setdefault(other[place], len(numbers)) for other in others]
        if side == "profile":
            held = [rule.verdict(key[place], other)[0] != "fail" for other in numbers]
        else:
            held = [rule.verdict(other, key[place])[0] != "fail" for other in numbers]
        suits &= np.array(held, np.bool_)[places]
    return suits


def plain(value: Any) -> Any:
    """Return a key as values that JSON can hold."""
    if isinstance(value, tuple):
        return ["tuple", *map(plain, value)]
    if isinstance(value, frozenset):
        return ["set", *sorted(map(plain, value), key=repr)]
    return ["date", value.isoformat()] if isinstance(value, date) else value


def unplain(value: Any) -> Any:
    """Return the key that `plain` took apart. Raises ValueError for anything else."""
    if not isinstance(value, list):
        return value
    if not value or value[0] not in {"tuple", "set", "date"}:
        raise ValueError("this is no key")
    if value[0] == "date":
        return date.fromisoformat(value[1])
    parts = map(unplain, value[1:])
    return tuple(parts) if value[0] == "tuple" else frozenset(parts)
