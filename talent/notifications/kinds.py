"""The words of every notice: a subject and a body each, filled in when it is read or sent.

A kind's words tell what happened and what to do next. They never hold a person's name other than the reader's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from talent.i18n import _


@dataclass(frozen=True)
class Kind:
    subject: Any
    body: Any
    action: Any
    """The text of the link."""


KINDS: dict[str, Kind] = {}


def register(name: str, kind: Kind) -> None:
    """Add a kind of notice; features do so when they are imported."""
    KINDS[name] = kind


register(
    "works_here_asked",
    Kind(
        _("Confirm that someone works in your organisation"),
        _("Someone has registered as working in your organisation. You are asked one thing: whether they work there."),
        _("Confirm who works here"),
    ),
)
register(
    "works_here_confirmed",
    Kind(
        _("Your organisation confirmed that you work there"),
        _("You can now activate your profile."),
        _("Go to your profile"),
    ),
)
register(
    "works_here_refused",
    Kind(
        _("Your organisation could not confirm that you work there"),
        _("Check that you chose the right organisation. If you did, ask its HR staff."),
        _("Check your organisation"),
    ),
)
register(
    "role_granted",
    Kind(
        _("You have been given a new role"),
        _("An administrator has given you a new role in Talent Exchange."),
        _("See your account"),
    ),
)
register(
    "role_revoked",
    Kind(
        _("One of your roles has ended"),
        _("An administrator has ended one of your roles in Talent Exchange."),
        _("See your account"),
    ),
)
