"""Which pairs a run suggests: the best people of each post and the best posts of each person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from ml.schema import Ranked
from talent.matching.settings import RunSettings

Pair = tuple[str, str]
"""(profile id, post id)."""


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

    def take(ranked: list[tuple[Pair, Ranked]], places: int) -> None:
        free = [(pair, row) for pair, row in ranked if pair not in out][:places]
        for pair, row in free:
            if settings.suggests(row.band) and scope.touches(pair):
                scores[pair[1]][pair[0]] = row.score

    for post in posts:
        found = ranker.rank_profiles(post, settings.per_post + of_post[post])
        take([((row.id, post), row) for row in found], settings.per_post)
    for person in people:
        found = ranker.rank_opportunities(person, settings.per_person + of_person[person])
        take([((person, row.id), row) for row in found], settings.per_person)
    return {post: sorted(scores[post], key=lambda person: (-scores[post][person], person)) for post in sorted(scores)}


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
