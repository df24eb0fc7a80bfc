"""The four decisions through the services: the whole way, who may answer when, and what is kept of it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import AuditEntry, Decision, DecisionEvent, MatchSuggestion, PlaceClaim, utc_now
from models.types import Answer, Decider, RoleName, Side
from talent.config import ROOT
from talent.db import transaction
from talent.errors import Invalid, NotFound, StaleRecord, TransitionRefused
from talent.matching import decisions, queries, queries_lists, states
from talent.matching.closings import close
from talent.matching.queries import Interest
from talent.matching.states import OBJECTION, Status, derived_status
from tests.support import build
from tests.support.build_decisions import Case, case

pytestmark = pytest.mark.database
YES, HOLD, NO, PENDING = Answer.YES, Answer.HOLD, Answer.NO, Answer.PENDING


def test_the_whole_way_to_ready(session: Session) -> None:
    one = case(session)
    assert derived_status(one.suggestion) is Status.SUGGESTED
    one.approved()
    assert derived_status(one.suggestion) is Status.APPROVED
    one.decide(Decider.PERSON)
    assert derived_status(one.suggestion) is Status.ACCEPTED
    one.record_steps(Side.HOST).record_steps(Side.HOME)
    one.decide(Decider.HOME)
    assert derived_status(one.suggestion) is Status.ACCEPTED
    one.decide(Decider.HOST)
    assert derived_status(one.suggestion) is Status.READY
    claim = session.scalars(select(PlaceClaim)).one()
    assert (claim.suggestion_id, claim.number) == (one.suggestion_id, 1)
    assert one.suggestion.opportunity.places_claimed == 1
    answers = session.scalars(select(DecisionEvent.to_answer).where(DecisionEvent.decider != "system"))
    assert list(answers) == ["yes"] * 4
    for decider in Decider:
        row = one.suggestion.decision(decider)
        assert row.decided_by_id == one.actor(decider).id
        assert row.decided_at is not None
        assert row.reason is not None
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.actor_id == row.decided_by_id)).all()
        assert any(action.startswith(f"suggestion.{decider}.") for action in actions)


def _held(one: Case) -> None:
    one.decide(Decider.REVIEWER, HOLD, at=utc_now() - timedelta(hours=1))


def _reviewed_no(one: Case) -> None:
    one.decide(Decider.REVIEWER, NO, at=utc_now() - timedelta(hours=1))


def _host_yes(one: Case) -> None:
    one.accepted().record_steps(Side.HOST)
    one.decide(Decider.HOST)


def _declined(one: Case) -> None:
    one.approved().decide(Decider.PERSON, NO)


def _refused(one: Case) -> None:
    one.accepted().decide(Decider.HOME, NO)


def _objected(one: Case) -> None:
    decisions.object_to(
        one.approved().session, actor=one.partner, suggestion_id=one.suggestion_id, reason="objection-post-changed"
    )


def _withdrawn(one: Case) -> None:
    with transaction(one.session):
        assert close(one.session, one.approved().suggestion, "post-withdrawn")


def _expired(one: Case) -> None:
    with transaction(one.session):
        assert close(one.session, one.suggestion, "expired")


def _superseded(one: Case) -> None:
    with transaction(one.session):
        assert close(one.session, one.suggestion, "superseded")


STAGES: dict[Status, tuple[Callable[[Case], object], dict[str, set[Answer]]]] = {
    Status.SUGGESTED: (lambda one: None, {"reviewer": {YES, HOLD, NO}}),
    Status.HELD: (_held, {"reviewer": {YES, HOLD, NO}}),
    Status.APPROVED: (Case.approved, {"person": {YES, HOLD, NO}, OBJECTION: {NO}}),
    Status.ACCEPTED: (_host_yes, {"person": {NO}, "host": {NO}, "home": {HOLD, NO}, OBJECTION: {NO}}),
    Status.READY: (Case.ready, {}),
    Status.REJECTED: (_reviewed_no, {}),
    Status.DECLINED: (_declined, {}),
    Status.REFUSED: (_refused, {}),
    Status.OBJECTED: (_objected, {}),
    Status.WITHDRAWN: (_withdrawn, {}),
    Status.EXPIRED: (_expired, {}),
    Status.SUPERSEDED: (_superseded, {}),
}
"""Each status, how a suggestion gets there, and every answer that is possible in it once the minute to undo is over."""


@pytest.mark.parametrize("status", list(Status))
def test_what_is_possible_in_each_status(session: Session, status: Status) -> None:
    one = case(session)
    reach, expected = STAGES[status]
    reach(one)
    assert derived_status(one.suggestion) is status
    rules = queries.rules(session, one.suggestion)
    people = {decider.value: one.actor(decider) for decider in Decider} | {OBJECTION: one.partner}
    possible = {
        decider: {row.target for row in states.available(one.suggestion, decider, actor, rules)}
        for decider, actor in people.items()
    }
    assert {decider: answers for decider, answers in possible.items() if answers} == expected
    # nobody else may, and the lists say the same as the rule
    for decider, owner in people.items():
        for other in people.values():
            if other is not owner:
                assert not states.available(one.suggestion, decider, other, rules)
    found = {
        other for other in Status if session.scalar(select(MatchSuggestion.id).where(queries_lists.status_is(other)))
    }
    assert found == {status}


@pytest.mark.parametrize("decider", list(Decider))
def test_an_answer_the_table_does_not_have_is_refused(session: Session, decider: Decider) -> None:
    one = case(session).ready()
    before = len(one.suggestion.events)
    for answer in (YES, HOLD, NO):
        if one.suggestion.answer(decider) is not answer:
            with pytest.raises(TransitionRefused):
                one.decide(decider, answer)
    assert len(one.suggestion.events) == before
    assert derived_status(one.suggestion) is Status.READY


def test_host_and_home_wait_for_the_person(session: Session) -> None:
    one = case(session).approved()
    with pytest.raises(TransitionRefused):
        one.decide(Decider.HOST, NO)
    with pytest.raises(NotFound):  # home learns of nothing before the person's yes
        one.decide(Decider.HOME, NO)


def test_a_yes_needs_the_recorded_steps(session: Session) -> None:
    one = case(session).accepted()
    assert one.steps(Side.HOST)
    assert one.steps(Side.HOME)
    for decider in (Decider.HOST, Decider.HOME):
        with pytest.raises(TransitionRefused):
            one.decide(decider)
    one.record_steps(Side.HOST)
    one.decide(Decider.HOST)
    with pytest.raises(TransitionRefused):
        one.decide(Decider.HOME)


def test_the_same_answer_sent_twice_changes_nothing(session: Session) -> None:
    one = case(session)
    seen = one.suggestion.version
    one.decide(Decider.REVIEWER, version=seen)
    events, version = len(one.suggestion.events), one.suggestion.version
    one.decide(Decider.REVIEWER, version=seen)
    assert (len(one.suggestion.events), one.suggestion.version) == (events, version)


def test_a_stale_answer_is_refused(session: Session) -> None:
    one = case(session)
    seen = one.suggestion.version
    one.decide(Decider.REVIEWER, HOLD)
    assert one.suggestion.version > seen
    with pytest.raises(StaleRecord):
        one.decide(Decider.REVIEWER, YES, version=seen)


def test_a_reason_must_fit_and_may_need_a_note(session: Session) -> None:
    one = case(session)
    for reason in ("reviewer-level-too-low", "no-such-reason", None, ""):
        with pytest.raises(Invalid) as refused:
            one.decide(Decider.REVIEWER, YES, reason=reason)
        assert "reason" in refused.value.fields
    with pytest.raises(Invalid) as refused:
        one.decide(Decider.REVIEWER, YES, reason="reviewer-yes-other", note="  ")
    assert "note" in refused.value.fields
    one.decide(Decider.REVIEWER, YES, reason="reviewer-yes-other", note="Knows the licence service.")


def test_an_interested_reviewer_is_refused(session: Session) -> None:
    one = case(session)
    in_host = build.user(session, organisation=one.host_hr.organisation)
    in_home = build.user(session, organisation=one.home_hr.organisation)
    for person in (in_host, in_home, one.person):
        build.grant(session, person, RoleName.ADMINISTRATOR, country=one.suggestion.sending_country)
        with pytest.raises(Interest):
            one.decide(Decider.REVIEWER, actor=person)
    stranger = build.administrator(session, country=one.suggestion.receiving_country)
    with pytest.raises(NotFound):
        one.decide(Decider.REVIEWER, actor=stranger)


def test_nobody_decides_about_themselves(session: Session) -> None:
    one = case(session).accepted()
    build.grant(session, one.person, RoleName.HR, organisation_id=one.home_hr.organisation_id)
    with pytest.raises(NotFound):
        one.decide(Decider.HOME, NO, actor=one.person)


def test_the_database_refuses_an_unsigned_answer(session: Session) -> None:
    one = case(session)
    row = one.suggestion.decision(Decider.REVIEWER)
    change = update(Decision).where(Decision.id == row.id).values(answer=YES)
    with pytest.raises(IntegrityError):
        session.execute(change)
    session.rollback()
    assert derived_status(one.suggestion) is Status.SUGGESTED


def test_only_the_table_assigns_an_answer() -> None:
    """No code of the service sets a decision's answer but states.apply (approval steps have an answer of their own)."""
    allowed = {"talent/matching/states.py", "talent/matching/approvals.py"}
    found = set()
    for path in (ROOT / "talent").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            targets = node.targets if isinstance(node, ast.Assign) else []
            if any(_is_a_decisions_answer(target) for target in targets):
                found.add(str(path.relative_to(ROOT)))
    assert found == allowed


def _is_a_decisions_answer(target: ast.expr) -> bool:
    """What a contest is answered in words is no answer to a suggestion."""
    if not isinstance(target, ast.Attribute) or target.attr != "answer":
        return False
    return not (isinstance(target.value, ast.Name) and target.value.id == "contest")
