"""Publishing counts of people: nothing under ten, everything else rounded to five, and no gap that others fill.

The rule of the service for every count that leaves it: a count from 1 to 9 is not shown, nor one that a reader could
work out from the others; what is shown is a multiple of five. Zero is a count under ten too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Key = TypeVar("Key")
LEAST = 10
STEP = 5


def published(count: int) -> int | None:
    """One count as it may be shown: None under ten, else rounded to the nearest five."""
    return None if count < LEAST else STEP * ((count + STEP // 2) // STEP)


def published_group(counts: Mapping[Key, int]) -> dict[Key, int | None]:
    """Counts that add up to something known. Where one alone is too small, the next smallest is left out with it."""
    shown = {key: published(count) for key, count in counts.items()}
    hidden = [key for key, count in shown.items() if count is None]
    rest = sorted((count, str(key), key) for key, count in counts.items() if shown[key] is not None)
    if len(hidden) == 1 and rest:
        shown[rest[0][2]] = None
    return shown
