"""Taking the four decisions about a suggestion, taking a review back, and raising an objection."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from models import MatchSuggestion, Reason, ShortlistCard, User
from models.types import Answer, Decider
from talent import events
from talent.audit.services import record
from talent.db import check_version, transaction
from talent.errors import TransitionRefused
from talent.framework import dated
from talent.i18n import _
from talent.matching import approvals, first_views, places, queries, states
from talent.matching import decision_notices as notices
from talent.matching.closings import close
from talent.matching.names_seen import NAME_SEEN, names_seen
from talent.matching.policies import asked_by_person, person_has_accepted
from talent.matching.review_rules import check_written_reason
from talent.matching.states import OBJECTION, SYSTEM, Rules, Status, Transition, derived_status

WRITTEN_REASONS = frozenset({Answer.YES, Answer.NO})
"""Answers of a reviewer that need a reason in words beside the coded one."""


def decide(
    session: Session,
    *,
    actor: User,
    suggestion_id: UUID,
    decider: Decider,
    answer: Answer,
    reason: str | None,
    note: str = "",
    version: int | None = None,
    at: datetime | None = None,
) -> MatchSuggestion:
    """Record one of the four answers. Sending the same answer again changes nothing.

    `at` is for decisions taken before and recorded now (sample data): nobody is told of those.
    Raises NotFound when the actor may not see the suggestion, Forbidden for an interest, StaleRecord when it changed
    since `version`, TransitionRefused when its state does not allow the answer, or a reviewer has not given a first
    view or has seen the person's name, Invalid for a reason that does not fit or a reviewer's yes or no without a
    reason in words.
    """
    with transaction(session):
        suggestion = queries.suggestion_for(session, actor, decider, suggestion_id, lock=True)
        if _is_repeated(suggestion, actor, decider, answer, reason, note):
            return suggestion
        check_version(suggestion, version)
        rules = queries.rules(session, suggestion, at=at)
        row = states.find(suggestion, decider, answer, actor, rules)
        card = _own_view(session, suggestion, actor) if decider is Decider.REVIEWER else None
        given = dated.reason(session, reason, decider, answer, note=note)
        if decider is Decider.REVIEWER and answer in WRITTEN_REASONS:
            check_written_reason(session, note)
        _make(session, suggestion, row, actor, given, note, rules, card)
        _FOLLOW_UPS[row.decider, row.target](session, suggestion, actor, rules, at is None)
        if derived_status(suggestion) is Status.READY:
            _complete(session, suggestion, actor, tell=at is None)
        events.emit(session, events.SuggestionAnswered(suggestion.id, decider, answer))
        return suggestion


def take_back(session: Session, *, actor: User, suggestion_id: UUID) -> MatchSuggestion:
    """Withdraw one's own review within the time allowed, before anybody is told: back to pending, as a new event.

    Raises NotFound, Forbidden and TransitionRefused as `decide` does.
    """
    with transaction(session):
        suggestion = queries.suggestion_for(session, actor, Decider.REVIEWER, suggestion_id, lock=True)
        if _is_taken_back(suggestion, actor):
            return suggestion
        row = states.find(
            suggestion, Decider.REVIEWER, Answer.PENDING, actor, rules := queries.rules(session, suggestion)
        )
        given = dated.reason(session, "decision-taken-back", SYSTEM, Answer.NO)
        card = first_views.viewed_card(session, actor, suggestion.id)
        _make(session, suggestion, row, actor, given, "", rules, card)
        notices.drop_waiting(session, suggestion)
        events.emit(session, events.SuggestionAnswered(suggestion.id, Decider.REVIEWER, Answer.PENDING))
        return suggestion


def object_to(
    session: Session,
    *,
    actor: User,
    suggestion_id: UUID,
    reason: str | None,
    note: str = "",
    version: int | None = None,
) -> MatchSuggestion:
    """End a pairing in the name of the receiving country, in time and with a reason.

    Raises NotFound, Forbidden, StaleRecord, TransitionRefused and Invalid as `decide` does.
    """
    with transaction(session):
        suggestion = queries.suggestion_for(session, actor, OBJECTION, suggestion_id, lock=True)
        if suggestion.objection is not None and suggestion.objection.actor_id == actor.id:
            return suggestion
        check_version(suggestion, version)
        rules = queries.rules(session, suggestion)
        row = states.find(suggestion, OBJECTION, Answer.NO, actor, rules)
        given = dated.reason(session, reason, OBJECTION, Answer.NO, note=note)
        _make(session, suggestion, row, actor, given, note, rules, None)
        _end(session, suggestion, actor, rules, True)
        notices.tell_objected(session, suggestion)
        return suggestion


def _is_repeated(
    suggestion: MatchSuggestion, actor: User, decider: Decider, answer: Answer, reason: str | None, note: str
) -> bool:
    """True when this person's last answer was the very same: the form was sent twice."""
    row = suggestion.decision(decider)
    same = row.answer is answer and row.decided_by_id == actor.id and row.note == note.strip()
    return same and row.reason is not None and row.reason.code == reason


