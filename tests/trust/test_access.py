"""Who may see who somebody is: an administrator with a reason, for an hour, told to the person (R3, R5)."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, FirstView, MatchSuggestion, Opportunity, Profile, Unmasking, User, utc_now
from models.types import Answer, Country, Decider, Language
from talent.auth.route_table import route_table
from talent.db import transaction
from talent.errors import TransitionRefused
from talent.matching import closings, decisions
from talent.matching.eligible import eligible
from talent.review import queries, shortlists
from tests.support import build
from tests.support.build_decisions import NAME, REASONS, Case, case, suggest
from tests.support.build_decisions import WHY as REASON
from tests.support.build_decisions import profile as build_profile
from tests.support.mail import Mailbox
from tests.support.page import Page, Visitor

TABLE = Path(__file__).parents[1] / "architecture" / "routes.json"
WHY = "A complaint of last week names a person with the same experience."


def ask(app: Flask, one: Case, actor: User, **values: Any) -> Page:
    page = Visitor(app).sign_in(actor).get(f"/matching/review/{one.suggestion_id}/who")
    return page.submit("reason", **{"reason": "unmask-complaint", "note": WHY, **values})


def test_r3_the_dumped_table_is_the_committed_one(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["authz", "dump"])
    assert result.exit_code == 0
    dumped = json.loads(result.output)
    assert dumped == json.loads(json.dumps(route_table(app)))
    assert {json.dumps(row) for row in dumped} == {json.dumps(row) for row in json.loads(TABLE.read_text())}
    assert not [row["endpoint"] for row in dumped if row["answers"] is None]


def test_r5_a_name_is_shown_for_a_reason_and_an_hour_and_told_to_its_owner(
    session: Session, app: Flask, mailbox: Mailbox
) -> None:
    one = case(session)
    one.first_view()
    sent = ask(app, one, one.reviewer)
    assert sent.status_code == 302
    page = sent.follow()
    assert NAME in page.text
    assert one.person.email in page.text
    row = session.scalars(select(Unmasking)).one()
    assert (row.actor_id, row.note, row.reason.code) == (one.reviewer.id, WHY, "unmask-complaint")
    assert row.until - row.at == timedelta(hours=1)
    told = {entry.action: entry for entry in session.scalars(select(AuditEntry)) if "unmasked" in entry.action}
    assert set(told) == {"suggestion.unmasked", "profile.unmasked"}
    assert all(WHY not in str(entry.details) for entry in told.values())

    letter = mailbox.last(one.person.email)
    assert "An administrator has seen your name" in letter.subject
    views = Visitor(app).sign_in(one.person).page("profiles.viewed_by").text
    assert "An administrator of the United Kingdom" in views
    assert "A complaint or a contested decision names the person" in views
    assert one.reviewer.name_romanised not in views


def test_r5_the_review_itself_stays_without_the_name(session: Session, app: Flask) -> None:
    one = case(session)
    one.first_view()
    ask(app, one, one.reviewer)
    assert NAME not in Visitor(app).sign_in(one.reviewer).page("matching.review", suggestion_id=one.suggestion_id).html


def test_r5_after_an_hour_and_for_others_the_name_is_hidden(session: Session, app: Flask) -> None:
    one = case(session).approved()
    ask(app, one, one.reviewer)
    address = f"/matching/review/{one.suggestion_id}/who"
    assert NAME in Visitor(app).sign_in(one.reviewer).get(address).html
    assert NAME not in Visitor(app).sign_in(one.partner).get(address).html
    with transaction(session):
        row = session.scalars(select(Unmasking)).one()
        row.at, row.until = utc_now() - timedelta(hours=2), utc_now() - timedelta(hours=1)
    assert NAME not in Visitor(app).sign_in(one.reviewer).get(address).html


def test_r5_names_never_come_before_the_first_view(session: Session, app: Flask) -> None:
    one = case(session)
    visitor = Visitor(app).sign_in(one.reviewer)
    address = f"/matching/review/{one.suggestion_id}/who"
    page = visitor.get(address)
    assert "Give your own first view" in page.text
    token = visitor.page("account.names")
    token.form("name_home").set("action", address)
    refused = token.submit("name_home", reason="unmask-complaint", note=WHY)
    assert refused.status_code == 409
    assert NAME not in refused.html
    assert not session.scalars(select(Unmasking)).all()


@pytest.mark.parametrize(
    "values",
    [{"reason": ""}, {"reason": "reviewer-skills-fit"}, {"note": ""}, {"note": " \u200b "}, {"note": "x" * 3000}],
)
def test_r5_without_a_reason_and_a_note_no_name(session: Session, app: Flask, values: dict[str, str]) -> None:
    one = case(session).approved()
    page = ask(app, one, one.reviewer, **values)
    assert page.status_code == 200
    assert page.errors()
    assert NAME not in page.html
    assert not session.scalars(select(Unmasking)).all()


def test_r5_administrators_without_a_part_in_the_pairing_find_nothing(session: Session, app: Flask) -> None:
    one = case(session)
    address = f"/matching/review/{one.suggestion_id}/who"
    assert Visitor(app).sign_in(one.partner).get(address).status_code == 404  # not approved yet: not theirs
    inside = case(session, sending=Country.KR)
    assert Visitor(app).sign_in(one.reviewer).get(f"/matching/review/{inside.suggestion_id}/who").status_code == 404
    for outsider in (one.host_hr, one.home_hr, one.person):
        assert Visitor(app).sign_in(outsider).get(address).status_code == 403


def test_r5_an_interest_bars_the_name(session: Session, app: Flask) -> None:
    one = case(session).approved()
    colleague = build.administrator(session, organisation=one.person.organisation)
    page = Visitor(app).sign_in(colleague).get(f"/matching/review/{one.suggestion_id}/who")
    assert page.status_code == 403
    assert NAME not in page.html


def test_r5_asking_twice_within_the_hour_is_one_showing(session: Session, app: Flask) -> None:
    one = case(session).approved()
    page = Visitor(app).sign_in(one.reviewer).get(f"/matching/review/{one.suggestion_id}/who")
    for _time in range(2):
        page.submit("reason", reason="unmask-safety", note=WHY)
    assert len(session.scalars(select(Unmasking)).all()) == 1


def test_r5_the_page_in_korean(session: Session, app: Flask) -> None:
    one = case(session, sending=Country.KR).approved()
    with transaction(session):
        session.get_one(User, one.reviewer.id).language = Language.KO
    visitor = Visitor(app, "ko").sign_in(one.reviewer)
    page = visitor.get(f"/matching/review/{one.suggestion_id}/who")
    assert "성명 열람" in page.heading
    shown = page.submit("reason", reason="unmask-other", note="민원 확인을 위함").follow()
    assert "까지 성명이 표시됩니다" in shown.text


REFUSED = "You have seen who this person is, so somebody else must decide about this pairing."


@pytest.mark.parametrize("answer", [Answer.YES, Answer.HOLD, Answer.NO])
def test_r5_who_has_seen_the_name_decides_no_more_and_a_colleague_does(
    session: Session, app: Flask, answer: Answer
) -> None:
    one = case(session)
    one.first_view()
    warned = Visitor(app).sign_in(one.reviewer).get(f"/matching/review/{one.suggestion_id}/who")
    assert "Once you have seen the name, somebody else decides about this pairing." in warned.text
    before = Visitor(app).sign_in(one.reviewer).page("matching.review", suggestion_id=one.suggestion_id)
    ask(app, one, one.reviewer)
    page = Visitor(app).sign_in(one.reviewer).page("matching.review", suggestion_id=one.suggestion_id)
    assert REFUSED in page.text
    assert 'name="answer"' not in page.html
    refused = before.submit("answer", answer=answer.value, reason=REASONS[Decider.REVIEWER, answer], note=REASON)
    assert refused.status_code == 409
    assert REFUSED in " ".join(refused.errors())
    assert one.suggestion.decision(Decider.REVIEWER).answer is Answer.PENDING
    colleague = build.administrator(session, country=one.suggestion.sending_country)
    one.decide(Decider.REVIEWER, answer, actor=colleague)
    assert one.suggestion.decision(Decider.REVIEWER).decided_by_id == colleague.id


def test_r5_who_sees_the_name_after_deciding_may_take_back_but_not_decide_again(session: Session, app: Flask) -> None:
    one = case(session)
    one.decide(Decider.REVIEWER)
    ask(app, one, one.reviewer)
    decisions.take_back(session, actor=one.reviewer, suggestion_id=one.suggestion_id)
    with pytest.raises(TransitionRefused) as refused:
        one.decide(Decider.REVIEWER)
    assert str(refused.value.message) == REFUSED
    listed = Visitor(app).sign_in(one.reviewer).page("matching.review", suggestion_id=one.suggestion_id)
    assert REFUSED in listed.text


def test_r5_a_pair_suggested_again_does_not_come_to_who_knows_the_name(session: Session, app: Flask) -> None:
    one = case(session).approved()
    ask(app, one, one.reviewer)
    profile, post = one.suggestion.profile, one.suggestion.opportunity
    colleague = build.administrator(session, country=one.suggestion.sending_country)
    session.rollback()
    with transaction(session):
        closings.close(session, session.get_one(MatchSuggestion, one.suggestion_id), "expired")
    again = suggest(session, session.get_one(Profile, profile.id), session.get_one(Opportunity, post.id))
    pair = Case(session, again.id, one.reviewer, one.partner, one.person, one.host_hr, one.home_hr)

    queue = Visitor(app).sign_in(one.reviewer).page("matching.queue")
    assert "Review this post" not in queue.text
    assert queries.not_looked_at(session, one.reviewer, post.id) == []
    assert [row.id for row in queries.not_looked_at(session, colleague, post.id)] == [again.id]
    assert profile.id not in eligible(session, one.reviewer, session.get_one(Opportunity, post.id))
    with pytest.raises(TransitionRefused) as refused:
        pair.decide(Decider.REVIEWER)
    assert str(refused.value.message) == REFUSED
    pair.decide(Decider.REVIEWER, actor=colleague)
    assert pair.suggestion.decision(Decider.REVIEWER).answer is Answer.YES


def test_r5_another_pairing_of_the_same_post_is_still_theirs(session: Session, app: Flask) -> None:
    one = case(session)
    one.first_view()
    ask(app, one, one.reviewer)
    other = build.civil_servant(session, organisation=build.organisation(session, country=Country.GB))
    made = suggest(session, build_profile(session, other), session.get_one(Opportunity, one.suggestion.opportunity_id))
    pair = Case(session, made.id, one.reviewer, one.partner, other, one.host_hr, one.home_hr)
    shortlist = shortlists.start(session, actor=one.reviewer, opportunity_id=one.suggestion.opportunity_id)
    assert shortlist is not None
    assert [card.suggestion_id for card in shortlist.cards] == [made.id]
    shortlists.give_views(
        session,
        actor=one.reviewer,
        shortlist_id=shortlist.id,
        views={card.id: FirstView.FITS for card in shortlist.cards},
        complete=True,
    )
    pair.decide(Decider.REVIEWER)
    assert pair.suggestion.decision(Decider.REVIEWER).answer is Answer.YES


def test_r5_a_shortlist_offers_no_decision_about_somebody_whose_name_was_seen(session: Session, app: Flask) -> None:
    one = case(session)
    shortlist = shortlists.start(session, actor=one.reviewer, opportunity_id=one.suggestion.opportunity_id)
    assert shortlist is not None
    views = {card.id: FirstView.FITS for card in shortlist.cards}
    shortlists.give_views(session, actor=one.reviewer, shortlist_id=shortlist.id, views=views, complete=True)
    page = Visitor(app).sign_in(one.reviewer).get(f"/review/shortlists/{shortlist.id}")
    assert "Record the decision" in page.text
    ask(app, one, one.reviewer)
    page = Visitor(app).sign_in(one.reviewer).get(page.url)
    assert REFUSED in page.text
    assert "Record the decision" not in page.text
