"""Flask-Security's forms with our limits and words.

Its generic answers never tell whether an account exists. What has nothing to do with accounts (an empty field, an
address that is no address) is still said beside the field.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask_security import PasswordUtil, current_user, verify_password
from flask_security.confirmable import requires_confirmation
from flask_security.forms import (
    ChangePasswordForm,
    EmailValidation,
    Form,
    IsString,
    LoginForm,
    ResetPasswordForm,
)
from wtforms.fields import EmailField, Field
from wtforms.validators import StopValidation

from models import User
from talent.auth.guards import same_site_path
from talent.auth.password_check import person_with_password
from talent.auth.password_words import is_common
from talent.extensions import db, security
from talent.forms.validators import EMAIL
from talent.i18n import _

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200
TOO_COMMON = _(
    "This password is easy to guess: it is made of common words, keys next to each other, or your own name or "
    "address. Choose three words that have nothing to do with each other"
)
ADDRESS_FORMAT = _("Enter an email address in the correct format, like name@example.com")


class BoundedPasswords(PasswordUtil):
    """Passwords of 12 to 200 characters: longer ones would only keep the hash function busy."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        normal = self.normalize(password)
        user = kwargs.get("user")
        problem = password_problem(normal, own_words_of(user) if user is not None else ())
        return ([problem] if problem else None), normal


def password_problem(password: str, own_words: Collection[str] = ()) -> str:
    """What is wrong with a new password and what to do; empty when nothing is.

    `own_words` are the person's address and names, which others would try first.
    """
    if len(password) < SHORTEST_PASSWORD:
        return str(_("Password must be %(count)s characters or more", count=SHORTEST_PASSWORD))
    if len(password) > LONGEST_PASSWORD:
        return str(_("Password must be %(count)s characters or fewer", count=LONGEST_PASSWORD))
    if "\x00" in password:
        return str(_("Password must not contain characters that cannot be typed"))
    if is_common(password, own_words):
        return str(TOO_COMMON)
    return ""


def own_words_of(user: Any) -> tuple[str, ...]:
    """What a person's password must not be made of."""
    return (user.email, user.name_home, user.name_romanised)


def is_password_of(user: User, typed: str) -> bool:
    """True when this is the person's password. Changes nothing, unlike Flask-Security's own check."""
    if not user.password or not typed or len(typed) > LONGEST_PASSWORD or "\x00" in typed:
        return False
    return bool(verify_password(security.password_util.normalize(typed), user.password))


class Speaking:
    """Keeps messages that say nothing about accounts, so that they survive Flask-Security's generic answer."""

    own_messages: dict[str, str]

    def validate(self, **kwargs: Any) -> bool:
        self.own_messages = {}
        return bool(super().validate(**kwargs))  # type: ignore[misc]

    def say(self, name: str, message: Any) -> None:
        self.own_messages.setdefault(name, str(message))

    def check_address(self, field: Field) -> None:
        if not field.data:
            self.say(field.name, _("Enter your email address"))
        elif not EMAIL.fullmatch(field.data):
            self.say(field.name, ADDRESS_FORMAT)

    def put_back(self: Any) -> None:
        """Called before the page is made: our messages beside their fields, each generic one once."""
        own = getattr(self, "own_messages", {})
        if own:
            self.form_errors = []
        self.form_errors = list(dict.fromkeys(self.form_errors))
        for name, message in own.items():
            self[name].errors = [message]


class SignInForm(Speaking, LoginForm):
    remember = None  # shared office machines: signing in lasts for the visit

    def validate(self, **kwargs: Any) -> bool:
        """Flask-Security's check of the fields, then our own of the password: the same work for every address."""
        self.own_messages = {}
        sound = super(LoginForm, self).validate(**kwargs)
        self.check_address(self.email)
        if not self.password.data:
            self.say("password", _("Enter your password"))
        if not sound or self.own_messages:
            return False
        self.ifield = self.email
        person = person_with_password(db.session(), str(self.email.data), str(self.password.data))
        self.password.errors = [] if person is not None and person.active else [""]  # made one generic answer
        if person is None or not person.active:
            return False
        if requires_confirmation(person):  # the password was right: say what is still to do
            self.say("email", _("Confirm your email address first: open the link in the message we sent you"))
            return False
        self.user, self.user_authenticated = person, True
        return True

    def validate_password(self, field: Field) -> None:
        if field.data and (len(field.data) > LONGEST_PASSWORD or "\x00" in field.data):
            raise StopValidation("")

    def validate_next(self, field: Field) -> None:
        field.data = same_site_path(field.data, "")


class _AddressOnly(Speaking, Form):
    """A form that asks for an address, and looks up nothing: the answer is the same for every address."""

    email = EmailField(validators=[IsString(), EmailValidation(verify=True)])

    def validate(self, **kwargs: Any) -> bool:
        self.own_messages = {}
        sound = super(Speaking, self).validate(**kwargs)
        self.check_address(self.email)
        if not sound and not self.own_messages:
            self.say("email", ADDRESS_FORMAT)
        return not self.own_messages


class ForgotForm(_AddressOnly):
    pass


class ResendForm(_AddressOnly):
    pass


class ResetForm(Speaking, ResetPasswordForm):
    def validate(self, **kwargs: Any) -> bool:
        valid = super().validate(**kwargs)
        _check_new(self, self.password, self.password_confirm, getattr(self, "user", None))
        return valid and not self.own_messages


class ChangeForm(Speaking, ChangePasswordForm):
    def validate(self, **kwargs: Any) -> bool:
        valid = super().validate(**kwargs)
        if not self.password.data:
            self.say("password", _("Enter your current password"))
        _check_new(self, self.new_password, self.new_password_confirm, current_user)
        return valid and not self.own_messages

    def validate_password(self, field: Field) -> None:
        if field.data and (len(field.data) > LONGEST_PASSWORD or "\x00" in field.data):
            raise StopValidation(str(_("That is not your current password")))


def _check_new(form: Speaking, first: Field, second: Field, owner: Any) -> None:
    own_words = own_words_of(owner) if owner is not None else ()
    if not first.data:
        form.say(first.name, _("Enter a new password"))
    elif problem := password_problem(first.data, own_words):
        form.say(first.name, problem)
    if not second.data:
        form.say(second.name, _("Enter the same password again"))
    elif first.data and first.data != second.data:
        form.say(second.name, _("The two new passwords are not the same"))
