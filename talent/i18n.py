"""Two languages: how one is chosen, lazy text, and names and dates in the reader's language.

Importable from services (it hides flask_babel from them).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import flask_babel
from flask import Flask, g, has_request_context, request, session
from flask_babel import force_locale, get_locale
from flask_babel.speaklater import LazyString

from models.types import Language

LANGUAGES = tuple(language.value for language in Language)
NATIVE_NAMES = {Language.EN: "English", Language.KO: "한국어"}
HTML_DATE_ORDER = {"en": ("day", "month", "year"), "ko": ("year", "month", "day")}


def _(message: str, **values: Any) -> LazyString:
    """Text put into the reader's language when it is shown. The English text is the key of the catalogue."""
    return flask_babel.lazy_gettext(message, **values)


def _n(singular: str, plural: str, num: int, **values: Any) -> LazyString:
    """Text that depends on a number; `%(num)s` is filled in."""
    return flask_babel.lazy_ngettext(singular, plural, num, **values)


def current_language() -> Language:
    """The language of the page or mail being made."""
    locale = get_locale()
    return Language(locale.language) if locale is not None and locale.language in LANGUAGES else Language.EN


def own_half(value: str) -> str:
    """The reader's half of a text written as "English / 한국어"; the whole text when it is not."""
    halves = value.split(" / ")
    return halves[current_language() is Language.KO] if len(halves) == 2 else value


@contextmanager
def in_language(language: Language | str) -> Iterator[None]:
    """Make text in this language, as for a mail to somebody else."""
    with force_locale(str(language)):
        yield


def choose_locale() -> str:
    """The account's language, else the one chosen on an earlier page, else the browser's."""
    if not has_request_context():
        return Language.EN.value
    user = g.get("user")
    if user is not None:
        return str(user.language)
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(LANGUAGES) or Language.EN.value


def local(record: Any, attribute: str = "name") -> str:
    """`record.<attribute>_en` or `_ko`, by the reader's language; empty for no record."""
    if record is None:
        return ""
    return str(getattr(record, f"{attribute}_{current_language()}"))


def local_person(person: Any) -> str:
    """A person's name for the reader: as written at home for a Korean reader, in Latin letters for an English one."""
    if person is None:
        return ""
    if getattr(person, "erased_at", None) is not None:
        return str(_("Deleted account"))
    return str(person.name_home if current_language() is Language.KO else person.name_romanised)


def local_date(value: date | datetime | None, style: str = "long") -> str:
    """A day as the reader writes it: 23 November 2026, 2026년 11월 23일. A moment is told in the given zone first."""
    if value is None:
        return ""
    return (
        flask_babel.format_date(value, _day_pattern(style), rebase=False)
        if not isinstance(value, datetime)
        else _day(value, style)
    )


def _day(value: datetime, style: str) -> str:
    return flask_babel.format_date(value.astimezone(_zone()).date(), _day_pattern(style), rebase=False)


def _day_pattern(style: str) -> str:
    """The pages' English is British: the day comes before the month."""
    british = {"long": "d MMMM y", "medium": "d MMM y"}
    return british.get(style, style) if current_language() is Language.EN else style


def local_datetime(value: datetime | None, zone: str | None = None) -> str:
    """A moment with its zone, in the reader's own zone unless another is named."""
    if value is None:
        return ""
    there = value.astimezone(ZoneInfo(zone) if zone else _zone())
    return flask_babel.format_datetime(
        there,
        "d MMMM y, HH:mm (VVV)" if current_language() is Language.EN else "y년 M월 d일 HH:mm(VVV)",
        rebase=False,
    )


def local_number(value: int | float | Decimal | None) -> str:
    return "" if value is None else flask_babel.format_decimal(value)


def local_list(parts: Iterable[Any]) -> str:
    """Several things in one line, between commas; between semicolons where one has a comma of its own."""
    words = [str(part) for part in parts]
    return ("; " if any("," in word for word in words) else ", ").join(words)


def local_money(value: Decimal | None, currency: str | None) -> str:
    if value is None or currency is None:
        return ""
    return flask_babel.format_currency(value, str(currency), None if value % 1 else "¤#,##0", currency_digits=False)


def own_zone() -> str:
    """The name of the reader's time zone."""
    return _zone().key


def _zone() -> ZoneInfo:
    return zone_of(g.get("user") if has_request_context() else None)


def zone_of(user: Any) -> ZoneInfo:
    """The time zone of somebody's organisation; London's for nobody."""
    organisation = getattr(user, "organisation", None)
    return ZoneInfo(organisation.time_zone if organisation is not None else "Europe/London")


def init_app(app: Flask) -> None:
    """Bind Babel and give templates their filters."""
    from talent.extensions import babel

    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", str(app.config["ROOT"] / "translations"))
    babel.init_app(app, locale_selector=choose_locale)
    app.add_template_filter(local, "local")
    app.add_template_filter(local_person, "person")
    app.add_template_filter(local_date, "date")
    app.add_template_filter(local_datetime, "moment")
    app.add_template_filter(local_number, "number")
    app.add_template_filter(local_money, "money")
    app.context_processor(
        lambda: {
            "language": current_language(),
            "other_language": current_language().other,
            "native_names": NATIVE_NAMES,
        }
    )
