"""Checks with messages that say what to do."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from wtforms import Form
from wtforms.fields import Field
from wtforms.validators import StopValidation, ValidationError

from talent.i18n import _, local_number

# Broken bytes arrive in two ways: as U+FFFD, or, in a form sent the usual way, as their percent-encoding. Of the second
# only lone surrogates (%ED%A0%80 to %ED%BF%BF) are looked for: nobody types those, and "100%" must stay possible.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\ud800-\udfff\ufffd-\uffff]|%ED%[AB][0-9A-F]%[89AB][0-9A-F]")
# "=?" would begin an encoded word: a mail program that decodes it sends to another address than the one checked.
EMAIL = re.compile(
    r"(?!.*=\?)"
    r"[^@\x00-\x20\x7f-\xa0\s,;:<>\"()\[\]\\]{1,64}@[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?)+",
    re.I,
)


class Required:
    """Something must be filled in or chosen; `message` says what."""

    field_flags = {"required": True}

    def __init__(self, message: Any) -> None:
        self.message = message

    def __call__(self, form: Form, field: Field) -> None:
        if field.errors:  # not readable as what was asked: that message says more
            raise StopValidation
        if field.data is None or field.data == "" or field.data == [] or (field.data is False):
            raise StopValidation(str(self.message))


class Optional:
    """Stop quietly when nothing was filled in."""

    def __call__(self, form: Form, field: Field) -> None:
        raw = getattr(field, "raw_data", None)
        if field.errors:
            raise StopValidation
        if (field.data is None or field.data in ("", [])) and not (raw and any(str(part).strip() for part in raw)):
            raise StopValidation


class PlainText:
    """No control characters and no broken characters: they cannot be shown or kept."""

    def __call__(self, form: Form, field: Field) -> None:
        if field.data and CONTROL.search(field.data):
            raise StopValidation(
                str(_("Remove characters that cannot be shown from “%(label)s”", label=str(field.label.text)))
            )


class MaxLength:
    """At most so many characters."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, form: Form, field: Field) -> None:
        if field.data and len(field.data) > self.limit:
            raise StopValidation(
                str(
                    _(
                        "“%(label)s” must be %(limit)s characters or fewer; it has %(length)s",
                        label=str(field.label.text),
                        limit=local_number(self.limit),
                        length=local_number(len(field.data)),
                    )
                )
            )


class WorkEmail:
    """Looks like an address; whether mail arrives is shown by confirming it."""

    def __call__(self, form: Form, field: Field) -> None:
        if field.data and (len(field.data) > 254 or not EMAIL.fullmatch(field.data)):
            raise ValidationError(str(_("Enter an email address in the correct format, like name@example.com")))


class NotBefore:
    """Not before a day: a date, a callable that gives one, or the name of another field."""

    def __init__(self, earliest: Any, message: Any) -> None:
        self.earliest = earliest
        self.message = message

    def __call__(self, form: Form, field: Field) -> None:
        bound = self.earliest
        if isinstance(bound, str):
            bound = form[bound].data
        elif callable(bound):
            bound = bound()
        if isinstance(bound, date) and field.data is not None and field.data < bound:
            raise ValidationError(str(self.message))


class Between:
    """A number from `low` to `high`."""

    def __init__(self, low: float, high: float, message: Any) -> None:
        self.low, self.high, self.message = low, high, message

    def __call__(self, form: Form, field: Field) -> None:
        if field.data is not None and not self.low <= field.data <= self.high:
            raise ValidationError(str(self.message))
