"""Outbox jobs that deliver notices and mail."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import current_app, render_template, url_for
from sqlalchemy.orm import Session

from models import Notification, OutboxItem, User
from talent import outbox
from talent.db import transaction
from talent.i18n import in_language
from talent.notifications.kinds import KINDS
from talent.notifications.port import Mail


def register() -> None:
    outbox.job("notice", deliver_notice)
    outbox.job("mail", deliver_mail)
    outbox.job("security_mail", deliver_security_mail)


def deliver_notice(session: Session, item: OutboxItem) -> None:
    """Put the notice on the person's page once, and send it by mail."""
    payload = item.payload
    user = session.get(User, UUID(payload["user_id"]))
    if user is None or not user.active:
        return
    if session.get(Notification, item.id) is None:
        with transaction(session):
            session.add(
                Notification(
                    id=item.id,
                    user_id=UUID(payload["user_id"]),
                    kind=payload["kind"],
                    params=payload["params"],
                    endpoint=payload["endpoint"],
                    endpoint_args=payload["endpoint_args"],
                )
            )
    link = absolute_url(payload["endpoint"], **payload["endpoint_args"]) if payload["endpoint"] else base_url()
    _send(item, user.email, user.language.value, payload["kind"], link, payload["params"])


def deliver_mail(session: Session, item: OutboxItem) -> None:
    """Send a mail to an address without an account."""
    payload = item.payload
    _send(item, payload["to"], payload["language"], payload["kind"], payload["link"], payload["params"])


def deliver_security_mail(session: Session, item: OutboxItem) -> None:
    """Send a mail that Flask-Security composed (confirmation, reset)."""
    payload = item.payload
    current_app.extensions["mailer"].send(
        Mail(to=payload["to"], subject=payload["subject"], text=payload["text"], html=payload["html"], key=str(item.id))
    )


def _send(item: OutboxItem, to: str, language: str, kind: str, link: str, params: dict[str, Any]) -> None:
    words = KINDS[kind]
    with in_language(language):
        filled = {name: str(getattr(words, name)) for name in ("subject", "body", "action")}
        filled = {name: text % params if params else text for name, text in filled.items()}
        context = {**filled, "link": link, "lang": language}
        mail = Mail(
            to=to,
            subject=filled["subject"],
            text=render_template("email/notice.txt", **context),
            html=render_template("email/notice.html", **context),
            key=str(item.id),
        )
    current_app.extensions["mailer"].send(mail)


def base_url() -> str:
    return str(current_app.config["BASE_URL"])


def absolute_url(endpoint: str, **values: Any) -> str:
    """A whole address made from the configured base, never from the request."""
    if current_app.config.get("SERVER_NAME"):
        return url_for(endpoint, _external=True, **values)
    with current_app.test_request_context(base_url=base_url()):
        return base_url() + url_for(endpoint, **values)
