"""Entering the facts of the transparency record."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models import TransparencyFact, User, utc_now
from talent.errors import Invalid
from talent.framework import settings_services
from talent.framework.dated import row_in_force
from talent.framework.tables import TABLES
from talent.i18n import _
from talent.insights.facts import FACTS


def enter_fact(
    session: Session, actor: User, code: str, country: str, *, value_en: str, value_ko: str, source: str
) -> TransparencyFact:
    """Give a fact its value from today on; the earlier value stays in its history.

    Raises Invalid for a fact the record does not have or an empty value, Forbidden for another country's.
    """
    row = row_in_force(session, TransparencyFact, code, country=country)
    if row is None or row.country != country or all((fact.code, fact.country) != (code, country) for fact in FACTS):
        raise Invalid(fields={"code": _("Choose a code from the list")})
    if not value_en.strip() or not value_ko.strip():
        raise Invalid(fields={"value": _("Enter the value in both languages")})
    made = settings_services.change_row(
        session,
        actor=actor,
        table=TABLES["transparency-facts"],
        row_id=row.id,
        valid_from=utc_now().date(),
        source=source,
        values={"value_en": value_en.strip(), "value_ko": value_ko.strip(), "position": row.position},
    )
    assert isinstance(made, TransparencyFact)
    return made
