"""The review queue: posts that wait, and of their suggestions only what this reviewer may know already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, not_, or_, select
from sqlalchemy.orm import Session, joinedload

from models import MatchSuggestion, Opportunity, Organisation, Shortlist, ShortlistCard, User, utc_now
from models.types import Band, Country
from talent.matching import first_views
from talent.matching.queries_lists import LISTED, may_review, no_interest, status_is
from talent.matching.states import Status

POSTS_A_PAGE = 10
ROWS_A_POST = 10
ROWS_OF_ONE_POST = 100
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
    band: Band | None = None
    """Only pairings that the reader gave a first view of: of others no band may be told."""
    page: int = 1


@dataclass(frozen=True)
class PostGroup:
    """A post with what waits on it; `rows` are the suggestions that may be named, `total` counts those."""

    post: Opportunity
    first: MatchSuggestion
    """Any of its suggestions, for the post's words as they were then."""
    suggestions: int
    unseen: int
    """Suggestions that wait for a review and of which the reader has given no first view."""
    rows: list[MatchSuggestion]
    total: int
    shortlist: Shortlist | None
    """The reader's open shortlist of the post."""


@dataclass(frozen=True)
class Queue:
    groups: list[PostGroup]
    posts: int
    suggestions: int
    left_out: int
    """Suggestions that the reader may not review, because of an interest in one of the sides."""
    hosts: Sequence[Organisation] = field(default_factory=list)
    cards: Mapping[UUID, ShortlistCard] = field(default_factory=dict)
    """The reader's own first views of the rows."""


def waits_for_review() -> ColumnElement[bool]:
    """SQL for states.awaits_review."""
    return or_(status_is(Status.SUGGESTED), status_is(Status.HELD))


def review_queue(session: Session, actor: User, narrowed: QueueFilter) -> Queue:
    """Suggestions of people of the administrator's countries, by post; the post that waits longest comes first."""
    mine = _sending(actor, narrowed)
    where = [*mine, may_review(actor)]
    unseen = and_(waits_for_review(), not_(first_views.has_viewed(actor)))
    counted = (
        select(
            MatchSuggestion.opportunity_id,
            func.count().label("number"),
            func.sum(case((unseen, 1), else_=0)).label("unseen"),
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
    ids = [row.opportunity_id for row in chosen]
    firsts = {row.opportunity_id: row for row in _rows(session, ids, where, 1)}
    named = _rows(session, ids, [*where, not_(unseen)], ROWS_A_POST if narrowed.post is None else ROWS_OF_ONE_POST)
    shortlists = open_shortlists(session, actor, ids)
    everything = session.scalar(_counting(mine)) or 0
    without_interest = session.scalar(_counting([*mine, no_interest(actor)])) or 0
    return Queue(
        groups=[
            PostGroup(
                firsts[row.opportunity_id].opportunity,
                firsts[row.opportunity_id],
                row.number,
                row.unseen,
                [one for one in named if one.opportunity_id == row.opportunity_id],
                row.number - row.unseen,
                shortlists.get(row.opportunity_id),
            )
            for row in chosen
            if row.opportunity_id in firsts
        ],
        posts=posts,
        suggestions=suggestions,
        left_out=everything - without_interest,
        hosts=_hosts(session, actor),
        cards=first_views.viewed_cards(session, actor, [row.id for row in named]),
    )


def open_shortlists(session: Session, actor: User, post_ids: Sequence[UUID]) -> dict[UUID, Shortlist]:
    """The actor's open shortlist of each of these posts."""
    rows = session.scalars(
        select(Shortlist).where(
            Shortlist.reviewer_id == actor.id, Shortlist.closed_at.is_(None), Shortlist.opportunity_id.in_(post_ids)
        )
    )
    return {row.opportunity_id: row for row in rows}


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
        where.append(waits_for_review())
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
    if narrowed.band is not None:
        where += [MatchSuggestion.band == narrowed.band, first_views.has_viewed(actor)]
    return where


def _rows(
    session: Session, posts: Sequence[UUID], where: list[ColumnElement[bool]], most: int
) -> Sequence[MatchSuggestion]:
    """Some of each post, in the order of the random code, which says nothing and favours nobody."""
    order = (MatchSuggestion.pseudonym, MatchSuggestion.id)
    place = func.row_number().over(partition_by=MatchSuggestion.opportunity_id, order_by=order).label("place")
    ranked = (
        select(MatchSuggestion.id, place)
        .join(MatchSuggestion.profile)
        .join(MatchSuggestion.opportunity)
        .where(MatchSuggestion.opportunity_id.in_(posts), *where)
        .subquery()
    )
    statement = (
        select(MatchSuggestion)
        .join(ranked, ranked.c.id == MatchSuggestion.id)
        .where(ranked.c.place <= most)
        .options(*LISTED, joinedload(MatchSuggestion.profile))
        .order_by(*order)
    )
    return session.scalars(statement).all()


def _hosts(session: Session, actor: User) -> Sequence[Organisation]:
    posts = (
        select(Opportunity.organisation_id)
        .join(MatchSuggestion, MatchSuggestion.opportunity_id == Opportunity.id)
        .where(MatchSuggestion.sending_country.in_(actor.administered_countries))
    )
    return session.scalars(
        select(Organisation).where(Organisation.id.in_(posts)).order_by(Organisation.name_en, Organisation.id)
    ).all()
