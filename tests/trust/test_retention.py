"""R26: what is past its time goes, by rules that are data; a dry run lists the very rows that a real run removes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import (
    AuditEntry,
    MatchSuggestion,
    Notification,
    Opportunity,
    OutboxItem,
    Profile,
    RetentionRule,
    User,
    UserSession,
    utc_now,
)
from models.types import OpportunityStatus, ProfileStatus
from talent import jobs
from talent.db import transaction
from talent.framework.dated import kept_days, rows_in_force
from talent.privacy import expiring, retention
from tests.support import build, build_opportunities, build_privacy, build_profiles
from tests.support.build_auth import SignIn
from tests.support.mail import Mailbox


@pytest.fixture(autouse=True)
def never_looked() -> Iterator[None]:
    """The sweep remembers when it looked last, for as long as its process lives."""
    retention._looked_at.clear()
    yield
    retention._looked_at.clear()


def later(days: float) -> Any:
    return time_machine.travel(utc_now() + timedelta(days=days), tick=True)


def command(app: Flask, *words: str) -> set[tuple[str, str]]:
    done = app.test_cli_runner().invoke(args=["retention", "run", *words])
    assert done.exit_code == 0, done.output
    return {tuple(line.split("\t")) for line in done.stdout.splitlines()}  # type: ignore[misc]


@pytest.mark.database
def test_r26_a_rule_in_force_for_every_kind_of_record(session: Session) -> None:
    rules = {row.record for row in rows_in_force(session, RetentionRule)}
    assert rules == set(expiring.BY_CODE)
    assert all(row.source for row in rows_in_force(session, RetentionRule))


@pytest.mark.database
def test_r26_dry_run_lists_the_rows_that_the_real_run_removes(app: Flask, session: Session) -> None:
    held = build_privacy.person_with_everything(session)
    withdrawn = build_profiles.active(session)
    with transaction(session):
        session.get_one(Profile, withdrawn.id).status = ProfileStatus.WITHDRAWN
        session.get_one(Profile, withdrawn.id).withdrawn_at = utc_now()
    build.user(session, confirmed_at=None)
    build_opportunities.opportunity(session)
    mail = Path(app.config["INSTANCE_DIR"]) / "mail"
    mail.mkdir(parents=True, exist_ok=True)
    (mail / "old.eml").write_text("To: somebody@x.example\n\nhello")
    assert held.mine
    session.rollback()
    with later(3000):
        listed = command(app, "--dry-run")
        assert command(app, "--dry-run") == listed, "a dry run changes nothing"
        removed = command(app)
        assert removed == listed
        # mail about what went is new work, and the visits of nobody remain
        assert {kind for kind, _key in command(app, "--dry-run")} <= {"idle_accounts"}
    kinds = {kind for kind, _key in listed}
    wanted = {"withdrawn_profiles", "unconfirmed_accounts", "notices", "sessions", "links", "imported_lines"}
    assert wanted | {"draft_posts", "mail_files"} <= kinds
    assert not (mail / "old.eml").exists()


@pytest.mark.database
@pytest.mark.parametrize(("days", "gone"), [(89, False), (91, True)])
def test_r26_a_withdrawn_profile_is_erased_when_the_promised_days_are_over(
    session: Session, sign_in: SignIn, days: int, gone: bool
) -> None:
    person = build.civil_servant(session)
    profile = build_profiles.active(session, person)
    promised = kept_days(session, "withdrawn_profiles")
    assert promised == 90
    visitor = sign_in(person)
    page = visitor.page("profiles.withdraw")
    assert "90 days" in page.text
    page.submit("reason", reason=_first_choice(page, "reason"))
    session.rollback()
    with later(days):
        retention.run_daily(session)
    session.rollback()
    kept = session.get_one(Profile, profile.id)
    assert (kept.status is ProfileStatus.ERASED) is gone
    assert bool(kept.texts) is not gone


def _first_choice(page: Any, name: str) -> str:
    form = page.form(name)
    return next(item.get("value", "") for item in form.iter("input") if item.get("name") == name)


@pytest.mark.database
def test_r26_an_idle_account_is_warned_by_mail_before_it_goes(
    session: Session, mailbox: Mailbox, sign_in: SignIn
) -> None:
    person, back = build.civil_servant(session), build.civil_servant(session)
    staff = build.hr(session)
    ids, addresses = (person.id, back.id, staff.id), (person.email, back.email)
    session.rollback()
    with later(705):
        assert retention.run_daily(session) >= 2
        for address in addresses:
            assert "will be deleted on" in mailbox.last(address).subject
        sign_in(addresses[1])
    retention._looked_at.clear()
    with later(705 + 31):
        retention.run_daily(session)
    session.rollback()
    assert session.get_one(User, ids[0]).erased_at is not None
    assert session.get_one(User, ids[1]).erased_at is None, "whoever signs in again stays"
    assert session.get_one(User, ids[2]).erased_at is None, "a duty for others is ended by administrators first"


@pytest.mark.database
def test_r26_nobody_goes_unwarned(session: Session) -> None:
    person = build.civil_servant(session)
    session.rollback()
    with later(2000):
        retention.run_daily(session)
    session.rollback()
    assert session.get_one(User, person.id).erased_at is None
    assert session.get_one(User, person.id).idle_warned_at is not None


@pytest.mark.database
def test_r26_closed_suggestions_lose_the_persons_side_and_keep_answers(session: Session) -> None:
    case = build_privacy.rejected(session)
    session.rollback()
    with later(731):
        retention.run(session)
    session.rollback()
    kept = session.get_one(MatchSuggestion, case.suggestion_id)
    assert kept.profile_snapshot["erased"] is True
    assert kept.score is not None
    assert all(row.note == "" for row in kept.decisions)
    assert kept.inputs_hash, "an unchanged pair that was declined does not come back"


@pytest.mark.database
def test_r26_archived_posts_lose_their_texts(session: Session) -> None:
    post = build_opportunities.opportunity(session, status=OpportunityStatus.CLOSED)
    with transaction(session):
        session.get_one(Opportunity, post.id).status = OpportunityStatus.ARCHIVED
    session.rollback()
    with later(1096):
        retention.run(session)
    session.rollback()
    kept = session.get_one(Opportunity, post.id)
    assert kept.texts == []
    assert kept.skills


@pytest.mark.database
def test_r26_the_sweep_runs_once_a_day_and_says_so(session: Session) -> None:
    jobs.run_clock(session)
    retention._looked_at.clear()
    jobs.run_clock(session)
    runs = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == retention.RUN)
    session.rollback()
    assert session.scalar(runs) == 1
    retention._looked_at.clear()
    with later(1.1):
        jobs.run_clock(session)
    session.rollback()
    assert session.scalar(runs) == 2


@pytest.mark.database
def test_r26_the_audit_chain_is_never_cut(app: Flask, session: Session) -> None:
    before = session.scalar(select(func.count()).select_from(AuditEntry)) or 0
    build_privacy.rejected(session)
    session.rollback()
    with later(9000):
        command(app)
    session.rollback()
    assert (session.scalar(select(func.count()).select_from(AuditEntry)) or 0) > before
    assert app.test_cli_runner().invoke(args=["audit", "verify"]).exit_code == 0


def test_r26_work_notices_and_visits_go_in_their_time(app: Flask, session: Session) -> None:
    person = build.civil_servant(session)
    with transaction(session):
        session.add(Notification(user_id=person.id, kind="role_granted", params={}))
        session.add(OutboxItem(kind="mail", payload={}, done_at=utc_now()))
        session.add(UserSession(key_hash="k", user_id=person.id))
    session.rollback()
    with later(3):
        assert {kind for kind, _key in command(app)} == {"sessions"}
    with later(31):
        assert "done_work" in {kind for kind, _key in command(app)}
    with later(366):
        assert "notices" in {kind for kind, _key in command(app)}


def test_rules_are_edited_in_settings_and_take_effect(session: Session, sign_in: SignIn) -> None:
    visitor = sign_in(build.administrator(session))
    table = visitor.get("/settings/retention-rules")
    assert "Withdrawn profiles" in table.text
    row = session.scalars(select(RetentionRule).where(RetentionRule.code == "notices")).one()
    page = visitor.page("dated.change", slug="retention-rules", row_id=row.id)
    today = utc_now().date()
    sent = page.submit(
        "keep_days",
        keep_days="10",
        valid_from__day=today.day,
        valid_from__month=today.month,
        valid_from__year=today.year,
        source="Letter of both governments",
    )
    assert sent.status_code == 302, sent.errors()
    session.rollback()
    assert kept_days(session, "notices") == 10
    assert "10 days" in sign_in(build.civil_servant(session)).page("privacy.kept").text
