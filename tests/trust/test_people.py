"""Administering people and organisations from outside: invitations, moves, ended access, two for an administrator."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import (
    AdministratorProposal,
    AuditEntry,
    Invitation,
    Organisation,
    Profile,
    RoleGrant,
    User,
    UserSession,
    WorksHere,
    utc_now,
)
from models.types import ConfirmationStatus, Country, Language, ProfileStatus, RoleName
from talent.db import transaction
from tests.support import build, build_profiles
from tests.support.build_auth import SignIn, csrf_token, details
from tests.support.mail import Mailbox
from tests.support.page import Page, Visitor

NOTE = "They left on Friday."


@pytest.fixture
def admin(session: Session) -> User:
    return build.administrator(session)


@pytest.fixture
def colleague(session: Session) -> User:
    """A second administrator of the same country."""
    return build.administrator(session)


def actions(session: Session, *names: str) -> list[str]:
    session.rollback()
    found = session.scalars(select(AuditEntry.action).where(AuditEntry.action.in_(names)).order_by(AuditEntry.id))
    return list(found)


def disable(visitor: Visitor, person: User, reason: str = "person-disable-left", **values: Any) -> Page:
    return visitor.page("organisations.disable", user_id=person.id).submit("reason", reason=reason, **values)


def on_sign_in_page(page: Page) -> bool:
    return page.status_code == 302 and page.location.startswith("/sign-in")


# Ended access


@pytest.mark.database
def test_r1_ended_access_works_at_the_next_click(
    session: Session, sign_in: SignIn, admin: User, mailbox: Mailbox
) -> None:
    place = build.organisation(session)
    person = build.hr(session, organisation=place, civil_servant=True, works_here=ConfirmationStatus.CONFIRMED)
    theirs, office = sign_in(person), sign_in(admin)
    assert theirs.page("organisations.our_people").status_code == 200
    page = office.page("organisations.person", user_id=person.id).click("End access")
    done = page.submit("reason", reason="person-disable-left", note=NOTE).follow()
    assert "Access has ended" in done.text
    assert NOTE in done.text
    assert on_sign_in_page(theirs.page("organisations.our_people"))
    session.rollback()
    assert session.scalars(select(UserSession).where(UserSession.user_id == person.id)).all() == []
    kept = session.get_one(User, person.id)
    assert (kept.active, kept.disabled_by_id, kept.disabled_reason) == (False, admin.id, "person-disable-left")
    letter = mailbox.last(person.email)
    assert letter.subject == "Your access to Talent Exchange has ended"
    assert NOTE not in letter.text
    assert "left" not in letter.text
    assert mailbox.last(admin.email).subject == "An organisation has no HR staff left in Talent Exchange"
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "person.disable")).one()
    assert (entry.actor_id, entry.details) == (admin.id, {"reason": "person-disable-left"})


def test_ended_access_keeps_out_of_signing_in_and_resetting(
    session: Session, app: Flask, sign_in: SignIn, admin: User, mailbox: Mailbox
) -> None:
    person = build.civil_servant(session)
    Visitor(app).page("security.forgot_password").submit(email=person.email)
    link = mailbox.last(person.email).link("reset")
    disable(sign_in(admin), person)
    wrong = Visitor(app).page("security.login").submit("password", email=person.email, password="x" * 20)
    right = (
        Visitor(app)
        .page("security.login")
        .submit("password", email=person.email, password="a long password for tests 1")
    )
    assert right.status_code == wrong.status_code == 200
    assert right.errors() == wrong.errors()
    assert Visitor(app).get(link).status_code == 302, "the link that was on its way"
    before = len(mailbox.letters(person.email))
    Visitor(app).page("security.forgot_password").submit(email=person.email)
    assert len(mailbox.letters(person.email)) == before


@pytest.mark.database
def test_ended_access_pauses_the_profile_until_its_owner_resumes_it(
    session: Session, sign_in: SignIn, admin: User, mailbox: Mailbox
) -> None:
    profile = build_profiles.active(session)
    person = session.get_one(User, profile.user_id)
    with transaction(session):
        session.execute(update(Profile).where(Profile.id == profile.id).values(status=ProfileStatus.ACTIVE))
    office = sign_in(admin)
    disable(office, person)
    session.rollback()
    paused = session.get_one(Profile, profile.id)
    assert (paused.status, paused.paused_until) == (ProfileStatus.PAUSED, None)
    page = office.page("organisations.person", user_id=person.id)
    assert "Access ended" in page.text
    back = page.click("Give access back").submit("reason", reason="person-enable-back").follow()
    assert "Access is given back" in back.text
    assert mailbox.last(person.email).subject == "You can use Talent Exchange again"
    theirs = sign_in(person)
    assert theirs.page("account.overview").status_code == 200
    session.rollback()
    assert session.get_one(Profile, profile.id).status is ProfileStatus.PAUSED
    assert session.get_one(User, person.id).disabled_reason is None
    assert actions(session, "person.disable", "profile.set_aside", "person.enable") == [
        "person.disable",
        "profile.set_aside",
        "person.enable",
    ]


def test_ending_access_needs_a_reason_from_the_list(session: Session, sign_in: SignIn, admin: User) -> None:
    person = build.civil_servant(session)
    office = sign_in(admin)
    assert disable(office, person, reason="").errors() == ["Choose a reason"]
    assert "from the list" in disable(office, person, reason="post-cancel-error").errors()[0]
    assert disable(office, person, reason="person-disable-misuse").errors() == ["Explain the reason in a note"]
    assert "500 characters" in disable(office, person, note="n" * 501).errors()[0]
    session.rollback()
    assert session.get_one(User, person.id).active


@pytest.mark.database
def test_the_last_administrator_keeps_access_and_nobody_ends_their_own(
    session: Session, sign_in: SignIn, admin: User, colleague: User
) -> None:
    office = sign_in(admin)
    own = office.page("organisations.person", user_id=admin.id)
    assert "End access" not in own.text
    page = office.page("organisations.disable", user_id=admin.id)
    assert page.submit("reason", reason="person-disable-left").status_code == 403
    assert disable(office, colleague).status_code == 302
    # The only other administrator of Korea administers both countries, and is the last one of the United Kingdom.
    other = build.administrator(session, country=Country.KR)
    build.grant(session, admin, RoleName.ADMINISTRATOR, country=Country.KR)
    build.grant(session, other, RoleName.ADMINISTRATOR, country=Country.GB)
    again = sign_in(admin)
    assert disable(again, other).status_code == 302
    with transaction(session):
        session.get_one(User, other.id).active = True
        mine = session.scalars(
            select(RoleGrant).where(RoleGrant.user_id == admin.id, RoleGrant.country == Country.GB)
        ).one()
        mine.revoked_at = utc_now()
    refused = disable(sign_in(admin), other)
    assert refused.status_code == 409
    assert "last administrator" in refused.text
    session.rollback()
    assert session.get_one(User, other.id).active


@pytest.mark.database
def test_two_administrators_who_end_each_others_access_leave_one(
    session: Session, app: Flask, admin: User, colleague: User
) -> None:
    pages = []
    for actor, other in ((admin, colleague), (colleague, admin)):
        pages.append(Visitor(app).sign_in(actor).page("organisations.disable", user_id=other.id))
    statuses = at_once(pages, lambda page: page.submit("reason", reason="person-disable-left"))
    assert statuses[302] >= 1
    assert not [status for status in statuses if status >= 500], statuses
    session.rollback()
    assert sum(session.get_one(User, person.id).active for person in (admin, colleague)) == 1


def at_once(pages: list[Page], send: Any) -> Counter[int]:
    start = Barrier(len(pages))

    def go(page: Page) -> int:
        start.wait()
        return int(send(page).status_code)

    with ThreadPoolExecutor(len(pages)) as pool:
        return Counter(pool.map(go, pages))


# Moving


@pytest.mark.database
def test_r1_a_move_ends_access_to_the_old_organisation_at_the_next_click(
    session: Session, sign_in: SignIn, admin: User, mailbox: Mailbox
) -> None:
    old, new = build.organisation(session), build.organisation(session)
    staff = build.hr(session, organisation=new)
    profile = build_profiles.active(session, build.civil_servant(session, organisation=old))
    person = session.get_one(User, profile.user_id)
    build.grant(session, person, RoleName.HR, organisation_id=old.id)
    build.grant(session, person, RoleName.TRANSLATOR)
    theirs, office = sign_in(person), sign_in(admin)
    assert theirs.page("organisations.our_people").status_code == 200
    page = office.page("organisations.person", user_id=person.id).click("Move to another organisation")
    assert f'value="{old.id}"' not in page.html
    done = page.submit("organisation", organisation=new.id, reason="person-move-new-post").follow()
    assert new.name_en in done.text
    assert on_sign_in_page(theirs.page("organisations.our_people"))
    again = sign_in(person)
    assert again.page("organisations.our_people").status_code == 403
    session.rollback()
    moved = session.get_one(User, person.id)
    assert moved.organisation_id == new.id
    assert {grant.role for grant in moved.grants if grant.in_force} == {RoleName.CIVIL_SERVANT, RoleName.TRANSLATOR}
    asked = session.scalars(
        select(WorksHere).where(WorksHere.user_id == person.id, WorksHere.organisation_id == new.id)
    ).one()
    assert asked.status is ConfirmationStatus.PENDING
    held = session.get_one(Profile, profile.id)
    assert (held.status, held.organisation_id) == (ProfileStatus.PAUSED, old.id)
    assert "Your organisation was changed" in [letter.subject for letter in mailbox.letters(person.email)]
    assert mailbox.last(staff.email).subject == "Confirm that someone works in your organisation"
    assert mailbox.last(admin.email).subject == "An organisation has no HR staff left in Talent Exchange"
    assert "has not yet confirmed" in again.page("profiles.resume").submit("Resume your profile").text

    sign_in(staff).page("organisations.our_person", question_id=asked.id).submit("answer", answer="yes")
    session.rollback()
    assert session.get_one(Profile, profile.id).organisation_id == new.id


def test_moving_is_asked_properly(session: Session, sign_in: SignIn, admin: User) -> None:
    person = build.civil_servant(session)
    abroad = build.organisation(session, country=Country.KR)
    page = sign_in(admin).page("organisations.move", user_id=person.id)
    assert set(page.submit("organisation").errors()) == {
        "Choose the organisation this person moves to",
        "Choose a reason",
    }
    wrong = page.submit("organisation", organisation=abroad.id, reason="person-move-new-post")
    assert "from the list" in wrong.errors()[0]
    here = page.submit("organisation", organisation=person.organisation_id, reason="person-move-new-post")
    assert "from the list" in here.errors()[0]


@pytest.mark.database
def test_moving_abroad_ends_administering_the_country_that_is_left(
    session: Session, sign_in: SignIn, admin: User
) -> None:
    leaving = build.administrator(session, country=Country.KR)
    new = build.organisation(session)
    build.grant(session, admin, RoleName.ADMINISTRATOR, country=Country.KR)
    page = sign_in(admin).page("organisations.move", user_id=leaving.id)
    done = page.submit("organisation", organisation=new.id, reason="person-move-new-post")
    assert done.status_code == 302
    session.rollback()
    assert session.get_one(User, leaving.id).administered_countries == frozenset()


# Invitations


def invite(visitor: Visitor, place: Organisation, email: str, **values: Any) -> Page:
    page = visitor.page("organisations.invite", organisation=place.id)
    return page.submit("email", email=email, **values)


@pytest.mark.database
def test_an_invited_person_makes_an_account_and_acts_as_hr_staff(
    session: Session, app: Flask, sign_in: SignIn, admin: User, mailbox: Mailbox
) -> None:
    place = build.organisation(session, domain="ministry.example")
    office = sign_in(admin)
    sent = invite(office, place, "New.Hr@Ministry.example", language="ko").follow()
    assert "new.hr@ministry.example" in sent.text
    assert "Waiting" in sent.text
    letter = mailbox.last("new.hr@ministry.example")
    assert place.name_ko in letter.text
    session.rollback()
    row = session.scalars(select(Invitation)).one()
    link = letter.link("/invitation/")
    assert link.rpartition("/")[2] not in row.token_hash
    visitor = Visitor(app)
    page = visitor.get(link)
    assert page.heading == "Create an account"
    assert page.submit("name_home", **{**details(), "name_home": ""}).errors()
    values = {key: value for key, value in details().items() if key != "step"}
    done = page.submit("name_home", **values)
    assert done.location == "/organisations/invitation-accepted"
    session.rollback()
    person = session.scalars(select(User).where(User.email == "new.hr@ministry.example")).one()
    assert person.confirmed_at is not None
    (grant,) = person.grants
    assert (grant.role, grant.organisation_id, grant.granted_by_id) == (RoleName.HR, place.id, admin.id)
    taken = session.scalars(select(Invitation)).one()
    assert (taken.accepted_by_id, taken.accepted_at is not None) == (person.id, True)
    theirs = (
        Visitor(app)
        .page("security.login")
        .submit("password", email=person.email, password="a long password for tests 1")
    )
    assert theirs.status_code == 302
    gate = theirs.visitor.page("organisations.our_people")
    assert gate.status_code == 302, "the second factor comes first"
    over = Visitor(app).get(link)
    assert (over.status_code, over.heading) == (410, "This invitation is no longer valid")
    assert actions(session, "invitation.send", "account.register", "invitation.accept", "role.grant") == [
        "invitation.send",
        "account.register",
        "invitation.accept",
        "role.grant",
    ]


@pytest.mark.database
def test_an_invitation_is_bound_to_its_address(
    session: Session, app: Flask, sign_in: SignIn, admin: User, mailbox: Mailbox
) -> None:
    place = build.organisation(session, domain="ministry.example")
    person = build.civil_servant(session, organisation=place)
    invite(sign_in(admin), place, person.email)
    link = mailbox.last(person.email).link("/invitation/")
    nobody = Visitor(app).get(link)
    assert nobody.links()["Sign in"].startswith("/sign-in?next=/organisations/invitation/")
    stranger = sign_in(build.civil_servant(session, organisation=place))
    page = stranger.get(link)
    assert "signed in with another account" in page.text
    forced = stranger.post(link, {"csrf_token": csrf_token(stranger.page("account.names"))})
    assert forced.status_code == 403
    theirs = sign_in(person)
    assert theirs.get(link).submit("Accept").location == "/organisations/invitation-accepted"
    assert on_sign_in_page(theirs.page("account.overview")), "a new role is a new sign-in"
    session.rollback()
    assert session.get_one(User, person.id).hr_organisation_ids == {place.id}
    assert invite(sign_in(admin), place, person.email).errors() == [
        "This person is HR staff of the organisation already"
    ]


def test_invitations_are_sent_again_and_withdrawn(
    session: Session, app: Flask, sign_in: SignIn, admin: User, mailbox: Mailbox
) -> None:
    place = build.organisation(session, domain="ministry.example")
    office = sign_in(admin)
    page = invite(office, place, "one@ministry.example").follow()
    first = mailbox.last("one@ministry.example").link("/invitation/")
    again = page.submit("Send again").follow()
    second = mailbox.last("one@ministry.example").link("/invitation/")
    assert Visitor(app).get(first).status_code == 404
    assert Visitor(app).get(second).status_code == 200
    with transaction(session):
        session.execute(update(Invitation).values(expires_at=utc_now() - timedelta(minutes=1)))
    late = Visitor(app).get(second)
    assert late.status_code == 410
    assert "It expired on" in late.text
    assert "Expired" in office.page("organisations.invitations").text
    invite(office, place, "one@ministry.example")
    session.rollback()
    assert len(session.scalars(select(Invitation)).all()) == 1, "inviting again renews the link"
    third = mailbox.last("one@ministry.example").link("/invitation/")
    gone = again.click("Withdraw").submit("Withdraw the invitation").follow()
    assert "Withdrawn" in gone.text
    assert "It was withdrawn" in Visitor(app).get(third).text
    assert Visitor(app).get("/organisations/invitation/" + "x" * 50).status_code == 404


def test_an_invitation_of_somebody_who_is_no_administrator_any_more_is_void(
    session: Session, app: Flask, sign_in: SignIn, admin: User, colleague: User, mailbox: Mailbox
) -> None:
    place = build.organisation(session, domain="ministry.example")
    person = build.civil_servant(session, organisation=place)
    invite(sign_in(colleague), place, person.email)
    link = mailbox.last(person.email).link("/invitation/")
    disable(sign_in(admin), colleague)
    assert sign_in(person).get(link).submit("Accept").status_code == 409


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"email": ""}, "Enter the email address of the person you are inviting"),
        ({"email": "no address"}, "correct format"),
        ({"email": "me@elsewhere.example"}, "one of this organisation’s email domains"),
        ({"email": "a@ministry.example", "organisation": "nowhere"}, "from the list"),
        ({"email": "a@ministry.example", "language": ""}, "Choose the language of the invitation"),
    ],
)
def test_a_bad_invitation_is_told_beside_the_field(
    session: Session, sign_in: SignIn, admin: User, values: dict[str, str], message: str
) -> None:
    place = build.organisation(session, domain="ministry.example")
    page = sign_in(admin).page("organisations.invite", organisation=place.id)
    assert message in page.submit("email", **values).errors()[0]


def test_r17_invitations_are_counted(session: Session, sign_in: SignIn, admin: User) -> None:
    place = build.organisation(session, domain="ministry.example")
    page = sign_in(admin).page("organisations.invite", organisation=place.id)
    statuses = [page.submit("email", email=f"p{number}@elsewhere.example").status_code for number in range(32)]
    assert statuses[29] == 200
    assert statuses[31] == 429


# New administrators


def propose(visitor: Visitor, person: User, reason: str = "She knows the service.") -> Page:
    return visitor.page("organisations.propose", user_id=person.id).submit("reason", reason=reason)


def answer(visitor: Visitor, proposal: AdministratorProposal, given: str = "confirm", **values: Any) -> Page:
    page = visitor.page("organisations.proposal", proposal_id=proposal.id)
    return page.submit("answer", answer=given, **values)


def proposal_of(session: Session) -> AdministratorProposal:
    session.rollback()
    return session.scalars(select(AdministratorProposal).order_by(AdministratorProposal.created_at.desc())).first()  # type: ignore[return-value]


@pytest.mark.database
def test_a_new_administrator_takes_two(
    session: Session, sign_in: SignIn, admin: User, colleague: User, mailbox: Mailbox
) -> None:
    abroad = build.administrator(session, country=Country.KR)
    person = build.civil_servant(session)
    office = sign_in(admin)
    made = propose(office, person).follow()
    assert "Another administrator has to confirm" in made.text
    proposal = proposal_of(session)
    assert mailbox.last(colleague.email).subject == "Confirm or refuse a new administrator"
    assert mailbox.letters(abroad.email) == []
    session.rollback()
    assert session.get_one(User, person.id).administered_countries == frozenset(), "nothing before the second yes"
    forced = office.post(made.url, {"csrf_token": csrf_token(made), "answer": "confirm"})
    assert forced.status_code == 403, "nobody confirms their own"
    theirs = sign_in(person)
    assert theirs.page("organisations.proposal", proposal_id=proposal.id).status_code == 403
    stranger = sign_in(abroad)
    assert stranger.page("organisations.proposal", proposal_id=proposal.id).status_code == 404
    assert person.name_romanised not in stranger.page("organisations.proposals").text
    second = sign_in(colleague)
    listed = second.page("organisations.proposals").click(person.name_romanised)
    assert "She knows the service." in listed.text
    assert listed.submit("answer").errors() == ["Say whether you confirm or refuse"]
    done = answer(second, proposal).follow()
    assert "The role is given" in done.text
    session.rollback()
    new = session.get_one(User, person.id)
    assert new.administered_countries == {Country.GB}
    assert [grant.granted_by_id for grant in new.grants if grant.role is RoleName.ADMINISTRATOR] == [colleague.id]
    assert mailbox.last(admin.email).subject == "Your proposal for a new administrator was confirmed"
    assert on_sign_in_page(theirs.page("account.overview"))
    assert answer_again(second, done).status_code == 409
    assert actions(session, "administrator.propose", "administrator.confirm") == [
        "administrator.propose",
        "administrator.confirm",
    ]


def answer_again(visitor: Visitor, page: Page) -> Page:
    token = csrf_token(visitor.page("account.names"))
    return visitor.post(page.url, {"csrf_token": token, "answer": "confirm"})


@pytest.mark.database
def test_the_other_country_confirms_while_the_proposer_is_alone(
    session: Session, sign_in: SignIn, admin: User, mailbox: Mailbox
) -> None:
    abroad = build.administrator(session, country=Country.KR, language=Language.KO)
    person = build.civil_servant(session)
    propose(sign_in(admin), person)
    proposal = proposal_of(session)
    assert len(mailbox.letters(abroad.email)) == 1
    second = sign_in(abroad)
    assert second.page("organisations.person", user_id=person.id).status_code == 404, "nothing else of that country"
    assert person.name_home in second.page("organisations.proposals").text
    assert answer(second, proposal, "refuse").errors()
    answer(second, proposal, "refuse", note="아직 이릅니다.")
    assert mailbox.last(admin.email).subject == "Your proposal for a new administrator was refused"
    assert "아직 이릅니다." in sign_in(admin).page("organisations.proposal", proposal_id=proposal.id).text
    session.rollback()
    assert session.get_one(User, person.id).administered_countries == frozenset()
    propose(sign_in(admin), person)
    assert answer(second, proposal_of(session)).status_code == 302
    session.rollback()
    assert session.get_one(User, person.id).administered_countries == {Country.GB}


@pytest.mark.database
def test_two_answers_at_once_count_once(session: Session, app: Flask, sign_in: SignIn, admin: User) -> None:
    others = [build.administrator(session) for _number in range(2)]
    person = build.civil_servant(session)
    propose(sign_in(admin), person)
    proposal = proposal_of(session)
    pages = [sign_in(other).page("organisations.proposal", proposal_id=proposal.id) for other in others]
    sent = [{"answer": "confirm"}, {"answer": "refuse", "note": "Too early"}]
    each = dict(zip([id(page) for page in pages], sent, strict=True))
    statuses = at_once(pages, lambda page: page.submit("answer", **each[id(page)]))
    assert statuses == {302: 1, 409: 1}
    session.rollback()
    row = session.get_one(AdministratorProposal, proposal.id)
    assert session.get_one(User, person.id).administered_countries == (
        frozenset({Country.GB}) if row.confirmed else frozenset()
    )
    assert len(actions(session, "administrator.confirm", "administrator.refuse")) == 1


def test_a_proposal_expires_is_taken_back_and_made_once(
    session: Session, sign_in: SignIn, admin: User, colleague: User
) -> None:
    person = build.civil_servant(session)
    office, second = sign_in(admin), sign_in(colleague)
    assert propose(office, person, "").errors() == ["Say why this person should be an administrator"]
    propose(office, person)
    assert propose(second, person).status_code == 409
    proposal = proposal_of(session)
    page = second.page("organisations.proposal", proposal_id=proposal.id)
    with transaction(session):
        session.execute(update(AdministratorProposal).values(expires_at=utc_now() - timedelta(minutes=1)))
    assert page.submit("answer", answer="confirm").status_code == 409
    assert "Expired on" in second.page("organisations.proposals").text
    assert propose(office, person).status_code == 302, "an expired one makes room"
    newer = proposal_of(session)
    assert newer.id != proposal.id
    token = csrf_token(page)
    url = second.url("organisations.take_proposal_back", proposal_id=newer.id)
    assert second.post(url, {"csrf_token": token}).status_code == 404, "only the proposer"
    taken = office.page("organisations.proposal", proposal_id=newer.id).submit("Take the proposal back").follow()
    assert "Taken back or replaced on" in taken.text


def test_a_proposal_by_somebody_who_lost_the_role_gives_nothing(
    session: Session, sign_in: SignIn, admin: User, colleague: User
) -> None:
    person = build.civil_servant(session)
    propose(sign_in(colleague), person)
    office = sign_in(admin)
    disable(office, colleague)
    assert answer(office, proposal_of(session)).status_code == 409
    session.rollback()
    assert session.get_one(User, person.id).administered_countries == frozenset()


def test_no_page_names_an_administrator_by_one_person_alone(
    session: Session, sign_in: SignIn, admin: User, colleague: User
) -> None:
    person = build.civil_servant(session)
    office = sign_in(admin)
    page = office.page("organisations.person", user_id=person.id)
    assert "from the list" in page.submit("role", role="administrator", country="GB").errors()[0]
    own = office.page("organisations.propose", user_id=admin.id).submit("reason", reason="Me")
    assert own.status_code in (403, 409)
    session.rollback()
    assert session.get_one(User, person.id).administered_countries == frozenset()


def test_a_proposal_that_nobody_else_can_confirm_is_not_made(session: Session, sign_in: SignIn, admin: User) -> None:
    refused = propose(sign_in(admin), build.civil_servant(session))
    assert refused.status_code == 409
    assert "no other administrator" in refused.text


# Organisations


@pytest.mark.database
def test_organisations_are_added_changed_and_taken_out_of_service(
    session: Session, sign_in: SignIn, admin: User
) -> None:
    taken = build.organisation(session)
    office = sign_in(admin)
    form = office.page("organisations.directory").click("Add an organisation (United Kingdom)")
    assert set(form.submit("name_en").errors()) >= {"Enter the name in English", "Enter the name in Korean"}
    values = {"name_en": "Data Office", "name_ko": "데이터처", "type": "test", "acronym": "DO"}
    assert form.submit("name_en", **{**values, "name_en": taken.name_en.upper()}).errors() == [
        "Another organisation of the country has this name"
    ]
    added = form.submit("name_en", **values).follow()
    assert "The organisation is added" in added.text
    assert "데이터처" in added.text
    session.rollback()
    place = session.get_one(Organisation, "gb-do")
    assert (place.country, place.time_zone, place.from_file) == (Country.GB, "Europe/London", False)
    edit = office.page("organisations.edit_organisation", organisation_id=place.id)
    changed = edit.submit("name_en", name_en="Data and AI Office").follow()
    assert "Data and AI Office" in changed.text
    late = edit.submit("name_ko", name_ko="자료처")
    assert late.status_code == 409
    assert "Data and AI Office" in late.text
    assert "자료처" in late.text
    closed = changed.click("Take out of service").submit("Take out of service").follow()
    assert "out of service" in closed.text
    assert "In service No, since" in closed.text
    assert "Put back into service" in closed.text
    back = closed.submit("Put back into service").follow()
    assert "in service again" in back.text
    assert actions(session, "organisation.add", "organisation.edit", "organisation.close", "organisation.reopen") == [
        "organisation.add",
        "organisation.edit",
        "organisation.close",
        "organisation.reopen",
    ]


def test_an_organisation_with_people_stays_in_service(session: Session, sign_in: SignIn, admin: User) -> None:
    staff = build.hr(session)
    office = sign_in(admin)
    page = office.page("organisations.close_organisation", organisation_id=staff.organisation_id)
    assert "People belong to this organisation" in page.text
    assert "HR staff of this organisation" in page.text
    answer = office.post(page.url, {"csrf_token": csrf_token(office.page("account.names"))})
    assert answer.status_code == 409
    session.rollback()
    assert session.get_one(Organisation, staff.organisation_id).active


# Who may


PAGES = (
    ("organisations.person", "user_id"),
    ("organisations.disable", "user_id"),
    ("organisations.enable", "user_id"),
    ("organisations.move", "user_id"),
    ("organisations.propose", "user_id"),
    ("organisations.withdraw_invitation", "invitation_id"),
    ("organisations.proposal", "proposal_id"),
    ("organisations.organisation", "organisation_id"),
    ("organisations.edit_organisation", "organisation_id"),
    ("organisations.close_organisation", "organisation_id"),
)
POSTS = (
    ("organisations.resend_invitation", "invitation_id"),
    ("organisations.take_proposal_back", "proposal_id"),
    ("organisations.reopen_organisation", "organisation_id"),
)


@pytest.mark.permissions
def test_r3_the_other_countrys_administrator_gets_404_and_others_403(
    session: Session, sign_in: SignIn, admin: User, colleague: User
) -> None:
    place = build.organisation(session, domain="ministry.example")
    person = build.civil_servant(session, organisation=place)
    office = sign_in(admin)
    invite(office, place, "one@ministry.example")
    propose(office, person)
    session.rollback()
    ids = {
        "user_id": person.id,
        "organisation_id": place.id,
        "invitation_id": session.scalars(select(Invitation.id)).one(),
        "proposal_id": session.scalars(select(AdministratorProposal.id)).one(),
    }
    abroad = sign_in(build.administrator(session, country=Country.KR))
    hr, nobody = sign_in(build.hr(session, organisation=place)), sign_in(person)
    tokens = {id(visitor): csrf_token(visitor.page("account.names")) for visitor in (abroad, hr, nobody, office)}
    for endpoint, name in PAGES + POSTS:
        own, made_up = {name: ids[name]}, {name: uuid4() if name != "organisation_id" else "gb-nowhere"}
        url, nowhere = abroad.url(endpoint, **own), abroad.url(endpoint, **made_up)
        if (endpoint, name) in PAGES:
            assert abroad.get(url).status_code == 404, endpoint
            assert hr.get(url).status_code == nobody.get(url).status_code == 403, endpoint
            assert office.get(url).status_code == 200, endpoint
            assert office.get(nowhere).status_code == 404, endpoint
        posted = {"reason": "person-disable-left", "answer": "confirm", "organisation": place.id}
        assert abroad.post(url, {"csrf_token": tokens[id(abroad)], **posted}).status_code == 404, endpoint
        assert hr.post(url, {"csrf_token": tokens[id(hr)], **posted}).status_code == 403, endpoint
        assert abroad.post(url, posted).status_code == 400, f"{endpoint} without a token"
    assert abroad.page("organisations.add_organisation", country="GB").status_code == 404
    assert "one@ministry.example" not in abroad.page("organisations.invitations").text
    for endpoint in ("people", "invitations", "invite", "proposals", "directory"):
        assert hr.page(f"organisations.{endpoint}").status_code == 403
    session.rollback()
    assert session.get_one(User, person.id).active
    assert session.get_one(Organisation, place.id).active


# Lists


def test_people_are_found_by_state_with_what_matters_about_them(session: Session, sign_in: SignIn, admin: User) -> None:
    seen = build.hr(session)
    sign_in(seen)
    waiting = build.user(session, confirmed_at=None)
    office = sign_in(admin)
    disable(office, build.civil_servant(session, name_romanised="Gone Person"))
    row = office.page("organisations.people", q=seen.email).text
    assert "Can sign in" in row
    assert "HR staff Yes" in row
    assert "Never" not in row
    unconfirmed = office.page("organisations.people", state="unconfirmed")
    assert waiting.email in unconfirmed.text
    assert seen.email not in unconfirmed.text
    assert "No role No Never" in unconfirmed.text
    gone = office.page("organisations.people", state="disabled")
    assert "Gone Person" in gone.text
    assert "Access ended" in gone.text
    assert office.page("organisations.people", state="%00'\"").status_code == 200


def test_the_lists_run_a_bounded_number_of_statements(
    session: Session, sign_in: SignIn, admin: User, statements: list[str]
) -> None:
    office = sign_in(admin)
    place = build.organisation(session, domain="ministry.example")

    def grow(number: int) -> None:
        person = build.hr(session, organisation=place)
        with transaction(session):
            session.add(
                Invitation(
                    email=f"p{number}@ministry.example",
                    organisation_id=place.id,
                    language=Language.EN,
                    token_hash=str(number),
                    invited_by_id=person.id,
                    expires_at=utc_now(),
                )
            )
            session.add(
                AdministratorProposal(
                    user_id=person.id,
                    country=Country.GB,
                    proposed_by_id=admin.id,
                    expires_at=utc_now() + timedelta(days=1),
                )
            )

    def counts() -> list[int]:
        found = []
        for endpoint in ("people", "invitations", "proposals", "directory"):
            statements.clear()
            assert office.page(f"organisations.{endpoint}").status_code == 200
            found.append(len(statements))
        return found

    grow(0)
    few = counts()
    for number in range(1, 8):
        grow(number)
    assert counts() == few
    assert max(few) <= 16


def test_the_pages_in_korean(session: Session, app: Flask, sign_in: SignIn, mailbox: Mailbox) -> None:
    build.administrator(session)
    office = sign_in(build.administrator(session, country=Country.KR, language=Language.KO))
    place = build.organisation(session, country=Country.KR, domain="ministry.example")
    person = build.civil_servant(session, organisation=place, language=Language.KO)
    headings = {
        "organisations.disable": "이 사용자의 이용을 중지하시겠습니까?",
        "organisations.enable": "이용을 재개하시겠습니까?",
        "organisations.move": "이 사용자의 소속 기관을 변경하시겠습니까?",
        "organisations.propose": "관리자로 제안",
    }
    for endpoint, heading in headings.items():
        page = office.page(endpoint, user_id=person.id)
        assert page.heading == heading
        assert page.submit("reason").errors()
    office.page("organisations.person", user_id=person.id)
    propose(office, person, "업무를 잘 압니다.")
    assert office.page("organisations.proposals").heading == "신규 관리자"
    assert office.page("organisations.proposal", proposal_id=proposal_of(session).id).heading == "신규 관리자 제안"
    invited = invite(office, place, "new@ministry.example", language="ko").follow()
    assert invited.heading == "인사 담당자 초대"
    assert "초대" in mailbox.last("new@ministry.example").subject
    link = mailbox.last("new@ministry.example").link("/invitation/")
    assert Visitor(app, "ko").get(link).heading == "계정 만들기"
    invited.click("철회").submit("csrf_token")
    assert Visitor(app, "ko").get(link).heading == "사용할 수 없는 초대입니다"
    invite(office, place, person.email)
    theirs = sign_in(person)
    own = mailbox.last(person.email).link("/invitation/")
    assert Visitor(app, "ko").get(own).heading == "인사 담당자 역할 수행"
    assert theirs.get(own).submit("csrf_token").follow().heading == "이제 인사 담당자로 활동할 수 있습니다"
    directory = office.page("organisations.directory")
    assert directory.click("기관 추가").heading == "기관 추가"
    shown = office.page("organisations.organisation", organisation_id=place.id)
    assert shown.click("기관 정보 변경").heading == "기관 정보 변경"
    assert (
        office.page("organisations.close_organisation", organisation_id=place.id).heading
        == "이 기관의 이용을 종료하시겠습니까?"
    )
    disable(office, person)
    assert "이용 중지" in office.page("organisations.person", user_id=person.id).text
    assert "이용이 중지" in mailbox.last(person.email).subject
