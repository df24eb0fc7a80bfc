"""Changing dated data. History is never edited: a change is a new row from a day on, which ends the one before it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Dated, LawfulBasis, PrivacyNotice, User, utc_now
from models.types import Country
from talent.audit.services import record
from talent.auth.queries import administrators
from talent.db import transaction
from talent.errors import Forbidden, Invalid, TransitionRefused
from talent.framework import settings_queries as queries
from talent.framework.tables import Table
from talent.i18n import _, local_date
from talent.notifications.kinds import Kind, register
from talent.notifications.services import notify

Values = Mapping[str, Any]

register(
    "rule_changed",
    Kind(
        _("A rule or a text of the service has been changed"),
        _(
            "Another administrator changed one of the rules, lists or texts that the service uses. Check what it "
            "says, from when it applies, and its source."
        ),
        _("See the change"),
    ),
)


def add_row(
    session: Session,
    *,
    actor: User,
    table: Table,
    code: str,
    country: str,
    valid_from: date,
    valid_to: date | None = None,
    source: str,
    values: Values,
) -> Dated:
    """Add a row with a code of its own, or with a known code for a country that has none.

    Raises Forbidden for another country, Invalid for values that cannot be accepted.
    """
    _own_country(actor, country)
    with transaction(session):
        model = session.scalars(
            select(table.model).where(table.model.code == code).order_by(table.model.valid_from.desc()).limit(1)
        ).first()
        if table.known_codes_only and model is None:
            raise Invalid(fields={"code": _("Choose a code from the list")})
        _check(table, values, model if table.known_codes_only else None)
        _from_today(valid_from)
        _new_version(session, table, code, country, values)
        _no_overlap(session, table, code, country, valid_from, valid_to, besides=())
        carried = {name: getattr(model, name) for name in table.carried} if model is not None else {}
        made = _make(session, table, actor, code, country, valid_from, valid_to, source, {**carried, **values})
        session.add(made)
        _record(session, actor, "dated.add", made, table=table.slug, code=code, country=country)
        return made


def change_row(
    session: Session,
    *,
    actor: User,
    table: Table,
    row_id: UUID,
    valid_from: date,
    valid_to: date | None = None,
    source: str,
    values: Values,
) -> Dated:
    """Give a code new values from a day on. The row in force ends on that day; one still to come is corrected.

    Raises NotFound, Forbidden for another country, Invalid for values that cannot be accepted, TransitionRefused for
    a row that has ended.
    """
    with transaction(session):
        present = _editable(session, actor, table, row_id)
        _check(table, values, present)
        _from_today(valid_from)
        _new_version(session, table, present.code, present.country, values)
        if present.valid_from > utc_now().date():
            return _correct(session, actor, table, present, valid_from, valid_to, source, values)
        if valid_from <= present.valid_from:
            raise Invalid(fields={"valid_from": _("The present row began that day: choose a later day")})
        _no_overlap(session, table, present.code, present.country, valid_from, valid_to, besides=(present,))
        carried = {name: getattr(present, name) for name in table.carried}
        made = _make(
            session, table, actor, present.code, present.country, valid_from, valid_to, source, {**carried, **values}
        )
        _end(present, valid_from)
        session.add(made)
        _record(session, actor, "dated.change", made, table=table.slug, code=made.code, replaces=present.id)
        return made


def end_row(session: Session, *, actor: User, table: Table, row_id: UUID, on: date | None, source: str) -> Dated:
    """End a row: `on` is the first day on which it no longer applies. One still to come is taken back (`on` None).

    Raises NotFound, Forbidden, Invalid, and TransitionRefused for a row that has ended or that the service needs.
    """
    with transaction(session):
        present = _editable(session, actor, table, row_id)
        if not table.may_end(present):
            raise TransitionRefused(_("The service needs this row. Change it instead."))
        coming = present.valid_from > utc_now().date()
        day = present.valid_from if coming else on
        if day is None:
            raise Invalid(fields={"on": _("Enter the first day on which it no longer applies")})
        if not coming:
            if day < utc_now().date():
                raise Invalid(fields={"on": _("The day must be today or later")})
            if present.valid_to is not None and day > present.valid_to:
                raise Invalid(fields={"on": _("It already ends on %(day)s", day=local_date(present.valid_to))})
        before = _followed(session, table, present) if coming else None
        if before is not None:
            before.valid_to = present.valid_to
        _end(present, day)
        present.source = f"{present.source}\n{source}"
        present.edited_by_id = actor.id
        _record(session, actor, "dated.end", present, table=table.slug, code=present.code, on=day.isoformat())
        return present


def _correct(
    session: Session,
    actor: User,
    table: Table,
    coming: Dated,
    valid_from: date,
    valid_to: date | None,
    source: str,
    values: Values,
) -> Dated:
    """Rewrite a row that has never been in force; the row it follows goes on until the new day."""
    before = _followed(session, table, coming)
    besides = (coming,) if before is None else (coming, before)
    _no_overlap(session, table, coming.code, coming.country, valid_from, valid_to, besides=besides)
    if before is not None:
        if valid_from <= before.valid_from:
            raise Invalid(fields={"valid_from": _("The present row began that day: choose a later day")})
        before.valid_to, before.from_file = valid_from, False
    for name, value in {**values, "valid_from": valid_from, "valid_to": valid_to, "source": source}.items():
        setattr(coming, name, value)
    coming.from_file, coming.edited_by_id = False, actor.id
    _record(session, actor, "dated.correct", coming, table=table.slug, code=coming.code)
    return coming


def _followed(session: Session, table: Table, coming: Dated) -> Dated | None:
    """The row that ends on the day on which `coming` begins."""
    return session.scalar(
        select(table.model).where(
            table.model.code == coming.code,
            table.model.country == coming.country,
            table.model.valid_to == coming.valid_from,
            table.model.valid_from < coming.valid_from,
        )
    )


def _editable(session: Session, actor: User, table: Table, row_id: UUID) -> Dated:
    row = queries.row_to_edit(session, actor, table, row_id)
    session.refresh(row, with_for_update=True)
    return row


def _own_country(actor: User, country: str) -> None:
    if not queries.may_edit_country(actor, country):
        raise Forbidden(queries.OTHER_COUNTRY)


def _check(table: Table, values: Values, before: Dated | None) -> None:
    problems = table.check(values, before)
    if problems:
        raise Invalid(fields=problems)


def _new_version(session: Session, table: Table, code: str, country: str, values: Values) -> None:
    """Who agreed to a version agreed to its text: no later text takes the version over, not even one that was ended."""
    model: Any = table.model
    if model not in (LawfulBasis, PrivacyNotice):
        return
    same = model.purpose == values["purpose"] if model is LawfulBasis else model.code == code
    used = select(model.id).where(same, model.country == country, model.notice_version == values["notice_version"])
    if session.scalar(used.limit(1)) is not None:
        raise Invalid(fields={"notice_version": _("Give the changed text a new version")})


def _from_today(valid_from: date) -> None:
    if valid_from < utc_now().date():
        raise Invalid(
            fields={"valid_from": _("The day must be today or later: what was in force before stays as it was")}
        )


def _no_overlap(
    session: Session,
    table: Table,
    code: str,
    country: str,
    valid_from: date,
    valid_to: date | None,
    *,
    besides: tuple[Dated, ...],
) -> None:
    if valid_to is not None and valid_to <= valid_from:
        raise Invalid(fields={"valid_to": _("The end must be after the beginning")})
    model = table.model
    others = session.scalars(
        select(model).where(model.code == code, model.country == country).order_by(model.valid_from).with_for_update()
    ).all()
    for other in others:
        taken_back = other.valid_from == other.valid_to
        begins_in_time = other.valid_to is None or valid_from < other.valid_to
        ends_in_time = valid_to is None or other.valid_from < valid_to
        if begins_in_time and ends_in_time and not taken_back and other not in besides:
            day = local_date(other.valid_from)
            text = _("Another row with this code applies from %(day)s: choose other days, or change that row", day=day)
            raise Invalid(fields={"valid_from": text})


def _end(row: Dated, on: date) -> None:
    row.valid_to = on if row.valid_to is None else min(row.valid_to, on)
    row.from_file = False  # what an administrator decided is not undone by loading the files again


def _make(
    session: Session,
    table: Table,
    actor: User,
    code: str,
    country: str,
    valid_from: date,
    valid_to: date | None,
    source: str,
    values: Values,
) -> Dated:
    model = table.model
    same_day = (model.code == code, model.country == country, model.valid_from == valid_from)
    row = session.scalar(select(model).where(*same_day)) or model()  # one taken back leaves its day to the new one
    if row.id is not None and row.valid_from <= utc_now().date():
        raise Invalid(fields={"valid_from": _("A row with this code began and ended that day: choose a later day")})
    given = {"code": code, "country": country, "valid_from": valid_from, "valid_to": valid_to, "source": source}
    for name, value in {**values, **given}.items():
        setattr(row, name, value)
    row.from_file, row.edited_by_id = False, actor.id
    return row


def _record(session: Session, actor: User, action: str, row: Any, **details: Any) -> None:
    record(session, actor, action, row, **details)
    others = {person.id: person for country in Country for person in administrators(session, country)}
    for person in others.values():
        if person.id != actor.id:
            args = {"slug": details["table"], "row_id": row.id}
            notify(session, person, "rule_changed", endpoint="dated.row", endpoint_args=args)
