"""Making a suggestion out of what the matcher found: parts, explanation, frozen inputs, and four open answers."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ml.schema import Explanation
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
    if following is not None:
        make_room(session, following)
    explanation = finding.explanation
    sending, receiving = finding.countries
    post_id = UUID(explanation.opportunity_id)
    suggestion = MatchSuggestion(
        run_id=run_id,
        opportunity_id=post_id,
        profile_id=UUID(explanation.profile_id),
        pseudonym=following.pseudonym if following is not None else _new_pseudonym(session, post_id),
        sending_country=sending,
        receiving_country=receiving,
        score=min(1.0, max(0.0, explanation.score)),
        band=Band(explanation.band),
        parts={
            part.code: {"weight": part.weight, "value": part.value, "share": part.share} for part in explanation.parts
        },
        explanation=explanation.to_dict(),
        profile_snapshot=finding.profile,
        opportunity_snapshot=finding.post,
        inputs_hash=finding.inputs_hash,
    )
    suggestion.decisions = [Decision(decider=decider) for decider in Decider]
    suggestion.events = [
        DecisionEvent(
            decider="system",
            action="suggest",
            from_answer="",
            to_answer="pending",
            actor_id=actor.id if actor else None,
            role="system",
        )
    ]
    session.add(suggestion)
    session.flush()
    audit.record(session, actor, "suggestion.made", suggestion, run=run_id, band=explanation.band)
    return suggestion


def inputs_hash(profile_digest: str, post_digest: str, params_hash: str, lexicon_hash: str) -> str:
    """One fingerprint of all that decides what a pair scores, apart from how rare words are among the others."""
    return hashlib.sha256("|".join((profile_digest, post_digest, params_hash, lexicon_hash)).encode()).hexdigest()


def record_digest(snapshot: Mapping[str, object]) -> str:
    """The fingerprint of a snapshot's record."""
    text = json.dumps(snapshot["record"], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _new_pseudonym(session: Session, opportunity_id: UUID) -> str:
    """A code that no other person of this post has, and that says nothing about the same person elsewhere."""
    taken = set(
        session.scalars(select(MatchSuggestion.pseudonym).where(MatchSuggestion.opportunity_id == opportunity_id))
    )
    while True:
        code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
        if code not in taken:
            return code
