"""Which pairs a run suggests: the best people of each post and the best posts of each person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from ml.schema import Ranked
from talent.matching.settings import RunSettings

Pair = tuple[str, str]
"""(profile id, post id)."""
Rank = Callable[[int], list[Ranked]]
"""The best of one list, at most so many."""
_FURTHER = 4


class Ranker(Protocol):
    """What is asked of the matcher."""

    def rank_profiles(self, opportunity_id: str, top_k: int | None = None) -> list[Ranked]: ...
    def rank_opportunities(self, profile_id: str, top_k: int | None = None) -> list[Ranked]: ...


@dataclass(frozen=True)
class Scope:
    """What has changed; everything when both are None. Pairs that touch neither side stay as they are."""

    profiles: frozenset[str] | None = None
    posts: frozenset[str] | None = None

    @property
    def is_all(self) -> bool:
        return self.profiles is None and self.posts is None

    def touches(self, pair: Pair) -> bool:
        """Tell whether a pair is to be looked at again."""
        return self.is_all or pair[0] in (self.profiles or ()) or pair[1] in (self.posts or ())


@dataclass(frozen=True)
class Field:
    """Who and what can be ranked: active profiles and open posts."""

    profiles: tuple[str, ...]
    posts: tuple[str, ...]


def choose(
    ranker: Ranker,
    settings: RunSettings,
    field: Field,
    scope: Scope,
    excluded: Iterable[Pair],
) -> dict[str, list[str]]:
    """Return, for each post with a pair to suggest, the profile ids, best first.

    `excluded` pairs take no place in a list: somebody who was turned down does not stand in another's way.
    """
    out = set(excluded)
    posts, people = _to_rank(ranker, settings, field, scope)
    of_post, of_person = Counter(post for _, post in out), Counter(person for person, _ in out)
    scores: dict[str, dict[str, float]] = defaultdict(dict)

    def take(rank: Rank, pair_of: Callable[[str], Pair], places: int, known: int) -> None:
        def suits(row: Ranked) -> bool:
            return settings.suggests(row.band) and pair_of(row.id) not in out

        for row in _best(rank, suits, places, known, settings.floor):
            pair = pair_of(row.id)
            if scope.touches(pair):
                scores[pair[1]][pair[0]] = _place_of(row)

    for post in posts:
        take(partial(ranker.rank_profiles, post), partial(_person_and, post), settings.per_post, of_post[post])
    for person in people:
        take(partial(ranker.rank_opportunities, person), partial(_pair, person), settings.per_person, of_person[person])
    return {post: sorted(scores[post], key=lambda person: (-scores[post][person], person)) for post in sorted(scores)}


def _best(rank: Rank, suits: Callable[[Ranked], bool], places: int, known: int, floor: float) -> list[Ranked]:
    """Return the best that suit, at most `places`, looking further down the list until it can hold none any more.

    Lists are in the order of both results, bands are of one: among the first there may be some whose band is too low.
    `known` is how many of the list are left out, `floor` the least place that a band good enough can have.
    """
    most = places + known
    while True:
        ranked = rank(most)
        found = [row for row in ranked if suits(row)][:places]
        if len(found) == places or len(ranked) < most or _place_of(ranked[-1]) < floor:
            return found
        most *= _FURTHER


def _place_of(row: Ranked) -> float:
    return row.score if row.combined is None else row.combined


def _pair(person: str, post: str) -> Pair:
    return person, post


def _person_and(post: str, person: str) -> Pair:
    return person, post


def _to_rank(ranker: Ranker, settings: RunSettings, field: Field, scope: Scope) -> tuple[list[str], list[str]]:
    """Return the posts and people whose lists a pair in scope could be on."""
    if scope.is_all:
        return list(field.posts), list(field.profiles)
    posts = set(scope.posts or ()) & set(field.posts)
    people = set(scope.profiles or ()) & set(field.profiles)
    also_people = {row.id for post in posts for row in ranker.rank_profiles(post) if settings.suggests(row.band)}
    also_posts = {
        row.id for person in people for row in ranker.rank_opportunities(person) if settings.suggests(row.band)
    }
    return sorted(posts | also_posts), sorted(people | also_people)
