"""Approval steps of the home and the host organisation: opened by the person's yes, recorded by HR or by link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from models import Approval, ApprovalLink, MatchSuggestion, Organisation, Profile, User, utc_now
from models.types import Answer, ApprovalHolder, Decider, Language, Side
from talent.audit.services import record
from talent.db import transaction
from talent.errors import Invalid, NotFound, TransitionRefused
from talent.framework import dated
from talent.i18n import _, in_language, local_date
from talent.matching import decision_notices as notices
from talent.matching import queries, states
from talent.matching.links import LinkSigner, LinkState, link_state, signature_state, token_hash
from talent.notifications.services import mail_to_address, notify

REASON = "approval"
NOT_NEEDED = "approval-not-needed"
"""Code of the reason by which a step counts as met without a document."""


@dataclass(frozen=True)
class StepAnswer:
    """What is recorded for one step."""

    answer: Answer
    reason: str | None
    holder_name: str
    note: str = ""
    document_number: str = ""
    document_date: date | None = None


def organisation_of(suggestion: MatchSuggestion, side: Side) -> Organisation:
    """The organisation that takes this side's steps."""
    return suggestion.opportunity.organisation if side is Side.HOST else suggestion.profile.organisation


def open_steps(session: Session, suggestion: MatchSuggestion, *, on: date) -> None:
    """Add the steps that dated data asks of both sides for this kind and length; joins the caller's transaction.

    Kind and length are those that were suggested, which both sides read: a host that changes its post afterwards does
    not change what the home has to approve.
    """
    known = {row.step_id for row in suggestion.approvals}
    terms = suggestion.opportunity_snapshot["record"]
    for side in Side:
        steps = dated.approval_steps(
            session,
            side=side,
            country=organisation_of(suggestion, side).country,
            kind=terms["kind"] or "",
            months=terms["length_months"],
        )
        suggestion.approvals.extend(
            Approval(
                step_id=step.id,
                side=side,
                position=step.position,
                due_on=on + timedelta(days=step.due_days),
                answer=Answer.PENDING,
            )
            for step in steps
            if step.id not in known
        )


def record_step(
    session: Session, *, actor: User, approval_id: UUID, given: StepAnswer, at: datetime | None = None
) -> Approval:
    """Record one step as HR of its side. Recording it again corrects it, until the side has answered.

    Raises NotFound for another organisation's step, TransitionRefused when it cannot be changed any more, Invalid for
    a reason, a document or a date that does not fit.
    """
    with transaction(session):
        approval = step_for(session, actor, approval_id, lock=True)
        _refuse_if_settled(approval)
        if approval.answer is not Answer.PENDING and approval.recorded_by_id is None:
            raise TransitionRefused(_("The approver answered by link. If the answer has changed, send a new link."))
        moment = at or utc_now()
        _check_document(approval, given, moment)
        reason = dated.reason(session, given.reason, REASON, given.answer, note=given.note)
        _set(approval, given, reason_id=reason.id, actor=actor, at=moment)
        record(
            session,
            actor,
            "approval.record",
            approval,
            answer=given.answer,
            reason=reason.code,
            step=approval.step.code,
        )
        return approval


def step_for(session: Session, actor: User, approval_id: UUID, *, lock: bool = False) -> Approval:
    """A step with its pairing, for HR of its side. Raises NotFound for anybody else.

    `lock` makes a second writer of the pairing wait: a yes counts the steps as they are when it is given.
    """
    approval = session.get(Approval, approval_id)
    if approval is None:
        raise NotFound
    queries.suggestion_for(session, actor, Decider(approval.side.value), approval.suggestion_id, lock=lock)
    return approval


def _refuse_if_settled(approval: Approval) -> None:
    suggestion = approval.suggestion
    if not states.is_open(suggestion) or not states.names_visible(suggestion):
        raise TransitionRefused(_("This pairing has ended, so its steps cannot be changed."))
    if suggestion.answer(Decider(approval.side.value)) is Answer.YES:
        raise TransitionRefused(_("Your organisation has said yes, so its steps cannot be changed."))


def _check_document(approval: Approval, given: StepAnswer, moment: datetime) -> None:
    problems = {}
    today = moment.astimezone(ZoneInfo(organisation_of(approval.suggestion, approval.side).time_zone)).date()
    if approval.step.document_required and given.answer is Answer.YES and given.reason != NOT_NEEDED:
        if not given.document_number.strip():
            problems["document_number"] = _("Enter the document number: this step needs one")
        if given.document_date is None:
            problems["document_date"] = _("Enter the date of the document: this step needs one")
    if given.document_date is not None and given.document_date > today:
        problems["document_date"] = _("The date of the document must not be in the future")
    if problems:
        raise Invalid(fields=problems)


def _set(approval: Approval, given: StepAnswer, *, reason_id: UUID, actor: User | None, at: datetime) -> None:
    approval.answer = given.answer
    approval.reason_id = reason_id
    approval.holder_name = given.holder_name.strip()
    approval.document_number = given.document_number.strip()
    approval.document_date = given.document_date
    approval.note = given.note.strip()
    approval.recorded_by_id = actor.id if actor else None
    approval.recorded_at = at


