"""Places of a post: the fourth yes takes one or is refused, also when many arrive at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import MatchSuggestion, Opportunity, OutboxItem, PlaceClaim, User
from models.types import Answer, Country, Decider, Side
from talent.errors import TransitionRefused
from talent.extensions import db
from talent.matching import decisions
from talent.matching.states import Status, derived_status
from tests.support import build
from tests.support.build_decisions import REASONS, Case, case, post

pytestmark = pytest.mark.database
RIVALS = 50


def rivals(session: Session, number: int, places: int = 1) -> list[Case]:
    """So many suggestions of one post, each for somebody else of one organisation, all with the same deciders."""
    home_hr = build.hr(session, country=Country.GB)
    offered = post(session, places=places, kind="remote_mentoring", length=3)
    people: dict[str, Any] = {
        "opportunity": offered,
        "host_hr": build.hr(session, organisation=offered.organisation),
        "home_hr": home_hr,
        "reviewer": build.administrator(session, country=Country.GB),
        "partner": build.administrator(session, country=Country.KR),
    }
    return [case(session, **people) for _ in range(number)]


def three_yeses(one: Case) -> None:
    one.accepted().record_steps(Side.HOST).record_steps(Side.HOME)
    one.decide(Decider.HOST)


def kinds(session: Session, kind: str) -> list[OutboxItem]:
    rows = session.scalars(select(OutboxItem).where(OutboxItem.kind == "notice"))
    return [row for row in rows if row.payload.get("kind") == kind]


def test_the_last_place_ends_what_awaits_review_and_tells_the_others(session: Session) -> None:
    winner, waiting, held, under_way = rivals(session, 4)
    three_yeses(winner)
    held.decide(Decider.REVIEWER, Answer.HOLD)
    under_way.accepted()
    winner.decide(Decider.HOME)
    assert derived_status(winner.suggestion) is Status.READY
    for one in (waiting, held):
        assert derived_status(one.suggestion) is Status.WITHDRAWN
        assert one.suggestion.closed_reason is not None
        assert one.suggestion.closed_reason.code == "all-places-claimed"
    assert derived_status(under_way.suggestion) is Status.ACCEPTED
    told = {row.payload["user_id"] for row in kinds(session, "places_gone")}
    assert told == {str(under_way.person.id), str(under_way.home_hr.id)}


def test_a_fourth_yes_without_a_place_is_refused_and_stays_pending(session: Session) -> None:
    winner, late = rivals(session, 2)
    three_yeses(winner)
    three_yeses(late)
    winner.decide(Decider.HOME)
    with pytest.raises(TransitionRefused) as refused:
        late.decide(Decider.HOME)
    assert "All places" in str(refused.value.message)
    assert late.suggestion.answer(Decider.HOME) is Answer.PENDING
    assert derived_status(late.suggestion) is Status.ACCEPTED


def test_a_post_with_two_places_takes_two(session: Session) -> None:
    first, second, third = rivals(session, 3, places=2)
    for one in (first, second):
        three_yeses(one)
        one.decide(Decider.HOME)
    assert sorted(session.scalars(select(PlaceClaim.number))) == [1, 2]
    assert derived_status(third.suggestion) is Status.WITHDRAWN


@pytest.mark.slow
def test_fifty_fourth_yeses_on_one_place_make_one_claim(app: Flask, session: Session) -> None:
    cases = rivals(session, RIVALS)
    for one in cases:
        three_yeses(one)
    hr_id, ids = cases[0].home_hr.id, [one.suggestion_id for one in cases]
    session.rollback()
    db.session.remove()
    start = Barrier(RIVALS)

    def fourth_yes(suggestion_id: Any) -> str:
        with app.app_context():
            own = db.session()
            try:
                actor = own.get_one(User, hr_id)
                own.rollback()
                start.wait(timeout=60)
                decisions.decide(
                    own,
                    actor=actor,
                    suggestion_id=suggestion_id,
                    decider=Decider.HOME,
                    answer=Answer.YES,
                    reason=REASONS[Decider.HOME, Answer.YES],
                )
                return "claimed"
            except TransitionRefused:
                return "refused"
            finally:
                db.session.remove()

    with ThreadPoolExecutor(RIVALS) as pool:
        outcomes = list(pool.map(fourth_yes, ids))
    assert (outcomes.count("claimed"), outcomes.count("refused")) == (1, RIVALS - 1)
    session = db.session()
    assert session.scalar(select(func.count()).select_from(PlaceClaim)) == 1
    assert session.scalar(select(Opportunity.places_claimed)) == 1
    statuses = [derived_status(row) for row in session.scalars(select(MatchSuggestion))]
    assert (statuses.count(Status.READY), statuses.count(Status.ACCEPTED)) == (1, RIVALS - 1)
    # one set: the person, the host's HR, the home's HR and the reviewer
    assert len(kinds(session, "pairing_ready")) == 4
