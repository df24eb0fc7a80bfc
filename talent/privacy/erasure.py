"""Deleting an account: rows, files, memory, queue. What stays is an empty row whose id the audit refers to."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from models import (
    AdministratorProposal,
    Approval,
    ApprovalLink,
    Contest,
    ErasureReceipt,
    IdentityLink,
    Invitation,
    MatchSuggestion,
    NoticeReading,
    Notification,
    Organisation,
    OutboxItem,
    Passkey,
    PlaceClaim,
    Profile,
    RoleGrant,
    User,
    WorksHere,
    utc_now,
)
from models.types import Country, Language, NameOrder, ProfileStatus
from talent import outbox, throttle
from talent.audit.services import record
from talent.auth import queries as accounts
from talent.auth import tries
from talent.auth.sessions import end_sessions
from talent.db import get_or_404, transaction
from talent.errors import NotFound, TransitionRefused
from talent.framework.dated import rule_number
from talent.i18n import _, in_language, local, local_date
from talent.matching.notices import hr_staff
from talent.notifications.jobs import base_url
from talent.notifications.kinds import KINDS
from talent.notifications.services import notify
from talent.privacy import monitoring, reductions, traces
from talent.privacy import notices as _notices  # noqa: F401 - registers the words told here

ERASED_DOMAIN = "erased.invalid"


@dataclass(frozen=True)
class Erased:
    """What became of an account."""

    receipt: ErasureReceipt
    mail_id: UUID | None
    """Of the last mail; None when the address was never confirmed."""


def hindrances(session: Session, user: User) -> list[Any]:
    """Why the account cannot be deleted yet, each with what to do first; empty when it can."""
    found: list[Any] = []
    for country in sorted(user.administered_countries):
        if all(person.id == user.id for person in accounts.administrators(session, country)):
            found.append(
                _("You are the last administrator of %(country)s. Name another one first.", country=_country(country))
            )
    for organisation_id in sorted(user.hr_organisation_ids):
        if all(person.id == user.id for person in accounts.hr_staff(session, organisation_id)):
            place = session.get_one(Organisation, organisation_id)
            found.append(
                _(
                    "You are the only HR staff of %(organisation)s. Ask an administrator to name others first.",
                    organisation=local(place),
                )
            )
    return found


def agreed_places(session: Session, user: User) -> int:
    """In how many pairings of this person a place is agreed: deleting the account does not undo those."""
    statement = select(func.count()).select_from(PlaceClaim).join(MatchSuggestion).join(MatchSuggestion.profile)
    return session.scalar(statement.where(Profile.user_id == user.id)) or 0


def erase_account(session: Session, *, actor: User | None, user_id: UUID, cause: str) -> Erased:
    """Delete an account and everything held about its owner; `cause` is `asked`, `retention` or `command`.

    Raises NotFound for an account that is gone, TransitionRefused while somebody else has to take over a duty.
    """
    with transaction(session):
        user = session.scalar(
            select(User)
            .where(User.id == user_id, User.erased_at.is_(None))
            .with_for_update(of=User)
            .execution_options(populate_existing=True)
        )
        if user is None:
            raise NotFound
        problems = hindrances(session, user)
        if problems:
            raise TransitionRefused(problems[0])
        address, names = user.email, list(user.every_name)
        language, was_confirmed = user.language, user.confirmed_at is not None
        counts = _erase_rows(session, actor, user, address)
        _make_tombstone(session, user)
        receipt = ErasureReceipt(pseudonym=user.id, cause=cause, erased=dict(counts), at=utc_now())
        session.add(receipt)
        session.flush()
        record(session, actor, "account.erase", user, cause=cause, receipt=receipt.id, erased=dict(counts))
        mail_id = _last_mail(session, receipt, address, language) if was_confirmed else None
        traces.order_erasure(session, address=address, names=names, keep_mail=mail_id)
        return Erased(receipt, mail_id)


def _erase_rows(session: Session, actor: User | None, user: User, address: str) -> Counter[str]:
    """Everything but the row of the account itself; returns how many rows went, by table."""
    counts: Counter[str] = Counter()
    _tell_of_places(session, user)
    for profile in session.scalars(select(Profile).where(Profile.user_id == user.id).order_by(Profile.created_at)):
        counts["profile"] += profile.status is not ProfileStatus.ERASED
        counts.update(reductions.erase_profile(session, actor, profile))
    counts["contest"] = _erase_contests(session, user)
    counts["user_session"] = end_sessions(session, user)
    for model in (Passkey, IdentityLink, WorksHere, Notification, NoticeReading):
        counts[model.__tablename__] = _delete(session, model, model.user_id == user.id)
    counts["invitation"] = _delete(session, Invitation, func.lower(Invitation.email) == address.lower())
    counts["administrator_proposal"] = _erase_proposals(session, user)
    counts["approval_link"] = _erase_links(session, address)
    counts["monitoring_answer"] = monitoring.forget(session, user.id)
    counts["outbox_item"] = _erase_work(session, user, address)
    password = hashlib.sha256((user.password or "").encode()).hexdigest()
    throttle.clear(session, tries.ACCOUNT, address.casefold(), password)
    _end_roles(session, actor, user)
    return Counter({name: number for name, number in counts.items() if number})


def _tell_of_places(session: Session, user: User) -> None:
    agreed = session.scalars(
        select(MatchSuggestion)
        .join(PlaceClaim, PlaceClaim.suggestion_id == MatchSuggestion.id)
        .join(Profile, MatchSuggestion.profile_id == Profile.id)
        .where(Profile.user_id == user.id)
        .order_by(MatchSuggestion.id)
    ).all()
    for suggestion in agreed:
        sides = (
            ("matching.host_suggestion", suggestion.opportunity.organisation_id),
            ("matching.home_suggestion", suggestion.profile.organisation_id),
        )
        for endpoint, organisation_id in sides:
            for person in hr_staff(session, organisation_id):
                if person.id != user.id:
                    args = {"suggestion_id": suggestion.id}
                    notify(session, person, "placed_person_left", endpoint=endpoint, endpoint_args=args)


def _erase_contests(session: Session, user: User) -> int:
    rows = session.scalars(select(Contest).where(Contest.user_id == user.id)).all()
    for contest in rows:
        reductions.empty_contest(contest)
        if contest.is_open:
            contest.withdrawn_at = utc_now()
    return len(rows)


def _erase_proposals(session: Session, user: User) -> int:
    """Proposals that wait go; of the decided ones the reason, which tells of the person, goes."""
    mine = AdministratorProposal.user_id == user.id
    gone = _delete(session, AdministratorProposal, mine, AdministratorProposal.decided_at.is_(None))
    session.execute(update(AdministratorProposal).where(mine).values(reason="", answer_note=""))
    return gone


def _erase_links(session: Session, address: str) -> int:
    """Links by which this person, as somebody's line manager, was asked for an answer."""
    links = session.scalars(select(ApprovalLink).where(func.lower(ApprovalLink.email) == address.lower())).all()
    answered = [link.approval_id for link in links if link.used_at is not None]
    session.execute(update(Approval).where(Approval.id.in_(answered)).values(holder_name=""))
    return reductions.forget_links(session, links)


