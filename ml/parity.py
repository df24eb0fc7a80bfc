"""Does a person rank alike in Korean and in English? `python -m ml.parity [--json FILE]`; exits 1 when not.

People and posts of `data/parity` exist in both languages. Each person is put into a pool of 100 in either language,
all others staying as they are, and each post is put before each person in either; what changes is measured for the
matcher as the product uses it (skills declared) and for the ranking of plain texts, at even and uneven mixes.
"""

from __future__ import annotations

import argparse
import json
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ml.bilingual import POOL, Person, Post, load_others, load_padding, load_people, load_posts, load_relevance, pool
from ml.results import FOLDER, Figure, to_plain, write
from ml.scorers import Floats, ProductScorer, SeenPerson, SeenPost, TextScorer, yardstick_encoder
from ml.text import LANGUAGES

MIXES = {"50/50": 0.5, "90/10": 0.1, "10/90": 0.9}  # English to Korean: the share of a pool that writes in Korean
TOP = 10
SUITS = 2  # the least relevance of a post that suits a person
Grades: TypeAlias = NDArray[np.int64]
LIMITS: dict[str, tuple[float, float]] = {  # least and most, of rows M16
    "rank_gap_median": (0, 2),
    "rank_gap_p90": (0, 10),
    "top10_overlap": (0.8, 1),
    "selection_ratio": (0.8, 1.25),
    "cell_ratio": (0.9, 1),
    "nfc_nfd_difference": (0, 0),
}


class Scorer(Protocol):
    """Scores people against posts."""

    name: str
    is_fitted_on_all: bool

    def people_for_posts(
        self, pool: Sequence[SeenPerson], more: Sequence[SeenPerson], posts: Sequence[SeenPost]
    ) -> Floats:
        """Return people by posts: the pool, and then more people who are met by it."""

    def posts_for_people(self, people: Sequence[SeenPerson], posts: Sequence[SeenPost]) -> Floats:
        """Return people by posts."""


@dataclass(frozen=True, slots=True)
class Material:
    """What is measured on."""

    people: tuple[Person, ...]
    others: tuple[Person, ...]
    posts: tuple[Post, ...]
    relevance: dict[str, dict[str, int]]
    padding: dict[str, str]
    size: int = POOL

    def pool(self, korean: float) -> list[SeenPerson]:
        """Return a pool, this share of it in Korean: all the people, and others to fill it."""
        return pool(self.people, self.others, round(self.size * korean), self.size)

    @classmethod
    def load(cls) -> Material:
        """Read `data/parity`, and the sample data that fill the pool."""
        return cls(tuple(load_people()), tuple(load_others()), tuple(load_posts()), load_relevance(), load_padding())


def measure(material: Material, scorer: Scorer, mixes: dict[str, float] | None = None) -> list[Figure]:
    """Return all figures of one scorer."""
    figures = []
    for mix, korean in (mixes or MIXES).items():
        figures += _pool_figures(material, scorer, mix, korean)
    figures += person_figures(material, scorer)
    figures += _cells(material, scorer)
    figures.append(_composition(material, scorer))
    return figures


def breaches(figures: Sequence[Figure]) -> list[Figure]:
    """Return the figures outside the limits."""
    return [item for item in figures if item.measure in LIMITS and not _holds(item.value, *LIMITS[item.measure])]


def _holds(value: float, least: float, most: float) -> bool:
    return least - 1e-9 <= value <= most + 1e-9


def _figure(measure: str, subject: str, value: float, scorer: Scorer) -> Figure:
    limits = LIMITS.get(measure)
    if limits is None:
        return Figure(measure, subject, value, scorer.name)
    is_high = limits[0] > 0
    return Figure(
        measure, subject, value, scorer.name, "", limits[0] if is_high else limits[1], "high" if is_high else "low"
    )


def _pool_figures(material: Material, scorer: Scorer, mix: str, korean: float) -> list[Figure]:
    """Swap the language of one person at a time; posts in English, then in Korean."""
    chosen = material.pool(korean)
    mine = [
        place for place, (person, _) in enumerate(chosen) if len(person.texts) == 2 and not person.id.startswith("s-")
    ]
    swapped: list[SeenPerson] = [(chosen[place][0], "ko" if chosen[place][1] == "en" else "en") for place in mine]
    grades = _grades(material)
    rows = {person.id: row for row, person in enumerate(material.people)}
    gaps, suited, selected = [], [], dict.fromkeys(LANGUAGES, 0)
    for language in LANGUAGES:
        table = scorer.people_for_posts(chosen, swapped, [(post, language) for post in material.posts])
        for number, place in enumerate(mine):
            others = np.delete(table[: len(chosen)], place, axis=0)
            now = 1 + (others > table[place]).sum(axis=0)
            then = 1 + (others > table[len(chosen) + number]).sum(axis=0)
            gaps.append(np.abs(now - then))
            suited.append(gaps[-1][grades[:, rows[chosen[place][0].id]] >= SUITS])
            selected[chosen[place][1]] += int((now <= TOP).sum())
            selected[swapped[number][1]] += int((then <= TOP).sum())
    ratio = selected["ko"] / max(1, selected["en"])
    return [
        *_gap_figures(np.concatenate(gaps), np.concatenate(suited), f"a person in {len(chosen)}, {mix}", scorer),
        _figure("selection_ratio", f"Korean to English in the top {TOP}, {mix}", ratio, scorer),
    ]


