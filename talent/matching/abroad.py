"""Whether a person may be seen in the other country now: their own choice for it, in force at this moment.

A pairing across the border is shown to the host's HR and to the receiving country's administrators only while the
person's choice (and, where their country asks for one, the consent to the transfer) stands. It is read at each request,
so taking it back works at once. A pairing that all four have agreed to stays: its placement is being prepared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Exists, and_, delete, exists, not_, or_, select
from sqlalchemy.orm import Session

from models import (
    Decision,
    LawfulBasis,
    MatchSuggestion,
    Notification,
    OutboxItem,
    ProfileBasis,
    utc_now,
)
from models.types import Answer, BasisPurpose
from talent.i18n import _
from talent.matching.adapter import ABROAD_PURPOSES
from talent.matching.notices import administrators, hr_staff
from talent.notifications.kinds import Kind, register
from talent.notifications.services import notify

register(
    "person_unavailable",
    Kind(
        _("Somebody put forward for one of your posts is no longer available"),
        _("A pairing with one of your posts has ended, and the person is no longer shown. Nothing is needed from you."),
        _("See people put forward"),
    ),
)
LEADS_THERE = ("matching.host_suggestion", "matching.review")
"""Pages of a pairing that readers in the receiving country have."""


def seen_there() -> ColumnElement[bool]:
    """SQL of a suggestion: within one country, agreed by all four, or of a person who is shown abroad now."""
    unsaid = (
        exists()
        .where(Decision.suggestion_id == MatchSuggestion.id, Decision.answer != Answer.YES)
        .correlate(MatchSuggestion)
    )
    return or_(
        MatchSuggestion.sending_country == MatchSuggestion.receiving_country,
        and_(not_(unsaid), MatchSuggestion.closed_at.is_(None)),
        and_(_agreed(BasisPurpose.SHOWING_ABROAD), not_(_asked_and_not_agreed())),
    )


def is_seen_there(session: Session, suggestion: MatchSuggestion) -> bool:
    """The same of one suggestion, as the database has it now."""
    if suggestion.sending_country is suggestion.receiving_country:
        return True
    return bool(session.scalar(select(exists().where(MatchSuggestion.id == suggestion.id, seen_there()))))


def forget_there(session: Session, suggestions: Iterable[MatchSuggestion]) -> None:
    """Take back what the other country was told or is about to be told of these pairings that have ended.

    Notices and mails that wait are dropped; HR staff of the host who knew of the pairing learn that somebody is no
    longer available, and neither who nor why.
    """
    for suggestion in suggestions:
        if suggestion.sending_country is suggestion.receiving_country:
            continue
        staff = hr_staff(session, suggestion.opportunity.organisation_id)
        readers = {person.id for person in (*staff, *administrators(session, suggestion.receiving_country))}
        knew = _drop_notices(session, suggestion, readers)
        _drop_mail(session, suggestion, readers)
        for person in staff:
            if person.id in knew:
                notify(session, person, "person_unavailable", endpoint="matching.put_forward")


def _drop_notices(session: Session, suggestion: MatchSuggestion, readers: set[UUID]) -> set[UUID]:
    """Delete notices that lead to the pairing; returns who had one."""
    rows: Sequence[Notification] = session.scalars(
        select(Notification).where(Notification.user_id.in_(readers), Notification.endpoint.in_(LEADS_THERE))
    ).all()
    about = [row for row in rows if row.endpoint_args.get("suggestion_id") == str(suggestion.id)]
    for row in about:
        session.delete(row)
    return {row.user_id for row in about}


def _drop_mail(session: Session, suggestion: MatchSuggestion, readers: set[UUID]) -> None:
    waiting = session.scalars(
        select(OutboxItem).where(
            OutboxItem.dedupe_key.like(f"match:{suggestion.id}:%"),
            OutboxItem.done_at.is_(None),
            OutboxItem.taken_at.is_(None),
        )
    ).all()
    own = {str(reader) for reader in readers}
    gone = [row.id for row in waiting if str(row.dedupe_key).rpartition(":")[2] in own]
    session.execute(delete(OutboxItem).where(OutboxItem.id.in_(gone)).execution_options(synchronize_session=False))


def _agreed(purpose: BasisPurpose) -> ColumnElement[bool]:
    return _agreed_row().where(ProfileBasis.purpose == purpose).correlate(MatchSuggestion)


def _agreed_row() -> Exists:
    return exists().where(
        ProfileBasis.profile_id == MatchSuggestion.profile_id, ProfileBasis.agreed, ProfileBasis.ended_at.is_(None)
    )


def _asked_and_not_agreed() -> ColumnElement[bool]:
    """SQL: the person's country asks for something before showing abroad that the person has not agreed to."""
    today = utc_now().date()
    agreed = _agreed_row().where(ProfileBasis.purpose == LawfulBasis.purpose).correlate(MatchSuggestion, LawfulBasis)
    return (
        exists()
        .where(
            or_(LawfulBasis.country == "", LawfulBasis.country == MatchSuggestion.sending_country),
            LawfulBasis.required_for_active,
            LawfulBasis.purpose.in_(ABROAD_PURPOSES),
            LawfulBasis.valid_from <= today,
            or_(LawfulBasis.valid_to.is_(None), LawfulBasis.valid_to > today),
            not_(agreed),
        )
        .correlate(MatchSuggestion)
    )
