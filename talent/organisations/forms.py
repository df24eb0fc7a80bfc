"""What HR staff and administrators are asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from wtforms.fields.choices import SelectChoice

from models import Organisation
from models.types import Country, RoleName
from talent.auth.forms import organisation_choices
from talent.auth.roles import RoleScope
from talent.auth.words import COUNTRIES, ROLES
from talent.forms import GovForm
from talent.forms.fields import LongText, Radios, Select, Text
from talent.i18n import _


class WorksHereForm(GovForm):
    answer = Radios(
        _("Does this person work in your organisation?"),
        required=_("Say whether this person works in your organisation"),
        choices=lambda: [
            SelectChoice("yes", str(_("Yes, I confirm it"))),
            SelectChoice("no", str(_("No, or I cannot confirm it"))),
        ],
    )
    note = LongText(
        _("If you cannot confirm it, why?"),
        hint=_("The person will read this."),
        disclosed=True,
        max_length=500,
        rows=3,
    )

    @property
    def confirmed(self) -> bool:
        return bool(self.answer.data == "yes")


class GrantForm(GovForm):
    role = Radios(
        _("Which role?"),
        required=_("Choose a role"),
        choices=lambda: [SelectChoice(role.value, str(words)) for role, words in ROLES.items()],
    )
    organisation = Select(
        _("Organisation"), hint=_("Only for HR staff: the organisation whose HR staff this person joins")
    )
    country = Select(_("Country"), hint=_("Only for administrators: the country this person administers"))

    def offer(self, organisations: Sequence[Organisation], countries: Collection[Country]) -> None:
        self.organisation.choices = organisation_choices(organisations)
        self.country.choices = [SelectChoice(item.value, str(COUNTRIES[item])) for item in sorted(countries)]

    def to_scope(self) -> RoleScope:
        role = RoleName(str(self.role.data))
        country: Any = self.country.data
        return RoleScope(
            role=role,
            organisation_id=self.organisation.data if role is RoleName.HR else None,
            country=Country(country) if role is RoleName.ADMINISTRATOR and country else None,
        )


class DomainForm(GovForm):
    domain = Text(
        _("Mail domain to add"),
        hint=_("The part of an address after the @, like ministry.example. Several organisations may share one."),
        required=_("Enter a mail domain"),
        max_length=253,
        width=20,
        spellcheck=False,
    )
