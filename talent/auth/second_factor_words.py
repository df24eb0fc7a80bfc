"""The words for why and how a second factor was reset."""

from __future__ import annotations

from talent.auth.second_factor_services import IdentityCheck, ResetReason
from talent.i18n import _

REASONS = {
    ResetReason.LOST: _("The phone or key is lost, and so are the recovery codes"),
    ResetReason.REPLACED: _("The phone or key was replaced, and the old one is gone"),
    ResetReason.MISUSED: _("Somebody else may be using the account"),
}
CHECKS = {
    IdentityCheck.IN_PERSON: _("I met them and know them, or saw their staff pass"),
    IdentityCheck.VIDEO: _("I spoke to them in a video call and know them, or saw their staff pass"),
    IdentityCheck.EMPLOYER: _("I called their organisation back on a number from its own directory"),
}
PASSKEY_FAILED = _("The passkey was not accepted. Try again, or use another way")
PASSKEY_NEEDS_SCRIPT = _(
    "Passkeys need JavaScript and a browser that supports them. Use another way, or another browser"
)
