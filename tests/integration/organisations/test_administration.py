"""Administrators: people, roles, organisations and their mail domains, the record of actions."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, MailDomain, RoleGrant, User
from models.types import Country, Language, RoleName
from tests.support import build
from tests.support.build_auth import SignIn, csrf_token, pending_person
from tests.support.mail import Mailbox


@pytest.fixture
def admin(session: Session) -> User:
    return build.administrator(session)


def test_the_index_leads_to_every_part(session: Session, sign_in: SignIn, admin: User) -> None:
    page = sign_in(admin).page("organisations.administration")
    assert {"People and roles", "Organisations and email domains", "Record of actions"} <= set(page.links())


def test_people_are_found_by_name_and_address_in_ones_own_country(
    session: Session, sign_in: SignIn, admin: User
) -> None:
    here = build.civil_servant(session, name_romanised="Zebra Crossing", name_home="Zebra Crossing")
    abroad = build.civil_servant(session, country=Country.KR)
    visitor = sign_in(admin)
    found = visitor.page("organisations.people", q="zebra")
    assert here.email in found.text
    assert "1 person" in found.text
    assert here.email in visitor.page("organisations.people", q=here.email).text
    assert abroad.email not in visitor.page("organisations.people").text
    assert visitor.page("organisations.person", user_id=abroad.id).status_code == 404
    assert "matches “100%”" in visitor.page("organisations.people", q="100%").text
    assert visitor.get("/organisations/people?q=%00&page=-3").status_code == 200
    assert visitor.get("/organisations/people?page=99999").status_code == 200


@pytest.mark.database
def test_giving_and_ending_a_role(session: Session, sign_in: SignIn, mailbox: Mailbox, admin: User) -> None:
    place = build.organisation(session)
    person = build.civil_servant(session)
    visitor = sign_in(admin)
    page = visitor.page("organisations.person", user_id=person.id)
    given = page.submit("role", role="hr", organisation=place.id).follow()
    assert place.name_en in given.text
    assert mailbox.last(person.email).subject == "You have been given a new role"
    session.rollback()
    grant = session.scalars(select(RoleGrant).where(RoleGrant.role == RoleName.HR)).one()
    assert (grant.organisation_id, grant.granted_by_id) == (place.id, admin.id)
    page.submit("role", role="hr", organisation=place.id)
    session.rollback()
    assert len(session.scalars(select(RoleGrant).where(RoleGrant.role == RoleName.HR)).all()) == 1, "given once"
    assert len(mailbox.letters(person.email)) == 1

    asked = visitor.page("organisations.end_role", user_id=person.id, grant_id=grant.id)
    ended = asked.submit("End the role").follow()
    assert "The role has ended" in ended.text
    assert mailbox.last(person.email).subject == "One of your roles has ended"
    assert asked.submit("End the role").status_code == 404, "ended already"
    session.rollback()
    assert session.get_one(RoleGrant, grant.id).revoked_by_id == admin.id
    found = session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("role."))).all()
    assert [(entry.action, entry.details["organisation"]) for entry in found] == [
        ("role.grant", place.id),
        ("role.revoke", place.id),
    ]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "Choose a role"),
        ({"role": "emperor"}, "from the list"),
        ({"role": "hr"}, "Choose the organisation"),
        ({"role": "hr", "organisation": "nowhere"}, "from the list"),
        ({"role": "administrator", "country": "GB"}, "from the list"),
    ],
)
def test_an_incomplete_role_is_told_beside_the_field(
    session: Session, sign_in: SignIn, admin: User, values: dict[str, Any], message: str
) -> None:
    person = build.civil_servant(session)
    answer = sign_in(admin).page("organisations.person", user_id=person.id).submit("role", **values)
    assert any(message in error for error in answer.errors()), answer.errors()


def test_an_organisation_abroad_is_not_offered(session: Session, sign_in: SignIn, admin: User) -> None:
    person, abroad = build.civil_servant(session), build.organisation(session, country=Country.KR)
    page = sign_in(admin).page("organisations.person", user_id=person.id)
    assert f'value="{abroad.id}"' not in page.html
    assert "from the list" in page.submit("role", role="hr", organisation=abroad.id).errors()[0]


def test_nobody_unconfirmed_gets_a_role(session: Session, sign_in: SignIn, admin: User) -> None:
    person = build.user(session, confirmed_at=None)
    visitor = sign_in(admin)
    page = visitor.page("organisations.person", user_id=person.id)
    assert "has not confirmed their email address" in page.text
    token = csrf_token(page)
    answer = visitor.post(page.url, {"csrf_token": token, "role": "translator"})
    assert answer.status_code == 409
    assert "has not confirmed their email address" in answer.text
    session.rollback()
    assert session.get_one(User, person.id).grants == []


def test_nobody_changes_their_own_roles(session: Session, sign_in: SignIn, admin: User) -> None:
    visitor = sign_in(admin)
    page = visitor.page("organisations.person", user_id=admin.id)
    assert "Another administrator has to change your own roles." in page.text
    token = csrf_token(page)
    assert visitor.post(page.url, {"csrf_token": token, "role": "translator"}).status_code == 403
    mine = admin.grants[0].id
    url = visitor.url("organisations.end_role", user_id=admin.id, grant_id=mine)
    assert visitor.post(url, {"csrf_token": token}).status_code == 403


def test_new_hr_staff_are_told_who_waits_already(
    session: Session, sign_in: SignIn, mailbox: Mailbox, admin: User
) -> None:
    place = build.organisation(session)
    pending_person(session, place)
    person = build.civil_servant(session)
    sign_in(admin).page("organisations.person", user_id=person.id).submit("role", role="hr", organisation=place.id)
    subjects = [letter.subject for letter in mailbox.letters(person.email)]
    assert subjects == ["You have been given a new role", "Confirm that someone works in your organisation"]


def test_one_administrator_ends_another(session: Session, sign_in: SignIn, admin: User) -> None:
    other = build.administrator(session)
    visitor = sign_in(admin)
    page = visitor.page("organisations.end_role", user_id=other.id, grant_id=other.grants[0].id)
    assert page.submit("End the role").status_code == 302
    assert sign_in(other).page("organisations.administration").status_code == 403


@pytest.mark.database
def test_mail_domains_are_added_and_removed(session: Session, sign_in: SignIn, admin: User) -> None:
    place, other = build.organisation(session), build.organisation(session, domain="shared.example")
    visitor = sign_in(admin)
    page = visitor.page("organisations.directory", q=place.name_en).click(place.name_en)
    added = page.submit("domain", domain="@Shared.Example").follow()
    assert "shared.example" in added.text
    assert other.name_en in added.text, "who else uses it"
    again = added.submit("domain", domain="shared.example")
    assert set(again.errors()) == {"This organisation uses that email domain already"}
    row = session.scalars(
        select(MailDomain).where(MailDomain.domain == "shared.example", MailDomain.organisation_id == place.id)
    ).one()
    gone = added.submit(f"/organisations/directory/{place.id}/domains/{row.id}/remove").follow()
    assert "is removed" in gone.text
    assert "shared.example" not in gone.text
    session.rollback()
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("organisation."))).all()
    assert actions == ["organisation.add_domain", "organisation.remove_domain"]


@pytest.mark.parametrize(
    "domain", ["", "no domain", "one", "a@b.example", "-a.example", "x" * 254, "é.example", "a\x00.example"]
)
def test_what_is_no_mail_domain_is_refused(session: Session, sign_in: SignIn, admin: User, domain: str) -> None:
    place = build.organisation(session)
    page = sign_in(admin).page("organisations.organisation", organisation_id=place.id)
    answer = page.submit("domain", domain=domain)
    assert answer.status_code == 200
    assert answer.errors()
    session.rollback()
    assert len(session.scalars(select(MailDomain).where(MailDomain.organisation_id == place.id)).all()) == 1


def test_organisations_abroad_are_out_of_reach(session: Session, sign_in: SignIn, admin: User) -> None:
    abroad = build.organisation(session, country=Country.KR)
    visitor = sign_in(admin)
    assert visitor.page("organisations.organisation", organisation_id=abroad.id).status_code == 404
    assert visitor.page("organisations.organisation", organisation_id="nowhere").status_code == 404
    assert "No organisation in your country matches" in visitor.page("organisations.directory", q="zzzz").text


def test_the_record_of_actions_shows_ids_and_no_names(session: Session, sign_in: SignIn, admin: User) -> None:
    person = build.civil_servant(session)
    visitor = sign_in(admin)
    visitor.page("organisations.person", user_id=person.id).submit("role", role="translator")
    page = visitor.page("organisations.person", user_id=person.id).click("Record of actions on this account")
    assert "role.grant" in page.text
    assert str(person.id) in page.text
    assert person.name_romanised not in page.text
    assert person.email not in page.text
    only = visitor.page("audit.entries", group="role")
    assert "account.sign_in " not in only.text.partition("Details")[2]
    assert "No actions match. Change or clear the filters." in visitor.page("audit.entries", subject="nothing").text
    assert visitor.get("/audit/?action=%00&subject=%00&page=x").status_code == 200


@pytest.mark.parametrize(
    "endpoint", ["organisations.administration", "organisations.people", "organisations.directory", "audit.entries"]
)
def test_the_pages_in_korean(session: Session, sign_in: SignIn, endpoint: str) -> None:
    page = sign_in(build.administrator(session, language=Language.KO)).page(endpoint)
    assert page.heading in ("관리", "사용자와 역할", "기관과 이메일 도메인", "처리 기록")


def test_the_person_page_in_korean(session: Session, sign_in: SignIn) -> None:
    visitor = sign_in(build.administrator(session, language=Language.KO))
    person = build.civil_servant(session)
    page = visitor.page("organisations.person", user_id=person.id)
    assert "역할 부여" in page.text
    assert "역할을 선택하십시오" in page.submit("role").errors()
    place = visitor.page("organisations.organisation", organisation_id=person.organisation_id)
    assert "메일 도메인" in place.text


@pytest.mark.parametrize(
    ("language", "heading"), [(Language.KO, "정다온"), (Language.EN, "Jung Daon")], ids=["Korean", "English"]
)
def test_a_person_is_named_in_the_readers_script(
    session: Session, sign_in: SignIn, language: Language, heading: str
) -> None:
    visitor = sign_in(build.administrator(session, language=language))
    person = build.civil_servant(session)
    person.name_home, person.name_romanised = "정다온", "Jung Daon"
    session.commit()

    page = visitor.page("organisations.people").click(heading)

    assert page.heading == heading
    assert "정다온" in page.text
    assert "Jung Daon" in page.text


def test_the_lists_run_a_bounded_number_of_statements(
    session: Session, sign_in: SignIn, admin: User, statements: list[str]
) -> None:
    visitor = sign_in(admin)

    def counts() -> list[int]:
        found = []
        for endpoint in ("organisations.people", "organisations.directory", "audit.entries"):
            statements.clear()
            visitor.page(endpoint)
            found.append(len(statements))
        return found

    build.civil_servant(session)
    few = counts()
    for _ in range(12):
        build.hr(session)
    assert counts() == few
    assert max(few) <= 12
