"""Owners can tell who was shown their profile."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from tests.support.build_decisions import case


def test_the_owner_sees_who_looked_and_each_visit_once(session: Session, sign_in: Any) -> None:
    one = case(session)
    owner = sign_in(one.person)
    assert "administrator" not in owner.page("profiles.viewed_by").text

    reviewer = sign_in(one.reviewer)
    for _time in range(2):
        reviewer.page("matching.review", suggestion_id=one.suggestion_id)
    one.approved()
    sign_in(one.host_hr).page("matching.host_suggestion", suggestion_id=one.suggestion_id)

    seen = owner.page("profiles.viewed_by").text
    assert seen.count("An administrator of the United Kingdom") == 1
    assert seen.count(f"HR staff of {one.suggestion.opportunity.organisation.name_en}") == 1
    assert one.reviewer.name_home not in seen
