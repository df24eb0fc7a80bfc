"""The states of a profile and the moves between them: one table that services, buttons, jobs and tests read.

Stopping (a required choice or consent taken back) pauses the profile at once and without a date: it has effect
immediately, and the person alone can resume, by choosing to take part again. Setting aside (an administrator ended the
person's access, or moved them to another organisation) does the same, and takes away the date on which it would resume;
so does HR that can no longer say that the person works there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from models.types import ProfileStatus
from talent import events
from talent.errors import TransitionRefused
from talent.i18n import _

DRAFT, ACTIVE, PAUSED, WITHDRAWN, ERASED = (
    ProfileStatus.DRAFT,
    ProfileStatus.ACTIVE,
    ProfileStatus.PAUSED,
    ProfileStatus.WITHDRAWN,
    ProfileStatus.ERASED,
)
LIVE = (DRAFT, ACTIVE, PAUSED)
"""States a person's present profile can be in; there is at most one."""


class Mover(StrEnum):
    """In which role a move is made."""

    OWNER = "owner"
    ADMINISTRATOR = "administrator"
    HR = "hr"
    CLOCK = "system"


@dataclass(frozen=True)
class Move:
    """One line of the table. `guarded`: everything an active profile needs must be there."""

    start: ProfileStatus
    action: str
    mover: Mover
    end: ProfileStatus
    guarded: bool = False
    event: Callable[[UUID], Any] | None = None
    needs_reason: bool = False
    label: Any = ""
    """The text of its button; empty for a move that has none."""
    endpoint: str = ""


TRANSITIONS: tuple[Move, ...] = (
    Move(
        DRAFT,
        "activate",
        Mover.OWNER,
        ACTIVE,
        True,
        events.ProfileChanged,
        label=_("Check your answers and activate"),
        endpoint="profiles.check_answers",
    ),
    Move(DRAFT, "import_active", Mover.ADMINISTRATOR, ACTIVE, False, events.ProfileChanged),
    Move(
        ACTIVE,
        "pause",
        Mover.OWNER,
        PAUSED,
        False,
        events.ProfilePaused,
        label=_("Pause your profile"),
        endpoint="profiles.pause",
    ),
    Move(ACTIVE, "stop", Mover.OWNER, PAUSED, False, events.ProfilePaused),
    Move(ACTIVE, "set_aside", Mover.ADMINISTRATOR, PAUSED, False, events.ProfilePaused),
    Move(ACTIVE, "not_confirmed", Mover.HR, PAUSED, False, events.ProfilePaused),
    Move(
        PAUSED,
        "resume",
        Mover.OWNER,
        ACTIVE,
        True,
        events.ProfileChanged,
        label=_("Resume your profile"),
        endpoint="profiles.resume",
    ),
    Move(PAUSED, "resume_by_date", Mover.CLOCK, ACTIVE, True, events.ProfileChanged),
    Move(PAUSED, "pause", Mover.OWNER, PAUSED, label=_("Change the date"), endpoint="profiles.pause"),
    Move(PAUSED, "stop", Mover.OWNER, PAUSED),
    Move(PAUSED, "set_aside", Mover.ADMINISTRATOR, PAUSED),
    Move(PAUSED, "not_confirmed", Mover.HR, PAUSED),
    *(
        Move(
            state,
            "withdraw",
            Mover.OWNER,
            WITHDRAWN,
            False,
            events.ProfileWithdrawn,
            True,
            label=_("Withdraw your profile"),
            endpoint="profiles.withdraw",
        )
        for state in LIVE
    ),
    # Deleting the account, or the end of the time a record is kept: talent.privacy.reductions empties the row.
    *(Move(state, "erase", Mover.CLOCK, ERASED, False, events.ProfileWithdrawn) for state in LIVE),
    Move(WITHDRAWN, "erase", Mover.CLOCK, ERASED),
)


def move_for(status: ProfileStatus, action: str) -> Move:
    """The line of the table for an action in a state. Raises TransitionRefused when there is none."""
    for move in TRANSITIONS:
        if move.start is status and move.action == action:
            return move
    raise TransitionRefused(_("Your profile has changed since you opened the page, so this cannot be done now."))


def buttons(status: ProfileStatus) -> list[Move]:
    """Moves the owner is offered in this state."""
    return [move for move in TRANSITIONS if move.start is status and move.mover is Mover.OWNER and move.endpoint]
