"""Pages of the home organisation's HR: nothing before the person's yes, then the request, its steps and the answer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry
from models.types import Answer, Country, Decider, Language, Side
from talent.matching.states import Status, derived_status
from tests.support import build
from tests.support.build_decisions import NAME, case
from tests.support.mail import Mailbox


def test_release_step_by_step(session: Session, sign_in: Any, mailbox: Mailbox) -> None:
    one = case(session).accepted()
    one.record_steps(Side.HOST).decide(Decider.HOST)
    page = sign_in(one.home_hr).page("matching.releases").click(NAME)
    assert f"Release of {NAME}" in page.text
    assert "You see nothing else of their profile" in page.text
    for hidden in ("Skills of the person", "Why this fits", "I designed a form pattern"):
        assert hidden not in page.text
    for number in range(len(one.steps(Side.HOME))):
        step = page.click("Record the answer")
        sent = step.submit(
            "answer",
            answer="approval-agreed-by-document" if number else "approval-agreed",
            holder_name="Kim, head of unit",
            document_number="HR-2026-117",
            document_date__day="2",
            document_date__month="11",
            document_date__year="2026",
        )
        assert sent.status_code == 302, sent.errors()
        page = sent.follow()
    assert "HR-2026-117" in page.text
    done = page.submit("answer", answer="yes", reason="home-cover-arranged")
    assert done.status_code == 302
    assert derived_status(one.suggestion) is Status.READY
    assert "a place is taken" in done.follow().text
    for person in (one.person, one.host_hr, one.home_hr, one.reviewer):
        assert mailbox.last(person.email).subject == "A pairing is ready"
    recorded = session.scalars(select(AuditEntry).where(AuditEntry.action == "approval.record")).all()
    assert len(recorded) == len(one.suggestion.approvals)


def test_who_sees_a_release(session: Session, sign_in: Any) -> None:
    one = case(session).accepted()
    other = build.hr(session, country=Country.GB)
    for person, status in {
        one.home_hr: 200,
        other: 404,
        one.host_hr: 404,
        one.person: 403,
        one.partner: 403,
    }.items():
        page = sign_in(person).page("matching.home_suggestion", suggestion_id=one.suggestion_id)
        assert page.status_code == status
    step = one.steps(Side.HOME)[0]
    assert sign_in(other).page("matching.home_step", approval_id=step.id).status_code == 404
    assert sign_in(one.host_hr).page("matching.home_step", approval_id=step.id).status_code == 404
    assert sign_in(one.home_hr).page("matching.host_step", approval_id=step.id).status_code == 404


def test_length_hints_are_shown(session: Session, sign_in: Any) -> None:
    one = case(session, sending=Country.KR, length=12).accepted()
    page = sign_in(one.home_hr).page("matching.home_suggestion", suggestion_id=one.suggestion_id)
    assert "backfill is possible from 12 months" in page.text
    assert any(row.step.code == "kr-home-mpm-consultation" for row in one.steps(Side.HOME))
    short = case(session, sending=Country.KR, length=11).accepted()
    page = sign_in(short.home_hr).page("matching.home_suggestion", suggestion_id=short.suggestion_id)
    assert "under 12 months allows no backfill" in page.text
    assert not any(row.step.code == "kr-home-mpm-consultation" for row in short.steps(Side.HOME))


def test_a_refusal_tells_the_others_neutrally(session: Session, sign_in: Any, mailbox: Mailbox) -> None:
    one = case(session).accepted()
    page = sign_in(one.home_hr).page("matching.home_suggestion", suggestion_id=one.suggestion_id)
    page.submit("answer", answer="no", reason="home-critical-work", note="Canary of the home side")
    assert one.suggestion.answer(Decider.HOME) is Answer.NO
    host = sign_in(one.host_hr).page("matching.host_suggestion", suggestion_id=one.suggestion_id)
    assert "Not proceeding" in host.text
    assert NAME not in host.html
    for letter in (mailbox.last(one.host_hr.email), mailbox.last(one.person.email)):
        assert letter.subject == "A pairing is not proceeding"
        assert "Canary" not in letter.text
    assert "Canary" not in host.html


def test_the_page_in_korean(session: Session, sign_in: Any) -> None:
    home = build.organisation(session, country=Country.KR)
    staff = build.hr(session, organisation=home, language=Language.KO)
    one = case(session, sending=Country.KR, home_hr=staff).accepted()
    page = sign_in(staff).page("matching.releases").click(one.person.name_home)
    for words in ("파견 승인", "소속 부서장 의견", "부서장에게 답변 링크 보내기", "결원보충"):
        assert words in page.text
