"""The four answers to a suggestion, every move between them, and the status that follows: one table for pages,
services, jobs and tests. A status is never stored. No other code assigns an answer of a decision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from models import DecisionEvent, MatchSuggestion, Objection, Reason, User
from models.types import Answer, Band, Decider, Side
from talent.errors import TransitionRefused
from talent.i18n import _
from talent.matching import policies

OBJECTION = "objection"
"""Decider code of the receiving country's objection, beside the four deciders."""
SYSTEM = "system"


class Status(StrEnum):
    """Where a suggestion stands, derived from its decisions."""

    SUGGESTED = "suggested"
    HELD = "held"
    APPROVED = "approved"
    ACCEPTED = "accepted"
    READY = "ready"
    REJECTED = "rejected"
    DECLINED = "declined"
    REFUSED = "refused"
    OBJECTED = "objected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


OPEN = frozenset({Status.SUGGESTED, Status.HELD, Status.APPROVED, Status.ACCEPTED})
"""Statuses in which something may still be decided; all others are terminal."""
TOLD = frozenset({Status.APPROVED, Status.ACCEPTED, Status.READY})

STATUS_WORDS: dict[Status, Any] = {
    Status.SUGGESTED: _("Awaiting review"),
    Status.HELD: _("Review on hold"),
    Status.APPROVED: _("Put forward"),
    Status.ACCEPTED: _("Accepted by the person"),
    Status.READY: _("Ready"),
    Status.REJECTED: _("Not put forward"),
    Status.DECLINED: _("Declined by the person"),
    Status.REFUSED: _("Declined by an organisation"),
    Status.OBJECTED: _("Ended by an objection"),
    Status.EXPIRED: _("Expired"),
    Status.SUPERSEDED: _("Replaced by a newer suggestion"),
    Status.WITHDRAWN: _("No longer open"),
}
STATUS_TAGS: dict[Status, str] = {
    Status.SUGGESTED: "govuk-tag--blue",
    Status.HELD: "govuk-tag--yellow",
    Status.APPROVED: "govuk-tag--turquoise",
    Status.ACCEPTED: "govuk-tag--purple",
    Status.READY: "govuk-tag--green",
    Status.REJECTED: "govuk-tag--grey",
    Status.DECLINED: "govuk-tag--grey",
    Status.REFUSED: "govuk-tag--grey",
    Status.OBJECTED: "govuk-tag--red",
    Status.EXPIRED: "govuk-tag--grey",
    Status.SUPERSEDED: "govuk-tag--grey",
    Status.WITHDRAWN: "govuk-tag--grey",
}
BAND_WORDS: dict[Band, Any] = {
    Band.STRONG: _("Strong match"),
    Band.GOOD: _("Good match"),
    Band.POSSIBLE: _("Possible match"),
    Band.WEAK: _("Weak match"),
}
ANSWER_WORDS: dict[Answer, Any] = {
    Answer.PENDING: _("Not answered yet"),
    Answer.HOLD: _("On hold"),
    Answer.YES: _("Yes"),
    Answer.NO: _("No"),
}
ANSWER_TAGS: dict[Answer, str] = {
    Answer.PENDING: "govuk-tag--grey",
    Answer.HOLD: "govuk-tag--yellow",
    Answer.YES: "govuk-tag--green",
    Answer.NO: "govuk-tag--red",
}
DECIDER_WORDS: dict[str, Any] = {
    Decider.REVIEWER: _("Reviewer"),
    Decider.PERSON: _("Civil servant"),
    Decider.HOST: _("Host organisation"),
    Decider.HOME: _("Home organisation"),
    OBJECTION: _("Receiving country"),
    SYSTEM: _("Service"),
}
_ENDINGS = {"expired": Status.EXPIRED, "superseded": Status.SUPERSEDED}
_REFUSALS = {
    Decider.REVIEWER: Status.REJECTED,
    Decider.PERSON: Status.DECLINED,
    Decider.HOST: Status.REFUSED,
    Decider.HOME: Status.REFUSED,
}


def derived_status(suggestion: MatchSuggestion) -> Status:
    """Where the suggestion stands; the first of these that holds: objected, refused, closed, ready, open."""
    answers = {row.decider: row.answer for row in suggestion.decisions}
    if suggestion.objection is not None:
        return Status.OBJECTED
    refused = next((status for decider, status in _REFUSALS.items() if answers[decider] is Answer.NO), None)
    if refused is not None:
        return refused
    if suggestion.closed_at is not None:
        code = suggestion.closed_reason.code if suggestion.closed_reason else ""
        return _ENDINGS.get(code, Status.WITHDRAWN)
    if all(answer is Answer.YES for answer in answers.values()):
        return Status.READY
    return _open_status(answers)


def _open_status(answers: dict[Decider, Answer]) -> Status:
    if answers[Decider.REVIEWER] is Answer.YES:
        return Status.ACCEPTED if answers[Decider.PERSON] is Answer.YES else Status.APPROVED
    return Status.HELD if answers[Decider.REVIEWER] is Answer.HOLD else Status.SUGGESTED


