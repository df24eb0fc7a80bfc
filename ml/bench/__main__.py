"""The command `python -m ml.bench`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from ml.bench import peers, timing


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table or JSON, and return 0."""
    options = _options().parse_args(arguments)
    before = timing.machine()
    result = _measured(options)
    report = {
        "work": options.work,
        "profiles": options.profiles,
        "opportunities": options.opportunities,
        "threads": options.threads,
        "machine": before,
        "load_average_after": timing.machine()["load_average"],
        **result,
    }
    text = json.dumps(report, indent=1) if options.json else "\n".join(_lines(report))
    sys.stdout.write(text + "\n")
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ml.bench", description=__doc__)
    parser.add_argument("work", choices=("topk", "query", "update", "vectorise", "recall"))
    parser.add_argument("--profiles", type=int, default=20_000)
    parser.add_argument("--opportunities", type=int, default=2_000)
    parser.add_argument("--peers", nargs="*", choices=(*peers.TOPK, *peers.SEARCH), default=[], metavar="PEER")
    parser.add_argument("--peer-profiles", type=int, help="how many profiles the peers are given (default: all)")
    parser.add_argument("--calls", type=int, default=300, help="of each single question or change")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--dimensions", type=int, default=0, help="numbers of a synthetic sentence vector; 0: none")
    parser.add_argument("--json", action="store_true")
    return parser


def _measured(options: argparse.Namespace) -> dict[str, Any]:
    sizes = options.profiles, options.opportunities
    if options.work == "topk":
        from ml.bench import topk

        return topk.measure(
            *sizes,
            wanted_peers=tuple(options.peers),
            peer_profiles=min(options.peer_profiles or options.profiles, options.profiles),
            rounds=options.rounds,
            threads=options.threads,
            dimensions=options.dimensions,
        )
    if options.work == "recall":
        from ml.bench import recall

        return recall.measure_recall(*sizes, dimensions=options.dimensions)
    from ml.bench import single

    if options.work == "query":
        return single.measure_queries(
            *sizes, peers_wanted=tuple(options.peers), calls=options.calls, threads=options.threads,
            dimensions=options.dimensions,
        )  # fmt: skip
    if options.work == "update":
        return single.measure_updates(*sizes, calls=options.calls)
    return single.measure_reading(options.profiles, calls=options.calls)


def _lines(value: Any, name: str = "") -> list[str]:
    if isinstance(value, dict):
        return [line for key, item in value.items() for line in _lines(item, f"{name}.{key}" if name else key)]
    return [f"{name:50} {value:.4g}" if isinstance(value, float) else f"{name:50} {value}"]


if __name__ == "__main__":
    sys.exit(main())
