"""The moves between states, with what each leaves behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, Profile, ProfileEvent, WorksHere, utc_now
from models.types import ConfirmationStatus, Country, Language, ProfileStatus
from talent import events, jobs
from talent.db import transaction
from talent.errors import Forbidden, Invalid, NotFound, TransitionRefused
from talent.profiles import queries, services
from talent.profiles.answers import BasisAnswer, SkillAnswer
from talent.profiles.readiness import NotReady
from talent.profiles.states import TRANSITIONS, Mover, buttons, move_for
from tests.support import build, build_profiles
from tests.support.mail import Mailbox

REASON = "profile-withdraw-timing"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Events emitted to the features above."""
    heard: list[Any] = []
    for kind in (events.ProfileChanged, events.ProfilePaused, events.ProfileWithdrawn):
        monkeypatch.setitem(events._handlers, kind, [lambda _session, event: heard.append(event)])
    return heard


def audited(session: Session, profile_id: UUID) -> list[str]:
    return list(
        session.scalars(
            select(AuditEntry.action).where(AuditEntry.subject_id == str(profile_id)).order_by(AuditEntry.id)
        )
    )


def last_event(session: Session, profile: Profile) -> ProfileEvent:
    return queries.history(session, profile).events[-1]


def test_the_table_has_one_line_for_a_state_and_an_action() -> None:
    lines = [(move.start, move.action) for move in TRANSITIONS]
    assert len(lines) == len(set(lines))
    assert not buttons(ProfileStatus.WITHDRAWN)
    assert not buttons(ProfileStatus.ERASED)
    assert [move.action for move in buttons(ProfileStatus.ACTIVE)] == ["pause", "withdraw"]
    for status in (ProfileStatus.WITHDRAWN, ProfileStatus.ERASED):
        with pytest.raises(TransitionRefused):
            move_for(status, "activate")


@pytest.mark.database
def test_activate_pause_resume_withdraw(session: Session, told: list[Any]) -> None:
    person = build.civil_servant(session)
    profile = build_profiles.draft(session, person)
    assert told == [], "a draft concerns nobody"
    services.activate(session, person)
    assert told == [events.ProfileChanged(profile.id)]
    assert profile.activated_at is not None
    until = queries.today_at(profile.organisation) + timedelta(days=30)
    services.pause(session, person, until)
    assert (profile.status, profile.paused_until) == (ProfileStatus.PAUSED, until)
    services.resume(session, person)
    assert (profile.status, profile.paused_until, profile.paused_at) == (ProfileStatus.ACTIVE, None, None)
    services.withdraw(session, person, reason=REASON)
    assert profile.status is ProfileStatus.WITHDRAWN
    assert all(answer.ended_at for answer in profile.bases), "choices and consents end at once"
    assert [type(event).__name__ for event in told] == [
        "ProfileChanged",
        "ProfilePaused",
        "ProfileChanged",
        "ProfileWithdrawn",
    ]
    event = last_event(session, profile)
    assert (event.action, event.from_status, event.role) == ("withdraw", ProfileStatus.ACTIVE, Mover.OWNER)
    assert event.actor_id == person.id
    assert event.reason_id is not None
    moves = [action for action in audited(session, profile.id) if action not in ("profile.save", "profile.basis")]
    assert moves == ["profile.start", "profile.activate", "profile.pause", "profile.resume", "profile.withdraw"]


@pytest.mark.database
def test_doing_it_twice_changes_nothing_twice(session: Session, told: list[Any]) -> None:
    person = build.civil_servant(session)
    profile = build_profiles.active(session, person)
    services.activate(session, person)
    until = queries.today_at(profile.organisation) + timedelta(days=3)
    services.pause(session, person, until)
    services.pause(session, person, until)
    services.resume(session, person)
    services.resume(session, person)
    services.withdraw(session, person, reason=REASON)
    services.withdraw(session, person, reason=REASON)
    assert len(queries.history(session, profile).events) == 4
    assert len(told) == 4


@pytest.mark.database
def test_after_withdrawing_a_new_profile_can_begin(session: Session, sign_in: Any) -> None:
    person = build.civil_servant(session)
    old = build_profiles.active(session, person)
    services.withdraw(session, person, reason=REASON)
    page = sign_in(person).page("profiles.task_list")
    assert "You withdrew your profile" in page.text
    assert page.click("See the withdrawn profile").heading == "Your withdrawn profile"
    new = services.start_or_get_draft(session, person)
    assert new.id != old.id
    assert new.status is ProfileStatus.DRAFT
    assert services.start_or_get_draft(session, person).id == new.id


def test_withdraw_needs_a_reason_from_the_list(session: Session, sign_in: Any) -> None:
    person = build.civil_servant(session)
    build_profiles.active(session, person)
    page = sign_in(person).page("profiles.withdraw")
    assert "cannot be undone" in page.text
    assert page.submit("reason").errors() == ["Choose a reason"]
    assert page.submit("reason", reason="invented").errors() != []
    unsigned = page.submit("reason", reason="profile-withdraw-other")
    assert unsigned.errors() == ["Explain the reason in a note"]
    done = page.submit("reason", reason="profile-withdraw-other", note="Moved to another team").follow()
    assert done.heading == "Your profile is withdrawn"
    assert page.submit("reason", reason=REASON).status_code == 302, "sent again, it is done already"


