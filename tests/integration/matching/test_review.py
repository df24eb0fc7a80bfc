"""The reviewer's pages: queue, one pairing, undo, objection."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from models.types import Decider
from talent.matching.states import Status, derived_status
from tests.support.build_decisions import NAME, case


def test_a_reviewer_puts_somebody_forward(session: Session, sign_in: Any) -> None:
    one = case(session)
    queue = sign_in(one.reviewer).page("matching.queue")
    assert "Shape a shared service pattern" in queue.text
    page = queue.click(f"Person {one.suggestion.pseudonym}")
    assert NAME not in page.html
    assert one.person.email not in page.html
    done = page.submit("answer", answer="yes", reason_yes="reviewer-skills-fit", note="Fits well.")
    assert done.status_code == 302
    assert derived_status(one.suggestion) is Status.APPROVED
    assert one.suggestion.decision(Decider.REVIEWER).note == "Fits well."
    shown = done.follow()
    assert "You can take your answer back" in shown.text
    assert "Fits well." in shown.text
