"""Asking for a link by mail: for a new password, or to confirm an address.

The request only queues the address. Whether it has an account is looked up by the worker, so the page cannot tell.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security.confirmable import send_confirmation_instructions
from flask_security.recoverable import send_reset_password_instructions
from flask_security.utils import get_message
from sqlalchemy.orm import Session

from models import OutboxItem, User
from talent import outbox, throttle
from talent.auth import queries
from talent.auth.letters import outside_requests
from talent.auth.sign_in_forms import ForgotForm, ResendForm
from talent.auth.tries import ASKING_FOR_LINKS, LINKS_TO_AN_ADDRESS
from talent.db import transaction
from talent.extensions import db
from talent.throttle import TooManyTries, caller_network, limited

Render = Callable[..., ResponseReturnValue]


def register() -> None:
    outbox.job("reset_asked", send_reset_link)
    outbox.job("confirmation_asked", send_confirmation_link)


def forgot_password_view(render: Render) -> Render:
    @limited(ASKING_FOR_LINKS, by=caller_network)
    def forgot_password() -> ResponseReturnValue:
        form = ForgotForm()
        if form.validate_on_submit():
            ask_for_link(db.session(), "reset_asked", str(form.email.data))
            return _answered("PASSWORD_RESET_REQUEST")
        if g.user is not None and request.method == "GET":
            form.email.data = g.user.email
        return render("security/forgot_password.html", forgot_password_form=form)

    return forgot_password


def send_confirmation_view(render: Render) -> Render:
    @limited(ASKING_FOR_LINKS, by=caller_network)
    def send_confirmation() -> ResponseReturnValue:
        form = ResendForm()
        if form.validate_on_submit():
            ask_for_link(db.session(), "confirmation_asked", str(form.email.data))
            return _answered("CONFIRMATION_REQUEST")
        return render("security/send_confirmation.html", send_confirmation_form=form)

    return send_confirmation


def ask_for_link(session: Session, kind: str, address: str) -> None:
    """Queue a wish for a link; `kind` is `reset_asked` or `confirmation_asked`."""
    with transaction(session):
        outbox.add(session, kind, {"address": address})


def send_reset_link(session: Session, item: OutboxItem) -> None:
    """Mail a link with which the owner of the address chooses a new password, and confirms the address by it."""
    user = queries.user_by_address(session, item.payload["address"])
    if user is not None and user.active:
        _send(session, user, send_reset_password_instructions)


def send_confirmation_link(session: Session, item: OutboxItem) -> None:
    """Mail the link once more that confirms an address."""
    user = queries.user_by_address(session, item.payload["address"])
    if user is not None and user.active and user.confirmed_at is None:
        _send(session, user, send_confirmation_instructions)


def _send(session: Session, user: User, instruct: Callable[[User], None]) -> None:
    user_id = user.id
    try:
        throttle.count(session, LINKS_TO_AN_ADDRESS, instruct.__name__, user_id)
    except TooManyTries:
        return
    with outside_requests():
        instruct(session.get_one(User, user_id))


def _answered(words: str) -> ResponseReturnValue:
    message, category = get_message(words)
    flash(message, category)
    return redirect(url_for(str(request.endpoint)))
