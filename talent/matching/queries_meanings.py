"""Reading what is stored of sentence vectors: for a run, for one person's page, and which records lack them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from models import Decision, MatchSuggestion, Opportunity, OutboxItem, Profile, RecordMeaning
from models.types import Answer, Decider, OpportunityStatus
from talent.matching.queries_inputs import OPPORTUNITY_LOADS, may_be_matched

NAMED_AT_MOST = 500
"""Records that a statement names one by one; beyond it, all rows are read."""


@dataclass(frozen=True)
class StoredRow:
    """One stored row. `data` is empty where only the fingerprint was asked for."""

    record_id: UUID
    encoder: str
    texts_digest: str
    data: bytes


@dataclass(frozen=True)
class Standing:
    """How many records of a kind take part in matching, and how many of them have up-to-date vectors."""

    records: int
    ready: int


def stored(
    session: Session, profile_ids: Sequence[UUID], post_ids: Sequence[UUID], *, with_data: bool = True
) -> list[StoredRow]:
    """What is stored of these records, in one statement."""
    wanted: Any = select(
        RecordMeaning.profile_id,
        RecordMeaning.opportunity_id,
        RecordMeaning.encoder,
        RecordMeaning.texts_digest,
        *((RecordMeaning.data,) if with_data else ()),
    ).order_by(RecordMeaning.id)
    if len(profile_ids) + len(post_ids) <= NAMED_AT_MOST:
        wanted = wanted.where(
            or_(RecordMeaning.profile_id.in_(profile_ids), RecordMeaning.opportunity_id.in_(post_ids))
        )
    return [
        StoredRow(row.profile_id or row.opportunity_id, row.encoder, row.texts_digest, row.data if with_data else b"")
        for row in session.execute(wanted)
    ]


def row_of(
    session: Session, *, profile_id: UUID | None = None, opportunity_id: UUID | None = None
) -> RecordMeaning | None:
    """The stored row of one record; None when there is none."""
    if profile_id is not None:
        return session.scalar(select(RecordMeaning).where(RecordMeaning.profile_id == profile_id))
    return session.scalar(select(RecordMeaning).where(RecordMeaning.opportunity_id == opportunity_id))


def posts(session: Session, ids: Sequence[UUID]) -> Sequence[Opportunity]:
    """These posts, with what a record is made from and nothing that the matcher's role may not read."""
    wanted = select(Opportunity).where(Opportunity.id.in_(ids)).order_by(Opportunity.id)
    return session.scalars(wanted.options(*OPPORTUNITY_LOADS)).all()


def version_of(session: Session, record_id: UUID, *, of_post: bool) -> int | None:
    """The version of a record that takes part in matching now, held until the transaction ends; None for any other."""
    wanted: Select[Any] = (
        select(Opportunity.version).where(Opportunity.id == record_id, _is_published())
        if of_post
        else select(Profile.version).where(Profile.id == record_id, *may_be_matched())
    )
    return session.scalar(wanted.with_for_update())


def profiles_lacking(session: Session, maker: str, limit: int | None = None) -> list[UUID]:
    """Ids of people who may be matched and whose vectors are missing or may be out of date."""
    mine = RecordMeaning.profile_id == Profile.id
    wanted = select(Profile.id).outerjoin(RecordMeaning, mine).where(*may_be_matched(), _lacks(Profile, maker))
    return list(session.scalars(wanted.order_by(Profile.id).limit(limit)))


def posts_lacking(session: Session, maker: str, limit: int | None = None) -> list[UUID]:
    """Ids of published posts whose vectors are missing or may be out of date."""
    mine = RecordMeaning.opportunity_id == Opportunity.id
    wanted = select(Opportunity.id).outerjoin(RecordMeaning, mine).where(_is_published(), _lacks(Opportunity, maker))
    return list(session.scalars(wanted.order_by(Opportunity.id).limit(limit)))


