"""Notices about accounts of organisations that sign in here."""

from __future__ import annotations

from talent.i18n import _
from talent.notifications.kinds import Kind, register

register(
    "identity_linked",
    Kind(
        _("Your organisation’s account now signs you in"),
        _(
            "Your account in Talent Exchange was connected to the one you have at your organisation. If that was not "
            "you, disconnect it and tell an administrator of your country."
        ),
        _("See how you sign in"),
    ),
)
register(
    "identity_unlinked",
    Kind(
        _("Your organisation’s account no longer signs you in"),
        _(
            "Your account in Talent Exchange was disconnected from the one you have at your organisation. You can sign "
            "in with your password. If you have none, choose one on the sign-in page."
        ),
        _("See how you sign in"),
    ),
)
