"""The ways in which the yardsticks of parity and attacks score people against posts: as the product, as plain texts."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ml.bilingual import Person, Post, load_lexicon
from ml.encoder import Encoder, Vectors, installed_encoder
from ml.matcher import SkillMatcher
from ml.meaning import Meaning, meaning_of
from ml.params import MatcherParams
from ml.rank import CACHE_VARIABLE, Item, rank
from ml.schema import OpportunityRecord, ProfileRecord
from ml.sides import RecordKey
from ml.text import Language
from ml.vector_cache import CachedEncoder

Floats: TypeAlias = NDArray[np.float64]
SeenPerson: TypeAlias = tuple[Person, Language]
SeenPost: TypeAlias = tuple[Post, Language]


class ProductScorer:
    """Scores as the service does: declared skills, concepts, words and meaning, with the default settings.

    Without `declares` nobody declares a skill, and only texts speak for people.
    """

    is_fitted_on_all = False

    def __init__(self, encoder: Encoder, params: MatcherParams | None = None, *, declares: bool = True) -> None:
        self.name = "product" if declares else "undeclared"
        self._encoder, self._params, self._declares = encoder, params or MatcherParams(), declares
        self._lexicon = load_lexicon()

    def people_for_posts(
        self, pool: Sequence[SeenPerson], more: Sequence[SeenPerson], posts: Sequence[SeenPost]
    ) -> Floats:
        """Return people by posts: the pool, and then more people who are met by the pool's vocabulary."""
        profiles = [self._record(item, number) for number, item in enumerate([*pool, *more])]
        wanted = [post.record(language) for post, language in posts]
        meanings: dict[RecordKey, Meaning] = {("opportunity", post.id): self._meaning(post) for post in wanted}
        meanings |= {("profile", person.id): self._meaning(person) for person in profiles}
        matcher = SkillMatcher(params=self._params, lexicon=self._lexicon)
        matcher.fit(profiles[: len(pool)], wanted, meanings)
        table = np.empty((len(profiles), len(posts)))
        rows = {person.id: row for row, person in enumerate(profiles)}
        columns = {post.id: column for column, post in enumerate(wanted)}
        for post_id, ranked in matcher.rank_every_opportunity():
            for item in ranked:
                table[rows[item.id], columns[post_id]] = item.score
        for row, person in enumerate(profiles[len(pool) :], len(pool)):
            for item in matcher.rank_fresh(person, meaning=meanings["profile", person.id]):
                table[row, columns[item.id]] = item.score
        return table

    def posts_for_people(self, people: Sequence[SeenPerson], posts: Sequence[SeenPost]) -> Floats:
        """Return people by posts."""
        return self.people_for_posts(people, (), posts)

    def _record(self, item: SeenPerson, number: int) -> ProfileRecord:
        person, language = item
        return person.record(language, f"{number}", declares=self._declares)

    def _meaning(self, record: ProfileRecord | OpportunityRecord) -> Meaning:
        is_profile = isinstance(record, ProfileRecord)
        limit = self._params.profile_text_limit if is_profile else self._params.opportunity_text_limit
        return meaning_of(record.texts, self._encoder, limit=limit)


class TextScorer:
    """Scores as `ml.rank` does, from the texts alone: those who are added to a pool change what is rare in it."""

    is_fitted_on_all = True

    def __init__(self, encoder: Encoder) -> None:
        self.name = "text only"
        self._encoder = encoder

    def people_for_posts(
        self, pool: Sequence[SeenPerson], more: Sequence[SeenPerson], posts: Sequence[SeenPost]
    ) -> Floats:
        """Return people by posts: people are the corpus, each post is a query."""
        return self._ranked(_of_posts(posts), _of_people([*pool, *more])).T

    def posts_for_people(self, people: Sequence[SeenPerson], posts: Sequence[SeenPost]) -> Floats:
        """Return people by posts: posts are the corpus, each person is a query."""
        return self._ranked(_of_people(people), _of_posts(posts))

    def _ranked(self, queries: Sequence[Item], corpus: Sequence[Item]) -> Floats:
        run = rank(queries, corpus, len(corpus), self._encoder)
        columns = {item.id: column for column, item in enumerate(corpus)}
        table = np.full((len(queries), len(corpus)), -np.inf)
        for row, query in enumerate(queries):
            for document, score in run[query.id]:
                table[row, columns[document]] = score
        return table


class RememberingEncoder:
    """An encoder that reads each text once in its life."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.dimensions = encoder.name, encoder.dimensions
        self._encoder = encoder
        self._known: dict[str, Vectors] = {}

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a row of length one for each text."""
        unread = [text for text in dict.fromkeys(texts) if text not in self._known]
        if unread:
            self._known.update(zip(unread, self._encoder.encode(unread), strict=True))
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        return np.stack([self._known[text] for text in texts])


def yardstick_encoder(environment: Mapping[str, str] = os.environ) -> Encoder:
    """Return the encoder of this installation, its vectors kept in memory, and in a folder where one is named.

    Raises RuntimeError where none is installed.
    """
    encoder = installed_encoder()
    if encoder is None:
        raise RuntimeError("The sentence encoder is not installed.")
    folder = environment.get(CACHE_VARIABLE)
    return RememberingEncoder(CachedEncoder(encoder, Path(folder)) if folder else encoder)


def _of_people(people: Sequence[SeenPerson]) -> list[Item]:
    return [Item(f"{number:04d}", person.texts[language]) for number, (person, language) in enumerate(people)]


def _of_posts(posts: Sequence[SeenPost]) -> list[Item]:
    return [Item(f"{number:04d}", post.texts[language]) for number, (post, language) in enumerate(posts)]