def send_link(
    session: Session,
    *,
    actor: User,
    approval_id: UUID,
    email: str,
    language: Language,
    signer: LinkSigner,
    address: Callable[[str], str],
) -> ApprovalLink:
    """Mail a line manager a link of their own; links sent earlier for this step stop working.

    `address` makes the whole address of the answer page from a token. Only the token's hash is kept.
    Raises NotFound, TransitionRefused as `record_step` does, and Invalid for an address outside the organisation.
    """
    with transaction(session):
        approval = step_for(session, actor, approval_id, lock=True)
        _refuse_if_settled(approval)
        if approval.step.holder is not ApprovalHolder.LINE_MANAGER:
            raise TransitionRefused(_("Only a line manager can answer by link."))
        _check_address(actor, approval, email)
        now = utc_now()
        for earlier in approval.links:
            if earlier.used_at is None and earlier.revoked_at is None:
                earlier.revoked_at = now
        link = _new_link(session, approval, actor, email, language, signer, address)
        record(session, actor, "approval.link_sent", approval, link=link.id, step=approval.step.code)
        return link


def _check_address(actor: User, approval: Approval, email: str) -> None:
    suggestion = approval.suggestion
    domains = {row.domain.lower() for row in organisation_of(suggestion, approval.side).domains}
    if email.rpartition("@")[2].lower() not in domains:
        message = _(
            "Enter an address that uses one of your organisation’s email domains: %(domains)s",
            domains=", ".join(sorted(domains)),
        )
        raise Invalid(fields={"email": message})
    if _mailbox(email) == _mailbox(actor.email):
        raise Invalid(fields={"email": _("This is your own address. Enter the line manager’s")})
    if suggestion.profile.user is not None and _mailbox(suggestion.profile.user.email) == _mailbox(email):
        raise Invalid(fields={"email": _("This is the address of the person who would go. Enter the line manager’s")})


def _mailbox(address: str) -> str:
    """Where mail to an address ends up: many mail services drop what follows a plus in its first part."""
    name, _at, domain = address.lower().rpartition("@")
    return f"{name.partition('+')[0]}@{domain}"


def _new_link(
    session: Session,
    approval: Approval,
    actor: User,
    email: str,
    language: Language,
    signer: LinkSigner,
    address: Callable[[str], str],
) -> ApprovalLink:
    days = link_days(session, organisation_of(approval.suggestion, approval.side))
    link = ApprovalLink(
        approval=approval,
        email=email,
        token_hash="",
        language=language.value,
        sent_by_id=actor.id,
        expires_at=utc_now() + days,
    )
    session.add(link)
    with session.no_autoflush:
        session.flush()
        token = signer.sign(link.id)
        link.token_hash = token_hash(token)
        session.flush()
    with in_language(language):
        until = local_date(link.expires_at.date())
    mail_to_address(session, email, language.value, "ask_manager", address(token), until=until)
    return link


def link_days(session: Session, organisation: Organisation) -> timedelta:
    """How long a link works in the organisation's country."""
    return timedelta(days=dated.rule_number(session, "manager_link_days", country=organisation.country))


def read_link(session: Session, signer: LinkSigner, token: str) -> tuple[LinkState, ApprovalLink | None]:
    """Whether a link works, and what it is about; no record for a token that we did not make."""
    link = session.scalar(
        select(ApprovalLink)
        .where(ApprovalLink.token_hash == token_hash(token))
        .options(
            joinedload(ApprovalLink.approval)
            .joinedload(Approval.suggestion)
            .options(
                joinedload(MatchSuggestion.opportunity),
                joinedload(MatchSuggestion.profile).joinedload(Profile.user),
                joinedload(MatchSuggestion.objection),
                selectinload(MatchSuggestion.decisions),
            )
        )
    )
    if link is None:
        return LinkState.INVALID, None
    days = link_days(session, organisation_of(link.approval.suggestion, link.approval.side))
    signed = signature_state(signer, token, days)
    recorded = link_state(link)
    return (signed if recorded is LinkState.OPEN else recorded), link


def answer_by_link(
    session: Session, *, signer: LinkSigner, token: str, answer: Answer, holder_name: str, note: str = ""
) -> tuple[LinkState, ApprovalLink | None]:
    """Record a line manager's answer, once. Returns the state that the link had; only OPEN records something.

    Raises Invalid for a no without a note.
    """
    with transaction(session):
        _hold_pairing(session, token)
        state, link = read_link(session, signer, token)
        if state is not LinkState.OPEN or link is None:
            return state, link
        reason = "approval-agreed" if answer is Answer.YES else "approval-no-other"
        given = dated.reason(session, reason, REASON, answer, note=note)
        link.used_at = utc_now()
        step_answer = StepAnswer(answer, reason, holder_name, note)
        _set(link.approval, step_answer, reason_id=given.id, actor=None, at=link.used_at)
        record(
            session,
            None,
            "approval.answer",
            link.approval,
            actor_kind="link",
            answer=answer,
            step=link.approval.step.code,
        )
        _tell_sender(session, link)
        return LinkState.OPEN, link


def _hold_pairing(session: Session, token: str) -> None:
    """Make a second answer, and HR's own, wait for this one: a yes counts the steps as they are when it is given."""
    asked = select(Approval.suggestion_id).join(ApprovalLink).where(ApprovalLink.token_hash == token_hash(token))
    session.execute(select(MatchSuggestion.id).where(MatchSuggestion.id.in_(asked)).with_for_update(of=MatchSuggestion))


def _tell_sender(session: Session, link: ApprovalLink) -> None:
    approval = link.approval
    endpoint = notices.HOST if approval.side is Side.HOST else notices.HOME
    sender = session.get_one(User, link.sent_by_id)
    notify(
        session, sender, "manager_answered", endpoint=endpoint, endpoint_args={"suggestion_id": approval.suggestion_id}
    )
