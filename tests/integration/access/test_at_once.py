"""The same form sent by several windows at the same moment does its work once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import (
    Approval,
    AuditEntry,
    CostLine,
    DecisionEvent,
    MailDomain,
    MatchRun,
    OpportunityEvent,
    OpportunityText,
    OutboxItem,
    Profile,
    ProfileLanguage,
    RoleGrant,
    User,
    WorksHere,
)
from models.types import Answer, ConfirmationStatus, Decider, OpportunityStatus, Side
from tests.support import build
from tests.support.build_auth import details
from tests.support.build_decisions import REASONS, WHY, case
from tests.support.build_opportunities import opportunity
from tests.support.mail import Mailbox
from tests.support.page import Page, Visitor

WINDOWS = 5
Sender = Callable[[Page], Page]


def at_once(pages: list[Page], send: Sender) -> Counter[int]:
    """Send the form of every page at the same moment; how often each status came back."""
    start = Barrier(len(pages))

    def go(page: Page) -> int:
        start.wait()
        return send(page).status_code

    with ThreadPoolExecutor(len(pages)) as pool:
        return Counter(pool.map(go, pages))


def windows(app: Flask, user: User, endpoint: str, **url: Any) -> list[Page]:
    email = user.email
    return [Visitor(app).sign_in(email).page(endpoint, **url) for _number in range(WINDOWS)]


def count(session: Session, model: Any, *where: Any) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def no_failure(found: Counter[int]) -> None:
    assert not [status for status in found if status >= 500], found
    assert found[302] >= 1, found


@pytest.mark.database
def test_registering(session: Session, app: Flask, mailbox: Mailbox) -> None:
    place = build.organisation(session)
    email, chosen = f"new@{place.domains[0].domain}", place.id
    session.rollback()
    pages = [Visitor(app).page("account.register").submit(email=email) for _number in range(WINDOWS)]
    no_failure(at_once(pages, lambda page: page.submit("password", **details(organisation=chosen))))
    mailbox.deliver()
    assert count(session, User, User.email == email) == 1
    assert count(session, WorksHere) == count(session, RoleGrant) == 1


@pytest.mark.database
def test_starting_a_profile(session: Session, app: Flask) -> None:
    person = build.civil_servant(session)
    pages = windows(app, person, "profiles.add_language")
    values = {"language": "fr", "basis": "self", "speaking": "B2", "reading": "B2"}
    no_failure(at_once(pages, lambda page: page.submit("language", **values)))
    assert count(session, Profile) == count(session, ProfileLanguage) == 1


@pytest.mark.database
def test_submitting_and_publishing_a_post(session: Session, app: Flask) -> None:
    post = opportunity(session)
    author = session.get_one(User, post.author_id)
    second = build.hr(session, organisation=author.organisation)
    pages = windows(app, author, "opportunities.check_answers", opportunity_id=post.id)
    no_failure(at_once(pages, lambda page: page.submit("version")))
    assert count(session, OpportunityEvent, OpportunityEvent.to_status == OpportunityStatus.SUBMITTED) == 1
    pages = windows(app, second, "opportunities.move", opportunity_id=post.id, action="publish")
    no_failure(at_once(pages, lambda page: page.submit("version")))
    assert count(session, OpportunityEvent, OpportunityEvent.to_status == OpportunityStatus.PUBLISHED) == 1


@pytest.mark.database
@pytest.mark.parametrize("decider", list(Decider))
def test_each_of_the_four_answers(session: Session, app: Flask, decider: Decider) -> None:
    one = case(session)
    endpoint = {
        Decider.REVIEWER: "matching.review",
        Decider.PERSON: "matching.my_suggestion",
        Decider.HOST: "matching.host_suggestion",
        Decider.HOME: "matching.home_suggestion",
    }[decider]
    if decider is Decider.REVIEWER:
        one.first_view()
    else:
        one.approved()
    if decider in (Decider.HOST, Decider.HOME):
        one.decide(Decider.PERSON)
        one.record_steps(Side.HOST).record_steps(Side.HOME)
    pages = windows(app, one.actor(decider), endpoint, suggestion_id=one.suggestion_id)
    reason = REASONS[decider, Answer.YES]
    queued = count(session, OutboxItem, OutboxItem.kind == "notice")
    no_failure(at_once(pages, lambda page: page.submit("answer", answer="yes", reason=reason, note=WHY)))
    events = count(session, DecisionEvent, DecisionEvent.decider == decider, DecisionEvent.to_answer == Answer.YES)
    assert events == 1
    told = session.scalars(
        select(OutboxItem.payload).where(OutboxItem.kind == "notice").order_by(OutboxItem.id).offset(queued)
    ).all()
    seen = Counter((item["user_id"], item["kind"]) for item in told)
    assert all(times == 1 for times in seen.values()), seen


@pytest.mark.database
def test_recording_a_step(session: Session, app: Flask) -> None:
    one = case(session).accepted()
    step = one.steps(Side.HOME)[-1].id
    pages = windows(app, one.home_hr, "matching.home_step", approval_id=step)
    values = {
        "answer": "yes approval-agreed-by-document",
        "holder_name": "Head of unit",
        "document_number": "DOC-1",
    }
    found = at_once(pages, lambda page: page.submit("holder_name", **_step_values(page, values)))
    no_failure(found)
    assert count(session, Approval, Approval.id == step, Approval.answer == Answer.YES) == 1


def _step_values(page: Page, values: dict[str, str]) -> dict[str, str]:
    """The first answer that agrees, as the page offers it."""
    choices = [
        item.get("value", "")
        for item in page.form("holder_name").iter("input")
        if item.get("type") == "radio" and item.get("name") == "answer"
    ]
    return {**values, "answer": choices[0]} | {
        "document_date-day": "2",
        "document_date-month": "11",
        "document_date-year": "2026",
    }


@pytest.mark.database
def test_giving_a_role_and_confirming_who_works_here(session: Session, app: Flask) -> None:
    administrator = build.administrator(session)
    person = build.user(session, organisation=administrator.organisation)
    pages = windows(app, administrator, "organisations.person", user_id=person.id)
    no_failure(at_once(pages, lambda page: page.submit("role", role="translator")))
    assert count(session, RoleGrant, RoleGrant.user_id == person.id) == 1
    staff = build.hr(session)
    asked = build.user(session, organisation=staff.organisation, works_here=ConfirmationStatus.PENDING)
    question = session.scalars(select(WorksHere.id).where(WorksHere.user_id == asked.id)).one()
    pages = windows(app, staff, "organisations.our_person", question_id=question)
    no_failure(at_once(pages, lambda page: page.submit("answer", answer="yes")))
    assert count(session, AuditEntry, AuditEntry.action == "works_here.confirmed") == 1


def test_asking_for_a_run(session: Session, app: Flask) -> None:
    pages = windows(app, build.administrator(session), "matching.runs")
    no_failure(at_once(pages, lambda page: page.submit()))
    assert count(session, MatchRun) == 1


@pytest.mark.database
def test_adding_the_same_domain_line_and_translation(session: Session, app: Flask) -> None:
    administrator = build.administrator(session)
    assert administrator.organisation is not None
    place = administrator.organisation.id
    pages = windows(app, administrator, "organisations.organisation", organisation_id=place)
    no_failure(at_once(pages, lambda page: page.submit("domain", domain="fresh.example")))
    assert count(session, MailDomain, MailDomain.domain == "fresh.example") == 1
    post = opportunity(session, costs=False)
    author = session.get_one(User, post.author_id)
    pages = windows(app, author, "opportunities.edit_cost", opportunity_id=post.id, line_id=uuid4())
    found = at_once(pages, lambda page: page.submit("item", item=_first(page, "item"), payer=_first(page, "payer")))
    assert not [status for status in found if status >= 500], found
    assert count(session, CostLine) <= 1
    offered = opportunity(session, texts={"title_en": "A", "description_en": "B"}, status=OpportunityStatus.SUBMITTED)
    pages = windows(app, build.translator(session), "translations.edit", kind="post", owner_id=offered.id, target="ko")
    no_failure(at_once(pages, lambda page: page.submit("text_title", text_title="가", text_description="나")))
    rows = count(session, OpportunityText, OpportunityText.opportunity_id == offered.id, OpportunityText.lang == "ko")
    assert rows == 2


def _first(page: Page, name: str) -> str:
    """The first choice that is offered under a name."""
    for item in page.form(name).iter():
        if item.tag == "input" and item.get("type") == "radio" and item.get("name") == name:
            return item.get("value", "")
        if item.tag == "select" and item.get("name") == name:
            return next(value for option in item.iter("option") if (value := option.get("value", "")))
    raise AssertionError(f"no choice {name}")
