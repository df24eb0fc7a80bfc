"""Limits on what one person may do in an hour. The numbers are dated data (service_rules.csv), not code.

Counts are rows (talent.throttle), so one process and many share them. Signing in has limits of its own (talent.auth).
"""

from __future__ import annotations

import time
from datetime import timedelta

from flask import Flask, g, request
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import ServiceRule, utc_now
from talent import throttle
from talent.extensions import db

HOUR = timedelta(hours=1)
SEARCHES, EXPORTS, RUNS, CONTESTS = "searches_per_hour", "exports_per_hour", "match_runs_per_hour", "contests_per_hour"
READING, SENDING = frozenset({"GET"}), throttle.UNSAFE
LIMITED: dict[str, tuple[str, frozenset[str]]] = {
    "audit.send_export": (EXPORTS, SENDING),
    "privacy.copy": (EXPORTS, SENDING | READING),
    "framework.search": (SEARCHES, READING),
    "opportunities.browse": (SEARCHES, READING),
    "organisations.directory": (SEARCHES, READING),
    "organisations.people": (SEARCHES, READING),
    "profiles.find_skills": (SEARCHES, READING),
    "profiles.suggest_skills": (SEARCHES, READING),
    "matching.start_run": (RUNS, SENDING),
    "privacy.contest_absence": (CONTESTS, SENDING),
    "privacy.contest_suggestion": (CONTESTS, SENDING),
}
"""Endpoint to the rule that counts it, and the methods that count."""
_NUMBER_LASTS_SECONDS = 30.0
_numbers: dict[str, tuple[float, int]] = {}


def init_app(app: Flask) -> None:
    """Count before the page is made. After the guards, so that the person is known."""
    app.before_request(_count)


def _count() -> None:
    rule = LIMITED.get(request.endpoint or "")
    if rule is not None and request.method in rule[1]:
        count_by_rule(rule[0], _who())


def count_by_rule(code: str, key: object) -> None:
    """Count one use under this key. Raises throttle.TooManyTries when an hour's number is used up."""
    with Session(db.engine) as own:  # apart from the request's: counting must not end what that one has read
        limit = throttle.Limit(code, _number(own, code), HOUR, longest_wait=HOUR)
        throttle.count(own, limit, key)


def _who() -> object:
    """The signed-in person, or where a visitor comes from."""
    return g.user.id if g.get("user") is not None else throttle.caller_network()


def _number(session: Session, code: str) -> int:
    """The rule's number in force today; a change is noticed within half a minute. Raises LookupError without one."""
    read_at, number = _numbers.get(code, (0.0, 0))
    if read_at and time.monotonic() - read_at < _NUMBER_LASTS_SECONDS:
        return number
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
    _numbers[code] = (time.monotonic(), int(value))
    return int(value)
