"""The parts of a score for a block of pairs at once: linear, additive, each part and the sum in [0, 1]."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ml.features import Reading, Sparse
from ml.meaning import MeaningSide, meaning_block
from ml.params import MatcherParams
from ml.schema import OpportunityRecord, ProfileRecord, RequiredSkill
from ml.text import LANGUAGES, Language
from ml.traces import Traces

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LevelTable:
    """What each profile brings to each skill: the level that counts, and whether the person wants to develop it."""

    levels: Floats
    develop: Flags


@dataclass(frozen=True, slots=True)
class Requirements:
    """The skills that each post asks for: columns in the table of levels, and levels; 0 where a post asks for fewer."""

    columns: NDArray[np.intp]
    levels: NDArray[np.intp]

    def block(self, rows: slice) -> Requirements:
        """Return the requirements of some of the posts."""
        return Requirements(self.columns[rows], self.levels[rows])


@dataclass(frozen=True, slots=True)
class TextVectors:
    """One row a record, for texts of one language; `present` tells whose texts have enough words of it."""

    matrix: Sparse
    present: Flags


@dataclass(frozen=True, slots=True)
class ProfileSide:
    """Profiles made ready to be scored."""

    records: Sequence[ProfileRecord]
    table: LevelTable
    concepts: Sparse
    texts: Mapping[Language, TextVectors]
    meanings: MeaningSide
    traces: Sequence[Traces]

    def only(self, row: int) -> ProfileSide:
        """Return one of the profiles."""
        rows = slice(row, row + 1)
        table = LevelTable(self.table.levels[rows], self.table.develop[rows])
        meanings = self.meanings.block(row, row + 1)
        texts = _some(self.texts, rows)
        return ProfileSide(self.records[rows], table, self.concepts[rows], texts, meanings, self.traces[rows])

    def take(self, rows: Sequence[int]) -> ProfileSide:
        """Return these profiles, in this order."""
        table = LevelTable(self.table.levels[rows], self.table.develop[rows])
        return ProfileSide(
            [self.records[row] for row in rows],
            table,
            self.concepts[rows],
            {language: TextVectors(item.matrix[rows], item.present[rows]) for language, item in self.texts.items()},
            MeaningSide.of([self.meanings.meanings[row] for row in rows]),
            [self.traces[row] for row in rows],
        )


@dataclass(frozen=True, slots=True)
class OpportunitySide:
    """Opportunities made ready to be scored."""

    records: Sequence[OpportunityRecord]
    essential: Requirements
    desirable: Requirements
    concepts: Sparse
    has_concepts: Flags
    texts: Mapping[Language, TextVectors]
    meanings: MeaningSide
    traces: Sequence[Traces]

    def block(self, start: int, end: int) -> OpportunitySide:
        """Return some of the opportunities."""
        rows = slice(start, end)
        return OpportunitySide(
            self.records[rows],
            self.essential.block(rows),
            self.desirable.block(rows),
            self.concepts[rows],
            self.has_concepts[rows],
            _some(self.texts, rows),
            self.meanings.block(start, end),
            self.traces[rows],
        )

    def take(self, rows: Sequence[int]) -> OpportunitySide:
        """Return these opportunities, in this order."""
        return OpportunitySide(
            [self.records[row] for row in rows],
            Requirements(self.essential.columns[rows], self.essential.levels[rows]),
            Requirements(self.desirable.columns[rows], self.desirable.levels[rows]),
            self.concepts[rows],
            self.has_concepts[rows],
            {language: TextVectors(item.matrix[rows], item.present[rows]) for language, item in self.texts.items()},
            MeaningSide.of([self.meanings.meanings[row] for row in rows]),
            [self.traces[row] for row in rows],
        )


@dataclass(frozen=True, slots=True)
class BlockScores:
    """Scores of profiles (rows) by opportunities (columns), with each part's renormalised weight and value."""

    scores: Floats
    weights: Mapping[str, Floats]
    values: Mapping[str, Floats]


