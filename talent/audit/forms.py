"""What administrators look for in the record, and why they take a copy."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from wtforms import Form
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from models.types import Country
from talent.audit import queries
from talent.audit.queries import Wanted
from talent.audit.words import group_words
from talent.auth.words import COUNTRIES
from talent.forms import GovForm
from talent.forms.fields import Day, LongText, Select, Text
from talent.forms.validators import NotBefore
from talent.i18n import _


class LooksLikeAnId:
    def __call__(self, form: Form, field: Any) -> None:
        try:
            UUID(field.data or "")
        except ValueError:
            raise ValidationError(str(_("Enter the person’s ID as it appears in the record"))) from None


class SearchForm(GovForm):
    """Filters of the list; they travel in the address of the page."""

    group = Select(_("What it was about"))
    actor = Text(_("ID of the person who did it"), max_length=64, width=20, spellcheck=False, checks=[LooksLikeAnId()])
    subject = Text(_("ID of the record or person concerned"), max_length=255, width=20, spellcheck=False)
    begin = Day(_("From"))
    end = Day(_("To"), checks=[NotBefore("begin", _("“To” must be the same day as “From” or later"))])
    country = Select(_("Country"), hint=_("Where the person who acted, or the person concerned, works."))

    def __init__(self, session: Session, sent: Any) -> None:
        self._sent = sent
        super().__init__(from_request=False)
        everything = [SelectChoice("", str(_("Everything")))]
        self.group.choices = [
            *everything,
            *(SelectChoice(name, str(group_words(name))) for name in queries.groups(session)),
        ]
        self.country.choices = [
            SelectChoice("", str(_("Both countries"))),
            *(SelectChoice(country.value, str(COUNTRIES[country])) for country in Country),
        ]
        self.process(sent)

    def to_wanted(self, zone: str) -> Wanted:
        """What to look for; whole days in the time zone named."""
        begin, end = self.begin.data, self.end.data
        return Wanted(
            group=self.group.data or "",
            actor_id=UUID(self.actor.data) if self.actor.data else None,
            subject=self.subject.data or "",
            begin=datetime.combine(begin, time(), ZoneInfo(zone)) if begin else None,
            end=datetime.combine(end + timedelta(days=1), time(), ZoneInfo(zone)) if end else None,
            country=Country(self.country.data) if self.country.data else None,
        )

    def address_args(self) -> dict[str, str]:
        """The filters as parts of an address."""
        found = {
            "group": self.group.data,
            "actor": self.actor.data,
            "subject": self.subject.data,
            "begin": self.begin.data.isoformat() if self.begin.data else "",
            "end": self.end.data.isoformat() if self.end.data else "",
            "country": self.country.data,
        }
        return {name: value for name, value in found.items() if value}


class ExportForm(GovForm):
    """Why somebody takes a copy of the record."""

    reason = LongText(
        _("Why do you need this copy?"),
        hint=_("Your reason is kept in the record with your account. Do not name anybody."),
        required=_("Enter why you need this copy"),
        max_length=500,
        rows=3,
    )
