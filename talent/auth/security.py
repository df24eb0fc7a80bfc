"""Accounts through Flask-Security: its settings, its mail into our outbox, a policy on each of its views."""

from __future__ import annotations

from datetime import timedelta
from functools import wraps
from typing import Any

from flask import Flask
from flask.typing import ResponseReturnValue
from flask_security import MailUtil, SQLAlchemyUserDatastore

from models import SecurityRole, User
from talent import outbox
from talent.auth.guards import public
from talent.db import transaction
from talent.extensions import db, security


class OutboxMail(MailUtil):
    """Puts Flask-Security's mail into the outbox, so that a mail server that is away loses nothing."""

    def send_mail(
        self, template: str, subject: str, recipient: str, sender: Any, body: str, html: str, **kwargs: Any
    ) -> None:
        session = db.session()
        payload = {"to": recipient, "subject": str(subject), "text": body, "html": html}
        if session.new or session.dirty:  # inside one of its own views, which commit by themselves
            session.info["in_transaction"] = True
            try:
                outbox.add(session, "security_mail", payload)
            finally:
                session.info["in_transaction"] = False
        else:
            with transaction(session):
                outbox.add(session, "security_mail", payload)


def init_app(app: Flask) -> None:
    settings = app.config["SETTINGS"]
    fast = {"argon2__time_cost": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}
    app.config.update(
        SECURITY_PASSWORD_SALT=settings.password_salt,
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS=fast if settings.fast_password_hash else {},
        SECURITY_PASSWORD_LENGTH_MIN=12,
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_RESET_URL="/reset-password",
        SECURITY_CONFIRM_URL="/confirm-address",
        SECURITY_CHANGE_URL="/change-password",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_LOGOUT_CSRF=True,
        SECURITY_CONFIRMABLE=True,
        SECURITY_RECOVERABLE=True,
        SECURITY_CHANGEABLE=True,
        SECURITY_REGISTERABLE=False,  # talent.auth.routes.register asks for more than Flask-Security does
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_RESET_PASSWORD_WITHIN=timedelta(hours=2),
        SECURITY_CONFIRM_EMAIL_WITHIN=timedelta(days=5),
        SECURITY_POST_LOGIN_VIEW="/home",
        SECURITY_POST_LOGOUT_VIEW="/",
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_USE_VERIFY_PASSWORD_CACHE=False,
        SECURITY_EMAIL_SENDER=settings.mail_from,
        SECURITY_FLASH_MESSAGES=True,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False, "test_environment": True},
        SECURITY_DEFAULT_REMEMBER_ME=False,
        SECURITY_API_ENABLED_METHODS=["session"],
        SECURITY_I18N_DIRNAME=["builtin", str(app.config["ROOT"] / "translations")],
        SECURITY_I18N_DOMAIN="flask_security",
    )
    datastore = SQLAlchemyUserDatastore(db, User, SecurityRole)
    security.init_app(app, datastore, mail_util_cls=OutboxMail)
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith("security.") or endpoint == "static":
            app.view_functions[endpoint] = _open_to_all(view)


def _open_to_all(view: Any) -> Any:
    """Flask-Security guards its own views; static files are for everybody."""

    @wraps(view)
    def opened(**url: Any) -> ResponseReturnValue:
        return view(**url)  # type: ignore[no-any-return]

    return public(opened)
