"""Setting up, changing, removing and resetting the second factor.

Each change is recorded, told to the owner by mail, and ends the person's other sessions in the same transaction.
"""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Passkey, User, utc_now
from talent.audit.services import record
from talent.auth import one_time_codes, policies, queries, roles
from talent.auth import second_factor_notices as second_factor_notices  # registers its kinds
from talent.auth.passkeys import NewPasskey
from talent.auth.sessions import end_sessions
from talent.db import transaction
from talent.errors import Forbidden, Invalid, NotFound, TransitionRefused
from talent.i18n import _
from talent.notifications.services import notify

WRONG_CODE = _("That code is not correct. Enter the six digits that the app shows now")
LAST_FACTOR = _("Your role needs a second step for signing in. Set up another one before you remove this one.")
MOST_PASSKEYS = 20


class ResetReason(StrEnum):
    """Why an administrator takes away somebody's second factor."""

    LOST = "lost"
    REPLACED = "replaced"
    MISUSED = "misused"


class IdentityCheck(StrEnum):
    """How the administrator made sure that the person who asks is the owner."""

    IN_PERSON = "in_person"
    VIDEO = "video"
    EMPLOYER = "employer"


def set_authenticator(session: Session, *, actor: User, sealed: str, code: str, keep: UUID | None = None) -> list[str]:
    """Take a new authenticator app into use once it has shown a right code; an earlier one stops working.

    `sealed` is the encrypted key. `keep` is the session that lives on. Returns new recovery codes, to be shown once,
    when the person had none, else nothing. Raises Invalid for a wrong code.
    """
    with transaction(session):
        user = _locked(session, actor.id)
        user.tf_last_counter = None  # counts codes of the app before
        session.flush()
        if not one_time_codes.is_code_of(user, sealed, code):
            raise Invalid(fields={"code": WRONG_CODE})
        user.tf_totp_secret = sealed
        return _added(session, user, "authenticator_set", keep)


def remove_authenticator(session: Session, *, actor: User, keep: UUID | None = None) -> None:
    """Stop asking for codes of the app.

    Raises NotFound when there is none, TransitionRefused when the role demands a second factor and this is the last.
    """
    with transaction(session):
        user = _locked(session, actor.id)
        if user.tf_totp_secret is None:
            raise NotFound
        _keep_one(user, left=len(user.webauthn))
        user.tf_totp_secret = user.tf_last_counter = None
        _removed(session, user, "authenticator_removed", keep)


def add_passkey(session: Session, *, actor: User, new: NewPasskey, name: str, keep: UUID | None = None) -> list[str]:
    """Take a passkey into use. Returns recovery codes as `set_authenticator` does.

    Raises Invalid when the name is taken or somebody has the passkey already.
    """
    with transaction(session):
        user = _locked(session, actor.id)
        if any(passkey.name == name for passkey in user.webauthn):
            raise Invalid(fields={"name": _("You have a passkey with this name. Choose another name")})
        if len(user.webauthn) >= MOST_PASSKEYS:
            raise Invalid(fields={"name": _("You have %(count)s passkeys. Remove one first", count=MOST_PASSKEYS)})
        if session.scalar(select(Passkey.id).where(Passkey.credential_id == new.credential_id)) is not None:
            raise Invalid(fields={"name": _("This passkey is in use already")})
        user.webauthn.append(Passkey(name=name, **new.columns()))
        return _added(session, user, "passkey_added", keep)


def remove_passkey(session: Session, *, actor: User, passkey_id: UUID, keep: UUID | None = None) -> None:
    """Stop accepting one of one's own passkeys. Raises as `remove_authenticator` does."""
    with transaction(session):
        user = _locked(session, actor.id)
        passkey = next((row for row in user.webauthn if row.id == passkey_id), None)
        if passkey is None:
            raise NotFound
        _keep_one(user, left=len(user.webauthn) - 1 + bool(user.tf_totp_secret))
        user.webauthn.remove(passkey)
        _removed(session, user, "passkey_removed", keep)


def used_passkey(session: Session, *, passkey_id: UUID, seen_count: int, new_count: int) -> bool:
    """Note that a passkey has just signed somebody in; False when another request was quicker with the same answer."""
    with transaction(session):
        passkey = session.scalars(select(Passkey).where(Passkey.id == passkey_id).with_for_update()).one_or_none()
        if passkey is None or passkey.sign_count != seen_count:
            return False
        passkey.sign_count, passkey.lastuse_datetime = new_count, utc_now()
        return True


