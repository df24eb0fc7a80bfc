"""Signing in and out, resetting and changing a password, in both languages."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, OutboxItem, User
from models.types import Language
from tests.support import build
from tests.support.build_auth import SignIn, csrf_token
from tests.support.mail import Mailbox
from tests.support.page import PASSWORD, Visitor

NEW = "an entirely new password 2"
GENERIC = "The email address or the password is not right"


def actions(session: Session) -> list[str]:
    session.rollback()
    mine = select(AuditEntry.action).where(AuditEntry.action.startswith("account."))
    return list(session.scalars(mine.order_by(AuditEntry.id)))


@pytest.mark.database
def test_signing_in_and_out(session: Session, visitor: Visitor) -> None:
    user = build.civil_servant(session)
    page = visitor.page("security.login").submit(email=user.email.upper(), password=PASSWORD)
    assert page.location.endswith("/home")
    account = visitor.page("account.overview")
    assert account.heading == "Your account"
    out = account.visitor.post("/sign-out", {"csrf_token": csrf_token(account)})
    assert out.status_code == 302
    assert visitor.page("account.overview").status_code == 302
    assert actions(session) == ["account.sign_in", "account.sign_out"]


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (None, "not the password at all"),
        ("nobody@ministry.example", PASSWORD),
        (None, "p" * 200_000),
        (None, "a\x00b"),
        ("nobody@ministry.example", "p" * 200_000),
    ],
)
def test_a_wrong_sign_in_says_the_same_for_every_reason(
    session: Session, visitor: Visitor, email: str | None, password: str
) -> None:
    user = build.civil_servant(session)
    page = visitor.page("security.login").submit(email=email or user.email, password=password)
    assert set(page.errors()) == {GENERIC}
    assert visitor.page("account.overview").status_code == 302


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"email": "", "password": PASSWORD}, "Enter your email address"),
        ({"email": "a@b.example", "password": ""}, "Enter your password"),
        ({"email": "no address", "password": PASSWORD}, "Enter an email address in the correct format"),
        ({"email": "x" * 200_000, "password": PASSWORD}, "Enter an email address in the correct format"),
        ({"email": "a\x00@b.example", "password": PASSWORD}, "Enter an email address in the correct format"),
    ],
)
def test_what_is_missing_is_told_beside_the_field(
    session: Session, visitor: Visitor, values: dict[str, Any], message: str
) -> None:
    page = visitor.page("security.login").submit(**values)
    assert page.status_code == 200
    assert any(message in error for error in page.errors()), page.errors()


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%09/evil.example",
        "javascript:alert(1)",
    ],
)
def test_after_signing_in_nobody_is_sent_to_another_site(session: Session, visitor: Visitor, target: str) -> None:
    user = build.civil_servant(session)
    page = visitor.get("/sign-in", {"next": [target]})
    answer = page.submit(email=user.email, password=PASSWORD)
    assert answer.status_code == 302
    assert answer.location in ("/home", "/%09/evil.example"), answer.location


def test_after_signing_in_one_is_where_one_wanted_to_be(session: Session, visitor: Visitor) -> None:
    user = build.civil_servant(session)
    page = visitor.page("account.names").follow()
    assert page.submit(email=user.email, password=PASSWORD).location == "/account/names"


def test_the_csrf_token_of_before_signing_in_is_no_good_after(session: Session, visitor: Visitor) -> None:
    user = build.civil_servant(session)
    page = visitor.page("security.login")
    before = csrf_token(page)
    page.submit(email=user.email, password=PASSWORD)
    assert visitor.post("/account/names", {"csrf_token": before, "name_home": "x"}).status_code == 400


def test_the_visit_speaks_the_language_of_the_account(app: Flask, session: Session) -> None:
    user = build.civil_servant(session, language=Language.KO)
    visitor = Visitor(app, "en").sign_in(user)
    page = visitor.page("account.overview")
    assert '<html lang="ko"' in page.html
    assert page.heading == "내 계정"
    visitor.post("/sign-out", {"csrf_token": csrf_token(page)})
    assert visitor.page("security.login").heading == "로그인", "still Korean after signing out"


def test_a_failed_sign_in_is_recorded_without_an_actor(session: Session, visitor: Visitor, mailbox: Mailbox) -> None:
    user = build.civil_servant(session)
    visitor.page("security.login").submit(email=user.email, password="something else again")
    mailbox.deliver()
    session.rollback()
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("account."))).one()
    assert (entry.action, entry.actor_id, entry.actor_kind) == ("account.sign_in_failed", None, "visitor")


@pytest.mark.database
def test_resetting_a_password(session: Session, visitor: Visitor, mailbox: Mailbox, sign_in: SignIn) -> None:
    user = build.civil_servant(session, language=Language.KO)
    elsewhere = sign_in(user)
    sent = visitor.page("security.forgot_password").submit(email=user.email)
    assert "we have sent its owner a message" in sent.follow().text
    letter = mailbox.last(user.email)
    assert letter.subject == "새 비밀번호를 정해 주십시오", "in the language of the account, not of the page"
    page = visitor.get(letter.link("/reset-password/"))
    assert "Passwor" in page.submit(password="short", password_confirm="short").errors()[0]
    assert page.submit(password=NEW, password_confirm=NEW + "x").errors()[0] == "The two new passwords are not the same"
    done = page.submit(password=NEW, password_confirm=NEW)
    assert done.status_code == 302
    session.rollback()
    assert "account.reset_password" in actions(session)
    assert mailbox.last(user.email).subject == "비밀번호가 변경되었습니다"
    assert elsewhere.page("account.overview").status_code == 302, "other visits end"
    Visitor(visitor.app).sign_in(user, NEW)
    used = visitor.get(letter.link("/reset-password/")).follow()
    assert "has been used" in used.text


def test_a_link_leads_to_the_configured_address_whatever_host_is_claimed(
    session: Session, visitor: Visitor, mailbox: Mailbox
) -> None:
    user = build.civil_servant(session)
    page = visitor.page("security.forgot_password")
    data = {"csrf_token": csrf_token(page), "email": user.email}
    visitor.client.post("/reset-password", data=data, headers={"X-Forwarded-Host": "evil.example"})
    letter = mailbox.last(user.email)
    assert "http://localhost/reset-password/" in letter.text
    assert "evil" not in letter.text


@pytest.mark.parametrize("endpoint", ["security.forgot_password", "security.send_confirmation"])
def test_asking_for_a_link_tells_nobody_who_has_an_account(
    session: Session, visitor: Visitor, mailbox: Mailbox, endpoint: str
) -> None:
    user = build.civil_servant(session) if endpoint.endswith("password") else build.user(session, confirmed_at=None)
    known = visitor.page(endpoint).submit(email=user.email).follow()
    unknown = visitor.page(endpoint).submit(email="nobody@ministry.example").follow()
    assert known.text == unknown.text
    assert len(mailbox.letters()) == 1
    empty = visitor.page(endpoint).submit(email="")
    assert set(empty.errors()) == {"Enter your email address"}
    assert "we have sent" not in empty.text


@pytest.mark.database
def test_changing_a_password(session: Session, sign_in: SignIn, mailbox: Mailbox) -> None:
    user = build.civil_servant(session)
    here, elsewhere = sign_in(user), sign_in(user)
    page = here.page("security.change_password")
    wrong = page.submit(password="not this one at all", new_password=NEW, new_password_confirm=NEW)
    assert set(wrong.errors()) == {"That is not your current password"}
    long = page.submit(password="p" * 200_000, new_password=NEW, new_password_confirm=NEW)
    assert set(long.errors()) == {"That is not your current password"}
    same = page.submit(password=PASSWORD, new_password=PASSWORD, new_password_confirm=PASSWORD)
    assert set(same.errors()) == {"The new password must differ from the present one"}
    huge = page.submit(password=PASSWORD, new_password="p" * 100_000, new_password_confirm="p" * 100_000)
    assert set(huge.errors()) == {"Password must be 200 characters or fewer"}
    done = here.page("security.change_password").submit(password=PASSWORD, new_password=NEW, new_password_confirm=NEW)
    assert done.location == "/account/"
    assert "Your password is changed." in here.page("account.overview").text
    assert elsewhere.page("account.overview").status_code == 302, "other visits end"
    assert "account.change_password" in actions(session)
    assert mailbox.last(user.email).subject == "Your password was changed"


def test_a_confirmation_link_works_once(session: Session, visitor: Visitor, mailbox: Mailbox) -> None:
    user = build.user(session, confirmed_at=None)
    visitor.page("security.send_confirmation").submit(email=user.email)
    link = mailbox.last(user.email).link("/confirm-address/")
    assert visitor.get(link).submit("password", password=PASSWORD).location == "/home"
    assert "is confirmed already" in visitor.get(link).follow().text
    assert "not complete or has been used" in visitor.get("/confirm-address/nonsense").follow().text
    assert actions(session).count("account.confirm_address") == 1


def test_the_pages_in_korean(app: Flask, session: Session) -> None:
    user = build.civil_servant(session, language=Language.KO)
    visitor = Visitor(app, "ko")
    page = visitor.page("security.login").submit(email=user.email, password="전혀 다른 비밀번호입니다")
    assert set(page.errors()) == {"이메일 주소 또는 비밀번호가 올바르지 않습니다"}
    assert visitor.page("security.forgot_password").heading == "비밀번호를 잊으셨습니까?"
    assert visitor.page("security.send_confirmation").heading
    visitor.sign_in(user)
    changed = visitor.page("security.change_password").submit(password="", new_password="", new_password_confirm="")
    assert "현재 비밀번호를 입력하십시오" in changed.errors()


def test_no_token_signs_anybody_in(app: Flask, session: Session) -> None:
    user = build.civil_servant(session)
    with app.test_request_context():
        token = str(session.merge(user).get_auth_token())
    client = app.test_client()
    headers = {"Authentication-Token": token}
    assert client.get("/account/", headers=headers).status_code == 302
    assert client.get(f"/account/?auth_token={token}").status_code == 302
    assert client.post("/sign-in", json={"email": user.email, "password": PASSWORD}).status_code == 400


def test_mail_waits_in_the_outbox_without_keeping_the_token_once_sent(
    session: Session, visitor: Visitor, mailbox: Mailbox
) -> None:
    user = build.civil_servant(session)
    visitor.page("security.forgot_password").submit(email=user.email)
    session.rollback()
    assert session.scalars(select(OutboxItem.kind)).all() == ["reset_asked"]
    mailbox.deliver()
    session.rollback()
    done = session.scalars(select(OutboxItem).order_by(OutboxItem.created_at)).all()
    assert [(item.kind, item.payload) for item in done] == [("reset_asked", {}), ("security_mail", {})]
    assert session.get_one(User, user.id).password
