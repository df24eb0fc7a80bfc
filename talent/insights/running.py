"""What the service runs with at this moment: the only source of numbers in the transparency record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import (
    Decision,
    MatcherSettings,
    MatchSuggestion,
    Opportunity,
    Profile,
    ServiceRule,
    TransparencyFact,
)
from models.types import Answer, Decider, OpportunityStatus, ProfileStatus
from talent.framework.dated import rows_in_force
from talent.matching import engine, queries_inputs, switch
from talent.matching.settings import RunSettings, row_in_force, settings_of
from talent.privacy import contests
from talent.small_counts import LEAST, STEP, published

RULES = (
    "shortlist_size",
    "shortlist_mixed_in",
    "review_reason_length",
    "rubber_stamp_percent",
    "rubber_stamp_decisions",
    "objection_days",
    "suggestion_expiry_days",
    "contest_days",
    "contest_aim_days",
)
"""Periods and limits that the record tells of."""


@dataclass(frozen=True)
class Contests:
    """How contests went, in counts that may be published."""

    received: int | None
    answered: int | None
    changed: int | None
    """Answered with a change."""
    overturn_percent: int | None
    """Of those answered, rounded to five; None while fewer than ten were."""


@dataclass(frozen=True)
class Running:
    """Settings, versions, rules and published counts."""

    settings: RunSettings
    changed: MatcherSettings | None
    """The change that put them in force; None while they are those the service came with."""
    enabled: bool
    lexicon: str
    reference: Mapping[str, int]
    """Reference file to the release that is loaded."""
    rules: Mapping[str, int]
    counts: Mapping[str, int | None]
    contests: Contests
    facts: Mapping[tuple[str, str], TransparencyFact]
    """By code and country."""

    def rule(self, code: str, country: str = "GB") -> int | None:
        """The number of a rule, or of that country's."""
        return self.rules.get(code, self.rules.get(f"{code}_{country}"))

    @property
    def phase(self) -> str:
        return "in_use" if self.enabled else "paused"

    def settings_told(self) -> dict[str, Any]:
        """Every setting that shapes a suggestion, with the hashes under which runs are stored."""
        matcher = self.settings.matcher
        return {
            "version": matcher.version,
            "matcher_hash": matcher.sha256,
            "run_hash": self.settings.sha256,
            "in_force": {"number": row.number, "since": row.in_force_from.isoformat()}
            if (row := self.changed) is not None and row.in_force_from is not None
            else None,
            "weights": matcher.weights,
            "thresholds": {
                "strong": matcher.band_strong,
                "good": matcher.band_good,
                "possible": matcher.band_possible,
                "least_band": self.settings.least_band.value,
            },
            "per_post": self.settings.per_post,
            "per_person": self.settings.per_person,
            "matcher": asdict(matcher),
        }


def running(session: Session, settings: RunSettings | None = None) -> Running:
    """Read what is in use now; `settings` for what would be told with others. A fixed number of statements."""
    changed = row_in_force(session) if settings is None else None
    return Running(
        settings=settings or (RunSettings() if changed is None else settings_of(changed)),
        changed=changed,
        enabled=switch.is_enabled(session),
        lexicon=engine.lexicon(session).sha256,
        reference={name: release for name, _hash, release in queries_inputs.reference_stamp(session)},
        rules=_rules(session),
        counts=_counts(session),
        contests=_contests(session),
        facts={(row.code, row.country): row for row in rows_in_force(session, TransparencyFact)},
    )


def _rules(session: Session) -> dict[str, int]:
    """Numbers in force; a rule of one country carries its code, as in `objection_days_GB`."""
    return {
        f"{row.code}_{row.country}" if row.country else row.code: int(row.value)
        for row in rows_in_force(session, ServiceRule)
        if row.code in RULES and row.value.isdecimal()
    }


def _counts(session: Session) -> dict[str, int | None]:
    reviewed = (
        select(func.count())
        .select_from(Decision)
        .where(Decision.decider == Decider.REVIEWER, Decision.answer.in_([Answer.YES, Answer.NO]))
    )
    wanted = {
        "active_profiles": select(func.count()).select_from(Profile).where(Profile.status == ProfileStatus.ACTIVE),
        "published_posts": select(func.count())
        .select_from(Opportunity)
        .where(Opportunity.status == OpportunityStatus.PUBLISHED),
        "suggestions": select(func.count()).select_from(MatchSuggestion),
        "reviewed": reviewed,
        "put_forward": reviewed.where(Decision.answer == Answer.YES),
    }
    row = session.execute(select(*(statement.scalar_subquery() for statement in wanted.values()))).one()
    return {name: published(count) for name, count in zip(wanted, row, strict=True)}


def _contests(session: Session) -> Contests:
    found = contests.statistics(session)
    answered = found.upheld + found.not_upheld
    percent = STEP * round(100 * found.upheld / answered / STEP) if answered >= LEAST else None
    return Contests(published(found.made), published(answered), published(found.upheld), percent)
