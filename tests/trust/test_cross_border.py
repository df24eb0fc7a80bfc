"""R28: nobody in the other country sees a person before their own choice for it, and not at the next request after it
was taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, Decision, MatchSuggestion, Notification, OutboxItem, Profile, ProfileBasis
from models.types import BasisPurpose, Country, Decider
from talent.db import transaction
from talent.matching.states import Status, derived_status
from talent.profiles import queries, services
from talent.profiles.answers import BasisAnswer
from tests.support import build
from tests.support import build_decisions as decided
from tests.support.build_decisions import Case
from tests.support.build_profiles import active
from tests.support.mail import Mailbox


def take_back(case: Case, sign_in: Any, purpose: str = "showing_abroad") -> None:
    """The person says no on their own page."""
    page = sign_in(case.person).page("profiles.taking_part")
    assert page.submit("taking_part", **{purpose: "no"}).status_code == 302


@pytest.mark.database
@pytest.mark.parametrize("stage", ["approved", "accepted"])
def test_r28_host_and_receiving_administrator_get_404_after_withdrawal(
    session: Session, sign_in: Any, mailbox: Mailbox, stage: str
) -> None:
    case = getattr(decided.case(session), stage)()
    host, partner = sign_in(case.host_hr), sign_in(case.partner)
    there = host.url("matching.host_suggestion", suggestion_id=case.suggestion_id)
    assert host.get(there).status_code == 200
    known = case.suggestion.pseudonym if stage == "approved" else decided.NAME  # the name after the person's yes
    assert known in host.page("matching.put_forward").text
    assert case.suggestion.pseudonym in partner.page("matching.queue_objections").text
    take_back(case, sign_in)
    answer, unknown = host.get(there), host.page("matching.host_suggestion", suggestion_id=case.person.id)
    assert answer.status_code == unknown.status_code == 404
    assert answer.text == unknown.text
    assert known not in host.page("matching.put_forward").text
    assert "put forward is waiting" not in host.page("public.home").text
    assert case.suggestion.pseudonym not in partner.page("matching.queue_objections").text
    assert "open to objection" not in partner.page("public.home").text
    assert partner.page("matching.review", suggestion_id=case.suggestion_id).status_code == 404
    assert derived_status(case.suggestion) is Status.WITHDRAWN
    assert case.suggestion.closed_reason is not None
    assert case.suggestion.closed_reason.code == "no-longer-shown-abroad"


def test_r28_notices_and_waiting_mail_in_the_other_country_are_taken_back(
    session: Session, sign_in: Any, mailbox: Mailbox
) -> None:
    told, waiting = decided.case(session), decided.case(session)
    told.decide(Decider.REVIEWER)
    _let_pass(session, timedelta(minutes=5))
    mailbox.letters()  # what was due has been sent
    session.rollback()
    about = select(Notification).where(Notification.user_id == told.host_hr.id)
    assert [row.kind for row in session.scalars(about)] == ["person_put_forward"]
    waiting.decide(Decider.REVIEWER)  # a moment ago: everybody is told later
    assert _waiting(session, waiting.host_hr.id)
    for case in (told, waiting):
        take_back(case, sign_in)
    session.rollback()
    assert not _waiting(session, waiting.host_hr.id)
    assert not _waiting(session, waiting.partner.id)
    mailbox.letters()
    session.rollback()
    rows = session.scalars(about).all()
    assert [row.kind for row in rows] == ["person_unavailable"]
    assert rows[0].endpoint_args == {}
    assert not session.scalars(select(Notification).where(Notification.user_id == waiting.host_hr.id)).all()
    assert not [letter for letter in mailbox.letters(waiting.host_hr.email) if "put forward" in str(letter)]


def _let_pass(session: Session, time: timedelta) -> None:
    """The clock moves on: what was decided is so much older."""
    with transaction(session):
        for item in session.scalars(select(OutboxItem)):
            item.not_before = item.not_before - time
        for decision in session.scalars(select(Decision).where(Decision.decided_at.is_not(None))):
            assert decision.decided_at is not None
            decision.decided_at -= time


def _waiting(session: Session, user_id: Any) -> list[OutboxItem]:
    rows = session.scalars(select(OutboxItem).where(OutboxItem.done_at.is_(None))).all()
    return [row for row in rows if row.payload.get("user_id") == str(user_id)]


def test_r28_consent_to_transfer_is_as_strong_as_the_choice(session: Session, sign_in: Any) -> None:
    case = decided.case(session, sending=Country.KR).accepted()
    host = sign_in(case.host_hr)
    assert host.page("matching.host_suggestion", suggestion_id=case.suggestion_id).status_code == 200
    take_back(case, sign_in, "transfer_abroad")
    assert host.page("matching.host_suggestion", suggestion_id=case.suggestion_id).status_code == 404


def test_r28_nothing_is_seen_before_the_choice(session: Session, sign_in: Any) -> None:
    """Whatever made the suggestion: without the basis the pages abroad hold nothing."""
    case = decided.case(session).approved()
    for row in session.scalars(
        select(ProfileBasis).where(ProfileBasis.purpose == BasisPurpose.SHOWING_ABROAD, ProfileBasis.agreed)
    ):
        session.delete(row)
    session.commit()
    host, partner = sign_in(case.host_hr), sign_in(case.partner)
    assert host.page("matching.host_suggestion", suggestion_id=case.suggestion_id).status_code == 404
    assert case.suggestion.pseudonym not in host.page("matching.put_forward").text
    assert partner.page("matching.review", suggestion_id=case.suggestion_id).status_code == 404


def test_r28_a_withdrawn_profile_is_gone_abroad_too(session: Session, sign_in: Any) -> None:
    case = decided.case(session).accepted()
    host = sign_in(case.host_hr)
    services.withdraw(session, case.person, reason="profile-withdraw-no-longer-interested")
    assert host.page("matching.host_suggestion", suggestion_id=case.suggestion_id).status_code == 404


def test_r28_a_pairing_agreed_by_all_four_stays(session: Session, sign_in: Any) -> None:
    """Its placement is being prepared, which rests on the agreement and not on being shown."""
    case = decided.case(session).ready()
    take_back(case, sign_in)
    assert derived_status(case.suggestion) is Status.READY
    assert sign_in(case.host_hr).page("matching.host_suggestion", suggestion_id=case.suggestion_id).status_code == 200


def test_r28_the_matcher_no_longer_pairs_the_person(session: Session, sign_in: Any) -> None:
    case = decided.case(session)
    take_back(case, sign_in)
    assert derived_status(case.suggestion) is Status.WITHDRAWN
    assert not session.scalars(select(MatchSuggestion).where(MatchSuggestion.closed_at.is_(None))).all()
    assert session.scalars(select(Decision.answer)).first() == "pending"


@pytest.mark.database
def test_r28_audit_shows_the_basis_its_edition_and_its_time(session: Session) -> None:
    owner = build.civil_servant(session, country=Country.KR)
    profile = active(session, owner)
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "profile.basis").order_by(AuditEntry.id.desc())
    ).first()
    assert entry is not None
    assert entry.person_id == owner.id
    assert entry.details["agreed"]["transfer_abroad"] == "transfer-abroad/KR/2026-1"
    assert entry.details["agreed"]["showing_abroad"] == "showing-abroad/KR/2025-1"
    row = next(row for row in profile.bases if row.purpose is BasisPurpose.TRANSFER_ABROAD)
    assert row.recorded_at is not None
    assert owner.organisation is not None
    answers = [
        BasisAnswer(basis.purpose, basis.purpose is not BasisPurpose.TRANSFER_ABROAD, basis.id)
        for basis in queries.bases_of(session, owner.organisation)
    ]
    services.save_basis(session, owner, answers)
    session.expire_all()
    kept = session.get_one(Profile, profile.id)
    ended = [row for row in kept.bases if row.ended_at is not None]
    assert [row.purpose for row in ended] == [BasisPurpose.TRANSFER_ABROAD]
    newest = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "profile.basis").order_by(AuditEntry.id.desc())
    ).first()
    assert newest is not None
    assert newest.details["ended"] == ["transfer_abroad"]
