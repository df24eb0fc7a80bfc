"""The home page shows what waits for this person, in their roles, and nothing that waits for others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import MatchSuggestion, Reason, User, utc_now
from models.types import Answer, ConfirmationStatus, Country, Language, OpportunityStatus, ProfileStatus, RoleName
from models.types import Decider as D
from talent.db import transaction
from talent.public.doors import doors
from talent.public.queries import to_do
from tests.support import build, build_home, build_profiles
from tests.support.page import Visitor

SignIn = Callable[[User], Visitor]
pytestmark = pytest.mark.database


def waits(session: Session, person_id: UUID) -> dict[str, int]:
    """Endpoint to count of what waits for a person."""
    session.rollback()
    return {item.endpoint: item.count for item in to_do(session, session.get_one(User, person_id))}


def test_a_newcomer_is_led_to_the_profile(session: Session, sign_in: SignIn) -> None:
    page = sign_in(build.civil_servant(session)).page("public.home")
    assert page.heading == "What needs your attention"
    assert "You have no skills profile yet" in page.text
    assert "For you" in page.links()
    assert "Review" not in page.links()


@pytest.mark.parametrize("role", ["civil_servant", "hr", "administrator", "translator"])
def test_every_door_opens(session: Session, sign_in: SignIn, role: str) -> None:
    person = getattr(build, role)(session)
    reader, open_to_them = sign_in(person), [door.endpoint for door in doors(person)]
    for endpoint in open_to_them:
        assert reader.page(endpoint).status_code in (200, 302), endpoint


def test_nothing_waits(session: Session, sign_in: SignIn) -> None:
    person = build.civil_servant(session)
    build_home.profile(session, person, confirmed_current_at=utc_now())
    assert "Nothing is waiting for you." in sign_in(person).page("public.home").text


def test_a_whole_draft_waits_for_hr_and_then_only_to_be_activated(session: Session, sign_in: SignIn) -> None:
    waiting = build.civil_servant(session, works_here=ConfirmationStatus.PENDING)
    build_profiles.draft(session, waiting)
    assert "is waiting for your organisation to confirm" in sign_in(waiting).page("public.home").text
    whole = build.civil_servant(session)
    build_profiles.draft(session, whole)
    page = sign_in(whole).page("public.home")
    assert "Your skills profile can be activated" in page.text
    assert page.links()["Check your answers and activate it"] == page.visitor.url("profiles.check_answers")


def test_own_profile_unfinished_stale_or_not_confirmed(session: Session) -> None:
    draft, stale = build.civil_servant(session), build.civil_servant(session)
    build_home.profile(session, draft, ProfileStatus.DRAFT)
    build_home.profile(session, stale, confirmed_current_at=utc_now() - timedelta(days=400))
    refused = build.civil_servant(session, works_here=ConfirmationStatus.REFUSED)
    assert "profiles.task_list" in waits(session, draft.id)
    assert "profiles.task_list" in waits(session, stale.id)
    assert "account.overview" in waits(session, refused.id)


def test_the_four_deciders_in_turn(session: Session) -> None:
    home_hr, host_hr = build.hr(session), build.hr(session, country=Country.KR)
    sending, receiving = build.administrator(session), build.administrator(session, country=Country.KR)
    assert home_hr.organisation is not None
    assert host_hr.organisation is not None
    person = build.civil_servant(session, organisation=home_hr.organisation)
    stranger = build.civil_servant(session)
    profile = build_home.profile(session, person, confirmed_current_at=utc_now())
    post = build_home.post(session, host_hr.organisation, OpportunityStatus.PUBLISHED)
    ids = {
        "person": person.id,
        "host": host_hr.id,
        "home": home_hr.id,
        "sending": sending.id,
        "receiving": receiving.id,
        "stranger": stranger.id,
    }
    pairing = build_home.pairing(session, profile, post, sending)

    def asked() -> dict[str, set[str]]:
        return {who: {e for e in waits(session, key) if e.startswith("matching.")} for who, key in ids.items()}

    nobody: dict[str, set[str]] = {who: set() for who in ids}
    assert asked() == {**nobody, "sending": {"matching.queue"}}
    answer(session, pairing.id, sending, D.REVIEWER, Answer.YES)
    assert asked() == {**nobody, "person": {"matching.my_suggestions"}, "receiving": {"matching.queue_objections"}}
    answer(session, pairing.id, person, D.PERSON, Answer.YES)
    assert asked() == {
        **nobody,
        "host": {"matching.put_forward"},
        "home": {"matching.releases"},
        "receiving": {"matching.queue_objections"},
    }
    answer(session, pairing.id, host_hr, D.HOST, Answer.NO)
    assert asked() == nobody


def test_the_person_is_not_asked_while_the_reviewer_may_take_it_back(session: Session) -> None:
    admin = build.administrator(session)
    host = build.organisation(session, country=Country.KR)
    person = build.civil_servant(session)
    profile = build_home.profile(session, person, confirmed_current_at=utc_now())
    post = build_home.post(session, host, OpportunityStatus.PUBLISHED)
    build_home.pairing(session, profile, post, admin, days_ago=0, reviewer=Answer.YES)
    assert waits(session, person.id) == {}


def test_hr_staff(session: Session, sign_in: SignIn) -> None:
    author = build.hr(session)
    assert author.organisation is not None
    colleague = build.hr(session, organisation=author.organisation)
    build.user(session, organisation=author.organisation, works_here=ConfirmationStatus.PENDING)
    build_home.post(session, author.organisation, OpportunityStatus.DRAFT, author_id=author.id)
    submitted = {"author_id": author.id, "submitted_at": utc_now() - timedelta(days=3)}
    build_home.post(session, author.organisation, OpportunityStatus.SUBMITTED, **submitted)
    assert waits(session, author.id) == {"organisations.our_people": 1, "opportunities.ours": 1}
    page = sign_in(colleague).page("public.home")
    assert "1 post is waiting to be published" in page.text
    assert "The longest wait: 3 days" in page.text
    assert page.links()["Check and publish"] == page.visitor.url("opportunities.to_approve")
    assert waits(session, build.hr(session).id) == {}


def test_in_korean_with_every_role_and_few_statements(session: Session, sign_in: SignIn, statements: list[str]) -> None:
    person = build.administrator(session, country=Country.KR, language=Language.KO, civil_servant=True)
    build.grant(session, person, RoleName.TRANSLATOR)
    build.grant(session, person, RoleName.HR, organisation_id=person.organisation_id)
    reader = sign_in(person)
    statements.clear()
    page = reader.page("public.home")
    assert page.heading == "지금 처리할 일"
    assert "아직 역량 프로필이 없습니다" in page.text
    assert len(statements) <= 24, len(statements)


def answer(session: Session, suggestion_id: UUID, who: User, decider: D, given: Answer) -> None:
    with transaction(session):
        some_reason = session.scalars(select(Reason.id).order_by(Reason.code).limit(1)).one()
        row = session.get_one(MatchSuggestion, suggestion_id).decision(decider)
        row.answer, row.decided_by_id, row.decided_at = given, who.id, utc_now() - timedelta(hours=1)
        row.reason_id = some_reason
