"""What HR staff and administrators are asked."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms.fields.choices import SelectChoice

from models import Organisation
from models.types import RoleName
from talent.auth.forms import organisation_choices
from talent.auth.roles import RoleScope
from talent.auth.words import ROLES
from talent.forms import GovForm
from talent.forms.fields import LongText, Radios, Select, Text
from talent.i18n import _

GIVEN_BY_ONE = (RoleName.CIVIL_SERVANT, RoleName.HR, RoleName.TRANSLATOR)
"""Roles that one administrator gives alone; a new administrator is proposed, and confirmed by another."""


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
        choices=lambda: [SelectChoice(role.value, str(ROLES[role])) for role in GIVEN_BY_ONE],
    )
    organisation = Select(
        _("Organisation"), hint=_("Only for HR staff: the organisation whose HR staff this person joins")
    )

    def offer(self, organisations: Sequence[Organisation]) -> None:
        self.organisation.choices = organisation_choices(organisations)

    def to_scope(self) -> RoleScope:
        role = RoleName(str(self.role.data))
        return RoleScope(role=role, organisation_id=self.organisation.data if role is RoleName.HR else None)


class DomainForm(GovForm):
    domain = Text(
        _("Email domain to add"),
        hint=_("The part of an address after the @, like ministry.example. Several organisations may share one."),
        required=_("Enter an email domain"),
        max_length=253,
        width=20,
        spellcheck=False,
    )
