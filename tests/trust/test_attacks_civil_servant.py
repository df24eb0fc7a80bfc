"""What a civil servant with an account tried and must not succeed in: one test for each fault that was found."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Contest, MatchSuggestion, Profile, User, utc_now
from models.types import Answer, Decider, Side
from talent.db import transaction
from talent.errors import TransitionRefused
from talent.matching import by_hand, decisions
from talent.matching.states import Status, derived_status
from talent.privacy import contests, my_data, why_not
from talent.profiles.masking import GAP, without_identity
from tests.support import build, build_decisions, build_matching
from tests.support.build_auth import SignIn
from tests.support.build_decisions import Case
from tests.support.mail import Mailbox
from tests.support.page import PASSWORD

WORDS = "Please look again."
NEW_PASSWORD = "lantern orchard velvet 52"


def contest(case: Case) -> Contest:
    person = case.session.get_one(User, case.person.id)
    return contests.contest_suggestion(case.session, actor=person, suggestion_id=case.suggestion_id, words=WORDS)


@pytest.mark.database
def test_m11_contesting_a_yes_does_not_use_up_the_time_to_object(session: Session, sign_in: SignIn) -> None:
    case = build_decisions.case(session).approved()
    contest(case)
    with pytest.raises(TransitionRefused):
        case.decide(Decider.PERSON)
    page = sign_in(case.partner).page("matching.review", suggestion_id=case.suggestion_id)
    assert "You may object until" in page.text
    sent = page.submit("Object", reason="objection-post-changed")
    assert sent.status_code == 302, sent.errors()
    assert derived_status(case.suggestion) is Status.OBJECTED


@pytest.mark.database
@pytest.mark.parametrize("answer", [Answer.YES, Answer.NO, Answer.HOLD])
def test_m3_an_answer_that_can_be_taken_back_is_not_guessed_by_contesting(
    session: Session, sign_in: SignIn, answer: Answer
) -> None:
    case = build_decisions.case(session)
    case.decide(Decider.REVIEWER, answer)
    visitor, post = sign_in(case.person), case.suggestion.opportunity_id
    shown = visitor.page("privacy.suggestion", suggestion_id=case.suggestion_id)
    assert "Ask for it to be looked at again" not in shown.text
    form = visitor.page("privacy.contest_suggestion", suggestion_id=case.suggestion_id)
    assert form.submit("words", words=WORDS).status_code == 409
    session.rollback()
    person = session.get_one(User, case.person.id)
    assert why_not.why_not(session, person, post).code == "being_considered"
    decisions.take_back(session, actor=case.reviewer, suggestion_id=case.suggestion_id)
    assert derived_status(case.suggestion) is Status.SUGGESTED


@pytest.mark.database
def test_m3_a_no_that_can_be_taken_back_is_not_guessed_by_asking_again(session: Session, sign_in: SignIn) -> None:
    person = build.civil_servant(session)
    profile = build_decisions.profile(session, person)
    post = build_matching.opportunity(session)
    made = by_hand.ask_to_be_considered(session, actor=person, opportunity_id=post.id)
    case = Case(session, made.id, build.administrator(session), person, person, person, person)
    visitor = sign_in(person)
    before = visitor.page("matching.ask", opportunity_id=post.id)
    case.decide(Decider.REVIEWER, Answer.NO)
    after = visitor.page("matching.ask", opportunity_id=post.id)
    assert after.text == before.text
    session.rollback()
    with transaction(session):
        session.get_one(Profile, profile.id).texts[0].content = "I have changed what I wrote."
    again = by_hand.ask_to_be_considered(session, actor=session.get_one(User, person.id), opportunity_id=post.id)
    assert again.id == made.id
    decisions.take_back(session, actor=case.reviewer, suggestion_id=made.id)
    assert derived_status(case.suggestion) is Status.SUGGESTED
    case.decide(Decider.REVIEWER, Answer.NO)
    with time_machine.travel(utc_now() + timedelta(minutes=5), tick=True):
        person = session.get_one(User, person.id)
        assert by_hand.ask_to_be_considered(session, actor=person, opportunity_id=post.id).id != made.id


@pytest.mark.database
def test_m11_a_review_under_way_is_not_held_up_as_if_there_were_no_suggestion(
    session: Session, sign_in: SignIn
) -> None:
    case = build_decisions.case(session)
    post = case.suggestion.opportunity_id
    form = sign_in(case.person).page("privacy.contest_absence", opportunity_id=post)
    assert form.submit("words", words=WORDS).status_code == 409
    session.rollback()
    assert session.scalars(select(Contest)).all() == []
    case.approved()
    assert derived_status(case.suggestion) is Status.APPROVED


@pytest.mark.database
def test_m11_notes_of_those_who_know_the_name_are_masked_for_who_answers(session: Session, sign_in: SignIn) -> None:
    case = build_decisions.case(session).accepted().record_steps(Side.HOST)
    person = session.get_one(User, case.person.id)
    name, address = person.name_home, person.email
    case.decide(Decider.HOST, Answer.NO, note=f"We met {name} ({address}) and chose otherwise.")
    made = contest(case)
    page = sign_in(build.administrator(session)).page("privacy.answer_contest", contest_id=made.id)
    assert "chose otherwise" in page.text
    assert name not in page.html
    assert address not in page.html
    own = sign_in(person).page("privacy.suggestion", suggestion_id=case.suggestion_id)
    assert name in own.text, "one's own copy is whole"
    assert session.get_one(MatchSuggestion, case.suggestion_id).id


@pytest.mark.database
def test_r11_the_present_password_is_not_guessed_in_a_browser_left_signed_in(session: Session, sign_in: SignIn) -> None:
    visitor = sign_in(build.civil_servant(session))
    tries = {"new_password": NEW_PASSWORD, "new_password_confirm": NEW_PASSWORD}
    for number in range(10):
        page = visitor.page("security.change_password").submit("new_password", password=f"guess {number}", **tries)
        assert "not your current password" in page.text
    refused = visitor.page("security.change_password").submit("new_password", password=PASSWORD, **tries)
    assert refused.status_code == 429
    assert int(refused.response.headers["Retry-After"]) > 0


@pytest.mark.database
def test_r17_going_to_and_fro_between_organisations_asks_each_hr_once(
    session: Session, sign_in: SignIn, mailbox: Mailbox
) -> None:
    first = build.organisation(session, domain="shared-office.example")
    second = build.organisation(session, domain="shared-office.example")
    staff = [build.hr(session, organisation=one) for one in (first, second)]
    addresses = [row.email for row in staff]
    person = build.user(session, organisation=first, civil_servant=True)
    visitor = sign_in(person)
    for number in range(8):
        page = visitor.page("account.organisation").submit("organisation", organisation=(second, first)[number % 2].id)
        assert page.status_code == 302, page.errors()
    session.rollback()
    assert [len(mailbox.letters(address)) for address in addresses] == [1, 1]


@pytest.mark.database
@pytest.mark.parametrize("answer", [Answer.YES, Answer.NO])
def test_m3_ones_own_data_does_not_tell_an_answer_that_can_be_taken_back(
    session: Session, sign_in: SignIn, answer: Answer
) -> None:
    case = build_decisions.case(session)
    with transaction(session):  # asked for by the person, who is told of a no
        session.get_one(MatchSuggestion, case.suggestion_id).put_together_by_id = case.person.id
    case.first_view()
    visitor, parts = sign_in(case.person), [kind.code for kind in my_data.KINDS if kind.code != "visits"]
    before = {code: visitor.page("privacy.part", code=code).text for code in parts}
    case.decide(Decider.REVIEWER, answer)
    assert {code: visitor.page("privacy.part", code=code).text for code in parts} == before
    with time_machine.travel(utc_now() + timedelta(minutes=5), tick=True):
        told = visitor.page("privacy.part", code="activity").text
    assert told != before["activity"]


@pytest.mark.parametrize("written", ["900101-1234567", "900101 1234567", "900101 - 1******", "900101 1******"])
def test_r6_a_resident_number_goes_however_its_halves_are_parted(written: str) -> None:
    assert without_identity(f"번호는 {written} 입니다.", ()) == f"번호는 {GAP} 입니다."
