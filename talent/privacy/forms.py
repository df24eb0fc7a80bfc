"""What the pages about one's own data ask."""

from __future__ import annotations

from wtforms.fields.choices import SelectChoice

from models import ContestOutcome
from talent.forms import GovForm
from talent.forms.fields import LongText, Password, Radios, Tick
from talent.i18n import NATIVE_NAMES, _
from talent.privacy.contest_words import OUTCOMES
from talent.privacy.contests import LONGEST
from talent.privacy.export import JSON_FORM, PAGE_FORM


class CopyForm(GovForm):
    form = Radios(
        _("Which format do you want?"),
        required=_("Choose a format"),
        choices=lambda: [
            SelectChoice(
                PAGE_FORM, str(_("A page to read")), render_kw={"hint": str(_("One file that any browser opens"))}
            ),
            SelectChoice(
                JSON_FORM,
                str(_("Data (JSON)")),
                render_kw={"hint": str(_("For another program to read, in both languages"))},
            ),
        ],
    )
    language = Radios(
        _("Language of the page"),
        required=_("Choose a language"),
        choices=lambda: [SelectChoice(code.value, name) for code, name in NATIVE_NAMES.items()],
    )


class ContestForm(GovForm):
    words = LongText(
        _("What should be looked at again, and why?"),
        required=_("Say what should be looked at again, and why"),
        max_length=LONGEST,
        rows=8,
    )


class AnswerForm(GovForm):
    outcome = Radios(
        _("Your answer"),
        required=_("Choose an answer"),
        choices=lambda: [
            SelectChoice(
                ContestOutcome.UPHELD.value,
                str(OUTCOMES[ContestOutcome.UPHELD]),
                render_kw={"hint": str(_("The person is right: somebody else reviews the pairing again"))},
            ),
            SelectChoice(
                ContestOutcome.NOT_UPHELD.value,
                str(OUTCOMES[ContestOutcome.NOT_UPHELD]),
                render_kw={"hint": str(_("The decision stands"))},
            ),
        ],
    )
    words = LongText(
        _("Reasons"),
        hint=_("The person reads this. It may be disclosed. Name nobody else."),
        required=_("Give reasons"),
        max_length=LONGEST,
        rows=8,
    )


class DeleteForm(GovForm):
    """Asks for the password again; an account without one is asked to show who it is on a page of its own."""

    understood = Tick(
        _("I understand that this cannot be undone"), required=_("Confirm that you understand that this is final")
    )


class DeleteWithPasswordForm(DeleteForm):
    password = Password(_("Your password"), required=_("Enter your password"))
