"""Codes of an authenticator app, each good once, and recovery codes: how they are kept, checked and used up."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any, cast

import structlog
from flask_security import Totp
from passlib.exc import UsedTokenError
from passlib.totp import TOTP, AppWallet, TotpMatch
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from models import User
from talent.db import transaction
from talent.extensions import db, security

log = structlog.get_logger(__name__)
ISSUER = "Talent Exchange"
WINDOW_SECONDS = 30
"""A code is good in its own half minute and in the ones before and after it: clocks of telephones are seldom exact."""
RECOVERY_CODES = 10
SIX_DIGITS = re.compile("[0-9]{6}")
TWELVE_DIGITS = re.compile("[0-9a-f]{12}")


class OneTimeCodes(Totp):
    """Flask-Security's authenticator codes, with the protection against replay that it leaves to the application."""

    def __init__(self, secrets: dict[str, str], issuer: str) -> None:
        """`secrets` maps names of keys to keys, the newest first: it encrypts, the others only decrypt."""
        super().__init__(secrets, issuer)
        self._totp = TOTP.using(issuer=issuer, wallet=AppWallet(secrets, default_tag=next(iter(secrets))))

    def seal(self, key: str) -> str:
        """A base32 key as it is kept in the database: encrypted."""
        return str(self._totp(key).to_json(encrypt=True))

    def get_last_counter(self, user: Any) -> int | None:
        return None if user.tf_last_counter is None else int(user.tf_last_counter)

    def set_last_counter(self, user: Any, tmatch: TotpMatch) -> None:
        """Use the code up. One conditional statement, so that of two requests with the same code one loses.

        Raises UsedTokenError, which counts as a wrong code, when this or a later code was used before.
        """
        unused = or_(User.tf_last_counter.is_(None), User.tf_last_counter < tmatch.counter)
        done = db.session.execute(update(User).where(User.id == user.id, unused).values(tf_last_counter=tmatch.counter))
        if not getattr(done, "rowcount", 0):
            raise UsedTokenError


def codes() -> OneTimeCodes:
    """The application's codes."""
    return cast("OneTimeCodes", security.totp_factory)


def new_key() -> str:
    """A random key for an authenticator app, in base32."""
    return str(TOTP.new().base32_key)


def code_of(key: str) -> str:
    """The code that an authenticator app shows now for this base32 key."""
    return str(TOTP(key).generate().token)


def enrol(user: User, key: str) -> None:
    """Give somebody an authenticator app with this base32 key. Part of the present transaction."""
    user.tf_totp_secret, user.tf_last_counter = codes().seal(key), None
    user.tf_primary_method = "authenticator"


def key_names(keys: tuple[str, ...]) -> dict[str, str]:
    """Keys by a name that stays the same when others come and go."""
    return {hashlib.sha256(f"name of {key}".encode()).hexdigest()[:12]: key for key in keys}


def recovery_keys(keys: tuple[str, ...]) -> list[bytes]:
    """Keys of their own for recovery codes, made from the same settings."""
    return [base64.urlsafe_b64encode(hashlib.sha256(f"recovery codes {key}".encode()).digest()) for key in keys]


def is_code_of(user: User, sealed: str, typed: str) -> bool:
    """Check a code against an encrypted key and use it up. Part of the present transaction."""
    plain = re.sub(r"[\s-]", "", typed)
    if not SIX_DIGITS.fullmatch(plain):
        return False
    try:
        return bool(codes().verify_totp(plain, sealed, user, window=WINDOW_SECONDS))
    except KeyError:  # its key was taken out of TOTP_KEYS: only a reset helps
        log.error("no key in TOTP_KEYS opens an authenticator secret", user_id=str(user.id))
        return False


def spend_code(session: Session, user: User, typed: str) -> bool:
    """True when this is an unused code of the person's authenticator app; it is used up then."""
    with transaction(session):
        person = session.get_one(User, user.id, populate_existing=True)
        return person.tf_totp_secret is not None and is_code_of(person, person.tf_totp_secret, typed)


def spend_recovery_code(session: Session, user: User, typed: str) -> bool:
    """True when this is one of the person's recovery codes; it is gone then. Part of the present transaction."""
    plain = re.sub(r"[\s-]", "", typed).lower()
    if not TWELVE_DIGITS.fullmatch(plain):
        return False
    with transaction(session):
        # Locked, so that the same code sent twice at one moment is good once.
        person = session.scalars(
            select(User).where(User.id == user.id).with_for_update(of=User).execution_options(populate_existing=True)
        ).one()
        for place, kept in enumerate(person.mf_recovery_codes or ()):
            if _opened(kept) == plain:
                person.mf_recovery_codes = [
                    code for number, code in enumerate(person.mf_recovery_codes or ()) if number != place
                ]
                return True
    return False


def make_recovery_codes(user: User) -> list[str]:
    """New recovery codes in the place of the old ones, for showing once. Part of the present transaction."""
    made: list[str] = security.mf_recovery_codes_util.create_recovery_codes(user)
    return made


def _opened(kept: str) -> str:
    opened = security.mf_recovery_codes_util._decrypt_codes([kept])
    return "".join(opened).replace("-", "")
