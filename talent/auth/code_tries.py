"""Counting tries at codes and passwords of somebody who is known already."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from models import User
from talent import throttle
from talent.auth import second_factor_services as services
from talent.extensions import db
from talent.throttle import Limit

TRIES = Limit("second step", tries=10, window=timedelta(minutes=15), longest_wait=timedelta(hours=1))
"""By person. Only who has the password comes so far, so a stranger cannot make the owner wait."""


def passes(user: User, check: Callable[[], bool]) -> bool:
    """Count a try, then check. The last one before the wait is told to the owner.

    Raises TooManyTries while the person has to wait; nothing is checked then.
    """
    session = db.session()
    tries = throttle.count(session, TRIES, user.id)
    if check():
        throttle.clear(session, TRIES, user.id)
        return True
    if tries == TRIES.tries:
        services.tell_of_tries(session, user=user)
    return False
