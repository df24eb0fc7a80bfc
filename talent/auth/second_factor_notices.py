"""What owners are told about their second factor."""

from __future__ import annotations

from talent.i18n import _
from talent.notifications.kinds import Kind, register

SEE = _("See how you sign in")

register(
    "authenticator_set",
    Kind(
        _("Your authenticator app is set up"),
        _(
            "Signing in to Talent Exchange now asks for a code from your authenticator app. You were signed out "
            "everywhere else. If this was not you, choose a new password at once and tell an administrator of your "
            "country."
        ),
        SEE,
    ),
)
register(
    "authenticator_removed",
    Kind(
        _("Your authenticator app was removed"),
        _(
            "Signing in to Talent Exchange no longer asks for a code from your authenticator app. You were signed out "
            "everywhere else. If this was not you, choose a new password at once and tell an administrator of your "
            "country."
        ),
        SEE,
    ),
)
register(
    "passkey_added",
    Kind(
        _("A passkey was added to your account"),
        _(
            "You can now sign in to Talent Exchange with a new passkey. You were signed out everywhere else. If this "
            "was not you, choose a new password at once and tell an administrator of your country."
        ),
        SEE,
    ),
)
register(
    "passkey_removed",
    Kind(
        _("A passkey was removed from your account"),
        _(
            "One of your passkeys no longer signs you in to Talent Exchange. You were signed out everywhere else. If "
            "this was not you, choose a new password at once and tell an administrator of your country."
        ),
        SEE,
    ),
)
register(
    "recovery_codes_made",
    Kind(
        _("You have new recovery codes"),
        _(
            "Your earlier recovery codes no longer work. You were signed out everywhere else. If this was not you, "
            "choose a new password at once and tell an administrator of your country."
        ),
        SEE,
    ),
)
register(
    "recovery_code_used",
    Kind(
        _("A recovery code was used to sign in to your account"),
        _(
            "It does not work again. Recovery codes left: %(left)s. If this was not you, choose a new password at "
            "once and tell an administrator of your country."
        ),
        SEE,
    ),
)
register(
    "second_factor_reset",
    Kind(
        _("An administrator removed your second step for signing in"),
        _(
            "Your authenticator app, passkeys and recovery codes no longer work, and you were signed out everywhere. "
            "Sign in with your password and set up a new second step. If you did not ask for this, tell an "
            "administrator of your country at once."
        ),
        _("Sign in"),
    ),
)
register(
    "second_step_tries",
    Kind(
        _("Somebody tried many wrong codes on your account"),
        _(
            "Somebody, perhaps you, entered the correct password for your account and then too many wrong codes. "
            "They were not signed in. If this was not you, choose a new password now."
        ),
        _("Choose a new password"),
    ),
)
