"""Browsers in which an account signed in before: a signed cookie that lasts, and opens nothing.

It only lets tries there be counted apart from those of strangers. It names accounts by keyed hash, a few at most,
because office machines are shared.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any

from flask import after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

LASTS = timedelta(days=180)
MOST_ACCOUNTS = 5


def known_browser(account: str) -> str | None:
    """The random name this browser has for the account (an e-mail address); None where it never signed in here."""
    return _read().get(_pseudonym(account))


def remember_browser(account: str) -> None:
    """Give the answer to this request a cookie that tells the account's tries here from those of strangers."""
    known = _read()
    known.pop(_pseudonym(account), None)
    known = dict(list(known.items())[-(MOST_ACCOUNTS - 1) :])
    known[_pseudonym(account)] = secrets.token_urlsafe(12)

    @after_this_request
    def write(response: Any) -> Any:
        response.set_cookie(
            _name(),
            _signer().dumps(known),
            max_age=LASTS,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response


def _name() -> str:
    return "__Host-known-browser" if current_app.config["SESSION_COOKIE_SECURE"] else "known-browser"


def _read() -> dict[str, str]:
    try:
        known = _signer().loads(request.cookies.get(_name(), ""), max_age=int(LASTS.total_seconds()))
    except BadSignature:
        return {}
    return known if isinstance(known, dict) else {}


def _signer() -> URLSafeTimedSerializer:
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.config["SECRET_KEY"]]
    return URLSafeTimedSerializer(keys, salt="known-browser", signer_kwargs={"digest_method": hashlib.sha256})


def _pseudonym(account: str) -> str:
    secret = str(current_app.config["SECURITY_PASSWORD_SALT"]).encode()
    return hmac.new(secret, b"known browser " + account.casefold().encode(), hashlib.sha256).hexdigest()[:24]
