"""Lists of suggestions: the review queue by post, and what each of the others sees. Bounded, in a total order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, not_, or_, select
from sqlalchemy.orm import Session, defer, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from models import (
    Decision,
    DecisionEvent,
    MatchSuggestion,
    Objection,
    Opportunity,
    Organisation,
    Profile,
    Reason,
    User,
    utc_now,
)
from models.types import Answer, Band, Country, Decider
from talent.framework.dated import rule_number
from talent.matching.contested import decided_before
from talent.matching.policies import organisations_of
from talent.matching.queries import answered
from talent.matching.states import Status

POSTS_A_PAGE = 10
ROWS_A_POST = 10
ROWS_OF_ONE_POST = 100
PAGE_SIZE = 20
WAITING = "waiting"
EVERY = "all"
AGES = (3, 7, 14, 30)
"""Ages in days that the queue can be narrowed to: so old or older."""


@dataclass(frozen=True)
class QueueFilter:
    """What an administrator narrowed the queue to. Empty values narrow nothing."""

    status: str = WAITING
    host: str = ""
    country: Country | None = None
    age: int = 0
    post: UUID | None = None
    page: int = 1


@dataclass(frozen=True)
class PostGroup:
    """A post with the first of its suggestions; `total` counts them all."""

    post: Opportunity
    suggestions: list[MatchSuggestion]
    total: int


@dataclass(frozen=True)
class Queue:
    groups: list[PostGroup]
    posts: int
    suggestions: int
    left_out: int
    """Suggestions that the reader may not review, because of an interest in one of the sides."""
    hosts: Sequence[Organisation] = field(default_factory=list)


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


def review_queue(session: Session, actor: User, narrowed: QueueFilter) -> Queue:
    """Suggestions of people of the administrator's countries, by post; the post that waits longest comes first."""
    mine = _sending(actor, narrowed)
    where = [*mine, _no_interest(actor)]
    counted = (
        select(
            MatchSuggestion.opportunity_id,
            func.count().label("number"),
            func.min(MatchSuggestion.created_at).label("oldest"),
        )
        .join(MatchSuggestion.profile)
        .join(MatchSuggestion.opportunity)
        .where(*where)
        .group_by(MatchSuggestion.opportunity_id)
    )
    totals = counted.subquery()
    posts, suggestions = session.execute(select(func.count(), func.coalesce(func.sum(totals.c.number), 0))).one()
    chosen = session.execute(
        counted.order_by("oldest", MatchSuggestion.opportunity_id)
        .limit(POSTS_A_PAGE)
        .offset((narrowed.page - 1) * POSTS_A_PAGE)
    ).all()
    rows = _first_rows(session, [row.opportunity_id for row in chosen], where, narrowed)
    everything = session.scalar(_counting(mine)) or 0
    return Queue(
        groups=[
            PostGroup(found[0].opportunity, found, row.number)
            for row in chosen
            if (found := [one for one in rows if one.opportunity_id == row.opportunity_id])
        ],
        posts=posts,
        suggestions=suggestions,
        left_out=everything - suggestions,
        hosts=_hosts(session, actor),
    )


def _counting(where: list[ColumnElement[bool]]) -> Select[Any]:
    return (
        select(func.count())
        .select_from(MatchSuggestion)
        .join(MatchSuggestion.profile)
        .join(MatchSuggestion.opportunity)
        .where(*where)
    )


def _sending(actor: User, narrowed: QueueFilter) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [MatchSuggestion.sending_country.in_(actor.administered_countries)]
    if narrowed.status == WAITING:
        where.append(or_(status_is(Status.SUGGESTED), status_is(Status.HELD)))
    elif narrowed.status != EVERY:
        where.append(status_is(Status(narrowed.status)))
    if narrowed.host:
        where.append(Opportunity.organisation_id == narrowed.host)
    if narrowed.country is not None:
        where.append(MatchSuggestion.receiving_country == narrowed.country)
    if narrowed.age:
        where.append(MatchSuggestion.created_at <= utc_now() - timedelta(days=narrowed.age))
    if narrowed.post is not None:
        where.append(MatchSuggestion.opportunity_id == narrowed.post)
    return where


