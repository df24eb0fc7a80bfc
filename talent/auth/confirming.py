"""Confirming an address: the link from the mail, and the password that the account was registered with.

The link alone changes nothing. Mail gateways open links by themselves, and whoever registered may not be the owner of
the address: with both, the account belongs to one person from its first moment. An owner who does not know the
password chooses a new one by mail, which confirms the address too.
"""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_security.confirmable import confirm_email_token_status
from flask_security.utils import _td_format, get_message
from sqlalchemy.orm import Session

from models import User, utc_now
from talent.audit.services import record
from talent.auth import services
from talent.auth.password_check import person_with_password
from talent.auth.second_factor import finish_sign_in
from talent.auth.sign_in_forms import LONGEST_PASSWORD
from talent.db import transaction
from talent.extensions import db
from talent.forms import GovForm
from talent.forms.fields import Password
from talent.i18n import _


class ConfirmForm(GovForm):
    password = Password(_("The password you registered with"), required=_("Enter the password you registered with"))


def confirm_email(token: str) -> ResponseReturnValue:
    """In the place of Flask-Security's view, which confirms at the first GET."""
    expired, invalid, user = confirm_email_token_status(token)
    if user is None or invalid or expired or user.confirmed_at is not None:
        return _no_longer_good(expired=expired, done=user is not None and not invalid and not expired)
    form = ConfirmForm()
    if form.validate_on_submit():
        typed = str(form.password.data)
        person = person_with_password(db.session(), user.email, typed) if len(typed) <= LONGEST_PASSWORD else None
        if person is not None and person.active:
            with transaction(db.session()):
                confirm_address(db.session(), person)
            flash(str(_("Thank you. Your email address is confirmed.")), "success")
            return finish_sign_in(person, via="password", next_path=None)
        form.add_errors({"password": _("That is not the password this account was registered with")})
    return render_template("security/confirm_email.html", form=form, token=token)


def confirm_address(session: Session, user: User) -> None:
    """Take the address as the person's own; part of the present transaction."""
    user.confirmed_at = utc_now()
    record(session, user, "account.confirm_address", user)
    services.ask_hr(session, user)


def _no_longer_good(*, expired: bool, done: bool) -> ResponseReturnValue:
    within = _td_format(current_app.config["SECURITY_CONFIRM_EMAIL_WITHIN"])
    name = "ALREADY_CONFIRMED" if done else "CONFIRMATION_EXPIRED" if expired else "INVALID_CONFIRMATION_TOKEN"
    flash(*get_message(name, within=within))
    return redirect(url_for("security.send_confirmation"))
