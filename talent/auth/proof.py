"""What the person behind this visit has proved: the second factor, and lately enough to change how they sign in."""

from __future__ import annotations

import time

from flask import session

from models import User
from talent.auth import policies

SECOND_FACTOR = "second_factor"
"""Key of the visit's note that the second factor was given: by whom, and when."""
LATELY = 10 * 60
"""Seconds for which a password or a code counts as given just now."""


def note_second_factor(user: User) -> None:
    """Remember that this visit's person gave the second factor just now."""
    session[SECOND_FACTOR] = [str(user.id), int(time.time())]


def gave_second_factor(user: User) -> bool:
    """True when this very person gave the second factor in this visit."""
    noted = session.get(SECOND_FACTOR)
    return isinstance(noted, list) and noted[:1] == [str(user.id)]


def lacks_second_factor(user: User) -> bool:
    """True while nothing but setting up a second factor is open to this person."""
    return policies.must_have_second_factor(user) and not policies.has_second_factor(user)


def owes_second_factor(user: User) -> bool:
    """True for a visit that began before the person had the second factor they have now."""
    return policies.has_second_factor(user) and not gave_second_factor(user)


def note_fresh() -> None:
    """Remember that the person has just shown once more that it is them."""
    session["fs_paa"] = time.time()  # Flask-Security sets the same key at sign-in


def is_fresh() -> bool:
    """True when the person signed in, or showed once more that it is them, within the last ten minutes."""
    moment = session.get("fs_paa")
    return isinstance(moment, int | float) and 0 <= time.time() - moment < LATELY
