"""Every route of the service with who may use it."""

from __future__ import annotations

from typing import Any

from flask import Flask


def route_table(app: Flask) -> list[dict[str, Any]]:
    """Endpoint, methods, rule and name of the policy of each route, in a fixed order."""
    rows = [
        {
            "endpoint": rule.endpoint,
            "methods": sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}),
            "rule": rule.rule,
            "policy": getattr(getattr(app.view_functions[rule.endpoint], "policy", None), "__name__", None),
        }
        for rule in app.url_map.iter_rules()
    ]
    return sorted(rows, key=lambda row: (row["endpoint"], row["rule"]))
