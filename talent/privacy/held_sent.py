"""What is held of what a person was sent and did: notices, mail, links, imports, copies, the record of actions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, not_, or_, select
from sqlalchemy.orm import Session, joinedload

from models import (
    ApprovalLink,
    AuditEntry,
    ImportBatch,
    ImportedRow,
    Invitation,
    NoticeReading,
    Notification,
    OutboxItem,
    Profile,
    User,
    utc_now,
)
from talent.audit.action_words import ACTIONS
from talent.framework.dated import rule_number
from talent.i18n import NATIVE_NAMES, _
from talent.notifications.kinds import KINDS
from talent.notifications.words import words_of
from talent.privacy.erasure import waiting_work
from talent.privacy.held import Code, Field, Own, Raw, Record, Words, named, worded

MOST_ENTRIES = 20_000
"""Lines of the record of who did what in one download; far beyond what a person does in ten years."""
EXPORTED = ("privacy.export", "privacy.export_by_command")
ACTORS: dict[str, Any] = {
    "you": _("You"),
    "user": _("Somebody else with an account"),
    "system": _("The service"),
    "link": _("A line manager, by link"),
    "visitor": _("A visitor who was not signed in"),
}
TOLD_DETAILS = frozenset({"reason", "answer", "seen_as", "country", "organisation", "role", "band", "status", "step"})
"""Details that are told of what others did; the rest may name somebody else's record."""


def notices_sent(session: Session, user: User) -> list[Record]:
    """Notices inside the service, newest first."""
    rows = session.scalars(
        select(Notification)
        .where(Notification.user_id == user.id)
        .order_by(Notification.created_at.desc(), Notification.id)
    )
    return [_notice(row) for row in rows]


def _notice(row: Notification) -> Record:
    return Record(
        [
            Field("subject", _("Subject"), Words(row.kind, lambda: words_of(row).subject)),
            Field("body", _("Text"), Words(row.kind, lambda: words_of(row).body)),
            Field("sent_at", _("Sent"), row.created_at),
            Field("read_at", _("Read"), row.read_at),
        ]
    )


def waiting(session: Session, user: User) -> list[Record]:
    """Mail and notices that have not gone out yet, or could not; without those that a reviewer can still take back."""
    now = utc_now()
    return [_work(item) for item in waiting_work(session, user) if not _can_be_dropped(item, now)]


def _can_be_dropped(item: OutboxItem, now: datetime) -> bool:
    """True for a notice about a decision whose time has not come (talent.matching.decision_notices.drop_waiting)."""
    return (item.dedupe_key or "").startswith("match:") and item.not_before > now


def _work(item: OutboxItem) -> Record:
    kind = str(item.payload.get("kind", item.kind))
    words = KINDS.get(kind)
    params = item.payload.get("params") or {}

    def subject() -> str:
        if words is None:
            return str(item.payload.get("subject") or _("A message about your account"))
        return str(words.subject) % params if params else str(words.subject)

    return Record(
        [
            Field("subject", _("Subject"), Words(kind, subject)),
            Field("not_before", _("Not to be sent before"), item.not_before),
            Field("failed_at", _("Sending stopped"), item.failed_at),
        ]
    )


def notices_read(session: Session, user: User) -> list[Record]:
    """Privacy notices that the person has read, with the version."""
    rows = session.scalars(
        select(NoticeReading)
        .where(NoticeReading.user_id == user.id)
        .options(joinedload(NoticeReading.notice))
        .order_by(NoticeReading.read_at, NoticeReading.id)
    )
    return [
        Record(
            [
                Field("notice", _("Notice"), named(row.notice, "title")),
                Field("version", _("Version"), row.notice.notice_version),
                Field("language", _("Language"), worded(row.language, NATIVE_NAMES)),
                Field("read_at", _("Read"), row.read_at),
            ]
        )
        for row in rows
    ]


