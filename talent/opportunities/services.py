"""The life of a post: submitting, approving, pausing, closing, cancelling, copying."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from models import CostLine, Opportunity, OpportunitySkill, OpportunityText, User
from models.types import OpportunityStatus, TextState
from talent import texts
from talent.audit.services import record
from talent.db import check_version, get_or_404, transaction
from talent.errors import Forbidden, NotFound, TransitionRefused
from talent.events import OpportunityCancelled, OpportunityChanged, OpportunityClosed, emit
from talent.opportunities import notices, states
from talent.opportunities.calendar import today_at
from talent.opportunities.policies import administers
from talent.opportunities.queries import opportunity_for, own_opportunity, whole
from talent.opportunities.states import Action
from talent.texts import TextStatus

COPIED = (
    "organisation_id",
    "kind",
    "role_level_id",
    "places",
    "length",
    "length_unit",
    "working_pattern",
    "work_mode",
    "region_code",
    "working_language",
    "speaking_level",
    "reading_level",
    "interpreter",
    "grade_min_id",
    "grade_max_id",
    "audience",
    "access_needed",
    "reserved_for_nationals",
    "uk_route",
    "uk_sponsor",
    "supernumerary_reason",
    "kind_details",
)


def submit(session: Session, *, actor: User, opportunity_id: UUID, version: int | None = None) -> Opportunity:
    """Ask for approval: other HR of the organisation and administrators of the host country are told."""
    return make_move(session, actor=actor, opportunity_id=opportunity_id, action=Action.SUBMIT, version=version)


def publish(session: Session, *, actor: User, opportunity_id: UUID, version: int | None = None) -> Opportunity:
    """Approve a submitted post and offer it. Raises Forbidden for its author."""
    return make_move(session, actor=actor, opportunity_id=opportunity_id, action=Action.PUBLISH, version=version)


def return_to_author(
    session: Session, *, actor: User, opportunity_id: UUID, reason: str, note: str = "", version: int | None = None
) -> Opportunity:
    """Give a submitted post back as a draft, with a reason (post_return)."""
    return make_move(
        session,
        actor=actor,
        opportunity_id=opportunity_id,
        action=Action.RETURN,
        reason=reason,
        note=note,
        version=version,
    )


def pause(session: Session, *, actor: User, opportunity_id: UUID, version: int | None = None) -> Opportunity:
    return make_move(session, actor=actor, opportunity_id=opportunity_id, action=Action.PAUSE, version=version)


def resume(session: Session, *, actor: User, opportunity_id: UUID, version: int | None = None) -> Opportunity:
    return make_move(session, actor=actor, opportunity_id=opportunity_id, action=Action.RESUME, version=version)


def close(
    session: Session, *, actor: User, opportunity_id: UUID, reason: str, note: str = "", version: int | None = None
) -> Opportunity:
    """Close a published post before its closing date, with a reason (post_close)."""
    return make_move(
        session,
        actor=actor,
        opportunity_id=opportunity_id,
        action=Action.CLOSE,
        reason=reason,
        note=note,
        version=version,
    )


def cancel(
    session: Session, *, actor: User, opportunity_id: UUID, reason: str, note: str = "", version: int | None = None
) -> Opportunity:
    """Withdraw a post that is not filled yet, with a reason (post_cancel); features above close what hangs on it."""
    return make_move(
        session,
        actor=actor,
        opportunity_id=opportunity_id,
        action=Action.CANCEL,
        reason=reason,
        note=note,
        version=version,
    )


def make_move(
    session: Session,
    *,
    actor: User,
    opportunity_id: UUID,
    action: Action,
    reason: str = "",
    note: str = "",
    version: int | None = None,
) -> Opportunity:
    """Make one move of the table of states; the same move sent twice by the same person changes nothing.

    Raises NotFound, Forbidden, TransitionRefused, Invalid or StaleRecord.
    """
    with transaction(session):
        opportunity = opportunity_for(session, actor, opportunity_id)
        if states.already_made(opportunity, action, actor):
            return opportunity
        states.find(opportunity, action, actor)
        check_version(opportunity, version)
        states.apply(session, opportunity, action, actor, reason=reason, note=note)
        _follow_up(session, opportunity, action, actor, reason)
        return opportunity


def _follow_up(
    session: Session, opportunity: Opportunity, action: Action, actor: User | None, reason: str = ""
) -> None:
    """What a move leads to: an audit row, an event for the features above, and word to those concerned."""
    record(session, actor, f"opportunity.{action}", opportunity, reason=reason or None)
    if action in (Action.PUBLISH, Action.RESUME):
        emit(session, OpportunityChanged(opportunity.id))
    elif action in (Action.CLOSE, Action.CLOSE_AT_DEADLINE):
        emit(session, OpportunityClosed(opportunity.id))
    elif action is Action.CANCEL:
        emit(session, OpportunityCancelled(opportunity.id))
    told = {
        Action.RETURN: "post_returned",
        Action.PUBLISH: "post_published",
        Action.CLOSE_AT_DEADLINE: "post_closed",
        Action.CANCEL: "post_cancelled",
    }
    if action is Action.SUBMIT:
        people = [person for person in notices.approvers(session, opportunity) if person.id != opportunity.author_id]
        notices.tell(session, people, "post_submitted", opportunity, but=actor)
    elif action in told:
        notices.tell(session, notices.responsible(session, opportunity), told[action], opportunity, but=actor)


def move_by_clock(session: Session, opportunity_id: UUID, action: Action) -> bool:
    """Make one automatic move if it is still due; True when it was made."""
    with transaction(session):
        opportunity = get_or_404(session, Opportunity, opportunity_id, options=whole())
        row = next((row for row in states.available(opportunity, None) if row.action is action), None)
        if row is None or (row.guard and row.guard(session, opportunity, None)):
            return False
        states.apply(session, opportunity, action, None)
        _follow_up(session, opportunity, action, None)
        return True


def mark_translation_awaited(
    session: Session, *, actor: User, opportunity_id: UUID, version: int | None = None
) -> Opportunity:
    """An administrator of the host country allows publication before the other language is there.

    Raises NotFound, Forbidden for anybody else, TransitionRefused unless the post waits for approval.
    """
    with transaction(session):
        opportunity = opportunity_for(session, actor, opportunity_id)
        if not administers(actor, opportunity) or actor.id == opportunity.author_id:
            raise Forbidden
        if opportunity.status is not OpportunityStatus.SUBMITTED:
            raise TransitionRefused
        if opportunity.translation_awaited_by_id is None:
            check_version(opportunity, version)
            opportunity.translation_awaited_by_id = actor.id
            record(session, actor, "opportunity.translation_awaited", opportunity)
        return opportunity


def copy(session: Session, *, actor: User, opportunity_id: UUID, copy_id: UUID | None = None) -> Opportunity:
    """A new draft with the same answers, written by the actor; dates gone by are left out.

    `copy_id` is chosen by the page, so that a form sent twice makes one copy.
    """
    with transaction(session):
        source = own_opportunity(session, actor, opportunity_id)
        there = session.get(Opportunity, copy_id) if copy_id else None
        if there is not None:
            if there.author_id != actor.id:
                raise NotFound
            return there
        made = Opportunity(author_id=actor.id, steps_saved=list(source.steps_saved))
        if copy_id:
            made.id = copy_id
        for name in COPIED:
            setattr(made, name, getattr(source, name))
        _copy_dates(source, made, today_at(source.organisation))
        _copy_parts(source, made, actor)
        session.add(made)
        record(session, actor, "opportunity.copy", made, source=source.id)
        return made


def _copy_dates(source: Opportunity, made: Opportunity, today: date) -> None:
    """Dates that still lie ahead; a window that has begun to pass is asked for again as a whole."""
    if source.start_earliest is not None and source.start_earliest > today:
        made.start_earliest, made.start_latest = source.start_earliest, source.start_latest
    if source.closes_on is not None and source.closes_on > today + timedelta(days=1):
        made.closes_on = source.closes_on


def _copy_parts(source: Opportunity, made: Opportunity, actor: User) -> None:
    for row in source.texts:
        text = OpportunityText(field=row.field, lang=row.lang, content=row.content, state=row.state)
        if texts.status(source.texts, row.field, row.lang) is TextStatus.STALE:
            text.state = TextState.DRAFT  # so that a translator looks at it again
        text.source_hash, text.written_by_id = row.source_hash, row.written_by_id
        text.checked_by_id, text.checked_at = row.checked_by_id, row.checked_at
        made.texts.append(text)
    for skill in source.skills:
        made.skills.append(OpportunitySkill(skill_id=skill.skill_id, level=skill.level, essential=skill.essential))
    for line in source.cost_lines:
        made.cost_lines.append(
            CostLine(
                position=line.position,
                item=line.item,
                payer=line.payer,
                cap=line.cap,
                currency=line.currency,
                year=line.year,
                cost_code=line.cost_code,
                rate_date=line.rate_date,
            )
        )
