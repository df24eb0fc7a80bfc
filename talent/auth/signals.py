"""What follows from signing in and out, confirming an address and changing a password: audit rows and their like."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Flask, after_this_request, g, session
from flask_login import user_logged_out
from flask_security.signals import (
    password_changed,
    password_reset,
    user_authenticated,
    user_failed_authn,
)
from flask_wtf.csrf import generate_csrf

from models import User
from talent.audit.services import record
from talent.auth import late_forms, proof
from talent.auth.confirming import confirm_address
from talent.auth.known_browsers import remember_browser
from talent.auth.letters import joining_the_view
from talent.auth.sessions import current_session_id, end_sessions
from talent.db import transaction
from talent.extensions import db

KEPT_AT_SIGN_IN = {
    *("_user_id", "_fresh", "_id", "_flashes", "_permanent", "fs_cc", "fs_paa", "fs_gexp", "identity.id"),
    *(late_forms.KEPT, late_forms.UNSENT),
}


def init_app(app: Flask) -> None:
    user_authenticated.connect(_signed_in, app)
    user_failed_authn.connect(_failed, app)
    user_logged_out.connect(_signed_out, app)
    password_changed.connect(_password_changed, app)
    password_reset.connect(_password_reset, app)


def _signed_in(_app: Flask, user: User, authn_via: Any = None, **_more: Any) -> None:
    kept = KEPT_AT_SIGN_IN | ({proof.SECOND_FACTOR} if "change" in (authn_via or ()) else set())
    for key in set(session) - kept:
        session.pop(key)  # nothing that somebody put into the visit before signing in lives on, its CSRF token included
    session["language"] = user.language.value
    g.pop("csrf_token", None)
    generate_csrf()  # with the new session, so that reading the next page writes nothing
    remember_browser(user.email)
    late_forms.take_over(user)
    if "change" not in (authn_via or ()):
        _record_afterwards("account.sign_in", user.id, user.id)


def _failed(_app: Flask, user: User, **_more: Any) -> None:
    _record_afterwards("account.sign_in_failed", None, user.id)


def _signed_out(_app: Flask, user: Any = None, **_more: Any) -> None:
    person = getattr(user, "_get_current_object", lambda: user)()
    after_this_request(_clear_browser)
    if isinstance(person, User):
        _record_afterwards("account.sign_out", person.id, person.id)


def _clear_browser(response: Any) -> Any:
    """Pages and stored data go. Not cookies: that would clear those of every service under the same domain, and the
    one by which this browser is known; the session's own cookie is replaced in any case."""
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _record_afterwards(action: str, actor_id: UUID | None, subject_id: UUID) -> None:
    """In a transaction of its own once the view is done: checking a password is slow and must hold no write lock."""

    @after_this_request
    def write(response: Any) -> Any:
        own = db.session()
        with transaction(own):
            actor = own.get(User, actor_id) if actor_id else None
            kind = None if actor else "visitor"
            record(own, actor, action, own.get_one(User, subject_id), actor_kind=kind)
        return response


def _password_changed(_app: Flask, user: User, **_more: Any) -> None:
    with joining_the_view(db.session()):
        record(db.session(), user, "account.change_password", user)
        end_sessions(db.session(), user, keep=current_session_id())


def _password_reset(_app: Flask, user: User, **_more: Any) -> None:
    with joining_the_view(db.session()):
        record(db.session(), user, "account.reset_password", user)
        if user.confirmed_at is None:  # the link that came by mail proves the address
            confirm_address(db.session(), user)
        end_sessions(db.session(), user)
    remember_browser(user.email)  # whoever reads the account's mail is no stranger to it
