"""Words for what is contested and how it ended; what is contested is a status of a suggestion, or why there is none."""

from __future__ import annotations

from typing import Any

from models import ContestOutcome
from talent.i18n import _
from talent.matching.states import Status

OUTCOMES: dict[Any, Any] = {
    ContestOutcome.UPHELD: _("Upheld"),
    ContestOutcome.NOT_UPHELD: _("Not upheld"),
}
ABOUT: dict[str, Any] = {
    Status.HELD.value: _("The reviewer put off the decision"),
    Status.APPROVED.value: _("A pairing that is under way"),
    Status.ACCEPTED.value: _("A pairing that is under way"),
    Status.REJECTED.value: _("The reviewer did not put you forward"),
    Status.DECLINED.value: _("A pairing that ended"),
    Status.REFUSED.value: _("An organisation declined"),
    Status.OBJECTED.value: _("The receiving country objected"),
    Status.EXPIRED.value: _("The suggestion expired"),
    Status.SUPERSEDED.value: _("The suggestion was replaced"),
    Status.WITHDRAWN.value: _("A pairing that ended"),
    "why_not": _("No suggestion was made"),
}
