"""What the pages about the second factor ask."""

from __future__ import annotations

from flask_babel.speaklater import LazyString
from wtforms import HiddenField
from wtforms.fields.choices import SelectChoice

from talent.auth.second_factor_services import IdentityCheck, ResetReason
from talent.auth.second_factor_words import CHECKS, REASONS
from talent.forms import GovForm
from talent.forms.fields import Password, Radios, Text
from talent.i18n import _


def _six_digits(hint: LazyString) -> Text:
    return Text(
        _("Six-digit code"),
        hint=hint,
        required=_("Enter the six-digit code that the app shows"),
        max_length=20,
        width=10,
        autocomplete="one-time-code",
        spellcheck=False,
    )


class CodeForm(GovForm):
    """Six digits of an authenticator app."""

    next = HiddenField()
    code = _six_digits(_("The app shows a new one every 30 seconds"))


class RecoveryCodeForm(GovForm):
    next = HiddenField()
    code = Text(
        _("Recovery code"),
        hint=_("For example, 1a2b-3c4d-5e6f. Each recovery code works once"),
        required=_("Enter one of your recovery codes"),
        max_length=40,
        width=20,
        autocomplete="off",
        spellcheck=False,
    )


class PasswordForm(GovForm):
    next = HiddenField()
    password = Password(_("Password"), required=_("Enter your password"))


class AuthenticatorForm(GovForm):
    """`setup` holds the new key, encrypted and signed, so that looking at the page changes nothing."""

    setup = HiddenField()
    code = _six_digits(_("The app shows it after you add the key"))


class PasskeyNameForm(GovForm):
    credential = HiddenField()
    name = Text(
        _("A name for this passkey"),
        hint=_("So that you can tell your passkeys apart, for example Office laptop"),
        required=_("Enter a name for this passkey"),
        max_length=60,
        width="two-thirds",
        spellcheck=False,
    )


class PasskeyForm(GovForm):
    """What the script of the page fills in."""

    next = HiddenField()
    credential = HiddenField()


class ResetForm(GovForm):
    reason = Radios(
        _("Why must the second step be set up again?"),
        required=_("Choose why the second step must be set up again"),
        choices=lambda: [SelectChoice(item.value, str(REASONS[item])) for item in ResetReason],
    )
    checked = Radios(
        _("How did you check that the request is from this person?"),
        hint=_("A message or a call from them is not enough: whoever took over a mailbox can write too"),
        required=_("Choose how you checked that the request is from this person"),
        choices=lambda: [SelectChoice(item.value, str(CHECKS[item])) for item in IdentityCheck],
    )
