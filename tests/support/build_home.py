"""Builders for what waits on the home page: profiles, posts and pairings in a given state, put straight into tables."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Decision, MatchRun, MatchSuggestion, Opportunity, Organisation, Profile, Reason, User, utc_now
from models.types import Answer, Band, Decider, OpportunityStatus, ProfileStatus
from talent.db import transaction


def profile(session: Session, person: User, status: ProfileStatus = ProfileStatus.ACTIVE, **values: Any) -> Profile:
    with transaction(session):
        row = Profile(user_id=person.id, organisation_id=person.organisation_id, status=status, **values)
        session.add(row)
    return row


def post(session: Session, organisation: Organisation, status: OpportunityStatus, **values: Any) -> Opportunity:
    published = utc_now() if status is OpportunityStatus.PUBLISHED else None
    with transaction(session):
        row = Opportunity(organisation_id=organisation.id, status=status, places=1, published_at=published, **values)
        session.add(row)
    return row


def pairing(
    session: Session, profile: Profile, post: Opportunity, decided_by: User, days_ago: int = 2, **answers: Answer
) -> MatchSuggestion:
    """A pairing with these answers, by decider; the rest are pending."""
    some_reason = session.scalars(select(Reason.id).order_by(Reason.code).limit(1)).one()
    when = utc_now() - timedelta(days=days_ago)
    with transaction(session):
        run = MatchRun(trigger="command")
        suggestion = MatchSuggestion(
            run=run,
            opportunity_id=post.id,
            profile_id=profile.id,
            pseudonym=uuid4().hex[:6],
            sending_country=session.get_one(Organisation, profile.organisation_id).country,
            receiving_country=session.get_one(Organisation, post.organisation_id).country,
            score=0.5,
            band=Band.GOOD,
            parts={},
            explanation={},
            profile_snapshot={},
            opportunity_snapshot={},
            created_at=when,
        )
        for decider in Decider:
            answer = answers.get(decider.value, Answer.PENDING)
            row = Decision(decider=decider, answer=answer)
            if answer is not Answer.PENDING:
                row.decided_at, row.decided_by_id, row.reason_id = when, decided_by.id, some_reason
            suggestion.decisions.append(row)
        session.add(suggestion)
    return suggestion
