"""The report on a proposal of settings: who would rank and be suggested otherwise, among the people and posts of now.

Made in a job, outside transactions. It holds counts only: nobody and no post is named, and no decision is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from ml.params import BANDS
from ml.schema import ProfileRecord, Ranked
from models.types import Band
from talent.matching import engine
from talent.matching.adapter import languages_of
from talent.matching.reading import reading_for_the_matcher
from talent.matching.review_rules import keyed_order
from talent.matching.run_inputs import Inputs
from talent.matching.selection import Field, Scope, choose
from talent.matching.settings import RunSettings

TOP = 5
MOST_POSTS = 200
"""Lists compared at most; more posts tell no more of shares, and the job would take long."""
LEAST_PEOPLE, LEAST_EXPECTED = 30, 5
"""Below these, a ratio between two groups is chance (M9)."""
Tick = Callable[[], None]


@dataclass
class Group:
    """What changes for some of the people. `kind` is `all`, `country` or `language` (of the texts, as read)."""

    kind: str
    code: str
    people: int = 0
    pairs: int = 0
    """Eligible pairs of these people with the posts compared."""
    up: int = 0
    """Pairs whose band rises."""
    down: int = 0
    top_before: int = 0
    """Places among the best five of a post."""
    top_after: int = 0
    suggested_before: int = 0
    """People with at least one suggestion."""
    suggested_after: int = 0


def pool_report(session: Session, present: RunSettings, proposed: RunSettings, tick: Tick) -> dict[str, Any]:
    """Compare two settings on active profiles and open posts. `tick` is called after each post, between statements."""
    with reading_for_the_matcher(session):
        inputs = Inputs.read(session, present.matcher)
    people = {record.id: record for record in inputs.profile_records()}
    posts = {record.id: record for record in inputs.opportunity_records()}
    both = [
        (settings, engine.fit(session, settings, list(people.values()), list(posts.values()), vectors=inputs.meanings))
        for settings in (present, proposed)
    ]
    tick()
    tally = _Tally(people)
    for post_id in sorted(posts, key=lambda key: keyed_order("reports", key))[:MOST_POSTS]:
        lists = [_List.of(matcher.rank_profiles(post_id)) for _settings, matcher in both]
        tally.add_post(*lists)
        tick()
    field = Field(tuple(people), tuple(posts))
    suggested = [choose(matcher, settings, field, Scope(), inputs.at_home) for settings, matcher in both]
    tally.add_suggested(*(set().union(*chosen.values()) for chosen in suggested))
    return {
        "people": len(people),
        "posts": len(posts),
        "posts_compared": min(len(posts), MOST_POSTS),
        "overlap": tally.overlap,
        "lists_changed": tally.lists_changed,
        "groups": [asdict(group) for group in tally.groups.values()],
        "ratios": [_ratio(tally.groups, "country", ("GB", "KR")), _ratio(tally.groups, "language", ("en", "ko"))],
    }


@dataclass(frozen=True)
class _List:
    """One post under one setting: the band of each eligible person, and the best five in the combined order."""

    bands: Mapping[str, int]
    best: tuple[str, ...]

    @classmethod
    def of(cls, ranked: Sequence[Ranked]) -> _List:
        return cls({row.id: BANDS.index(Band(row.band).value) for row in ranked}, tuple(row.id for row in ranked[:TOP]))


class _Tally:
    """Counts as posts are compared."""

    def __init__(self, people: Mapping[str, ProfileRecord]) -> None:
        self.groups: dict[tuple[str, str], Group] = {("all", ""): Group("all", "")}
        self._of: dict[str, list[Group]] = {}
        self._overlaps: list[float] = []
        self.lists_changed = 0
        for person in people.values():
            keys = [("all", ""), ("country", person.country), ("language", languages_of(person))]
            self._of[person.id] = [self.groups.setdefault(key, Group(*key)) for key in keys]
            self._count([person.id], "people")
        self.groups = dict(sorted(self.groups.items()))

    @property
    def overlap(self) -> float | None:
        """Mean share of the best five that stay among them; None without a post that somebody is eligible for."""
        return round(sum(self._overlaps) / len(self._overlaps), 4) if self._overlaps else None

    def add_post(self, before: _List, after: _List) -> None:
        self._count(before.bands, "pairs")
        for person, band in before.bands.items():
            if after.bands[person] != band:
                self._count([person], "up" if after.bands[person] < band else "down")
        self._count(before.best, "top_before")
        self._count(after.best, "top_after")
        if before.best:
            self._overlaps.append(len(set(before.best) & set(after.best)) / len(before.best))
            self.lists_changed += set(before.best) != set(after.best)

    def add_suggested(self, before: Iterable[str], after: Iterable[str]) -> None:
        self._count(before, "suggested_before")
        self._count(after, "suggested_after")

    def _count(self, people: Iterable[str], what: str) -> None:
        for person in people:
            for group in self._of[person]:
                setattr(group, what, getattr(group, what) + 1)


def _ratio(groups: Mapping[tuple[str, str], Group], kind: str, codes: tuple[str, str]) -> dict[str, Any]:
    """Share of people suggested in the one group against the other, the lower by the higher; None for too few."""
    two = [groups.get((kind, code), Group(kind, code)) for code in codes]
    return {
        "kind": kind,
        "codes": list(codes),
        **{when: _impact(two, f"suggested_{when}") for when in ("before", "after")},
    }


def _impact(two: Sequence[Group], what: str) -> float | None:
    counts = [getattr(group, what) for group in two]
    people = sum(group.people for group in two)
    expected = [sum(counts) * group.people / people if people else 0 for group in two]
    if min(group.people for group in two) < LEAST_PEOPLE or min(expected) < LEAST_EXPECTED:
        return None
    rates = [count / group.people for count, group in zip(counts, two, strict=True)]
    return round(min(rates) / max(rates), 4)
