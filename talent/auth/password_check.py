"""Checking a password at sign-in with the same work for every address, known or not.

One query of two columns, one hash computation, and on failure one row in the outbox, whoever was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask_security import hash_password, verify_password
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import OutboxItem, User
from talent import outbox
from talent.audit.services import record
from talent.auth.known_browsers import known_browser
from talent.auth.tries import count_sign_in
from talent.db import transaction
from talent.extensions import security


@dataclass(frozen=True)
class Asked:
    """Who a sign-in names; both None when there is no such account."""

    user_id: UUID | None
    password_hash: str | None


def person_with_password(session: Session, address: str, password: str) -> User | None:
    """The person with this address when the password is theirs, else None.

    Counts the try first. Raises TooManyTries when there were too many.
    """
    asked = _asked(session, address)
    tried = count_sign_in(session, address, password_hash=asked.password_hash, browser=known_browser(address))
    normal = security.password_util.normalize(password)
    if not _is_right(normal, asked.password_hash) or asked.user_id is None:
        _note_failure(session, address)
        return None
    tried.was_good()
    with transaction(session):
        user = session.get_one(User, asked.user_id)
        if security.pwd_context.needs_update(user.password):
            user.password = hash_password(normal)
    return user


def register() -> None:
    outbox.job("sign_in_failed", record_failure)


def record_failure(session: Session, item: OutboxItem) -> None:
    """Record a failed sign-in with the person it was about, if the address has an account."""
    asked = _asked(session, item.payload["address"])
    if asked.user_id is None:
        return
    session.info.update(request_id=item.payload["request_id"], address=item.payload["network"])
    try:
        with transaction(session):
            user = session.get_one(User, asked.user_id)
            record(session, None, "account.sign_in_failed", user, actor_kind="visitor")
    finally:
        session.info.update(request_id="", address=None)


def _asked(session: Session, address: str) -> Asked:
    row = session.execute(select(User.id, User.password).where(func.lower(User.email) == address.lower())).one_or_none()
    return Asked(row.id, row.password) if row is not None else Asked(None, None)


def _is_right(password: str, password_hash: str | None) -> bool:
    if password_hash is None:
        hash_password(password)  # the same work as looking at a password
        return False
    return bool(verify_password(password, password_hash))


def _note_failure(session: Session, address: str) -> None:
    payload = {
        "address": address,
        "request_id": session.info.get("request_id", ""),
        "network": session.info.get("address"),
    }
    with transaction(session):
        outbox.add(session, "sign_in_failed", payload)
