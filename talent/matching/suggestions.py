"""Making a suggestion out of what the matcher found: parts, explanation, frozen inputs, and four open answers."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ml.schema import Explanation, RuleResult
from models import Decision, DecisionEvent, MatchSuggestion, User
from models.types import Band, Country, Decider
from talent.audit import services as audit
from talent.matching.closings import make_room
from talent.matching.snapshots import Snapshot

_CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE_LENGTH = 5


@dataclass(frozen=True)
class Finding:
    """What the matcher says about a pair, with the inputs it said it about."""

    explanation: Explanation
    profile: Snapshot
    post: Snapshot
    inputs_hash: str
    weights: dict[str, Any] | None = None
    """What it takes to explain the pair again (ml.replay)."""

    @property
    def countries(self) -> tuple[Country, Country]:
        """The sending and the receiving country."""
        return Country(self.profile["record"]["country"]), Country(self.post["record"]["country"])


def create_suggestion(
    session: Session,
    run_id: UUID,
    finding: Finding,
    *,
    actor: User | None = None,
    following: MatchSuggestion | None = None,
) -> MatchSuggestion:
    """Add a suggestion with its four pending answers, in the present transaction.

    `following` is an earlier suggestion of the pair: it is closed as superseded if nothing closed it yet, and the
    person keeps the code that reviewers of this post know.
    """
    explanation = finding.explanation
    return _add(
        session,
        _new(session, run_id, UUID(explanation.profile_id), UUID(explanation.opportunity_id), finding, following),
        score=min(1.0, max(0.0, explanation.score)),
        band=Band(explanation.band),
        growth=explanation.growth.value if explanation.growth is not None else None,
        combined=explanation.combined,
        parts=parts_of(explanation),
        explanation=explanation.to_dict(),
        weights=finding.weights,
        actor=actor,
    )


def parts_of(explanation: Explanation) -> dict[str, Any]:
    """The parts of a score as they are stored."""
    return {part.code: {"weight": part.weight, "value": part.value, "share": part.share} for part in explanation.parts}


@dataclass(frozen=True)
class HandPair:
    """Two sides that a person put together, with the rules that were checked for them. Nothing was computed."""

    profile_id: UUID
    opportunity_id: UUID
    profile: Snapshot
    post: Snapshot
    rules: Sequence[RuleResult]
    wishes: Sequence[RuleResult]

    @property
    def countries(self) -> tuple[Country, Country]:
        """The sending and the receiving country."""
        return Country(self.profile["record"]["country"]), Country(self.post["record"]["country"])

    @property
    def inputs_hash(self) -> str:
        """The fingerprint of both records alone: no settings had a part in it."""
        return inputs_hash(record_digest(self.profile), record_digest(self.post), "", "")


def create_by_hand(
    session: Session, run_id: UUID, pair: HandPair, *, actor: User, following: MatchSuggestion | None = None
) -> MatchSuggestion:
    """Add a suggestion that the actor put together, without score or band, in the present transaction."""
    return _add(
        session,
        _new(session, run_id, pair.profile_id, pair.opportunity_id, pair, following),
        score=None,
        band=None,
        parts={},
        explanation={
            "by_hand": True,
            "rules": [asdict(rule) for rule in pair.rules],
            "wishes": [asdict(rule) for rule in pair.wishes],
        },
        put_together_by_id=actor.id,
        actor=actor,
    )


def _new(
    session: Session,
    run_id: UUID,
    profile_id: UUID,
    post_id: UUID,
    sides: Finding | HandPair,
    following: MatchSuggestion | None,
) -> MatchSuggestion:
    """A suggestion of these sides with four open answers, not yet added."""
    if following is not None:
        make_room(session, following)
    sending, receiving = sides.countries
    suggestion = MatchSuggestion(
        run_id=run_id,
        opportunity_id=post_id,
        profile_id=profile_id,
        pseudonym=following.pseudonym if following is not None else new_pseudonym(session, post_id),
        sending_country=sending,
        receiving_country=receiving,
        profile_snapshot=sides.profile,
        opportunity_snapshot=sides.post,
        inputs_hash=sides.inputs_hash,
    )
    suggestion.decisions = [Decision(decider=decider) for decider in Decider]
    return suggestion


def _add(session: Session, suggestion: MatchSuggestion, *, actor: User | None, **found: Any) -> MatchSuggestion:
    for name, value in found.items():
        setattr(suggestion, name, value)
    by_hand = suggestion.put_together_by_id is not None
    suggestion.events = [
        DecisionEvent(
            decider="system",
            action="put_together" if by_hand else "suggest",
            from_answer="",
            to_answer="pending",
            actor_id=actor.id if actor else None,
            role="system",
        )
    ]
    session.add(suggestion)
    session.flush()
    # neither band nor run here: the record is open to administrators who have not given their first view
    audit.record(session, actor, "suggestion.made", suggestion)
    return suggestion


def inputs_hash(profile_digest: str, post_digest: str, params_hash: str, lexicon_hash: str, encoder: str = "") -> str:
    """One fingerprint of all that decides what a pair scores, apart from how rare words are among the others.

    `encoder` is named behind it when the sentence vectors of both sides were there: they say nothing that the texts do
    not say, so whoever compares grounds can leave it out (standing.same_grounds).
    """
    told = hashlib.sha256("|".join((profile_digest, post_digest, params_hash, lexicon_hash)).encode()).hexdigest()
    return f"{told}:{encoder}" if encoder else told


def record_digest(snapshot: Mapping[str, object]) -> str:
    """The fingerprint of a snapshot's record."""
    text = json.dumps(snapshot["record"], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def new_pseudonym(session: Session, opportunity_id: UUID) -> str:
    """A code that no other person of this post has, and that says nothing about the same person elsewhere."""
    taken = set(
        session.scalars(select(MatchSuggestion.pseudonym).where(MatchSuggestion.opportunity_id == opportunity_id))
    )
    while True:
        code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
        if code not in taken:
            return code
