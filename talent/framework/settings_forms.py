"""Forms for dated data, made from the description of each table."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import g
from wtforms.fields import Field
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from models import Dated, ExchangeKind
from talent.extensions import db
from talent.forms import GovForm
from talent.forms.fields import Checkboxes, Day, LongText, Number, Radios, Select, Text, YesNo
from talent.framework import labels, queries
from talent.framework import settings_queries as reading
from talent.framework.dated import rows_in_force
from talent.framework.tables import Entry, Kind, Table
from talent.i18n import _, local, local_date

CODE = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
Choice = Callable[[], Sequence[SelectChoice]]


class DatedForm(GovForm):
    """The values of one row; what they are called and how they are asked for comes from the table."""

    table: Table

    def values(self) -> dict[str, Any]:
        """Attribute values as the model keeps them."""
        return {entry.name: _value(entry, self[entry.name]) for entry in self.table.entries}


class EndForm(GovForm):
    on = Day(_("First day on which it no longer applies"), hint=_("Today or later"))
    source = LongText(
        _("Why, and on what authority?"),
        required=_("Say why it ends, and on what authority"),
        max_length=1000,
        rows=3,
    )


def form_for(table: Table, *, adding: bool) -> type[DatedForm]:
    """The form class of a table: with code and country when a row is added, without when one is changed."""
    fields: dict[str, Any] = {"table": table}
    if adding:
        fields |= {"code": _code(table), "country": _country()}
    fields |= {entry.name: _field(entry) for entry in table.entries}
    fields |= {
        "valid_from": Day(
            _("From which day?"), hint=_("Today or later"), required=_("Enter the day from which it applies")
        ),
        "valid_to": Day(_("Until when?"), hint=_("First day on which it no longer applies. Leave empty if not known.")),
        "source": LongText(
            _("Source"),
            hint=_("The law, letter or decision it rests on, with its date"),
            required=_("Enter the source"),
            max_length=1000,
            rows=3,
        ),
    }
    return type("DatedForm", (DatedForm,), fields)


def start_values(table: Table, row: Dated) -> dict[str, Any]:
    """What the form of a change begins with."""
    values = {entry.name: getattr(row, entry.name) for entry in table.entries}
    whole = {name: int(value) for name, value in values.items() if isinstance(value, float) and value.is_integer()}
    return {**values, **whole}


def shown(entry: Entry, row: Dated) -> str:
    """One value in words, in the reader's language; empty when there is none."""
    value = getattr(row, entry.name)
    if value is None or value == "" or value == []:
        return ""
    if entry.kind is Kind.YES_NO:
        return str(_("Yes") if value else _("No"))
    if entry.kind in (Kind.ONE, Kind.SEVERAL):
        words = {str(choice.value): str(choice.label) for choice in _choices(entry)()}
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(words.get(str(item), str(item)) for item in chosen)
    return f"{value:g}" if isinstance(value, float) else str(value)


def period(row: Dated) -> str:
    """The days of a row in words."""
    begin = local_date(row.valid_from)
    if row.valid_to is None:
        return str(_("From %(day)s", day=begin))
    if row.valid_to == row.valid_from:
        return str(_("Taken back before %(day)s", day=begin))
    return str(_("From %(begin)s to %(end)s", begin=begin, end=local_date(row.valid_to - timedelta(days=1))))


def _value(entry: Entry, field: Field) -> Any:
    if isinstance(field, YesNo):
        return field.answer
    data = field.data
    if isinstance(data, Decimal):
        return float(data)
    if entry.kind in (Kind.TEXT, Kind.LONG):
        return data or ""
    if entry.kind is Kind.SEVERAL:
        return list(data or [])
    return entry.convert(data) if entry.convert and data else data


def _field(entry: Entry) -> Any:
    label, hint = entry.label, entry.hint
    required = _("Fill in “%(label)s”", label=label) if entry.required else None
    if entry.kind is Kind.LONG:
        return LongText(label, hint=hint, required=required, max_length=entry.longest, rows=4, disclosed=False)
    if entry.kind in (Kind.NUMBER, Kind.DECIMAL):
        decimals = entry.kind is Kind.DECIMAL
        return Number(label, hint=hint, required=required, low=entry.low, high=entry.high, decimals=decimals)
    if entry.kind is Kind.YES_NO:
        return YesNo(label, hint=hint, required=_("Choose yes or no for “%(label)s”", label=label))
    if entry.kind is Kind.SEVERAL:
        return Checkboxes(label, hint=hint, required=required, choices=_choices(entry), small=True)
    if entry.kind is Kind.ONE:
        return Radios(label, hint=hint, required=required, choices=_choices(entry), small=True)
    return Text(label, hint=hint, required=required, max_length=200)


def _choices(entry: Entry) -> Choice:
    if entry.choices == "kinds":
        return _kinds
    if entry.choices == "languages":
        return _languages
    words: Any = entry.choices
    return lambda: [SelectChoice(code, str(label)) for code, label in words.items()]


def _kinds() -> list[SelectChoice]:
    return [SelectChoice(row.code, local(row)) for row in rows_in_force(db.session(), ExchangeKind)]


def _languages() -> list[SelectChoice]:
    return [SelectChoice(row.code, local(row)) for row in queries.spoken_languages(db.session())]


def _code(table: Table) -> Any:
    if table.known_codes_only:
        return Select(
            _("Code"),
            required=_("Choose a code from the list"),
            choices=lambda: [SelectChoice(code, code) for code in reading.known_codes(db.session(), table)],
        )
    return Text(
        _("Code"),
        hint=_("Lower-case letters, numbers and hyphens, such as head-of-agency. It cannot be changed later."),
        required=_("Enter a code"),
        max_length=60,
        checks=[_plain_code],
        spellcheck=False,
    )


def _plain_code(_form: Any, field: Field) -> None:
    if field.data and not CODE.fullmatch(field.data):
        raise ValidationError(str(_("Use lower-case letters, numbers and hyphens only")))


def _country() -> Any:
    return Radios(
        _("Country"),
        required=_("Choose a country, or both"),
        choices=lambda: [
            SelectChoice(code or "both", str(label))
            for code, label in labels.COUNTRIES.items()
            if not code or code in {country.value for country in g.user.administered_countries}
        ],
    )
