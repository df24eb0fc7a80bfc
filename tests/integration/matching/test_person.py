"""The civil servant's pages: what they were put forward for, and their own answer."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from models.types import Answer, Country, Decider, Language
from talent.matching.states import Status, derived_status
from tests.support import build
from tests.support.build_decisions import case
from tests.support.mail import Mailbox
from tests.support.page import Visitor


def test_a_person_reads_why_and_says_yes(session: Session, sign_in: Any, mailbox: Mailbox) -> None:
    one = case(session).approved()
    page = sign_in(one.person).page("matching.my_suggestions").click("Shape a shared service pattern")
    for words in (
        "The host sees your name, your organisation and your work address only after you say yes to this post",
        "Your own management never sees refusals, scores or who viewed your profile",
        "Why this fits, and where it does not",
        "Who decides, and what happens next",
        "The host organisation then sees your name",
    ):
        assert words in page.text
    done = page.submit("answer", answer="yes", reason="person-interested-in-work")
    assert done.status_code == 302
    assert derived_status(one.suggestion) is Status.ACCEPTED
    assert "Waiting for others" in done.follow().text
    assert "You can see who they are now" in mailbox.last(one.host_hr.email).text
    assert mailbox.last(one.home_hr.email).subject == "You are asked to release a member of staff"
    for letter in mailbox.letters():
        assert one.person.name_home not in letter.text + letter.html + letter.subject


def test_nothing_is_seen_before_the_review_or_by_others(session: Session, sign_in: Any) -> None:
    one = case(session)
    mine = sign_in(one.person)
    assert "not been put forward" in mine.page("matching.my_suggestions").text
    assert mine.page("matching.my_suggestion", suggestion_id=one.suggestion_id).status_code == 404
    one.approved()
    assert mine.page("matching.my_suggestion", suggestion_id=one.suggestion_id).status_code == 200
    stranger = build.civil_servant(session)
    assert sign_in(stranger).page("matching.my_suggestion", suggestion_id=one.suggestion_id).status_code == 404
    for person in (one.host_hr, one.home_hr, one.reviewer):
        assert sign_in(person).page("matching.my_suggestion", suggestion_id=one.suggestion_id).status_code == 403


def test_a_refusal_is_not_shown_to_anybody_at_work(session: Session, sign_in: Any, mailbox: Mailbox) -> None:
    one = case(session).approved()
    page = sign_in(one.person).page("matching.my_suggestion", suggestion_id=one.suggestion_id)
    page.submit("answer", answer="no", reason="person-found-another", note="Canary words about my choice")
    assert derived_status(one.suggestion) is Status.DECLINED
    assert mailbox.letters(one.home_hr.email) == []
    home = sign_in(one.home_hr)
    assert home.page("matching.home_suggestion", suggestion_id=one.suggestion_id).status_code == 404
    assert "There are no release requests" in home.page("matching.releases").text
    host = sign_in(one.host_hr).page("matching.host_suggestion", suggestion_id=one.suggestion_id)
    assert "Not proceeding" in host.text
    for canary in ("Canary words", "chosen another opportunity", one.person.name_home, one.person.email):
        assert canary not in host.html


def test_taking_a_yes_back_hides_the_name_again(session: Session, sign_in: Any) -> None:
    one = case(session).accepted()
    host, home = sign_in(one.host_hr), sign_in(one.home_hr)
    assert one.person.name_home in host.page("matching.host_suggestion", suggestion_id=one.suggestion_id).text
    assert one.person.name_home in home.page("matching.home_suggestion", suggestion_id=one.suggestion_id).text
    page = sign_in(one.person).page("matching.my_suggestion", suggestion_id=one.suggestion_id)
    assert "You can still take your yes back" in page.text
    page.submit("answer", answer="no", reason="person-prefer-not-to-say")
    assert one.suggestion.answer(Decider.PERSON) is Answer.NO
    for visitor, view, listing in (
        (host, "matching.host_suggestion", "matching.put_forward"),
        (home, "matching.home_suggestion", "matching.releases"),
    ):
        for shown in (visitor.page(view, suggestion_id=one.suggestion_id), visitor.page(listing)):
            assert shown.status_code == 200
            assert one.person.name_home not in shown.html
            assert one.person.email not in shown.html
            assert "Not proceeding" in shown.text


def test_the_person_learns_neutrally_that_it_ended(session: Session, sign_in: Any, mailbox: Mailbox) -> None:
    one = case(session).accepted()
    one.decide(Decider.HOST, Answer.NO, note="Canary of the host")
    assert mailbox.last(one.person.email).subject == "A pairing is not proceeding"
    page = sign_in(one.person).page("matching.my_suggestion", suggestion_id=one.suggestion_id)
    assert "This pairing is not proceeding" in page.text
    assert "Canary of the host" not in page.html
    assert "Another person has been chosen" not in page.html


def test_the_page_in_korean(session: Session, sign_in: Any) -> None:
    one = case(session, sending=Country.KR).approved()
    page = sign_in(one.person).page("matching.my_suggestion", suggestion_id=one.suggestion_id)
    page.visitor.post(
        page.visitor.url("public.set_language"),
        {"csrf_token": page.form("answer").find(".//input[@name='csrf_token']").get("value"), "language": Language.KO},
    )
    shown = page.visitor.page("matching.my_suggestion", suggestion_id=one.suggestion_id)
    for words in ("이 공고에 관심이 있으십니까?", "결정하는 사람과 다음 절차", "소속 기관의 상급자에게는"):
        assert words in shown.text


def test_statements_of_the_list_are_bounded(session: Session, sign_in: Any, statements: list[str]) -> None:
    one = case(session).approved()
    visitor: Visitor = sign_in(one.person)
    visitor.page("matching.my_suggestions")
    statements.clear()
    assert visitor.page("matching.my_suggestions").status_code == 200
    assert len(statements) <= 14


def test_a_post_in_the_other_language_only_says_so(session: Session, sign_in: Any) -> None:
    one = case(session).approved()
    reader = sign_in(one.person)
    note = "There was no English version when the pairing was suggested."
    assert note not in reader.page("matching.my_suggestion", suggestion_id=one.suggestion_id).text
    one.person.language = Language.KO
    session.commit()
    page = sign_in(one.person).page("matching.my_suggestion", suggestion_id=one.suggestion_id)
    assert "한국어본이 없었습니다" in page.text
