"""The door of every page: `@requires(policy)` or `@public`. A view without one is refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user, logout_user

from talent.auth import policies, proof
from talent.auth.policies import Policy
from talent.i18n import _

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


def before_second_factor(view: View) -> View:
    """Open to people whose role demands a second factor that they have not set up yet. Set outermost."""
    view.before_second_factor = True  # type: ignore[attr-defined]
    return view


def redirect_to_sign_in() -> ResponseReturnValue:
    if getattr(session, "ended", "") in ("idle", "absolute"):
        flash(str(_("You were signed out for your safety, because the time had run out. Sign in again.")), "info")
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
        return None if g.user is None else _ask_for_second_factor(view)


def _ask_for_second_factor(view: Any) -> ResponseReturnValue | None:
    """The gate before every page: without the second factor that a role demands, only setting one up is open."""
    if proof.owes_second_factor(g.user):  # signed in before the factor was there: sign in again, with it
        logout_user()
        g.user = None
        return None
    if not proof.lacks_second_factor(g.user) or view is None:
        return None
    if view.policy is policies.anyone or getattr(view, "before_second_factor", False):
        return None
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("second_factor.overview", next=wanted))