@pytest.mark.parametrize(
    ("day", "message"),
    [
        (("", "", ""), "Enter the day on which your profile resumes"),
        (("31", "2", "2027"), "real date"),
        (("1", "1", "2020"), "must be in the future"),
        (("x\x00", "1", "2027"), "real date"),
        (("1", "", "2027"), "must include: month"),
    ],
)
def test_pause_needs_a_day_to_come(session: Session, sign_in: Any, day: tuple[str, ...], message: str) -> None:
    person = build.civil_servant(session)
    build_profiles.active(session, person)
    page = sign_in(person).page("profiles.pause")
    page = page.submit("until", **dict(zip(("until-day", "until-month", "until-year"), day, strict=True)))
    assert page.status_code == 200
    assert any(message in error for error in page.errors()), page.errors()
    assert queries.own_profile(session, person).status is ProfileStatus.ACTIVE


@pytest.mark.database
def test_pause_ends_by_the_clock(session: Session, told: list[Any], mailbox: Mailbox) -> None:
    person = build.civil_servant(session, country=Country.KR, language=Language.KO)
    profile = build_profiles.active(session, person)
    today = queries.today_at(profile.organisation)
    services.pause(session, person, today + timedelta(days=1))
    assert jobs.run_clock(session) == 0
    with transaction(session):
        profile.paused_until = today
    told.clear()
    jobs.run_clock(session)
    session.refresh(profile)
    assert profile.status is ProfileStatus.ACTIVE
    assert told == [events.ProfileChanged(profile.id)]
    event = last_event(session, profile)
    assert (event.action, event.actor_id, event.role) == ("resume_by_date", None, Mover.CLOCK)
    jobs.run_clock(session)
    assert len(queries.history(session, profile).events) == 3
    assert "역량 프로필" in mailbox.last(person.email).subject


def test_pause_stays_when_something_is_missing(session: Session, mailbox: Mailbox) -> None:
    person = build.civil_servant(session)
    profile = build_profiles.active(session, person)
    services.pause(session, person, queries.today_at(profile.organisation) + timedelta(days=1))
    with transaction(session):
        profile.paused_until = queries.today_at(profile.organisation)
        session.scalars(
            select(WorksHere).where(WorksHere.user_id == person.id)
        ).one().status = ConfirmationStatus.REFUSED
    jobs.run_clock(session)
    session.refresh(profile)
    assert profile.status is ProfileStatus.PAUSED
    assert queries.own_profile(session, person).paused_until is None
    assert "could not resume" in mailbox.last(person.email).subject


def test_guards_are_listed_with_links(session: Session, sign_in: Any) -> None:
    person = build.user(session, civil_servant=True, works_here=ConfirmationStatus.PENDING)
    visitor = sign_in(person)
    visitor.page("profiles.about_you").submit("grade", grade="not-listed", region="UK-TLI")
    page = visitor.page("profiles.check_answers")
    assert "You need at least 3 skills with a level; you have 0" in page.links()
    assert "You must choose to take part and to be shown in the other country" in page.links()
    assert "Your organisation has not yet confirmed that you work there" in page.links()
    refused = page.submit("Activate your profile")
    assert refused.status_code == 409
    assert len(refused.errors()) == 3
    assert "asked on" in visitor.page("profiles.task_list").text
    assert queries.own_profile(session, person).status is ProfileStatus.DRAFT


@pytest.mark.database
def test_nothing_else_blocks(session: Session) -> None:
    person = build.civil_servant(session, country=Country.KR)
    services.save_skills(session, person, [SkillAnswer(key, 1) for key in build_profiles.skill_ids(session)])
    build_profiles.agree(session, person)
    assert services.activate(session, person).status is ProfileStatus.ACTIVE


@pytest.mark.parametrize("country", list(Country))
@pytest.mark.database
def test_each_required_basis_blocks(session: Session, country: Country) -> None:
    person = build.civil_servant(session, country=country)
    profile = build_profiles.draft(session, person)
    required = [row for row in queries.bases_of(session, profile.organisation) if row.required_for_active]
    assert len(required) == (2 if country is Country.GB else 5)
    for refused in required:
        services.save_basis(
            session, person, [BasisAnswer(row.purpose, row.id != refused.id, row.id) for row in required]
        )
        with pytest.raises(NotReady) as error:
            services.activate(session, person)
        assert [item.code for item in error.value.missing] == ["taking_part"]


