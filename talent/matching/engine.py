"""The matcher of `ml`, ready to use: one lexicon a reference release, and published posts fitted once for all readers.

Both are kept in memory of the process, under keys made of what they were built from; nothing is kept of any person.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy.orm import Session

from ml.params import MatcherParams
from ml.results import Figure, Kind
from ml.schema import Explanation, OpportunityRecord, ProfileRecord, WhatIf
from talent.matching import meanings, queries_inputs
from talent.matching.adapter import Facts, is_open, opportunity_record
from talent.matching.settings import RunSettings

if TYPE_CHECKING:  # loading scikit-learn takes a second: only what ranks pays for it
    from ml.concepts import SkillLexicon
    from ml.matcher import SkillMatcher
    from ml.sides import Meanings

Value = TypeVar("Value")
NO_VECTORS: Meanings = MappingProxyType({})


class _Kept(Generic[Value]):
    """The newest value made for a key; others wait while it is being made instead of making it again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: object = None
        self._value: Value | None = None

    def get(self, key: object, make: Callable[[], Value]) -> Value:
        with self._lock:
            if self._value is None or self._key != key:
                self._value = make()
                self._key = key
            return self._value

    def drop(self) -> None:
        with self._lock:
            self._key = self._value = None


_lexicon: _Kept[SkillLexicon] = _Kept()
_fitted: _Kept[FittedPosts] = _Kept()


@dataclass(frozen=True)
class FittedPosts:
    """Open posts, fitted, for ranking them for one person at a time."""

    matcher: SkillMatcher
    records: dict[str, OpportunityRecord]
    vectors: Meanings
    """What is stored of these posts' sentences."""
    settings: RunSettings


def forget() -> None:
    """Drop everything this process keeps: posts are fitted again when next asked for, and no word of anybody stays."""
    from ml import features, kept_posts

    _fitted.drop()
    features.forget()
    kept_posts.forget()


def lexicon(session: Session) -> SkillLexicon:
    """Names and aliases of all skills, as a recogniser."""
    from ml.concepts import SkillLexicon

    return _lexicon.get(
        queries_inputs.reference_stamp(session), lambda: SkillLexicon(queries_inputs.skill_names(session))
    )


def fit(
    session: Session,
    settings: RunSettings,
    profiles: Sequence[ProfileRecord],
    posts: Sequence[OpportunityRecord],
    seed: str = "",
    vectors: Meanings = NO_VECTORS,
) -> SkillMatcher:
    """A matcher fitted on these records; `vectors` holds what is stored of their sentences."""
    from ml.matcher import SkillMatcher

    matcher = SkillMatcher(params=settings.matcher, lexicon=lexicon(session), seed=seed.encode())
    return matcher.fit(profiles, posts, vectors)


def what_would_change(
    matcher: SkillMatcher, profile: ProfileRecord, post: OpportunityRecord, vectors: Meanings
) -> WhatIf:
    """The smallest single changes of a profile that would move the band of a pair, or make it eligible."""
    from ml.what_if import what_if

    return what_if(
        profile,
        post,
        lambda variants: matcher.score_variants(variants, post, vectors),
        matcher.params_,
        named=matcher.named_skills(post),
    )


def fitted_posts(session: Session, settings: RunSettings, facts: Facts) -> FittedPosts:
    """Open posts fitted for private rankings; made again when one opens, changes or closes.

    The vocabulary is that of the posts alone: it then changes only with them, and no person's words are kept. Against
    a fit on both sides, 97 in 100 pairs of the real adverts keep their band.
    """
    open_now = [
        (post_id, number, vectors)
        for post_id, number, vectors, post in queries_inputs.open_post_keys(session)
        if is_open(post, facts.now)
    ]
    key = (settings.sha256, queries_inputs.reference_stamp(session), _digest(open_now), facts.home_only_access)

    def make() -> FittedPosts:
        wanted = {post_id for post_id, *_ in open_now}
        posts = [post for post in queries_inputs.published_posts(session) if post.id in wanted]
        records = [opportunity_record(post, facts) for post in posts]
        sources = [
            meanings.source(record, post.version, settings.matcher) for record, post in zip(records, posts, strict=True)
        ]
        vectors = meanings.read(session, sources)
        matcher = fit(session, settings, (), records, vectors=vectors)
        return FittedPosts(matcher, {record.id: record for record in records}, vectors, settings)

    return _fitted.get(key, make)


def explain_again(
    weights: dict[str, Any], profile: ProfileRecord, post: OpportunityRecord, params: MatcherParams
) -> Explanation:
    """The explanation that these records had with what was kept then. Raises ValueError for other weights."""
    from ml.replay import PairWeights

    return PairWeights.from_plain(weights).pair(profile, post, params).explained()


def analyser() -> str:
    """What takes Korean words apart here."""
    from ml import morphology

    return morphology.analyser()


def measured(name: Kind, params: MatcherParams, tick: Callable[[], None]) -> Sequence[Figure]:
    """The figures of language parity or of attacks for the matcher with these settings.

    It takes minutes; `tick` is called now and then.
    """
    from ml import attack, parity  # they bring their texts and the encoder
    from ml.scorers import ProductScorer, yardstick_encoder

    scorer: Any = _Ticking(ProductScorer(yardstick_encoder(), params), tick)
    material = parity.Material.load()
    if name == "parity":
        return parity.measure(material, scorer)
    return [*attack.measure(material, scorer, attack.MOST_GAINED), *attack.flags(material)]


def broken(name: Kind, figures: Sequence[Figure]) -> Sequence[Figure]:
    """Those of the figures that miss what is promised."""
    from ml import parity

    return parity.breaches(figures) if name == "parity" else [row for row in figures if row.is_met is False]


class _Ticking:
    """Something that tells each time it is asked for anything."""

    def __init__(self, inner: Any, tick: Callable[[], None]) -> None:
        self._inner, self._tick = inner, tick

    def __getattr__(self, name: str) -> Any:
        self._tick()
        return getattr(self._inner, name)


def versions(session: Session, matcher: SkillMatcher) -> dict[str, Any]:
    """Versions of all that a result depends on besides its inputs."""
    from ml.morphology import analyser

    return {
        "matcher": matcher.params_.version,
        "lexicon": matcher.lexicon_.sha256,
        "encoder": meanings.encoder_name() or None,
        "analyser": analyser(),
        "libraries": {name: version(name) for name in ("numpy", "scikit-learn", "scipy")},
        "reference": {name: release for name, _, release in queries_inputs.reference_stamp(session)},
    }


def _digest(rows: Sequence[object]) -> str:
    return hashlib.sha256(repr(rows).encode()).hexdigest()
