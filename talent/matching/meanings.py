"""Sentence vectors of people and posts: made once after a text changes, stored, and read wherever pairs are scored.

Encoding is slow, so it happens outside transactions. Each record is then written in a transaction of its own, and only
if it is still as it was read. A record without vectors is matched all the same; its result says that they are missing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, or_, update
from sqlalchemy.orm import Session

from ml.params import MatcherParams
from ml.schema import OpportunityRecord, ProfileRecord, RecordText
from models import Opportunity, Profile, RecordMeaning, utc_now
from models.types import ProfileStatus
from talent.db import transaction
from talent.matching import queries_inputs, queries_meanings, settings
from talent.matching.adapter import opportunity_record, profile_record
from talent.matching.reading import reading_for_the_matcher

if TYPE_CHECKING:  # the encoder's package is slow to load: only what encodes pays for it
    from ml.encoder import Encoder
    from ml.meaning import Meaning as Meaning
    from ml.sides import Meanings as Meanings
    from ml.sides import RecordKey as RecordKey

Alive = Callable[[Session], None]
"""Called inside each transaction that stores a record, so that long work can say that it goes on."""
Report = Callable[[int, int], None]
CHUNK = 10
"""Records encoded between two looks at what others have stored meanwhile."""
READ_AT_ONCE = 200

_one_at_a_time = threading.Lock()


def _nothing(*_arguments: object) -> None:
    pass


class State(StrEnum):
    """Why a person's result has a part for meaning, or has none."""

    READY = "ready"
    PENDING = "pending"
    """Being made by the worker."""
    WHEN_ACTIVE = "when_active"
    """Made for profiles that take part in matching only."""
    NONE = "none"
    """No encoder is installed."""


@dataclass(frozen=True)
class Source:
    """A record whose sentences are wanted as vectors: its texts as the matcher reads them, and the row's version."""

    record: ProfileRecord | OpportunityRecord
    version: int
    limit: int
    """How many characters of the texts are read."""

    @property
    def id(self) -> UUID:
        return UUID(self.record.id)

    @property
    def key(self) -> RecordKey:
        """How the matcher names it among vectors."""
        return ("opportunity" if self.is_post else "profile", self.record.id)

    @property
    def is_post(self) -> bool:
        return isinstance(self.record, OpportunityRecord)

    @property
    def texts(self) -> Sequence[RecordText]:
        return self.record.texts


@dataclass
class Made:
    """What became of records without vectors: those made or found, how many made, how many had changed meanwhile."""

    meanings: dict[RecordKey, Meaning] = field(default_factory=dict)
    stored: int = 0
    left_out: int = 0


def encoder() -> Encoder | None:
    """The sentence encoder of this installation; None where there is none. It loads when it is first used."""
    from ml.encoder import installed_encoder

    return installed_encoder()


def encoder_name() -> str:
    """Name and version of the encoder; empty where none is installed."""
    found = encoder()
    return found.name if found is not None else ""


def made_by() -> str:
    """The encoder with its rules, as stored with vectors; empty where none is installed. Others are out of date."""
    from ml.meaning import made_by as made_by_encoder

    name = encoder_name()
    return made_by_encoder(name) if name else ""


def source(record: ProfileRecord | OpportunityRecord, version: int, params: MatcherParams) -> Source:
    """What is encoded of a record under these settings."""
    of_post = isinstance(record, OpportunityRecord)
    return Source(record, version, params.opportunity_text_limit if of_post else params.profile_text_limit)


def read(session: Session, sources: Sequence[Source]) -> dict[RecordKey, Meaning]:
    """The stored vectors of these records, in one statement; none for one that is out of date."""
    from ml.meaning import Meaning, texts_digest

    name, maker = encoder_name(), made_by()
    if not name or not sources:
        return {}
    wanted = {item.id: item for item in sources}
    people, posts = _ids(sources)
    return {
        item.key: Meaning.from_bytes(row.data)
        for row in queries_meanings.stored(session, people, posts)
        if (item := wanted.get(row.record_id)) is not None
        and row.encoder == maker
        and row.texts_digest == texts_digest(item.texts, name, item.limit)
    }


def state(profile: Profile, vectors: Meaning | None) -> State:
    """How it stands with a person's vectors."""
    if vectors is not None:
        return State.READY
    if encoder() is None:
        return State.NONE
    takes_part = profile.status is ProfileStatus.ACTIVE and profile.matching_opted_out_at is None
    return State.PENDING if takes_part else State.WHEN_ACTIVE


def has_both(vectors: Meanings, profile_id: str, opportunity_id: str) -> bool:
    """Tell whether both sides of a pair have vectors."""
    return ("profile", profile_id) in vectors and ("opportunity", opportunity_id) in vectors


def make(
    session: Session, sources: Sequence[Source], *, still_running: Alive = _nothing, report: Report = _nothing
) -> Made:
    """Encode and store these records, where nobody has done so yet; does nothing where no encoder is installed.

    A record that was changed, left matching or was erased meanwhile is left out: its change asks for its own.
    """
    made, machine = Made(), encoder()
    if machine is None:
        return made
    for start in range(0, len(sources), CHUNK):
        part = sources[start : start + CHUNK]
        with _one_at_a_time:  # jobs of one process take turns, so that none encodes what the other has done
            _make_part(session, part, machine, still_running, made)
        report(min(start + CHUNK, len(sources)), len(sources))
    return made