@pytest.mark.database
def test_taking_a_basis_back_pauses_at_once_and_keeps_history(session: Session, told: list[Any], sign_in: Any) -> None:
    person = build.civil_servant(session)
    profile = build_profiles.active(session, person)
    told.clear()
    page = sign_in(person).page("profiles.taking_part")
    page = page.submit("taking_part", showing_abroad="no").follow()
    assert "nobody is shown it" in page.text
    session.expire_all()
    assert (profile.status, profile.paused_until) == (ProfileStatus.PAUSED, None)
    assert told == [events.ProfilePaused(profile.id)]
    answers = [row for row in profile.bases if row.purpose == "showing_abroad"]
    assert [(row.agreed, row.ended_at is None) for row in answers] == [(True, False), (False, True)]
    refused = sign_in(person).page("profiles.resume").submit("csrf_token")
    assert refused.status_code == 409
    assert refused.errors() == ["You must choose to take part and to be shown in the other country"]
    build_profiles.agree(session, person)
    assert services.resume(session, person).status is ProfileStatus.ACTIVE


def test_stale_profile_is_confirmed_with_one_press(session: Session, sign_in: Any) -> None:
    person = build.civil_servant(session)
    build_profiles.active(session, person, confirmed_current_at=utc_now() - timedelta(days=400))
    visitor = sign_in(person)
    page = visitor.page("profiles.task_list")
    assert "Is your profile still correct?" in page.text
    page = page.submit("Yes, this is still correct").follow()
    assert "Is your profile still correct?" not in page.text


@pytest.mark.database
def test_claim(app: Flask, session: Session, sign_in: Any) -> None:
    home = build.organisation(session)
    person = build.civil_servant(session, organisation=home)
    profile = build_profiles.imported(session, organisation_id=home.id)
    token = services.issue_claim(session, None, profile)
    stranger = build.civil_servant(session)
    assert sign_in(stranger).page("profiles.claim", token=token).status_code == 404
    with pytest.raises(NotFound):
        services.claim_profile(session, stranger, token)
    visitor = sign_in(person)
    assert visitor.page("profiles.claim", token="wrong").status_code == 404
    page = visitor.page("profiles.claim", token=token).submit("csrf_token").follow()
    assert page.heading == "Check your answers"
    assert "not yet confirmed by you" in page.text
    assert visitor.page("profiles.claim", token=token).status_code == 404, "a link works once"
    session.expire_all()
    assert profile.user_id == person.id
    assert audited(session, profile.id) == ["profile.claim_issued", "profile.claim"]


def test_claim_is_refused_to_somebody_with_a_profile(session: Session, sign_in: Any) -> None:
    home = build.organisation(session)
    person = build.civil_servant(session, organisation=home)
    build_profiles.draft(session, person)
    token = services.issue_claim(session, None, build_profiles.imported(session, organisation_id=home.id))
    assert "You already have a profile" in sign_in(person).page("profiles.claim", token=token).text
    with pytest.raises(Forbidden):
        services.claim_profile(session, person, token)


@pytest.mark.database
def test_imported_active_needs_an_administrator_and_a_reference(session: Session, told: list[Any]) -> None:
    home = build.organisation(session)
    profile = build_profiles.imported(session, organisation_id=home.id)
    with pytest.raises(Forbidden):
        services.activate_imported(session, build.hr(session), profile, basis_reference="file 12")
    administrator = build.administrator(session)
    with pytest.raises(Invalid):
        services.activate_imported(session, administrator, profile, basis_reference=" ")
    services.activate_imported(session, administrator, profile, basis_reference="file 12")
    assert profile.status is ProfileStatus.ACTIVE
    assert {row.reference for row in profile.bases} == {"file 12"}
    assert told == [events.ProfileChanged(profile.id)]


@pytest.mark.database
def test_profile_follows_its_owner_to_a_confirmed_organisation(session: Session, told: list[Any]) -> None:
    person = build.civil_servant(session)
    profile = build_profiles.active(session, person)
    told.clear()
    other = build.organisation(session)
    with transaction(session):
        person.organisation_id = other.id
        session.add(
            WorksHere(
                user_id=person.id,
                organisation_id=other.id,
                status=ConfirmationStatus.CONFIRMED,
                decided_by_id=person.id,
                decided_at=utc_now(),
            )
        )
        events.emit(session, events.WorksHereConfirmed(person.id))
    session.refresh(profile)
    assert profile.organisation_id == other.id
    assert told == [events.ProfileChanged(profile.id)]


def test_anothers_profile_does_not_exist(session: Session, sign_in: Any) -> None:
    theirs = build_profiles.active(session)
    me = build.civil_servant(session)
    mine = build_profiles.active(session, me)
    visitor = sign_in(me)
    assert visitor.page("profiles.view", profile_id=theirs.id).status_code == 404
    assert visitor.page("profiles.view", profile_id=UUID(int=1)).status_code == 404
    assert visitor.page("profiles.view", profile_id=mine.id).status_code == 302
    for other in (build.hr(session), build.administrator(session)):
        assert sign_in(other).page("profiles.view", profile_id=theirs.id).status_code == 403
        assert sign_in(other).page("profiles.task_list").status_code == 403
