"""R12: a second factor for whoever sees other people's data, offered to everybody; and its part of R1."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models import AuditEntry, Passkey, RoleGrant, User
from models.types import Country, RoleName
from talent.auth import one_time_codes, sample_accounts
from talent.errors import Forbidden
from talent.exchange import sample
from tests.architecture.test_routes import policy_name, rules, some_url
from tests.support import build
from tests.support.build_auth import SignIn, csrf_token
from tests.support.mail import Mailbox
from tests.support.page import FACTOR_KEY, PASSWORD, Page, Visitor, unused_code

OPEN_BEFORE = {
    "second_factor.overview",
    "second_factor.confirm",
    "second_factor.authenticator",
    "second_factor.add_passkey",
    "second_factor.new_passkey_question",
    "sessions.stay",
}
"""Said here a second time, on purpose: what opens to somebody who must set up a second factor first."""
Builder = Callable[..., User]


def password_given(app: Flask, person: User) -> Page:
    """The answer to the right password."""
    return Visitor(app).page("security.login").submit(email=person.email, password=PASSWORD)


def key_on(page: Page) -> str:
    """The key that the page of the authenticator app shows as text."""
    assert page.tree is not None
    shown = next(item for item in page.tree.iter("dd") if "app-code" in (item.get("class") or ""))
    return "".join(shown.itertext()).replace(" ", "").strip()


def codes_on(page: Page) -> list[str]:
    assert page.tree is not None
    return [item.text or "" for item in page.tree.iter("li") if item.get("class") == "app-code"]


def set_up(visitor: Visitor) -> tuple[str, list[str], Page]:
    """Set up an authenticator app through the page; gives its key, the recovery codes and the last page."""
    page = visitor.page("second_factor.authenticator")
    key = key_on(page)
    page = page.submit("code", code=one_time_codes.code_of(key))
    return key, codes_on(page), page


def cookie(visitor: Visitor) -> str:
    found = visitor.client.get_cookie("session")
    return found.value if found is not None else ""


# Who must have one


@pytest.mark.parametrize("who", [build.hr, build.administrator])
def test_r12_without_a_second_factor_only_setting_one_up_opens(app: Flask, session: Session, who: Builder) -> None:
    visitor = Visitor(app).sign_in(who(session, enrolled=False))
    token = csrf_token(visitor.page("second_factor.authenticator"))
    reached = set()
    for method in ("GET", "POST"):
        for rule in rules(app, method):
            if policy_name(app, rule) == "anyone":
                continue
            url = some_url(app, rule)
            page = visitor.get(url) if method == "GET" else visitor.post(url, {"csrf_token": token})
            if (
                page.status_code != 302
                or not page.location.startswith("/account/security/")
                or rule.endpoint in OPEN_BEFORE
            ):
                reached.add(rule.endpoint)
    assert reached == OPEN_BEFORE
    home = visitor.page("public.home").follow()
    assert home.heading == "Set up a second step for signing in"
    assert "Review" not in home.links()
    assert "Our posts" not in home.links()


def test_r12_language_switch_and_sign_out_work_before_enrolment(app: Flask, session: Session) -> None:
    visitor = Visitor(app).sign_in(build.hr(session, enrolled=False))
    page = visitor.page("second_factor.overview")
    changed = visitor.post("/language", {"csrf_token": csrf_token(page), "language": "ko", "next": page.url}).follow()
    assert changed.heading == "2단계 인증 설정"
    assert visitor.post("/sign-out", {"csrf_token": csrf_token(changed)}).status_code == 302
    assert visitor.page("account.overview").location.startswith("/sign-in")


def test_r12_setting_up_an_authenticator_app_opens_the_service(app: Flask, session: Session, mailbox: Mailbox) -> None:
    person = build.hr(session, enrolled=False)
    visitor = Visitor(app).sign_in(person)
    page = visitor.page("organisations.our_people").follow()
    page = page.click("Set up an authenticator app")
    wrong = page.submit("code", code="000000")
    assert "That code is not correct" in wrong.errors()[0]
    key = key_on(wrong)
    assert key == key_on(page), "a wrong code keeps the key that the app knows by now"
    done = wrong.submit("code", code=one_time_codes.code_of(key))
    assert done.heading == "Your recovery codes"
    assert len(set(codes_on(done))) == 10
    assert done.click("I have kept them").heading == "Our people", "where the person was going"
    assert visitor.page("public.home").status_code == 200
    assert mailbox.last(person.email).subject == "Your authenticator app is set up"
    kept = session.execute(text('SELECT tf_totp_secret, mf_recovery_codes FROM "user"')).all()
    assert not any(secret in str(kept) for secret in (key, *codes_on(done))), "the database alone gives none of them"
    actions = set(session.scalars(select(AuditEntry.action)))
    assert "second_factor.authenticator_set" in actions


def test_r12_a_role_given_later_asks_for_it_at_the_next_click(app: Flask, session: Session) -> None:
    person = build.civil_servant(session)
    visitor = Visitor(app).sign_in(person)
    assert visitor.page("public.home").status_code == 200, "offered to civil servants, not required"
    build.grant(session, person, RoleName.HR, enrolled=False, organisation_id=person.organisation_id)
    assert visitor.page("public.home").location.startswith("/account/security/")


def test_r12_a_civil_servant_may_choose_it_and_take_it_back(app: Flask, session: Session, mailbox: Mailbox) -> None:
    person = build.civil_servant(session)
    visitor = Visitor(app).sign_in(person)
    visitor.page("account.overview").click("Second step for signing in")
    key, _codes, _page = set_up(visitor)
    asked = password_given(app, person)
    assert asked.location.startswith("/sign-in/code")
    Visitor(app).sign_in(person, totp_secret=key)
    page = visitor.page("second_factor.overview").click("Remove").submit().follow()
    assert "Your authenticator app is removed." in page.text
    assert mailbox.last(person.email).subject == "Your authenticator app was removed"
    assert password_given(app, person).location == "/home"
    session.refresh(person)
    assert (person.tf_totp_secret, person.tf_primary_method, person.mf_recovery_codes) == (None, None, None)


def test_r12_whoever_must_have_it_cannot_remove_the_last(app: Flask, session: Session, sign_in: SignIn) -> None:
    visitor = sign_in(build.administrator(session))
    assert "Remove (Authenticator app)" not in visitor.page("second_factor.overview").links()
    assert visitor.page("second_factor.remove_authenticator").submit().status_code == 409
    assert visitor.page("second_factor.overview").heading == "How you sign in"


# Codes


def test_r12_a_code_used_once_is_refused(app: Flask, session: Session) -> None:
    person = build.hr(session)
    first, second = password_given(app, person).follow(), password_given(app, person).follow()
    code = unused_code(app, person.email)
    assert first.submit("code", code=code).location == "/home"
    refused = second.submit("code", code=code)
    assert refused.status_code == 200
    assert "That code is not correct" in refused.errors()[0]
    assert second.visitor.page("public.home").location.startswith("/sign-in")


def test_r12_a_code_is_good_for_a_short_time_only(app: Flask, session: Session) -> None:
    person = build.hr(session)
    now = datetime.now(UTC)
    for seconds, good in ((-95, False), (-25, True), (95, False)):
        with time_machine.travel(now + timedelta(seconds=seconds), tick=False):
            code = unused_code(app, person.email)
        answer = password_given(app, person).follow().submit("code", code=code)
        assert (answer.status_code == 302) is good, seconds


@pytest.mark.database
def test_r12_the_same_code_at_one_moment_signs_in_once(app: Flask, session: Session) -> None:
    person = build.hr(session)
    pages = [password_given(app, person).follow() for _number in range(4)]
    code = unused_code(app, person.email)
    session.rollback()
    assert sorted(page.status_code for page in at_once(pages, code)) == [200, 200, 200, 302]


@pytest.mark.database
def test_r12_the_same_recovery_code_at_one_moment_signs_in_once(app: Flask, session: Session) -> None:
    person = build.hr(session)
    code = new_recovery_codes(app, person)[0]
    pages = [password_given(app, person).follow().click("recovery code") for _number in range(3)]
    session.rollback()
    assert sorted(page.status_code for page in at_once(pages, code)) == [200, 200, 302]


def at_once(pages: list[Page], code: str) -> list[Page]:
    """Send the same code from each of these pages at one moment."""
    gate, answers = threading.Barrier(len(pages)), list[Page]()

    def run(page: Page) -> None:
        gate.wait()
        answers.append(page.submit("code", code=code))

    threads = [threading.Thread(target=run, args=(page,)) for page in pages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def new_recovery_codes(app: Flask, person: User) -> list[str]:
    return codes_on(Visitor(app).sign_in(person).page("second_factor.recovery_codes").submit())


def test_r12_a_recovery_code_works_once(app: Flask, session: Session, mailbox: Mailbox) -> None:
    person = build.administrator(session)
    codes = new_recovery_codes(app, person)
    page = password_given(app, person).follow().click("recovery code")
    typed = codes[3].upper().replace("-", " ")
    home = page.submit("code", code=typed).follow()
    assert "Codes left: 9." in home.text
    assert "Recovery codes left: 9." in mailbox.last(person.email).text
    again = password_given(app, person).follow().click("recovery code").submit("code", code=codes[3])
    assert "it has already been used" in again.errors()[0]
    newer = new_recovery_codes(app, person)
    old = password_given(app, person).follow().click("recovery code").submit("code", code=codes[4])
    assert old.status_code == 200, "new codes end the old ones"
    assert password_given(app, person).follow().click("recovery").submit("code", code=newer[0]).status_code == 302


def test_r12_nobody_elses_code_does(app: Flask, session: Session) -> None:
    person, other = build.hr(session, enrolled=False), build.hr(session)
    key, codes, _page = set_up(Visitor(app).sign_in(person))
    page = password_given(app, other).follow()
    assert page.submit("code", code=unused_code(app, person.email, key)).status_code == 200
    assert page.click("recovery code").submit("code", code=codes[0]).status_code == 200
    assert page.submit("code", code=unused_code(app, other.email)).status_code == 302


@pytest.mark.parametrize(
    "junk", ["", " ", "12345", "1234567", "abcdef", "１２３４５", "٣٣٣٣٣٣", "1" * 5_000, "12\x003456"]
)
def test_r12_junk_for_a_code_is_a_message(app: Flask, session: Session, junk: str) -> None:
    page = password_given(app, build.hr(session)).follow()
    for place in (page, page.click("recovery code")):
        answer = place.submit("code", code=junk)
        assert answer.status_code == 200
        assert answer.errors()


def test_r12_wrong_codes_are_throttled_and_the_owner_is_told(app: Flask, session: Session, mailbox: Mailbox) -> None:
    person = build.hr(session)
    page = password_given(app, person).follow()
    for _number in range(10):
        assert page.submit("code", code="000000").status_code == 200
    eleventh = page.submit("code", code=unused_code(app, person.email))
    assert eleventh.status_code == 429
    assert 0 < int(eleventh.response.headers["Retry-After"]) <= 900
    assert password_given(app, person).follow().submit("code", code="000000").status_code == 429, "from anywhere"
    assert mailbox.last(person.email).subject == "Somebody tried many wrong codes on your account"
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=16)):
        Visitor(app).sign_in(person)


# What does not go round it


def test_r12_a_new_password_by_mail_does_not_skip_it(app: Flask, session: Session, mailbox: Mailbox) -> None:
    person = build.administrator(session)
    visitor = Visitor(app)
    visitor.page("security.forgot_password").submit(email=person.email)
    page = visitor.get(mailbox.last(person.email).link("/reset-password/"))
    new = "an entirely different password 2"
    page.submit("password", password=new, password_confirm=new)
    assert visitor.page("public.home").location.startswith("/sign-in"), "the link signs nobody in"
    asked = visitor.page("security.login").submit(email=person.email, password=new)
    assert asked.location.startswith("/sign-in/code")
    assert visitor.page("public.home").location.startswith("/sign-in"), "a password alone opens nothing"


def test_r12_confirming_an_address_leads_to_the_second_factor(app: Flask, session: Session, mailbox: Mailbox) -> None:
    person = build.hr(session, confirmed_at=None)
    visitor = Visitor(app)
    visitor.page("security.send_confirmation").submit(email=person.email)
    confirmed = visitor.get(mailbox.last(person.email).link("/confirm-address/")).submit("password", password=PASSWORD)
    assert confirmed.location.startswith("/sign-in/code")
    assert visitor.page("public.home").location.startswith("/sign-in")
    assert password_given(app, person).location.startswith("/sign-in/code")


def test_r12_changing_ones_password_keeps_this_visit_and_its_second_factor(app: Flask, session: Session) -> None:
    person = build.hr(session)
    here, elsewhere = Visitor(app).sign_in(person), Visitor(app).sign_in(person)
    new = "an entirely different password 2"
    here.page("security.change_password").submit(
        "password", password=PASSWORD, new_password=new, new_password_confirm=new
    )
    assert here.page("public.home").status_code == 200
    assert elsewhere.page("public.home").location.startswith("/sign-in")


def test_r12_the_pages_of_the_second_step_need_the_first(app: Flask, session: Session) -> None:
    visitor = Visitor(app)
    for endpoint in ("second_step.code", "second_step.recovery_code"):
        assert visitor.page(endpoint).location.startswith("/sign-in")
    late = password_given(app, build.hr(session))
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=11)):
        page = late.visitor.get(late.location)
        assert page.location.startswith("/sign-in")
        assert page.follow().heading == "Sign in"


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_r12_the_second_step_leads_nowhere_else(app: Flask, session: Session, wanted: str) -> None:
    person = build.hr(session)
    page = password_given(app, person).follow()
    page.url += f"?next={wanted}"
    form = page.form("code")
    form.set("action", f"/sign-in/code?next={wanted}")
    assert page.submit("code", code=unused_code(app, person.email)).location == "/home"


def test_r12_after_the_second_step_one_is_where_one_wanted_to_be(app: Flask, session: Session) -> None:
    person = build.hr(session)
    page = Visitor(app).page("opportunities.ours").follow().submit(email=person.email, password=PASSWORD)
    assert page.follow().submit("code", code=unused_code(app, person.email)).follow().heading == "Our posts"


def test_r12_no_setting_turns_it_off(app: Flask) -> None:
    named = [name for name in vars(app.config["SETTINGS"]) if any(word in name for word in ("factor", "mfa", "otp"))]
    assert named == ["totp_keys"]
    assert app.config["SECURITY_TWO_FACTOR_ALWAYS_VALIDATE"] is True


# Changing it


def test_r12_a_change_asks_again_who_it_is(app: Flask, session: Session, sign_in: SignIn) -> None:
    person = build.hr(session)
    visitor = sign_in(person)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=11)):
        for endpoint in ("authenticator", "recovery_codes", "add_passkey", "remove_authenticator"):
            page = visitor.page(f"second_factor.{endpoint}")
            assert page.location.startswith("/account/security/confirm?next="), endpoint
        page = visitor.page("second_factor.authenticator").follow()
        assert page.heading == "Confirm again that it is you"
        assert page.submit("code", code="000000").errors()
        by_password = page.click("Use your password instead")
        assert by_password.submit("password", password="not this one at all").errors()
        answer = by_password.submit("password", password=PASSWORD)
        assert answer.follow().heading == "Set up an authenticator app"
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=23)):
        page = visitor.page("second_factor.recovery_codes").follow()
        assert page.submit("code", code=unused_code(app, person.email)).follow().heading == "Make new recovery codes?"


def test_r12_a_change_ends_the_other_sessions(app: Flask, session: Session, mailbox: Mailbox) -> None:
    person = build.hr(session)
    here, elsewhere = Visitor(app).sign_in(person), Visitor(app).sign_in(person)
    before = cookie(here)
    key, made, page = set_up(here)
    assert made
    assert page.status_code == 200
    assert elsewhere.page("public.home").location.startswith("/sign-in")
    assert here.page("public.home").status_code == 200
    assert cookie(here) != before, "R1: a new id at the second factor"
    assert mailbox.last(person.email).subject == "Your authenticator app is set up"
    old = password_given(app, person).follow().submit("code", code=unused_code(app, person.email, FACTOR_KEY))
    assert old.status_code == 200, "the app before no longer works"
    Visitor(app).sign_in(person, totp_secret=key)


def test_r12_a_key_of_somebody_elses_page_is_not_taken(app: Flask, session: Session) -> None:
    attacker, person = build.hr(session), build.hr(session)
    theirs = Visitor(app).sign_in(attacker).page("second_factor.authenticator")
    key = key_on(theirs)
    field = next(item for item in theirs.form("setup").iter("input") if item.get("name") == "setup")
    mine = Visitor(app).sign_in(person).page("second_factor.authenticator")
    answer = mine.submit("setup", setup=field.get("value"), code=one_time_codes.code_of(key))
    assert answer.status_code == 302
    session.refresh(person)
    Visitor(app).sign_in(person)


# Losing it


def test_r12_another_administrator_resets_it(app: Flask, session: Session, mailbox: Mailbox) -> None:
    person, other = build.hr(session), build.administrator(session)
    theirs = Visitor(app).sign_in(person)
    page = Visitor(app).sign_in(other).page("organisations.person", user_id=person.id)
    page = page.click("Reset the second step for signing in")
    assert len(page.submit("reason").errors()) == 2, "why, and how they made sure who asks"
    done = page.submit("reason", reason="lost", checked="video").follow()
    assert "The second step is reset" in done.text
    assert theirs.page("public.home").location.startswith("/sign-in"), "signed out"
    assert "removed your second step" in mailbox.last(person.email).subject
    anew = Visitor(app).sign_in(person)
    assert anew.page("public.home").location.startswith("/account/security/")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "second_factor.reset")).one()
    assert (entry.actor_id, entry.subject_id) == (other.id, str(person.id))
    assert entry.details == {"reason": "lost", "checked": "video"}


def test_r12_nobody_resets_their_own_or_across_the_border(app: Flask, session: Session) -> None:
    administrator, abroad = build.administrator(session), build.hr(session, country=Country.KR)
    visitor = Visitor(app).sign_in(administrator)
    token = csrf_token(visitor.page("account.names"))
    answers = {"csrf_token": token, "reason": "lost", "checked": "video"}
    for user_id, status in ((administrator.id, 403), (abroad.id, 404), (uuid4(), 404)):
        url = visitor.url("second_factor.reset", user_id=user_id)
        assert visitor.post(url, answers).status_code == status
    session.refresh(administrator)
    assert administrator.tf_primary_method is not None
    hr = Visitor(app).sign_in(build.hr(session))
    assert hr.page("second_factor.reset", user_id=administrator.id).status_code == 403


def test_r12_commands_reset_it_and_tell_codes_of_sample_people_only(app: Flask, session: Session) -> None:
    person = build.hr(session)
    run = app.test_cli_runner()
    refused = run.invoke(args=["people", "code", person.email])
    assert refused.exit_code == 1
    assert "sample people only" in refused.output
    assert run.invoke(args=["people", "code", "nobody@office.example"]).exit_code == 1
    assert "no account" in run.invoke(args=["people", "reset-factor", "nobody@office.example"]).output
    assert run.invoke(args=["people", "reset-factor", person.email]).exit_code == 0
    session.expire_all()
    assert person.tf_primary_method is None
    assert run.invoke(args=["people", "reset-factor", person.email]).exit_code == 1


def test_r12_the_code_of_a_sample_person_signs_in_and_production_tells_none(app: Flask, session: Session) -> None:
    sample.seed(session, app.config["SETTINGS"])
    person = session.scalars(select(User).join(User.grants).where(User.sample, RoleGrant.role == RoleName.HR)).first()
    assert person is not None
    run = app.test_cli_runner()
    told = run.invoke(args=["people", "code", person.email]).output.strip()
    accounts = json.loads((app.config["INSTANCE_DIR"] / sample.ACCOUNTS_FILE).read_text(encoding="utf-8"))
    password = next(iter(accounts.values()))["password"]
    page = Visitor(app).page("security.login").submit(email=person.email, password=password).follow()
    assert page.submit("code", code=told).status_code == 302
    production = replace(app.config["SETTINGS"], environment="production")
    with pytest.raises(Forbidden):
        sample_accounts.code_now(production, person)


# The person's own


def test_r12_nobody_removes_anothers_passkey(app: Flask, session: Session, sign_in: SignIn) -> None:
    owner = build.hr(session)
    passkey = Passkey(
        user_id=owner.id,
        credential_id=b"1",
        public_key=b"2",
        backup_state=False,
        device_type="single_device",
        name="Key",
        usage="first",
    )
    session.add(passkey)
    session.commit()
    visitor = sign_in(build.hr(session))
    url = visitor.url("second_factor.remove_passkey", passkey_id=passkey.id)
    assert visitor.get(url).status_code == 404
    token = csrf_token(visitor.page("second_factor.overview"))
    assert visitor.post(url, {"csrf_token": token}).status_code == 404


@pytest.mark.parametrize("junk", ["", "{}", "[]", "null", '{"id": 1}', "x" * 30_000, '{"rawId":"AA","id":"AA"}'])
def test_r12_a_forged_passkey_signs_nobody_in(app: Flask, session: Session, sign_in: SignIn, junk: str) -> None:
    visitor = Visitor(app)
    page = visitor.page("second_step.passkey")
    token = csrf_token(page)
    assert visitor.post("/sign-in/passkey/question", {"csrf_token": token}).status_code == 200
    answer = page.submit("credential", credential=junk)
    assert answer.status_code == 200
    assert answer.errors()
    owner = sign_in(build.hr(session))
    page = owner.page("second_factor.add_passkey")
    owner.post("/account/security/passkeys/question", {"csrf_token": csrf_token(page)})
    assert page.submit("credential", credential=junk, name="Key").errors()


def test_r12_keys_rotate(app: Flask) -> None:
    old, new = "k" * 40, "n" * 40
    before = one_time_codes.OneTimeCodes(one_time_codes.key_names((old,)), "Talent Exchange")
    after = one_time_codes.OneTimeCodes(one_time_codes.key_names((new, old)), "Talent Exchange")
    sealed = before.seal(FACTOR_KEY)
    assert FACTOR_KEY not in sealed
    assert after.get_totp_b32_key(sealed) == FACTOR_KEY, "what the old key closed still opens"
    only_new = one_time_codes.OneTimeCodes(one_time_codes.key_names((new,)), "Talent Exchange")
    assert only_new.get_totp_b32_key(after.seal(FACTOR_KEY)) == FACTOR_KEY, "and the newest closes"


def test_r1_the_session_id_changes_with_each_factor(app: Flask, session: Session) -> None:
    person = build.hr(session)
    visitor = Visitor(app)
    page = visitor.page("security.login")
    before = cookie(visitor)
    page = page.submit(email=person.email, password=PASSWORD)
    owing = cookie(visitor)
    assert page.follow().submit("code", code=unused_code(app, person.email)).status_code == 302
    signed_in = cookie(visitor)
    assert len({before, owing, signed_in}) == 3
    for stale in (before, owing):
        replay = Visitor(app)
        replay.client.set_cookie("session", stale)
        assert replay.page("public.home").location.startswith("/sign-in")


# Both languages, few statements


def test_the_pages_in_korean(app: Flask, session: Session) -> None:
    person = build.hr(session, enrolled=False, language="ko")
    visitor = Visitor(app, "ko").sign_in(person)
    assert visitor.page("second_factor.overview").heading == "2단계 인증 설정"
    assert visitor.page("second_factor.add_passkey").heading == "패스키 추가"
    key, codes, page = set_up(visitor)
    assert page.heading == "복구 코드 목록"
    assert visitor.page("second_factor.overview").heading == "로그인 방법"
    assert visitor.page("second_factor.recovery_codes").heading == "복구 코드를 새로 만드시겠습니까?"
    assert visitor.page("second_factor.remove_authenticator").heading == "인증 앱을 해제하시겠습니까?"
    assert visitor.page("second_factor.confirm").heading == "본인임을 다시 확인"
    asked = Visitor(app, "ko").page("security.login").submit(email=person.email, password=PASSWORD).follow()
    assert asked.heading == "인증 앱의 코드 입력"
    assert asked.submit("code", code="000000").errors()
    recovery = asked.click("복구 코드")
    assert recovery.heading == "복구 코드 입력"
    assert recovery.submit("code", code=codes[0]).status_code == 302
    assert Visitor(app, "ko").page("second_step.passkey").heading == "패스키로 로그인"
    boss = build.administrator(session, country=Country.GB, language="ko")
    reset = Visitor(app, "ko").sign_in(boss).page("second_factor.reset", user_id=person.id)
    assert reset.heading == "2단계 인증 초기화"
    assert key


def test_the_pages_run_few_statements(app: Flask, session: Session, statements: list[str]) -> None:
    person = build.hr(session)
    visitor = Visitor(app).sign_in(person)
    for endpoint in ("overview", "authenticator", "recovery_codes", "add_passkey", "confirm"):
        statements.clear()
        assert visitor.page(f"second_factor.{endpoint}").status_code == 200
        assert len(statements) <= 9, (endpoint, statements)


def test_r12_a_key_that_was_taken_out_opens_nothing_and_fails_nothing(app: Flask, session: Session) -> None:
    person = build.hr(session)
    gone = one_time_codes.OneTimeCodes(one_time_codes.key_names(("g" * 40,)), "Talent Exchange")
    person.tf_totp_secret = gone.seal(FACTOR_KEY)
    session.commit()
    page = password_given(app, person).follow()
    assert page.submit("code", code=unused_code(app, person.email)).errors()