def links(session: Session, user: User) -> list[Record]:
    """Links that were sent to the person's address: invitations, and questions put to them as a line manager."""
    address = user.email.lower()
    invited = session.scalars(
        select(Invitation)
        .where(func.lower(Invitation.email) == address)
        .options(joinedload(Invitation.organisation))
        .order_by(Invitation.created_at)
    )
    asked = session.scalars(
        select(ApprovalLink).where(func.lower(ApprovalLink.email) == address).order_by(ApprovalLink.sent_at)
    )
    return [
        *(
            Record(
                [
                    Field("invited_to", _("Invited as HR staff of"), named(row.organisation)),
                    Field("sent_at", _("Sent"), row.created_at),
                    Field("expires_at", _("Valid until"), row.expires_at),
                    Field("accepted_at", _("Accepted"), row.accepted_at),
                ]
            )
            for row in invited
        ),
        *(
            Record(
                [
                    Field("manager_link_sent_at", _("Asked for an answer as a line manager"), row.sent_at),
                    Field("expires_at", _("Valid until"), row.expires_at),
                    Field("used_at", _("Answered on"), row.used_at),
                ]
            )
            for row in asked
        ),
    ]


def imports(session: Session, user: User) -> list[Record]:
    """Lines of imported files that the person's profile came from."""
    rows = session.execute(
        select(ImportedRow, ImportBatch)
        .join(ImportBatch, ImportedRow.batch_id == ImportBatch.id)
        .join(Profile, ImportedRow.subject_id == Profile.id)
        .where(Profile.user_id == user.id)
        .order_by(ImportedRow.at, ImportedRow.id)
    )
    return [
        Record(
            [
                Field("external_id", _("Number in the file"), Own(row.external_id)),
                Field("line", _("Line"), row.line),
                Field("outcome", _("Outcome"), Code(row.outcome)),
                Field("raw", _("What the line contained"), Own(row.raw)),
                Field("basis_reference", _("Where the basis is kept"), Own(batch.basis_reference)),
                Field("imported_at", _("Imported"), batch.created_at),
            ]
        )
        for row, batch in rows
    ]


def exports(session: Session, user: User) -> list[Record]:
    """When the person's data was handed out, by whom and in which form."""
    rows = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.person_id == user.id, AuditEntry.action.in_(EXPORTED))
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    )
    return [
        Record(
            [
                Field("at", _("When"), row.at),
                Field("form", _("Form"), Code(str(row.details.get("form", "")))),
                Field("by", _("Done by"), _actor(row, user)),
            ]
        )
        for row in rows
    ]


def activity(session: Session, user: User) -> list[Record]:
    """Lines of the record of who did what: by this person, and about them.

    What a reviewer decided is told once it cannot be taken back any more.
    """
    undo = timedelta(seconds=rule_number(session, "review_undo_seconds"))
    untold = and_(AuditEntry.action.startswith("suggestion.reviewer."), AuditEntry.at > utc_now() - undo)
    rows = session.scalars(
        select(AuditEntry)
        .where(or_(AuditEntry.actor_id == user.id, and_(AuditEntry.person_id == user.id, not_(untold))))
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(MOST_ENTRIES)
    )
    return [
        Record(
            [
                Field("at", _("When"), row.at),
                Field("action", _("Action"), worded(row.action, ACTIONS)),
                Field("by", _("Done by"), _actor(row, user)),
                Field("details", _("Details"), Raw(_details(row, user)) if _details(row, user) else None),
                Field("address", _("Network address"), row.address if row.actor_id == user.id else None),
            ]
        )
        for row in rows
    ]


def _actor(row: AuditEntry, user: User) -> Words | None:
    return worded("you" if row.actor_id == user.id else row.actor_kind, ACTORS)


def _details(row: AuditEntry, user: User) -> dict[str, Any]:
    """Details that are about this person: of what they did to others' records, and others to theirs, codes only."""
    mine = row.actor_id == user.id and row.person_id in (None, user.id)
    return {name: value for name, value in row.details.items() if mine or name in TOLD_DETAILS}
