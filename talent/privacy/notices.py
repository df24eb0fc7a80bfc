"""Words of the notices about one's own data. None holds a name or what was written."""

from __future__ import annotations

from talent.i18n import _
from talent.notifications.kinds import Kind, register

register(
    "account_erased",
    Kind(
        _("Your account has been deleted"),
        _(
            "Your account in Talent Exchange and what it held were deleted on %(day)s. This is the receipt: "
            "%(reference)s. The record of who did what keeps a number in place of your name. This is the last "
            "message we send to this address."
        ),
        _("Go to Talent Exchange"),
    ),
)
register(
    "account_idle",
    Kind(
        _("Your account will be deleted on %(day)s"),
        _(
            "You have not signed in to Talent Exchange for a long time. Unless you sign in before %(day)s, your "
            "account and your profile are deleted."
        ),
        _("Sign in to keep your account"),
    ),
)
register(
    "placed_person_left",
    Kind(
        _("Somebody with an agreed place has deleted their account"),
        _(
            "A person whose place your organisation agreed to has deleted their account here. The agreement between "
            "the organisations is not changed by that: keep to it outside this service."
        ),
        _("See the pairing"),
    ),
)
register(
    "contest_received",
    Kind(
        _("We have received your request to look again"),
        _("Somebody who did not take the decision looks at it again. You get an answer in writing by %(due)s."),
        _("See your request"),
    ),
)
register(
    "contest_to_answer",
    Kind(
        _("A decision is contested"),
        _(
            "A person asks for a decision to be looked at again. An administrator who did not take it must answer by "
            "%(due)s, in writing and with reasons."
        ),
        _("Open the request"),
    ),
)
register(
    "contest_due",
    Kind(
        _("A request to look again must be answered by %(due)s"),
        _("A person still waits for an answer to a contested decision."),
        _("Open the request"),
    ),
)
register(
    "contest_upheld",
    Kind(
        _("Your request was upheld"),
        _("Somebody looked at the decision again and agrees with you. Read the reasons and what happens next."),
        _("Read the answer"),
    ),
)
register(
    "contest_not_upheld",
    Kind(
        _("Your request was answered"),
        _("Somebody looked at the decision again and it stands. Read the reasons."),
        _("Read the answer"),
    ),
)
