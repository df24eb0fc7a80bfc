"""Lists of suggestions: the review queue by post, and what each of the others sees. Bounded, in a total order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, not_, or_, select
from sqlalchemy.orm import Session, defer, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from models import (
    Decision,
    DecisionEvent,
    MatchSuggestion,
    Objection,
    Opportunity,
    Profile,
    Reason,
    User,
    utc_now,
)
from models.types import Answer, Decider
from talent.framework.dated import rule_number
from talent.matching.abroad import seen_there
from talent.matching.contested import decided_before
from talent.matching.names_seen import saw_name_before
from talent.matching.policies import organisations_of
from talent.matching.queries import answered, declared_interest
from talent.matching.states import Status

PAGE_SIZE = 20


@dataclass(frozen=True)
class Listed:
    """One page of a list, and how many there are in all."""

    rows: Sequence[MatchSuggestion]
    total: int
    page: int


def status_is(status: Status) -> ColumnElement[bool]:
    """SQL for states.derived_status; a test holds the two together."""
    reviewed = answered(Decider.REVIEWER, Answer.YES)
    said_no = exists().where(Decision.suggestion_id == MatchSuggestion.id, Decision.answer == Answer.NO)
    unsaid = exists().where(Decision.suggestion_id == MatchSuggestion.id, Decision.answer != Answer.YES)
    objected = exists().where(Objection.suggestion_id == MatchSuggestion.id)
    closed = MatchSuggestion.closed_at.is_not(None)
    person_no, reviewer_no = answered(Decider.PERSON, Answer.NO), answered(Decider.REVIEWER, Answer.NO)
    is_live = and_(not_(objected), not_(said_no), not_(closed))
    is_closed = and_(not_(objected), not_(said_no), closed)
    return {
        Status.SUGGESTED: and_(is_live, answered(Decider.REVIEWER, Answer.PENDING)),
        Status.HELD: and_(is_live, answered(Decider.REVIEWER, Answer.HOLD)),
        Status.APPROVED: and_(is_live, reviewed, not_(answered(Decider.PERSON, Answer.YES))),
        Status.ACCEPTED: and_(is_live, reviewed, answered(Decider.PERSON, Answer.YES), unsaid),
        Status.READY: and_(is_live, not_(unsaid)),
        Status.REJECTED: and_(not_(objected), reviewer_no),
        Status.DECLINED: and_(not_(objected), not_(reviewer_no), person_no),
        Status.REFUSED: and_(not_(objected), not_(reviewer_no), not_(person_no), said_no),
        Status.OBJECTED: objected,
        Status.EXPIRED: and_(is_closed, _closed_for("expired")),
        Status.SUPERSEDED: and_(is_closed, _closed_for("superseded")),
        Status.WITHDRAWN: and_(is_closed, not_(_closed_for("expired", "superseded"))),
    }[status]


def _closed_for(*codes: str) -> ColumnElement[bool]:
    return exists().where(Reason.id == MatchSuggestion.closed_reason_id, Reason.code.in_(codes))


def no_interest(actor: User) -> ColumnElement[bool]:
    """SQL for what queries.refuse_interest refuses of one suggestion."""
    own = organisations_of(actor)
    return and_(
        Opportunity.organisation_id.not_in(own),
        Profile.organisation_id.not_in(own),
        not_(_own_profile(actor)),
        not_(decided_before(actor)),
        not_(has_declared(actor)),
    )


def may_review(actor: User) -> ColumnElement[bool]:
    """SQL: no interest keeps the actor away, and nothing waits for a review of somebody whose name they know."""
    waits = or_(status_is(Status.SUGGESTED), status_is(Status.HELD))
    return and_(no_interest(actor), not_(and_(waits, saw_name_before(actor))))


def has_declared(actor: User) -> ColumnElement[bool]:
    """SQL: the actor declared an interest in the suggestion's post or person."""
    return declared_interest(
        actor, opportunity_id=MatchSuggestion.opportunity_id, profile_id=MatchSuggestion.profile_id
    ).correlate(MatchSuggestion)


def _own_profile(actor: User) -> ColumnElement[bool]:
    return func.coalesce(Profile.user_id == actor.id, false())


LISTED: tuple[ORMOption, ...] = (
    defer(MatchSuggestion.profile_snapshot),
    defer(MatchSuggestion.explanation),
    defer(MatchSuggestion.parts),
    joinedload(MatchSuggestion.opportunity),
    joinedload(MatchSuggestion.objection),
    joinedload(MatchSuggestion.closed_reason),
)