def waiting_work(session: Session, user: User, *, unfinished_only: bool = True) -> Sequence[OutboxItem]:
    """Entries of the queue that are to this person, by account or by address."""
    wanted = select(OutboxItem).where(
        or_(
            OutboxItem.payload["user_id"].as_string() == str(user.id),
            func.lower(OutboxItem.payload["to"].as_string()) == user.email.lower(),
        )
    )
    if unfinished_only:
        wanted = wanted.where(OutboxItem.done_at.is_(None))
    return session.scalars(wanted.order_by(OutboxItem.created_at, OutboxItem.id)).all()


def _erase_work(session: Session, user: User, address: str) -> int:
    """Mail and notices on their way. One that is being sent this moment is marked as done, so that it ends quietly."""
    rows = waiting_work(session, user, unfinished_only=False)
    for item in rows:
        if item.taken_at is not None and item.done_at is None and item.failed_at is None:
            item.payload, item.done_at = {}, utc_now()
        else:
            session.delete(item)
    session.flush()
    return len(rows)


def _end_roles(session: Session, actor: User | None, user: User) -> None:
    grants = session.scalars(select(RoleGrant).where(RoleGrant.user_id == user.id, RoleGrant.revoked_at.is_(None)))
    for grant in grants:
        grant.revoked_at, grant.revoked_by_id = utc_now(), actor.id if actor else None
        scope = grant.organisation_id or (grant.country.value if grant.country else None)
        record(session, actor, "role.revoke", user, role=grant.role.value, scope=scope)


def _make_tombstone(session: Session, user: User) -> None:
    session.flush()
    session.refresh(user)
    user.email, user.password, user.fs_uniquifier = f"{uuid4().hex}@{ERASED_DOMAIN}", None, uuid4().hex
    user.active, user.confirmed_at, user.erased_at = False, None, utc_now()
    user.name_home = user.name_romanised = user.form_of_address = ""
    user.former_names = None
    user.name_order, user.language, user.organisation_id = NameOrder.GIVEN_FIRST, Language.EN, None
    user.tf_primary_method = user.tf_totp_secret = user.fs_webauthn_user_handle = None
    user.tf_last_counter = user.mf_recovery_codes = user.disabled_at = user.idle_warned_at = None
    user.roles = []
    session.flush()


def _last_mail(session: Session, receipt: ErasureReceipt, address: str, language: Language) -> UUID:
    """The receipt to the old address. Where mail is written to files, its file goes a while later."""
    assert "account_erased" in KINDS
    with in_language(language):
        day = local_date(receipt.at.date())
    payload = {
        "to": address,
        "language": language.value,
        "kind": "account_erased",
        "link": base_url(),
        "params": {"day": day, "reference": str(receipt.id)},
    }
    item = outbox.add(session, "mail", payload)
    minutes = rule_number(session, "receipt_copy_minutes")
    traces.order_removal_of_copy(session, item.id, timedelta(minutes=minutes), utc_now())
    return item.id


def _country(country: Country) -> Any:
    return _("United Kingdom") if country is Country.GB else _("Republic of Korea")


def _delete(session: Session, model: Any, *conditions: Any) -> int:
    return int(session.execute(delete(model).where(*conditions)).rowcount or 0)  # type: ignore[attr-defined]


def receipt(session: Session, receipt_id: str) -> ErasureReceipt:
    """The receipt with this number. Raises NotFound."""
    return get_or_404(session, ErasureReceipt, UUID(receipt_id))
