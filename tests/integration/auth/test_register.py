"""Registering with a work address."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, MailDomain, Notification, RoleGrant, User, WorksHere
from models.types import ConfirmationStatus, Language, NameOrder, RoleName
from talent.db import transaction
from tests.support import build
from tests.support.build_auth import SignIn, csrf_token, details
from tests.support.mail import Mailbox
from tests.support.page import PASSWORD, Page, Visitor


def open_details(visitor: Visitor, address: str) -> Page:
    return visitor.page("account.register").submit("email", email=address)


@pytest.mark.database
def test_a_newcomer_registers_confirms_and_signs_in(
    app: Flask, session: Session, visitor: Visitor, mailbox: Mailbox
) -> None:
    place = build.organisation(session, domain="ministry.example")
    staff = build.hr(session, organisation=place)
    form = open_details(visitor, " Hong@Ministry.Example ")
    assert form.heading == "Create an account"
    done = form.submit("name_home", organisation=place.id, **details())
    assert done.follow().heading == "Check your email"

    mailbox.deliver()
    session.rollback()
    user = session.scalars(select(User).where(User.email == "hong@ministry.example")).one()
    assert (user.name_home, user.name_romanised) == ("홍길동", "Hong Gildong")
    assert (user.name_order, user.form_of_address) == (NameOrder.FAMILY_FIRST, "주무관님")
    assert user.confirmed_at is None
    assert [(grant.role, grant.granted_by_id) for grant in user.grants] == [(RoleName.CIVIL_SERVANT, None)]
    asked = session.scalars(select(WorksHere).where(WorksHere.user_id == user.id)).one()
    assert (asked.organisation_id, asked.status) == (place.id, ConfirmationStatus.PENDING)

    refused = visitor.page("security.login").submit(email=user.email, password=PASSWORD)
    assert "Confirm your email address first: open the link in the message we sent you" in refused.errors()

    letter = mailbox.last(user.email)
    assert letter.subject == "Confirm your email address"
    assert session.scalars(select(Notification).where(Notification.user_id == staff.id)).all() == []
    home = visitor.get(letter.link("/confirm-address/")).submit("password", password=PASSWORD)
    assert home.status_code == 302
    assert home.location.endswith("/home")
    assert "Your email address is confirmed" in home.follow().text
    assert visitor.page("account.overview").heading == "Your account"

    mailbox.deliver()
    session.rollback()
    notice = session.scalars(select(Notification).where(Notification.user_id == staff.id)).one()
    assert notice.kind == "works_here_asked"
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[-3:] == ["account.register", "account.confirm_address", "account.sign_in"]


def test_only_organisations_of_the_mail_domain_are_offered(session: Session, visitor: Visitor) -> None:
    first, second = build.organisation(session, domain="shared.example"), build.organisation(session)
    other = build.organisation(session)
    with transaction(session):
        session.add(MailDomain(domain="shared.example", organisation_id=second.id))
    page = open_details(visitor, "a@shared.example")
    offered = {option.get("value") for option in page.form("organisation").iter("option")}
    assert offered == {"", first.id, second.id}
    refused = page.submit("name_home", organisation=other.id, **details())
    assert "Choose “The organisation you work in” from the list" in refused.errors()
    assert session.scalars(select(User)).all() == []


def test_an_unknown_mail_domain_says_what_to_do(session: Session, visitor: Visitor) -> None:
    page = open_details(visitor, "someone@nowhere.example")
    assert page.status_code == 200
    assert "ask an administrator of your country" in page.errors()[0]
    assert 'value="someone@nowhere.example"' in page.html


def test_a_known_address_gets_the_same_answer_and_its_owner_a_mail(
    session: Session, visitor: Visitor, mailbox: Mailbox
) -> None:
    place = build.organisation(session, domain="ministry.example")
    owner = build.user(session, organisation=place, email="known@ministry.example", language=Language.KO)
    new = open_details(visitor, "new@ministry.example").submit("name_home", organisation=place.id, **details())
    again = open_details(visitor, "Known@ministry.example").submit("name_home", organisation=place.id, **details())
    assert (again.status_code, again.location) == (new.status_code, new.location)
    mailbox.deliver()
    session.rollback()
    assert session.get_one(User, owner.id).name_home == owner.name_home
    assert len(session.scalars(select(User)).all()) == 2
    assert "/reset-password" in mailbox.last(owner.email).text


def test_registering_an_unconfirmed_address_again_sends_the_link_again(
    session: Session, visitor: Visitor, mailbox: Mailbox
) -> None:
    place = build.organisation(session, domain="ministry.example")
    for _ in range(2):
        open_details(visitor, "new@ministry.example").submit("name_home", organisation=place.id, **details())
    assert [letter.subject for letter in mailbox.letters("new@ministry.example")] == ["Confirm your email address"] * 2
    assert len(session.scalars(select(RoleGrant)).all()) == 1


def test_without_hr_staff_the_administrators_are_told(session: Session, visitor: Visitor, mailbox: Mailbox) -> None:
    place = build.organisation(session, domain="ministry.example")
    admin = build.administrator(session)
    open_details(visitor, "new@ministry.example").submit("name_home", organisation=place.id, **details())
    visitor.get(mailbox.last("new@ministry.example").link("/confirm-address/")).submit("password", password=PASSWORD)
    assert f"/organisations/directory/{place.id}" in mailbox.last(admin.email).text


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name_home", "", "Enter your name as you write it at home"),
        ("name_home", "x" * 101, "must be 100 characters or fewer"),
        ("name_home", "a\x00b", "Remove characters that cannot be shown"),
        ("name_home", "y" * 200_000, "must be 100 characters or fewer"),
        ("name_romanised", "홍길동", "must be in Latin letters"),
        ("name_order", "sideways", "from the list"),
        ("name_order", None, "Choose which part of your name comes first"),
        ("language", "fr", "from the list"),
        ("organisation", "", "Choose the organisation you work in"),
        ("password", "short", "Password must be 12 characters or more"),
        ("password", "p" * 200_000, "Password must be 200 characters or fewer"),
        ("password_again", "something else entirely", "The two passwords are not the same"),
        ("email", "", "Enter your work email address"),
        ("email", "no address", "Enter an email address in the correct format"),
        ("email", "a..b@ministry.example", "Enter an email address in the correct format"),
        ("email", "a\x00@ministry.example", "Remove characters that cannot be shown"),
    ],
)
def test_bad_answers_are_told_beside_the_field(
    session: Session, visitor: Visitor, field: str, value: Any, message: str
) -> None:
    place = build.organisation(session, domain="ministry.example")
    page = open_details(visitor, "new@ministry.example")
    answers = {"organisation": place.id, **details(), field: value}
    answer = page.submit("name_home", **answers)
    assert answer.status_code == 200
    assert any(message in error for error in answer.errors()), answer.errors()
    if field != "email":
        assert "주무관님" in answer.html, "what was typed is kept"
    assert session.scalars(select(User)).all() == []


def test_a_lone_surrogate_is_no_server_error(session: Session, visitor: Visitor) -> None:
    build.organisation(session, domain="ministry.example")
    page = open_details(visitor, "new@ministry.example")
    token = csrf_token(page)
    body = f"csrf_token={token}&step=details&email=new%40ministry.example&name_home=%ED%A0%80".encode()
    answer = visitor.client.post(page.url, data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200


def test_registering_in_korean(app: Flask, session: Session, mailbox: Mailbox) -> None:
    place = build.organisation(session, domain="ministry.example")
    visitor = Visitor(app, "ko")
    page = visitor.page("account.register")
    assert page.heading == "계정 만들기"
    form = page.submit("email", email="new@ministry.example")
    assert 'value="ko" checked' in form.html
    wrong = form.submit("name_home", **details(password="짧다", language="ko", organisation=place.id))
    assert any("12자 이상" in error for error in wrong.errors())
    form.submit("name_home", **details(language="ko", organisation=place.id))
    letter = mailbox.last("new@ministry.example")
    assert letter.subject == "이메일 주소를 확인해 주십시오"
    done = visitor.get(letter.link("/confirm-address/")).submit("password", password=PASSWORD).follow()
    assert "이메일 주소가 확인되었습니다" in done.text


def test_somebody_signed_in_does_not_register(session: Session, sign_in: SignIn) -> None:
    visitor = sign_in(build.civil_servant(session))
    assert visitor.page("account.register").location == "/account/"


def test_the_page_runs_a_bounded_number_of_statements(
    session: Session, visitor: Visitor, statements: list[str]
) -> None:
    place = build.organisation(session, domain="ministry.example")
    for _ in range(8):
        row = build.organisation(session)
        with transaction(session):
            session.add(MailDomain(domain="ministry.example", organisation_id=row.id))
    page = visitor.page("account.register")
    statements.clear()
    page.submit("email", email="a@ministry.example")
    assert len(statements) <= 3
    assert place.id
