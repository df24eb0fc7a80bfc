"""What an index found, as lists of ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.index_state import Part, State
from ml.topk import Lists


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
            yield profile_id, joined([_pairs(lists, number) for lists in self._of_profiles], self._state.post_id)

    def of_posts(self) -> Iterator[tuple[str, list[Candidate]]]:
        """Yield each post's id with its best profiles, best first."""
        for post_id, number in zip(self.post_ids, self._numbers[1], strict=True):
            yield post_id, joined([_pairs(lists, number) for lists in self._of_posts], self._state.profile_id)


def listed(lists: Lists | tuple[Any, Any]) -> list[tuple[float, int]]:
    values, numbers = lists[0].reshape(-1), lists[1].reshape(-1)
    return [(value, number) for value, number in zip(values.tolist(), numbers.tolist(), strict=True) if value > 0]


def _pairs(lists: Lists, number: int) -> list[tuple[float, int]]:
    return listed((lists[0][number], lists[1][number]))


def numbered(found: tuple[Any, Any], part: Part, anchor: int) -> Iterator[tuple[float, int, int]]:
    from ml.kernels import tie_of

    for value, place in listed(found):
        yield -value, int(tie_of(np.uint64(anchor), part.records.hashes[place])), part.first + place


def joined(lists: Sequence[Sequence[tuple[float, int]]], name: Callable[[int], str]) -> list[Candidate]:
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
