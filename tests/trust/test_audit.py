"""R18: the record of actions is a chain. Whoever changes it in the database is found out, and told apart by row."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models import AuditEntry, AuditHead, OutboxItem, User, WorksHere, utc_now
from models.types import ConfirmationStatus, Country, Language, NameOrder
from talent import outbox
from talent.audit import jobs as audit_jobs
from talent.audit import verification
from talent.audit.chain import ENTRY, KEYS
from talent.audit.services import record
from talent.auth import services as accounts
from talent.auth.registration import Names
from talent.db import transaction
from talent.extensions import db
from tests.support import build
from tests.support.page import Visitor

pytestmark = pytest.mark.database
ROWS = 9


def flask(app: Flask, *words: str) -> tuple[int, str]:
    """Run one of the service's commands; its exit status and what it said."""
    db.session.rollback()
    done = app.test_cli_runner().invoke(args=list(words))
    return done.exit_code, done.output


@pytest.fixture
def chain(session: Session) -> list[int]:
    """Nine entries more, by the service; their places in the chain."""
    person = build.civil_servant(session)
    for number in range(ROWS):
        with transaction(session):
            record(session, person, "account.language", person, language="en", number=number)
    numbers = session.scalars(select(AuditEntry.chain_number).order_by(AuditEntry.id))
    return [int(number or 0) for number in numbers][-ROWS:]


@pytest.fixture
def past_the_rules(session: Session) -> Callable[..., None]:
    """Change the database as its owner can: the triggers that refuse it are switched off first."""

    def change(*statements: Any, **values: Any) -> None:
        session.rollback()
        with db.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                for table in ("audit_entry", "audit_head"):
                    connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            else:
                for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                    connection.execute(text(f"DROP TRIGGER {name}"))
            for statement in statements:
                connection.execute(text(statement) if isinstance(statement, str) else statement, values)

    return change


def test_r18_a_chain_left_alone_is_whole(app: Flask, chain: list[int]) -> None:
    status, said = flask(app, "audit", "verify")
    assert (status, said) == (0, f"The audit chain is whole: {chain[-1]} entries, 0 checkpoints.\n")


EDITS = {
    "at": utc_now() - timedelta(days=1),
    "actor_id": None,
    "actor_kind": "system",
    "action": "account.register",
    "subject_type": "Profile",
    "subject_id": "someone-else",
    "details": {"language": "ko"},
    "request_id": "another",
    "address": "192.0.2.1",
    "person_id": None,
    "chain_hash": "0" * 64,
}


@pytest.mark.parametrize("column", sorted(EDITS))
def test_r18_an_edited_row_is_named(
    app: Flask, chain: list[int], past_the_rules: Callable[..., None], column: str
) -> None:
    bad = chain[3]
    past_the_rules(ENTRY.update().where(ENTRY.c.chain_number == bad).values({column: EDITS[column]}))
    status, said = flask(app, "audit", "verify")
    assert status == 1
    assert f"row {bad} " in said


def test_r18_a_deleted_row_is_named(app: Flask, chain: list[int], past_the_rules: Callable[..., None]) -> None:
    past_the_rules("DELETE FROM audit_entry WHERE chain_number = :bad", bad=chain[3])
    status, said = flask(app, "audit", "verify")
    assert status == 1
    assert f"row {chain[3]} is missing" in said


@pytest.mark.parametrize("columns", ["chain_number", "chain_number chain_hash", "id"])
def test_r18_swapped_rows_are_named(
    app: Flask, session: Session, chain: list[int], past_the_rules: Callable[..., None], columns: str
) -> None:
    one, two = (session.execute(select(ENTRY).where(ENTRY.c.chain_number == n)).one() for n in (chain[2], chain[5]))
    names = columns.split()
    aside = {"id": 999_999, "chain_number": 999_999, "chain_hash": "aside"}
    past_the_rules(
        ENTRY.update().where(ENTRY.c.id == one.id).values({name: aside[name] for name in names}),
        ENTRY.update().where(ENTRY.c.id == two.id).values({name: one._mapping[name] for name in names}),
        ENTRY.update()
        .where(ENTRY.c.id == (999_999 if "id" in names else one.id))
        .values({name: two._mapping[name] for name in names}),
    )
    status, said = flask(app, "audit", "verify")
    assert status == 1
    first_wrong = chain[2] if "id" not in names else chain[3]  # the first whose id does not follow the one before
    assert f"row {first_wrong} " in said


