"""What an administrator might try against the service: to see names or scores too soon, and to edit in silence."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry
from models.types import Decider
from tests.support import build
from tests.support.build_decisions import case
from tests.support.page import Page, Visitor


def record_page(visitor: Visitor, **wanted: str) -> Page:
    return visitor.page("audit.entries", **wanted)


def test_m3_the_record_names_nobody_of_a_masked_pairing(app: Flask, session: Session) -> None:
    """The id of a pairing stands in the address of its page; the record must not lead from it to a person."""
    one = case(session).accepted()
    person, profile = str(one.person.id), str(one.suggestion.profile_id)
    visitor = Visitor(app).sign_in(one.reviewer.email)
    visitor.page("matching.review", suggestion_id=one.suggestion_id)
    session.rollback()
    looks = session.scalars(select(AuditEntry).where(AuditEntry.action == "profile.seen")).all()
    assert [str(entry.person_id) for entry in looks] == [person]
    about = record_page(visitor, subject=str(one.suggestion_id))
    assert "suggestion.person.accept" in about.text
    for page in (about, record_page(visitor, actor=str(one.reviewer.id)), record_page(visitor)):
        assert "suggestion.first_view" in page.text
        assert person not in page.html
        assert profile not in page.html
    assert "No action matches" in record_page(visitor, subject=profile).text
    for wanted in ({"subject": person}, {"actor": person}):
        assert str(one.suggestion_id) not in record_page(visitor, **wanted).html


def test_m3_a_copy_of_the_record_names_nobody_of_a_masked_pairing(app: Flask, session: Session) -> None:
    one = case(session).accepted()
    person = str(one.person.id)
    visitor = Visitor(app).sign_in(one.reviewer.email)
    sent = visitor.page("audit.export").submit("reason", reason="Yearly look at how reviews went")
    lines = sent.response.get_data(as_text=True).splitlines()
    about = [line for line in lines if str(one.suggestion_id) in line]
    assert any("suggestion.person.accept" in line for line in about)
    assert not any(person in line for line in about)


def test_m5_the_record_does_not_tell_who_was_mixed_in(app: Flask, session: Session) -> None:
    """When a suggestion was made, and what others thought of it, waits for the reader's own first view."""
    one = case(session)
    other = build.administrator(session)
    one.first_view(other)
    visitor = Visitor(app).sign_in(one.reviewer.email)
    assert "No action matches" in record_page(visitor, subject=str(one.suggestion_id)).text
    one.first_view()
    page = record_page(visitor, subject=str(one.suggestion_id))
    assert len(re.findall(r"suggestion\.first_view", page.text)) == 2
    one.decide(Decider.REVIEWER)
    third = build.administrator(session)
    assert (
        "suggestion.reviewer.put_forward"
        in record_page(Visitor(app).sign_in(third.email), subject=str(one.suggestion_id)).text
    )
