"""Signing in with an organisation's account, against a provider that really runs."""

from __future__ import annotations

import base64
import hashlib
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, IdentityLink, Organisation, RoleGrant, User, WorksHere
from models.types import ConfirmationStatus, Country, Language, RoleName
from talent.auth import sso_client
from talent.auth.sso_settings import MappedRole
from talent.db import transaction
from tests.support import build
from tests.support.identity import (
    CLIENT,
    RunningProvider,
    go,
    links,
    offer,
    provider_code,
    query_of,
    running_provider,
    sign_in_with,
)
from tests.support.mail import Mailbox
from tests.support.page import PASSWORD, Page, Visitor

# The provider's own library warns of parts of itself.
pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")

DOMAIN = "ministry.example"


@pytest.fixture(scope="module")
def provider() -> Iterator[RunningProvider]:
    with running_provider() as running:
        yield running


@pytest.fixture
def place(session: Session) -> Organisation:
    return build.organisation(session, domain=DOMAIN)


@pytest.fixture
def offered(app: Flask, provider: RunningProvider, place: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "sso", offer(app, provider.settings(place.id, domains=(DOMAIN,))))


@pytest.fixture
def person(session: Session, place: Organisation, provider: RunningProvider, offered: None) -> User:
    user = build.civil_servant(session, organisation=place)
    provider.knows("subject-1", email=user.email.upper(), name="Rowan Testperson")
    return user


def signed_in(visitor: Visitor) -> bool:
    return visitor.page("account.overview").status_code == 200


def refused(session: Session) -> list[str]:
    """Causes of refusals in the record, in order."""
    session.rollback()
    found = session.scalars(select(AuditEntry).where(AuditEntry.action == "sso.refused").order_by(AuditEntry.id))
    return [entry.details["cause"] for entry in found]


def not_signed_in(page: Page, status: int, words: str) -> None:
    assert page.status_code == status, page.text
    assert page.heading == "You are not signed in"
    assert words in page.text
    assert page.links()["Go to the sign-in page"] == "/sign-in"
    assert not signed_in(page.visitor)


@pytest.mark.database
def test_sso_signs_in_a_known_person_and_links_once(
    session: Session, app: Flask, provider: RunningProvider, person: User, mailbox: Mailbox
) -> None:
    page = Visitor(app).page("security.login", next="/notices/").click("Ministry account")
    asked = query_of(page.location)
    provider.token_requests.clear()
    back = page.visitor.get(provider.answer(page.location, "subject-1"))
    assert (back.status_code, back.location) == (302, "/notices/")
    assert signed_in(page.visitor)
    verifier = provider.token_requests[-1]["code_verifier"]
    hashed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert (asked["code_challenge"], asked["code_challenge_method"]) == (hashed, "S256")
    assert len(asked["state"]) >= 20
    assert len(asked["nonce"]) >= 20
    (link,) = links(session)
    assert (link.user_id, link.issuer, link.subject) == (person.id, provider.address, "subject-1")
    assert mailbox.last(person.email).subject == "Your organisation’s account now signs you in"
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == str(person.id))).all()
    assert {"sso.link", "account.sign_in"} <= set(actions)

    # From now on only issuer and subject count, whatever address the provider names.
    provider.knows("subject-1", email="somebody.else@elsewhere.example", email_verified=False)
    again = Visitor(app)
    assert sign_in_with(again, provider, "subject-1").location == "/home"
    assert signed_in(again)
    assert len(links(session)) == 1
    assert len(mailbox.letters(person.email)) == 1


def test_sso_forged_state_is_refused(session: Session, app: Flask, provider: RunningProvider, person: User) -> None:
    visitor = Visitor(app)
    address = provider.answer(go(visitor), "subject-1")
    state = query_of(address)["state"]
    not_signed_in(visitor.get(address.replace(state, "forged")), 400, "does not belong to a sign-in")
    not_signed_in(Visitor(app).page("sso.back", provider_id="ministry"), 400, "does not belong")
    assert refused(session) == ["state", "state"]
    assert links(session) == []


def test_sso_answer_of_another_browser_is_refused(
    session: Session, app: Flask, provider: RunningProvider, person: User
) -> None:
    address = provider.answer(go(Visitor(app)), "subject-1")
    victim = Visitor(app)
    go(victim)
    not_signed_in(victim.get(address), 400, "does not belong")
    assert links(session) == []