@pytest.mark.parametrize("place", ["between", "after the end", "outside"])
def test_r18_an_inserted_row_is_named(
    app: Flask, session: Session, chain: list[int], past_the_rules: Callable[..., None], place: str
) -> None:
    values = dict(session.execute(select(ENTRY).where(ENTRY.c.chain_number == chain[3])).one()._mapping)
    values = {**values, "id": values["id"] + 10_000, "action": "account.register"}
    bad = {"between": chain[3], "after the end": chain[-1] + 1, "outside": None}[place]
    shifted = "UPDATE audit_entry SET chain_number = chain_number + {} WHERE chain_number {} :bad"
    if place == "between":  # make room without breaking the unique number on the way
        past_the_rules(shifted.format(100_001, ">="), bad=bad)
        past_the_rules("UPDATE audit_entry SET chain_number = chain_number - 100000 WHERE chain_number > 100000")
    past_the_rules(insert(ENTRY).values({**values, "chain_number": bad}))
    status, said = flask(app, "audit", "verify")
    assert status == 1
    assert (f"row {bad} " if bad else f"id {values['id']} ") in said


def test_r18_a_cut_tail_is_named(app: Flask, chain: list[int], past_the_rules: Callable[..., None]) -> None:
    past_the_rules("DELETE FROM audit_entry WHERE chain_number > :last", last=chain[5])
    status, said = flask(app, "audit", "verify")
    assert status == 1
    assert f"row {chain[6]} is missing" in said


def test_r18_a_cut_tail_with_a_made_up_end_is_found(
    app: Flask, session: Session, chain: list[int], past_the_rules: Callable[..., None]
) -> None:
    last = session.execute(select(ENTRY).where(ENTRY.c.chain_number == chain[5])).one()
    past_the_rules(
        ENTRY.delete().where(ENTRY.c.chain_number > chain[5]),
        AuditHead.__table__.update().values(number=last.chain_number, chain_hash=last.chain_hash),  # type: ignore[attr-defined]
    )
    status, said = flask(app, "audit", "verify")
    assert status == 1
    assert f"the end of the chain, row {chain[5]}, was changed" in said


def test_r18_a_checkpoint_shows_an_end_put_back_whole(
    app: Flask, session: Session, chain: list[int], past_the_rules: Callable[..., None]
) -> None:
    """The head that once was, with its seal, and no rows after it: only a copy outside the database tells."""
    table = AuditHead.__table__
    old = session.execute(select(table)).one()
    person = session.scalars(select(User)).first()
    with transaction(session):
        record(session, person, "account.language", person, language="ko")  # type: ignore[arg-type]
    assert flask(app, "audit", "checkpoint")[0] == 0
    past_the_rules(
        ENTRY.delete().where(ENTRY.c.chain_number > old.number),
        table.update().values(number=old.number, chain_hash=old.chain_hash, mac=old.mac),  # type: ignore[attr-defined]
    )
    status, said = flask(app, "audit", "verify")
    assert status == 1
    assert f"row {old.number + 1} is missing: the checkpoint" in said
    assert flask(app, "audit", "checkpoint")[0] == 1, "a checkpoint of what was put back would hide it"


def test_r18_checkpoints_are_added_and_compared(app: Flask, session: Session, chain: list[int]) -> None:
    file = app.config["SETTINGS"].audit_checkpoints
    for _time in range(2):
        status, said = flask(app, "audit", "checkpoint")
        assert (status, said.split(" at ")[0]) == (0, f"Row {chain[-1]}")
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["number"] for line in lines] == [chain[-1]] * 2
    assert {len(line["hash"]) for line in lines} == {64}
    assert flask(app, "audit", "verify")[1].endswith("2 checkpoints.\n")
    lines[0]["number"] -= 1
    file.write_text("\n".join(json.dumps(line) for line in lines))
    status, said = flask(app, "audit", "verify")
    assert status == 1
    assert "line 1 of the checkpoint file was changed" in said


def test_r18_the_clock_writes_a_checkpoint_each_hour(app: Flask, session: Session, chain: list[int]) -> None:
    file: Path = app.config["SETTINGS"].audit_checkpoints
    audit_jobs._last_try.clear()
    audit_jobs.checkpoint_each_hour(session)
    audit_jobs._last_try.clear()
    audit_jobs.checkpoint_each_hour(session)
    (line,) = file.read_text().splitlines()
    old = {**json.loads(line), "at": (utc_now() - timedelta(hours=2)).isoformat(timespec="seconds")}
    file.write_text(json.dumps(old) + "\n")
    audit_jobs._last_try.clear()
    audit_jobs.checkpoint_each_hour(session)
    assert len(file.read_text().splitlines()) == 2


