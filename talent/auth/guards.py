"""The door of every page: `@requires(policy)` or `@public`. A view without one is refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from talent.auth import policies
from talent.auth.policies import Policy

View = Callable[..., ResponseReturnValue]


def requires(policy: Policy) -> Callable[[View], View]:
    """Let in those the policy allows: others sign in first, or get 403."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(**url: Any) -> ResponseReturnValue:
            if g.user is None:
                return redirect_to_sign_in()
            return view(**url) if policy(g.user) else abort(403)

        guarded.policy = policy  # type: ignore[attr-defined]
        return guarded

    return guard


def public(view: View) -> View:
    """Open to everybody, said out loud."""
    view.policy = policies.anyone  # type: ignore[attr-defined]
    return view


def redirect_to_sign_in() -> ResponseReturnValue:
    wanted = request.full_path if request.method == "GET" else None
    return redirect(url_for("security.login", next=wanted.rstrip("?") if wanted else None))


def same_site_path(target: str | None, fallback: str) -> str:
    """`target` when it is a plain path on this site, else `fallback`."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return fallback
    if any(ord(character) < 32 for character in target):
        return fallback
    parts = urlsplit(target)
    return fallback if parts.scheme or parts.netloc else target


def init_app(app: Flask) -> None:
    """Know the person at every request and refuse views that carry no policy."""

    @app.before_request
    def know_the_person() -> ResponseReturnValue | None:
        g.user = current_user._get_current_object() if current_user.is_authenticated else None
        view = current_app.view_functions.get(request.endpoint or "")
        if view is not None and not hasattr(view, "policy"):
            current_app.logger.error("view without a policy: %s", request.endpoint)
            abort(403)
        return None
