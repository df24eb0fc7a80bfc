"""The signed, expiring link by which a line manager answers one approval step without an account."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from models import ApprovalLink, utc_now
from models.types import Answer, Decider
from talent.matching import states

_SALT = "matching.manager-answer"


class LinkState(StrEnum):
    """Why a link works or does not."""

    OPEN = "open"
    INVALID = "invalid"
    EXPIRED = "expired"
    USED = "used"
    REVOKED = "revoked"
    OVER = "over"
    """The pairing has ended, or the organisation has answered without waiting."""


class LinkSigner:
    """Makes and reads tokens. Each is random, so that a link sent again is another one."""

    def __init__(self, secret_key: str, fallbacks: Sequence[str] = ()) -> None:
        """`fallbacks` are keys in use before: links that they signed still work."""
        self._serializer = URLSafeTimedSerializer([*fallbacks, secret_key], salt=_SALT)

    def sign(self, link_id: UUID) -> str:
        """A token for the address of the answer page."""
        return str(self._serializer.dumps([link_id.hex, secrets.token_urlsafe(16)]))

    def read(self, token: str, *, max_age: timedelta) -> UUID:
        """The link that a token names. Raises BadSignature for a forged token, SignatureExpired for an old one."""
        link_id, _nonce = self._serializer.loads(token, max_age=int(max_age.total_seconds()))
        return UUID(hex=link_id)


def token_hash(token: str) -> str:
    """What is kept of a token: not enough to answer with."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def signature_state(signer: LinkSigner, token: str, max_age: timedelta) -> LinkState:
    """What the signature alone says."""
    try:
        signer.read(token, max_age=max_age)
    except SignatureExpired:
        return LinkState.EXPIRED
    except (BadSignature, ValueError, TypeError):
        return LinkState.INVALID
    return LinkState.OPEN


def link_state(link: ApprovalLink) -> LinkState:
    """Whether a link still works, from what is recorded about it and its pairing."""
    suggestion, side = link.approval.suggestion, Decider(link.approval.side.value)
    if link.used_at is not None:
        return LinkState.USED
    if link.revoked_at is not None:
        return LinkState.REVOKED
    if not states.names_visible(suggestion) or suggestion.answer(side) is Answer.YES:
        return LinkState.OVER
    return LinkState.EXPIRED if link.expires_at <= utc_now() else LinkState.OPEN
