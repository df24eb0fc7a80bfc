"""The words of this feature's notices."""

from __future__ import annotations

from talent.i18n import _
from talent.notifications.kinds import Kind, register

register(
    "profile_resumed",
    Kind(
        _("Your profile is active again"),
        _("The date you set has come, so your skills profile takes part in matching again."),
        _("Go to your profile"),
    ),
)
register(
    "profile_not_resumed",
    Kind(
        _("Your profile could not resume automatically"),
        _("The date you set has come, but something an active profile needs is missing. Your profile stays paused."),
        _("See what is missing"),
    ),
)
