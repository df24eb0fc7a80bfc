"""What is said when signing in with an organisation's account does not work."""

from __future__ import annotations

from talent.i18n import _

AGAIN = _("Go back to the sign-in page and begin again. If it happens once more, sign in with your password.")
ASK = _("Ask those who look after your account at your organisation.")
PROBLEMS = {
    "cancelled": (400, _("Signing in was stopped at your organisation’s page. Nothing was changed here.")),
    "refused": (400, _("Your organisation’s sign-in page did not let you through.")),
    "state": (
        400,
        _(
            "This answer does not belong to a sign-in that this browser started, or it has already been used. Nobody "
            "was signed in."
        ),
    ),
    "issuer": (400, _("The answer did not come from your organisation’s sign-in page. Nobody was signed in.")),
    "audience": (400, _("The answer was meant for another service. Nobody was signed in.")),
    "expired": (400, _("The answer came too late. Nobody was signed in.")),
    "token": (400, _("The answer of your organisation’s sign-in page could not be checked. Nobody was signed in.")),
    "unreachable": (503, _("Your organisation’s sign-in page does not answer at the moment.")),
    "unverified": (403, _("Your organisation has not confirmed that the email address is yours, so we cannot use it.")),
    "domain": (403, _("Your email address there is not one that this sign-in page may be used for.")),
    "other_account": (
        403,
        _(
            "The account here with your address is connected to another account at your organisation. Sign in with "
            "your password, and disconnect the old one on your account page."
        ),
    ),
    "organisation": (
        403,
        _("Your account here belongs to another organisation than this sign-in page serves. Use your password."),
    ),
    "disabled": (403, _("This account cannot sign in. Ask an administrator of your country.")),
    "too_late": (400, _("You took too long to create the account. Nothing was kept.")),
}
"""By cause: the status of the page, and its message."""
ADVICE = {
    **dict.fromkeys(("cancelled", "state", "issuer", "audience", "expired", "token", "unreachable", "too_late"), AGAIN),
    **dict.fromkeys(("refused", "unverified", "domain"), ASK),
}
