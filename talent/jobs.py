"""What happens by the clock: the moves that workflow rules mark as automatic. Each feature registers its own."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

Tick = Callable[[Session], int]
_ticks: list[Tick] = []


def every_sweep(tick: Tick) -> None:
    """Register work that looks at the clock; it must be quick when there is nothing to do, and return a count."""
    if tick not in _ticks:
        _ticks.append(tick)


def run_clock(session: Session) -> int:
    """Make every automatic move that is due; returns how many were made."""
    return sum(tick(session) for tick in _ticks)
