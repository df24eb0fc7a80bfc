"""The measures on cases worked out by hand, and the evaluation on small tasks."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ml import ablation, evaluation, peers
from ml.encoder import installed_encoder
from ml.evaluation import OURS, TASKS, Task, evaluate, interval, load_tasks, measured, ndcg, recall, reciprocal_rank
from ml.fusion import FusionParams, centred, hubness, pair_means, ramp
from ml.params import MatcherParams
from ml.parity import Material
from ml.rank import Item
from ml.scorers import yardstick_encoder
from ml.vector_cache import CachedEncoder

GRADES = {"a": 3, "b": 2, "c": 1, "d": 0}


def test_ndcg_worked_out_by_hand() -> None:
    ideal = 3 + 2 / math.log2(3) + 1 / 2
    assert ndcg(["a", "b", "c"], GRADES) == pytest.approx(1)
    assert ndcg(["x", "c", "a"], GRADES) == pytest.approx((1 / math.log2(3) + 3 / 2) / ideal)
    assert ndcg(["x", "a"], GRADES, depth=1) == 0
    assert ndcg(["d"], {"d": 0}) == 0
    assert ndcg([], GRADES) == 0


def test_reciprocal_rank_and_recall_heed_the_least_grade() -> None:
    assert reciprocal_rank(["d", "c", "a"], GRADES) == pytest.approx(1 / 2)
    assert reciprocal_rank(["d", "c", "a"], GRADES, least=2) == pytest.approx(1 / 3)
    assert reciprocal_rank(["x"], GRADES) == 0
    assert recall(["a", "x", "c"], GRADES, 2) == pytest.approx(1 / 3)
    assert recall(["a", "x", "c"], GRADES, 3, least=3) == 1
    assert recall(["a"], {}, 3) == 0


def test_query_without_an_answer_counts_nothing() -> None:
    task = Task("t", (Item("q", ""), Item("r", "")), (Item("a", ""),), {"q": {"a": 1}, "r": {"a": 1}})
    assert measured({"q": [("a", 1.0)]}, task)["ndcg_at_10"].tolist() == [1, 0]


def test_interval_holds_the_mean_and_narrows_with_more_queries() -> None:
    few, many = np.array([0.0, 1.0] * 10), np.array([0.0, 1.0] * 1000)
    (low, high), (lower, higher) = interval(few), interval(many)
    assert low < 0.5 < high
    assert higher - lower < (high - low) / 5
    assert interval(np.full(9, 0.25)) == (0.25, 0.25)


def test_centring_brings_languages_to_one_level_and_hubs_down() -> None:
    scores = np.array([[0.9, 0.7, 0.2, 0.4], [0.7, 0.9, 0.4, 0.2]], np.float32)
    mine, theirs = np.array([0, 0]), np.array([0, 0, 1, 1])
    level = centred(scores, mine, theirs, pair_means(scores, mine, theirs), few=0.0)
    assert np.allclose(level, [[0.1, -0.1, -0.1, 0.1], [-0.1, 0.1, 0.1, -0.1]], atol=1e-6)
    lone = centred(scores[:, :3], mine, theirs[:3], pair_means(scores[:, :3], mine, theirs[:3]), few=5.0)
    assert lone[1, 2] > 0.04  # one document of a language is not simply the mean of itself
    assert hubness(np.array([[1.0, 0.0], [0.8, 0.1]], np.float32), 0.5).tolist() == pytest.approx([1.0, 0.1])
    assert ramp(np.array([0.1, 0.4, 0.9], np.float32), 0.3, 0.5).tolist() == pytest.approx([0, 0.5, 1])


def test_ours_and_peers_are_measured_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "PEERS", {name: peer for name, peer in peers.PEERS.items() if name != "BM25"})
    corpus = (Item("a", "Keeps the network and its firewalls running"), Item("b", "Writes letters to citizens"))
    judgements = {"q": {"a": 1}, "ko": {"a": 1}}
    task = Task("small", (Item("q", "network firewalls"), Item("ko", "네트워크 방화벽 운영")), corpus, judgements)
    encoder = installed_encoder()
    assert encoder is not None
    said: list[str] = []
    with CachedEncoder(encoder, tmp_path) as cached:
        figures = evaluate([task], cached, said.append)
        variants = dict(ablation.ablate(task, cached, FusionParams()))
    by_system = {figure.variant: figure.value for figure in figures if figure.measure == "mrr"}
    assert by_system[OURS] == by_system["sentence encoder"] == 1
    assert set(by_system) == {OURS, *peers.PEERS}
    assert figures[-1].measure == "lead_ndcg_at_10"
    assert len(said) == len(peers.PEERS) + 3
    assert variants[ablation.ALL] == 1
    assert set(variants) >= {f"without {name}" for name in ablation.SIGNALS}


def test_every_part_of_the_services_score_is_taken_out_once() -> None:
    material = Material.load()
    few = replace(material, people=material.people[:6], posts=material.posts[:4])
    figures = ablation.measure_parts(few, yardstick_encoder({}), lambda _line: None)
    variants = {figure.variant for figure in figures}
    assert variants == {"service, all", *(f"service, without {part}" for part in MatcherParams().weights)}
    found = {variant: [item.value for item in figures if item.variant == variant] for variant in variants}
    assert found["service, without skills_essential"] != found["service, all"]


def test_every_signal_of_the_ablation_is_a_weight() -> None:
    assert all(getattr(FusionParams(), name) > 0 for name in ablation.SIGNALS)


def test_own_people_and_posts_are_a_task_in_each_language() -> None:
    english, korean = evaluation.own_tasks(evaluation.OWN)
    assert [item.id for item in english.queries] == [item.id for item in korean.queries]
    assert english.corpus == korean.corpus
    assert len(english.queries) >= 40
    known = {item.id for item in english.corpus}
    assert all(set(grades) <= known for grades in english.judgements.values())


def test_unknown_task_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="there is no task dance"):
        load_tasks(tmp_path, ["dance"])
    arguments = ["--tasks", str(tmp_path / "absent"), "--task", "dance", "--cache", str(tmp_path), "--no-write"]
    assert evaluation.main(arguments) == 2
    assert "only our own people and posts are measured" in capsys.readouterr().err


@pytest.mark.skipif(not TASKS.is_dir(), reason="the outside tasks are not beside this checkout")
def test_outside_tasks_are_read_whole() -> None:
    tasks = {task.name: task for task in load_tasks(TASKS)}
    assert set(evaluation.TARGETS) <= set(tasks)
    for name in evaluation.TARGETS:
        task = tasks[name]
        assert task.queries
        known = {item.id for item in task.corpus}
        assert {item.id for item in task.queries} >= set(task.judgements)
        assert all(set(grades) <= known for grades in task.judgements.values())
