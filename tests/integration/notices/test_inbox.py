"""Notices: read in one's own language, marked, led on; nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Notification, User, utc_now
from models.types import Language
from talent.db import transaction
from talent.notifications.services import notify
from tests.support import build
from tests.support.mail import Mailbox
from tests.support.page import Visitor

SignIn = Callable[[User], Visitor]


def tell(
    session: Session, person: User, kind: str = "role_granted", count: int = 1, endpoint: str = "public.home"
) -> None:
    with transaction(session):
        for number in range(count):
            session.add(
                Notification(
                    user_id=person.id, kind=kind, endpoint=endpoint, created_at=utc_now() - timedelta(minutes=number)
                )
            )


def test_nothing_yet(session: Session, sign_in: SignIn) -> None:
    page = sign_in(build.civil_servant(session)).page("notices.inbox")
    assert "You have no notices." in page.text


def test_a_notice_is_delivered_read_and_leads_on(session: Session, sign_in: SignIn, mailbox: Mailbox) -> None:
    person = build.civil_servant(session)
    with transaction(session):
        notify(session, person, "role_granted", endpoint="framework.families")
    mailbox.deliver()
    reader = sign_in(person)
    page = reader.page("notices.inbox")
    assert "You have been given a new role" in page.text
    assert "1 unread notice" in page.text
    answer = page.submit("See your account")
    assert answer.location == reader.url("framework.families")
    assert "unread" not in reader.page("notices.inbox").text


def test_in_korean(session: Session, sign_in: SignIn) -> None:
    person = build.civil_servant(session, language=Language.KO)
    tell(session, person)
    page = sign_in(person).page("notices.inbox")
    assert page.heading == "알림"
    assert "새로운 역할" in page.text
    assert "You have been" not in page.text


def test_all_at_once_and_twice(session: Session, sign_in: SignIn) -> None:
    person = build.civil_servant(session)
    tell(session, person, count=3)
    reader = sign_in(person)
    page = reader.page("notices.inbox")
    assert "3 notices marked as read" in page.submit("Mark all as read").follow().text
    assert "read already" in page.submit("Mark all as read").follow().text


def test_pages(session: Session, sign_in: SignIn, statements: list[str]) -> None:
    person = build.civil_servant(session)
    tell(session, person, count=65)
    reader = sign_in(person)
    first = reader.page("notices.inbox")
    assert "Page 1 of 3" in first.text
    assert "Page 2 of 3" in first.click("Next").text
    assert reader.page("notices.inbox", page=99).location == reader.url("notices.inbox", page=3)
    for odd in ("-1", "x", "9" * 40, "%00"):
        assert reader.get(f"/notices/?page={odd}").status_code in (200, 302)
    statements.clear()
    reader.page("notices.inbox")
    assert len(statements) <= 8, statements  # the session among them


def test_an_old_kind_and_a_page_that_is_no_more(session: Session, sign_in: SignIn) -> None:
    person = build.civil_servant(session)
    tell(session, person, kind="of-long-ago", endpoint="public.gone")
    page = sign_in(person).page("notices.inbox")
    assert "An older notice" in page.text


def test_nobody_else_reads_or_marks_it(session: Session, sign_in: SignIn) -> None:
    owner, other = build.civil_servant(session), build.civil_servant(session)
    tell(session, owner, count=2)
    tell(session, other)
    notice = session.scalars(select(Notification).where(Notification.user_id == owner.id)).all()[0]
    mine = sign_in(other).page("notices.inbox")
    stranger = mine.visitor
    token = mine.html.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    assert stranger.post(f"/notices/{notice.id}", {"csrf_token": token}).status_code == 404
    session.refresh(notice)
    assert notice.read_at is None


def test_signed_out_goes_to_sign_in(visitor: Visitor) -> None:
    assert visitor.page("notices.inbox").location.startswith(visitor.url("security.login"))
