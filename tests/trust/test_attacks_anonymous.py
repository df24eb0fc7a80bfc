"""What was found by attacking the service from outside, signed in as nobody."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import AuditEntry, User
from tests.support import build
from tests.support.build_auth import csrf_token
from tests.support.mail import Mailbox
from tests.support.page import PASSWORD, Visitor, apart

NEW_PASSWORD = "lantern orchard velvet 52"


def send(visitor: Visitor, path: str, data: bytes) -> TestResponse:
    form = "application/x-www-form-urlencoded"
    return apart(lambda: visitor.client.post(path, data=data, content_type=form))


def test_limits_a_stranger_sends_no_long_form_to_any_page(app: Flask) -> None:
    """Taking a form apart comes before any other check, and six megabytes of escapes keep a processor busy."""
    visitor = Visitor(app)
    for path in ("/opportunities/new", "/matching/manager/made-up", "/organisations/invitation/made-up"):
        answer = send(visitor, path, data=b"a=" + b"%" * 400_000)
        assert answer.status_code == 413, path


def test_limits_many_fields_are_413_however_they_are_encoded(app: Flask, session: Session, sign_in: Any) -> None:
    for visitor, path in ((Visitor(app), "/language"), (sign_in(build.civil_servant(session)), "/opportunities/new")):
        token = csrf_token(visitor.page("account.register" if path == "/language" else "account.names"))
        answer = send(visitor, path, data=f"csrf_token={token}&".encode() + b"a&" * 3000)
        assert answer.status_code == 413, path


def test_r2_a_mail_gateway_that_opens_the_link_confirms_nothing(
    session: Session, visitor: Visitor, mailbox: Mailbox
) -> None:
    """Whoever registers another's address must not get in because a scanner fetched what the mail led to."""
    victim = build.user(session, confirmed_at=None)
    visitor.page("security.send_confirmation").submit(email=victim.email)
    link = mailbox.last(victim.email).link("/confirm-address/")
    for method in ("GET", "HEAD"):
        apart(partial(visitor.client.open, link, method=method))
    assert "Confirm your email address first" in sign_in_errors(visitor, victim)
    session.rollback()
    assert session.get_one(User, victim.id).confirmed_at is None


def test_r11_whoever_registered_anothers_address_never_gets_into_the_account(
    app: Flask, session: Session, mailbox: Mailbox
) -> None:
    """The stranger's password is on the account; its owner opens the link, and can only replace that password."""
    owner, attacker = Visitor(app), Visitor(app)
    account = build.user(session, confirmed_at=None)
    owner.page("security.send_confirmation").submit(email=account.email)
    page = owner.get(mailbox.last(account.email).link("/confirm-address/"))
    refused = page.submit("password", password="quite another sentence 7")
    assert "That is not the password this account was registered with" in refused.errors()
    assert "Confirm your email address first" in sign_in_errors(attacker, account)

    owner.page("security.forgot_password").submit(email=account.email)
    page = owner.get(mailbox.last(account.email).link("/reset-password/"))
    page.submit("password", password=NEW_PASSWORD, password_confirm=NEW_PASSWORD)
    assert "not right" in sign_in_errors(attacker, account)
    assert owner.sign_in(account, NEW_PASSWORD).page("public.home").status_code == 200
    actions = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions.count("account.confirm_address") == 1


def test_r11_passwords_cannot_be_guessed_at_the_confirmation_link(
    session: Session, visitor: Visitor, mailbox: Mailbox
) -> None:
    person = build.user(session, confirmed_at=None)
    visitor.page("security.send_confirmation").submit(email=person.email)
    page = visitor.get(mailbox.last(person.email).link("/confirm-address/"))
    answers = [page.submit("password", password=f"a wrong password {number}").status_code for number in range(11)]
    assert answers == [200] * 10 + [429]


def sign_in_errors(visitor: Visitor, user: User) -> str:
    return " ".join(visitor.page("security.login").submit(email=user.email, password=PASSWORD).errors())
