"""Reading dated data as administrators see it: in force, coming and ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models import Dated, User, utc_now
from talent.errors import Forbidden, NotFound, TransitionRefused
from talent.framework.tables import TABLES, Table
from talent.i18n import _

OTHER_COUNTRY = _("Administrators change the rows of their own country and those for both countries.")


@dataclass(frozen=True)
class Rows:
    """Rows of one table by their place in time, seen from today."""

    in_force: Sequence[Dated]
    coming: Sequence[Dated]
    ended: Sequence[Dated]


def table(slug: str) -> Table:
    """The description of a table. Raises NotFound."""
    if slug not in TABLES:
        raise NotFound
    return TABLES[slug]


def counts_in_force(session: Session) -> dict[str, int]:
    """How many rows of each table are in force today; one statement for all."""
    today = utc_now().date()
    counts = [
        select(func.count())
        .select_from(entry.model)
        .where(entry.model.valid_from <= today, or_(entry.model.valid_to.is_(None), entry.model.valid_to > today))
        .scalar_subquery()
        for entry in TABLES.values()
    ]
    return dict(zip(TABLES, session.execute(select(*counts)).one(), strict=True))


def rows(session: Session, table: Table) -> Rows:
    """All rows of a table, in the order of the lists they fill; those that ended, newest first."""
    today = utc_now().date()
    model = table.model
    found = session.scalars(select(model).order_by(model.position, model.code, model.country, model.valid_from)).all()
    ended = [row for row in found if has_ended(row, today)]
    return Rows(
        in_force=[row for row in found if row.in_force(today)],
        coming=[row for row in found if row.valid_from > today and row not in ended],
        ended=sorted(ended, key=lambda row: row.valid_to or today, reverse=True),
    )


def has_ended(row: Dated, today: date) -> bool:
    """True for a row that applies neither today nor later; one taken back before its first day among them."""
    return row.valid_to is not None and (row.valid_to <= today or row.valid_to == row.valid_from)


def row(session: Session, table: Table, row_id: UUID) -> Dated:
    """One row of a table. Raises NotFound."""
    found = session.get(table.model, row_id)
    if found is None:
        raise NotFound
    return found


def history(session: Session, table: Table, row: Dated) -> Sequence[Dated]:
    """Every row with this code in this country, newest first."""
    model = table.model
    return session.scalars(
        select(model)
        .where(model.code == row.code, model.country == row.country)
        .order_by(model.valid_from.desc(), model.id)
    ).all()


def known_codes(session: Session, table: Table) -> Sequence[str]:
    """Codes the table has had."""
    model = table.model
    return session.scalars(select(model.code).distinct().order_by(model.code)).all()


def row_to_edit(session: Session, actor: User, table: Table, row_id: UUID) -> Dated:
    """One row that the actor may change now.

    Raises NotFound, Forbidden for another country's row, TransitionRefused for a row that has ended.
    """
    found = row(session, table, row_id)
    if not may_edit_country(actor, found.country):
        raise Forbidden(OTHER_COUNTRY)
    if has_ended(found, utc_now().date()):
        raise TransitionRefused(_("This row has ended. Add a new one instead."))
    return found


def may_edit_country(actor: User, country: str) -> bool:
    """Administrators edit the rows of their own country and those for both."""
    countries = {known.value for known in actor.administered_countries}
    return bool(countries) and (not country or country in countries)
