"""Reading dated data: which rule, reason or list entry is in force in a country on a day.

A row of a country comes before a row for both countries with the same code.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import ApprovalStep, Dated, ExchangeKind, LengthRule, Reason, RetentionRule, ServiceRule, utc_now
from models.types import Answer, Country, Decider, Side
from talent.errors import Invalid, NotFound
from talent.i18n import _

Row = TypeVar("Row", bound=Dated)


def rows_in_force(
    session: Session, model: type[Row], *, country: Country | str | None = None, on: date | None = None
) -> list[Row]:
    """Rows in force on a day (today in UTC when none is given), by position and code.

    With `country`, rows of that country and rows for both; a code given for the country hides the one for both.
    """
    day = on or utc_now().date()
    statement = select(model).where(model.valid_from <= day, or_(model.valid_to.is_(None), model.valid_to > day))
    if country is not None:
        statement = statement.where(model.country.in_(("", str(country))))
    rows = session.scalars(statement.order_by(model.position, model.code, model.country, model.valid_from)).all()
    if country is None:
        return list(rows)
    own = {row.code for row in rows if row.country}
    return [row for row in rows if row.country or row.code not in own]


def row_in_force(
    session: Session, model: type[Row], code: str, *, country: Country | str | None = None, on: date | None = None
) -> Row | None:
    """The row of this code in force; that of the country before that for both. None when there is none."""
    day = on or utc_now().date()
    statement = select(model).where(
        model.code == code, model.valid_from <= day, or_(model.valid_to.is_(None), model.valid_to > day)
    )
    if country is not None:
        statement = statement.where(model.country.in_(("", str(country))))
    found: Sequence[Row] = session.scalars(statement.order_by(model.country.desc(), model.valid_from.desc())).all()
    return found[0] if found else None


def kind(session: Session, code: str | None, *, on: date | None = None) -> ExchangeKind | None:
    """The kind of exchange with this code, in force on a day."""
    return row_in_force(session, ExchangeKind, code, on=on) if code else None


def reasons(
    session: Session, decider: Decider | str, answer: Answer | str, *, country: Country | str | None = None
) -> list[Reason]:
    """Reasons that may be given today for this answer of this decider (or move, such as `post_cancel`)."""
    rows = rows_in_force(session, Reason, country=country)
    return [row for row in rows if row.decider == str(decider) and str(answer) in row.answers]


def reason(
    session: Session,
    code: str | None,
    decider: Decider | str,
    answer: Answer | str,
    *,
    note: str = "",
    country: Country | str | None = None,
) -> Reason:
    """The reason with this code, if it may be given today for this answer.

    Raises Invalid for another code, and for an empty note where the reason needs one.
    """
    found = {row.code: row for row in reasons(session, decider, answer, country=country)}.get(code or "")
    if found is None:
        raise Invalid(fields={"reason": _("Choose a reason from the list")})
    if found.note_required and not note.strip():
        raise Invalid(fields={"note": _("Explain the reason in a note")})
    return found


def rule_number(session: Session, code: str, *, country: Country | str | None = None) -> int:
    """The whole number of a service rule in force today. Raises NotFound when no rule has one."""
    row = row_in_force(session, ServiceRule, code, country=country)
    if row is None or not row.value.isdecimal():
        raise NotFound
    return int(row.value)


def kept_days(session: Session, record: str, *, country: Country | str | None = None) -> int:
    """For how many days records of this kind are kept. Raises NotFound when no rule is in force."""
    row = row_in_force(session, RetentionRule, record, country=country)
    if row is None:
        raise NotFound
    return row.keep_days


def approval_steps(
    session: Session, *, side: Side | str, country: Country | str, kind: str, months: float | None
) -> list[ApprovalStep]:
    """Steps that one side records before its yes counts, for a kind of exchange and a length in months."""
    rows = rows_in_force(session, ApprovalStep, country=country)
    return [row for row in rows if row.side == str(side) and row.applies_to(kind, months)]


def length_hints(
    session: Session, *, country: Country | str, kind: str | None, months: float | None, shown_at: str
) -> list[LengthRule]:
    """What a length means in a country, as shown beside the field (`post`) or on release (`release`).

    Without a length, every rule that could apply to the kind.
    """
    return [
        row for row in rows_in_force(session, LengthRule, country=country) if _hint_applies(row, kind, months, shown_at)
    ]


def _hint_applies(row: LengthRule, kind: str | None, months: float | None, shown_at: str) -> bool:
    if shown_at not in row.shown_at or (row.kinds and kind is not None and kind not in row.kinds):
        return False
    if months is None:
        return True
    bounds: tuple[Any, Any] = (row.from_months, row.below_months)
    return (bounds[0] is None or months >= bounds[0]) and (bounds[1] is None or months < bounds[1])
