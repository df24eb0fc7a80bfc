"""Pages of the host's HR: masked until the person's yes, then the name, the steps and the answer."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from models.types import Answer, Country, Decider, Language, Side
from talent.matching.states import Status, derived_status
from tests.support import build
from tests.support.build_decisions import NAME, case, post, suggest
from tests.support.mail import Mailbox


def test_the_card_is_masked_until_the_persons_yes(session: Session, sign_in: Any, mailbox: Mailbox) -> None:
    one = case(session).approved()
    home = one.suggestion.profile.organisation.name_en
    visitor = sign_in(one.host_hr)
    listed = visitor.page("matching.put_forward")
    page = listed.click(f"Person {one.suggestion.pseudonym}")
    for shown in (listed, page, visitor.page("notices.inbox")):
        for canary in (NAME, "Quillfeather", one.person.email, home):
            assert canary not in shown.html
    assert "The name is hidden until the person says yes" in page.text
    assert "Grade 7" in page.text
    assert "Roughly comparable to" in page.text
    assert "Skills of the person" in page.text
    assert "answer" not in {item.get("name") for item in page.tree.iter("input")}
    one.decide(Decider.PERSON)
    named = visitor.page("matching.host_suggestion", suggestion_id=one.suggestion_id)
    for words in (NAME, one.person.email, home, "Name as in the passport"):
        assert words in named.text
    assert NAME in visitor.page("matching.put_forward").text


def test_the_host_records_steps_and_says_yes(session: Session, sign_in: Any) -> None:
    one = case(session).accepted()
    page = sign_in(one.host_hr).page("matching.host_suggestion", suggestion_id=one.suggestion_id)
    assert "Yes can be chosen once every approval step" in page.text
    one.record_steps(Side.HOST)
    page = page.visitor.page("matching.host_suggestion", suggestion_id=one.suggestion_id)
    done = page.submit("answer", answer="yes", reason="host-skills-fit")
    assert done.status_code == 302
    assert one.suggestion.answer(Decider.HOST) is Answer.YES
    assert "Waiting for others" in done.follow().text


def test_hold_and_no_need_a_reason(session: Session, sign_in: Any, mailbox: Mailbox) -> None:
    one = case(session).accepted()
    page = sign_in(one.host_hr).page("matching.host_suggestion", suggestion_id=one.suggestion_id)
    assert page.submit("answer", answer="hold").errors() == ["Choose a reason"]
    held = page.submit("answer", answer="hold", reason="host-hold-conversation").follow()
    assert "On hold" in held.text
    held.submit("answer", answer="no", reason="host-dates-unworkable")
    assert derived_status(one.suggestion) is Status.REFUSED
    assert mailbox.last(one.home_hr.email).subject == "A pairing is not proceeding"
    assert NAME not in page.visitor.page("matching.host_suggestion", suggestion_id=one.suggestion_id).html


@pytest.mark.parametrize("stage", ["suggested", "approved", "accepted"])
def test_others_get_404_or_403(session: Session, sign_in: Any, stage: str) -> None:
    one = case(session)
    if stage != "suggested":
        one.approved() if stage == "approved" else one.accepted()
    other_hr = build.hr(session, country=Country.KR)
    expected = {
        one.host_hr: 404 if stage == "suggested" else 200,
        other_hr: 404,
        one.home_hr: 404,
        one.person: 403,
        one.reviewer: 403,
    }
    for person, status in expected.items():
        page = sign_in(person).page("matching.host_suggestion", suggestion_id=one.suggestion_id)
        assert page.status_code == status
    assert "Nobody has been put forward yet" in sign_in(other_hr).page("matching.put_forward").text


def test_two_posts_know_one_person_by_two_codes(session: Session, sign_in: Any) -> None:
    one = case(session)
    second = suggest(session, one.suggestion.profile, post(session, host=one.host_hr.organisation, title="Other"))
    assert second.pseudonym != one.suggestion.pseudonym


def test_a_full_post_is_said_at_the_fourth_yes(session: Session, sign_in: Any) -> None:
    winner = case(session)
    late = case(session, opportunity=winner.suggestion.opportunity, host_hr=winner.host_hr)
    late.accepted().record_steps(Side.HOME).record_steps(Side.HOST)
    late.decide(Decider.HOME)
    page = sign_in(late.host_hr).page("matching.host_suggestion", suggestion_id=late.suggestion_id)
    winner.ready()
    refused = page.submit("answer", answer="yes", reason="host-skills-fit")
    assert refused.status_code == 409
    assert "All places of this post are taken" in refused.errors()[0]
    assert late.suggestion.answer(Decider.HOST) is Answer.PENDING


def test_the_page_in_korean(session: Session, sign_in: Any) -> None:
    staff = build.hr(session, country=Country.KR, language=Language.KO)
    one = case(session, host_hr=staff).accepted()
    page = sign_in(staff).page("matching.put_forward").click(NAME)
    for words in ("매칭 대상자 정보", "기관 내부 승인 단계", "답변 기록", "이 대상자를 받으시겠습니까?"):
        assert words in page.text
    assert derived_status(one.suggestion) is Status.ACCEPTED


def test_statements_are_bounded(session: Session, sign_in: Any, statements: list[str]) -> None:
    one = case(session).accepted()
    visitor = sign_in(one.host_hr)

    def count(endpoint: str, **values: Any) -> int:
        visitor.page(endpoint, **values)
        statements.clear()
        assert visitor.page(endpoint, **values).status_code == 200
        return len(statements)

    few = count("matching.put_forward")
    for _ in range(3):
        case(session, opportunity=one.suggestion.opportunity, host_hr=one.host_hr).accepted()
    assert count("matching.put_forward") == few <= 20
    assert count("matching.host_suggestion", suggestion_id=one.suggestion_id) <= 45