def test_sso_answer_is_good_once(session: Session, app: Flask, provider: RunningProvider, person: User) -> None:
    visitor = Visitor(app)
    address = provider.answer(go(visitor), "subject-1")
    assert visitor.get(address).status_code == 302
    home = visitor.page("account.overview")
    home.submit("Sign out") if _has(home, "Sign out") else visitor.client.delete_cookie("session")
    not_signed_in(Visitor(app).get(address), 400, "already been used")


def _has(page: Page, text: str) -> bool:
    try:
        page.form(text)
    except AssertionError:
        return False
    return True


def test_sso_wrong_issuer_is_refused(
    session: Session, app: Flask, provider: RunningProvider, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = Visitor(app)
    address = provider.answer(go(visitor), "subject-1")
    not_signed_in(visitor.get(f"{address}&iss=https%3A%2F%2Fevil.example"), 400, "did not come from")
    with monkeypatch.context() as patched:
        _sign_as(patched, iss="https://evil.example")
        not_signed_in(sign_in_with(Visitor(app), provider, "subject-1"), 400, "did not come from")
    elsewhere = provider.settings("x", domains=(DOMAIN,), issuer=f"{provider.address}/")
    monkeypatch.setitem(app.extensions, "sso", offer(app, elsewhere))
    page = Visitor(app).page("sso.go", provider_id="ministry")
    not_signed_in(page, 400, "did not come from")
    assert refused(session) == ["issuer", "issuer"]
    assert links(session) == []


def _sign_as(patched: pytest.MonkeyPatch, **changes: Any) -> None:
    """Let the provider sign tokens with other values."""
    genuine = provider_code.OpenIDCode.get_jwt_config
    patched.setattr(
        provider_code.OpenIDCode, "get_jwt_config", lambda self, grant, client=None: {**genuine(self, grant), **changes}
    )


def test_sso_wrong_audience_is_refused(
    session: Session, app: Flask, provider: RunningProvider, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sign_as(monkeypatch, aud=["another-service"])
    not_signed_in(sign_in_with(Visitor(app), provider, "subject-1"), 400, "meant for another service")
    _sign_as(monkeypatch, aud=["another-service"], azp=CLIENT)
    not_signed_in(sign_in_with(Visitor(app), provider, "subject-1"), 400, "meant for another service")
    assert refused(session) == ["audience", "audience"]


def test_sso_token_of_another_sign_in_is_refused(
    session: Session, app: Flask, provider: RunningProvider, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = Visitor(app)
    address = go(visitor)
    other = address.replace(query_of(address)["nonce"], "another-nonce-of-20-letters")
    not_signed_in(visitor.get(provider.answer(other, "subject-1")), 400, "does not belong")


@pytest.mark.parametrize("changes", [{"alg": "HS256", "key": "a secret for tests"}, {"alg": "none", "key": ""}])
def test_sso_token_without_the_providers_signature_is_refused(
    app: Flask, provider: RunningProvider, person: User, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str]
) -> None:
    _sign_as(monkeypatch, **changes)
    page = sign_in_with(Visitor(app), provider, "subject-1")
    assert page.status_code in (400, 503)
    assert not signed_in(page.visitor)


def test_sso_late_token_is_refused(
    session: Session, app: Flask, place: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_provider(timedelta(hours=-1)) as late:
        late.knows("subject-1", email=f"one@{DOMAIN}")
        monkeypatch.setitem(app.extensions, "sso", offer(app, late.settings(place.id, domains=(DOMAIN,))))
        not_signed_in(sign_in_with(Visitor(app), late, "subject-1"), 400, "came too late")


@pytest.mark.parametrize(
    ("claims", "words", "cause"),
    [
        ({"email_verified": False}, "has not confirmed that the email address is yours", "unverified"),
        ({"email_verified": "true"}, "has not confirmed that the email address is yours", "unverified"),
        ({"email": ""}, "has not confirmed that the email address is yours", "unverified"),
        ({"email": 5}, "has not confirmed that the email address is yours", "unverified"),
        ({"email": "a\u0000b@ministry.example"}, "has not confirmed", "unverified"),
        ({"email": "x" * 300 + "@ministry.example"}, "has not confirmed", "unverified"),
        ({"email": "me@elsewhere.example"}, "not one that this sign-in page may be used for", "domain"),
        ({"email": "me@sub.ministry.example"}, "not one that this sign-in page may be used for", "domain"),
    ],
)
def test_sso_address_must_be_verified_and_of_an_allowed_domain(
    session: Session,
    app: Flask,
    provider: RunningProvider,
    person: User,
    claims: dict[str, Any],
    words: str,
    cause: str,
) -> None:
    provider.knows("subject-2", **{"email": person.email, **claims})
    not_signed_in(sign_in_with(Visitor(app), provider, "subject-2"), 403, words)
    assert refused(session) == [cause]
    assert links(session) == []


def test_sso_stopping_at_the_provider_leads_back(
    session: Session, app: Flask, provider: RunningProvider, person: User
) -> None:
    visitor = Visitor(app)
    not_signed_in(visitor.get(provider.answer(go(visitor), None)), 400, "was stopped at your organisation’s page")
    assert refused(session) == ["cancelled"]


def test_sso_provider_that_is_away_gets_a_page_in_time(
    session: Session, app: Flask, provider: RunningProvider, place: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sso_client, "SECONDS_TO_WAIT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for port in (silent.getsockname()[1], 1):
            away = provider.settings(place.id, domains=(DOMAIN,), issuer=f"http://127.0.0.1:{port}")
            monkeypatch.setitem(app.extensions, "sso", offer(app, away))
            page = Visitor(app).page("sso.go", provider_id="ministry")
            not_signed_in(page, 503, "does not answer at the moment")
    assert refused(session) == ["unreachable", "unreachable"]


def test_sso_disabled_account_stays_out(session: Session, app: Flask, provider: RunningProvider, person: User) -> None:
    with transaction(session):
        person.active = False
    not_signed_in(sign_in_with(Visitor(app), provider, "subject-1"), 403, "cannot sign in")
    assert links(session) == []
    with transaction(session):
        person.active = True
    assert sign_in_with(Visitor(app), provider, "subject-1").status_code == 302
    with transaction(session):
        session.get_one(User, person.id).active = False
    not_signed_in(sign_in_with(Visitor(app), provider, "subject-1"), 403, "cannot sign in")
    assert refused(session) == ["disabled", "disabled"]


def test_sso_person_of_another_organisation_stays_out(
    session: Session, app: Flask, provider: RunningProvider, person: User
) -> None:
    assert sign_in_with(Visitor(app), provider, "subject-1").status_code == 302
    elsewhere = build.organisation(session, domain="shared.example")
    with transaction(session):
        session.get_one(User, person.id).organisation_id = elsewhere.id
    not_signed_in(sign_in_with(Visitor(app), provider, "subject-1"), 403, "another organisation")


def test_sso_address_that_passed_to_somebody_else_is_not_linked_again(
    session: Session, app: Flask, provider: RunningProvider, person: User
) -> None:
    assert sign_in_with(Visitor(app), provider, "subject-1").status_code == 302
    provider.knows("successor", email=person.email)
    not_signed_in(sign_in_with(Visitor(app), provider, "successor"), 403, "connected to another account")
    assert [link.subject for link in links(session)] == ["subject-1"]


def test_sso_unconfirmed_account_loses_the_password_that_somebody_chose(
    session: Session, app: Flask, provider: RunningProvider, person: User, place: Organisation
) -> None:
    taken = build.user(
        session, organisation=place, confirmed_at=None, works_here=ConfirmationStatus.PENDING, civil_servant=True
    )
    provider.knows("owner", email=taken.email)
    assert sign_in_with(Visitor(app), provider, "owner").status_code == 302
    answer = Visitor(app).page("security.login").submit("password", email=taken.email, password=PASSWORD)
    assert "not right" in answer.errors()[0]
    session.rollback()
    owner = session.get_one(User, taken.id)
    assert owner.password is None
    assert owner.confirmed_at is not None


@pytest.mark.database
def test_sso_unknown_person_registers_with_what_the_provider_said(
    session: Session, app: Flask, provider: RunningProvider, person: User, place: Organisation, mailbox: Mailbox
) -> None:
    staff = build.hr(session, organisation=place)
    provider.knows("new", email=f"New.Person@{DOMAIN}", name="Jo Bloggs")
    visitor = Visitor(app)
    page = sign_in_with(visitor, provider, "new").follow()
    assert page.heading == "Create an account"
    assert f"new.person@{DOMAIN}" in page.text
    assert "none is made before you send this page" in page.text
    session.rollback()
    assert session.scalar(select(User).where(User.email == f"new.person@{DOMAIN}")) is None
    assert set(page.submit("name_home", name_home="", organisation="").errors()) >= {
        "Enter your name as you write it at home",
        "Choose the organisation you work in",
    }
    done = page.submit("name_home", name_home="Josephine Bloggs", name_order="given_first", organisation=place.id)
    assert done.status_code == 302, done.errors()
    assert signed_in(visitor)
    session.rollback()
    user = session.scalars(select(User).where(User.email == f"new.person@{DOMAIN}")).one()
    assert (user.name_home, user.name_romanised) == ("Josephine Bloggs", "Jo Bloggs")
    assert user.confirmed_at is not None
    assert [grant.role for grant in user.grants] == [RoleName.CIVIL_SERVANT]
    asked = session.scalars(select(WorksHere).where(WorksHere.user_id == user.id)).one()
    assert asked.status is ConfirmationStatus.PENDING
    assert "Confirm that someone works" in mailbox.last(staff.email).subject
    assert [link.subject for link in links(session)] == ["new"]
    assert visitor.page("sso.register").location == "/home"
    assert sign_in_with(Visitor(app), provider, "new").location == "/home"


def test_sso_registration_cannot_be_opened_without_the_provider(app: Flask, person: User) -> None:
    page = Visitor(app).page("sso.register")
    assert page.location.startswith("/sign-in")


def test_sso_registration_waits_half_an_hour(
    session: Session, app: Flask, provider: RunningProvider, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.knows("slow", email=f"slow@{DOMAIN}")
    visitor = Visitor(app)
    page = sign_in_with(visitor, provider, "slow").follow()
    monkeypatch.setattr("talent.auth.sso_routes.TIME_TO_REGISTER", -1)
    late = page.submit("name_home", name_home="X", name_romanised="X", name_order="given_first")
    not_signed_in(late, 400, "Nothing was kept")


@pytest.mark.parametrize("values", [["talent-hr", "talent-admin"], "talent-hr"])
def test_sso_roles_are_not_taken_from_the_provider(
    session: Session, app: Flask, provider: RunningProvider, person: User, values: Any
) -> None:
    provider.knows("subject-1", email=person.email, groups=values, roles=values, role=values)
    assert sign_in_with(Visitor(app), provider, "subject-1").status_code == 302
    session.rollback()
    assert {grant.role for grant in session.get_one(User, person.id).grants} == {RoleName.CIVIL_SERVANT}


@pytest.mark.database
def test_sso_mapped_roles_come_and_go_with_the_claim_and_are_recorded(
    session: Session,
    app: Flask,
    provider: RunningProvider,
    person: User,
    place: Organisation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mapping = (MappedRole("talent-hr", RoleName.HR, place.id), MappedRole("words", RoleName.TRANSLATOR))
    settings = provider.settings(place.id, domains=(DOMAIN,), claim="groups", roles=mapping)
    monkeypatch.setitem(app.extensions, "sso", offer(app, settings))
    by_hand = build.grant(session, person, RoleName.TRANSLATOR)
    provider.knows("subject-1", email=person.email, groups=["talent-hr", "words", "unknown"])
    visitor = Visitor(app)
    assert sign_in_with(visitor, provider, "subject-1").status_code == 302
    session.rollback()
    grant = session.scalars(select(RoleGrant).where(RoleGrant.role == RoleName.HR)).one()
    assert (grant.organisation_id, grant.granted_via, grant.granted_by_id) == (place.id, "ministry", None)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "role.grant")).one()
    assert (entry.details["provider"], entry.details["role"]) == ("ministry", "hr")

    provider.knows("subject-1", email=person.email, groups="none of these")
    assert sign_in_with(Visitor(app), provider, "subject-1").status_code == 302
    session.rollback()
    assert session.get_one(RoleGrant, grant.id).revoked_at is not None
    assert session.get_one(User, by_hand.id).has_grant(RoleName.TRANSLATOR), "a person gave it, so a claim ends nothing"


def test_r12_hr_staff_owe_the_second_factor_after_the_provider_too(
    session: Session, app: Flask, provider: RunningProvider, person: User, place: Organisation
) -> None:
    build.grant(session, person, RoleName.HR, organisation_id=place.id)
    visitor = Visitor(app)
    page = sign_in_with(visitor, provider, "subject-1", next="/organisations/our-people")
    assert page.location.startswith("/sign-in/code?next=")
    assert not signed_in(visitor)


def test_r9_next_after_the_provider_stays_on_this_site(app: Flask, provider: RunningProvider, person: User) -> None:
    for number, wanted in enumerate(("//evil.test", "/\\evil", "https://evil.test/", "https:evil", "/home\r\nX: y")):
        provider.knows(f"subject-1{number}", email=person.email)
        visitor = Visitor(app)
        page = visitor.get(provider.answer(go(visitor, next=wanted), "subject-1"))
        assert page.location in ("/home", "/"), wanted


@pytest.mark.database
def test_sso_disconnecting_is_for_oneself(
    session: Session, app: Flask, provider: RunningProvider, person: User, sign_in: Any, mailbox: Mailbox
) -> None:
    visitor = Visitor(app)
    sign_in_with(visitor, provider, "subject-1")
    (link,) = links(session)
    stranger = sign_in(build.civil_servant(session))
    assert stranger.page("sso.disconnect", link_id=link.id).status_code == 404
    listed = visitor.page("account.overview").click("See (Signing in with your organisation)")
    assert "Ministry account" in listed.text
    gone = listed.click("Disconnect").submit("Disconnect").follow()
    assert "no longer signs you in here" in gone.text
    assert "No organisation account is connected." in gone.text
    assert session.scalars(select(IdentityLink)).all() == []
    assert mailbox.last(person.email).subject == "Your organisation’s account no longer signs you in"


def test_sso_many_providers_are_found_by_the_mail_domain(
    app: Flask, provider: RunningProvider, place: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [
        provider.settings(
            place.id, domains=(f"m{number}.example",), id=f"m{number}", name_en=f"Sign-in {number}", name_ko="계정"
        )
        for number in range(6)
    ]
    monkeypatch.setitem(app.extensions, "sso", offer(app, *many))
    page = Visitor(app).page("security.login", next="/notices/")
    assert "Sign-in 3" not in page.text
    asked = page.click("Sign in with your organisation")
    assert asked.submit("email", email="").errors() == ["Enter your work email address"]
    assert "Use your password" in asked.submit("email", email="me@nowhere.example").errors()[0]
    found = asked.submit("email", email="Me@M3.example").follow()
    assert "me@" not in found.url
    assert found.links()["Sign-in 3"].endswith("next=/notices/")
    assert "Sign-in 4" not in found.text


def test_sso_is_not_offered_without_providers(app: Flask) -> None:
    assert "organisation" not in Visitor(app).page("security.login").text
    assert Visitor(app).page("sso.go", provider_id="ministry").status_code == 404


def test_sso_pages_in_korean(
    session: Session, app: Flask, provider: RunningProvider, place: Organisation, offered: None
) -> None:
    visitor = Visitor(app, "ko")
    assert "부처 계정" in visitor.page("security.login").text
    assert visitor.page("sso.which", domain=DOMAIN).heading == "소속 기관 계정으로 로그인"
    problem = visitor.get("/sign-in/organisation/ministry/back?state=x&code=y")
    assert problem.heading == "로그인되지 않았습니다"
    provider.knows("한국", email=f"hong@{DOMAIN}", name="홍길동")
    page = sign_in_with(visitor, provider, "한국").follow()
    assert page.heading == "계정 만들기"
    assert 'value="홍길동"' in page.html
    person = build.civil_servant(session, organisation=place, language=Language.KO)
    provider.knows("ko", email=person.email)
    other = Visitor(app, "ko")
    sign_in_with(other, provider, "ko")
    listed = other.page("sso.links")
    assert "부처 계정" in listed.text
    assert listed.click("연결 해제").heading == "소속 기관 계정의 연결을 해제하시겠습니까?"


def test_sso_organisation_abroad_is_served_like_any(
    session: Session, app: Flask, provider: RunningProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    abroad = build.organisation(session, country=Country.KR, domain="korea.example")
    monkeypatch.setitem(app.extensions, "sso", offer(app, provider.settings(abroad.id, domains=("korea.example",))))
    person = build.civil_servant(session, organisation=abroad)
    provider.knows("kr", email=person.email)
    assert sign_in_with(Visitor(app), provider, "kr").location == "/home"