def level_table(
    profiles: Sequence[ProfileRecord],
    readings: Sequence[Reading],
    columns: Mapping[str, int],
    params: MatcherParams,
) -> LevelTable:
    """Return the levels that count, in the columns given: declared, else not stated, else claimed in a text."""
    levels = np.zeros((len(profiles), len(columns)))
    develop = np.zeros((len(profiles), len(columns)), dtype=np.bool_)
    for row, (profile, reading) in enumerate(zip(profiles, readings, strict=True)):
        for skill_id in reading.claims.keys() & columns.keys():
            levels[row, columns[skill_id]] = params.claimed_level
        for skill in profile.skills:
            column = columns.get(skill.skill_id)
            if column is None:
                continue
            develop[row, column] |= skill.develop
            if not is_only_wished(skill.level, skill.develop):
                held = params.unstated_level if skill.level is None else float(skill.level)
                levels[row, column] = max(levels[row, column], held)
    return LevelTable(levels, develop)


def required_skills(skills: Sequence[RequiredSkill]) -> list[RequiredSkill]:
    """Return the skills asked for, each once, by id: the highest level, essential if it is so anywhere."""
    merged: dict[str, RequiredSkill] = {}
    for skill in skills:
        known = merged.get(skill.skill_id, skill)
        merged[skill.skill_id] = RequiredSkill(
            skill.skill_id, max(skill.level, known.level), skill.essential or known.essential
        )
    return [merged[skill_id] for skill_id in sorted(merged)]


def requirements(
    opportunities: Sequence[OpportunityRecord], columns: Mapping[str, int], *, essential: bool
) -> Requirements:
    """Return what posts ask for, essential or desirable, in the columns given."""
    asked = [
        [
            (columns[skill.skill_id], skill.level)
            for skill in required_skills(post.skills)
            if skill.essential == essential
        ]
        for post in opportunities
    ]
    shape = len(asked), max(map(len, asked), default=0)
    places, levels = np.zeros(shape, dtype=np.intp), np.zeros(shape, dtype=np.intp)
    for row, skills in enumerate(asked):
        for position, (column, level) in enumerate(skills):
            places[row, position], levels[row, position] = column, level
    return Requirements(places, levels)


def is_only_wished(level: int | None, develop: bool) -> bool:
    """Tell a skill that a person wants to learn from one that is held: a wish and no level."""
    return develop and level is None


def covered(held: Floats, develop: Flags, required: int | NDArray[np.intp], develop_credit: float) -> Floats:
    """Return the share, 0 to 1, of a required level that is met; a wish to develop earns part of what is missing."""
    met: Floats = np.minimum(held, required) / required
    return met + develop_credit * develop * (1 - met)


def score_block(profiles: ProfileSide, opportunities: OpportunitySide, params: MatcherParams) -> BlockScores:
    """Score every pair of a block."""
    shape = len(profiles.records), len(opportunities.records)
    essential = _coverage(profiles.table, opportunities.essential, params)
    desirable = _coverage(profiles.table, opportunities.desirable, params)
    concepts = _saturated(_cosines(profiles.concepts, opportunities.concepts), params.concepts_full_cosine)
    texts, is_text = _text(profiles.texts, opportunities.texts, shape)
    meaning, is_meaning = meaning_block(profiles.meanings, opportunities.meanings, params)
    values = {
        "skills_essential": essential,
        "skills_desirable": desirable,
        "concepts": concepts,
        "text": _saturated(texts, params.text_full_cosine),
        "meaning": meaning,
    }
    applies = {
        "concepts": np.broadcast_to(opportunities.has_concepts, shape),
        "text": is_text,
        "meaning": is_meaning,
    }
    stated = {
        "skills_essential": np.broadcast_to(_fullness(opportunities.essential, params), shape),
        "skills_desirable": np.broadcast_to(_fullness(opportunities.desirable, params), shape),
    }
    return _combined(values, applies, stated, params.weights)


