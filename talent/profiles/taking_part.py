"""The choices and consents of a person: each with the text it was given under, its time, and its end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy.orm import Session

from models import Profile, ProfileBasis, User, utc_now
from models.types import BasisPurpose, ProfileStatus
from talent import events
from talent.audit.services import record
from talent.db import transaction
from talent.errors import Invalid
from talent.framework import notices
from talent.i18n import _
from talent.profiles import checks, queries, readiness
from talent.profiles.answers import BasisAnswer
from talent.profiles.drafts import check_seen, editable, note_step, saved
from talent.profiles.lifecycle import move

FRESH_TEXT = _("This text changed while you were reading it. Read it again and answer")
ABROAD = frozenset({BasisPurpose.SHOWING_ABROAD, BasisPurpose.TRANSFER_ABROAD})
"""Without one of these, nobody in the other country is shown the person."""


def save_basis(
    session: Session,
    actor: User,
    answers: Iterable[BasisAnswer],
    *,
    profile: Profile | None = None,
    seen: str | None = None,
) -> Profile:
    """Record the person's choices and consents, keeping the earlier ones as history.

    Taking back one that an active profile needs pauses the profile at once.
    """
    with transaction(session):
        target = editable(session, actor, profile)
        listed = tuple(sorted(answers, key=lambda answer: answer.purpose))
        present = BasisAnswer.all_of(target)
        if tuple(replace(answer, reference="") for answer in present) == listed:
            note_step(target, "taking_part")
            return target
        check_seen(seen, present, target)
        _read_first(session, actor, present, listed)
        rows = {basis.id: basis for basis in queries.bases_of(session, target.organisation)}
        checks.refuse(**{answer.purpose.value: FRESH_TEXT for answer in listed if answer.lawful_basis_id not in rows})
        now, kept = utc_now(), {(answer.purpose, answer.agreed, answer.lawful_basis_id) for answer in listed}
        for row in target.bases:
            if row.ended_at is None and (row.purpose, row.agreed, row.lawful_basis_id) not in kept:
                row.ended_at = now
        session.flush()  # the earlier answer must have ended before the next begins
        held = {row.purpose for row in target.bases if row.ended_at is None}
        target.bases.extend(
            ProfileBasis(
                purpose=answer.purpose,
                lawful_basis=rows[answer.lawful_basis_id],
                agreed=answer.agreed,
                reference=answer.reference,
                recorded_by_id=actor.id,
                recorded_at=now,
            )
            for answer in listed
            if answer.purpose not in held
        )
        _record_answers(session, actor, target, present)
        running = target.status in (ProfileStatus.ACTIVE, ProfileStatus.PAUSED)
        if running and readiness.bases_missing(target, list(rows.values())):
            move(session, target, "stop", actor=actor)
        if _agreed(present) & ABROAD - {answer.purpose for answer in listed if answer.agreed}:
            events.emit(session, events.ShowingAbroadEnded(target.id))
        return saved(session, actor, target, "taking_part")


def _read_first(session: Session, actor: User, present: Iterable[BasisAnswer], wanted: Iterable[BasisAnswer]) -> None:
    """Refuse a new yes of somebody who has not read the notice in force. Taking a yes back waits for nothing."""
    agreed = _agreed(present)
    fresh = any(answer.agreed and answer.purpose not in agreed for answer in wanted)
    if fresh and not notices.has_read(session, actor):
        raise Invalid(fields={"notice": _("Read the notice about AI-assisted matching before you choose to take part")})


def _agreed(answers: Iterable[BasisAnswer]) -> set[BasisPurpose]:
    return {answer.purpose for answer in answers if answer.agreed}


def _record_answers(session: Session, actor: User, profile: Profile, before: Iterable[BasisAnswer]) -> None:
    """Record what was agreed to, under which edition of which text, and what was taken back."""
    agreed = {
        row.purpose.value: f"{row.lawful_basis.code}/{row.lawful_basis.country}/{row.lawful_basis.notice_version}"
        for row in profile.bases
        if row.ended_at is None and row.agreed
    }
    ended = sorted(purpose.value for purpose in _agreed(before) if purpose.value not in agreed)
    record(session, actor, "profile.basis", profile, agreed=agreed, ended=ended or None)
