"""The translators' queue: which texts wait, for how long and in which direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from models import Opportunity, OpportunityText, Profile, ProfileBasis, ProfileText, User
from models.text import LocalText, text_hash
from models.types import BasisPurpose, Language, OpportunityStatus, ProfileStatus, TextState
from talent import texts
from talent.errors import NotFound
from talent.profiles.masking import masked_text
from talent.texts import TextStatus

PAGE_SIZE = 25
POST, PROFILE = "post", "profile"
LIVE_POSTS = (OpportunityStatus.SUBMITTED, OpportunityStatus.PUBLISHED, OpportunityStatus.PAUSED)
LIVE_PROFILES = (ProfileStatus.ACTIVE,)
SHOWN_ABROAD = Profile.bases.any(
    and_(ProfileBasis.purpose == BasisPurpose.SHOWING_ABROAD, ProfileBasis.agreed, ProfileBasis.ended_at.is_(None))
)
"""A translation is for readers in the other country, and translators may work there."""
URGENCY = (TextStatus.AWAITED, TextStatus.STALE, TextStatus.DRAFT)
"""The state of an entry is that of its neediest text."""

TextOwner = Opportunity | Profile


@dataclass(frozen=True)
class Entry:
    """What waits for one record in one language. A profile is shown without anything that tells whose it is."""

    kind: str
    owner_id: UUID
    target: Language
    state: TextStatus
    since: datetime
    characters: int
    """Length of the originals that wait."""
    title: texts.Shown | None = None


@dataclass(frozen=True)
class Queue:
    entries: Sequence[Entry]
    total: int
    number: int
    counts: dict[TextStatus, int]


def queue(session: Session, *, target: Language | None = None, state: TextStatus | None = None, page: int = 1) -> Queue:
    """Records with texts that are awaited, stale or not yet checked, longest wait first."""
    waiting = [*_waiting(session, POST), *_waiting(session, PROFILE)]
    waiting = [entry for entry in waiting if target is None or entry.target is target]
    counts = {status: sum(entry.state is status for entry in waiting) for status in URGENCY}
    chosen = [entry for entry in waiting if state is None or entry.state is state]
    chosen.sort(key=lambda entry: (entry.since, entry.kind, str(entry.owner_id)))
    number = min(max(1, page), max(1, -(-len(chosen) // PAGE_SIZE)))
    shown = chosen[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return Queue(_with_titles(session, shown), len(chosen), number, counts)


def _waiting(session: Session, kind: str) -> list[Entry]:
    """Entries of one kind. A checked text is stale only if its original changed after it; its hash then decides."""
    model: Any = OpportunityText if kind == POST else ProfileText
    source, target = aliased(model), aliased(model)
    owner = source.opportunity_id if kind == POST else source.profile_id
    same = target.opportunity_id == owner if kind == POST else target.profile_id == owner
    live = (
        source.opportunity.has(Opportunity.status.in_(LIVE_POSTS))
        if kind == POST
        else source.profile.has(and_(Profile.status.in_(LIVE_PROFILES), SHOWN_ABROAD))
    )
    changed_since = or_(target.id.is_(None), target.state != TextState.CHECKED, source.updated_at > target.updated_at)
    rows = session.execute(
        select(owner, source.lang, source.updated_at, source.content, target.state, target.content, target.source_hash)
        .outerjoin(target, and_(same, target.field == source.field, target.lang != source.lang))
        .where(source.state == TextState.ORIGINAL, source.content != "", live, changed_since)
        .order_by(owner, source.field)
    )
    found: dict[tuple[UUID, Language], Entry] = {}
    for owner_id, lang, since, original, target_state, content, made_from in rows:
        status = _status(target_state, content, made_from, original)
        if status is not TextStatus.CHECKED:
            entry = Entry(kind, owner_id, lang.other, status, since, len(original))
            found[owner_id, lang] = _neediest(found.get((owner_id, lang)), entry)
    return list(found.values())


def _status(state: TextState | None, content: str | None, made_from: str | None, original: str) -> TextStatus:
    if state is None or not content:
        return TextStatus.AWAITED
    if made_from != text_hash(original):
        return TextStatus.STALE
    return TextStatus(state.value)


def _neediest(one: Entry | None, other: Entry) -> Entry:
    if one is None:
        return other
    state = min(one.state, other.state, key=URGENCY.index)
    since, characters = min(one.since, other.since), one.characters + other.characters
    return Entry(other.kind, other.owner_id, other.target, state, since, characters)


def _with_titles(session: Session, entries: Sequence[Entry]) -> list[Entry]:
    ids = [entry.owner_id for entry in entries if entry.kind == POST]
    rows = session.scalars(
        select(OpportunityText)
        .where(OpportunityText.opportunity_id.in_(ids), OpportunityText.field == "title")
        .order_by(OpportunityText.opportunity_id, OpportunityText.lang)
    ).all()
    titles: dict[UUID, list[OpportunityText]] = {}
    for row in rows:
        titles.setdefault(row.opportunity_id, []).append(row)
    return [
        replace(entry, title=texts.shown(titles.get(entry.owner_id, []), "title", entry.target.other))
        if entry.kind == POST
        else entry
        for entry in entries
    ]


def owner(session: Session, kind: str, owner_id: UUID, target: Language) -> TextOwner:
    """The record whose texts are to be put into `target`.

    Raises NotFound when there is none, when it does not wait for translators, or when it was written in `target`.
    """
    found: TextOwner | None
    if kind == POST:
        found = session.get(Opportunity, owner_id, options=[selectinload(Opportunity.texts)])
        live = found is not None and found.status in LIVE_POSTS
    else:
        found = session.scalar(
            select(Profile).where(Profile.id == owner_id, SHOWN_ABROAD).options(selectinload(Profile.texts))
        )
        live = found is not None and found.status in LIVE_PROFILES
    if found is None or not live or not pairs(found, target):
        raise NotFound
    return found


@dataclass(frozen=True)
class Pair:
    """One field: what was written, and its version in the other language so far.

    `original` and `translated` are what a translator reads: a person's own words without what tells who they are.
    """

    field: str
    source: LocalText
    translation: LocalText | None
    status: TextStatus
    original: str
    translated: str


FIELD_ORDER = ("title", "description")


def pairs(record: TextOwner, target: Language) -> list[Pair]:
    """Fields written in the other language, title first."""
    rows: Sequence[LocalText] = record.texts
    written = [row for row in rows if row.state is TextState.ORIGINAL and row.lang is target.other and row.content]
    order = {name: number for number, name in enumerate(FIELD_ORDER)}
    written.sort(key=lambda row: (order.get(row.field, len(order)), row.field))
    return [_pair(record, row, texts.version(rows, row.field, target), target) for row in written]


def _pair(record: TextOwner, source: LocalText, translation: LocalText | None, target: Language) -> Pair:
    original, translated = source.content, translation.content if translation is not None else ""
    if isinstance(record, Profile):
        original, translated = masked_text(record, original), masked_text(record, translated)
    status = texts.status(record.texts, source.field, target)
    return Pair(source.field, source, translation, status, original, translated)


def fingerprint(record: TextOwner, target: Language) -> str:
    """Changes whenever an original or its translation does; unrelated changes of the record leave it alone."""
    parts = [
        f"{pair.field}\n{pair.source.content}\n{pair.translation.content if pair.translation else ''}\n{pair.status}"
        for pair in pairs(record, target)
    ]
    return text_hash("\x00".join(parts))


def names_of(session: Session, ids: set[UUID]) -> dict[UUID, str]:
    """Names of the people who wrote or checked translations."""
    if not ids:
        return {}
    rows = session.scalars(select(User).where(User.id.in_(ids)).order_by(User.id))
    return {row.id: row.name_home for row in rows}
