"""The questions of each step. A question that the chosen kind does not need is marked as optional."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from wtforms import HiddenField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from models.types import Cefr, Language, LengthUnit, WorkingPattern, WorkMode
from talent.forms import GovForm
from talent.forms.fields import Day, LongText, Number, Radios, Select, Text, Tick, YesNo
from talent.forms.validators import Optional, Required
from talent.i18n import _
from talent.opportunities import answers, words

NO_NAMES = _("Do not include names of people.")
FIVE_YEARS = {"months": 60, "weeks": 261, "days": 1827}

Coded = TypeVar("Coded", bound=StrEnum)


def choices(labels: dict[Any, Any], hints: dict[Any, Any] | None = None) -> list[SelectChoice]:
    """Choices from a table of words, in the reader's language."""
    return [
        SelectChoice(str(value), str(label), render_kw={"hint": str((hints or {}).get(value, ""))})
        for value, label in labels.items()
    ]


def coded(enumeration: type[Coded], value: str | None) -> Coded | None:
    return enumeration(value) if value else None


def _whole(value: Decimal | int | None) -> int | None:
    return None if value is None else int(value)


class StepForm(GovForm):
    """One step. `needs` maps a field to the requirement that makes it obligatory; other fields keep what they say."""

    needs: ClassVar[dict[str, str]] = {}

    def prepare(self, required: frozenset[str]) -> None:
        """Let go of what the kind does not ask for. Call before validating."""
        for name, key in self.needs.items():
            if key not in required:
                self.make_optional(name)

    def complain(self, wrong: bool, name: str, message: Any) -> bool:
        """Put a message beside a field that depends on another; True when there was nothing to say."""
        field = self[name]
        if wrong and not field.errors:
            field.errors = [*field.errors, str(message)]
        return not wrong

    def make_optional(self, name: str) -> None:
        field = self[name]
        field.validators = [Optional() if isinstance(check, Required) else check for check in field.validators]
        field.label.text = _("%(label)s (optional)", label=str(field.label.text))


class KindForm(StepForm):
    kind = Radios(_("What kind of exchange is it?"), required=_("Choose the kind of exchange"))


class NewPostForm(KindForm):
    """The first page: for which organisation, and what kind."""

    organisation = Select(
        _("For which organisation is the post?"), required=_("Choose the organisation that offers the post")
    )
    token = HiddenField()


