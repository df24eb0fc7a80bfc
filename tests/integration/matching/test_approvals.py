"""Approval steps: what a record needs, and the line manager's link."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Approval, ApprovalLink, AuditEntry, utc_now
from models.types import Answer, ApprovalHolder, Country, Decider, Side
from talent.errors import NotFound, TransitionRefused
from talent.matching import approvals
from tests.support import build
from tests.support.build_decisions import NAME, Case, case
from tests.support.mail import Mailbox
from tests.support.page import Page, Visitor


def step(one: Case, side: Side = Side.HOME, *, document: bool = False) -> Approval:
    return next(row for row in one.steps(side) if row.step.document_required is document)


def manager_step(one: Case, side: Side = Side.HOME) -> Approval:
    return next(row for row in one.steps(side) if row.step.holder is ApprovalHolder.LINE_MANAGER)


def record_page(one: Case, sign_in: Any, approval: Approval) -> Page:
    page: Page = sign_in(one.home_hr).page("matching.home_step", approval_id=approval.id)
    return page


def ask(one: Case, sign_in: Any, email: str | None = None, language: str = "en") -> Page:
    domain = one.home_hr.organisation.domains[0].domain  # type: ignore[union-attr]
    page = sign_in(one.home_hr).page("matching.home_ask_manager", approval_id=manager_step(one).id)
    sent: Page = page.submit("email", email=email or f"line.manager@{domain}", language=language)
    return sent


def letter_link(one: Case, mailbox: Mailbox) -> str:
    domain = one.home_hr.organisation.domains[0].domain  # type: ignore[union-attr]
    return mailbox.last(f"line.manager@{domain}").link("/matching/manager/")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "Select what the answer was"),
        ({"answer": "approval-agreed", "holder_name": ""}, "Enter who answered"),
        ({"answer": "approval-agreed"}, "Enter the document number"),
        ({"answer": "approval-agreed", "document_number": "A-1"}, "Enter the date of the document"),
        (
            {"answer": "approval-agreed", "document_number": "A-1", "day": "1", "month": "1", "year": "2199"},
            "must not be in the future",
        ),
        (
            {"answer": "approval-agreed", "document_number": "A-1", "day": "31", "month": "2", "year": "2026"},
            "real date",
        ),
        ({"answer": "approval-not-needed"}, "Explain the reason in a note"),
        ({"answer": "approval-hold-dates"}, "from the list"),
        ({"answer": "approval-agreed", "holder_name": "x" * 201}, "200 characters or fewer"),
        ({"answer": "approval-agreed", "document_number": "a\x00b"}, "cannot be shown"),
    ],
)
def test_what_a_record_needs(session: Session, sign_in: Any, values: dict[str, str], message: str) -> None:
    one = case(session).accepted()
    approval = step(one, document=True)
    named = {f"document_date__{key}" if key in ("day", "month", "year") else key: text for key, text in values.items()}
    page = record_page(one, sign_in, approval).submit("answer", **{"holder_name": "Someone", **named})
    assert page.status_code == 200
    assert any(message in line for line in page.errors()), page.errors()
    session.refresh(approval)
    assert approval.answer is Answer.PENDING


def test_a_step_that_is_not_needed_counts_without_a_document(session: Session, sign_in: Any) -> None:
    one = case(session).accepted()
    approval = step(one, document=True)
    sent = record_page(one, sign_in, approval).submit(
        "answer", answer="approval-not-needed", holder_name="HR", note="The vacancy is not filled."
    )
    assert "Not needed" in sent.follow().text
    session.refresh(approval)
    assert (approval.answer, approval.document_number) == (Answer.YES, "")


def test_a_record_can_be_corrected_until_the_organisation_says_yes(session: Session, sign_in: Any) -> None:
    one = case(session).accepted().record_steps(Side.HOME)
    approval = step(one)
    page = record_page(one, sign_in, approval)
    assert page.submit("answer", answer="approval-timing", holder_name="Boss").status_code == 302
    session.refresh(approval)
    assert approval.answer is Answer.NO
    with pytest.raises(TransitionRefused):
        one.decide(Decider.HOME)
    page.visitor.page("matching.home_step", approval_id=approval.id).submit("answer", answer="approval-agreed")
    one.decide(Decider.HOME)
    late = page.submit("answer", answer="approval-timing", holder_name="Boss")
    assert late.status_code == 409


def test_a_line_manager_answers_by_link(app: Flask, session: Session, sign_in: Any, mailbox: Mailbox) -> None:
    one = case(session).accepted()
    assert ask(one, sign_in).status_code == 302
    link = letter_link(one, mailbox)
    letter = mailbox.letters()[-1]
    assert NAME not in letter.text + letter.html
    token = link.rsplit("/", 1)[-1]
    assert token not in str(session.scalars(select(ApprovalLink.token_hash)).all())
    page = Visitor(app).get(link)
    for words in (NAME, "Shape a shared service pattern", "12 months", "You need no account"):
        assert words in page.text
    for hidden in ("Skills of the person", "Why this fits", one.person.email):
        assert hidden not in page.text
    assert page.response.headers["Cache-Control"] == "no-store"
    assert page.submit("answer", answer="no", holder_name="Pat").errors() == ["Say why you do not agree"]
    assert page.submit("answer").errors() == ["Select whether you agree", "Enter your name and post"]
    done = page.submit("answer", answer="yes", holder_name="Pat Manager, head of unit")
    assert done.status_code == 302
    assert done.follow().heading == "Your answer is recorded"
    session.rollback()
    approval = manager_step(one)
    assert (approval.answer, approval.recorded_by_id) == (Answer.YES, None)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "approval.answer")).one()
    assert (entry.actor_kind, entry.actor_id) == ("link", None)
    assert mailbox.last(one.home_hr.email).subject == "A line manager has answered"
    again = page.submit("answer", answer="no", holder_name="Other", note="No")
    assert again.heading == "Your answer is recorded"
    session.refresh(approval)
    assert approval.holder_name == "Pat Manager, head of unit"
    shown = sign_in(one.home_hr).page("matching.home_suggestion", suggestion_id=one.suggestion_id)
    assert "by link" in shown.text
    assert "Send the link again" in shown.text
    refused = record_page(one, sign_in, approval)
    assert "can no longer be changed here" in refused.text


def test_the_link_speaks_the_language_it_was_sent_in(
    app: Flask, session: Session, sign_in: Any, mailbox: Mailbox
) -> None:
    one = case(session).accepted()
    ask(one, sign_in, language="ko")
    page = Visitor(app, "en").get(letter_link(one, mailbox))
    assert page.tree is not None
    assert page.tree.get("lang") == "ko"
    assert "승인하시겠습니까?" in page.text


def test_a_link_expires(app: Flask, session: Session, sign_in: Any, mailbox: Mailbox) -> None:
    one = case(session).accepted()
    ask(one, sign_in)
    link, end = letter_link(one, mailbox), utc_now() + timedelta(days=14)
    with time_machine.travel(end - timedelta(minutes=10)):
        page = Visitor(app).get(link)
        assert page.status_code == 200
    with time_machine.travel(end + timedelta(minutes=10)):
        for late in (page.submit("answer", answer="yes", holder_name="Pat"), Visitor(app).get(link)):
            assert (late.status_code, late.heading) == (410, "This link has expired")
            assert "Ask the HR staff" in late.text
            assert NAME not in late.html
    session.rollback()
    assert manager_step(one).answer is Answer.PENDING


def test_sending_again_revokes_the_earlier_link(app: Flask, session: Session, sign_in: Any, mailbox: Mailbox) -> None:
    one = case(session).accepted()
    ask(one, sign_in)
    first = letter_link(one, mailbox)
    ask(one, sign_in)
    second = letter_link(one, mailbox)
    assert first != second
    assert Visitor(app).get(first).heading == "A newer link was sent"
    assert Visitor(app).get(second).status_code == 200


def test_forged_links_and_ended_pairings(app: Flask, session: Session, sign_in: Any, mailbox: Mailbox) -> None:
    one = case(session).accepted()
    ask(one, sign_in)
    link = letter_link(one, mailbox)
    for forged in (
        link[:-2],
        f"{link}x",
        "/matching/manager/abc",
        "/matching/manager/%ED%A0%80",
    ):
        page = Visitor(app).get(forged)
        assert (page.status_code, page.heading) == (404, "This link is not right")
    one.decide(Decider.PERSON, Answer.NO)
    ended = Visitor(app).get(link)
    assert (ended.status_code, ended.heading) == (410, "Your answer is no longer needed")
    assert NAME not in ended.html


def test_the_address_must_belong_to_the_organisation(session: Session, sign_in: Any, mailbox: Mailbox) -> None:
    one = case(session).accepted()
    assert "one of your organisation’s email domains" in ask(one, sign_in, email="boss@elsewhere.example").errors()[0]
    assert "the person who would go" in ask(one, sign_in, email=one.person.email).errors()[0]
    assert "correct format" in ask(one, sign_in, email="not an address").errors()[0]
    assert not session.scalars(select(ApprovalLink)).all()


def test_steps_depend_on_country_kind_and_length(session: Session) -> None:
    def codes(side: Side, **values: Any) -> set[str]:
        return {row.step.code for row in case(session, **values).accepted().steps(side)}

    assert codes(Side.HOME, kind="remote_mentoring", length=3) == {"gb-home-line-manager"}
    assert codes(Side.HOST, kind="remote_mentoring", length=3) == {"kr-host-unit"}
    long = codes(Side.HOST, sending=Country.KR, length=26)
    assert "gb-host-commission" in long
    assert "gb-host-commission" not in codes(Side.HOST, sending=Country.KR, length=24)


def test_only_hr_of_the_side_records(session: Session) -> None:
    one = case(session).accepted()
    given = approvals.StepAnswer(Answer.YES, "approval-agreed", "Somebody")
    stranger = build.hr(session)
    for actor in (stranger, one.host_hr, one.person, one.reviewer):
        with pytest.raises(NotFound):
            approvals.record_step(session, actor=actor, approval_id=step(one).id, given=given)
