"""The object rules of the access table: who finds a record of each kind in each state."""

from __future__ import annotations

from talent.auth.access import ADMINISTRATORS, NOBODY, SIGNED_IN, STAFF, Found, Who

POST_STATES = ("draft", "submitted", "published", "closed", "cancelled")
OFFERED = ("published", "closed")
HOST_HR = frozenset({Who.HOST_HR})
HOME_HR = frozenset({Who.HOME_HR})
PERSON = frozenset({Who.PERSON})
HOME_ADMINISTRATOR = frozenset({Who.HOME_ADMINISTRATOR})
HOST_ADMINISTRATOR = frozenset({Who.HOST_ADMINISTRATOR})

POST_READ: Found = {state: SIGNED_IN if state in OFFERED else ADMINISTRATORS | HOST_HR for state in POST_STATES}
"""Offered posts: everybody signed in. Any other: the organisation's HR, and administrators."""
POST_PREVIEW: Found = {state: (STAFF if state in OFFERED else HOST_HR) | ADMINISTRATORS for state in POST_STATES}
POST_OWN: Found = dict.fromkeys(POST_STATES, HOST_HR)
"""Edited by the owning organisation alone."""
POST_EDITED = {"submitted": 409, "closed": 409, "cancelled": 409}
"""What the steps of a post answer to its HR while it cannot be edited."""
POST_MOVED: Found = {
    "draft": HOST_HR,
    **dict.fromkeys(("submitted", "published", "closed"), HOST_HR | HOST_ADMINISTRATOR),
    "cancelled": HOST_HR | ADMINISTRATORS,
}
POST_NOT_MOVED: Found = {
    "draft": ADMINISTRATORS,
    "submitted": HOME_ADMINISTRATOR,
    **dict.fromkeys(OFFERED, HOME_ADMINISTRATOR | (STAFF - HOST_HR)),
}
"""They may read the post, and are told that the move is not theirs."""
POST_OF_THE_COUNTRY: Found = dict.fromkeys(POST_STATES, HOST_ADMINISTRATOR)
POST_OF_ANOTHER_COUNTRY: Found = dict.fromkeys(POST_STATES, HOME_ADMINISTRATOR)
POST_OPEN: Found = {"published": frozenset({Who.PERSON, Who.CIVIL_SERVANT}), "closed": NOBODY, "draft": NOBODY}
"""Open to applications and live ranking."""

PAIRING_STATES = ("suggested", "approved", "accepted", "ready", "not_put_forward", "declined")
TOLD = ("approved", "accepted", "ready", "declined")
"""The reviewer's yes was given and can no longer be taken back."""


def _once_told(finders: frozenset[Who]) -> Found:
    return {state: finders if state in TOLD else NOBODY for state in PAIRING_STATES}


PAIRING_DECIDED: Found = dict.fromkeys(PAIRING_STATES, HOME_ADMINISTRATOR)
"""Reviewed by the sending country's administrators."""
PAIRING_OBJECTED: Found = _once_told(HOST_ADMINISTRATOR)
"""The receiving country's may object once it was approved."""
PAIRING_SEEN: Found = {state: PAIRING_DECIDED[state] | PAIRING_OBJECTED[state] for state in PAIRING_STATES}
PAIRING_OWN: Found = _once_told(PERSON)
PAIRING_HELD: Found = dict.fromkeys(PAIRING_STATES, PERSON)
"""Everything held about a person is theirs to see, also what was never put forward."""
PAIRING_HOST: Found = _once_told(HOST_HR)
PAIRING_HOME: Found = {state: HOME_HR if state in ("accepted", "ready") else NOBODY for state in PAIRING_STATES}
"""The person's own HR, after the person's yes to this post and never before."""
HOST_STEP: Found = {"accepted": HOST_HR}
HOME_STEP: Found = {"accepted": HOME_HR}
