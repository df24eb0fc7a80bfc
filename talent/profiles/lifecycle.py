"""Moving a profile from state to state. No other module assigns a state."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from models import Profile, ProfileBasis, ProfileEvent, Reason, User, utc_now
from models.types import Answer, ProfileStatus
from talent import events
from talent.audit.services import record
from talent.db import transaction
from talent.errors import Forbidden, Invalid, NotFound
from talent.framework.dated import reason as find_reason
from talent.i18n import _
from talent.notifications.services import notify
from talent.profiles import notices as _notices  # noqa: F401 - registers the words told here
from talent.profiles import queries, readiness
from talent.profiles.drafts import locked_profile
from talent.profiles.readiness import NotReady
from talent.profiles.states import move_for

CLAIM_BYTES = 32


def move(
    session: Session,
    profile: Profile,
    action: str,
    *,
    actor: User | None,
    reason: Reason | None = None,
    note: str = "",
    until: date | None = None,
) -> None:
    """Make one move of the table inside the present transaction, with its event, audit row and consequences.

    Raises TransitionRefused when the state does not allow it, NotReady when something an active profile needs is
    missing.
    """
    line = move_for(profile.status, action)
    if line.guarded:
        facts = queries.requirements(session, actor or profile.user, profile.organisation, by_clock=actor is None)
        lacking = readiness.missing(profile, facts)
        if lacking:
            raise NotReady(lacking)
    before, now = profile.status, utc_now()
    profile.status, profile.updated_at = line.end, now
    profile.paused_until = until
    if line.end is ProfileStatus.PAUSED:
        profile.paused_at = now if before is not ProfileStatus.PAUSED else profile.paused_at
    else:
        profile.paused_at = None
    if before is ProfileStatus.DRAFT and line.end is ProfileStatus.ACTIVE:
        profile.activated_at = profile.confirmed_current_at = now
    if line.end is ProfileStatus.WITHDRAWN:
        profile.withdrawn_at = now
        for answer in profile.bases:
            answer.ended_at = answer.ended_at or now
    session.add(
        ProfileEvent(
            profile_id=profile.id,
            action=action,
            from_status=before,
            to_status=line.end,
            actor_id=actor.id if actor else None,
            role=line.mover,
            reason_id=reason.id if reason else None,
            note=note,
        )
    )
    record(session, actor, f"profile.{action}", profile, reason=reason.code if reason else None, until=until)
    if line.event is not None:
        events.emit(session, line.event(profile.id))


def _own(session: Session, actor: User) -> Profile:
    profile = locked_profile(session, actor)
    if profile is None:
        raise NotFound
    return profile


def activate(session: Session, actor: User) -> Profile:
    """Make the actor's draft active; an active profile stays as it is. Raises NotReady with what is missing."""
    with transaction(session):
        profile = _own(session, actor)
        if profile.status is not ProfileStatus.ACTIVE:
            move(session, profile, "activate", actor=actor)
        return profile


submit_profile = activate


def pause(session: Session, actor: User, until: date | None) -> Profile:
    """Pause until a day to come (the profile resumes on that day), or without one until the person resumes.

    Raises Invalid for a day that is not in the future.
    """
    with transaction(session):
        profile = _own(session, actor)
        if profile.status is ProfileStatus.PAUSED and profile.paused_until == until:
            return profile
        if until is not None and until <= queries.today_at(profile.organisation):
            raise Invalid(fields={"until": _("The day on which the profile resumes must be in the future")})
        move(session, profile, "pause", actor=actor, until=until)
        return profile


def resume(session: Session, actor: User) -> Profile:
    """Make a paused profile active again. Raises NotReady with what is missing."""
    with transaction(session):
        profile = _own(session, actor)
        if profile.status is not ProfileStatus.ACTIVE:
            move(session, profile, "resume", actor=actor)
        return profile


def resume_by_date(session: Session, profile_id: UUID) -> bool:
    """Resume a profile whose pause has ended; False when it is not due, or lacks something an active one needs.

    In the second case it stays paused, without a date, until its owner resumes it.
    """
    with transaction(session):
        profile = session.scalar(
            queries.profile_by_id(profile_id).with_for_update(of=Profile).execution_options(populate_existing=True)
        )
        if profile is None or profile.status is not ProfileStatus.PAUSED or profile.paused_until is None:
            return False
        if profile.paused_until > queries.today_at(profile.organisation):
            return False
        try:
            move(session, profile, "resume_by_date", actor=None)
        except NotReady as refused:
            profile.paused_until = None
            _tell(session, profile, "profile_not_resumed")
            record(session, None, "profile.not_resumed", profile, missing=[item.code for item in refused.missing])
            return False
        _tell(session, profile, "profile_resumed")
        return True


