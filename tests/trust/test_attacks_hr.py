"""What HR staff tried and must not get: their own people before they agree, forged approvals, posts nobody approved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from models import Profile, User, WorksHere, utc_now
from models.types import Answer, ApprovalHolder, ConfirmationStatus, Country, Decider, ProfileStatus, RoleName, Side
from talent.db import transaction
from tests.support import build, build_profiles
from tests.support.build_decisions import Case, case
from tests.support.build_opportunities import opportunity
from tests.support.mail import Mailbox

TOLD = "Somebody has been put forward for one of your posts"


def lists_nobody(visitor: Any) -> bool:
    return "Nobody has been put forward yet" in visitor.page("matching.put_forward").text


def test_hr_of_both_sides_learn_of_a_pairing_with_the_persons_yes(
    session: Session, sign_in: Any, mailbox: Mailbox
) -> None:
    """Who acts for the host and for the home must not see as host that somebody of the home was put forward."""
    one = case(session)
    build.grant(session, one.home_hr, RoleName.HR, organisation_id=one.host_hr.organisation_id)
    one.approved()
    both = sign_in(one.home_hr)
    assert both.page("matching.host_suggestion", suggestion_id=one.suggestion_id).status_code == 404
    assert lists_nobody(both)
    assert sign_in(one.host_hr).page("matching.host_suggestion", suggestion_id=one.suggestion_id).status_code == 200
    one.decide(Decider.PERSON)
    assert both.page("matching.host_suggestion", suggestion_id=one.suggestion_id).status_code == 200
    assert not lists_nobody(both)


def test_nobody_is_told_that_one_of_their_own_was_put_forward(session: Session, mailbox: Mailbox) -> None:
    one = case(session)
    build.grant(session, one.home_hr, RoleName.HR, organisation_id=one.host_hr.organisation_id)
    one.decide(Decider.REVIEWER)
    with time_machine.travel(utc_now() + timedelta(minutes=30)):
        assert TOLD in [letter.subject for letter in mailbox.letters(one.host_hr.email)]
        assert TOLD not in [letter.subject for letter in mailbox.letters(one.home_hr.email)]


def moved_to_the_host(session: Session, sign_in: Any, one: Case) -> None:
    """The person moves to the organisation of the post, whose HR confirms them through its page."""
    host = one.host_hr.organisation
    assert host is not None
    with transaction(session):
        person = session.get_one(User, one.person.id)
        person.organisation_id = host.id
        asked = WorksHere(user_id=person.id, organisation_id=host.id)
        session.add(asked)
    page = sign_in(one.host_hr).page("organisations.our_person", question_id=asked.id)
    assert page.submit("answer", answer="yes").status_code == 302


def test_a_pairing_ends_when_the_person_joins_the_host(session: Session, sign_in: Any) -> None:
    one = case(session).approved()
    moved_to_the_host(session, sign_in, one)
    reason = one.suggestion.closed_reason
    assert reason is not None
    assert reason.code == "own-organisation"
    host = sign_in(one.host_hr)
    assert host.page("matching.host_suggestion", suggestion_id=one.suggestion_id).status_code == 404
    assert lists_nobody(host)
    assert "Not proceeding" in sign_in(one.person).page("matching.my_suggestions").text


def test_a_profile_is_paused_when_hr_takes_its_confirmation_back(session: Session, sign_in: Any) -> None:
    profile = build_profiles.active(session, build.civil_servant(session))
    person = session.get_one(User, profile.user_id)
    staff = build.hr(session, organisation=person.organisation)
    asked = session.query(WorksHere).filter_by(user_id=person.id).one()
    page = sign_in(staff).page("organisations.our_person", question_id=asked.id)
    assert page.submit("answer", answer="no", note="Nobody of ours.").status_code == 302
    session.rollback()
    assert session.get_one(WorksHere, asked.id).status is ConfirmationStatus.REFUSED
    held = session.get_one(Profile, profile.id)
    assert held.status is ProfileStatus.PAUSED
    assert (held.events[-1].action, held.events[-1].actor_id, held.events[-1].role) == ("not_confirmed", staff.id, "hr")
    refused = sign_in(person).page("profiles.resume").submit("Resume your profile")
    assert refused.status_code == 409


def test_a_host_cannot_take_a_step_from_the_home_by_changing_its_post(session: Session) -> None:
    """A shorter post, put back to its length after the person's yes, would need fewer approvals of the home."""
    twice = [case(session, sending=Country.KR, length=18).approved() for _each in range(2)]
    with transaction(session):
        twice[1].suggestion.opportunity.length = 2
    found = []
    for one in twice:
        one.decide(Decider.PERSON)
        found.append([row.step.code for row in one.steps(Side.HOME)])
    assert found[0] == found[1]
    assert "kr-home-mpm-consultation" in found[1]


@pytest.mark.parametrize("address", ["{name}@{domain}", "{NAME}@{domain}", "{name}+manager@{domain}"])
def test_hr_cannot_answer_as_the_line_manager(session: Session, sign_in: Any, address: str) -> None:
    one = case(session).accepted()
    step = next(row for row in one.steps(Side.HOME) if row.step.holder is ApprovalHolder.LINE_MANAGER)
    name, _at, domain = one.home_hr.email.rpartition("@")
    email = address.format(name=name, NAME=name.upper(), domain=domain)
    page = sign_in(one.home_hr).page("matching.home_ask_manager", approval_id=step.id).submit("email", email=email)
    assert page.status_code == 200
    assert any("your own address" in line for line in page.errors()), page.errors()
    session.refresh(step)
    assert step.answer is Answer.PENDING


def test_whoever_approved_a_post_is_told_that_it_was_changed(session: Session, sign_in: Any, mailbox: Mailbox) -> None:
    author = build.hr(session)
    approver = build.hr(session, organisation=author.organisation)
    other = build.hr(session, organisation=author.organisation)
    post = opportunity(session, author=author)
    writer = sign_in(author)
    writer.page("opportunities.check_answers", opportunity_id=post.id).submit("Submit for approval")
    reader = sign_in(approver)
    reader.page("opportunities.move", opportunity_id=post.id, action="publish").submit("Publish")
    for title in ("Only for people under forty", "Only for people under thirty"):
        edit = writer.page("opportunities.edit", opportunity_id=post.id, step="texts")
        assert edit.submit("title_en", title_en=title).status_code == 302
    subjects = [letter.subject for letter in mailbox.letters(approver.email)]
    assert subjects.count("A published post was changed") == 1
    for person in (author, other):
        assert "A published post was changed" not in [letter.subject for letter in mailbox.letters(person.email)]


def test_an_unconfirmed_address_does_not_make_hr_look(session: Session, sign_in: Any) -> None:
    staff = build.hr(session)
    waiting = ConfirmationStatus.PENDING
    build.user(session, organisation=staff.organisation, works_here=waiting, confirmed_at=None)
    home = sign_in(staff).get("/home")
    assert home.status_code == 200
    assert "says they work here" not in home.text
    build.user(session, organisation=staff.organisation, works_here=waiting)
    assert "1 person says they work here" in sign_in(staff).get("/home").text
