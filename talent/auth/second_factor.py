"""The end of every way of signing in: at once, or after the second factor.

Flask-Security's sign-in view and `finish_sign_in` go through the same two doors: its two-factor plug-ins, of which ours
is the only one, and `login_user`.
"""

from __future__ import annotations

import time
from typing import Any

from flask import current_app, g, redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import login_user
from flask_security.tf_plugin import TfPluginBase, tf_clean_session
from sqlalchemy import select

from models import User
from talent.auth import policies, proof
from talent.auth.guards import same_site_path
from talent.extensions import db, security

WAIT = 10 * 60
"""Seconds within which the second factor follows the first."""


class SecondStep(TfPluginBase):
    """Sends whoever has a second factor on to our page for it. Flask-Security finds this class by its name."""

    def create_blueprint(self, app: Any, bp: Any, state: Any) -> None:
        """Our routes are in second_step_routes."""

    def get_setup_methods(self, user: Any) -> list[tuple[str, str]]:
        return [("second_step", "")] if policies.has_second_factor(user) else []

    def tf_login(self, user: Any, json_payload: dict[str, Any], next_loc: str | None) -> Any:
        session["tf_state"] = "ready"
        session["second_step"] = [g.get("sign_in_via", "password"), int(time.time())]
        way = "second_step.code" if user.tf_totp_secret else "second_step.passkey"
        return redirect(url_for(way, next=same_site_path(next_loc, "") or None))


def finish_sign_in(user: User, *, via: str, next_path: str | None) -> ResponseReturnValue:
    """Sign a person in whose first factor is proved, or ask for the second one; answers with where to go.

    `via` names the first factor (`password`, `sso`, …) for the record. Whoever must have a second factor and has none
    is signed in, and the gate of every page leads them to setting one up.
    """
    g.sign_in_via = via
    waiting: ResponseReturnValue | None = security.two_factor_plugins.tf_enter(user, False, via, next_loc=next_path)
    if waiting is not None:
        return waiting
    login_user(user, remember=False, authn_via=[via])
    return redirect(same_site_path(next_path, url_for("public.home")))


def waiting_person() -> User | None:
    """Who has given the first factor in this visit, lately, and owes the second; None when nobody has."""
    identity, step = session.get("tf_user_id"), session.get("second_step")
    if session.get("tf_state") != "ready" or not isinstance(step, list) or len(step) != 2:
        return None
    if not 0 <= time.time() - step[1] < WAIT:
        tf_clean_session()
        return None
    person = db.session.scalar(select(User).where(User.fs_uniquifier == identity))
    if person is None or not policies.signed_in(person) or not policies.has_second_factor(person):
        tf_clean_session()
        return None
    return person


def finish_second_step(user: User, *, how: str, next_path: str | None) -> ResponseReturnValue:
    """Sign in a person who has given both factors. `how` is `code`, `recovery_code` or `passkey`."""
    step = session.get("second_step")
    via = str(step[0]) if isinstance(step, list) and session.get("tf_user_id") == user.fs_uniquifier else how
    tf_clean_session()
    session.pop("second_step", None)
    login_user(user, remember=False, authn_via=[via, how])
    proof.note_second_factor(user)
    current_app.logger.info("second factor given: %s", how)
    return redirect(same_site_path(next_path, url_for("public.home")))