def may_object(session: Session, actor: User, page: int = 1) -> Listed:
    """Approved pairings with posts of the actor’s countries that may still be objected to, soonest end first."""
    now = utc_now()
    approved = exists().where(
        Decision.suggestion_id == MatchSuggestion.id,
        Decision.decider == Decider.REVIEWER,
        Decision.answer == Answer.YES,
        Decision.decided_at <= now - _undo(session),
        or_(
            false(),
            *(
                and_(
                    MatchSuggestion.receiving_country == country,
                    Decision.decided_at > now - timedelta(days=rule_number(session, "objection_days", country=country)),
                )
                for country in sorted(actor.administered_countries)
            ),
        ),
    )
    statement = (
        select(MatchSuggestion)
        .join(MatchSuggestion.profile)
        .join(MatchSuggestion.opportunity)
        .where(
            approved,
            MatchSuggestion.sending_country != MatchSuggestion.receiving_country,
            or_(status_is(Status.APPROVED), status_is(Status.ACCEPTED)),
            no_interest(actor),
        )
    )
    return _page(session, statement, page, [_decided_at(Decider.REVIEWER)], LISTED)


def of_person(session: Session, actor: User, page: int = 1) -> Listed:
    """Posts for which a reviewer put this person forward, newest first."""
    statement = select(MatchSuggestion).join(MatchSuggestion.profile).where(Profile.user_id == actor.id, told(session))
    return _page(session, statement, page, [_decided_at(Decider.REVIEWER).desc()], LISTED)


def asked_by(session: Session, actor: User, page: int = 1) -> Listed:
    """Posts that the person asked to be considered for and that nobody told them of yet, newest first."""
    statement = (
        select(MatchSuggestion)
        .join(MatchSuggestion.profile)
        .where(Profile.user_id == actor.id, MatchSuggestion.put_together_by_id == actor.id, not_(told(session)))
    )
    loads = (*LISTED, selectinload(MatchSuggestion.decisions).joinedload(Decision.reason))
    return _page(session, statement, page, [MatchSuggestion.created_at.desc()], loads)


def of_hosts(session: Session, actor: User, page: int = 1) -> Listed:
    """People put forward for posts of the actor's organisations: those that wait for an answer come first."""
    waits = and_(status_is(Status.ACCEPTED), answered(Decider.HOST, Answer.PENDING, Answer.HOLD))
    statement = (
        select(MatchSuggestion)
        .join(MatchSuggestion.profile)
        .join(MatchSuggestion.opportunity)
        .where(Opportunity.organisation_id.in_(actor.hr_organisation_ids), not_(_own_profile(actor)), told(session))
        .where(or_(Profile.organisation_id.not_in(actor.hr_organisation_ids), _person_has_accepted()))
        .where(seen_there())
    )
    return _page(session, statement, page, _waiting_first(waits), _WITH_PERSON)


def of_homes(session: Session, actor: User, page: int = 1) -> Listed:
    """Requests to release people of the actor's organisations: those that wait for an answer come first."""
    waits = and_(status_is(Status.ACCEPTED), answered(Decider.HOME, Answer.PENDING, Answer.HOLD))
    statement = (
        select(MatchSuggestion)
        .join(MatchSuggestion.profile)
        .where(Profile.organisation_id.in_(actor.hr_organisation_ids), not_(_own_profile(actor)))
        .where(_person_has_accepted())
    )
    return _page(session, statement, page, _waiting_first(waits), _WITH_PERSON)


def _person_has_accepted() -> ColumnElement[bool]:
    """SQL for policies.person_has_accepted."""
    return exists().where(
        DecisionEvent.suggestion_id == MatchSuggestion.id,
        DecisionEvent.decider == Decider.PERSON,
        DecisionEvent.to_answer == Answer.YES,
    )


_WITH_PERSON: tuple[ORMOption, ...] = (
    *LISTED,
    joinedload(MatchSuggestion.profile).joinedload(Profile.user),
    selectinload(MatchSuggestion.approvals),
)


def told(session: Session) -> ColumnElement[bool]:
    """SQL: the reviewer's yes can no longer be taken back."""
    return exists().where(
        Decision.suggestion_id == MatchSuggestion.id,
        Decision.decider == Decider.REVIEWER,
        Decision.answer == Answer.YES,
        Decision.decided_at <= utc_now() - _undo(session),
    )


def _undo(session: Session) -> timedelta:
    return timedelta(seconds=rule_number(session, "review_undo_seconds"))


def _waiting_first(waits: ColumnElement[bool]) -> list[ColumnElement[Any]]:
    return [case((waits, 0), else_=1), _decided_at(Decider.REVIEWER).desc()]


def _decided_at(decider: Decider) -> ColumnElement[datetime | None]:
    return (
        select(Decision.decided_at)
        .where(Decision.suggestion_id == MatchSuggestion.id, Decision.decider == decider)
        .scalar_subquery()
    )


def _page(
    session: Session,
    statement: Select[MatchSuggestion],
    page: int,
    order: list[ColumnElement[Any]],
    loads: tuple[ORMOption, ...],
) -> Listed:
    total = session.scalar(select(func.count()).select_from(statement.with_only_columns(MatchSuggestion.id).subquery()))
    rows = session.scalars(
        statement.options(*loads).order_by(*order, MatchSuggestion.id).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    ).all()
    return Listed(rows, total or 0, page)
