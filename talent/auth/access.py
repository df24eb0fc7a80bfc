"""What a route answers to each kind of user: the words in which the access table is written.

The policy at the door says who gets in by role; a row of the table adds, for a route that names a record, who finds it
in each of its states. To everybody else the record does not exist (404). A table is only worth what tests it: see
tests/integration/access/test_matrix.py, which asks every route as every kind of user.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Who(StrEnum):
    """The kinds of user, seen from one record. `home` is the person's side, `host` the side of the post."""

    VISITOR = "visitor"
    MEMBER = "member"
    """Signed in, without any role."""
    PERSON = "person"
    """The civil servant whom the record is about."""
    CIVIL_SERVANT = "civil_servant"
    HOST_HR = "host_hr"
    HOME_HR = "home_hr"
    OTHER_HR = "other_hr"
    TRANSLATOR = "translator"
    HOME_ADMINISTRATOR = "home_administrator"
    HOST_ADMINISTRATOR = "host_administrator"


PEOPLE = frozenset({Who.PERSON, Who.CIVIL_SERVANT})
STAFF = frozenset({Who.HOST_HR, Who.HOME_HR, Who.OTHER_HR})
ADMINISTRATORS = frozenset({Who.HOME_ADMINISTRATOR, Who.HOST_ADMINISTRATOR})
SIGNED_IN = frozenset(Who) - {Who.VISITOR}
EVERYBODY = frozenset(Who)
NOBODY: frozenset[Who] = frozenset()

LETS_IN: dict[str, frozenset[Who]] = {
    "anyone": EVERYBODY,
    "signed_in": SIGNED_IN,
    "civil_servant": PEOPLE,
    "hr": STAFF,
    "administrator": ADMINISTRATORS,
    "translator": frozenset({Who.TRANSLATOR}),
    "hr_or_administrator": STAFF | ADMINISTRATORS,
    "translator_or_administrator": ADMINISTRATORS | {Who.TRANSLATOR},
}
"""Whom each policy lets through the door."""
TAKEN = "taken"
"""A form that gets past the door and finds its record: answered on its merits, never 403 or 404."""
RANDOM = "random"
"""The state of a record that does not exist."""

Found = Mapping[str, frozenset[Who]]


class Open(StrEnum):
    """How exactly a row says what comes back to those who are let in."""

    EXACTLY = "exactly"
    FREELY = "freely"
    """It depends on more than who asks, such as what was done before: never 401, 403, 404 or 5xx."""
    OWN = "own"
    """About what the reader has themselves: 404 where there is none yet."""


@dataclass(frozen=True)
class Row:
    """One route in the table.

    `record` names the kind of record in the address, empty for none; `found` says by state who finds it, `barred` who
    is told 403 because they may see the record but not do this. `shows` is what a GET answers to those who find it, by
    state where it differs; `changes` says who may send the form where that is not `found`. `unknown` is the answer to
    ids that do not exist.
    """

    record: str = ""
    found: Found = field(default_factory=dict)
    barred: Found = field(default_factory=dict)
    shows: int | Mapping[str, int] = 200
    changes: Found | None = None
    unknown: int = 404
    how: Open = Open.EXACTLY

    def states(self) -> list[str]:
        """States in which the record is asked for, the one that does not exist last."""
        return [*self.found, RANDOM] if self.record else [""]

    def get(self, who: Who, policy: str, state: str = "") -> int:
        """What a GET answers."""
        refused = self._refused(who, policy, state, self.found)
        if refused:
            return refused
        return self.shows if isinstance(self.shows, int) else self.shows.get(state, 200)

    def send(self, who: Who, policy: str, state: str = "") -> int | str:
        """What an unsafe method with a good token answers: a status, or TAKEN."""
        return self._refused(who, policy, state, self.changes or self.found) or TAKEN

    def _refused(self, who: Who, policy: str, state: str, finders: Found) -> int:
        if who not in LETS_IN[policy]:
            return 302 if who is Who.VISITOR else 403
        if self.record and state == RANDOM:
            return self.unknown
        if who in self.barred.get(state, NOBODY):
            return 403
        return 404 if self.record and who not in finders[state] else 0
