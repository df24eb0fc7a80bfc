"""What administrators are asked when they change who may do what, and what the invited are asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from wtforms.fields import Field
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from models import Organisation, Reason
from models.types import Country, Language
from talent.auth.forms import PASSWORD_HINT, NamesForm, deliverable, organisation_choices
from talent.auth.sign_in_forms import password_problem
from talent.auth.words import COUNTRIES
from talent.forms import GovForm
from talent.forms.fields import Email, LongText, Password, Radios, Select, Text
from talent.i18n import NATIVE_NAMES, _, local
from talent.organisations.upkeep import Details
from talent.organisations.words import TYPES, ZONES


class ReasonForm(GovForm):
    """A reason from the dated list."""

    reason = Radios(_("Why?"), required=_("Choose a reason"))

    def offer(self, reasons: Sequence[Reason]) -> None:
        self.reason.choices = [SelectChoice(row.code, local(row)) for row in reasons]


class DisableForm(ReasonForm):
    note = LongText(
        _("Note (needed for some reasons)"),
        hint=_("Only administrators of your country see it."),
        max_length=500,
        rows=3,
    )


class MoveForm(ReasonForm):
    organisation = Select(
        _("New organisation"),
        required=_("Choose the organisation this person moves to"),
    )

    def offer_places(self, organisations: Sequence[Organisation]) -> None:
        self.organisation.choices = organisation_choices(organisations)


class ProposeForm(GovForm):
    country = Radios(_("Administrator of which country?"), required=_("Choose the country this person administers"))
    reason = LongText(
        _("Why should this person be an administrator?"),
        required=_("Say why this person should be an administrator"),
        max_length=1000,
        rows=4,
    )

    def offer(self, countries: Collection[Country]) -> None:
        self.country.choices = [SelectChoice(item.value, str(COUNTRIES[item])) for item in sorted(countries)]
        if len(countries) == 1 and self.country.data is None:
            self.country.data = next(iter(countries)).value


class AnswerForm(GovForm):
    answer = Radios(
        _("Do you confirm this new administrator?"),
        required=_("Say whether you confirm or refuse"),
        choices=lambda: [
            SelectChoice("confirm", str(_("Yes, I confirm: give the role"))),
            SelectChoice("refuse", str(_("No, I refuse"))),
        ],
    )
    note = LongText(
        _("If you refuse, why?"),
        hint=_("The proposer will read this."),
        max_length=1000,
        rows=3,
    )


def language_field() -> Radios:
    return Radios(
        _("Language of the invitation"),
        hint=_("Somebody who has an account gets it in the language of the account"),
        required=_("Choose the language of the invitation"),
        choices=lambda: [SelectChoice(item.value, NATIVE_NAMES[item]) for item in Language],
    )


class InviteForm(GovForm):
    organisation = Select(
        _("Organisation"),
        hint=_("The organisation whose HR staff this person joins"),
        required=_("Choose the organisation whose HR staff this person joins"),
    )
    email = Email(
        _("Work email address"),
        hint=_("It must use one of the organisation’s email domains. Only this address can accept the invitation."),
        required=_("Enter the email address of the person you are inviting"),
    )
    language = language_field()

    def validate_email(self, field: Field) -> None:
        deliverable(self, field)

    def offer(self, organisations: Sequence[Organisation]) -> None:
        self.organisation.choices = organisation_choices(organisations)


class InvitedForm(NamesForm):
    """An account for somebody whose address the invitation has proved."""

    language = Radios(
        _("The language you want to use here"),
        hint=_("You can change it on every page"),
        required=_("Choose the language you want to use here"),
        choices=lambda: [SelectChoice(item.value, NATIVE_NAMES[item]) for item in Language],
    )
    password = Password(_("Password"), hint=PASSWORD_HINT, required=_("Enter a password"), autocomplete="new-password")
    password_again = Password(
        _("Confirm the password"), required=_("Enter the same password again"), autocomplete="new-password"
    )

    def validate_password(self, field: Field) -> None:
        if field.data and (problem := password_problem(field.data)):
            raise ValidationError(problem)

    def validate_password_again(self, field: Field) -> None:
        if field.data and self.password.data and field.data != self.password.data:
            raise ValidationError(str(_("The two passwords are not the same")))


class PlaceForm(GovForm):
    name_en = Text(_("Name in English"), required=_("Enter the name in English"), max_length=200, width="two-thirds")
    name_ko = Text(_("Name in Korean"), required=_("Enter the name in Korean"), max_length=200, width="two-thirds")
    acronym = Text(_("Short form (optional)"), hint=_("For example, DSIT"), max_length=20, width=10, spellcheck=False)
    type = Select(_("Kind of organisation"), required=_("Choose the kind of organisation"))
    time_zone = Select(
        _("Time zone"),
        hint=_("Posts close according to this time zone"),
        required=_("Choose a time zone from the list"),
    )

    @classmethod
    def of(cls, details: Details | None, *, from_request: bool = True) -> PlaceForm:
        values = {} if details is None else {**vars(details), "version": details.fingerprint}
        return cls(from_request=from_request, **values)

    def offer(self, types: Sequence[str], country: Country) -> None:
        known = [SelectChoice(code, str(TYPES.get(code, code))) for code in types]
        self.type.choices = sorted(known, key=lambda choice: str(choice.label))
        self.time_zone.choices = [SelectChoice(code, str(words)) for code, words in ZONES.items()]

    def to_details(self) -> Details:
        return Details(
            name_en=str(self.name_en.data),
            name_ko=str(self.name_ko.data),
            acronym=self.acronym.data or "",
            type=str(self.type.data),
            time_zone=str(self.time_zone.data),
        )