def is_open(suggestion: MatchSuggestion) -> bool:
    """True while something may still be decided. Terminal statuses never change."""
    return derived_status(suggestion) in OPEN


def awaits_review(suggestion: MatchSuggestion) -> bool:
    """True while the reviewer's answer can still be given: not answered, or on hold."""
    return derived_status(suggestion) in (Status.SUGGESTED, Status.HELD)


@dataclass(frozen=True)
class Rules:
    """The clock and the dated numbers that guards look at."""

    now: datetime
    undo_seconds: int
    objection_days: int
    contested: bool = False
    """The person asked for a decision about this pairing to be looked at again, and nobody has answered yet.

    Nothing is decided then but an objection: its last day was told, and a request of the person must not use it up.
    """

    @property
    def undo(self) -> timedelta:
        return timedelta(seconds=self.undo_seconds)


def undo_until(suggestion: MatchSuggestion, rules: Rules) -> datetime | None:
    """Until when the reviewer's answer can be taken back; None while there is none."""
    decided = suggestion.decision(Decider.REVIEWER).decided_at
    return decided + rules.undo if decided is not None else None


def can_be_taken_back(suggestion: MatchSuggestion, rules: Rules) -> bool:
    """True while the reviewer may still take an answer back: until then it is told to nobody."""
    until = undo_until(suggestion, rules)
    return until is not None and rules.now < until


def object_until(suggestion: MatchSuggestion, rules: Rules) -> datetime | None:
    """Until when the receiving country may object; None before the reviewer's yes."""
    row = suggestion.decision(Decider.REVIEWER)
    if row.answer is not Answer.YES or row.decided_at is None:
        return None
    return row.decided_at + timedelta(days=rules.objection_days)


def is_told(suggestion: MatchSuggestion, rules: Rules) -> bool:
    """True once the reviewer's yes can no longer be taken back: from then on others may see the suggestion."""
    until = undo_until(suggestion, rules)
    return suggestion.answer(Decider.REVIEWER) is Answer.YES and until is not None and until <= rules.now


def names_visible(suggestion: MatchSuggestion) -> bool:
    """True while the host and the home organisation may see who the person is: after the person's yes, until the
    pairing ends without being ready."""
    return suggestion.answer(Decider.PERSON) is Answer.YES and derived_status(suggestion) in (
        Status.ACCEPTED,
        Status.READY,
    )


Guard = Callable[[MatchSuggestion, User, Rules], Any]
"""Why the move is not possible now, as lazy text; None when it is."""


def _always(_suggestion: MatchSuggestion, _actor: User, _rules: Rules) -> Any:
    return None


def _within_undo(suggestion: MatchSuggestion, actor: User, rules: Rules) -> Any:
    if suggestion.decision(Decider.REVIEWER).decided_by_id != actor.id:
        return _("Only the reviewer who answered can take the answer back.")
    until = undo_until(suggestion, rules)
    if until is None or rules.now >= until:
        return _("The time to take the answer back is over: those concerned have been told.")
    return None


def _told(suggestion: MatchSuggestion, _actor: User, rules: Rules) -> Any:
    return None if is_told(suggestion, rules) else _("The reviewer has not put this pairing forward.")


def _after_person(suggestion: MatchSuggestion, _actor: User, _rules: Rules) -> Any:
    if suggestion.answer(Decider.PERSON) is Answer.YES:
        return None
    return _("The person has not said yes to this post, so nothing can be decided yet.")


def _steps_recorded(side: Side) -> Guard:
    def guard(suggestion: MatchSuggestion, actor: User, rules: Rules) -> Any:
        waiting = _after_person(suggestion, actor, rules)
        if waiting is not None:
            return waiting
        if all(row.answer is Answer.YES for row in suggestion.approvals if row.side is side):
            return None
        return _("Record every approval step as agreed, or as not needed, before you say yes.")

    return guard


def _objection_in_time(suggestion: MatchSuggestion, _actor: User, rules: Rules) -> Any:
    until = object_until(suggestion, rules)
    if until is None or not is_told(suggestion, rules):
        return _("The reviewer has not put this pairing forward.")
    return None if rules.now < until else _("The time to object is over.")


@dataclass(frozen=True)
class Transition:
    """One row: who may give which answer, after which ones, and what must hold."""

    action: str
    decider: str
    sources: frozenset[Answer]
    target: Answer
    policy: Callable[[User, MatchSuggestion], bool]
    guard: Guard = _always
    from_terminal: bool = False
    """True for the one move out of an ended suggestion: taking a review back before anybody was told."""


_UNDECIDED = frozenset({Answer.PENDING, Answer.HOLD})
_YES = frozenset({Answer.YES})