def test_r18_a_value_that_cannot_be_read_is_named(
    app: Flask, session: Session, chain: list[int], past_the_rules: Callable[..., None]
) -> None:
    if db.engine.dialect.name == "postgresql":
        return  # its columns take nothing but what they are made for
    past_the_rules("UPDATE audit_entry SET details = '{' WHERE chain_number = :bad", bad=chain[4])
    status, said = flask(app, "audit", "verify")
    assert status == 1
    assert f"row {chain[4]} was changed" in said


def test_r18_a_long_chain_is_read_in_steps(
    app: Flask, session: Session, chain: list[int], statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "AT_A_TIME", 4)
    statements.clear()
    assert flask(app, "audit", "verify")[0] == 0
    reads = [statement for statement in statements if "audit_entry.chain_hash" in statement]
    assert len(reads) == -(-chain[-1] // 4) + 1
    assert all("LIMIT" in statement for statement in reads)


def test_r18_keys_change_and_old_rows_still_verify(app: Flask, session: Session, chain: list[int]) -> None:
    """Rows sealed before the change verify with the old key, which never seals again."""
    old, new = app.config["SETTINGS"].audit_key, "another-key-for-tests-0123456789-abcdefgh"
    db.engine.update_execution_options(**{KEYS: (new, old)})
    try:
        person = session.scalars(select(User)).first()
        assert person is not None
        with transaction(session):
            record(session, person, "account.language", person, language="ko")
        path = app.config["SETTINGS"].audit_checkpoints
        assert verification.verify_chain(session, (new, old), path).entries == chain[-1] + 1
        with pytest.raises(verification.ChainFault, match=f"row {chain[-1] + 1} "):
            verification.verify_chain(session, (old,), path)
        with pytest.raises(verification.ChainFault, match="row 1 "):
            verification.verify_chain(session, (new,), path)
        with pytest.raises(verification.ChainFault, match=f"row {chain[-1] + 1} "):
            verification.verify_chain(session, (old, new), path)  # sealed by a key that is no longer to seal
    finally:
        db.engine.update_execution_options(**{KEYS: (old,)})


def test_r18_the_database_refuses_to_change_or_delete_entries(session: Session, chain: list[int]) -> None:
    refused = ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry", "DELETE FROM audit_head"]
    if db.engine.dialect.name == "postgresql":
        refused += ["TRUNCATE audit_entry", "TRUNCATE audit_head"]
    for statement in refused:
        session.rollback()
        with pytest.raises(DBAPIError, match="never"):
            session.execute(text(statement))
    session.rollback()
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == chain[-1]


def _record_and_fail(session: Session, person: User) -> None:
    with transaction(session):
        record(session, person, "account.language", person, language="ko")
        raise ZeroDivisionError


def test_r18_a_change_that_is_undone_leaves_no_entry(app: Flask, session: Session, chain: list[int]) -> None:
    person = session.scalars(select(User)).first()
    assert person is not None
    with pytest.raises(ZeroDivisionError):
        _record_and_fail(session, person)
    with transaction(session):
        try:
            with session.begin_nested():
                record(session, person, "account.language", person, language="lost")
                raise ZeroDivisionError
        except ZeroDivisionError:
            record(session, person, "account.language", person, language="kept")
    rows = session.scalars(select(AuditEntry).where(AuditEntry.chain_number > chain[-1])).all()
    assert [row.details["language"] for row in rows] == ["kept"]
    assert flask(app, "audit", "verify")[0] == 0


def _rename_and_write(session: Session, person: User) -> None:
    with transaction(session):
        person.name_romanised = "Changed"
        outbox.add(session, "mail", {"to": "nobody@office.example"}, dedupe_key="only-for-this-test")
        record(session, person, "account.rename", person)


def test_r22_change_entry_and_mail_are_one_transaction(
    session: Session, monkeypatch: pytest.MonkeyPatch, visitor: Visitor
) -> None:
    """The last write of the transaction, the end of the chain, fails: nothing of it is left."""
    person = build.civil_servant(session)
    person_id = person.id
    before = session.scalar(select(func.count()).select_from(AuditEntry))
    monkeypatch.setattr("talent.audit.chain.head_mac", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        _rename_and_write(session, person)
    session.rollback()
    assert session.get_one(User, person_id).name_romanised != "Changed"
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == before
    assert session.scalar(select(OutboxItem.id).where(OutboxItem.dedupe_key == "only-for-this-test")) is None


def test_r18_views_of_flask_security_are_sealed_too(app: Flask, session: Session, visitor: Visitor) -> None:
    """They commit by themselves: signing in, changing a password and signing out still leave sealed entries."""
    person = build.civil_servant(session)
    visitor.sign_in(person)
    page = visitor.page("security.change_password")
    new = "quite another long password 2"
    sent = page.submit(
        "new_password", password="a long password for tests 1", new_password=new, new_password_confirm=new
    )
    assert sent.status_code == 302
    found = session.scalars(select(AuditEntry).where(AuditEntry.person_id == person.id).order_by(AuditEntry.id)).all()
    assert "account.change_password" in [row.action for row in found]
    assert all(row.chain_hash for row in found)
    assert flask(app, "audit", "verify")[0] == 0


def test_r18_an_entry_has_the_five_facts_of_access(app: Flask, session: Session) -> None:
    """Korea's rules for access records: account, time, address, whose data, what was done."""
    person = build.civil_servant(session)
    Visitor(app).sign_in(person)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "account.sign_in")).one()
    assert (entry.actor_id, entry.person_id, entry.address) == (person.id, person.id, "127.0.0.1")
    assert utc_now() - entry.at < timedelta(minutes=1)


