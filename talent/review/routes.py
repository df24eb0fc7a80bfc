"""All pages of review by post, for administrators, on one blueprint."""

from __future__ import annotations

from talent.review import interest_routes as _interest_routes  # noqa: F401 - adds its views to the blueprint
from talent.review import post_routes as _post_routes  # noqa: F401
from talent.review import report_routes as _report_routes  # noqa: F401
from talent.review import shortlist_routes as _shortlist_routes  # noqa: F401
from talent.review import switch_routes as _switch_routes  # noqa: F401
from talent.review.blueprint import bp

__all__ = ["bp"]
