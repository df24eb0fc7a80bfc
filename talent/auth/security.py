"""Accounts through Flask-Security: its settings, its pages in our frame, a policy on each of its views."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import Flask, abort, g, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import SQLAlchemyUserDatastore
from flask_wtf import FlaskForm

from models import Passkey, SecurityRole, User
from talent.auth import confirming, links_by_mail, one_time_codes, password_check, policies, services, signals
from talent.auth.guards import public, requires, same_site_path
from talent.auth.letters import OutboxMail
from talent.auth.sign_in_forms import (
    SHORTEST_PASSWORD,
    BoundedPasswords,
    ChangeForm,
    ResetForm,
    SignInForm,
)
from talent.auth.tries import NEW_PASSWORDS, PRESENT_PASSWORDS
from talent.extensions import db, security
from talent.forms import foreign_errors
from talent.throttle import caller_network, limited

# Flask-Security's own English, where it can be said plainer. Korean: translations/ko/LC_MESSAGES/flask_security.po
WORDS = {
    "GENERIC_AUTHN_FAILED": ("The email address or the password is not right", "error"),
    "UNAUTHENTICATED": ("Sign in to see that page", "info"),
    "CONFIRMATION_REQUEST": (
        "If an account with that email address waits to be confirmed, we have sent its owner a message with a link.",
        "info",
    ),
    "PASSWORD_RESET_REQUEST": (
        "If there is an account with that email address, we have sent its owner a message with a link.",
        "info",
    ),
    "GENERIC_PASSWORD_RECOVERY": (
        "If there is an account with that email address, we have sent its owner a message with a link.",
        "info",
    ),
    "EMAIL_CONFIRMED": ("Thank you. Your email address is confirmed: you can sign in now.", "success"),
    "ALREADY_CONFIRMED": ("This email address is confirmed already: you can sign in.", "info"),
    "INVALID_CONFIRMATION_TOKEN": ("That link is not complete or has been used. Ask for a new one.", "error"),
    "CONFIRMATION_EXPIRED": ("That link was good for %(within)s and has expired. Ask for a new one.", "error"),
    "INVALID_RESET_PASSWORD_TOKEN": ("That link is not complete or has been used. Ask for a new one.", "error"),
    "PASSWORD_RESET_EXPIRED": ("That link was good for %(within)s and has expired. Ask for a new one.", "error"),
    "PASSWORD_RESET_NO_LOGIN": ("Your password is changed. Sign in with the new one.", "success"),
    "PASSWORD_CHANGE": ("Your password is changed.", "success"),
    "PASSWORD_IS_THE_SAME": ("The new password must differ from the present one", "error"),
    "INVALID_PASSWORD": ("That is not your current password", "error"),
}
WRITING_VIEWS = ("security.reset_password", "security.change_password")
WITHOUT_OUR_CARE = {
    "security.verify",
    "security.two_factor_setup",
    "security.two_factor_setup_validate",
    "security.two_factor_token_validation",
    "security.two_factor_rescue",
    "security.tf_select",
}
"""Registered by Flask-Security whether one wants them or not. Ours (second_step_routes, second_factor_routes) also
count tries, record, tell the owner and end other sessions."""


def init_app(app: Flask) -> None:
    """Bind Flask-Security."""
    _configure(app)
    datastore = SQLAlchemyUserDatastore(db, User, SecurityRole, Passkey)
    # Only the constructor takes these as arguments, and ours ran before there was an application.
    security._mail_util_cls, security._password_util_cls = OutboxMail, BoundedPasswords
    security._totp_cls = one_time_codes.OneTimeCodes
    security.init_app(
        app,
        datastore,
        login_form=SignInForm,
        reset_password_form=ResetForm,
        change_password_form=ChangeForm,
        render_template=render_page,
    )
    security.want_json(lambda _request: False)  # pages only: no token is ever handed out
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    app.view_functions["security.forgot_password"] = links_by_mail.forgot_password_view(render_page)
    app.view_functions["security.confirm_email"] = confirming.confirm_email
    app.view_functions["security.send_confirmation"] = links_by_mail.send_confirmation_view(render_page)
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith("security.") or endpoint == "static":
            app.view_functions[endpoint] = _with_policy(endpoint, view)
    signals.init_app(app)
    password_check.register()
    links_by_mail.register()
    services.register_jobs()


def _configure(app: Flask) -> None:
    settings = app.config["SETTINGS"]
    fast = {"argon2__time_cost": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}
    app.config.update(
        SECURITY_PASSWORD_SALT=settings.password_salt,
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS=fast if settings.fast_password_hash else {},
        SECURITY_PASSWORD_LENGTH_MIN=SHORTEST_PASSWORD,
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
        SECURITY_POST_LOGIN_VIEW="public.home",
        SECURITY_POST_LOGOUT_VIEW="public.start",
        SECURITY_POST_CHANGE_VIEW="account.overview",
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_USE_VERIFY_PASSWORD_CACHE=False,
        SECURITY_EMAIL_SENDER=settings.mail_from,
        SECURITY_EMAIL_PLAINTEXT=False,  # letters.py writes the mail itself, in the recipient's language
        SECURITY_EMAIL_HTML=False,
        SECURITY_FLASH_MESSAGES=True,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False, "test_environment": True},
        SECURITY_DEFAULT_REMEMBER_ME=False,
        SECURITY_API_ENABLED_METHODS=["session"],
        SECURITY_I18N_DIRNAME=["builtin", str(app.config["ROOT"] / "translations")],
        SECURITY_I18N_DOMAIN="flask_security",
        SECURITY_STATIC_FOLDER=None,
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"],
        SECURITY_TWO_FACTOR_IMPLEMENTATIONS={"code": "talent.auth.second_factor.SecondStep"},
        SECURITY_TWO_FACTOR_ALWAYS_VALIDATE=True,
        SECURITY_TWO_FACTOR_RESCUE_EMAIL=False,
        SECURITY_TOTP_SECRETS=one_time_codes.key_names(settings.totp_keys),
        SECURITY_TOTP_ISSUER=one_time_codes.ISSUER,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_N=one_time_codes.RECOVERY_CODES,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS=one_time_codes.recovery_keys(settings.totp_keys),
    )
    app.config.update({f"SECURITY_MSG_{name}": words for name, words in WORDS.items()})


def render_page(template: str, **context: Any) -> ResponseReturnValue:
    """A page of Flask-Security in our frame, with its errors in our summary; after a good POST, a redirect."""
    form = next((value for value in context.values() if isinstance(value, FlaskForm)), None)
    if form is not None:
        if hasattr(form, "put_back"):
            form.put_back()
        context["page_errors"] = foreign_errors(form)
    return render_template(template, **context)


def _with_policy(endpoint: str, view: Callable[..., Any]) -> Any:
    """Flask-Security guards its own views; static files are for everybody."""

    @wraps(view)
    def answered(**url: Any) -> ResponseReturnValue:
        if endpoint in WRITING_VIEWS:
            _take_write_lock()
        answer = view(**url)
        if endpoint == "security.login" and getattr(answer, "location", None) and "tf_user_id" not in session:
            wanted = request.form.get("next") or request.args.get("next")
            answer.location = same_site_path(wanted, url_for("public.home"))
        return answer

    guarded: Callable[..., ResponseReturnValue] = answered
    if endpoint == "security.reset_password":
        guarded = limited(NEW_PASSWORDS, by=caller_network)(guarded)  # before the write lock
    if endpoint == "security.change_password":
        guarded = limited(PRESENT_PASSWORDS, by=lambda: g.user.id)(guarded)
    if endpoint in WITHOUT_OUR_CARE:
        return public(_absent)
    return requires(policies.signed_in)(guarded) if endpoint == "security.change_password" else public(guarded)


def _absent(**_url: Any) -> ResponseReturnValue:
    abort(404)


def _take_write_lock() -> None:
    """On SQLite, write from the start: a read that turns into a write fails when another writer was quicker."""
    own = db.session()
    own.rollback()
    own.connection(execution_options={"begin_immediate": True})
