"""Fields that no form has change nothing; roles and organisations count as they are now, not as at sign-in."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import MatchSuggestion, Opportunity, PlaceClaim, Profile, RoleGrant, User, utc_now
from models.types import Answer, Band, Decider, OpportunityStatus, ProfileStatus, Side
from talent.db import transaction
from tests.support import build
from tests.support.build_auth import details
from tests.support.build_decisions import REASONS, WHY, Case, case
from tests.support.build_opportunities import opportunity
from tests.support.mail import Mailbox
from tests.support.page import Page, Visitor

MADE_UP = {
    "status": "published",
    "organisation_id": "moj",
    "author_id": str(uuid4()),
    "approved_by_id": str(uuid4()),
    "role": "administrator",
    "agreed": "true",
    "places_claimed": "7",
    "decided_by": str(uuid4()),
    "decided_by_id": str(uuid4()),
    "user_id": str(uuid4()),
    "id": str(uuid4()),
    "score": "1",
    "band": "strong",
    "confirmed_at": "2020-01-01",
    "active": "1",
    "actor_id": str(uuid4()),
    "profile_id": str(uuid4()),
    "decider": "host",
    "side": "home",
    "pseudonym": "AAAAAA",
    "kind_details": "{}",
    "translation_awaited_by_id": str(uuid4()),
}


def send(page: Page, containing: str | None = None, **values: Any) -> Page:
    """Send a form with everything made up besides; what the form itself has keeps its value."""
    own = {name for name in (item.get("name") for item in page.form(containing).iter()) if name}
    extra = {name: value for name, value in MADE_UP.items() if name not in own}
    return page.submit(containing, **{**extra, **values})


def test_a_post_keeps_owner_state_and_places(session: Session, app: Flask) -> None:
    author = build.hr(session)
    post = opportunity(session, author=author)
    owner = (post.organisation_id, author.id)
    hr = Visitor(app).sign_in(author)
    for step in ("kind", "texts", "timing", "place", "languages", "offer", "details"):
        send(hr.page("opportunities.edit", opportunity_id=post.id, step=step), "version")
    send(hr.page("opportunities.edit_cost", opportunity_id=post.id, line_id=post.cost_lines[0].id), "version")
    session.expire_all()
    kept = session.get_one(Opportunity, post.id)
    assert (kept.organisation_id, kept.author_id, kept.status) == (*owner, OpportunityStatus.DRAFT)
    assert (kept.places_claimed, kept.approved_by_id, kept.translation_awaited_by_id) == (0, None, None)


def test_a_profile_keeps_owner_state_and_organisation(session: Session, app: Flask) -> None:
    person = build.civil_servant(session)
    mine = Visitor(app).sign_in(person)
    for step in ("about_you", "experience", "what_you_look_for", "taking_part", "add_language"):
        send(mine.page(f"profiles.{step}"), "version")
    session.expire_all()
    profiles = session.scalars(select(Profile)).all()
    assert {(row.user_id, row.organisation_id, row.status) for row in profiles} <= {
        (person.id, person.organisation_id, ProfileStatus.DRAFT)
    }


def test_registering_and_renaming_give_no_role(
    session: Session, app: Flask, visitor: Visitor, mailbox: Mailbox
) -> None:
    place = build.organisation(session)
    email = f"new@{place.domains[0].domain}"
    page = visitor.page("account.register").submit(email=email)
    answers = details(organisation=place.id)
    assert send(page, "password", **answers).status_code == 302
    mailbox.deliver()
    session.rollback()
    user = session.scalars(select(User).where(User.email == email)).one()
    assert (user.confirmed_at, user.organisation_id) == (None, place.id)
    assert {grant.role.value for grant in user.grants} == {"civil_servant"}
    person = build.user(session)
    send(Visitor(app).sign_in(person).page("account.names"), "name_home")
    session.expire_all()
    assert not session.scalars(select(RoleGrant).where(RoleGrant.user_id == person.id)).all()


@pytest.mark.parametrize("decider", list(Decider))
def test_an_answer_is_for_one_decider_and_by_whoever_sent_it(session: Session, app: Flask, decider: Decider) -> None:
    one = case(session)
    if decider is Decider.REVIEWER:
        one.first_view()
    else:
        one.approved()
    if decider in (Decider.HOST, Decider.HOME):
        one.decide(Decider.PERSON)
        one.record_steps(Side.HOST if decider is Decider.HOST else Side.HOME)
    before = {row.decider: row.answer for row in one.suggestion.decisions}
    page = _page(one, decider, Visitor(app).sign_in(one.actor(decider)))
    values = {"answer": "yes", "reason": REASONS[decider, Answer.YES], "note": WHY}
    assert send(page, "answer", **values).status_code == 302
    after = one.suggestion
    assert {row.decider: row.answer for row in after.decisions} == {**before, decider: Answer.YES}
    assert after.decision(decider).decided_by_id == one.actor(decider).id
    assert (after.band, after.score) == (Band.GOOD, 0.55)
    assert not session.scalars(select(PlaceClaim)).all()


def _page(one: Case, decider: Decider, visitor: Visitor) -> Page:
    endpoint = {
        Decider.REVIEWER: "matching.review",
        Decider.PERSON: "matching.my_suggestion",
        Decider.HOST: "matching.host_suggestion",
        Decider.HOME: "matching.home_suggestion",
    }[decider]
    return visitor.page(endpoint, suggestion_id=one.suggestion_id)


@pytest.mark.parametrize("decider", [Decider.HOST, Decider.HOME, Decider.REVIEWER])
def test_a_role_that_ended_counts_at_the_next_request(session: Session, app: Flask, decider: Decider) -> None:
    one = case(session)
    if decider is Decider.REVIEWER:
        one.first_view()
    else:
        one.accepted().record_steps(Side.HOST).record_steps(Side.HOME)
    actor = one.actor(decider)
    page = _page(one, decider, Visitor(app).sign_in(actor))
    with transaction(session):
        session.execute(update(RoleGrant).where(RoleGrant.user_id == actor.id).values(revoked_at=utc_now()))
    answer = page.submit("answer", answer="yes", reason=REASONS[decider, Answer.YES])
    assert answer.status_code == 403
    assert one.suggestion.answer(decider) is Answer.PENDING


def test_hr_of_two_sides_answers_only_for_its_own(session: Session, app: Flask) -> None:
    """The host's HR sends its answer to the home organisation's address, and the other way round."""
    one = case(session).accepted().record_steps(Side.HOST).record_steps(Side.HOME)
    for actor, mine, theirs in (
        (one.host_hr, Decider.HOST, f"/matching/releases/{one.suggestion_id}"),
        (one.home_hr, Decider.HOME, f"/matching/put-forward/{one.suggestion_id}"),
    ):
        page = _page(one, mine, Visitor(app).sign_in(actor))
        page.form("answer").set("action", theirs)
        answer = page.submit("answer", answer="yes", reason=REASONS[mine, Answer.YES])
        assert answer.status_code == 404
    assert one.suggestion.answer(Decider.HOST) is one.suggestion.answer(Decider.HOME) is Answer.PENDING


def test_the_four_are_asked_in_their_order(session: Session, app: Flask) -> None:
    """Before the reviewer the person finds nothing; before the person neither organisation can answer."""
    one = case(session)
    page = Visitor(app).sign_in(one.person).page("account.names")
    values = {"answer": "yes", "reason": REASONS[Decider.PERSON, Answer.YES]}
    page.form("name_home").set("action", f"/matching/mine/{one.suggestion_id}")
    assert page.submit("name_home", **values).status_code == 404
    one.approved()
    for actor, place in ((one.host_hr, "put-forward"), (one.home_hr, "releases")):
        page = Visitor(app).sign_in(actor).page("account.names")
        page.form("name_home").set("action", f"/matching/{place}/{one.suggestion_id}")
        answer = page.submit("name_home", answer="yes", reason="host-skills-fit")
        assert answer.status_code == (404 if place == "releases" else 409)
    found = session.get_one(MatchSuggestion, one.suggestion_id)
    session.refresh(found)
    assert [row.answer for row in found.decisions if row.decider is not Decider.REVIEWER] == [Answer.PENDING] * 3
