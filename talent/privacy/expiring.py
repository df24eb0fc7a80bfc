"""What is past its time: for each kind of record of the retention rules, which rows are due and how they go.

`due` lists ids and changes nothing; `remove` does away with one of them. A dry run and a real run use the same lists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from models import (
    ApprovalLink,
    AuditEntry,
    Contest,
    DecisionEvent,
    ImportedRow,
    Invitation,
    MatchSuggestion,
    Notification,
    Opportunity,
    OpportunityText,
    Organisation,
    OutboxItem,
    Profile,
    RoleGrant,
    Throttle,
    User,
    UserSession,
    utc_now,
)
from models.types import Country, OpportunityStatus, ProfileStatus, RoleName
from talent.framework.dated import rule_number
from talent.matching.contested import not_contested
from talent.matching.queries_lists import status_is
from talent.matching.states import OPEN, Status
from talent.privacy import erasure, reductions

Before = Mapping[Country, datetime]
"""By country, the moment before which a record is past its time."""
Due = Callable[[Session, Before], Sequence[str]]
Remove = Callable[[Session, str], None]
AT_MOST = 500
"""Rows of one kind that one run deals with; the next run takes the rest."""
ENDED = tuple(status for status in Status if status not in OPEN and status is not Status.READY)


@dataclass(frozen=True)
class Record:
    """One kind of record. `remove` None: the rule is kept and shown, and nothing is deleted by a run."""

    code: str
    due: Due
    remove: Remove | None


def _by_country(column: Any, before: Before, country: Any) -> ColumnElement[bool]:
    return or_(*(and_(country == one, column < moment) for one, moment in sorted(before.items())))


def _earliest(before: Before) -> datetime:
    return min(before.values())


def _profiles(status: ProfileStatus, column: Any, *conditions: ColumnElement[bool]) -> Due:
    def due(session: Session, before: Before) -> Sequence[str]:
        found = (
            select(Profile.id)
            .join(Organisation, Profile.organisation_id == Organisation.id)
            .where(Profile.status == status, _by_country(column, before, Organisation.country), *conditions)
        )
        return _ids(session, found.order_by(column, Profile.id))

    return due


def _unclaimed(session: Session, before: Before) -> Sequence[str]:
    found = (
        select(Profile.id)
        .join(Organisation, Profile.organisation_id == Organisation.id)
        .where(
            Profile.user_id.is_(None),
            Profile.status != ProfileStatus.ERASED,
            _by_country(Profile.created_at, before, Organisation.country),
        )
    )
    return _ids(session, found.order_by(Profile.created_at, Profile.id))


def _erase_profile(session: Session, key: str) -> None:
    reductions.erase_profile(session, None, session.get_one(Profile, UUID(key)))


def last_use() -> Any:
    """SQL: when the owner of an account signed in last, or made it."""
    signed_in = (
        select(func.max(AuditEntry.at))
        .where(AuditEntry.actor_id == User.id, AuditEntry.action == "account.sign_in")
        .correlate(User)
        .scalar_subquery()
    )
    return func.coalesce(signed_in, User.created_at)


def idle(session: Session, before: Before, *conditions: ColumnElement[bool]) -> Sequence[str]:
    """Accounts whose owners have not signed in since; those with a duty for others are left to administrators."""
    duty = exists().where(
        RoleGrant.user_id == User.id, RoleGrant.revoked_at.is_(None), RoleGrant.role != RoleName.CIVIL_SERVANT
    )
    found = (
        select(User.id)
        .join(Organisation, User.organisation_id == Organisation.id)
        .where(
            User.erased_at.is_(None),
            User.confirmed_at.is_not(None),
            ~duty,
            _by_country(last_use(), before, Organisation.country),
            *conditions,
        )
    )
    return _ids(session, found.order_by(User.created_at, User.id))


def _idle_and_warned(session: Session, before: Before) -> Sequence[str]:
    """An account is deleted only when its owner was warned, and long enough ago (retention.warn_idle)."""
    days = rule_number(session, "idle_warning_days")
    return idle(session, before, User.idle_warned_at < utc_now() - timedelta(days=days))


def _unconfirmed(session: Session, before: Before) -> Sequence[str]:
    found = select(User.id).where(
        User.confirmed_at.is_(None), User.erased_at.is_(None), User.created_at < _earliest(before)
    )
    return _ids(session, found.order_by(User.created_at, User.id))


def _erase_account(session: Session, key: str) -> None:
    erasure.erase_account(session, actor=None, user_id=UUID(key), cause="retention")


def _ended_suggestions(session: Session, before: Before) -> Sequence[str]:
    last = (
        select(func.max(DecisionEvent.at))
        .where(DecisionEvent.suggestion_id == MatchSuggestion.id)
        .correlate(MatchSuggestion)
        .scalar_subquery()
    )
    found = select(MatchSuggestion.id).where(
        or_(*(status_is(status) for status in ENDED)),
        not_contested(),
        func.coalesce(MatchSuggestion.closed_at, last, MatchSuggestion.created_at) < _earliest(before),
        MatchSuggestion.profile_snapshot["erased"].as_boolean().is_not(True),
    )
    return _ids(session, found.order_by(MatchSuggestion.created_at, MatchSuggestion.id))


def _reduce_suggestion(session: Session, key: str) -> None:
    reductions.reduce_suggestion(session, session.get_one(MatchSuggestion, UUID(key)))


def _draft_posts(session: Session, before: Before) -> Sequence[str]:
    found = (
        select(Opportunity.id)
        .join(Organisation, Opportunity.organisation_id == Organisation.id)
        .where(
            Opportunity.status == OpportunityStatus.DRAFT,
            Opportunity.submitted_at.is_(None),
            ~exists().where(MatchSuggestion.opportunity_id == Opportunity.id),
            ~exists().where(Contest.opportunity_id == Opportunity.id),
            _by_country(Opportunity.updated_at, before, Organisation.country),
        )
    )
    return _ids(session, found.order_by(Opportunity.updated_at, Opportunity.id))


def _delete_post(session: Session, key: str) -> None:
    session.delete(session.get_one(Opportunity, UUID(key)))


def _archived_posts(session: Session, before: Before) -> Sequence[str]:
    said = exists().where(OpportunityText.opportunity_id == Opportunity.id)
    found = select(Opportunity.id).where(
        Opportunity.status == OpportunityStatus.ARCHIVED, said, Opportunity.updated_at < _earliest(before)
    )
    return _ids(session, found.order_by(Opportunity.updated_at, Opportunity.id))


def _empty_post(session: Session, key: str) -> None:
    post = session.get_one(Opportunity, UUID(key))
    post.texts[:] = []
    post.supernumerary_reason, post.kind_details = "", {}


def _contests(session: Session, before: Before) -> Sequence[str]:
    found = select(Contest.id).where(
        func.coalesce(Contest.answered_at, Contest.withdrawn_at) < _earliest(before), Contest.words != ""
    )
    return _ids(session, found.order_by(Contest.created_at, Contest.id))


def _empty_contest(session: Session, key: str) -> None:
    reductions.empty_contest(session.get_one(Contest, UUID(key)))


def _links(session: Session, before: Before) -> Sequence[str]:
    moment = _earliest(before)
    manager = select(ApprovalLink.id).where(ApprovalLink.email != "", ApprovalLink.expires_at < moment)
    invited = select(Invitation.id).where(Invitation.expires_at < moment)
    return [
        *(f"link:{key}" for key in _ids(session, manager.order_by(ApprovalLink.expires_at, ApprovalLink.id))),
        *(f"invitation:{key}" for key in _ids(session, invited.order_by(Invitation.expires_at, Invitation.id))),
    ]


def _forget_link(session: Session, key: str) -> None:
    kind, _colon, number = key.partition(":")
    if kind == "link":
        reductions.forget_links(session, [session.get_one(ApprovalLink, UUID(number))])
    else:
        session.delete(session.get_one(Invitation, UUID(number)))


def _imported_lines(session: Session, before: Before) -> Sequence[str]:
    found = select(ImportedRow.id).where(
        or_(ImportedRow.raw != "", ImportedRow.detail != ""), ImportedRow.at < _earliest(before)
    )
    return _ids(session, found.order_by(ImportedRow.at, ImportedRow.id))


def _empty_line(session: Session, key: str) -> None:
    row = session.get_one(ImportedRow, UUID(key))
    row.raw = row.detail = ""
    if row.outcome == "waiting":
        row.outcome, row.reason = "refused", "expired"


def _plain(model: Any, column: Any, *conditions: ColumnElement[bool]) -> Due:
    key = model.__mapper__.primary_key[0]

    def due(session: Session, before: Before) -> Sequence[str]:
        return _ids(session, select(key).where(column < _earliest(before), *conditions).order_by(column, key))

    return due


def _delete_row(model: Any, convert: Callable[[str], Any] = UUID) -> Remove:
    key = model.__mapper__.primary_key[0]

    def remove(session: Session, number: str) -> None:
        session.execute(delete(model).where(key == convert(number)))

    return remove


def _mail_files(_session: Session, before: Before) -> Sequence[str]:
    moment = _earliest(before).timestamp()
    old = [path for path in _mail_folder().glob("*.eml") if path.stat().st_mtime < moment]
    return [path.name for path in sorted(old)][:AT_MOST]


def _remove_file(_session: Session, name: str) -> None:
    (_mail_folder() / Path(name).name).unlink(missing_ok=True)


def _mail_folder() -> Path:
    return Path(current_app.config["INSTANCE_DIR"]) / "mail"


def _ids(session: Session, statement: Any) -> list[str]:
    return [str(key) for key in session.scalars(statement.limit(AT_MOST))]


def _nothing(_session: Session, _before: Before) -> Sequence[str]:
    """The record of who did what is one chain: nothing is taken out of it."""
    return ()


RECORDS: tuple[Record, ...] = (
    Record("withdrawn_profiles", _profiles(ProfileStatus.WITHDRAWN, Profile.withdrawn_at), _erase_profile),
    Record(
        "draft_profiles",
        _profiles(ProfileStatus.DRAFT, Profile.updated_at, Profile.user_id.is_not(None)),
        _erase_profile,
    ),
    Record("unclaimed_profiles", _unclaimed, _erase_profile),
    Record("idle_accounts", _idle_and_warned, _erase_account),
    Record("unconfirmed_accounts", _unconfirmed, _erase_account),
    Record("closed_suggestions", _ended_suggestions, _reduce_suggestion),
    Record("draft_posts", _draft_posts, _delete_post),
    Record("archived_posts", _archived_posts, _empty_post),
    Record("contests", _contests, _empty_contest),
    Record("notices", _plain(Notification, Notification.created_at), _delete_row(Notification)),
    Record("done_work", _plain(OutboxItem, OutboxItem.done_at), _delete_row(OutboxItem)),
    Record("failed_work", _plain(OutboxItem, OutboxItem.failed_at), _delete_row(OutboxItem)),
    Record("sessions", _plain(UserSession, UserSession.seen_at), _delete_row(UserSession)),
    Record("throttles", _plain(Throttle, Throttle.expires_at), _delete_row(Throttle, str)),
    Record("links", _links, _forget_link),
    Record("imported_lines", _imported_lines, _empty_line),
    Record("mail_files", _mail_files, _remove_file),
    Record("audit", _nothing, None),
)
BY_CODE = {row.code: row for row in RECORDS}
