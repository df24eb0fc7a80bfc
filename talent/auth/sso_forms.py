"""What is asked of somebody who comes from their organisation's sign-in page."""

from __future__ import annotations

from wtforms.fields.choices import SelectChoice

from models.types import Language
from talent.auth.forms import ROMANISED, NamesForm
from talent.auth.sso_client import Identity
from talent.forms import GovForm
from talent.forms.fields import Email, Radios, Select
from talent.i18n import NATIVE_NAMES, _, current_language


class WhichForm(GovForm):
    """Asked first where there are many providers: only the mail domain is used."""

    email = Email(
        _("Work email address"),
        hint=_("We only use the part after the @, to find your organisation’s sign-in page"),
        required=_("Enter your work email address"),
    )


class ArrivalForm(NamesForm):
    """An account for somebody whose address the provider has confirmed: names as the provider said, to be mended."""

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

    @classmethod
    def of_identity(cls, identity: Identity) -> ArrivalForm:
        name = identity.name[:100]
        return cls(
            name_home=name,
            name_romanised=name if ROMANISED.fullmatch(name) else "",
            language=current_language().value,
        )
