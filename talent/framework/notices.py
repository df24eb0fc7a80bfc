"""Notices about the use of personal data: which is in force, and who has read it.

A notice is dated data. When administrators change it, the new row asks everybody again; earlier readings stay as they
were, with the text and the language that was shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from models import NoticeReading, PrivacyNotice, User, utc_now
from models.types import Country, Language
from talent.audit.services import record
from talent.db import transaction
from talent.errors import Invalid
from talent.i18n import _

MATCHING = "matching"
"""Code of the notice that comes before the first use of matching."""


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph or a list of a notice."""

    kind: str
    lines: tuple[str, ...]


def in_force(session: Session, code: str, country: Country) -> PrivacyNotice | None:
    """The notice a person of this country reads today: that of the country before that for both."""
    return session.scalar(
        select(PrivacyNotice)
        .where(*_applies(code, country))
        .order_by(PrivacyNotice.country.desc(), PrivacyNotice.valid_from.desc())
        .limit(1)
    )


def unread(session: Session, user: User, code: str = MATCHING) -> PrivacyNotice | None:
    """The notice in force when this person has not said that they have read it; one statement."""
    if user.organisation is None:
        return None
    read = exists().where(NoticeReading.user_id == user.id, NoticeReading.notice_id == PrivacyNotice.id)
    row = session.execute(
        select(PrivacyNotice, read)
        .where(*_applies(code, user.organisation.country))
        .order_by(PrivacyNotice.country.desc(), PrivacyNotice.valid_from.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None or row[1] else row[0]


def has_read(session: Session, user: User, code: str = MATCHING) -> bool:
    """True when there is a notice in force for this person and they have read it."""
    if user.organisation is None:
        return False
    notice = in_force(session, code, user.organisation.country)
    if notice is None:
        return False
    known = exists().where(NoticeReading.user_id == user.id, NoticeReading.notice_id == notice.id)
    return bool(session.scalar(select(known)))


def has_read_before(session: Session, user: User, code: str = MATCHING) -> bool:
    """True when the person has read this notice in any edition."""
    reading = exists().where(
        NoticeReading.user_id == user.id, NoticeReading.notice_id == PrivacyNotice.id, PrivacyNotice.code == code
    )
    return bool(session.scalar(select(reading)))


def readings_of(session: Session, user_id: UUID) -> Sequence[NoticeReading]:
    """Every notice this person has read, newest first."""
    return session.scalars(
        select(NoticeReading)
        .where(NoticeReading.user_id == user_id)
        .options(joinedload(NoticeReading.notice))
        .order_by(NoticeReading.read_at.desc(), NoticeReading.id)
    ).all()


def note_read(
    session: Session, actor: User, notice_id: UUID | None, language: Language, code: str = MATCHING
) -> PrivacyNotice:
    """Keep that the actor was shown the notice in this language and has read it; a second time changes nothing.

    Raises Invalid when it is not the notice in force for the actor's country.
    """
    with transaction(session):
        country = actor.organisation.country if actor.organisation is not None else None
        notice = in_force(session, code, country) if country is not None else None
        if notice is None or notice.id != notice_id:
            raise Invalid(fields={"read": _("This notice changed while you were reading it. Read it again")})
        known = exists().where(NoticeReading.user_id == actor.id, NoticeReading.notice_id == notice.id)
        if session.scalar(select(known)):
            return notice
        reading = NoticeReading(user_id=actor.id, notice_id=notice.id, language=language, read_at=utc_now())
        try:
            with session.begin_nested():
                session.add(reading)
        except IntegrityError:  # sent twice at once: the first has done it
            return notice
        record(
            session,
            actor,
            "notice.read",
            notice,
            person_id=actor.id,
            version=notice.notice_version,
            language=language,
        )
        return notice


def blocks(text: str) -> list[Block]:
    """A notice's text as headings, paragraphs and lists."""
    found: list[Block] = []
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith("- "):
            if found and found[-1].kind == "list":
                found[-1] = Block("list", (*found[-1].lines, line[2:]))
            else:
                found.append(Block("list", (line[2:],)))
        elif line:
            found.append(Block("heading", (line[2:],)) if line.startswith("# ") else Block("paragraph", (line,)))
    return found


def _applies(code: str, country: Country) -> tuple[ColumnElement[bool], ...]:
    today = utc_now().date()
    return (
        PrivacyNotice.code == code,
        PrivacyNotice.country.in_(("", country.value)),
        and_(
            PrivacyNotice.valid_from <= today,
            or_(PrivacyNotice.valid_to.is_(None), PrivacyNotice.valid_to > today),
        ),
    )