def set_aside(session: Session, *, user_id: UUID, actor_id: UUID, action: str = "set_aside") -> None:
    """Pause the profile of a person whose access has ended, who was moved or whom HR does not confirm any more.

    They resume it themselves. Joins the transaction of what an administrator or HR did. Nothing happens when there is
    no profile, or only a draft.
    """
    with transaction(session):
        profile = locked_profile(session, session.get_one(User, user_id))
        if profile is not None and profile.status is not ProfileStatus.DRAFT:
            move(session, profile, action, actor=session.get_one(User, actor_id))


def _tell(session: Session, profile: Profile, kind: str) -> None:
    if profile.user is not None:
        notify(session, profile.user, kind, endpoint="profiles.task_list")


def withdraw(session: Session, actor: User, *, reason: str, note: str = "") -> Profile:
    """Withdraw the actor's profile for good, with a reason from the list. Raises Invalid for another reason."""
    with transaction(session):
        profile = queries.profile_of(session, actor)
        if profile is None:
            earlier = queries.last_withdrawn(session, actor)
            if earlier is None:
                raise NotFound
            return earlier  # sent twice: the first has done it
        country = profile.organisation.country
        why = find_reason(session, reason, "profile_withdraw", Answer.NO, note=note, country=country)
        move(session, profile, "withdraw", actor=actor, reason=why, note=note)
        return profile


def confirm_current(session: Session, actor: User) -> Profile:
    """Note that the person says the profile is still right."""
    with transaction(session):
        profile = _own(session, actor)
        if profile.status is ProfileStatus.DRAFT:
            raise NotFound
        profile.confirmed_current_at = profile.updated_at = utc_now()
        record(session, actor, "profile.confirmed_current", profile)
        return profile


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def issue_claim(session: Session, actor: User | None, profile: Profile) -> str:
    """A new claim token for an imported profile nobody owns; only its hash is kept.

    Raises Invalid for one that has an owner.
    """
    with transaction(session):
        if profile.user_id is not None:
            raise Invalid(_("This profile has an owner already"))
        token = secrets.token_urlsafe(CLAIM_BYTES)
        profile.claim_token_hash, profile.updated_at = token_hash(token), utc_now()
        record(session, actor, "profile.claim_issued", profile)
        return token


def claimable(session: Session, actor: User, token: str) -> Profile:
    """The imported profile a claim link leads to. Raises NotFound unless it is of the actor's own organisation."""
    profile = queries.by_claim(session, token_hash(token))
    if profile is None or profile.user_id is not None or profile.organisation_id != actor.organisation_id:
        raise NotFound
    return profile


def claim_profile(session: Session, actor: User, token: str) -> Profile:
    """Make an imported profile the actor's own.

    Raises NotFound for a link that leads nowhere or to another organisation, Forbidden when the actor has a profile.
    """
    with transaction(session):
        profile = claimable(session, actor, token)
        if queries.profile_of(session, actor) is not None:
            raise Forbidden(_("You already have a profile. Withdraw it before you claim another."))
        profile.user_id, profile.claim_token_hash = actor.id, None
        profile.claimed_at = profile.updated_at = utc_now()
        record(session, actor, "profile.claim", profile)
        if profile.status is ProfileStatus.ACTIVE:
            events.emit(session, events.ProfileChanged(profile.id))
        return profile


def activate_imported(session: Session, actor: User, profile: Profile, *, basis_reference: str) -> Profile:
    """Make an imported draft active past the guards, on a basis collected outside the service.

    Every basis its country requires is recorded as agreed with the reference. Raises Invalid without a reference,
    Forbidden when the actor is not an administrator.
    """
    with transaction(session):
        if not actor.administered_countries:
            raise Forbidden
        if not basis_reference.strip():
            raise Invalid(fields={"basis_reference": _("Say where the basis collected elsewhere is kept")})
        for basis in queries.bases_of(session, profile.organisation):
            if basis.required_for_active and readiness.answer_in_force(profile, basis) is None:
                profile.bases.append(
                    ProfileBasis(
                        purpose=basis.purpose,
                        lawful_basis=basis,
                        agreed=True,
                        reference=basis_reference.strip()[:255],
                        recorded_by_id=actor.id,
                    )
                )
        move(session, profile, "import_active", actor=actor, note=basis_reference.strip())
        return profile