def make_missing(session: Session, *, still_running: Alive = _nothing, report: Report = _nothing) -> Made:
    """Make all vectors that are missing or out of date, of everybody and every post that take part in matching.

    Returns numbers only: the vectors themselves may be many.
    """
    made, maker = Made(), made_by()
    if not maker:
        return made
    people = queries_meanings.profiles_lacking(session, maker)
    posts = queries_meanings.posts_lacking(session, maker)
    todo = [(key, False) for key in people] + [(key, True) for key in posts]
    for start in range(0, len(todo), READ_AT_ONCE):
        part, read_at = todo[start : start + READ_AT_ONCE], utc_now()
        sources = _read_sources(session, [key for key, post in part if not post], [key for key, post in part if post])
        found = make(
            session,
            sources,
            still_running=still_running,
            report=lambda done, _of, before=start: report(before + done, len(todo)),  # type: ignore[misc]
        )
        _confirm(session, sources, read_at)
        made.stored, made.left_out = made.stored + found.stored, made.left_out + found.left_out
    return made


def numbers_in(data: bytes) -> tuple[int, int]:
    """How many sentences a stored row is about, and how many numbers it holds."""
    from ml.meaning import Meaning

    found = Meaning.from_bytes(data)
    return len(found.passages), int(found.vectors.size)


def forget(session: Session, *, profile_id: UUID | None = None, opportunity_id: UUID | None = None) -> int:
    """Delete the vectors of a person or a post, in the present transaction; returns how many rows went."""
    mine = (
        RecordMeaning.profile_id == profile_id
        if profile_id is not None
        else RecordMeaning.opportunity_id == opportunity_id
    )
    done = session.execute(delete(RecordMeaning).where(mine))
    return int(done.rowcount or 0)  # type: ignore[attr-defined]


def _make_part(session: Session, part: Sequence[Source], machine: Encoder, alive: Alive, made: Made) -> None:
    from ml.meaning import Meaning, meaning_of, texts_digest

    known = read(session, part)
    session.rollback()
    made.meanings |= known
    for item in part:
        if item.key in known:
            continue
        data = meaning_of(item.texts, machine, limit=item.limit).to_bytes()
        digest = texts_digest(item.texts, machine.name, item.limit)
        if _store(session, item, made_by(), digest, data, alive):
            made.meanings[item.key] = Meaning.from_bytes(data)  # as it will be read, to the last bit
            made.stored += 1
        else:
            made.left_out += 1


def _store(session: Session, item: Source, maker: str, digest: str, data: bytes, alive: Alive) -> bool:
    """Write one record's vectors; False when the record is not any more what was read."""
    with transaction(session):
        alive(session)
        if queries_meanings.version_of(session, item.id, of_post=item.is_post) != item.version:
            return False
        mine = {"opportunity_id": item.id} if item.is_post else {"profile_id": item.id}
        row = queries_meanings.row_of(session, **mine)
        if row is None:
            row = RecordMeaning(**mine)
            session.add(row)
        row.encoder, row.texts_digest, row.data, row.updated_at = maker, digest, data, utc_now()
        return True


def _confirm(session: Session, sources: Sequence[Source], read_at: datetime) -> None:
    """Note of records that changed in something else than their texts that their vectors were right at `read_at`."""
    right = read_digests(session, sources)
    if not any(right):
        return
    with transaction(session):
        session.execute(
            update(RecordMeaning)
            .where(
                or_(RecordMeaning.profile_id.in_(right), RecordMeaning.opportunity_id.in_(right)),
                RecordMeaning.updated_at < read_at,
            )
            .values(updated_at=read_at)
            .execution_options(synchronize_session=False)
        )


def read_digests(session: Session, sources: Sequence[Source]) -> list[UUID]:
    """Ids of those records whose stored vectors are right, in one statement that reads no vectors."""
    from ml.meaning import texts_digest

    name, maker, wanted = encoder_name(), made_by(), {item.id: item for item in sources}
    return [
        row.record_id
        for row in queries_meanings.stored(session, *_ids(sources), with_data=False)
        if (item := wanted.get(row.record_id)) is not None
        and row.encoder == maker
        and row.texts_digest == texts_digest(item.texts, name, item.limit)
    ]


def _read_sources(session: Session, people: Sequence[UUID], posts: Sequence[UUID]) -> list[Source]:
    params = settings.in_force(session).matcher
    with reading_for_the_matcher(session):
        facts = queries_inputs.facts(session, utc_now())
        profiles = queries_inputs.profiles_by_id(session, people).values()
        found: list[tuple[ProfileRecord | OpportunityRecord, Profile | Opportunity]] = [
            *((profile_record(row, facts), row) for row in profiles),
            *((opportunity_record(row, facts), row) for row in queries_meanings.posts(session, posts)),
        ]
        return [source(record, row.version, params) for record, row in found]


def _ids(sources: Sequence[Source]) -> tuple[list[UUID], list[UUID]]:
    return [item.id for item in sources if not item.is_post], [item.id for item in sources if item.is_post]
