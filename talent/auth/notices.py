"""Notices about accounts."""

from __future__ import annotations

from talent.i18n import _
from talent.notifications.kinds import Kind, register

register(
    "account_exists",
    Kind(
        _("You already have an account"),
        _(
            "Somebody, perhaps you, asked for an account with your email address. You have one already, so nothing "
            "was changed. If you do not remember your password, choose a new one."
        ),
        _("Choose a new password"),
    ),
)
register(
    "administrator_changed",
    Kind(
        _("An administrator’s role, access or second step was changed"),
        _(
            "An administrator was named, lost the role, lost or regained access, or had the second step for signing "
            "in reset. All administrators of both countries are told. Look at the record if you did not expect it."
        ),
        _("See the record of actions"),
    ),
)
register(
    "hr_missing",
    Kind(
        _("An organisation has no HR staff in Talent Exchange"),
        _(
            "Somebody has registered as working in an organisation in your country, and nobody there can confirm it. "
            "Give a member of its HR staff the role."
        ),
        _("See the organisation"),
    ),
)
register(
    "hr_gone",
    Kind(
        _("An organisation has no HR staff left in Talent Exchange"),
        _(
            "Nobody is left who can confirm who works in an organisation in your country, publish its posts or "
            "answer for it. Invite a member of its HR staff, or give one the role."
        ),
        _("See the organisation"),
    ),
)
