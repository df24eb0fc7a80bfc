"""The off switch (M18), pairings by hand, and opting out of matching without detriment (M11)."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import MatcherSwitch, MatchRun, MatchSuggestion, Profile, utc_now
from models.types import Answer, Country, Decider, Language, RunStatus, Side
from talent.db import transaction
from talent.errors import NotFound
from talent.matching import by_hand, services, switch
from talent.matching.states import Status, derived_status
from tests.support import build, build_matching
from tests.support.build_decisions import REASONS, WHY, Case, case
from tests.support.mail import Mailbox
from tests.support.page import Visitor

OFF = ["match", "disable", "--reason", "Scores of last week look wrong"]
ON = ["match", "enable", "--reason", "Checked and put right"]


def people_of(session: Session, made: MatchSuggestion) -> Case:
    """Everybody concerned with a suggestion, to take it to its end."""
    profile = session.get_one(Profile, made.profile_id)
    assert profile.user is not None
    return Case(
        session=session,
        suggestion_id=made.id,
        reviewer=build.administrator(session, country=made.sending_country),
        partner=build.administrator(session, country=made.receiving_country),
        person=profile.user,
        host_hr=build.hr(session, organisation=made.opportunity.organisation),
        home_hr=build.hr(session, organisation=profile.organisation),
    )


def to_ready(one: Case) -> None:
    one.accepted().record_steps(Side.HOST).record_steps(Side.HOME)
    one.decide(Decider.HOST)
    one.decide(Decider.HOME)
    assert derived_status(one.suggestion) is Status.READY


def test_m18_the_matcher_is_turned_off_and_on_in_one_command(
    app: Flask, session: Session, sign_in: Any, mailbox: Mailbox
) -> None:
    reviewer = build.administrator(session, country=Country.GB)
    runner = app.test_cli_runner()
    assert runner.invoke(args=["match", "disable"]).exit_code != 0, "a reason is needed"
    assert runner.invoke(args=[*OFF[:3], "  "]).exit_code == 1
    assert switch.is_enabled(session)
    assert runner.invoke(args=OFF).exit_code == 0
    session.rollback()
    assert not switch.is_enabled(session)
    assert runner.invoke(args=OFF).exit_code == 0
    session.rollback()
    assert len(session.scalars(select(MatcherSwitch)).all()) == 1
    assert mailbox.last(reviewer.email).subject == "The matcher has been turned off"
    refused = runner.invoke(args=["match", "run"])
    assert refused.exit_code == 1
    assert "turned off" in refused.output
    assert "look wrong" in sign_in(reviewer).page("review.matcher").text
    assert runner.invoke(args=ON).exit_code == 0
    session.rollback()
    assert switch.is_enabled(session)
    assert session.scalars(select(MatchRun.status)).all() == [RunStatus.QUEUED], "everything is looked at"


def test_m18_an_administrator_turns_it_off_with_a_reason_and_confirms(session: Session, sign_in: Any) -> None:
    visitor = sign_in(build.administrator(session, country=Country.KR))
    page = visitor.page("review.matcher")
    assert page.submit("reason").errors() == ["Say why", "Tick that you understand what changes"]
    assert page.submit("reason", reason="Parity is off", confirm="y").status_code == 302
    session.rollback()
    assert not switch.is_enabled(session)
    for kind in (build.civil_servant(session), build.hr(session)):
        assert sign_in(kind).page("review.matcher").status_code == 403
    back = visitor.page("review.matcher").submit("reason", reason="Checked", confirm="y")
    assert "The matcher is on" in back.follow().text


def test_m18_off_means_no_runs_and_no_scores(app: Flask, session: Session, sign_in: Any, mailbox: Mailbox) -> None:
    one = case(session)
    one.first_view()
    profile = build_matching.profile(session)
    run = services.request_run(session)
    app.test_cli_runner().invoke(args=OFF)
    build_matching.opportunity(session)
    mailbox.deliver()
    session.rollback()
    assert session.get_one(MatchRun, run.id).status is RunStatus.FAILED
    assert session.scalars(select(MatchSuggestion)).all() == [one.suggestion]
    visitor = sign_in(one.reviewer)
    assert "The matcher is turned off" in visitor.page("matching.queue").text
    shown = visitor.page("matching.review", suggestion_id=one.suggestion_id)
    assert "Good match" not in shown.text
    assert "its score and explanation are not shown" in shown.text
    assert "Run matching now" not in visitor.page("matching.runs").text
    assert visitor.page("matching.run", run_id=run.id).status_code == 200
    assert profile.user is not None
    person = sign_in(profile.user)
    for page in (
        person.page("matching.for_you"),
        person.page("matching.for_you_others"),
        person.page("matching.for_you_post", opportunity_id=one.suggestion.opportunity_id),
    ):
        assert "The matcher is turned off, so nothing is ranked for you." in page.text
        assert "app-meter" not in page.html
    with pytest.raises(switch.MatcherOff):
        services.suggest_pairs(session, pairs=[(profile.id, one.suggestion.opportunity_id)])


def test_m18_the_whole_flow_by_hand(app: Flask, session: Session, sign_in: Any) -> None:
    """Off: an administrator adds somebody, views, decides; the person, the host and the home say yes."""
    offered = build_matching.opportunity(session)
    build_matching.profile(session)
    app.test_cli_runner().invoke(args=OFF)
    reviewer = build.administrator(session, country=Country.GB)
    visitor: Visitor = sign_in(reviewer)
    page = visitor.page("review.everyone", opportunity_id=offered.id).submit("Add to my shortlist").follow()
    assert "put together" not in page.text, "nothing tells how they came here before the first view"
    name = next(item.get("name", "") for item in page.form("then").iter("input") if "-view" in item.get("name", ""))
    page = page.submit("then", button="Save my first views and continue", **{name: "fits"}).follow()
    assert "No score: put together by hand" in page.text
    made = session.scalars(select(MatchSuggestion)).one()
    assert (made.score, made.band, made.put_together_by_id) == (None, None, reviewer.id)
    card = name.removeprefix("card-").removesuffix("-view")
    sent = page.submit(
        f"card-{card}-answer",
        **{f"card-{card}-answer": "yes", f"card-{card}-reason": "reviewer-skills-fit", f"card-{card}-note": WHY},
    )
    assert sent.status_code == 302, sent.errors()
    one = people_of(session, made)
    with transaction(session):
        decision = one.suggestion.decision(Decider.REVIEWER)
        decision.decided_at = made.created_at.replace(year=made.created_at.year - 1)
    shown = sign_in(one.person).page("matching.my_suggestion", suggestion_id=made.id)
    assert "Nothing was computed for this pairing" in shown.text
    assert "No score" in sign_in(one.person).page("matching.my_suggestions").text
    assert sign_in(one.host_hr).page("matching.host_suggestion", suggestion_id=made.id).status_code == 200
    one.decide(Decider.PERSON)
    one.record_steps(Side.HOST).record_steps(Side.HOME)
    one.decide(Decider.HOST)
    one.decide(Decider.HOME)
    assert derived_status(one.suggestion) is Status.READY


@pytest.mark.parametrize("way", ["matcher on", "matcher off", "opted out"])
def test_m11_a_person_asks_to_be_considered(
    app: Flask, session: Session, sign_in: Any, mailbox: Mailbox, way: str
) -> None:
    profile = build_matching.profile(session)
    offered = build_matching.opportunity(session)
    assert profile.user is not None
    person = sign_in(profile.user)
    if way == "matcher off":
        app.test_cli_runner().invoke(args=OFF)
    if way == "opted out":
        assert person.page("profiles.matching_choice").submit("takes_part", takes_part="no").status_code == 302
        build_matching.run(session)
        session.rollback()
        assert not session.scalars(select(MatchSuggestion)).all()
    page = person.page("opportunities.view", opportunity_id=offered.id).click("Ask to be considered for this post")
    done = page.submit("Ask to be considered").follow()
    assert "Being considered" in done.text
    session.rollback()
    made = session.scalars(select(MatchSuggestion)).one()
    assert (made.score, made.put_together_by_id) == (None, profile.user_id)
    assert page.submit("Ask to be considered").status_code == 302, "asking twice is asking once"
    assert len(session.scalars(select(MatchSuggestion)).all()) == 1
    if way == "matcher on":
        build_matching.run(session)  # leaves alone what people put together
    session.rollback()
    one = people_of(session, session.scalars(select(MatchSuggestion)).one())
    assert sign_in(one.host_hr).page("matching.put_forward").text.count("Person") == 0
    to_ready(one)


def test_m11_a_no_to_who_asked_is_told_with_its_reason(session: Session, sign_in: Any, mailbox: Mailbox) -> None:
    profile = build_matching.profile(session)
    offered = build_matching.opportunity(session)
    assert profile.user is not None
    made = by_hand.ask_to_be_considered(session, actor=profile.user, opportunity_id=offered.id)
    one = people_of(session, made)
    one.decide(Decider.REVIEWER, Answer.NO, at=utc_now().replace(year=utc_now().year - 1))
    page = sign_in(profile.user).page("matching.asked")
    assert "Not put forward" in page.text
    assert "well below the level" in page.text
    assert WHY not in page.text, "the note is for the record"
    again = sign_in(profile.user).page("matching.ask", opportunity_id=offered.id).submit("Ask to be considered")
    assert again.status_code == 409
    assert "nothing" in again.errors()[0] or "neither" in again.errors()[0]


def test_rules_hold_by_hand_and_say_why_not(session: Session, sign_in: Any) -> None:
    profile = build_matching.profile(session, kinds=["mentoring"])
    offered = build_matching.opportunity(session, kind="secondment")
    assert profile.user is not None
    visitor = sign_in(profile.user)
    page = visitor.page("matching.ask", opportunity_id=offered.id)
    assert "Kind of exchange" in page.text
    assert not list(page.tree.iterfind(".//main//form"))
    with pytest.raises(by_hand.NotEligible):
        by_hand.ask_to_be_considered(session, actor=profile.user, opportunity_id=offered.id)
    reviewer = build.administrator(session, country=Country.GB)
    with pytest.raises(by_hand.NotEligible):
        by_hand.put_together(session, actor=reviewer, profile_id=profile.id, opportunity_id=offered.id)
    stranger = build.administrator(session, country=Country.KR)
    with pytest.raises(NotFound):
        by_hand.put_together(session, actor=stranger, profile_id=profile.id, opportunity_id=offered.id)
    draft = build_matching.opportunity(session, status="draft")
    assert visitor.page("matching.ask", opportunity_id=draft.id).status_code == 404


def test_m11_opting_out_ends_what_nobody_put_forward(session: Session, sign_in: Any) -> None:
    made = build_matching.suggestion(session)
    person = session.get_one(Profile, made.profile_id).user
    assert person is not None
    page = sign_in(person).page("profiles.task_list").click("Matching by computer")
    assert page.submit("takes_part", takes_part=None).errors() == ["Say whether the matcher may look at your profile"]
    assert page.submit("takes_part", takes_part="no").status_code == 302
    session.rollback()
    assert derived_status(session.get_one(MatchSuggestion, made.id)) is Status.WITHDRAWN
    assert "You opted out of matching" in sign_in(person).page("matching.for_you").text
    page.submit("takes_part", takes_part="yes")
    session.rollback()
    profile = session.get_one(Profile, made.profile_id)
    assert profile.matching_opted_out_at is None
    build_matching.run(session)
    assert len(session.scalars(select(MatchSuggestion)).all()) == 2, "back as before"


def test_the_pages_of_asking_in_korean(app: Flask, session: Session, sign_in: Any) -> None:
    person = build.civil_servant(session, country=Country.KR, language=Language.KO)
    build_matching.profile(session, person=person)
    offered = build_matching.opportunity(session, country=Country.GB)
    visitor = sign_in(person)
    page = visitor.page("matching.ask", opportunity_id=offered.id)
    assert "검토 신청" in page.text
    assert "검토 중" in page.submit("검토 신청").follow().text
    assert "컴퓨터 매칭 참여" in visitor.page("profiles.matching_choice").text
    app.test_cli_runner().invoke(args=OFF)
    assert "매칭 도구" in visitor.page("matching.for_you").text


def test_a_by_hand_pairing_is_reviewed_like_any_other(session: Session, sign_in: Any) -> None:
    profile, offered = build_matching.profile(session), build_matching.opportunity(session)
    assert profile.user is not None
    made = by_hand.ask_to_be_considered(session, actor=profile.user, opportunity_id=offered.id)
    one = people_of(session, made)
    page = sign_in(one.reviewer).page("matching.review", suggestion_id=made.id)
    assert "No score" not in page.text
    assert "Save my first view" in page.html
    shown = page.submit("view", view="unsure").follow()
    assert "No score: put together by hand" in shown.text
    sent = shown.submit("answer", answer="no", reason=REASONS[Decider.REVIEWER, Answer.NO], note=WHY)
    assert sent.status_code == 302
