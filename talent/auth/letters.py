"""Flask-Security's mail, in the words, the language and the outbox of this service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from flask import after_this_request, current_app, has_request_context, render_template
from flask_security import MailUtil
from flask_security.utils import _td_format
from sqlalchemy.orm import Session

from models import User
from talent import outbox
from talent.db import AFTER_COMMIT, transaction
from talent.extensions import db
from talent.i18n import _, in_language
from talent.notifications.jobs import absolute_url, base_url

SUBJECTS = {
    "confirmation_instructions": _("Confirm your email address"),
    "reset_instructions": _("Choose a new password"),
    "reset_notice": _("Your password was changed"),
    "change_notice": _("Your password was changed"),
}
LINKS = {
    "confirmation_instructions": ("security.confirm_email", "confirmation_token", "SECURITY_CONFIRM_EMAIL_WITHIN"),
    "reset_instructions": ("security.reset_password", "reset_token", "SECURITY_RESET_PASSWORD_WITHIN"),
}
SENT_WITH_A_CHANGE = ("reset_notice", "change_notice")
"""Sent by views of Flask-Security that have changed the person and commit by themselves."""


class OutboxMail(MailUtil):
    """Puts Flask-Security's mail into the outbox, so that a mail server that is away loses nothing.

    The mail is written anew: in the recipient's language rather than the page's, and with links that begin with the
    configured address rather than with the Host header of whoever asked.
    """

    def send_mail(
        self, template: str, subject: str, recipient: Any, sender: Any, body: Any, html: Any, **context: Any
    ) -> None:
        name = template.rsplit("/", 1)[-1]
        payload = _compose(name, context["user"], context)
        session = db.session()
        joins = name in SENT_WITH_A_CHANGE and not session.info.get("in_transaction")
        with joining_the_view(session) if joins else transaction(session):
            outbox.add(session, "security_mail", payload)


@contextmanager
def outside_requests() -> Iterator[None]:
    """Let the worker ask Flask-Security for mail, which makes its links from a request."""
    with current_app.test_request_context(base_url=base_url()):
        yield


def _compose(name: str, user: User, context: dict[str, Any]) -> dict[str, str]:
    with in_language(user.language):
        words: dict[str, Any] = {"lang": user.language.value, "subject": str(SUBJECTS[name])}
        if name in LINKS:
            endpoint, token, within = LINKS[name]
            words["link"] = absolute_url(endpoint, token=context[token])
            words["within"] = _td_format(current_app.config[within])
        else:
            words["link"] = absolute_url("security.forgot_password")
        return {
            "to": user.email,
            "subject": words["subject"],
            "text": render_template(f"security/email/{name}.txt", **words),
            "html": render_template(f"security/email/{name}.html", **words),
        }


@contextmanager
def joining_the_view(session: Session) -> Iterator[None]:
    """Write in the transaction of a Flask-Security view, which commits by itself once the view is done."""
    session.info["in_transaction"] = True
    try:
        yield
    finally:
        session.info["in_transaction"] = False
    callbacks = session.info.pop(AFTER_COMMIT, [])
    if callbacks and has_request_context():
        after_this_request(partial(_run, callbacks))  # registered after the view's own commit, so it runs after it


def _run(callbacks: list[Callable[[], None]], response: Any) -> Any:
    for callback in callbacks:
        callback()
    return response
