"""All pages of matching, on one blueprint."""

from talent.matching import approval_routes as _approval_routes  # noqa: F401 - adds its views to the blueprint
from talent.matching import ask_routes as _ask_routes  # noqa: F401
from talent.matching import for_you_routes as _for_you_routes  # noqa: F401
from talent.matching import home_routes as _home_routes  # noqa: F401
from talent.matching import host_routes as _host_routes  # noqa: F401
from talent.matching import person_routes as _person_routes  # noqa: F401
from talent.matching import queue_routes as _queue_routes  # noqa: F401
from talent.matching import review_routes as _review_routes  # noqa: F401
from talent.matching import runs_routes as _runs_routes  # noqa: F401
from talent.matching import settings_routes as _settings_routes  # noqa: F401
from talent.matching import unmask_routes as _unmask_routes  # noqa: F401
from talent.matching.blueprint import bp

__all__ = ["bp"]
