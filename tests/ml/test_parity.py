"""The yardstick of language parity: its data hold together, its measures can fail, a few real pairs hold its limits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ml import parity
from ml.bilingual import Person, load_others, load_people, load_posts, load_relevance, pool
from ml.copying import Traces, candidates, copied_between
from ml.parity import Material, breaches, measure, ndcg
from ml.results import Figure, read
from ml.scorers import Floats, ProductScorer, SeenPerson, SeenPost, yardstick_encoder
from ml.text import LANGUAGES, language_of, normalise

MATERIAL = Material.load()


def few() -> Material:
    people = [item for item in MATERIAL.people if item.id in {"p01", "p04", "p09", "p19", "p27", "p36"}]
    posts = [item for item in MATERIAL.posts if item.id in {"g01", "g06", "k02", "k11", "k14", "k18"}]
    return replace(MATERIAL, people=tuple(people), posts=tuple(posts), size=8)


class Blind:
    """Scores by the trade's words in English alone: what the yardstick must not let pass."""

    name = "product"
    is_fitted_on_all = False

    def people_for_posts(self, pool: list[SeenPerson], more: list[SeenPerson], posts: list[SeenPost]) -> Floats:
        return self.posts_for_people([*pool, *more], posts)

    def posts_for_people(self, people: list[SeenPerson], posts: list[SeenPost]) -> Floats:
        words = [set(normalise(person.texts[language]).split()) for person, language in people]
        theirs = [set(normalise(post.texts[language]).split()) for post, language in posts]
        return np.array([[len(mine & other) / len(mine | other) for other in theirs] for mine in words])


def test_the_data_are_in_two_languages_and_judged() -> None:
    people, posts, relevance = load_people(), load_posts(), load_relevance()
    full = [item for item in people if not item.short]
    assert len(full) >= 44
    assert 0.5 < sum(not item.names_skills for item in full) / len(full) < 0.75
    assert [sum(item.country == country for item in posts) for country in ("GB", "KR")] == [20, 20]
    for texts in [*(item.texts for item in people), *(item.texts for item in posts)]:
        assert [language_of(normalise(texts[code])) for code in LANGUAGES] == list(LANGUAGES)
    assert {name for row in relevance.values() for name in row} <= {item.id for item in people}
    assert relevance.keys() == {item.id for item in posts}
    assert all(3 in row.values() for row in relevance.values())


def test_no_honest_person_is_taken_for_a_copier() -> None:
    for code in LANGUAGES:
        mine = [Traces.of([item.texts[code]]) for item in MATERIAL.people]
        theirs = [Traces.of([item.texts[code]]) for item in MATERIAL.posts]
        assert not any(copied_between(mine[i], theirs[j]).profile_spans for i, j in candidates(mine, theirs))


@pytest.mark.parametrize("korean", [10, 50, 90])
def test_a_pool_has_the_mix_asked_for_and_everybody_once(korean: int) -> None:
    chosen = pool(load_people(), load_others(), korean)
    assert len({person.id for person, _ in chosen}) == len(chosen) == 100
    assert sum(language == "ko" for _, language in chosen) == korean
    assert {item.id for item in load_people()} <= {person.id for person, _ in chosen}


def test_a_pool_that_cannot_be_filled_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be filled"):
        pool([], [], 50)


def test_gain_is_full_for_the_ideal_order_and_none_without_relevance() -> None:
    grades = np.array([0, 3, 1, 2])
    assert ndcg(np.array([0.1, 0.9, 0.2, 0.5]), grades) == pytest.approx(1)
    assert ndcg(np.array([0.9, 0.1, 0.5, 0.2]), grades) < 0.8
    assert ndcg(np.array([0.9, 0.1]), np.array([0, 0])) == 0


def test_a_ranking_blind_across_languages_breaks_the_limits() -> None:
    broken = {item.measure for item in breaches(measure(few(), Blind(), {"50/50": 0.5}))}  # type: ignore[arg-type]
    assert {"rank_gap_median", "top10_overlap", "cell_ratio"} & broken


def test_a_few_real_pairs_hold_the_limits() -> None:
    scorer = ProductScorer(yardstick_encoder({}))
    figures = measure(few(), scorer, {"50/50": 0.5})
    assert not {item.measure for item in breaches(figures)} - {"selection_ratio"}  # too few to count selections
    composed = next(item for item in figures if item.measure == "nfc_nfd_difference")
    assert composed.value == 0


def test_the_command_tells_and_keeps_the_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(parity, "_scorers", lambda: (Blind(),))
    monkeypatch.setattr(parity.Material, "load", classmethod(lambda cls: few()))
    assert parity.main(["--folder", str(tmp_path), "--json", str(tmp_path / "more.json")]) == 1
    kept = read("parity", tmp_path)
    assert kept is not None
    assert kept.find("ndcg_at_10", "profiles en, posts en") is not None
    assert (tmp_path / "more.json").read_text("utf-8") == (tmp_path / "parity.json").read_text("utf-8")
    assert "breach: " in capsys.readouterr().err


@pytest.mark.parametrize(("value", "is_broken"), [(0.5, True), (0.8, False), (1.25, False), (1.4, True)])
def test_a_ratio_has_two_limits(value: float, is_broken: bool) -> None:
    assert bool(breaches([Figure("selection_ratio", "x", value)])) == is_broken


def test_a_person_declares_skills_only_when_asked() -> None:
    person = Person("p", {"en": "text"}, MATERIAL.people[0].skills)
    assert person.record("en").skills
    assert not person.record("en", declares=False).skills
