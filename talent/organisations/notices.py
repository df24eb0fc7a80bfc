"""Notices about access, moves, invitations and new administrators."""

from __future__ import annotations

from talent.i18n import _
from talent.notifications.kinds import Kind, register

register(
    "access_ended",
    Kind(
        _("Your access to Talent Exchange has ended"),
        _(
            "An administrator has ended your access, so you cannot sign in. If you had an active profile, it is paused "
            "and not suggested to anybody. Nothing is deleted. If you think that this is a mistake, ask the HR staff "
            "of your organisation."
        ),
        _("About Talent Exchange"),
    ),
)
register(
    "access_back",
    Kind(
        _("You can use Talent Exchange again"),
        _(
            "An administrator has given your access back. Sign in as before. If your profile was active, it is still "
            "paused: resume it when you want to take part again."
        ),
        _("See your account"),
    ),
)
register(
    "person_moved",
    Kind(
        _("Your organisation was changed"),
        _(
            "An administrator has moved your account to another organisation. Its HR staff are asked whether you "
            "work there. HR roles that you held at the previous organisation have ended, and you have been signed "
            "out. If your profile was active, it is paused: you can resume it once your new organisation has "
            "confirmed that you work there. Posts you were put forward for stay open, and you can still answer."
        ),
        _("See your account"),
    ),
)
register(
    "hr_invited",
    Kind(
        _("You are invited to act as HR staff in Talent Exchange"),
        _(
            "An administrator asks you to act as HR staff of this organisation: %(organisation)s. The link works for "
            "%(days)s days. If you did not expect this, ignore it: nothing happens without you."
        ),
        _("Answer the invitation"),
    ),
)
register(
    "administrator_proposed",
    Kind(
        _("Confirm or refuse a new administrator"),
        _("An administrator has proposed somebody as a new administrator. It takes effect only if you confirm it."),
        _("See the proposal"),
    ),
)
register(
    "administrator_confirmed",
    Kind(
        _("Your proposal for a new administrator was confirmed"),
        _("Another administrator has confirmed your proposal, and the role is given."),
        _("See the proposal"),
    ),
)
register(
    "administrator_refused",
    Kind(
        _("Your proposal for a new administrator was refused"),
        _("Another administrator has refused your proposal, with a reason."),
        _("See the proposal"),
    ),
)
