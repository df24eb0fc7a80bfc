"""What the pages of review ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms.fields.choices import SelectChoice

from models import Reason, ShortlistCard
from talent.forms import GovForm
from talent.forms.fields import Checkboxes, LongText, Radios, Select, Tick
from talent.i18n import _
from talent.matching.first_views import VIEW_WORDS
from talent.matching.forms import NOTE_LENGTH, WRITTEN_REASON, WRITTEN_REASON_HINT, reason_choices
from talent.matching.switch import REASON_LENGTH
from talent.review.interests import NOTE_LENGTH as INTEREST_LENGTH


class CardForm(GovForm):
    """The first view of one card. Nothing is chosen beforehand; it may be left out while the page is only kept."""

    view = Radios(
        _("Your first view"),
        choices=lambda: [SelectChoice(view.value, str(text)) for view, text in VIEW_WORDS.items()],
        inline=True,
    )

    @classmethod
    def of(cls, card: ShortlistCard, **options: Any) -> CardForm:
        form = cls(prefix=f"card-{card.id}", view=card.first_view.value if card.first_view else None, **options)
        form.view.label.text = _("Your first view of person %(code)s", code=card.suggestion.pseudonym)
        return form


class DeclineForm(GovForm):
    """One reason for several people who are not put forward; each is recorded apart."""

    cards = Checkboxes(
        _("People you are not putting forward"), required=_("Tick the people you are not putting forward")
    )
    reason = Select(_("Reason"), required=_("Choose a reason"), blank=_("Choose a reason"))
    note = LongText(WRITTEN_REASON, hint=WRITTEN_REASON_HINT, max_length=NOTE_LENGTH, rows=4)

    def offer(self, cards: Sequence[ShortlistCard], reasons: Sequence[Reason]) -> None:
        """Set who can be ticked and the reasons for no."""
        self.cards.choices = [
            SelectChoice(str(card.id), str(_("Person %(code)s", code=card.suggestion.pseudonym))) for card in cards
        ]
        self.reason.choices = reason_choices(reasons)


class InterestForm(GovForm):
    note = LongText(
        _("What is your interest?"),
        hint=_("For example, a friend, a relative, a former colleague or a business. Administrators can read it."),
        required=_("Say what the interest is"),
        max_length=INTEREST_LENGTH,
        rows=3,
    )


class SwitchForm(GovForm):
    reason = LongText(
        _("Why?"),
        hint=_("Administrators of both countries are told and can read it. Do not include names."),
        required=_("Say why"),
        max_length=REASON_LENGTH,
        rows=3,
    )
    confirm = Tick(_("I understand what changes"), required=_("Tick that you understand what changes"))
