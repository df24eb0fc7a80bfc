"""M11: contest a decision; somebody else answers, in time and in writing; ask why there was no suggestion (M5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    AuditEntry,
    Contest,
    ContestOutcome,
    MatcherSwitch,
    MatchSuggestion,
    Profile,
    ProfileBasis,
    User,
    utc_now,
)
from models.types import Answer, BasisPurpose, Country, Decider, Language, OpportunityStatus, ProfileStatus
from talent.db import transaction
from talent.errors import TransitionRefused
from talent.matching import endings
from talent.matching.states import Status, derived_status
from talent.privacy import contests, why_not
from tests.support import build, build_decisions, build_matching, build_privacy
from tests.support.build_auth import SignIn
from tests.support.build_decisions import Case
from tests.support.mail import Mailbox
from tests.support.page import Page, Visitor

WORDS = "I led two such services and the reviewer says I have not."
REASONS = "The evidence was there. The pairing is looked at afresh."


def send_contest(visitor: Visitor, case: Case, words: str = WORDS) -> Page:
    return visitor.page("privacy.contest_suggestion", suggestion_id=case.suggestion_id).submit("words", words=words)


def contested(session: Session, **values: Any) -> tuple[Case, Contest]:
    case = build_privacy.rejected(session, **values)
    made = contests.contest_suggestion(
        session, actor=session.get_one(User, case.person.id), suggestion_id=case.suggestion_id, words=WORDS
    )
    return case, made


def answer_page(visitor: Visitor, contest: Contest) -> Page:
    return visitor.page("privacy.answer_contest", contest_id=contest.id)


@pytest.mark.database
def test_m11_a_contest_is_acknowledged_with_the_day_of_its_answer(
    session: Session, sign_in: SignIn, mailbox: Mailbox
) -> None:
    case = build_privacy.rejected(session)
    other = build.administrator(session)
    page = send_contest(sign_in(case.person), case).follow()

    made = session.scalars(select(Contest)).one()
    assert made.due_at - made.created_at == timedelta(days=30)
    assert "We have received it" in page.text
    assert str(made.due_at.year) in page.text
    address = (case.person.email, other.email, case.reviewer.email)
    session.rollback()
    assert mailbox.last(address[0]).subject == "We have received your request to look again"
    assert mailbox.last(address[1]).subject == "A decision is contested"
    assert "A decision is contested" not in [letter.subject for letter in mailbox.letters(address[2])]
    again = sign_in(case.person).page("privacy.contest_suggestion", suggestion_id=case.suggestion_id)
    assert again.location.endswith(f"/contests/{made.id}")
    person = session.get_one(User, case.person.id)
    contests.contest_suggestion(session, actor=person, suggestion_id=case.suggestion_id, words="once more")
    session.rollback()
    assert len(session.scalars(select(Contest)).all()) == 1


@pytest.mark.database
def test_m11_the_same_reviewer_is_403(session: Session, sign_in: SignIn) -> None:
    case, made = contested(session)
    visitor = sign_in(case.reviewer)
    listed = visitor.page("privacy.to_answer")

    assert "You took the decision" in listed.text
    assert answer_page(visitor, made).status_code == 403
    token = next(item.get("value") for item in listed.tree.iter("input") if item.get("name") == "csrf_token")  # type: ignore[union-attr]
    posted = visitor.post(
        visitor.url("privacy.answer_contest", contest_id=made.id),
        {"csrf_token": token, "outcome": "not_upheld", "words": "no"},
    )
    assert posted.status_code == 403
    session.rollback()
    assert session.get_one(Contest, made.id).is_open


@pytest.mark.database
def test_m11_an_administrator_with_an_interest_is_403_and_others_404(session: Session, sign_in: SignIn) -> None:
    case, made = contested(session)
    build.administrator(session)
    own_office = build.administrator(session, organisation=case.home_hr.organisation)
    assert answer_page(sign_in(own_office), made).status_code == 403
    assert answer_page(sign_in(case.partner), made).status_code == 404
    assert answer_page(sign_in(case.host_hr), made).status_code == 403, "not an administrator at all"
    assert sign_in(build.civil_servant(session)).page("privacy.contest", contest_id=made.id).status_code == 404


@pytest.mark.database
def test_m11_upheld_is_a_new_suggestion_that_somebody_else_reviews(
    session: Session, sign_in: SignIn, mailbox: Mailbox
) -> None:
    case, made = contested(session)
    other = build.administrator(session)
    sent = answer_page(sign_in(other), made).submit("words", outcome="upheld", words=REASONS)
    assert sent.status_code == 302, sent.errors()

    session.rollback()
    answered = session.get_one(Contest, made.id)
    assert (answered.outcome, answered.answer) == (ContestOutcome.UPHELD, REASONS)
    assert answered.followed_by_id is not None
    assert derived_status(case.suggestion) is Status.REJECTED, "what was decided stays decided"
    anew = session.get_one(MatchSuggestion, answered.followed_by_id)
    assert derived_status(anew) is Status.SUGGESTED
    assert anew.id != case.suggestion_id
    first = sign_in(case.reviewer)
    assert first.page("matching.review", suggestion_id=anew.id).status_code == 403
    session.rollback()
    address, person = case.person.email, sign_in(case.person)
    session.rollback()
    assert mailbox.last(address).subject == "Your request was upheld"
    page = person.page("privacy.contest", contest_id=made.id)
    assert REASONS in page.text
    assert "See the new suggestion" in page.text


@pytest.mark.database
def test_m11_not_upheld_is_told_with_reasons_and_nothing_changes(
    session: Session, sign_in: SignIn, mailbox: Mailbox
) -> None:
    case, made = contested(session)
    visitor = sign_in(build.administrator(session))
    assert answer_page(visitor, made).submit("words", outcome="not_upheld", words="").errors()
    assert answer_page(visitor, made).submit("words", outcome=None, words=REASONS).errors()
    answer_page(visitor, made).submit("words", outcome="not_upheld", words="The level asked for is higher.")

    session.rollback()
    assert len(session.scalars(select(MatchSuggestion)).all()) == 1
    address = case.person.email
    session.rollback()
    assert mailbox.last(address).subject == "Your request was answered"
    assert "higher" in sign_in(case.person).page("privacy.contest", contest_id=made.id).text


def test_m11_what_was_answered_is_not_contested_again_until_something_is_decided(
    session: Session, sign_in: SignIn
) -> None:
    case, made = contested(session)
    answer_page(sign_in(build.administrator(session)), made).submit("words", outcome="not_upheld", words=REASONS)
    session.rollback()
    again: dict[str, Any] = {
        "actor": session.get_one(User, case.person.id),
        "suggestion_id": case.suggestion_id,
        "words": WORDS,
    }
    with pytest.raises(TransitionRefused):
        contests.contest_suggestion(session, **again)
    assert len(session.scalars(select(Contest)).all()) == 1


@pytest.mark.database
def test_m11_while_a_contest_is_open_nothing_is_decided(session: Session) -> None:
    case = build_decisions.case(session).accepted()
    person = session.get_one(User, case.person.id)
    made = contests.contest_suggestion(session, actor=person, suggestion_id=case.suggestion_id, words=WORDS)
    for decider, answer in ((Decider.HOST, Answer.NO), (Decider.HOST, Answer.HOLD), (Decider.PERSON, Answer.NO)):
        with pytest.raises(TransitionRefused):
            case.decide(decider, answer)
    with time_machine.travel(utc_now() + timedelta(days=90), tick=True):
        assert endings.expire_suggestions(session) == 0
    contests.withdraw(session, actor=person, contest_id=made.id)
    case.decide(Decider.HOST, Answer.NO)
    assert derived_status(case.suggestion) is Status.REFUSED


@pytest.mark.database
def test_m11_clock_reminder_overdue_and_overturn_rate(session: Session, sign_in: SignIn, mailbox: Mailbox) -> None:
    case, made = contested(session)
    other = build.administrator(session)
    address = other.email
    session.rollback()
    assert contests.remind(session) == 0
    with time_machine.travel(utc_now() + timedelta(days=26), tick=True):
        assert contests.remind(session) == 1
        assert contests.remind(session) == 0
        session.rollback()
        assert "must be answered by" in mailbox.last(address).subject
    with time_machine.travel(utc_now() + timedelta(days=31), tick=True):
        assert "Overdue" in sign_in(other).page("privacy.to_answer").text
        assert contests.statistics(session).overdue == 1
        contests.answer(
            session,
            actor=session.get_one(User, other.id),
            contest_id=made.id,
            outcome=ContestOutcome.NOT_UPHELD,
            words=REASONS,
        )
    numbers = contests.statistics(session)
    assert (numbers.made, numbers.open, numbers.not_upheld, numbers.overturn_rate) == (1, 0, 1, 0.0)
    assert numbers.median_days is not None
    assert 30 < numbers.median_days < 32
    assert case.person.id


def test_m11_aim_counts_working_days(session: Session) -> None:
    _case, made = contested(session)
    aim = contests.aim_of(session, made)
    days = [made.created_at.date() + timedelta(days=n) for n in range(1, (aim - made.created_at.date()).days + 1)]
    assert sum(day.weekday() < 5 for day in days) == 10


def test_m11_limits_and_bad_input(session: Session, sign_in: SignIn) -> None:
    case = build_privacy.rejected(session)
    visitor = sign_in(case.person)
    for words in ("", "   ", "x" * 2001, "x" * 1_000_000):
        page = send_contest(visitor, case, words)
        assert page.status_code == 200
        assert page.errors()
    assert "may be disclosed" in page.text
    undecided = build_decisions.case(session)
    assert send_contest(sign_in(undecided.person), undecided).status_code == 409
    assert (
        sign_in(build.civil_servant(session))
        .page("privacy.contest_suggestion", suggestion_id=case.suggestion_id)
        .status_code
        == 404
    )


def test_m11_the_person_takes_it_back_and_it_is_audited(session: Session, sign_in: SignIn) -> None:
    case, made = contested(session)
    visitor = sign_in(case.person)
    page = visitor.page("privacy.contest", contest_id=made.id)
    assert page.submit("Take it back").status_code == 302
    assert "You took it back" in visitor.page("privacy.contest", contest_id=made.id).text
    session.rollback()
    actions = set(session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == str(made.id))))
    assert {"contest.open", "contest.withdraw"} <= actions


def test_m11_without_anybody_at_home_the_partner_answers(session: Session, sign_in: SignIn) -> None:
    case, made = contested(session)
    page = sign_in(case.partner).page("privacy.answer_contest", contest_id=made.id)
    assert page.status_code == 200
    assert case.person.email not in page.html


def test_m11_names_are_masked_for_who_answers(session: Session, sign_in: SignIn) -> None:
    case = build_privacy.rejected(session)
    person = session.get_one(User, case.person.id)
    made = contests.contest_suggestion(
        session, actor=person, suggestion_id=case.suggestion_id, words=f"I am {person.name_home}, {person.email}"
    )
    page = answer_page(sign_in(build.administrator(session)), made)
    assert person.name_home not in page.html
    assert person.email not in page.html


def test_m11_walk_in_korean(app: Flask, session: Session) -> None:
    case, made = contested(session)
    other = build.administrator(session)
    with transaction(session):
        for one in (case.person, other):
            session.get_one(User, one.id).language = Language.KO
    person = Visitor(app, "ko").sign_in(case.person)
    assert "재검토 요청" in person.page("privacy.contest", contest_id=made.id).heading
    person.page("privacy.contest", contest_id=made.id).submit("취소")
    person.page("privacy.contest_suggestion", suggestion_id=case.suggestion_id).submit(
        "words", words="다시 보아 주십시오"
    )
    administrator = Visitor(app, "ko").sign_in(other)
    administrator.page("privacy.to_answer")
    again = session.scalars(select(Contest).where(Contest.withdrawn_at.is_(None))).one()
    answer_page(administrator, again).submit("words", outcome="upheld", words="새로 검토합니다")
    person.page("privacy.contest", contest_id=again.id)
    administrator.page("privacy.to_answer")


# Why was this post not suggested to me?


def ask(session: Session, profile: Profile, post: Any) -> str:
    session.rollback()
    person = session.get_one(User, profile.user_id)
    return why_not.why_not(session, person, post.id).code


@pytest.mark.database
def test_m5_why_not_names_the_state_of_the_profile(session: Session) -> None:
    post = build_matching.opportunity(session)
    nobody = build.civil_servant(session)
    assert why_not.why_not(session, nobody, post.id).code == "no_profile"
    for status, code in ((ProfileStatus.DRAFT, "draft"), (ProfileStatus.PAUSED, "paused")):
        mine = build_matching.profile(session, status=status, paused_at=utc_now())
        assert ask(session, mine, post) == code
    opted_out = build_matching.profile(session)
    with transaction(session):
        session.get_one(Profile, opted_out.id).matching_opted_out_at = utc_now()
    assert ask(session, opted_out, post) == "opted_out"


@pytest.mark.database
def test_m5_why_not_names_rules(session: Session, sign_in: SignIn) -> None:
    post = build_matching.opportunity(session)
    hidden = build_matching.profile(session)
    with transaction(session):
        for basis in session.scalars(
            select(ProfileBasis).where(
                ProfileBasis.profile_id == hidden.id, ProfileBasis.purpose == BasisPurpose.SHOWING_ABROAD
            )
        ):
            basis.agreed = False
    assert ask(session, hidden, post) == "not_shown_abroad"
    mine = build_matching.profile(session, kinds=["job-shadowing"])
    assert ask(session, mine, post) == "rule_not_met"
    page = sign_in(session.get_one(User, mine.user_id)).page("privacy.why_not_suggested", opportunity_id=post.id)
    assert "Kind of exchange" in page.text
    assert page.links()["Ask for a person to look at it"]
    own = build_matching.opportunity(session, organisation=mine.organisation)
    assert ask(session, mine, own) == "own_organisation"
    past = build_matching.opportunity(session, closes_in=-1)
    assert ask(session, mine, past) == "post_closed"


@pytest.mark.database
def test_m5_why_not_names_what_the_matcher_did(session: Session, sign_in: SignIn) -> None:
    post = build_matching.opportunity(session)
    weak = build_matching.profile(session, skills={"accessibility": 1}, text="")
    assert ask(session, weak, post) == "not_looked_at_yet"
    strong = [build_matching.profile(session) for _ in range(9)]
    build_matching.run(session)
    assert ask(session, weak, post) == "below_threshold"
    page = sign_in(session.get_one(User, weak.user_id)).page("privacy.why_not_suggested", opportunity_id=post.id)
    assert "What is missing or short" in page.text
    answers = [ask(session, one, post) for one in strong]
    assert answers.count("being_considered") >= 3
    assert set(answers) <= {"being_considered", "list_was_full"}
    with transaction(session):
        session.add(MatcherSwitch(enabled=False, reason="test"))
    assert ask(session, weak, post) == "matcher_off"


@pytest.mark.database
def test_m5_why_not_after_a_decision_and_recorded(session: Session, sign_in: SignIn) -> None:
    case = build_privacy.rejected(session)
    visitor = sign_in(case.person)
    post = case.suggestion.opportunity_id
    page = visitor.page("privacy.why_not_suggested", opportunity_id=post)
    assert "suggested for this post before" in page.text
    assert page.click("Open the suggestion").status_code == 200
    session.rollback()
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "privacy.why_not")).one()
    assert entry.person_id == case.person.id
    assert entry.details["code"] == "already_decided"


def test_m5_why_not_only_for_published_posts_and_from_the_post(session: Session, sign_in: SignIn) -> None:
    mine = build_matching.profile(session)
    post = build_matching.opportunity(session)
    draft = build_decisions.post(session)
    with transaction(session):
        session.get_one(type(draft), draft.id).status = OpportunityStatus.DRAFT
    visitor = sign_in(session.get_one(User, mine.user_id))
    assert visitor.page("privacy.why_not_suggested", opportunity_id=draft.id).status_code == 404
    assert visitor.page("privacy.contest_absence", opportunity_id=draft.id).status_code == 404
    seen = visitor.page("opportunities.view", opportunity_id=post.id).click("Why was this post not suggested to me?")
    assert seen.status_code == 200
    listed = visitor.page("privacy.index").click("Ask why a post was not suggested to you")
    assert listed.click(build_matching.POST_TITLE).status_code == 200


def test_m11_a_missing_suggestion_can_be_contested_and_reopened(session: Session, sign_in: SignIn) -> None:
    mine = build_matching.profile(session, skills={"accessibility": 1}, text="")
    post = build_matching.opportunity(session)
    visitor = sign_in(session.get_one(User, mine.user_id))
    sent = visitor.page("privacy.contest_absence", opportunity_id=post.id).submit("words", words=WORDS)
    assert sent.status_code == 302
    made = session.scalars(select(Contest)).one()
    assert (made.suggestion_id, made.about) == (None, "why_not")
    answer_page(sign_in(build.administrator(session, country=Country.GB)), made).submit(
        "words", outcome="upheld", words=REASONS
    )
    session.rollback()
    followed = session.get_one(Contest, made.id).followed_by_id
    assert followed is not None
    assert derived_status(session.get_one(MatchSuggestion, followed)) is Status.SUGGESTED
