"""One's own account: names, organisation, roles."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import MailDomain, User, WorksHere
from models.types import ConfirmationStatus, Language, RoleName
from talent.db import transaction
from talent.organisations.services import answer_works_here
from tests.support import build
from tests.support.build_auth import SignIn, csrf_token, pending_person
from tests.support.mail import Mailbox


def test_the_account_shows_who_one_is_and_what_one_may_do(session: Session, sign_in: SignIn) -> None:
    place = build.organisation(session)
    person = build.hr(session, organisation=place, civil_servant=True, works_here=ConfirmationStatus.CONFIRMED)
    page = sign_in(person).page("account.overview")
    for words in (person.email, person.name_home, place.name_en, "HR staff – ", "Civil servant", "confirmed on"):
        assert words in page.text
    assert "/account/organisation" not in page.html, "a confirmed organisation is changed by asking its HR staff"


def test_somebody_without_a_role_is_told_who_gives_one(session: Session, sign_in: SignIn) -> None:
    page = sign_in(build.user(session)).page("account.overview")
    assert "You hold no role yet" in page.text
    assert "HR staff have not been asked yet" in page.text


def test_changing_names(session: Session, sign_in: SignIn) -> None:
    visitor = sign_in(build.civil_servant(session))
    page = visitor.page("account.overview").click("Change (Your name as you write it at home)")
    saved = page.submit("name_home", name_home="서하늘", name_romanised="Seo Haneul", name_order="family_first")
    after = saved.follow()
    assert "Your names are saved." in after.text
    assert "서하늘" in after.text
    assert "Family name first" in after.text


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name_home": ""}, "Enter your name as you write it at home"),
        ({"name_romanised": "x1!"}, "must be in Latin letters"),
        ({"form_of_address": "x" * 61}, "must be 60 characters or fewer"),
        ({"name_order": "other"}, "from the list"),
    ],
)
def test_bad_names_are_told_beside_the_field(
    session: Session, sign_in: SignIn, values: dict[str, Any], message: str
) -> None:
    person = build.civil_servant(session)
    answer = sign_in(person).page("account.names").submit("name_home", **values)
    assert any(message in error for error in answer.errors()), answer.errors()
    session.rollback()
    assert session.get_one(User, person.id).name_home == person.name_home


@pytest.mark.database
def test_after_a_refusal_one_chooses_another_organisation_of_the_same_domain(
    session: Session, sign_in: SignIn, mailbox: Mailbox
) -> None:
    first, second = build.organisation(session, domain="shared.example"), build.organisation(session)
    with transaction(session):
        session.add(MailDomain(domain="shared.example", organisation_id=second.id))
    person, asked = pending_person(session, first)
    answer_works_here(
        session,
        actor=build.hr(session, organisation=first),
        question_id=asked.id,
        confirmed=False,
        note="Not on our list",
    )
    staff = build.hr(session, organisation=second)
    page = sign_in(person).page("account.overview")
    assert "Not on our list" in page.text
    done = page.click("Change (Organisation)").submit("organisation", organisation=second.id).follow()
    assert second.name_en in done.text
    session.rollback()
    assert session.get_one(User, person.id).organisation_id == second.id
    new = session.scalars(select(WorksHere).where(WorksHere.organisation_id == second.id)).one()
    assert new.status is ConfirmationStatus.PENDING
    assert "Confirm that someone works" in mailbox.last(staff.email).subject


def test_a_confirmed_organisation_stays(session: Session, sign_in: SignIn) -> None:
    person = build.civil_servant(session)
    visitor = sign_in(person)
    page = visitor.page("account.organisation")
    assert "ask them to say that you no longer do" in page.text
    token = csrf_token(page)
    answer = visitor.post("/account/organisation", {"csrf_token": token, "organisation": person.organisation_id})
    assert answer.status_code == 409


def test_the_language_switch_is_kept_with_the_account(session: Session, sign_in: SignIn) -> None:
    person = build.civil_servant(session)
    visitor = sign_in(person)
    page = visitor.page("account.overview")
    token = csrf_token(page)
    back = visitor.post("/language", {"csrf_token": token, "language": "ko", "next": "/account/"})
    assert back.location == "/account/"
    assert back.follow().heading == "내 계정"
    session.rollback()
    assert session.get_one(User, person.id).language is Language.KO


def test_the_account_runs_a_bounded_number_of_statements(
    session: Session, sign_in: SignIn, statements: list[str]
) -> None:
    person = build.civil_servant(session)
    for _ in range(6):
        build.grant(session, person, RoleName.HR, organisation_id=build.organisation(session).id)
    visitor = sign_in(person)
    statements.clear()
    visitor.page("account.overview")
    assert len(statements) <= 9, statements