class TextsForm(StepForm):
    """Title and description; one language must be whole, the other may be left to a translator."""

    original = Radios(
        _("In which language do you write the original?"),
        hint=_("The other language can wait: translators get it when you submit the post."),
        required=_("Choose the language of the original"),
        inline=True,
    )
    title_en = Text(_("Title in English"), max_length=150)
    description_en = LongText(_("Description in English"), hint=NO_NAMES, max_length=8000, rows=12, disclosed=False)
    title_ko = Text(_("Title in Korean"), max_length=150)
    description_ko = LongText(_("Description in Korean"), hint=NO_NAMES, max_length=8000, rows=12, disclosed=False)
    still_matches = Tick(
        _("The translation still says the same as the original"),
        hint=_("Tick this after a small correction, so that the translation does not count as out of date."),
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.original.choices = [
            SelectChoice(lang.value, str(label), render_kw={}) for lang, label in words.LANGUAGE.items()
        ]
        for name in ("title", "description"):
            for lang in Language:
                self[f"{name}_{lang}"].content_language = lang.value

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        messages = {
            ("title", "en"): _("Enter the title in English"),
            ("description", "en"): _("Enter the description in English"),
            ("title", "ko"): _("Enter the title in Korean"),
            ("description", "ko"): _("Enter the description in Korean"),
        }
        given = [
            self.complain(self.original.data == lang and not self[f"{name}_{lang}"].data, f"{name}_{lang}", message)
            for (name, lang), message in messages.items()
        ]
        return valid and all(given)

    def to_answer(self) -> answers.Texts:
        return answers.Texts(
            original=Language(self.original.data),
            title_en=self.title_en.data or "",
            description_en=self.description_en.data or "",
            title_ko=self.title_ko.data or "",
            description_ko=self.description_ko.data or "",
            still_matches=bool(self.still_matches.data),
        )


class TimingForm(StepForm):
    """Places and dates. `today` and `saved` are set by the page: a date that was saved before may lie in the past."""

    needs: ClassVar[dict[str, str]] = {
        "places": "places",
        "start_earliest": "start_earliest",
        "start_latest": "start_latest",
        "length": "length",
        "length_unit": "length",
        "working_pattern": "working_pattern",
        "closes_on": "closing_on",
    }
    places = Number(
        _("How many places are there?"), required=_("Enter how many places there are"), low=1, high=200, width=3
    )
    start_earliest = Day(_("Earliest start"), required=_("Enter the earliest start date"))
    start_latest = Day(_("Latest start"), required=_("Enter the latest start date"))
    length = Number(_("How long does it last?"), required=_("Enter how long it lasts"), low=1, high=1800, width=4)
    length_unit = Radios(_("Unit of the length"), required=_("Choose days, weeks or months"), inline=True, small=True)
    working_pattern = Radios(
        _("Is it full time or part time?"), required=_("Choose full time or part time"), inline=True
    )
    closes_on = Day(_("Closing date"), required=_("Enter the closing date"))

    today: date
    saved: Any = None

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.length_unit.choices = choices(words.UNIT)
        self.working_pattern.choices = choices(words.PATTERN)

    def _not_past(self, field: Any, message: Any) -> None:
        unchanged = self.saved is not None and getattr(self.saved, field.short_name) == field.data
        if field.data is not None and field.data < self.today and not unchanged:
            raise ValidationError(str(message))

    def validate_start_earliest(self, field: Any) -> None:
        self._not_past(field, _("The earliest start must be today or later"))

    def validate_start_latest(self, field: Any) -> None:
        first = self.start_earliest.data
        if field.data is not None and first is not None and field.data < first:
            raise ValidationError(str(_("The latest start must be the same as or after the earliest start")))
        self._not_past(field, _("The latest start must be today or later"))

    def validate_closes_on(self, field: Any) -> None:
        self._not_past(field, _("The closing date must be today or later"))
        last = self.start_latest.data
        if field.data is not None and last is not None and field.data > last:
            raise ValidationError(str(_("The closing date must be on or before the latest start")))

    def validate_length(self, field: Any) -> None:
        if field.data is not None and field.data > FIVE_YEARS.get(self.length_unit.data or "", FIVE_YEARS["days"]):
            raise ValidationError(str(_("The length must be five years or less")))

    def to_answer(self) -> answers.Timing:
        return answers.Timing(
            places=_whole(self.places.data),
            start_earliest=self.start_earliest.data,
            start_latest=self.start_latest.data,
            length=_whole(self.length.data),
            length_unit=LengthUnit(self.length_unit.data or LengthUnit.MONTHS),
            working_pattern=coded(WorkingPattern, self.working_pattern.data),
            closes_on=self.closes_on.data,
        )


class PlaceForm(StepForm):
    needs: ClassVar[dict[str, str]] = {"work_mode": "work_mode", "region_code": "region"}
    work_mode = Radios(_("How is the work done?"), required=_("Choose on site, remote, or both"))
    region_code = Select(
        _("Region"),
        hint=_("Leave this empty if all of the work is remote."),
        required=_("Choose the region where the work is done"),
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.work_mode.choices = choices(words.WORK_MODE)

    def prepare(self, required: frozenset[str]) -> None:
        super().prepare(required)
        if self.work_mode.data == WorkMode.REMOTE and "region" in required:
            self.region_code.validators = [Optional()]

    def to_answer(self) -> answers.Place:
        return answers.Place(coded(WorkMode, self.work_mode.data), self.region_code.data)


class LanguagesForm(StepForm):
    needs: ClassVar[dict[str, str]] = {"working_language": "working_language", "interpreter": "working_language"}
    working_language = Select(
        _("Working language"), required=_("Choose the working language"), hint=_("The language of most of the work.")
    )
    speaking_level = Select(_("Speaking level needed (optional)"), hint=_("Levels of the CEFR scale."))
    reading_level = Select(_("Reading level needed (optional)"))
    interpreter = YesNo(
        _("Will an interpreter be provided?"), required=_("Choose yes if an interpreter will be provided")
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.speaking_level.choices = self.reading_level.choices = choices(words.CEFR)
        for field in (self.speaking_level, self.reading_level):
            field.widget.options["blank"] = _("Not stated")

    def to_answer(self) -> answers.Languages:
        return answers.Languages(
            working_language=self.working_language.data,
            speaking_level=coded(Cefr, self.speaking_level.data),
            reading_level=coded(Cefr, self.reading_level.data),
            interpreter=self.interpreter.answer,
        )


class MoveForm(GovForm):
    """A change of state: a reason from the list where one is needed, and a note."""

    reason = Radios(_("Reason"), required=_("Choose a reason"))
    note = LongText(
        _("Note (optional)"),
        max_length=2000,
        rows=4,
    )
