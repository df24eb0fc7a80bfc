"""One's own data: see it, take it away, ask about it, have it deleted."""

from __future__ import annotations

from talent.privacy import answer_routes as _answer_routes  # noqa: F401 - adds its views to the blueprint
from talent.privacy import contest_routes as _contest_routes  # noqa: F401
from talent.privacy import delete_routes as _delete_routes  # noqa: F401
from talent.privacy import my_data_routes as _my_data_routes  # noqa: F401
from talent.privacy import why_not_routes as _why_not_routes  # noqa: F401
from talent.privacy.blueprint import bp

__all__ = ["bp"]