def _is_taken_back(suggestion: MatchSuggestion, actor: User) -> bool:
    """True when the last thing that happened is that this person took the review back."""
    last = suggestion.events[-1]
    return last.action == "take_back" and last.actor_id == actor.id


def _make(
    session: Session,
    suggestion: MatchSuggestion,
    row: Transition,
    actor: User,
    reason: Reason,
    note: str,
    rules: Rules,
    card: ShortlistCard | None,
) -> None:
    states.apply(suggestion, row, actor=actor, reason=reason, note=note.strip(), at=rules.now)
    session.flush()
    if card is not None:
        first_views.note_decision(session, card, row.target, rules.now)
    action, view = f"suggestion.{row.decider}.{row.action}", card.first_view if card is not None else None
    record(session, actor, action, suggestion, answer=row.target, reason=reason.code, first_view=view)


def _own_view(session: Session, suggestion: MatchSuggestion, actor: User) -> ShortlistCard:
    if names_seen(session, actor, [suggestion.id]):
        raise TransitionRefused(NAME_SEEN)
    card = first_views.viewed_card(session, actor, suggestion.id)
    if card is None:
        raise TransitionRefused(_("Give your first view of this person before you decide."))
    return card


FollowUp = Callable[[Session, MatchSuggestion, User, Rules, bool], None]


def _nothing(_session: Session, _suggestion: MatchSuggestion, _actor: User, _rules: Rules, _tell: bool) -> None:
    """A hold: nobody is told."""


def _not_put_forward(session: Session, suggestion: MatchSuggestion, _actor: User, rules: Rules, tell: bool) -> None:
    """A no of the reviewer: nobody knows of the pairing but somebody who asked to be considered."""
    after = states.undo_until(suggestion, rules)
    if tell and after is not None and asked_by_person(suggestion):
        notices.tell_asked(session, suggestion, after=after)


def _put_forward(session: Session, suggestion: MatchSuggestion, _actor: User, rules: Rules, tell: bool) -> None:
    after, until = states.undo_until(suggestion, rules), states.object_until(suggestion, rules)
    if tell and after is not None and until is not None:
        notices.tell_put_forward(session, suggestion, after=after, object_until=until)


def _accepted(session: Session, suggestion: MatchSuggestion, _actor: User, rules: Rules, tell: bool) -> None:
    approvals.open_steps(session, suggestion, on=rules.now.date())
    if tell:
        notices.tell_accepted(session, suggestion)


def _end(session: Session, suggestion: MatchSuggestion, actor: User, _rules: Rules, tell: bool) -> None:
    notices.drop_waiting(session, suggestion)
    if tell:
        home_knew = person_has_accepted(suggestion)
        notices.tell_not_proceeding(session, suggestion, by=actor, home_knew=home_knew)


_FOLLOW_UPS: dict[tuple[str, Answer], FollowUp] = {
    (Decider.REVIEWER, Answer.YES): _put_forward,
    (Decider.REVIEWER, Answer.HOLD): _nothing,
    (Decider.REVIEWER, Answer.NO): _not_put_forward,
    (Decider.PERSON, Answer.YES): _accepted,
    (Decider.PERSON, Answer.HOLD): _nothing,
    (Decider.PERSON, Answer.NO): _end,
    (Decider.HOST, Answer.YES): _nothing,
    (Decider.HOST, Answer.HOLD): _nothing,
    (Decider.HOST, Answer.NO): _end,
    (Decider.HOME, Answer.YES): _nothing,
    (Decider.HOME, Answer.HOLD): _nothing,
    (Decider.HOME, Answer.NO): _end,
}


def _complete(session: Session, suggestion: MatchSuggestion, actor: User, *, tell: bool) -> None:
    """All four are yes: take a place, or refuse; then tell everybody, and the others when that was the last place."""
    places.claim_place(session, actor, suggestion)
    if tell:
        notices.tell_ready(session, suggestion)
    if not places.all_places_claimed(suggestion.opportunity):
        return
    for other in places.other_suggestions(session, suggestion):
        status = derived_status(other)
        if status in (Status.SUGGESTED, Status.HELD):
            close(session, other, "all-places-claimed")
        elif tell and status in states.OPEN:
            notices.tell_places_gone(session, other, home_knew=status is Status.ACCEPTED)
