"""Times and memory of pieces of work, taken in turns so that what else the machine does falls on all alike."""

from __future__ import annotations

import os
import platform
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import numpy as np

Work = Callable[[], Any]


class PrivateMemory:
    """The most memory that this process held for itself while the context lasted, in bytes above the start.

    Pages of files that are mapped and shared do not count.
    """

    def __init__(self, every: float = 0.05) -> None:
        self._every = every
        self._stop = threading.Event()
        self.most = 0

    def __enter__(self) -> Self:
        self._start = private_bytes()
        self._watch = threading.Thread(target=self._sample, daemon=True)
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._watch.join()
        self.most = max(self.most, private_bytes() - self._start)

    def _sample(self) -> None:
        while not self._stop.wait(self._every):
            self.most = max(self.most, private_bytes() - self._start)


def private_bytes() -> int:
    """Return what this process holds for itself alone."""
    with open("/proc/self/smaps_rollup") as lines:
        kept = [line.split() for line in lines if line.startswith("Anonymous:")]  # not the pages of mapped files
    return 1024 * sum(int(fields[1]) for fields in kept)


def in_turns(contenders: Mapping[str, Work], rounds: int) -> dict[str, dict[str, float]]:
    """Do each piece of work once a round; return seconds, seconds of processors, and the most private memory.

    On a machine that others use too, processor seconds say more: waiting for a turn does not count.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    cpu: dict[str, list[float]] = {name: [] for name in contenders}
    memory = dict.fromkeys(contenders, 0)
    for _ in range(rounds):
        for name, work in contenders.items():
            with PrivateMemory() as used:
                started, cpu_started = time.perf_counter(), time.process_time()
                work()
                seconds[name].append(time.perf_counter() - started)
                cpu[name].append(time.process_time() - cpu_started)
            memory[name] = max(memory[name], used.most)
    return {
        name: {
            "seconds": float(np.median(taken)),
            "best_seconds": min(taken),
            "cpu_seconds": float(np.median(cpu[name])),
            "peak_megabytes": memory[name] / 1e6,
            "rounds": len(taken),
        }
        for name, taken in seconds.items()
    }


def each_call(work: Callable[[Any], Any], inputs: Sequence[Any]) -> dict[str, float]:
    """Call once for every input; return the median, the 95th percentile and the processors' mean in milliseconds."""
    taken = []
    cpu_started = time.process_time()
    for item in inputs:
        started = time.perf_counter()
        work(item)
        taken.append(1000 * (time.perf_counter() - started))
    cpu = 1000 * (time.process_time() - cpu_started) / max(1, len(taken))
    median, slow = float(np.median(taken)), float(np.percentile(taken, 95))
    return {"p50_ms": median, "p95_ms": slow, "cpu_ms": cpu, "calls": len(taken)}


def machine() -> dict[str, Any]:
    """Return what the figures were measured on, and how busy it was."""
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load_average": [round(load, 2) for load in os.getloadavg()],
        "python": platform.python_version(),
    }
