"""Records as sparse rows of whole numbers, whose product is close to the matcher's score without its ceilings.

Columns are words and pairs of words by language, skill concepts, and the steps of levels (a level of 3 has the steps 1
to 3, so that the product with a requirement counts the steps that are met). Words of posts are kept, words of profiles
when two records have them, 65,536 columns at most, and of each record its strongest words. What is found by these rows
is then scored in full by `ml.matcher`.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ml.concepts import SkillLexicon
from ml.features import Reading, word_terms
from ml.params import MatcherParams
from ml.schema import MOST_LEVEL, OpportunityRecord, ProfileRecord
from ml.scoring import level_table, required_skills
from ml.sides import concepts_of
from ml.text import LANGUAGES

MOST_COLUMNS = 65_536  # so that a column is a number of 16 bits
PROFILE_WORDS, POST_WORDS = 128, 256  # the strongest are kept
PROFILE_UNIT, POST_UNIT = 4095, 4096  # their product is below 2**24: sums of float32 stay exact
CONCEPT, LEVEL = len(LANGUAGES), len(LANGUAGES) + 1
_KINDS = (*LANGUAGES, "concept", "level")

Item = tuple[int, str, float]  # kind, name, value


@dataclass(frozen=True, slots=True)
class Row:
    """A record as the index holds it: rising columns with whole weights; `scale` turns a post's products into scores.

    `words` counts the different words that were read, `unseen` those that the vocabulary does not know.
    """

    columns: NDArray[np.uint16]
    weights: NDArray[np.uint16]
    scale: float = 1.0
    words: int = 0
    unseen: int = 0


class Bags:
    """What many records hold, as numbers of names: compact, to fit in memory while terms are counted."""

    def __init__(self, names: dict[str, int]) -> None:
        self._names = names
        self._ids, self._values, self._ends = array("I"), array("f"), array("Q", [0])

    def add(self, items: Iterator[Item]) -> None:
        """Add what the next record holds."""
        for kind, name, value in items:
            self._ids.append(self._names.setdefault(f"{_KINDS[kind]}\t{name}", len(self._names)))
            self._values.append(value)
        self._ends.append(len(self._ids))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, place: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        here = slice(self._ends[place], self._ends[place + 1])
        return np.array(self._ids[here], np.int64), np.array(self._values[here], np.float64)

    def counts(self) -> NDArray[np.int64]:
        """Return how many of the records hold each name."""
        return np.bincount(np.frombuffer(self._ids, np.uint32), minlength=len(self._names)).astype(np.int64)


class Vocabulary:
    """The columns of an index, the commonest among posts first, and how much each weighs."""

    def __init__(self, names: Sequence[str], weights: NDArray[np.float32], unseen_share: float) -> None:
        self.names = list(names)
        self.weights = weights
        self.unseen_share = unseen_share
        self._columns = {name: column for column, name in enumerate(self.names)}
        self._kinds = np.array([_KINDS.index(name.split("\t", 1)[0]) for name in self.names], np.int8)

    @classmethod
    def fit(cls, names: Mapping[str, int], people: Bags, posts: Bags, always: frozenset[str]) -> Self:
        """Choose the columns, and learn how rare each is."""
        total = len(people) + len(posts)
        of_people, of_posts = people.counts(), posts.counts()
        held = of_people + of_posts
        use = {name: (int(of_posts[place]), int(of_people[place])) for name, place in names.items()}
        use.update((name, (0, 0)) for name in always - use.keys())
        worth = [name for name, (theirs, mine) in use.items() if theirs or mine > 1 or name in always]
        worth.sort(key=lambda name: (name not in always, -use[name][0], -use[name][1], name))
        kept = sorted(worth[:MOST_COLUMNS], key=lambda name: (-use[name][0], -use[name][1], name))
        weights = [math.log((1 + total) / (1 + sum(use[name]))) + 1 for name in kept]
        words = [int(held[place]) for name, place in names.items() if _is_word(name)]
        return cls(kept, np.array(weights, np.float32), words.count(1) / max(1, sum(words)))

    @property
    def width(self) -> int:
        """Return how many columns there are."""
        return len(self.names)

    def columns_of(self, names: Mapping[str, int]) -> NDArray[np.int64]:
        """Return the column of each numbered name, or -1."""
        return np.array([self._columns.get(name, -1) for name in names], np.int64)

    def look_up(self, items: Sequence[Item]) -> tuple[NDArray[np.int64], NDArray[np.float64], int, int]:
        """Return columns and values of what a fresh record holds, and its words: how many, and how many unknown."""
        names = [f"{_KINDS[kind]}\t{name}" for kind, name, _ in items]
        columns = np.array([self._columns.get(name, -1) for name in names], np.int64)
        are_words = [_is_word(name) for name in names]
        unseen = sum(word and column < 0 for word, column in zip(are_words, columns.tolist(), strict=True))
        return columns, np.array([value for _, _, value in items], np.float64), sum(are_words), unseen

    def profile_row(self, columns: NDArray[np.int64], values: NDArray[np.float64]) -> Row:
        """Weigh a profile: words and concepts as directions of length one, levels as they are."""
        columns, weights, _ = self._weighed(columns, values, PROFILE_WORDS)
        return Row(*_whole(columns, weights * PROFILE_UNIT))

    def post_row(self, columns: NDArray[np.int64], values: NDArray[np.float64], params: MatcherParams) -> Row:
        """Weigh a post so that its product with a profile is the weighted sum of the parts, without ceilings."""
        columns, weights, kinds = self._weighed(columns, values, POST_WORDS)
        levels = float(weights[kinds == LEVEL].sum())  # the weights of the skill parts that apply
        text = params.weight_text * bool((kinds < CONCEPT).any())
        concepts = params.weight_concepts * bool((kinds == CONCEPT).any())
        factors = np.ones(len(_KINDS))
        factors[:CONCEPT], factors[CONCEPT] = text / params.text_full_cosine, concepts / params.concepts_full_cosine
        weights = weights * factors[kinds] / max(levels + text + concepts, 1e-9)
        most = sum(float(np.linalg.norm(weights[kinds == kind])) for kind in range(LEVEL))
        most += float(weights[kinds == LEVEL].sum())  # no profile can reach more
        if most <= 0:
            return Row(np.empty(0, np.uint16), np.empty(0, np.uint16), 0.0)
        return Row(*_whole(columns, weights * (POST_UNIT / most)), scale=most / (PROFILE_UNIT * POST_UNIT))

    def _weighed(
        self, columns: NDArray[np.int64], values: NDArray[np.float64], most_words: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int8]]:
        known = columns >= 0
        order = np.argsort(columns[known], kind="stable")
        columns, values = columns[known][order], values[known][order]
        kinds = self._kinds[columns]
        weights = values * np.where(kinds == LEVEL, 1.0, self.weights[columns])
        for kind in range(LEVEL):
            mine = kinds == kind
            length = float(np.linalg.norm(weights[mine]))
            if length > 0:
                weights[mine] /= length
        words = np.flatnonzero(kinds < CONCEPT)
        if len(words) > most_words:
            keep = np.ones(len(columns), np.bool_)
            keep[words[np.lexsort((columns[words], -weights[words]))[most_words:]]] = False
            columns, weights, kinds = columns[keep], weights[keep], kinds[keep]
        return columns, weights, kinds


def profile_items(record: ProfileRecord, reading: Reading, params: MatcherParams) -> Iterator[Item]:
    """Yield what a profile holds: words, concepts, and the steps of its levels."""
    yield from _word_items(reading)
    yield from _concept_items(record, reading, params)
    skills = sorted({skill.skill_id for skill in record.skills} | reading.claims.keys())
    levels = level_table([record], [reading], {skill: place for place, skill in enumerate(skills)}, params).levels[0]
    for skill, level in zip(skills, levels.tolist(), strict=True):
        for step in range(math.ceil(level)):
            yield LEVEL, f"{skill} {step + 1}", min(1.0, level - step)


def post_items(record: OpportunityRecord, reading: Reading, params: MatcherParams) -> Iterator[Item]:
    """Yield what a post holds: words, concepts, and what each step of the levels asked for is worth."""
    yield from _word_items(reading)
    yield from _concept_items(record, reading, params)
    wanted = required_skills(record.skills)
    counts = Counter(skill.essential for skill in wanted)
    for skill in wanted:
        weight = params.weight_skills_essential if skill.essential else params.weight_skills_desirable
        weight /= max(counts[skill.essential], params.skills_full)  # as in ml.scoring: min(count / full, 1) / count
        for step in range(skill.level):
            yield LEVEL, f"{skill.skill_id} {step + 1}", weight / skill.level


def names_of_skills(lexicon: SkillLexicon) -> frozenset[str]:
    """Return the columns that every index has: concepts and steps of levels of all known skills."""
    concepts = {f"concept\t{skill}" for skill in lexicon.skill_ids}
    steps = {f"level\t{skill} {step + 1}" for skill in lexicon.skill_ids for step in range(MOST_LEVEL)}
    return frozenset(concepts | steps)


def _word_items(reading: Reading) -> Iterator[Item]:
    for kind, language in enumerate(LANGUAGES):
        for term, count in Counter(word_terms(reading.words.get(language, ()))).items():
            yield kind, term, 1 + math.log(count)


def _concept_items(
    record: ProfileRecord | OpportunityRecord, reading: Reading, params: MatcherParams
) -> Iterator[Item]:
    if isinstance(record, ProfileRecord):
        weights = concepts_of([record], [reading], params)[0]
    else:
        weights = concepts_of([record], [reading], params)[0]
    for skill, weight in weights.items():
        yield CONCEPT, skill, weight


def _is_word(name: str) -> bool:
    kind, _, term = name.partition("\t")
    return kind in LANGUAGES and " " not in term


def _whole(columns: NDArray[np.int64], weights: NDArray[np.float64]) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    whole = np.floor(weights).astype(np.uint16)
    kept = whole > 0
    return columns[kept].astype(np.uint16), whole[kept]
