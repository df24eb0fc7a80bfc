"""Suggesting pairs by name instead of by rank: what the matcher says about them is computed all the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from models import MatchRun, MatchSuggestion, Opportunity, Profile, User, utc_now
from models.types import RunStatus
from talent.audit import services as audit
from talent.db import get_or_404, transaction
from talent.errors import TransitionRefused
from talent.i18n import _
from talent.matching import engine, meanings, queries_inputs
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
from talent.matching.switch import require_enabled

TRIGGER = "pairs"
Sides = dict[UUID, Snapshot]
NamedPair = tuple[UUID, UUID]
"""(profile id, post id)."""


def suggest_pairs(session: Session, *, actor: User | None = None, pairs: Iterable[NamedPair]) -> list[MatchSuggestion]:
    """Suggest these pairs whatever their rank, in this order.

    Raises NotFound for an unknown id, TransitionRefused when one of the pairs is already open, MatcherOff.
    """
    wanted = list(pairs)
    with transaction(session):
        require_enabled(session)
        mine, theirs = _sides(session, wanted)
        settings = in_force(session)
        run = _open_run(session, actor, settings, wanted, len(mine))
        findings = _findings(session, run, settings, wanted, mine, theirs)
        made = [_make(session, run, pair, finding, actor) for pair, finding in zip(wanted, findings, strict=True)]
        run.suggested = len(made)
        return made


def _sides(session: Session, wanted: Sequence[NamedPair]) -> tuple[Sides, Sides]:
    """Everybody and everything a run would rank, and the named ones whatever their state."""
    facts = queries_inputs.facts(session, utc_now())
    profiles = {row.id: row for row in queries_inputs.active_profiles(session)}
    posts = {row.id: row for row in queries_inputs.published_posts(session)}
    for profile_id, post_id in wanted:
        if profile_id not in profiles:
            profiles[profile_id] = get_or_404(session, Profile, profile_id)
        if post_id not in posts:
            posts[post_id] = get_or_404(session, Opportunity, post_id)
    return (
        {key: snapshot_profile(row, facts) for key, row in profiles.items()},
        {key: snapshot_opportunity(row, facts) for key, row in posts.items()},
    )


def _open_run(
    session: Session, actor: User | None, settings: RunSettings, wanted: Sequence[NamedPair], people: int
) -> MatchRun:
    run = MatchRun(
        trigger=TRIGGER,
        scope={"pairs": len(wanted)},
        status=RunStatus.DONE,
        started_at=utc_now(),
        finished_at=utc_now(),
        params=settings.to_plain(),
        params_hash=settings.sha256,
        profiles=people,
        requested_by_id=actor.id if actor else None,
    )
    session.add(run)
    audit.record(session, actor, "match_run.requested", run, trigger=TRIGGER)
    return run


def _findings(
    session: Session, run: MatchRun, settings: RunSettings, wanted: Sequence[NamedPair], mine: Sides, theirs: Sides
) -> list[Finding]:
    people, posts = ({str(key): item for key, item in side.items()} for side in (mine, theirs))
    vectors = meanings.read(session, list(sources_of(people, posts, settings.matcher).values()))
    matcher = engine.fit(
        session,
        settings,
        [profile_from_snapshot(item) for item in mine.values()],
        [opportunity_from_snapshot(item) for item in theirs.values()],
        vectors=vectors,
    )
    run.versions = engine.versions(session, matcher)
    findings = []
    for profile_id, post_id in wanted:
        explanation, weights = matcher.explain_to_keep(str(profile_id), str(post_id))
        hashed = inputs_hash(
            record_digest(mine[profile_id]),
            record_digest(theirs[post_id]),
            settings.matcher.sha256,
            matcher.lexicon_.sha256,
            meanings.made_by() if meanings.has_both(vectors, str(profile_id), str(post_id)) else "",
        )
        findings.append(Finding(explanation, mine[profile_id], theirs[post_id], hashed, weights.to_plain()))
    return findings


def _make(session: Session, run: MatchRun, pair: NamedPair, finding: Finding, actor: User | None) -> MatchSuggestion:
    profile_id, post_id = pair
    past = queries_inputs.newest_suggestions(session, post_id, [profile_id]).get(profile_id)
    if past is not None and standing_of(past) in (Standing.PENDING, Standing.UNDER_WAY):
        raise TransitionRefused(_("This pairing is already suggested."))
    return create_suggestion(session, run.id, finding, actor=actor, following=past)
