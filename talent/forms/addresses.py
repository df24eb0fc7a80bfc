"""Passing on what stands behind the question mark of the present address."""

from __future__ import annotations

from flask import request


def carried() -> dict[str, str]:
    """The arguments of the present address, fit to be given to url_for: none that it would take as its own."""
    return {
        name: value for name, value in request.args.to_dict().items() if not name.startswith("_") and name != "endpoint"
    }
