"""The states of a post and every move between them: one table for pages, services, jobs and tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from models import Opportunity, OpportunityEvent, User, utc_now
from models.types import OpportunityStatus as Status
from talent.errors import Forbidden, Invalid, TransitionRefused
from talent.framework import dated
from talent.i18n import _
from talent.opportunities import requirements
from talent.opportunities.calendar import closing_has_passed
from talent.opportunities.policies import ActorRole, role_of
from talent.opportunities.requirements import Problem

Guard = Callable[[Session, Opportunity, User | None], list[Problem]]


class Action(StrEnum):
    SUBMIT = "submit"
    PUBLISH = "publish"
    PUBLISH_IMPORTED = "publish-imported"
    RETURN = "return"
    PAUSE = "pause"
    RESUME = "resume"
    CLOSE = "close"
    CLOSE_AT_DEADLINE = "close-at-deadline"
    FILL = "fill"
    FILL_BY_CLAIMS = "fill-by-claims"
    LEAVE_UNFILLED = "leave-unfilled"
    ARCHIVE = "archive"
    CANCEL = "cancel"


def _whole(session: Session, opportunity: Opportunity, actor: User | None) -> list[Problem]:
    return requirements.missing(session, opportunity) + requirements.gone_by(opportunity)


def _ready_to_publish(session: Session, opportunity: Opportunity, actor: User | None) -> list[Problem]:
    return (
        _second_person(opportunity, actor)
        + _whole(session, opportunity, actor)
        + requirements.untranslated(opportunity)
    )


def _second_person(opportunity: Opportunity, actor: User | None) -> list[Problem]:
    """Whoever submitted the post may have rewritten it, so that person does not approve it either."""
    submitter = next((e.actor_id for e in reversed(opportunity.events) if e.action == Action.SUBMIT), None)
    if actor is not None and actor.id in (submitter, opportunity.author_id):
        message = _("Somebody other than the author and the person who submitted the post must publish it")
        return [Problem("", "", message)]
    return []


def _deadline_passed(_session: Session, opportunity: Opportunity, _actor: User | None) -> list[Problem]:
    passed = closing_has_passed(opportunity)
    return [] if passed else [Problem("timing", "closes_on", _("The closing date has not passed"))]


def _a_place_claimed(_session: Session, opportunity: Opportunity, _actor: User | None) -> list[Problem]:
    return [] if opportunity.places_claimed else [Problem("", "", _("No place has been agreed yet"))]


def _no_place_claimed(_session: Session, opportunity: Opportunity, _actor: User | None) -> list[Problem]:
    return (
        [Problem("", "", _("A place has been agreed: mark the post as filled"))] if opportunity.places_claimed else []
    )


def _every_place_claimed(_session: Session, opportunity: Opportunity, _actor: User | None) -> list[Problem]:
    full = opportunity.places is not None and opportunity.places_claimed >= opportunity.places
    return [] if full else [Problem("", "", _("There are still free places"))]


@dataclass(frozen=True)
class Transition:
    """One row: from which states an action leads where, who may do it, what must hold, which reasons it needs."""

    action: Action
    sources: frozenset[Status]
    target: Status
    roles: frozenset[ActorRole]
    guard: Guard | None = None
    reasons: str = ""
    """Decider code of the reasons to choose from (data); empty when none is asked."""


OWNERS = frozenset({ActorRole.AUTHOR, ActorRole.ORGANISATION_HR})
APPROVERS = frozenset({ActorRole.ORGANISATION_HR, ActorRole.ADMINISTRATOR})
PEOPLE = OWNERS | APPROVERS
CLOCK = frozenset({ActorRole.SYSTEM})
OFFERED = frozenset({Status.SUBMITTED, Status.PUBLISHED, Status.PAUSED, Status.CLOSED})


def _at(*states: Status) -> frozenset[Status]:
    return frozenset(states)


TRANSITIONS: tuple[Transition, ...] = (
    Transition(Action.SUBMIT, _at(Status.DRAFT), Status.SUBMITTED, OWNERS, _whole),
    Transition(Action.PUBLISH, _at(Status.SUBMITTED), Status.PUBLISHED, APPROVERS, _ready_to_publish),
    # Past the guards: an administrator has taken responsibility for the whole file, so no button leads here.
    Transition(Action.PUBLISH_IMPORTED, _at(Status.DRAFT), Status.PUBLISHED, CLOCK),
    Transition(Action.RETURN, _at(Status.SUBMITTED), Status.DRAFT, PEOPLE, reasons="post_return"),
    Transition(Action.PAUSE, _at(Status.PUBLISHED), Status.PAUSED, PEOPLE),
    Transition(Action.RESUME, _at(Status.PAUSED), Status.PUBLISHED, PEOPLE, _whole),
    Transition(Action.CLOSE, _at(Status.PUBLISHED), Status.CLOSED, PEOPLE, reasons="post_close"),
    Transition(Action.CLOSE_AT_DEADLINE, _at(Status.PUBLISHED), Status.CLOSED, CLOCK, _deadline_passed),
    Transition(Action.FILL, _at(Status.CLOSED), Status.FILLED, OWNERS, _a_place_claimed),
    Transition(Action.FILL_BY_CLAIMS, _at(Status.CLOSED), Status.FILLED, CLOCK, _every_place_claimed),
    Transition(Action.LEAVE_UNFILLED, _at(Status.CLOSED), Status.UNFILLED, OWNERS, _no_place_claimed),
    Transition(Action.ARCHIVE, _at(Status.FILLED, Status.UNFILLED), Status.ARCHIVED, CLOCK),
    Transition(Action.CANCEL, _at(Status.DRAFT), Status.CANCELLED, OWNERS, reasons="post_cancel"),
    Transition(Action.CANCEL, OFFERED, Status.CANCELLED, PEOPLE, reasons="post_cancel"),
)


def available(opportunity: Opportunity, actor: User | None) -> list[Transition]:
    """Moves that this person's role and the post's state allow now; guards are asked when one is made."""
    role = role_of(actor, opportunity)
    return [row for row in TRANSITIONS if opportunity.status in row.sources and role in row.roles]


def find(opportunity: Opportunity, action: Action, actor: User | None) -> Transition:
    """The row for this action.

    Raises TransitionRefused when the state does not allow it, Forbidden when the actor's role does not.
    """
    rows = [row for row in TRANSITIONS if row.action is action and opportunity.status in row.sources]
    if not rows:
        raise TransitionRefused(_("The post has moved on, so this cannot be done to it now."))
    role = role_of(actor, opportunity)
    row = next((row for row in rows if role in row.roles), None)
    if row is None:
        raise Forbidden(_("Somebody else must do this: the author of a post does not approve it."))
    return row


def already_made(opportunity: Opportunity, action: Action, actor: User | None) -> bool:
    """True when this person's own last move brought the post here by this action: the form was sent twice."""
    last = opportunity.events[-1] if opportunity.events else None
    return (
        last is not None
        and last.action == action
        and last.to_status is opportunity.status
        and last.actor_id == (actor.id if actor else None)
    )


