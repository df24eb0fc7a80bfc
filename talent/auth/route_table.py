"""Every route of the service with who may use it, and what it answers to each kind of user."""

from __future__ import annotations

from typing import Any

from flask import Flask

from talent.auth.access import Row, Who
from talent.auth.access_table import ROWS


def route_table(app: Flask) -> list[dict[str, Any]]:
    """Endpoint, methods, rule, name of the policy and answers of each route, in a fixed order.

    A route without a row in the access table has None for answers.
    """
    rows = []
    for rule in app.url_map.iter_rules():
        policy = getattr(getattr(app.view_functions[rule.endpoint], "policy", None), "__name__", None)
        methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        row = ROWS.get(rule.endpoint)
        rows.append(
            {
                "endpoint": rule.endpoint,
                "methods": methods,
                "rule": rule.rule,
                "policy": policy,
                "record": row.record if row else None,
                "how": row.how.value if row else None,
                "answers": {method: _answers(row, method, policy) for method in methods} if row and policy else None,
            }
        )
    return sorted(rows, key=lambda row: (row["endpoint"], row["rule"]))


def _answers(row: Row, method: str, policy: str) -> dict[str, dict[str, list[str]]]:
    """State of the record (empty for a page without one) → status, or `taken` for a form → who gets it."""
    found: dict[str, dict[str, list[str]]] = {}
    for state in row.states():
        by_status = found.setdefault(state, {})
        for who in Who:
            status = row.get(who, policy, state) if method == "GET" else row.send(who, policy, state)
            by_status.setdefault(str(status), []).append(who.value)
    return found
