"""Endings that follow from changes elsewhere and from the clock."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Decision, MatchSuggestion, Objection, ServiceRule, utc_now
from models.types import Answer
from talent.db import transaction
from talent.framework import dated
from talent.matching import queries, queries_inputs
from talent.matching.abroad import forget_there
from talent.matching.closings import close
from talent.matching.contested import not_contested
from talent.matching.notices import ask_about_pause
from talent.matching.states import Status, awaits_review, derived_status, is_open, is_told


def close_for_post(session: Session, opportunity_id: UUID) -> int:
    """A post was cancelled: end its open suggestions as "post withdrawn"; returns how many ended."""
    with transaction(session):
        rows = queries_inputs.unclosed_suggestions(session, opportunity_id=opportunity_id)
        return sum(close(session, row, "post-withdrawn") for row in rows)


def close_for_withdrawn_profile(session: Session, profile_id: UUID) -> int:
    """A profile was withdrawn: end all its open suggestions; returns how many ended."""
    with transaction(session):
        rows = queries_inputs.unclosed_suggestions(session, profile_id=profile_id)
        ended = [row for row in rows if close(session, row, "profile-withdrawn")]
        forget_there(session, ended)
        return len(ended)


def close_for_hidden_abroad(session: Session, profile_id: UUID) -> int:
    """A person is no longer shown in the other country: end their open pairings there; returns how many ended."""
    with transaction(session):
        rows = queries_inputs.unclosed_suggestions(session, profile_id=profile_id)
        across = [row for row in rows if row.sending_country is not row.receiving_country]
        ended = [row for row in across if close(session, row, "no-longer-shown-abroad")]
        forget_there(session, across)
        return len(ended)


def close_for_paused_profile(session: Session, profile_id: UUID) -> int:
    """A profile was paused: end what was not put forward, and ask the person about the rest; returns how many ended.

    What the reviewer approved a moment ago is left alone: the person is about to be told of it and can answer then.
    """
    with transaction(session):
        rows = [row for row in queries_inputs.unclosed_suggestions(session, profile_id=profile_id) if is_open(row)]
        early = [row for row in rows if derived_status(row) in (Status.SUGGESTED, Status.HELD)]
        for row in rows:
            if row not in early and is_told(row, queries.rules(session, row)):
                ask_about_pause(session, row)
        return sum(close(session, row, "profile-paused") for row in early)


def close_for_own_organisation(session: Session, profile_id: UUID) -> int:
    """A person has moved: end their open pairings with posts of their new organisation; returns how many ended."""
    with transaction(session):
        rows = queries_inputs.unclosed_suggestions(session, profile_id=profile_id)
        own = [row for row in rows if row.opportunity.organisation_id == row.profile.organisation_id]
        return sum(close(session, row, "own-organisation") for row in own)


def close_for_opted_out(session: Session, profile_id: UUID) -> int:
    """A person opted out of matching: end what the matcher alone suggested and no reviewer put forward."""
    with transaction(session):
        rows = queries_inputs.unclosed_suggestions(session, profile_id=profile_id)
        return sum(
            close(session, row, "opted-out-of-matching")
            for row in rows
            if row.put_together_by_id is None and awaits_review(row)
        )


def expire_suggestions(session: Session, limit: int = 200) -> int:
    """End suggestions that have been without all four answers for longer than the rule allows. By the clock.

    While administrators have no such rule in force, nothing expires.
    """
    rule = dated.row_in_force(session, ServiceRule, "suggestion_expiry_days")
    due = _expired_ids(session, int(rule.value), limit) if rule is not None and rule.value.isdecimal() else []
    if not due:
        return 0
    with transaction(session):
        rows = queries_inputs.unclosed_suggestions(session, ids=due)
        return sum(close(session, row, "expired") for row in rows)


def _expired_ids(session: Session, days: int, limit: int) -> list[UUID]:
    answers = select(Decision.id).where(Decision.suggestion_id == MatchSuggestion.id)
    return list(
        session.scalars(
            select(MatchSuggestion.id)
            .where(
                MatchSuggestion.closed_at.is_(None),
                MatchSuggestion.created_at < utc_now() - timedelta(days=days),
                answers.where(Decision.answer != Answer.YES).exists(),
                ~answers.where(Decision.answer == Answer.NO).exists(),
                ~select(Objection.id).where(Objection.suggestion_id == MatchSuggestion.id).exists(),
                not_contested(),
            )
            .order_by(MatchSuggestion.created_at, MatchSuggestion.id)
            .limit(limit)
        )
    )
