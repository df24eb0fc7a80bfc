"""How often one may try to sign in, register or ask for a link.

Bad passwords are counted by account and network, by account, and by network. The counts of an account belong to its
password: a new one starts at nought, so whoever reads the account's mail always gets in by a reset. A browser in which
the person signed in before is counted by itself, so strangers cannot lock its owner out. Unknown accounts are treated
alike.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from talent import throttle
from talent.db import transaction
from talent.throttle import Limit, caller_network

QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)
FROM_HERE = Limit("sign-in from a network", tries=10, window=QUARTER)
ACCOUNT = Limit("sign-in to an account", tries=30, window=HOUR)
NETWORK = Limit("sign-in of a network", tries=100, window=QUARTER, longest_wait=HOUR)
KNOWN_BROWSER = Limit("sign-in in a known browser", tries=10, window=QUARTER)
REGISTERING = Limit("registering", tries=30, window=HOUR, longest_wait=HOUR)
ASKING_FOR_LINKS = Limit("asking for links", tries=30, window=HOUR, longest_wait=HOUR)
LINKS_TO_AN_ADDRESS = Limit("links to an address", tries=5, window=HOUR, longest_wait=HOUR)
"""Beyond it no further mail goes out; the answer on the page is the same, and the last links still work."""
PRESENT_PASSWORDS = Limit("giving the present password", tries=10, window=QUARTER, longest_wait=HOUR)
"""By person, to change it: whoever finds a browser signed in must not guess here what sign-in would not let them."""
NEW_PASSWORDS = Limit("choosing a new password", tries=30, window=QUARTER, longest_wait=HOUR)


@dataclass(frozen=True)
class SignInTry:
    """One try to sign in, counted already."""

    session: Session
    forgotten_when_good: tuple[tuple[Limit, tuple[str, ...]], ...]
    given_back_when_good: tuple[tuple[Limit, tuple[str, ...]], ...]

    def was_good(self) -> None:
        """The password was right: the try does not count, and earlier bad ones here are forgotten."""
        with transaction(self.session):
            for limit, parts in self.forgotten_when_good:
                throttle.clear(self.session, limit, *parts)
            for limit, parts in self.given_back_when_good:
                throttle.give_back(self.session, limit, *parts)


def count_sign_in(session: Session, account: str, *, password_hash: str | None, browser: str | None) -> SignInTry:
    """Count a try before the password is looked at. Raises TooManyTries when there were too many.

    `account` is the address as typed, in its normal form; `browser` names a browser this account signed in with before.
    """
    owner = (account.casefold(), hashlib.sha256((password_hash or "").encode()).hexdigest())
    network = caller_network()
    if browser is not None:
        counted = SignInTry(session, ((KNOWN_BROWSER, (*owner, browser)),), ())
    else:
        shared = ((ACCOUNT, owner), (NETWORK, (network,)))
        counted = SignInTry(session, ((FROM_HERE, (*owner, network)),), shared)
    with transaction(session):
        for limit, parts in (*counted.forgotten_when_good, *counted.given_back_when_good):
            throttle.count(session, limit, *parts)
    return counted