def test_r18_an_address_is_believed_from_our_own_proxies_only(app: Flask, session: Session) -> None:
    person = build.civil_servant(session)
    client = app.test_client()
    client.environ_base["HTTP_X_FORWARDED_FOR"] = "203.0.113.9"
    visitor = Visitor(app)
    visitor.client = client
    visitor.sign_in(person)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "account.sign_in")).one()
    assert entry.address == "127.0.0.1"


def test_r18_rows_of_an_older_release_are_sealed(app: Flask, session: Session) -> None:
    """A database of release 0001 with data comes up sealed, goes one step down, and comes up sealed again."""
    person = build.civil_servant(session)
    person_id = person.id
    session.close()
    downgrade(revision="0001")
    rows = [
        {
            "at": utc_now() - timedelta(days=9, minutes=-number),
            "actor_id": person_id,
            "actor_kind": "user",
            "action": "account.language",
            "subject_type": "User",
            "subject_id": str(person_id),
            "details": {"language": "en", "share": 0.1, "many": [1, 2.5, True, None, "가"]},
            "request_id": "",
        }
        for number in range(1200)
    ]
    with db.engine.begin() as connection:
        connection.execute(ENTRY.delete())  # release 0001 knew neither triggers nor seals
        connection.execute(insert(ENTRY), rows)
    for _time in range(2):
        upgrade()
        assert flask(app, "audit", "verify")[1].startswith("The audit chain is whole: 12")
        assert set(session.scalars(select(AuditEntry.person_id).where(AuditEntry.subject_type == "User"))) == {
            person_id
        }
        session.close()
        downgrade(revision="0002")
    upgrade()
    with transaction(session):
        record(session, None, "account.language", session.get_one(User, person_id), language="ko")
    assert flask(app, "audit", "verify")[0] == 0


def test_r18_opening_an_account_is_recorded_for_its_owner(session: Session) -> None:
    place = build.organisation(session, country=Country.KR)
    names = Names("홍길동", "HONG Gildong", NameOrder.FAMILY_FIRST, "")
    person = accounts.open_account(
        session, email=f"hong@{place.domains[0].domain}", organisation_id=place.id, names=names, language=Language.KO
    )
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "account.create")).one()
    assert entry.person_id == person.id
    assert "홍길동" not in json.dumps(entry.details, ensure_ascii=False)


def test_r18_staff_who_read_about_a_person_are_recorded(app: Flask, session: Session) -> None:
    """On pages about one person: account, time, address, whose data, what was done. Once a visit."""
    administrator, hr = build.administrator(session), build.hr(session)
    person = build.user(session, organisation=hr.organisation, works_here=ConfirmationStatus.PENDING)
    question = session.scalars(select(WorksHere).where(WorksHere.user_id == person.id)).one()
    person_id, question_id = person.id, question.id
    for staff, endpoint, names in (
        (administrator, "organisations.person", {"user_id": person_id}),
        (hr, "organisations.our_person", {"question_id": question_id}),
    ):
        staff_id = staff.id
        visitor = Visitor(app).sign_in(staff)
        for _time in range(2):
            assert visitor.page(endpoint, **names).status_code == 200
        seen = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "person.seen", AuditEntry.actor_id == staff_id)
        ).one()
        assert (seen.person_id, seen.address) == (person_id, "127.0.0.1")
