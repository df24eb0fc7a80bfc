"""Drawing somebody from below the threshold for a shortlist, so that a reviewer does not see the matcher's choice only.

The draw is at random by a stored seed. Few people are looked at: they are scored against the posts as "For you" does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ml.eligibility import check_eligibility, is_eligible
from models import DeclaredInterest, MatchRun, MatchSuggestion, Opportunity, Organisation, Profile, User, utc_now
from models.types import RunStatus
from talent.matching import engine, meanings, queries_inputs
from talent.matching.policies import organisations_of
from talent.matching.review_rules import keyed_order
from talent.matching.run_inputs import sources_of
from talent.matching.settings import RunSettings, in_force
from talent.matching.snapshots import (
    Snapshot,
    opportunity_from_snapshot,
    profile_from_snapshot,
    snapshot_opportunity,
    snapshot_profile,
)
from talent.matching.standing import Standing, standing_of
from talent.matching.suggestions import Finding, create_suggestion, inputs_hash, record_digest
from talent.matching.switch import is_enabled

if TYPE_CHECKING:
    from talent.matching.meanings import Meanings

TRIGGER = "shortlist"
MOST_LOOKED_AT = 200
CHUNK = 20


@dataclass(frozen=True)
class Draw:
    """Who was drawn, out of how many, and what a stored run needs to tell how."""

    finding: Finding | None
    candidates: int
    looked_at: int
    versions: dict[str, object]
    settings: RunSettings


def draw(session: Session, *, actor: User, opportunity_id: UUID, seed: str) -> Draw | None:
    """Draw one eligible person below the threshold who is not suggested for this post; reads only.

    None when the matcher is off or the post is not open. `finding` is None when nobody below the threshold was found.
    """
    if not is_enabled(session):
        return None
    settings, facts = in_force(session), queries_inputs.facts(session, utc_now())
    fitted = engine.fitted_posts(session, settings, facts)
    if str(opportunity_id) not in fitted.records:
        return None
    post = queries_inputs.posts_by_id(session, [opportunity_id])[opportunity_id]
    theirs = snapshot_opportunity(post, facts)
    record, versions = opportunity_from_snapshot(theirs), engine.versions(session, fitted.matcher)
    ids = sorted(_candidates(session, actor, post), key=lambda key: keyed_order(seed, "draw", key))
    for start in range(0, min(len(ids), MOST_LOOKED_AT), CHUNK):
        rows = queries_inputs.profiles_by_id(session, ids[start : start + CHUNK])
        frozen = {key: snapshot_profile(row, facts) for key, row in rows.items()}
        known = _vectors(session, frozen, fitted)
        for number, profile_id in enumerate(ids[start : start + CHUNK], start=start + 1):
            mine = frozen[profile_id]
            person = profile_from_snapshot(mine)
            if not is_eligible(check_eligibility(person, record)):
                continue
            explanation, weights = fitted.matcher.explain_pair_to_keep(person, record, known)
            if settings.suggests(explanation.band):
                continue
            digests = record_digest(mine), record_digest(theirs)
            encoder = meanings.made_by() if meanings.has_both(known, person.id, record.id) else ""
            hashed = inputs_hash(*digests, settings.matcher.sha256, fitted.matcher.lexicon_.sha256, encoder)
            finding = Finding(explanation, mine, theirs, hashed, weights.to_plain())
            return Draw(finding, len(ids), number, versions, settings)
    return Draw(None, len(ids), min(len(ids), MOST_LOOKED_AT), versions, settings)


def _vectors(session: Session, people: dict[UUID, Snapshot], fitted: engine.FittedPosts) -> Meanings:
    """The stored sentence vectors of these people and of the fitted posts."""
    sources = sources_of({str(key): row for key, row in people.items()}, {}, fitted.settings.matcher)
    return {**fitted.vectors, **meanings.read(session, list(sources.values()))}


def add_drawn(session: Session, *, actor: User, drawn: Draw, seed: str) -> MatchSuggestion | None:
    """Make a suggestion of who was drawn, in the present transaction; None when somebody was quicker."""
    if drawn.finding is None:
        return None
    explanation = drawn.finding.explanation
    post_id, profile_id = UUID(explanation.opportunity_id), UUID(explanation.profile_id)
    past = queries_inputs.newest_suggestions(session, post_id, [profile_id]).get(profile_id)
    if past is not None and standing_of(past) in (Standing.PENDING, Standing.UNDER_WAY):
        return None
    settings, now = drawn.settings, utc_now()
    run = MatchRun(
        trigger=TRIGGER,
        scope={"pairs": 1},
        status=RunStatus.DONE,
        started_at=now,
        finished_at=now,
        params=settings.to_plain(),
        params_hash=settings.sha256,
        versions={**drawn.versions, "fitted": "posts"},
        seed=seed,
        profiles=drawn.candidates,
        total=1,
        progress=1,
        suggested=1,
        requested_by_id=actor.id,
    )
    session.add(run)
    session.flush()
    return create_suggestion(session, run.id, drawn.finding, following=past)  # recorded as any run's suggestion is


def _candidates(session: Session, actor: User, post: Opportunity) -> Sequence[UUID]:
    """People of the administrator's countries, of whom no suggestion for this post is open and nothing is declared."""
    unclosed = select(MatchSuggestion.profile_id).where(
        MatchSuggestion.opportunity_id == post.id, MatchSuggestion.closed_at.is_(None)
    )
    declared = select(DeclaredInterest.profile_id).where(
        DeclaredInterest.reviewer_id == actor.id, DeclaredInterest.profile_id.is_not(None)
    )
    return session.scalars(
        select(Profile.id)
        .join(Organisation, Organisation.id == Profile.organisation_id)
        .where(
            *queries_inputs.may_be_matched(),
            Organisation.country.in_(actor.administered_countries),
            Profile.organisation_id.not_in({post.organisation_id, *organisations_of(actor)}),
            func.coalesce(Profile.user_id != actor.id, True),
            Profile.id.not_in(unclosed),
            Profile.id.not_in(declared),
        )
    ).all()
