"""What the pages of the matcher's settings ask."""

from __future__ import annotations

from typing import Any

from wtforms.fields.choices import SelectChoice

from talent.forms import GovForm
from talent.forms.fields import LongText, Number, Radios, Tick
from talent.i18n import _, local_number
from talent.matching.settings import RunSettings
from talent.matching.settings_bounds import BOUNDS, POINTS, Bound
from talent.matching.settings_change import NOTE_LENGTH


class ProposalForm(GovForm):
    """One number for each setting, in points where it is a share, and what the change is for."""

    note = LongText(
        _("What is the change for?"),
        hint=_("All administrators can read it. Say what you saw and what should improve. Do not include names."),
        required=_("Say what the change is for"),
        max_length=NOTE_LENGTH,
        rows=4,
    )

    def values(self) -> dict[str, float]:
        """The numbers as they are stored."""
        return {
            name: float(self[name].data / POINTS) if bound.in_points else self[name].data
            for name, bound in BOUNDS.items()
        }


def proposal_form(present: RunSettings) -> ProposalForm:
    """The form, filled with what is in force, in the reader's language."""
    chosen = present.chosen()
    fields = {name: _field(bound, chosen[name]) for name, bound in BOUNDS.items()}
    form: ProposalForm = type("ProposalForm", (ProposalForm,), fields)(
        **{name: _plain(bound.shown(chosen[name])) for name, bound in BOUNDS.items()}
    )
    return form


class AnswerForm(GovForm):
    answer = Radios(
        _("What do you decide?"),
        required=_("Choose whether the settings come into force"),
        choices=lambda: [
            SelectChoice("put_in_force", str(_("Put into force now and match everybody again"))),
            SelectChoice("refuse", str(_("Refuse: the settings stay as they are"))),
        ],
    )
    note = LongText(
        _("Your reason in words"),
        hint=_("Required for either answer. What in the reports led to your decision? Do not include names."),
        required=_("Give a reason"),
        max_length=NOTE_LENGTH,
        rows=4,
    )


class RollBackForm(GovForm):
    reason = LongText(
        _("Why?"),
        hint=_("Administrators of both countries are told and can read it. Do not include names."),
        required=_("Say why you are going back"),
        max_length=NOTE_LENGTH,
        rows=3,
    )
    confirm = Tick(_("I understand what changes"), required=_("Tick that you understand what changes"))


def _field(bound: Bound, now: float) -> Any:
    span = {"low": local_number(bound.shown_low), "high": local_number(bound.shown_high)}
    now_shown = local_number(_plain(bound.shown(now)))
    text = (
        _("%(low)s to %(high)s points, now %(now)s.", **span, now=now_shown)
        if bound.in_points
        else _("%(low)s to %(high)s, now %(now)s.", **span, now=now_shown)
    )
    return Number(
        bound.label,
        hint=f"{text} {bound.hint}".strip(),
        required=_("Fill in “%(label)s”", label=bound.label),
        low=bound.shown_low,
        high=bound.shown_high,
        decimals=bound.in_points,
    )


def _plain(value: float) -> float:
    return int(value) if float(value).is_integer() else value
