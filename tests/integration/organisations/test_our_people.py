"""HR confirms "works here", and sees nothing more."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, Organisation, WorksHere
from models.types import ConfirmationStatus, Language
from talent import events
from talent.db import transaction
from tests.support import build
from tests.support.build_auth import SignIn, pending_person
from tests.support.mail import Mailbox


@pytest.fixture
def place(session: Session) -> Organisation:
    return build.organisation(session)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Events emitted while the test runs."""
    told = []
    for kind in (events.WorksHereConfirmed, events.WorksHereRefused):
        monkeypatch.setitem(events._handlers, kind, [lambda _session, event: told.append(event)])
    return told


@pytest.mark.database
def test_hr_confirms_and_the_person_is_told(
    session: Session, sign_in: SignIn, mailbox: Mailbox, place: Organisation, heard: list[Any]
) -> None:
    person, asked = pending_person(session, place, form_of_address="Professor")
    staff = build.hr(session, organisation=place)
    page = sign_in(staff).page("organisations.our_people")
    assert person.name_home in page.text
    assert person.email in page.text
    question = page.click("Do they work here?")
    assert "Professor" not in question.text, "name and address only"
    done = question.submit("answer", answer="yes").follow()
    assert "Nobody is waiting" in done.text
    assert "Confirmed" in done.text
    session.rollback()
    row = session.get_one(WorksHere, asked.id)
    assert (row.status, row.decided_by_id) == (ConfirmationStatus.CONFIRMED, staff.id)
    assert heard == [events.WorksHereConfirmed(person.id)]
    assert mailbox.last(person.email).subject == "Your organisation confirmed that you work there"
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "works_here.confirmed")).one()
    assert (entry.actor_id, entry.subject_id) == (staff.id, str(asked.id))


def test_a_no_needs_a_reason_and_can_be_taken_back(
    session: Session, sign_in: SignIn, mailbox: Mailbox, place: Organisation, heard: list[Any]
) -> None:
    person, asked = pending_person(session, place)
    visitor = sign_in(build.hr(session, organisation=place))
    page = visitor.page("organisations.our_person", question_id=asked.id)
    without = page.submit("answer", answer="no")
    assert set(without.errors()) == {"Say why you cannot confirm it, so that the person can correct it"}
    assert (
        "Not on our list"
        in page.submit("answer", answer="no", note="Not on our list").follow().click("Answer again").html
    )
    assert "could not confirm" in mailbox.last(person.email).subject
    visitor.page("organisations.our_person", question_id=asked.id).submit("answer", answer="yes")
    session.rollback()
    row = session.get_one(WorksHere, asked.id)
    assert (row.status, row.note) == (ConfirmationStatus.CONFIRMED, "")
    assert [type(event) for event in heard] == [events.WorksHereRefused, events.WorksHereConfirmed]


def test_the_same_answer_twice_changes_nothing_twice(
    session: Session, sign_in: SignIn, mailbox: Mailbox, place: Organisation, heard: list[Any]
) -> None:
    person, asked = pending_person(session, place)
    page = sign_in(build.hr(session, organisation=place)).page("organisations.our_person", question_id=asked.id)
    page.submit("answer", answer="yes")
    page.submit("answer", answer="yes")
    assert len(heard) == 1
    assert len(mailbox.letters(person.email)) == 1


def test_another_organisation_and_oneself_are_out_of_reach(
    session: Session, sign_in: SignIn, place: Organisation
) -> None:
    person, asked = pending_person(session, place)
    stranger = sign_in(build.hr(session))
    assert stranger.page("organisations.our_person", question_id=asked.id).status_code == 404
    assert person.email not in stranger.page("organisations.our_people").text
    own = build.hr(session, organisation=place, works_here=ConfirmationStatus.PENDING)
    with transaction(session):
        mine = session.scalars(select(WorksHere).where(WorksHere.user_id == own.id)).one()
    assert sign_in(own).page("organisations.our_person", question_id=mine.id).status_code == 404


def test_an_address_that_is_not_confirmed_is_not_shown(session: Session, sign_in: SignIn, place: Organisation) -> None:
    person, asked = pending_person(session, place, confirmed_at=None)
    visitor = sign_in(build.hr(session, organisation=place))
    assert person.email not in visitor.page("organisations.our_people").text
    assert visitor.page("organisations.our_person", question_id=asked.id).status_code == 404


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"answer": None}, "Say whether this person works in your organisation"),
        ({"answer": "perhaps"}, "from the list"),
        ({"answer": "no", "note": "n" * 501}, "must be 500 characters or fewer"),
        ({"answer": "no", "note": "a\x00b"}, "Remove characters"),
    ],
)
def test_bad_answers_are_told_beside_the_field(
    session: Session, sign_in: SignIn, place: Organisation, values: dict[str, Any], message: str
) -> None:
    _person, asked = pending_person(session, place)
    visitor = sign_in(build.hr(session, organisation=place))
    answer = visitor.page("organisations.our_person", question_id=asked.id).submit("answer", **values)
    assert any(message in error for error in answer.errors()), answer.errors()


def test_the_pages_in_korean(session: Session, sign_in: SignIn, place: Organisation) -> None:
    _person, asked = pending_person(session, place)
    visitor = sign_in(build.hr(session, organisation=place, language=Language.KO))
    page = visitor.page("organisations.our_people")
    assert page.heading == "소속 직원"
    question = visitor.page("organisations.our_person", question_id=asked.id)
    assert "재직을 확인합니다" in question.text
    assert "사유를 적으십시오" in question.submit("answer", answer="no").errors()[0]


def test_empty_lists_say_so(session: Session, sign_in: SignIn) -> None:
    page = sign_in(build.hr(session)).page("organisations.our_people")
    assert "Nobody is waiting" in page.text
    assert "No answers yet." in page.text


def test_the_page_runs_a_bounded_number_of_statements(
    session: Session, sign_in: SignIn, place: Organisation, statements: list[str]
) -> None:
    visitor = sign_in(build.hr(session, organisation=place))

    def count() -> int:
        statements.clear()
        visitor.page("organisations.our_people")
        return len(statements)

    pending_person(session, place)
    few = count()
    for _ in range(12):
        pending_person(session, place)
    assert count() == few <= 12
