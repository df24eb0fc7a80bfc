"""What the account pages ask."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import email_validator
from wtforms import HiddenField
from wtforms.fields import Field
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation, ValidationError

from models import Organisation, User
from models.types import Language, NameOrder
from talent.auth.former_names import key_of
from talent.auth.registration import Names, Registration
from talent.auth.sign_in_forms import ADDRESS_FORMAT, SHORTEST_PASSWORD, password_problem
from talent.forms import GovForm
from talent.forms.fields import Checkboxes, Email, Password, Radios, Select, Text
from talent.i18n import NATIVE_NAMES, _, local

ROMANISED = re.compile(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ .,'’-]*")
PASSWORD_HINT = _(
    "%(count)s characters or more. Three words that have nothing to do with each other are easy to remember.",
    count=SHORTEST_PASSWORD,
)
UNKNOWN_DOMAIN = _(
    "No organisation uses this email domain. Check your address, or ask an administrator of your country to add your "
    "organisation’s email domain"
)


def romanised(_form: Any, field: Field) -> None:
    if field.data and not ROMANISED.fullmatch(field.data):
        raise ValidationError(str(_("Your name in the passport must be in Latin letters, like Hong Gildong")))


def deliverable(_form: Any, field: Field) -> None:
    """The sign-in page reads addresses with the same rules, so what is accepted here can sign in there."""
    if not field.data:
        return
    try:
        checked = email_validator.validate_email(field.data, check_deliverability=False, test_environment=True)
    except ValueError as error:
        raise StopValidation(str(ADDRESS_FORMAT)) from error
    field.data = checked.normalized.lower()


def organisation_choices(organisations: Sequence[Organisation]) -> list[SelectChoice]:
    return [SelectChoice(row.id, local(row)) for row in sorted(organisations, key=local)]


class NamesForm(GovForm):
    name_home = Text(
        _("Your name as you write it at home"),
        hint=_("In your own script and order"),
        required=_("Enter your name as you write it at home"),
        max_length=100,
        width="two-thirds",
        autocomplete="name",
        spellcheck=False,
    )
    name_romanised = Text(
        _("Your name in Latin letters, as in your passport"),
        required=_("Enter your name in Latin letters, as in your passport"),
        max_length=100,
        width="two-thirds",
        spellcheck=False,
        checks=[romanised],
    )
    name_order = Radios(
        _("Which part of your name comes first?"),
        required=_("Choose which part of your name comes first"),
        choices=lambda: [
            SelectChoice(NameOrder.GIVEN_FIRST.value, str(_("Given name first"))),
            SelectChoice(NameOrder.FAMILY_FIRST.value, str(_("Family name first"))),
        ],
    )
    form_of_address = Text(
        _("How people should address you (optional)"),
        hint=_("For example Dr or 주무관님"),
        max_length=60,
        width=20,
        spellcheck=False,
    )

    def to_names(self) -> Names:
        return Names(
            name_home=str(self.name_home.data),
            name_romanised=str(self.name_romanised.data),
            name_order=NameOrder(str(self.name_order.data)),
            form_of_address=self.form_of_address.data or "",
        )

    @classmethod
    def of(cls, user: User) -> NamesForm:
        return cls(
            name_home=user.name_home,
            name_romanised=user.name_romanised,
            name_order=user.name_order.value,
            form_of_address=user.form_of_address,
        )


class FormerNamesForm(GovForm):
    """Which former names no longer need to be hidden."""

    names = Checkboxes(_("Names to remove"), required=_("Choose the names to remove"))

    def offer(self, former: Sequence[str]) -> None:
        """Let these names be chosen."""
        self.names.choices = [SelectChoice(key_of(name), name) for name in former]


class AddressForm(GovForm):
    """The first step of registering."""

    email = Email(
        _("Work email address"),
        hint=_("Your address at the organisation you work in"),
        required=_("Enter your work email address"),
    )

    def validate_email(self, field: Field) -> None:
        deliverable(self, field)


class RegisterForm(NamesForm):
    """The whole of it: the organisations offered are those of the address's mail domain."""

    step = HiddenField()
    email = Email(
        _("Work email address"),
        required=_("Enter your work email address"),
    )
    organisation = Select(
        _("The organisation you work in"),
        hint=_("Its HR staff will be asked one thing: whether you work there"),
        required=_("Choose the organisation you work in"),
    )
    language = Radios(
        _("The language you want to use here"),
        hint=_("You can change it on every page"),
        required=_("Choose the language you want to use here"),
        choices=lambda: [SelectChoice(item.value, NATIVE_NAMES[item]) for item in Language],
    )
    password = Password(
        _("Password"),
        hint=PASSWORD_HINT,
        required=_("Enter a password"),
        autocomplete="new-password",
    )
    password_again = Password(
        _("Confirm the password"), required=_("Enter the same password again"), autocomplete="new-password"
    )

    def validate_email(self, field: Field) -> None:
        deliverable(self, field)

    def validate_password(self, field: Field) -> None:
        own_words = [str(text.data or "") for text in (self.email, self.name_home, self.name_romanised)]
        if field.data and (problem := password_problem(field.data, own_words)):
            raise ValidationError(problem)

    def validate_password_again(self, field: Field) -> None:
        if field.data and self.password.data and field.data != self.password.data:
            raise ValidationError(str(_("The two passwords are not the same")))

    def to_registration(self) -> Registration:
        return Registration(
            email=str(self.email.data),
            organisation_id=str(self.organisation.data),
            names=self.to_names(),
            language=Language(str(self.language.data)),
            password=str(self.password.data),
        )


class OrganisationForm(GovForm):
    organisation = Select(
        _("The organisation you work in"),
        hint=_("Its HR staff will be asked one thing: whether you work there"),
        required=_("Choose the organisation you work in"),
    )
