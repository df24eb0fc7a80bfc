"""How often something may be tried. The counts are rows, so one process and many share them.

`count` a try before the work it stands for, so that twenty at once cannot all slip through; `give_back` one that was
good. A key under which the tries are used up waits, and each further try after the wait doubles the next.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from math import ceil
from typing import Any, ParamSpec, TypeVar

from flask import current_app, request
from sqlalchemy import Insert, case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models import Throttle, utc_now
from talent.db import transaction
from talent.errors import DomainError
from talent.extensions import db
from talent.i18n import _, _n

P = ParamSpec("P")
R = TypeVar("R")
LONGEST_WAIT = timedelta(hours=4)
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True)
class Limit:
    """`tries` within `window` under one key. `longest_wait` bounds how far repeated failure can stretch the wait."""

    name: str
    tries: int
    window: timedelta
    longest_wait: timedelta = LONGEST_WAIT


class TooManyTries(DomainError):
    """The tries are used up. `retry_after` is in whole seconds, at least 1."""

    status = 429

    def __init__(self, retry_after: int) -> None:
        self.retry_after = max(1, retry_after)
        super().__init__(_wait_message(self.retry_after))

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.retry_after)}


def check(session: Session, limit: Limit, *key_parts: object) -> None:
    """Raise TooManyTries while this key has to wait. Reads only: `count` is what makes a limit hold."""
    waits_until = session.scalar(select(Throttle.blocked_until).where(Throttle.key == key_of(limit, *key_parts)))
    _refuse_until(waits_until, utc_now())


def count(session: Session, limit: Limit, *key_parts: object) -> int:
    """Count one try and return how many there were in this window, this one included.

    Raises TooManyTries, and counts nothing, while the key has to wait. Joins an open transaction: call it outside
    one where the try must stay counted although what follows fails.
    """
    now, key = utc_now(), key_of(limit, *key_parts)
    with transaction(session):
        tries, began, waits_until = session.execute(_one_more(session, limit, key, now)).one()
        if waits_until is None and tries >= limit.tries:
            wait = _wait_after(limit, tries, began, now)
            session.execute(
                update(Throttle)
                .where(Throttle.key == key)
                .values(blocked_until=wait, expires_at=wait + limit.window)
                .execution_options(synchronize_session=False)
            )
    _refuse_until(waits_until, now)
    return int(tries)


def give_back(session: Session, limit: Limit, *key_parts: object) -> None:
    """Take one try back that turned out to be good, and with it the wait that it began."""
    with transaction(session):
        session.execute(
            update(Throttle)
            .where(Throttle.key == key_of(limit, *key_parts), Throttle.tries > 0)
            .values(tries=Throttle.tries - 1, blocked_until=None)
            .execution_options(synchronize_session=False)
        )


def clear(session: Session, limit: Limit, *key_parts: object) -> None:
    """Forget every try under this key."""
    with transaction(session):
        session.execute(
            delete(Throttle)
            .where(Throttle.key == key_of(limit, *key_parts))
            .execution_options(synchronize_session=False)
        )


def forget_expired(session: Session) -> int:
    """Delete counts that no longer matter; returns how many."""
    now = utc_now()
    if session.scalar(select(Throttle.key).where(Throttle.expires_at <= now).limit(1)) is None:
        return 0
    with transaction(session):
        gone = session.execute(
            delete(Throttle).where(Throttle.expires_at <= now).execution_options(synchronize_session=False)
        )
    return int(getattr(gone, "rowcount", 0))


def limited(
    limit: Limit, *, by: Callable[[], object], methods: frozenset[str] = UNSAFE
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Count each call of a view under `by()`, such as `caller_network` or the id of the person; 429 when used up."""

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if request.method in methods:
                count(db.session(), limit, by())
            return view(*args, **kwargs)

        return guarded

    return guard


def caller_network() -> str:
    """Where the request comes from: an IPv4 address, or the /64 that an IPv6 address belongs to.

    `remote_addr` is what the proxies we run ourselves say (TALENT_PROXY_HOPS); further claims in X-Forwarded-For
    were not read.
    """
    try:
        address = ipaddress.ip_address((request.remote_addr or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def key_of(limit: Limit, *key_parts: object) -> str:
    """The keyed hash under which tries are counted: neither addresses nor e-mails are kept."""
    secret = hmac.digest(str(current_app.config["SECRET_KEY"]).encode(), b"throttle", hashlib.sha256)
    parts = "\x1f".join([limit.name, *(str(part) for part in key_parts)])
    return hmac.new(secret, parts.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _wait_message(seconds: int) -> Any:
    """How long to wait, in words."""
    minutes = ceil(seconds / 60)
    if minutes <= 90:
        return _n("Wait %(num)s minute and try again.", "Wait %(num)s minutes and try again.", minutes)
    return _("Wait %(num)s hours and try again.", num=ceil(minutes / 60))


def _one_more(session: Session, limit: Limit, key: str, now: datetime) -> Any:
    """One atomic statement that adds a try, begins a new window, or changes nothing while the key waits."""
    dialect = session.get_bind().dialect.name
    new = {"key": key, "tries": 1, "window_began_at": now, "expires_at": now + limit.window}
    insert: Any = (postgresql if dialect == "postgresql" else sqlite).insert
    statement: Insert = insert(Throttle).values(new)
    over, waiting = Throttle.expires_at <= now, Throttle.blocked_until > now
    return statement.on_conflict_do_update(  # type: ignore[attr-defined]
        index_elements=[Throttle.key],
        set_={
            "tries": case((over, 1), (waiting, Throttle.tries), else_=Throttle.tries + 1),
            "window_began_at": case((over, now), else_=Throttle.window_began_at),
            "blocked_until": case((over, None), (waiting, Throttle.blocked_until), else_=None),
            "expires_at": case((over, now + limit.window), else_=Throttle.expires_at),
        },
    ).returning(Throttle.tries, Throttle.window_began_at, Throttle.blocked_until)


def _wait_after(limit: Limit, tries: int, began: datetime, now: datetime) -> datetime:
    """To the end of the window at first; then twice the window, four times, and so on."""
    beyond = tries - limit.tries
    if beyond == 0:
        return max(began + limit.window, now)
    return now + min(limit.window * 2 ** min(beyond, 16), max(limit.longest_wait, limit.window))


def _refuse_until(waits_until: datetime | None, now: datetime) -> None:
    if waits_until is not None and waits_until > now:
        raise TooManyTries(ceil((waits_until - now).total_seconds()))
