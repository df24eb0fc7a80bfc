"""Which pages the head of every page leads to, by what the person may do."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, request, url_for

from models import User
from talent.auth import policies
from talent.auth.policies import Policy
from talent.auth.proof import lacks_second_factor
from talent.extensions import db
from talent.i18n import _
from talent.notifications.queries import unread_count

ITEMS: tuple[tuple[Policy, Any, str, tuple[str, ...]], ...] = (
    (policies.signed_in, _("Home"), "public.home", ("public.home",)),
    (policies.civil_servant, _("My profile"), "profiles.task_list", ("profiles.",)),
    (policies.civil_servant, _("For you"), "matching.for_you", ("matching.for_you", "matching.my_")),
    (policies.signed_in, _("Opportunities"), "opportunities.browse", ("opportunities.browse", "opportunities.view")),
    (policies.hr, _("Our posts"), "opportunities.ours", ("opportunities.",)),
    (policies.hr, _("People put forward"), "matching.put_forward", ("matching.put_forward", "matching.host_")),
    (
        policies.hr,
        _("Our people"),
        "organisations.our_people",
        ("organisations.our_", "matching.home_", "matching.releases"),
    ),
    (policies.administrator, _("Review"), "matching.queue", ("matching.", "review.")),
    (
        policies.administrator,
        _("Posts"),
        "opportunities.to_approve",
        ("opportunities.to_approve", "opportunities.ours", "opportunities.move"),
    ),
    (
        policies.administrator,
        _("Administration"),
        "organisations.administration",
        ("organisations.", "dated.", "imports.", "audit.", "matching.settings"),
    ),
    (policies.translator_or_administrator, _("Translations"), "translations.queue", ("translations.",)),
)


def items_for(user: User | None) -> list[dict[str, Any]]:
    """Navigation entries of this person, the present one marked (the longest matching prefix wins)."""
    endpoint = request.endpoint or ""
    allowed = [] if user is None or lacks_second_factor(user) else [item for item in ITEMS if item[0](user)]
    best = max((len(p) for item in allowed for p in item[3] if endpoint.startswith(p)), default=0)
    entries, marked = [], False
    for _policy, text, target, prefixes in allowed:
        mine = not marked and any(len(p) == best and endpoint.startswith(p) for p in prefixes)
        marked = marked or mine
        entries.append(
            {"text": str(text), "href": url_for(target), "active": mine, "current": mine and endpoint == target}
        )
    return entries


def init_app(app: Flask) -> None:
    @app.context_processor
    def navigation() -> dict[str, Any]:
        user = g.get("user")
        return {
            "user": user,
            "navigation": lambda: items_for(user),
            "unread_notices": lambda: unread_count(db.session(), user) if user else 0,
        }
