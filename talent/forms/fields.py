"""Fields as our pages need them: each knows its macro, its hint and how to say what is wrong.

Every field takes `hint`, and `required` (the message shown when it is left empty; None makes it optional).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import wtforms
from wtforms.fields.choices import SelectChoice
from wtforms.utils import unset_value
from wtforms.validators import ValidationError

from talent.forms.validators import MaxLength, Optional, PlainText, Required, WorkEmail
from talent.forms.widgets import GovWidget
from talent.i18n import HTML_DATE_ORDER, _, current_language, local_number

Choices = Sequence[SelectChoice] | Callable[[], Sequence[SelectChoice]]


OFFICIAL_ONLY = _("OFFICIAL only; no system or operational detail.")
MAY_BE_DISCLOSED = _("It may be disclosed under freedom of information (정보공개).")


def _checks(required: Any, *more: Any) -> list[Any]:
    return [Required(required) if required is not None else Optional(), *more]


class Text(wtforms.StringField):
    """One line of text. `width` is a GOV.UK input width such as 10, 20 or two-thirds."""

    cleans_text = True
    one_line = True
    input_type = "text"

    def __init__(
        self,
        label: Any,
        *,
        hint: Any = "",
        required: Any = None,
        max_length: int = 200,
        width: Any = None,
        checks: Iterable[Any] = (),
        autocomplete: str | None = None,
        spellcheck: bool | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            label, _checks(required, PlainText(), MaxLength(max_length), *checks), description=hint, **kwargs
        )
        self.widget = GovWidget("input", width=width, autocomplete=autocomplete, spellcheck=spellcheck)


class Email(Text):
    input_type = "email"

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, max_length=254, checks=[WorkEmail()], autocomplete="email", spellcheck=False, **kwargs)


class Password(wtforms.PasswordField):
    def __init__(
        self, label: Any, *, hint: Any = "", required: Any = None, autocomplete: str = "current-password", **kwargs: Any
    ) -> None:
        super().__init__(label, _checks(required), description=hint, **kwargs)
        self.widget = GovWidget("password-input", autocomplete=autocomplete)


class LongText(wtforms.TextAreaField):
    """Several lines of text with a character count. Beside each stands what must not be written into it.

    `disclosed`: it is a reason or an answer, which may be given to somebody who asks; False for the text of a record.
    """

    cleans_text = True

    def __init__(
        self,
        label: Any,
        *,
        hint: Any = "",
        required: Any = None,
        max_length: int = 4000,
        rows: int = 5,
        disclosed: bool = True,
        checks: Iterable[Any] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(
            label, _checks(required, PlainText(), MaxLength(max_length), *checks), description=hint, **kwargs
        )
        self.widget = GovWidget("character-count", maxlength=max_length, rows=rows)
        self.cautions = (OFFICIAL_ONLY, MAY_BE_DISCLOSED) if disclosed else (OFFICIAL_ONLY,)


class Number(wtforms.Field):
    """A whole number, or one with decimals when `decimals` is true. What was typed is kept when it is no number."""

    def __init__(
        self,
        label: Any,
        *,
        hint: Any = "",
        required: Any = None,
        low: float = 0,
        high: float = 1_000_000,
        decimals: bool = False,
        width: Any = 4,
        suffix: Any = None,
        prefix_text: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, _checks(required), description=hint, **kwargs)
        self.low, self.high, self.decimals = low, high, decimals
        self.widget = GovWidget(
            "input", width=width, inputmode="decimal" if decimals else "numeric", suffix=suffix, prefix_text=prefix_text
        )

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        typed = str(valuelist[0]).strip().replace(",", "") if valuelist else ""
        if not typed:
            return
        try:
            number = Decimal(typed)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or len(typed) > 20 or (not self.decimals and number != number.to_integral_value()):
            kind = _("“%(label)s” must be a number") if self.decimals else _("“%(label)s” must be a whole number")
            raise ValueError(str(kind) % {"label": str(self.label.text)} if "%(label)s" in str(kind) else str(kind))
        if not self.low <= number <= self.high:
            raise ValueError(
                str(
                    _(
                        "“%(label)s” must be between %(low)s and %(high)s",
                        label=str(self.label.text),
                        low=local_number(self.low),
                        high=local_number(self.high),
                    )
                )
            )
        self.data = number if self.decimals else int(number)


class _Choosing:
    """Choices may be given as a callable, so that they are in the reader's language; wrong ids get our words."""

    label: Any
    choices: Any

    def wrong_choice(self) -> str:
        return str(_("Choose “%(label)s” from the list", label=str(self.label.text)))


class Select(_Choosing, wtforms.SelectField):
    """A drop-down. `blank` is the text of the empty first line."""

    def __init__(
        self,
        label: Any,
        *,
        choices: Choices = (),
        hint: Any = "",
        required: Any = None,
        blank: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            label,
            _checks(required),
            choices=choices,
            description=hint,
            coerce=_text_or_none,
            validate_choice=False,
            **kwargs,
        )
        self.blank = blank
        self.widget = GovWidget("select", blank=blank)

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in {str(choice.value) for choice in self.choices or ()}:
            raise ValidationError(self.wrong_choice())