def standing(session: Session, maker: str) -> tuple[Standing, Standing]:
    """People and posts that take part, and how many of each are ready."""
    people = select(func.count()).select_from(Profile).where(*may_be_matched())
    posts = select(func.count()).select_from(Opportunity).where(_is_published())
    lacking = len(profiles_lacking(session, maker)), len(posts_lacking(session, maker))
    all_people, all_posts = session.scalar(people) or 0, session.scalar(posts) or 0
    return Standing(all_people, all_people - lacking[0]), Standing(all_posts, all_posts - lacking[1])


def taking_part(session: Session) -> tuple[list[str], int]:
    """Ids of all who may be matched, and the number of published posts."""
    people = session.scalars(select(Profile.id).where(*may_be_matched()))
    posts = select(func.count()).select_from(Opportunity).where(_is_published())
    return [str(key) for key in people], session.scalar(posts) or 0


def remove_needless(session: Session) -> int:
    """Delete the vectors of people and posts that are not matched (any more); returns how many rows went."""
    gone = 0
    for condition in (
        RecordMeaning.profile_id.is_not(None)
        & ~exists().where(Profile.id == RecordMeaning.profile_id, *may_be_matched()),
        RecordMeaning.opportunity_id.is_not(None)
        & ~exists().where(Opportunity.id == RecordMeaning.opportunity_id, _is_published()),
    ):
        result: Any = session.execute(
            delete(RecordMeaning).where(condition).execution_options(synchronize_session=False)
        )
        gone += int(result.rowcount or 0)
    return gone


def has_needless(session: Session) -> bool:
    """Tell whether `remove_needless` would delete anything."""
    people = select(RecordMeaning.id).join(Profile, Profile.id == RecordMeaning.profile_id)
    opted_out = or_(*(~condition for condition in may_be_matched()))
    posts = select(RecordMeaning.id).join(Opportunity, Opportunity.id == RecordMeaning.opportunity_id)
    return any(
        session.scalar(wanted.limit(1)) is not None
        for wanted in (people.where(opted_out), posts.where(~_is_published()))
    )


def made_without(session: Session, maker: str) -> list[UUID]:
    """Ids of people with a suggestion that nobody has decided on, made before both sides had vectors."""
    undecided = exists().where(
        Decision.suggestion_id == MatchSuggestion.id,
        Decision.decider == Decider.REVIEWER,
        Decision.answer == Answer.PENDING,
    )
    of_person = exists().where(RecordMeaning.profile_id == MatchSuggestion.profile_id)
    of_post = exists().where(RecordMeaning.opportunity_id == MatchSuggestion.opportunity_id)
    return list(
        session.scalars(
            select(MatchSuggestion.profile_id)
            .where(
                MatchSuggestion.closed_at.is_(None),
                MatchSuggestion.score.is_not(None),
                MatchSuggestion.put_together_by_id.is_(None),
                MatchSuggestion.inputs_hash.not_like(f"%:{maker}"),
                undecided,
                of_person,
                of_post,
            )
            .distinct()
            .order_by(MatchSuggestion.profile_id)
        )
    )


def is_under_way(session: Session, kinds: Iterable[str]) -> bool:
    """Tell whether work of one of these kinds waits or is being done."""
    waiting = select(OutboxItem.id).where(
        OutboxItem.kind.in_(list(kinds)), OutboxItem.done_at.is_(None), OutboxItem.failed_at.is_(None)
    )
    return session.scalar(waiting.limit(1)) is not None


def _lacks(record: type[Profile] | type[Opportunity], maker: str) -> ColumnElement[bool]:
    """SQL: none, made by another encoder or by other rules, or older than the last change of the record."""
    return or_(RecordMeaning.id.is_(None), RecordMeaning.encoder != maker, RecordMeaning.updated_at < record.updated_at)


def _is_published() -> ColumnElement[bool]:
    return Opportunity.status == OpportunityStatus.PUBLISHED
