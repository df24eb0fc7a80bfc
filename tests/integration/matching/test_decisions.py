"""The four decisions through the services: who may answer when, what follows, and what is refused."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, DecisionEvent, PlaceClaim
from models.types import Decider, Side
from talent.matching.states import Status, derived_status
from tests.support.build_decisions import case

pytestmark = pytest.mark.database


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
    assert [
        row.to_answer for row in session.scalars(select(DecisionEvent).where(DecisionEvent.decider != "system"))
    ] == ["yes"] * 4
    for decider in Decider:
        row = one.suggestion.decision(decider)
        assert row.decided_by_id == one.actor(decider).id
        assert row.decided_at is not None
        assert row.reason is not None
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.actor_id == row.decided_by_id)).all()
        assert any(action.startswith(f"suggestion.{decider}.") for action in actions)