class GroupedSelect(Select):
    """A drop-down in groups: `choices` is a list of (group label, [SelectChoice, …])."""

    def __init__(self, label: Any, *, choices: Any = (), **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.choices = choices() if callable(choices) else list(choices)  # WTForms itself knows groups only as a dict
        self.widget = GovWidget("grouped-select", blank=self.blank)

    def pre_validate(self, form: Any) -> None:
        known = {str(choice.value) for _label, group in self.choices or () for choice in group}
        if self.data and self.data not in known:
            raise ValidationError(self.wrong_choice())

    def iter_choices(self) -> Any:
        """Not used by our widget; groups are opened by it."""
        return iter(())


class Radios(Select):
    """One of a few, all visible. No choice is made beforehand. A choice may carry `render_kw={"hint": …}`."""

    def __init__(self, label: Any, *, inline: bool = False, small: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.widget = GovWidget("radios", inline=inline, small=small)


class YesNo(Radios):
    """Yes or no; `answer` is True, False or None."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        kwargs.setdefault("inline", True)
        super().__init__(
            label, choices=lambda: [SelectChoice("yes", str(_("Yes"))), SelectChoice("no", str(_("No")))], **kwargs
        )

    def process_data(self, value: Any) -> None:
        self.data = {True: "yes", False: "no"}.get(value, value if isinstance(value, str) else None)

    @property
    def answer(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.data or "")


class Checkboxes(_Choosing, wtforms.SelectMultipleField):
    """Any number of these."""

    def __init__(
        self,
        label: Any,
        *,
        choices: Choices = (),
        hint: Any = "",
        required: Any = None,
        small: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, _checks(required), choices=choices, description=hint, validate_choice=False, **kwargs)
        self.widget = GovWidget("checkboxes", small=small)

    def pre_validate(self, form: Any) -> None:
        known = {str(choice.value) for choice in self.choices or ()}
        if any(item not in known for item in self.data or ()):
            raise ValidationError(self.wrong_choice())


class Tick(wtforms.BooleanField):
    """One box to tick. `required` is the message shown when it is not ticked."""

    def __init__(self, label: Any, *, hint: Any = "", required: Any = None, **kwargs: Any) -> None:
        super().__init__(label, [Required(required)] if required is not None else [], description=hint, **kwargs)
        self.widget = GovWidget("tick")


class Day(wtforms.Field):
    """A day in three boxes, in the order the reader writes dates; also reads one ISO date under its own name."""

    def __init__(
        self, label: Any, *, hint: Any = "", required: Any = None, checks: Iterable[Any] = (), **kwargs: Any
    ) -> None:
        super().__init__(label, _checks(required, *checks), description=hint, **kwargs)
        self.widget = GovWidget("date-input")
        self.parts: dict[str, str] = {}
        self.bad_parts: tuple[str, ...] = ()

    def first_part(self) -> str:
        order = HTML_DATE_ORDER[current_language().value]
        return next((part for part in order if part in self.bad_parts), order[0])

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        if self.data is not None:
            self.parts = {"day": str(self.data.day), "month": str(self.data.month), "year": str(self.data.year)}
        if formdata is not None:
            self._read(formdata)

    def _read(self, formdata: Any) -> None:
        parts = {part: str(formdata.get(f"{self.name}-{part}", "")).strip()[:40] for part in ("day", "month", "year")}
        whole = str(formdata.get(self.name, "")).strip()
        if whole and not any(parts.values()):
            year, month, day = [*whole[:40].split("-"), "", "", ""][:3]
            parts = {"day": day, "month": month, "year": year}
        self.parts, self.data = parts, None
        self.raw_data = [value for value in parts.values() if value]
        missing = tuple(part for part, value in parts.items() if not value)
        if len(missing) == 3:
            return
        names = {"day": _("day"), "month": _("month"), "year": _("year")}
        if missing:
            self.bad_parts = missing
            listed = ", ".join(str(names[part]) for part in missing)
            self._fail(_("“%(label)s” must include: %(parts)s", label=str(self.label.text), parts=listed))
            return
        try:
            if not all(value.isdecimal() and len(value) <= 4 for value in parts.values()) or len(parts["year"]) != 4:
                raise ValueError
            self.data = date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
            if not 1900 <= self.data.year <= 2200:
                self.data = None
                raise ValueError
        except ValueError:
            self.bad_parts = ("day", "month", "year")
            self._fail(_("“%(label)s” must be a real date, like 27 3 2027", label=str(self.label.text)))

    def _fail(self, message: Any) -> None:
        self.process_errors.append(str(message))


def _text_or_none(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)
