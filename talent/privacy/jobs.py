"""Work of this feature after a commit and by the clock."""

from __future__ import annotations

from talent import jobs
from talent.privacy import contests, retention, traces


def register() -> None:
    """Called once by create_app."""
    traces.register()
    retention.register()
    jobs.every_sweep(contests.remind)
