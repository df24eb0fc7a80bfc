"""The measuring command, at sizes that take no time: that it runs, agrees with brute force, and says what it did."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from ml.bench import peers, synthetic
from ml.bench.__main__ import main


def measured(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert main([*arguments, "--json"]) == 0
    report: dict[str, object] = json.loads(capsys.readouterr().out)
    return report


def test_all_pairs_beside_a_peer(capsys: pytest.CaptureFixture[str]) -> None:
    sizes = ("--profiles", "400", "--opportunities", "80", "--rounds", "1", "--peer-profiles", "300")
    report = measured(capsys, "topk", *sizes, "--peers", "cosine_similarity", "nearest_neighbors")
    compared: dict[str, dict[str, object]] = report["peers"]  # type: ignore[assignment]
    assert compared["ours"]["equal_to_brute_force"] is True
    assert compared["cosine_similarity"]["times_ours"] > 0  # type: ignore[operator]
    assert 0 < report["eligible_share"] < 1  # type: ignore[operator]
    assert report["machine"]["cores"]  # type: ignore[index]


def test_single_questions_with_vectors_and_searches(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ml.bench import single

    monkeypatch.setattr(single, "_SEARCHED", 300)
    sizes = ("--profiles", "200", "--opportunities", "60", "--calls", "4", "--dimensions", "16")
    report = measured(capsys, "query", *sizes, "--peers", "sqlite_fts5", "cosine_similarity")
    for name in ("post_against_profiles", "profile_against_posts", "cosine_similarity"):
        assert report[name]["p95_ms"] > 0  # type: ignore[index]
    assert set(report["search"]) == {"ours", "sqlite_fts5"}  # type: ignore[call-overload]
    assert report["reader"]["open_ms"] > 0  # type: ignore[index]


def test_changes_and_reading(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from ml.bench import single

    monkeypatch.setattr(single, "installed_encoder", lambda: None)
    report = measured(capsys, "update", "--profiles", "100", "--opportunities", "20", "--calls", "3")
    assert report["put_and_rank"]["calls"] == 3  # type: ignore[index]
    report = measured(capsys, "vectorise", "--profiles", "50", "--calls", "3")
    assert report["row"]["p50_ms"] > 0  # type: ignore[index]
    assert main(["vectorise", "--profiles", "50", "--calls", "2"]) == 0
    assert "row.p95_ms" in capsys.readouterr().out


def test_synthetic_records_have_the_shape_they_claim() -> None:
    pool = synthetic.make_pool(1000, 500)
    assert len(pool.people.columns) / 1000 == pytest.approx(119, abs=2)
    assert len(pool.posts.columns) / 500 == pytest.approx(177, abs=3)
    lengths = np.sqrt(synthetic.matrix(pool.people).power(2).sum(axis=1))
    assert lengths.max() <= 4095  # so that no product of two records reaches 2**24
    again = synthetic.make_pool(1000, 500)
    assert np.array_equal(pool.people.columns, again.people.columns)


def test_an_unknown_peer_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["topk", "--peers", "nobody"])
    assert "invalid choice" in capsys.readouterr().err
    assert peers.is_installed("cosine_similarity")


def test_private_memory_is_watched() -> None:
    """In a process of its own: one that has worked before may give memory back meanwhile."""
    program = (
        "import numpy as np\n"
        "from ml.bench.timing import PrivateMemory\n"
        "with PrivateMemory(every=0.001) as used:\n"
        "    block = np.ones(4_000_000)\n"
        "print(used.most / block.nbytes)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert 0.8 < float(done.stdout) < 3
