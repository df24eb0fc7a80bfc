"""Not collected by itself: test_logs.py runs it to see that a leak into the logs fails a whole run."""

from __future__ import annotations

import logging

from tests.support.page import PASSWORD


def test_that_leaks() -> None:
    logging.getLogger("a.library").warning("somebody typed %s", PASSWORD)


def test_that_does_not() -> None:
    logging.getLogger("a.library").warning("somebody typed something")
