"""Notices about the matcher's settings."""

from __future__ import annotations

from talent.i18n import _
from talent.notifications.kinds import Kind, register

register(
    "settings_proposed",
    Kind(
        _("A change to the matcher’s settings has been proposed"),
        _(
            "Another administrator proposed it. Reports show how suggestions would change. Read them, then put the "
            "change into force or refuse it."
        ),
        _("See the proposal"),
    ),
)
register(
    "settings_in_force",
    Kind(
        _("The matcher’s settings have changed"),
        _("Two administrators agreed on the change. The matcher now runs for everybody and every post."),
        _("See the change"),
    ),
)
register(
    "settings_refused",
    Kind(
        _("A change to the matcher’s settings was refused"),
        _("The settings stay as they are. The page says why."),
        _("See why"),
    ),
)
register(
    "settings_rolled_back",
    Kind(
        _("The matcher’s earlier settings are in force again"),
        _("An administrator went back to the previous settings. The page says why."),
        _("See why"),
    ),
)