TRANSITIONS: tuple[Transition, ...] = (
    Transition("put_forward", Decider.REVIEWER, _UNDECIDED, Answer.YES, policies.administers_sending),
    Transition("hold", Decider.REVIEWER, _UNDECIDED, Answer.HOLD, policies.administers_sending),
    Transition("reject", Decider.REVIEWER, _UNDECIDED, Answer.NO, policies.administers_sending),
    Transition(
        "take_back",
        Decider.REVIEWER,
        frozenset({Answer.HOLD, Answer.YES, Answer.NO}),
        Answer.PENDING,
        policies.administers_sending,
        _within_undo,
        from_terminal=True,
    ),
    Transition(
        "object", OBJECTION, frozenset({Answer.PENDING}), Answer.NO, policies.administers_receiving, _objection_in_time
    ),
    Transition("accept", Decider.PERSON, _UNDECIDED, Answer.YES, policies.is_person, _told),
    Transition("hold", Decider.PERSON, _UNDECIDED, Answer.HOLD, policies.is_person, _told),
    Transition("decline", Decider.PERSON, _UNDECIDED, Answer.NO, policies.is_person, _told),
    Transition("withdraw", Decider.PERSON, _YES, Answer.NO, policies.is_person),
    Transition("accept", Decider.HOST, _UNDECIDED, Answer.YES, policies.is_host_hr, _steps_recorded(Side.HOST)),
    Transition("hold", Decider.HOST, _UNDECIDED, Answer.HOLD, policies.is_host_hr, _after_person),
    Transition("decline", Decider.HOST, _UNDECIDED, Answer.NO, policies.is_host_hr, _after_person),
    Transition("withdraw", Decider.HOST, _YES, Answer.NO, policies.is_host_hr),
    Transition("release", Decider.HOME, _UNDECIDED, Answer.YES, policies.is_home_hr, _steps_recorded(Side.HOME)),
    Transition("hold", Decider.HOME, _UNDECIDED, Answer.HOLD, policies.is_home_hr, _after_person),
    Transition("refuse", Decider.HOME, _UNDECIDED, Answer.NO, policies.is_home_hr, _after_person),
    Transition("withdraw", Decider.HOME, _YES, Answer.NO, policies.is_home_hr),
)


def current_answer(suggestion: MatchSuggestion, decider: str) -> Answer:
    """The present answer of a decider; an objection is pending until it is raised."""
    if decider == OBJECTION:
        return Answer.PENDING if suggestion.objection is None else Answer.NO
    return suggestion.answer(Decider(decider))


def available(suggestion: MatchSuggestion, decider: str, actor: User, rules: Rules) -> list[Transition]:
    """Moves this person may make now for this decider, guards included: what pages offer."""
    if rules.contested and decider != OBJECTION:
        return []
    return [
        row
        for row in _rows(suggestion, decider)
        if row.policy(actor, suggestion) and row.guard(suggestion, actor, rules) is None
    ]


def _rows(suggestion: MatchSuggestion, decider: str) -> list[Transition]:
    answer, is_over = current_answer(suggestion, decider), not is_open(suggestion)
    took_part = derived_status(suggestion) not in (Status.READY, Status.OBJECTED) and suggestion.closed_at is None
    return [
        row
        for row in TRANSITIONS
        if row.decider == decider and answer in row.sources and (not is_over or (row.from_terminal and took_part))
    ]


def find(suggestion: MatchSuggestion, decider: str, target: Answer, actor: User, rules: Rules) -> Transition:
    """The row for this answer. Raises TransitionRefused, with the reason, when it cannot be given now."""
    row = next((row for row in _rows(suggestion, decider) if row.target is target), None)
    if row is None or not row.policy(actor, suggestion):
        raise TransitionRefused(_("This pairing has moved on, so this answer cannot be given any more."))
    if rules.contested and decider != OBJECTION:
        raise TransitionRefused(_("A decision about this pairing is contested, so nothing more is decided for now."))
    problem = row.guard(suggestion, actor, rules)
    if problem is not None:
        raise TransitionRefused(problem)
    return row


def apply(
    suggestion: MatchSuggestion, row: Transition, *, actor: User, reason: Reason, note: str, at: datetime
) -> DecisionEvent:
    """Make one move that `find` gave, and add its event. The only place that assigns an answer."""
    event = DecisionEvent(
        decider=str(row.decider),
        action=row.action,
        from_answer=current_answer(suggestion, row.decider).value,
        to_answer=row.target.value,
        actor_id=actor.id,
        role=_role(row.decider),
        reason_id=reason.id,
        note=note,
        at=at,
    )
    if row.decider == OBJECTION:
        suggestion.objection = Objection(actor_id=actor.id, reason_id=reason.id, note=note, at=at)
    else:
        decision = suggestion.decision(Decider(row.decider))
        signed = row.target is not Answer.PENDING
        decision.answer = row.target
        decision.reason_id, decision.note = (reason.id, note) if signed else (None, "")
        decision.decided_by_id, decision.decided_at = (actor.id, at) if signed else (None, None)
    suggestion.events.append(event)
    flag_modified(suggestion, "updated_at")  # writes the row, so that its version counts every answer
    return event


def _role(decider: str) -> str:
    return {Decider.REVIEWER: "administrator", OBJECTION: "administrator", Decider.PERSON: "civil_servant"}.get(
        decider, "hr"
    )
