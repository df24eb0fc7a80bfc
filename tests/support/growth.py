"""Whether work grows with its input as it should, asked side by side so that a busy machine cannot upset the answer."""

from __future__ import annotations

import time
from collections.abc import Callable

_ROUNDS = 5
_QUARTER = 4
_EASY = 0.25
"""Seconds of a processor. Work that is done sooner at its full length harms nobody, whatever its growth."""


def assert_grows_linearly(work: Callable[[int], object], length: int) -> None:
    """Do the work on a quarter of `length` and on all of it; fail when four times the input takes over eight times.

    Quadratic work takes sixteen times. What else the machine does can only lengthen single measurements, so one round
    of five that shows linear work is enough.
    """
    seen = []
    for _ in range(_ROUNDS):
        quarter, whole = _seconds(work, length // _QUARTER), _seconds(work, length)
        if whole < max(_EASY, 2 * _QUARTER * quarter):
            return
        seen.append(f"{quarter:.3f} s, then {whole:.3f} s")
    raise AssertionError(f"four times the input took more than eight times as long: {'; '.join(seen)}")


def _seconds(work: Callable[[int], object], length: int) -> float:
    began = time.process_time()
    work(length)
    return time.process_time() - began
