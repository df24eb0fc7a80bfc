"""Endings that no decider gave: the only place where the service itself closes a suggestion.

Each is a reason of decider `system` with the statuses it may end. None is worded as a judgement of the person.
"""

from __future__ import annotations

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from models import DecisionEvent, MatchSuggestion, Reason, User, utc_now
from models.types import Answer
from talent.audit.services import record
from talent.framework import dated
from talent.matching import decision_notices, queries, states
from talent.matching.policies import asked_by_person, person_has_accepted
from talent.matching.states import OPEN, SYSTEM, Status, derived_status

_NOT_PUT_FORWARD = frozenset({Status.SUGGESTED, Status.HELD})

CLOSINGS: dict[str, frozenset[Status]] = {
    "superseded": frozenset({Status.SUGGESTED}),
    "no-longer-suggested": frozenset({Status.SUGGESTED}),
    "profile-paused": _NOT_PUT_FORWARD,
    "all-places-claimed": _NOT_PUT_FORWARD,
    "opted-out-of-matching": _NOT_PUT_FORWARD,
    "expired": OPEN,
    "post-withdrawn": OPEN,
    "profile-withdrawn": OPEN,
    "no-longer-shown-abroad": OPEN,
    "own-organisation": OPEN,
}


def close(session: Session, suggestion: MatchSuggestion, code: str, *, actor: User | None = None) -> bool:
    """End a suggestion for a reason of the service's own, in the present transaction; True when its state allowed it.

    Those who had been told of the pairing are told that it does not proceed. Raises KeyError for an unknown code,
    Invalid when the reason is not in force.
    """
    before = derived_status(suggestion)
    if before not in CLOSINGS[code]:
        return False
    was_told = states.is_told(suggestion, queries.rules(session, suggestion))
    reason = dated.reason(session, code, SYSTEM, Answer.NO)
    _set_closed(suggestion, reason)
    suggestion.events.append(
        DecisionEvent(
            decider=SYSTEM,
            action="close",
            from_answer=before.value,
            to_answer=derived_status(suggestion).value,
            actor_id=actor.id if actor else None,
            role=SYSTEM,
            reason_id=reason.id,
            at=suggestion.closed_at,
        )
    )
    decision_notices.drop_waiting(session, suggestion)
    if was_told:
        home_knew = person_has_accepted(suggestion)
        decision_notices.tell_not_proceeding(session, suggestion, by=actor, home_knew=home_knew)
    elif asked_by_person(suggestion) and code != "superseded":
        decision_notices.tell_asked(session, suggestion)
    record(session, actor, "suggestion.close", suggestion, reason=code, before=before)
    return True


def make_room(session: Session, earlier: MatchSuggestion) -> None:
    """Let a newer suggestion of the pair follow: only one of them may be unclosed.

    One that awaits review is superseded. One that a no or an objection ended keeps that status, which comes first.
    """
    if not close(session, earlier, "superseded") and earlier.closed_at is None:
        _set_closed(earlier, dated.reason(session, "superseded", SYSTEM, Answer.NO))
    session.flush()  # before the new row is written: the database refuses two


def _set_closed(suggestion: MatchSuggestion, reason: Reason) -> None:
    suggestion.closed_at, suggestion.closed_reason = utc_now(), reason
    flag_modified(suggestion, "updated_at")