def apply(
    session: Session, opportunity: Opportunity, action: Action, actor: User | None, *, reason: str = "", note: str = ""
) -> OpportunityEvent:
    """Make one move: check role, guard and reason, set the state, add the event. The only place that sets a state.

    Raises TransitionRefused, Forbidden, or Invalid (`fields` for the reason, a message for what is missing).
    """
    row = find(opportunity, action, actor)
    problems = row.guard(session, opportunity, actor) if row.guard else []
    if problems:
        raise Invalid(problems[0].message)
    country = opportunity.organisation.country
    given = dated.reason(session, reason, row.reasons, "no", note=note, country=country) if row.reasons else None
    event = OpportunityEvent(
        action=action.value,
        from_status=opportunity.status,
        to_status=row.target,
        actor_id=actor.id if actor else None,
        role=str(role_of(actor, opportunity)),
        reason_id=given.id if given else None,
        note=note.strip(),
        at=utc_now(),
    )
    opportunity.events.append(event)
    opportunity.status = row.target
    _stamp(opportunity, action, actor)
    return event


def _stamp(opportunity: Opportunity, action: Action, actor: User | None) -> None:
    now: Any = utc_now()
    if action is Action.SUBMIT:
        opportunity.submitted_at = now
    elif action is Action.PUBLISH:
        opportunity.published_at = now
        opportunity.approved_by_id = actor.id if actor else None
    elif action is Action.PUBLISH_IMPORTED:
        opportunity.published_at = now
    elif action is Action.RETURN:
        opportunity.submitted_at = None
        opportunity.translation_awaited_by_id = None
    elif action in (Action.CLOSE, Action.CLOSE_AT_DEADLINE, Action.CANCEL):
        opportunity.closed_at = now
