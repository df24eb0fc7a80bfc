"""Dated data: administrators see what is in force, was and will be, and change it from a day on."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models import Dated, utc_now
from talent.auth import policies
from talent.auth.guards import requires
from talent.errors import Invalid
from talent.extensions import db
from talent.framework import labels
from talent.framework import settings_queries as queries
from talent.framework import settings_services as services
from talent.framework.settings_forms import EndForm, form_for, period, shown, start_values
from talent.framework.tables import TABLES, Table
from talent.i18n import _, local

bp = Blueprint("dated", __name__, url_prefix="/settings")
HANGUL = re.compile("[가-힣]")


@bp.get("/")
@requires(policies.administrator)
def index() -> ResponseReturnValue:
    return render_template("dated/index.html", tables=TABLES.values(), counts=queries.counts_in_force(db.session()))


@bp.get("/<slug>")
@requires(policies.administrator)
def table(slug: str) -> ResponseReturnValue:
    found = queries.table(slug)
    return _page("dated/table.html", found, rows=queries.rows(db.session(), found))


@bp.get("/<slug>/<uuid:row_id>")
@requires(policies.administrator)
def row(slug: str, row_id: UUID) -> ResponseReturnValue:
    found = queries.table(slug)
    present = queries.row(db.session(), found, row_id)
    return _page(
        "dated/row.html",
        found,
        row=present,
        history=queries.history(db.session(), found, present),
        open=not queries.has_ended(present, utc_now().date()),
    )


@bp.route("/<slug>/add", methods=["GET", "POST"])
@requires(policies.administrator)
def add(slug: str) -> ResponseReturnValue:
    found = queries.table(slug)
    form = form_for(found, adding=True)()
    if form.validate_on_submit():
        country = "" if form["country"].data == "both" else form["country"].data
        try:
            made = services.add_row(
                db.session(),
                actor=g.user,
                table=found,
                code=form["code"].data,
                country=country,
                **_common(form),
            )
        except Invalid as problem:
            form.add_errors(problem.fields)
        else:
            flash(str(_("Added")), "success")
            return redirect(url_for(".row", slug=slug, row_id=made.id))
    return _page("dated/edit.html", found, form=form, row=None)


@bp.route("/<slug>/<uuid:row_id>/change", methods=["GET", "POST"])
@requires(policies.administrator)
def change(slug: str, row_id: UUID) -> ResponseReturnValue:
    found = queries.table(slug)
    present = queries.row_to_edit(db.session(), g.user, found, row_id)
    form = form_for(found, adding=False)(**start_values(found, present))
    if form.validate_on_submit():
        try:
            made = services.change_row(db.session(), actor=g.user, table=found, row_id=row_id, **_common(form))
        except Invalid as problem:
            form.add_errors(problem.fields)
        else:
            flash(str(_("The change is saved")), "success")
            return redirect(url_for(".row", slug=slug, row_id=made.id))
    return _page("dated/edit.html", found, form=form, row=present)


@bp.route("/<slug>/<uuid:row_id>/end", methods=["GET", "POST"])
@requires(policies.administrator)
def end(slug: str, row_id: UUID) -> ResponseReturnValue:
    found = queries.table(slug)
    present = queries.row_to_edit(db.session(), g.user, found, row_id)
    form = EndForm()
    if form.validate_on_submit():
        try:
            services.end_row(
                db.session(), actor=g.user, table=found, row_id=row_id, on=form.on.data, source=form.source.data
            )
        except Invalid as problem:
            form.add_errors(problem.fields)
        else:
            flash(str(_("The end is saved")), "success")
            return redirect(url_for(".row", slug=slug, row_id=row_id))
    coming = present.valid_from > utc_now().date()
    return _page("dated/end.html", found, form=form, row=present, coming=coming)


def _common(form: Any) -> dict[str, Any]:
    return {
        "valid_from": form.valid_from.data,
        "valid_to": form.valid_to.data,
        "source": form.source.data,
        "values": form.values(),
    }


def _page(template: str, table: Table, **context: Any) -> ResponseReturnValue:
    def called(row: Dated) -> str:
        return local(row, table.called)

    return render_template(
        template,
        table=table,
        called=called,
        period=period,
        shown=shown,
        language_of=language_of,
        countries=labels.COUNTRIES,
        may_edit=lambda row: queries.may_edit_country(g.user, row.country),
        **context,
    )


def language_of(text: str) -> str:
    """The language a source is written in: sources are kept as the administrators wrote them."""
    return "ko" if HANGUL.search(text) else "en"