def set_handle(session: Session, *, actor: User) -> str:
    """The random name under which authenticators keep the person's passkeys; made when there is none."""
    with transaction(session):
        user = _locked(session, actor.id)
        user.fs_webauthn_user_handle = user.fs_webauthn_user_handle or uuid4().hex
        return user.fs_webauthn_user_handle


def make_recovery_codes(session: Session, *, actor: User, keep: UUID | None = None) -> list[str]:
    """New recovery codes, to be shown once; the earlier ones stop working. Raises NotFound without a second factor."""
    with transaction(session):
        user = _locked(session, actor.id)
        if not policies.has_second_factor(user):
            raise NotFound
        made = one_time_codes.make_recovery_codes(user)
        _tell(session, user, "recovery_codes_made", keep)
        return made


def use_recovery_code(session: Session, *, actor: User, code: str) -> bool:
    """Use up one of the person's recovery codes, and tell them; False when it is none."""
    with transaction(session):
        if not one_time_codes.spend_recovery_code(session, actor, code):
            return False
        user = session.get_one(User, actor.id)
        left = len(user.mf_recovery_codes or ())
        record(session, user, "second_factor.recovery_code_used", user, left=left)
        notify(session, user, "recovery_code_used", endpoint="second_factor.overview", left=left)
        return True


def reset_factor(
    session: Session,
    *,
    actor: User | None,
    user_id: UUID,
    reason: ResetReason | None = None,
    checked: IdentityCheck | None = None,
) -> User:
    """Take away a person's second factor, so that they set up a new one. `actor` None is the command line.

    Raises NotFound for somebody outside the actor's countries or without a second factor, Forbidden for oneself.
    """
    with transaction(session):
        if actor is None:
            user = _locked(session, user_id)
        elif actor.id == user_id:
            raise Forbidden(_("Another administrator has to reset your own second step for signing in."))
        else:
            user = _locked(session, queries.person(session, actor.administered_countries, user_id).id)
        if not policies.has_second_factor(user):
            raise NotFound
        user.tf_totp_secret = user.tf_last_counter = user.tf_primary_method = user.mf_recovery_codes = None
        user.webauthn.clear()
        record(session, actor, "second_factor.reset", user, reason=reason, checked=checked)
        notify(session, user, "second_factor_reset", endpoint="security.login")
        if user.administered_countries:
            roles.tell_administrators(session, actor, user)
        end_sessions(session, user)
        return user


def tell_of_tries(session: Session, *, user: User) -> None:
    """Tell the owner that somebody with the password has used up the tries for a code."""
    with transaction(session):
        person = session.get_one(User, user.id)
        record(session, None, "second_factor.tries_used_up", person, actor_kind="visitor")
        notify(
            session, person, "second_step_tries", endpoint="security.forgot_password", dedupe_key=f"tries/{person.id}"
        )


def _locked(session: Session, user_id: UUID) -> User:
    """The person, locked until the end of the transaction, so that two changes at one moment see each other."""
    person = session.scalars(
        select(User).where(User.id == user_id).with_for_update(of=User).execution_options(populate_existing=True)
    ).one_or_none()
    if person is None:
        raise NotFound
    return person


def _keep_one(user: User, *, left: int) -> None:
    if left == 0 and policies.must_have_second_factor(user):
        raise TransitionRefused(LAST_FACTOR)


def _added(session: Session, user: User, kind: str, keep: UUID | None) -> list[str]:
    user.tf_primary_method = "authenticator" if user.tf_totp_secret else "webauthn"
    made = [] if user.mf_recovery_codes else one_time_codes.make_recovery_codes(user)
    _tell(session, user, kind, keep)
    return made


def _removed(session: Session, user: User, kind: str, keep: UUID | None) -> None:
    if not user.tf_totp_secret and not user.webauthn:
        user.tf_primary_method = user.mf_recovery_codes = None
    else:
        user.tf_primary_method = "authenticator" if user.tf_totp_secret else "webauthn"
    _tell(session, user, kind, keep)


def _tell(session: Session, user: User, kind: str, keep: UUID | None) -> None:
    record(session, user, f"second_factor.{kind}", user)
    notify(session, user, kind, endpoint="second_factor.overview")
    end_sessions(session, user, keep=keep)
