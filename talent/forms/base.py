"""The form every page builds on: cleaned text, the reader's language, an error summary, a version for locking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from flask import g, request
from wtforms import Form, HiddenField
from wtforms.fields import Field
from wtforms.i18n import DefaultTranslations, get_translations

from talent.forms.cleaning import clean_line, clean_text
from talent.i18n import _, current_language, local_date


class GovForm(Form):
    """A WTForms form filled from the request. Words live here, markup in templates/components.

    `version` carries the version of the record the page was made from.
    """

    version = HiddenField()

    class Meta:
        def get_translations(self, form: Form) -> DefaultTranslations | Any:
            return get_translations([current_language().value])

        def bind_field(self, form: Form, unbound: Any, options: dict[str, Any]) -> Field:
            filters = list(unbound.kwargs.get("filters", ()))
            if getattr(unbound.field_class, "cleans_text", False):
                filters.insert(0, clean_line if getattr(unbound.field_class, "one_line", False) else clean_text)
            return unbound.bind(form=form, filters=filters, **options)

    def __init__(self, obj: Any = None, *, prefix: str = "", from_request: bool = True, **values: Any) -> None:
        """`from_request=False` shows `obj` and `values` alone, also while a POST is answered."""
        sent = request.form if from_request and request.method == "POST" else None
        if sent is None and from_request:
            sent = self._unsent(prefix)
        super().__init__(sent, obj, prefix, **values)

    def _unsent(self, prefix: str) -> Any:
        """What was typed into this form before the session ended, when its page is shown again."""
        kept = g.get("unsent_fields")
        own = {name for name, _field in self._unbound_fields or ()} - {"version"}
        lead = f"{prefix.rstrip('-')}-" if prefix else ""
        typed = {name.removeprefix(lead).split("-")[0] for name in kept or () if name.startswith(lead)}
        return kept if own & typed else None

    def validate_on_submit(self) -> bool:
        """True when this is a POST and every field is in order."""
        return request.method == "POST" and self.validate()

    @property
    def seen_version(self) -> int | None:
        """The record version the page was made from; None when it was not sent or is no number."""
        data = str(self.version.data or "")
        return int(data) if data.isdecimal() and len(data) < 10 else None

    def add_errors(self, fields: Mapping[str, Any]) -> None:
        """Put messages of a service (Invalid.fields) beside their fields."""
        for name, message in fields.items():
            field = self._fields.get(name)
            if field is None:
                self.form_errors.append(message)
            else:
                field.errors = [*field.errors, str(message)]

    def error_list(self) -> list[dict[str, Any]]:
        """Items of the error summary, each with a link that puts the focus into its field."""
        items: list[dict[str, Any]] = [{"text": str(message)} for message in self.form_errors]
        for field in self:
            items.extend(_field_errors(field))
        return items

    def typed(self) -> list[tuple[str, str]]:
        """What the form holds as (label, text), for showing two versions beside each other."""
        return [
            (str(field.label.text), _text_of(field))
            for field in self
            if field.type not in ("HiddenField", "SubmitField", "CSRFTokenField")
        ]


def _field_errors(field: Field) -> Iterator[dict[str, Any]]:
    if hasattr(field, "entries"):
        for entry in field.entries:
            yield from _field_errors(entry)
    elif hasattr(field, "form") and isinstance(getattr(field, "form", None), Form):
        for child in field.form:
            yield from _field_errors(child)
    for message in field.errors:
        if not isinstance(message, dict | list):  # a form in a form reports its fields' messages once more
            yield {"text": str(message), "href": f"#{focus_id(field)}"}


def plain_choices(field: Field) -> list[Any]:
    """A field's choices, with the groups of a grouped list opened."""
    listed: list[Any] = []
    for choice in getattr(field, "choices", None) or []:
        listed.extend(choice[1] if isinstance(choice, tuple) else [choice])
    return listed


def focus_id(field: Field) -> str:
    """The id of the control that an error link leads to."""
    if getattr(field, "first_part", None):
        return f"{field.id}-{field.first_part()}"
    return str(field.id)


def _text_of(field: Field) -> str:
    data = field.data
    if data is None:
        return ""
    if isinstance(data, bool):
        return str(_("Yes") if data else _("No"))
    if isinstance(data, date):
        return local_date(data)
    choices = {str(choice.value): str(choice.label) for choice in plain_choices(field)}
    if isinstance(data, list):
        return ", ".join(choices.get(str(item), str(item)) for item in data)
    return choices.get(str(data), str(data))