def _gap_figures(gaps: Grades, suited: Grades, subject: str, scorer: Scorer) -> list[Figure]:
    """Return how far a place moves where it decides something, and for all pairs, most of which suit nobody."""
    return [
        _figure("rank_gap_median", f"{subject}, posts that suit", float(np.median(suited)), scorer),
        _figure("rank_gap_p90", f"{subject}, posts that suit", float(np.percentile(suited, 90)), scorer),
        _figure("any_rank_gap_median", f"{subject}, any post", float(np.median(gaps)), scorer),
        _figure("any_rank_gap_p90", f"{subject}, any post", float(np.percentile(gaps, 90)), scorer),
    ]


def person_figures(material: Material, scorer: Scorer) -> list[Figure]:
    """Rank posts, each in the language of its host, for each person in either language."""
    tables = {}
    for language in LANGUAGES:
        people: list[SeenPerson] = [(person, language) for person in material.people]
        tables[language] = scorer.posts_for_people(people, [(post, post.original) for post in material.posts])
    ranks = {
        language: (-table).argsort(axis=1, kind="stable").argsort(axis=1) + 1 for language, table in tables.items()
    }
    gap, grades = np.abs(ranks["en"] - ranks["ko"]), _grades(material)
    subject = f"{len(material.posts)} posts for a person"
    figures = [
        *_gap_figures(gap, gap[grades.T >= SUITS], subject, scorer),
        _figure("top10_overlap", subject, _overlap(ranks["en"], ranks["ko"]), scorer),
    ]
    for language, name in (("en", "English"), ("ko", "Korean")):
        value = float(
            np.mean([ndcg(row, mine) for row, mine in zip(tables[language], grades.T, strict=True) if mine.any()])
        )
        figures.append(_figure("ndcg_at_10", f"posts for {name} profiles", value, scorer))
    return figures


def _overlap(first: Grades, second: Grades) -> float:
    return float(((first <= TOP) & (second <= TOP)).sum(axis=1).mean() / min(TOP, first.shape[1]))


def _cells(material: Material, scorer: Scorer) -> list[Figure]:
    """Rank the people of one language for posts in one language: four cells, and each against the best."""
    grades = _grades(material)
    cells: dict[str, float] = {}
    for mine in LANGUAGES:
        people: list[SeenPerson] = [(person, mine) for person in material.people]
        for theirs in LANGUAGES:
            table = scorer.people_for_posts(people, (), [(post, theirs) for post in material.posts])
            found = [ndcg(table[:, column], grades[column]) for column in range(len(material.posts))]
            cells[f"profiles {mine}, posts {theirs}"] = float(np.mean(found))
    best = max(cells.values())
    figures = [_figure("ndcg_at_10", cell, value, scorer) for cell, value in cells.items()]
    return figures + [_figure("cell_ratio", cell, value / best, scorer) for cell, value in cells.items()]


def _composition(material: Material, scorer: Scorer) -> Figure:
    """Write every Korean text with its syllables taken apart: no bit of any score may change."""
    tables = []
    forms: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")
    for form in forms:
        people: list[SeenPerson] = [(_composed(person, form), "ko") for person in material.people]
        tables.append(scorer.people_for_posts(people, (), [(post, "ko") for post in material.posts]))
    different = float((tables[0] != tables[1]).sum())
    return _figure("nfc_nfd_difference", "scores that differ", different, scorer)


def _composed(person: Person, form: Literal["NFC", "NFD"]) -> Person:
    texts = {code: unicodedata.normalize(form, text) for code, text in person.texts.items()}
    return Person(person.id, texts, person.skills)


def _grades(material: Material) -> Grades:
    ids = [person.id for person in material.people]
    return np.array([[material.relevance.get(post.id, {}).get(name, 0) for name in ids] for post in material.posts])


def ndcg(scores: Floats, grades: Grades, k: int = TOP) -> float:
    """Return the normalised discounted cumulative gain at k, with gains of 2^grade - 1; 0 when nothing is relevant."""
    discounts = 1 / np.log2(np.arange(2, k + 2))
    gains = 2.0**grades - 1
    ideal = np.sort(gains)[::-1][:k]
    found = gains[(-scores).argsort(kind="stable")][:k]
    best = float((ideal * discounts[: len(ideal)]).sum())
    return float((found * discounts[: len(found)]).sum()) / best if best else 0.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, keep the figures in `data/evaluation`, and tell whether the product holds its limits."""
    parser = argparse.ArgumentParser(prog="python -m ml.parity", description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where parity.json is kept")
    options = parser.parse_args(arguments)
    material = Material.load()
    figures = [item for scorer in _scorers() for item in measure(material, scorer)]
    results = write("parity", figures, command="./run parity", folder=options.folder)
    if options.json:
        options.json.write_text(json.dumps(to_plain(results), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return report(figures, breaches([item for item in figures if item.variant == "product"]))


def _scorers() -> tuple[Scorer, ...]:
    encoder = yardstick_encoder()
    return ProductScorer(encoder), ProductScorer(encoder, declares=False), TextScorer(encoder)


def report(figures: Sequence[Figure], broken: Sequence[Figure]) -> int:
    """Print a line a figure, marked where it misses its limit; return 1 when one is among the broken."""
    for item in figures:
        limit = "" if item.target is None else f"{'at least' if item.better == 'high' else 'at most'} {item.target:g}"
        mark = "MISSED" if item.is_met is False else ""
        print(f"{item.variant:9} {item.measure:20} {item.subject:46} {item.value:8.3f}  {limit:14} {mark}")  # noqa: T201
    for item in broken:
        print(f"breach: {item.measure} of {item.subject} is {item.value:.3f}", file=sys.stderr)  # noqa: T201
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