def text_cosine(
    profiles: Mapping[Language, TextVectors], opportunities: Mapping[Language, TextVectors]
) -> tuple[Language | None, float]:
    """Return the language that carries the text part of a single pair, and the cosine in it."""
    best: Language | None = None
    most = -1.0
    for language in LANGUAGES:
        mine, theirs = profiles.get(language), opportunities.get(language)
        if mine is None or theirs is None or not (mine.present[0] and theirs.present[0]):
            continue
        cosine = float(_cosines(mine.matrix, theirs.matrix)[0, 0])
        if cosine > most:
            best, most = language, cosine
    return best, max(most, 0.0)


def _some(texts: Mapping[Language, TextVectors], rows: slice) -> dict[Language, TextVectors]:
    return {name: TextVectors(item.matrix[rows], item.present[rows]) for name, item in texts.items()}


def _coverage(table: LevelTable, asked: Requirements, params: MatcherParams) -> Floats:
    """Average what is covered over the skills of each post, one skill of every post at a time."""
    coverage = np.zeros((len(table.levels), len(asked.levels)))
    counts = np.maximum(_count(asked), 1)
    for columns, levels in zip(asked.columns.T, asked.levels.T, strict=True):
        share = covered(
            table.levels[:, columns], table.develop[:, columns], np.maximum(levels, 1), params.develop_credit
        )
        coverage += np.where(levels > 0, share / counts, 0.0)
    return np.clip(coverage, 0, 1)


def _text(
    profiles: Mapping[Language, TextVectors],
    opportunities: Mapping[Language, TextVectors],
    shape: tuple[int, int],
) -> tuple[Floats, Flags]:
    """Return the best cosine over the languages that both sides wrote in, and where there is such a language.

    The best, not the mean: a text added in a second language must not cost what the first one earned.
    """
    cosines = np.zeros(shape)
    applies = np.zeros(shape, dtype=np.bool_)
    for language in LANGUAGES:
        if language in profiles and language in opportunities:
            mine, theirs = profiles[language], opportunities[language]
            both = mine.present[:, None] & theirs.present[None, :]
            cosines = np.where(both, np.maximum(cosines, _cosines(mine.matrix, theirs.matrix)), cosines)
            applies |= both
    return cosines, applies


def _cosines(rows: Sparse, columns: Sparse) -> Floats:
    """Multiply so that the smaller side is turned round; terms add up in the same order, and so to the same bits."""
    if rows.shape[0] < columns.shape[0]:
        return np.ascontiguousarray((columns @ rows.T).toarray().T)
    product: Floats = (rows @ columns.T).toarray()
    return product


def _saturated(cosines: Floats, full: float) -> Floats:
    return np.clip(cosines / full, 0, 1)


def _count(asked: Requirements) -> NDArray[np.intp]:
    return np.asarray(np.count_nonzero(asked.levels, axis=1), dtype=np.intp)


def _fullness(asked: Requirements, params: MatcherParams) -> Floats:
    """Return how much of its weight the skills part of each post has: less where a post names only a few skills."""
    return np.minimum(_count(asked) / params.skills_full, 1.0)


def _combined(
    values: Mapping[str, Floats],
    applies: Mapping[str, Flags],
    stated: Mapping[str, Floats],
    weights: Mapping[str, float],
) -> BlockScores:
    """Add up the parts that apply, those of `stated` with the share of their weight that it gives."""
    tables = {code: weight * (stated[code] if code in stated else applies[code]) for code, weight in weights.items()}
    for present, absent in (("meaning", "text"), ("text", "meaning")):
        tables[present] = tables[present] + weights[absent] * (applies[present] & ~applies[absent])
    total = sum(tables.values())
    divisor = np.where(total > 0, total, 1.0)
    shared = {code: table / divisor for code, table in tables.items()}
    scores = np.zeros_like(divisor)
    for code, weight in shared.items():
        scores += weight * values[code]
    return BlockScores(np.clip(scores, 0, 1), shared, values)
