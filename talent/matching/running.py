"""Carrying out a run of the matcher: read, fit, choose, explain, and write post by post.

Everything slow happens outside transactions. What is written is checked again against the rows as they are then; a
side that has changed meanwhile is left out, because its change has asked for a run of its own.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ml.schema import Explanation
from models import MatchRun, Opportunity, Profile, utc_now
from models.types import Country, OpportunityStatus, ProfileStatus, RunStatus
from talent.audit import services as audit
from talent.db import get_or_404, transaction
from talent.matching import engine, indexing, meanings, queries_inputs
from talent.matching.closings import close
from talent.matching.notices import tell_reviewers
from talent.matching.reading import reading_for_the_matcher
from talent.matching.run_inputs import Hashes, Inputs
from talent.matching.selection import Field, Pair, Scope, choose
from talent.matching.settings import RunSettings, in_force
from talent.matching.standing import Past, Standing, may_make, same_grounds, standing_of
from talent.matching.suggestions import Finding, create_suggestion
from talent.matching.switch import require_enabled

StillRunning = Callable[[Session], None]
Report = Callable[[int, int], None]


def run_matching(
    session: Session,
    run_id: UUID,
    *,
    still_running: StillRunning = lambda _session: None,
    report: Report = lambda _done, _total: None,
    report_vectors: Report = lambda _done, _total: None,
) -> MatchRun:
    """Carry out a run that was asked for; a run that was broken off starts again and repeats nothing.

    Sentence vectors that are missing are made first. `still_running` is called inside each transaction, `report`
    with the posts done and their number, `report_vectors` with the records that got their vectors and their number.
    Raises NotFound, and MatcherOff when the matcher is off or is turned off meanwhile.
    """
    settings = in_force(session)
    scope, seed = _begin(session, run_id, settings)
    with reading_for_the_matcher(session):
        inputs = Inputs.read(session, settings.matcher)
    made_vectors = _make_vectors(session, run_id, inputs, still_running, report_vectors)
    both_sides = inputs.profile_records(), inputs.opportunity_records()
    matcher = engine.fit(session, settings, *both_sides, seed, inputs.meanings)
    hashes = Hashes(inputs, matcher.params_.sha256, matcher.lexicon_.sha256, meanings.made_by())
    field = Field(tuple(inputs.profiles), tuple(inputs.posts))
    ranker = indexing.ranker(session, matcher, inputs)
    chosen = choose(ranker, settings, field, scope, inputs.at_home.union(hashes.ended_unchanged()))
    work = _work(inputs, scope, hashes, chosen)
    with transaction(session):
        run = session.get_one(MatchRun, run_id)
        run.versions = engine.versions(session, matcher) | {"vectors": _vectors(inputs, made_vectors)}
        run.total, run.profiles = len(work), len(inputs.profiles)
    made: Counter[Country] = Counter()
    for done, (post_id, people) in enumerate(work.items(), start=1):
        findings = {
            person: _finding(matcher.explain_to_keep(person, post_id), inputs, hashes, (person, post_id))
            for person in people.to_make
        }
        with transaction(session):
            require_enabled(session)  # turned off while this run works: nothing more is written
            run = session.get_one(MatchRun, run_id)
            made += _write(session, run, post_id, people, findings, inputs)
            run.progress = done
            still_running(session)
        report(done, len(work))
    return _finish(session, run_id, made)


def fail_run(session: Session, run_id: UUID, error: BaseException) -> None:
    """Note that a run broke off, by the kind of error only: its words may hold personal data."""
    with transaction(session):
        run = get_or_404(session, MatchRun, run_id)
        run.status, run.error, run.finished_at = RunStatus.FAILED, type(error).__name__, utc_now()


def scope_of(run: MatchRun) -> Scope:
    """What a run looks at."""
    if not run.scope:
        return Scope()
    return Scope(frozenset(run.scope.get("profile_ids", ())), frozenset(run.scope.get("opportunity_ids", ())))


def _finding(kept: tuple[Explanation, Any], inputs: Inputs, hashes: Hashes, pair: Pair) -> Finding:
    explanation, weights = kept
    person, post_id = pair
    return Finding(explanation, inputs.profiles[person], inputs.posts[post_id], hashes.of(pair), weights.to_plain())


@dataclass(frozen=True)
class _People:
    """Of one post: whom to suggest (best first), and whose pending suggestion has lost its ground."""

    to_make: list[str]
    outdated: list[str]


def _begin(session: Session, run_id: UUID, settings: RunSettings) -> tuple[Scope, str]:
    with transaction(session):
        require_enabled(session)
        run = get_or_404(session, MatchRun, run_id, with_for_update=True)
        run.status, run.error = RunStatus.RUNNING, ""
        run.started_at, run.finished_at, run.progress = utc_now(), None, 0
        run.params, run.params_hash = settings.to_plain(), settings.sha256
        run.seed = run.seed or _seed(session)
        return scope_of(run), run.seed


def _make_vectors(session: Session, run_id: UUID, inputs: Inputs, still_running: StillRunning, report: Report) -> int:
    """Make the sentence vectors that are missing; returns how many were made.

    The run's row changes with each, so that nobody takes the run for lost meanwhile.
    """
    lacking, begun = inputs.lacking(), count(1)

    def alive(inner: Session) -> None:
        require_enabled(inner)
        run = inner.get_one(MatchRun, run_id)
        run.versions = {"preparing": {"record": next(begun), "of": len(lacking)}}
        still_running(inner)

    made = meanings.make(session, lacking, still_running=alive, report=report)
    inputs.meanings.update(made.meanings)
    return made.stored


def _vectors(inputs: Inputs, made: int) -> dict[str, int]:
    """How many of both sides had sentence vectors, and how many of them this run made."""
    return {
        "profiles": sum(("profile", key) in inputs.meanings for key in inputs.profiles),
        "opportunities": sum(("opportunity", key) in inputs.meanings for key in inputs.posts),
        "made": made,
    }


def _seed(session: Session) -> str:
    """The seed of the newest run, so that equal scores keep their order from run to run; random the first time."""
    newest = select(MatchRun.seed).where(MatchRun.seed != "").order_by(MatchRun.created_at.desc()).limit(1)
    return session.scalar(newest) or secrets.token_hex(16)


def _work(inputs: Inputs, scope: Scope, hashes: Hashes, chosen: dict[str, list[str]]) -> dict[str, _People]:
    """Post by post, what there is to write: all open posts of a whole run, else those that something changes for."""
    work: dict[str, _People] = {}
    for post_id in sorted(inputs.posts):
        to_make = [
            person
            for person in chosen.get(post_id, ())
            if may_make(inputs.pasts.get((person, post_id)), hashes.of((person, post_id)))
        ]
        work[post_id] = _People(to_make, [])
    for pair, past in inputs.pasts.items():
        person, post_id = pair
        if past.standing is not Standing.PENDING or not scope.touches(pair) or not hashes.known(pair):
            continue
        if not same_grounds(past.inputs_hash, hashes.of(pair)) and person not in work[post_id].to_make:
            work[post_id].outdated.append(person)
    if scope.is_all:
        return work
    return {post_id: people for post_id, people in work.items() if people.to_make or people.outdated}


def _write(
    session: Session,
    run: MatchRun,
    post_id: str,
    people: _People,
    findings: dict[str, Finding],
    inputs: Inputs,
) -> Counter[Country]:
    """Write one post's suggestions; returns how many each sending country has to review."""
    made: Counter[Country] = Counter()
    wanted = [*people.to_make, *people.outdated]
    unchanged = _unchanged_sides(session, post_id, wanted, inputs) if wanted else set()
    newest = queries_inputs.newest_suggestions(session, UUID(post_id), map(UUID, wanted)) if wanted else {}
    for person in wanted:
        past = newest.get(UUID(person))
        if person not in unchanged:
            continue
        finding = findings.get(person)
        if finding is None:
            if past is not None and standing_of(past) is Standing.PENDING:
                close(session, past, "no-longer-suggested")
                run.superseded += 1
            continue
        if not may_make(Past.of(past) if past else None, finding.inputs_hash):
            continue
        if past is not None and standing_of(past) is Standing.PENDING:
            run.superseded += 1
        create_suggestion(session, run.id, finding, following=past)
        made[finding.countries[0]] += 1
        run.suggested += 1
    return made


def _unchanged_sides(session: Session, post_id: str, people: list[str], inputs: Inputs) -> set[str]:
    """Of these people, those who are still as they were read; none when the post is not."""
    post = session.execute(
        select(Opportunity.status, Opportunity.version).where(Opportunity.id == UUID(post_id)).with_for_update()
    ).one_or_none()
    if post is None or post.status is not OpportunityStatus.PUBLISHED:
        return set()
    if post.version != inputs.posts[post_id]["shown"]["version"]:
        return set()
    rows = session.execute(
        select(Profile.id, Profile.version).where(
            Profile.id.in_([UUID(person) for person in people]), Profile.status == ProfileStatus.ACTIVE
        )
    )
    return {str(key) for key, number in rows if inputs.profiles[str(key)]["shown"]["version"] == number}


def _finish(session: Session, run_id: UUID, made: Counter[Country]) -> MatchRun:
    with transaction(session):
        run = session.get_one(MatchRun, run_id)
        run.status, run.finished_at = RunStatus.DONE, utc_now()
        audit.record(session, None, "match_run.finished", run, suggested=run.suggested, superseded=run.superseded)
        for country in sorted(made):
            tell_reviewers(session, country)
    return run
