"""Passkeys: what the browser is asked, and checking what it answers (WebAuthn, through py_webauthn).

A challenge is kept in the visit and used up by the first answer, so an answer is good once and in one browser.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from flask import current_app, session
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from models import Passkey, User
from talent import throttle
from talent.extensions import db
from talent.throttle import Limit

CHALLENGE = "passkey_challenge"
GOOD_FOR = 5 * 60
"""Seconds from question to answer."""
USED = Limit("passkey challenge", tries=100, window=timedelta(seconds=2 * GOOD_FOR))
LONGEST_ANSWER = 20_000
NAME = "Talent Exchange"
UNREADABLE = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError)
"""What py_webauthn raises on an answer that is forged, or no answer at all."""


@dataclass(frozen=True)
class NewPasskey:
    """A passkey that was just made and checked."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: list[str]
    backup_state: bool
    device_type: str
    usage: str

    def columns(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Answer:
    """A passkey that answered rightly just now, whose it is, and whether it also checked the person (PIN, finger)."""

    passkey_id: UUID
    user: User
    seen_count: int
    new_count: int
    person_checked: bool


def ask_to_register(user: User, handle: str) -> dict[str, Any]:
    """The question for making a new passkey, as JSON values for the browser."""
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name=NAME,
        user_id=handle.encode(),
        user_name=user.email,
        user_display_name=user.name_home,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=_descriptors(user),
    )
    _keep(options.challenge, "register")
    return options_to_json_dict(options)


def read_registration(answer: str) -> NewPasskey | None:
    """The passkey the browser made; None when the answer is not to our question."""
    challenge = _take("register")
    if challenge is None or len(answer) > LONGEST_ANSWER:
        return None
    try:
        credential = webauthn.helpers.parse_registration_credential_json(answer)
        checked = webauthn.verify_registration_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=_host(), expected_origin=_origin()
        )
    except UNREADABLE as error:
        current_app.logger.info("a passkey was not accepted: %s", type(error).__name__)
        return None
    return NewPasskey(
        credential_id=checked.credential_id,
        public_key=checked.credential_public_key,
        sign_count=checked.sign_count,
        transports=[transport.value for transport in credential.response.transports or ()],
        backup_state=checked.credential_backed_up,
        device_type=checked.credential_device_type.value,
        usage="first" if checked.user_verified else "secondary",
    )


def ask_to_sign_in(user: User | None) -> dict[str, Any]:
    """The question for using a passkey: one of this person's after a password, or any that checks its owner."""
    options = webauthn.generate_authentication_options(
        rp_id=_host(),
        allow_credentials=_descriptors(user) if user is not None else None,
        user_verification=(
            UserVerificationRequirement.PREFERRED if user is not None else UserVerificationRequirement.REQUIRED
        ),
    )
    _keep(options.challenge, "sign_in")
    return options_to_json_dict(options)


def read_answer(answer: str) -> Answer | None:
    """Who answered with which passkey; None when the answer is not a passkey's to our question."""
    challenge = _take("sign_in")
    if challenge is None or len(answer) > LONGEST_ANSWER:
        return None
    try:
        credential = webauthn.helpers.parse_authentication_credential_json(answer)
        passkey = _known(credential.raw_id)
        if passkey is None:
            return None
        handle = credential.response.user_handle
        if handle and handle != (passkey.user.fs_webauthn_user_handle or "").encode():
            return None
        checked = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origin(),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
        )
    except UNREADABLE as error:
        current_app.logger.info("a passkey was not accepted: %s", type(error).__name__)
        return None
    return Answer(passkey.id, passkey.user, passkey.sign_count, checked.new_sign_count, checked.user_verified)


def _known(credential_id: bytes) -> Passkey | None:
    return db.session.scalar(
        select(Passkey).where(Passkey.credential_id == credential_id).options(joinedload(Passkey.user))
    )


def _descriptors(user: User) -> list[PublicKeyCredentialDescriptor]:
    known = {item.value for item in AuthenticatorTransport}
    return [
        PublicKeyCredentialDescriptor(
            id=passkey.credential_id,
            transports=[AuthenticatorTransport(name) for name in passkey.transports or () if name in known] or None,
        )
        for passkey in user.webauthn
    ]


def _keep(challenge: bytes, purpose: str) -> None:
    session[CHALLENGE] = [bytes_to_base64url(challenge), purpose, int(time.time())]


def _take(purpose: str) -> bytes | None:
    kept = session.pop(CHALLENGE, None)
    if not isinstance(kept, list) or len(kept) != 3 or kept[1] != purpose or not 0 <= time.time() - kept[2] < GOOD_FOR:
        return None
    # A visitor's session is a cookie, which could be sent again: what was used is remembered here.
    if throttle.count(db.session(), USED, kept[0]) > 1:
        return None
    return base64url_to_bytes(kept[0])


def _host() -> str:
    return urlsplit(str(current_app.config["BASE_URL"])).hostname or ""


def _origin() -> str:
    """Passkeys belong to the configured address, whatever Host header somebody sends."""
    parts = urlsplit(str(current_app.config["BASE_URL"]))
    return f"{parts.scheme}://{parts.netloc}"
