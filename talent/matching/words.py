"""Words for the steps, the events and the progress of a pairing, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models import MatchSuggestion
from models.types import Answer, ApprovalHolder, Decider
from talent.i18n import _
from talent.matching.links import LinkState
from talent.matching.states import OBJECTION, OPEN, SYSTEM, Status, derived_status

HOLDERS: dict[ApprovalHolder, Any] = {
    ApprovalHolder.LINE_MANAGER: _("Line manager"),
    ApprovalHolder.HR: _("HR"),
    ApprovalHolder.FINANCE: _("Finance"),
    ApprovalHolder.SECURITY: _("Security"),
    ApprovalHolder.HEAD_OF_AGENCY: _("Head of the organisation"),
    ApprovalHolder.OUTSIDE_BODY: _("Outside body"),
}
EVENTS: dict[tuple[str, str], Any] = {
    (SYSTEM, "suggest"): _("Suggested by the matcher"),
    (SYSTEM, "put_together"): _("Put together by hand"),
    (SYSTEM, "close"): _("Ended by the service"),
    (Decider.REVIEWER, "put_forward"): _("Put forward by the reviewer"),
    (Decider.REVIEWER, "hold"): _("Put on hold by the reviewer"),
    (Decider.REVIEWER, "reject"): _("Not put forward by the reviewer"),
    (Decider.REVIEWER, "take_back"): _("Review taken back"),
    (OBJECTION, "object"): _("Objection of the receiving country"),
    (Decider.PERSON, "accept"): _("The person said yes"),
    (Decider.PERSON, "hold"): _("The person asked to wait"),
    (Decider.PERSON, "decline"): _("The person said no"),
    (Decider.PERSON, "withdraw"): _("The person took their yes back"),
    (Decider.HOST, "accept"): _("The host organisation said yes"),
    (Decider.HOST, "hold"): _("The host organisation asked to wait"),
    (Decider.HOST, "decline"): _("The host organisation said no"),
    (Decider.HOST, "withdraw"): _("The host organisation took its yes back"),
    (Decider.HOME, "release"): _("The home organisation released the person"),
    (Decider.HOME, "hold"): _("The home organisation asked to wait"),
    (Decider.HOME, "refuse"): _("The home organisation did not release the person"),
    (Decider.HOME, "withdraw"): _("The home organisation took its release back"),
}
RECORDED: dict[tuple[str, Answer], Any] = {
    (Decider.REVIEWER, Answer.YES): _("Recorded: put forward."),
    (Decider.REVIEWER, Answer.HOLD): _("Recorded: on hold."),
    (Decider.REVIEWER, Answer.NO): _("Recorded: not put forward."),
    (Decider.PERSON, Answer.YES): _("Your yes is recorded. The host and your own organisation are told."),
    (Decider.PERSON, Answer.HOLD): _("Recorded. You can answer later; your name stays hidden."),
    (Decider.PERSON, Answer.NO): _("Your no is recorded. The pairing has ended."),
    (Decider.HOST, Answer.YES): _("Your organisation’s yes is recorded."),
    (Decider.HOST, Answer.HOLD): _("Recorded. You can answer later."),
    (Decider.HOST, Answer.NO): _("Your organisation’s no is recorded. The pairing has ended."),
    (Decider.HOME, Answer.YES): _("The release is recorded."),
    (Decider.HOME, Answer.HOLD): _("Recorded. You can answer later."),
    (Decider.HOME, Answer.NO): _("Recorded: not released. The pairing has ended."),
}
LINKS: dict[LinkState, tuple[Any, Any]] = {
    LinkState.INVALID: (
        _("This link is not right"),
        _("Check that the whole address was copied from the message. If it was, ask HR to send the link again."),
    ),
    LinkState.EXPIRED: (
        _("This link has expired"),
        _("Ask the HR staff who wrote to you to send a new link. Nothing has been recorded."),
    ),
    LinkState.USED: (
        _("Your answer is recorded"),
        _("HR has been told. A link works once: if your answer has changed, ask HR to send a new one."),
    ),
    LinkState.REVOKED: (
        _("A newer link was sent"),
        _("Look for the newest message from HR and use the link in it. If you have none, ask HR to send it again."),
    ),
    LinkState.OVER: (
        _("Your answer is no longer needed"),
        _("The request has ended or has been decided. You need not do anything."),
    ),
}


@dataclass(frozen=True)
class Progress:
    """A word for where a pairing stands for somebody who takes part, and its tag."""

    text: Any
    tag: str


ENDED = Progress(_("Not proceeding"), "govuk-tag--grey")
READY = Progress(_("Ready"), "govuk-tag--green")
_YOURS = Progress(_("Your answer is needed"), "govuk-tag--blue")
_WAITING = Progress(_("Waiting for others"), "govuk-tag--turquoise")
_HOLD = Progress(_("You asked to wait"), "govuk-tag--yellow")
_PERSON_ASKED = Progress(_("The person is being asked"), "govuk-tag--grey")


def progress_for(suggestion: MatchSuggestion, decider: Decider) -> Progress:
    """Where the pairing stands for the person, the host or the home organisation.

    An end is told without saying who ended it or why: refusals of others are nobody's business here.
    """
    status = derived_status(suggestion)
    if status is Status.READY:
        return READY
    if status not in OPEN:
        return ENDED
    answer = suggestion.answer(decider)
    if decider is not Decider.PERSON and suggestion.answer(Decider.PERSON) is not Answer.YES:
        return _PERSON_ASKED
    return {Answer.PENDING: _YOURS, Answer.HOLD: _HOLD}.get(answer, _WAITING)
