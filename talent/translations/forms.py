"""The form of a translation: one field for each text that was written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.types import Language
from talent.forms import GovForm
from talent.forms.fields import LongText, Text
from talent.i18n import _
from talent.translations.queries import Pair

LABELS: dict[tuple[str, Language], Any] = {
    ("title", Language.EN): _("Title in English"),
    ("title", Language.KO): _("Title in Korean"),
    ("description", Language.EN): _("Description in English"),
    ("description", Language.KO): _("Description in Korean"),
    ("experience", Language.EN): _("Experience in English"),
    ("experience", Language.KO): _("Experience in Korean"),
}
OTHER: dict[Language, Any] = {Language.EN: _("Text in English"), Language.KO: _("Text in Korean")}
LIMITS = {"title": 150, "description": 8000, "experience": 8000}


class TranslationForm(GovForm):
    """Base of the form that translation_form makes; `version` carries the fingerprint of what was seen."""

    def contents(self) -> dict[str, str]:
        """Text by field."""
        found = {name: field for name, field in self._fields.items() if name.startswith("text_")}
        return {name.removeprefix("text_"): field.data or "" for name, field in found.items()}


def label(field: str, lang: Language) -> Any:
    return LABELS.get((field, lang), OTHER[lang])


def translation_form(
    pairs: Sequence[Pair], target: Language, fingerprint: str, *, from_request: bool = True
) -> TranslationForm:
    """A form with the texts to be put into `target`, filled with what there is so far."""
    fields: dict[str, Any] = {}
    values: dict[str, Any] = {"version": fingerprint}
    for pair in pairs:
        limit = LIMITS.get(pair.field, 8000)
        kind = Text if pair.field == "title" else LongText
        fields[f"text_{pair.field}"] = kind(label(pair.field, target), max_length=limit)
        values[f"text_{pair.field}"] = pair.translated
    form: TranslationForm = type("TranslationForm", (TranslationForm,), fields)(from_request=from_request, **values)
    for pair in pairs:
        form[f"text_{pair.field}"].content_language = target.value
    return form
