"""Limits on what one person may do in an hour. The numbers are dated data (service_rules.csv), not code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g, request
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import ServiceRule, utc_now
from talent import throttle
from talent.extensions import db

P = ParamSpec("P")
R = TypeVar("R")
HOUR = timedelta(hours=1)
ALL_METHODS = frozenset({"GET", "HEAD", *throttle.UNSAFE})


def limited_by_rule(
    code: str, *, by: Callable[[], object], methods: frozenset[str] = throttle.UNSAFE
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Count each call of a view under `by()`; 429 when the number of the rule `code` is used up within an hour."""

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if request.method in methods:
                count_by_rule(code, by())
            return view(*args, **kwargs)

        return guarded

    return guard


def count_by_rule(code: str, key: object) -> None:
    """Count one use under this key. Raises throttle.TooManyTries when an hour's number is used up."""
    session = db.session()
    throttle.count(session, throttle.Limit(code, _number(session, code), HOUR, longest_wait=HOUR), key)


def _number(session: Session, code: str) -> int:
    """The rule's number in force today, the newest where rows meet. Raises LookupError without one."""
    today = utc_now().date()
    value = session.scalar(
        select(ServiceRule.value)
        .where(
            ServiceRule.code == code,
            ServiceRule.valid_from <= today,
            or_(ServiceRule.valid_to.is_(None), ServiceRule.valid_to > today),
        )
        .order_by(ServiceRule.valid_from.desc())
        .limit(1)
    )
    if value is None or not value.isdecimal():
        raise LookupError(f"no number in force for {code}")
    return int(value)


def the_person() -> object:
    """The signed-in person, or where a visitor comes from."""
    return g.user.id if g.get("user") is not None else throttle.caller_network()