def _no_interest(actor: User) -> ColumnElement[bool]:
    """SQL for what policies.has_interest says of one suggestion."""
    own = organisations_of(actor)
    return and_(
        Opportunity.organisation_id.not_in(own),
        Profile.organisation_id.not_in(own),
        not_(_own_profile(actor)),
        not_(decided_before(actor)),
    )


def _own_profile(actor: User) -> ColumnElement[bool]:
    return func.coalesce(Profile.user_id == actor.id, false())


def _first_rows(
    session: Session, posts: list[UUID], where: list[ColumnElement[bool]], narrowed: QueueFilter
) -> Sequence[MatchSuggestion]:
    """The best of each post. Within a band the order is by the random code, which favours nobody."""
    order = (_band_order(), MatchSuggestion.pseudonym, MatchSuggestion.id)
    place = func.row_number().over(partition_by=MatchSuggestion.opportunity_id, order_by=order).label("place")
    ranked = (
        select(MatchSuggestion.id, place)
        .join(MatchSuggestion.profile)
        .join(MatchSuggestion.opportunity)
        .where(MatchSuggestion.opportunity_id.in_(posts), *where)
        .subquery()
    )
    most = ROWS_OF_ONE_POST if narrowed.post is not None else ROWS_A_POST
    statement = (
        select(MatchSuggestion)
        .join(ranked, ranked.c.id == MatchSuggestion.id)
        .where(ranked.c.place <= most)
        .options(*LISTED)
        .order_by(*order)
    )
    return session.scalars(statement).all()


def _band_order() -> ColumnElement[int]:
    return case({band: number for number, band in enumerate(Band)}, value=MatchSuggestion.band)


LISTED: tuple[ORMOption, ...] = (
    defer(MatchSuggestion.profile_snapshot),
    defer(MatchSuggestion.explanation),
    defer(MatchSuggestion.parts),
    joinedload(MatchSuggestion.opportunity),
    joinedload(MatchSuggestion.objection),
    joinedload(MatchSuggestion.closed_reason),
)


def _hosts(session: Session, actor: User) -> Sequence[Organisation]:
    posts = (
        select(Opportunity.organisation_id)
        .join(MatchSuggestion, MatchSuggestion.opportunity_id == Opportunity.id)
        .where(MatchSuggestion.sending_country.in_(actor.administered_countries))
    )
    return session.scalars(
        select(Organisation).where(Organisation.id.in_(posts)).order_by(Organisation.name_en, Organisation.id)
    ).all()


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
            _no_interest(actor),
        )
    )
    return _page(session, statement, page, [_decided_at(Decider.REVIEWER)], LISTED)


def of_person(session: Session, actor: User, page: int = 1) -> Listed:
    """Posts for which a reviewer put this person forward, newest first."""
    statement = select(MatchSuggestion).join(MatchSuggestion.profile).where(Profile.user_id == actor.id, told(session))
    return _page(session, statement, page, [_decided_at(Decider.REVIEWER).desc()], LISTED)


def of_hosts(session: Session, actor: User, page: int = 1) -> Listed:
    """People put forward for posts of the actor's organisations: those that wait for an answer come first."""
    waits = and_(status_is(Status.ACCEPTED), answered(Decider.HOST, Answer.PENDING, Answer.HOLD))
    statement = (
        select(MatchSuggestion)
        .join(MatchSuggestion.profile)
        .join(MatchSuggestion.opportunity)
        .where(Opportunity.organisation_id.in_(actor.hr_organisation_ids), not_(_own_profile(actor)), told(session))
    )
    return _page(session, statement, page, _waiting_first(waits), _WITH_PERSON)


def of_homes(session: Session, actor: User, page: int = 1) -> Listed:
    """Requests to release people of the actor's organisations: those that wait for an answer come first."""
    waits = and_(status_is(Status.ACCEPTED), answered(Decider.HOME, Answer.PENDING, Answer.HOLD))
    accepted = exists().where(
        DecisionEvent.suggestion_id == MatchSuggestion.id,
        DecisionEvent.decider == Decider.PERSON,
        DecisionEvent.to_answer == Answer.YES,
    )
    statement = (
        select(MatchSuggestion)
        .join(MatchSuggestion.profile)
        .where(Profile.organisation_id.in_(actor.hr_organisation_ids), not_(_own_profile(actor)), accepted)
    )
    return _page(session, statement, page, _waiting_first(waits), _WITH_PERSON)


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
