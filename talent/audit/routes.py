"""The record of who did what, for administrators: codes and ids, no names."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from talent.audit import queries, services
from talent.audit.action_words import ACTIONS
from talent.audit.forms import ExportForm, SearchForm
from talent.audit.queries import Wanted
from talent.audit.words import group_words
from talent.auth import policies
from talent.auth.guards import requires
from talent.errors import Invalid
from talent.exports import csv_download
from talent.extensions import db
from talent.i18n import own_zone

bp = Blueprint("audit", __name__, url_prefix="/audit")
HEADER = (
    "number",
    "at",
    "actor_kind",
    "actor_id",
    "address",
    "action",
    "subject_type",
    "subject_id",
    "person_id",
    "request_id",
    "details",
    "chain_hash",
)


@bp.get("/")
@requires(policies.administrator)
def entries() -> ResponseReturnValue:
    form, wanted = _search()
    asked = request.args.get("page", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 7 else 1
    found = queries.entries(db.session(), g.user, wanted, number) if wanted is not None else None
    return render_template("audit/entries.html", form=form, found=found, in_words=group_words, action_words=ACTIONS)


@bp.get("/export")
@requires(policies.administrator)
def export() -> ResponseReturnValue:
    form, wanted = _search()
    return _export_page(form, ExportForm(), wanted)


@bp.post("/export")
@requires(policies.administrator)
def send_export() -> ResponseReturnValue:
    search, wanted = _search()
    form = ExportForm()
    if wanted is None or not form.validate_on_submit():
        return _export_page(search, form, wanted), 400
    try:
        rows = services.export_entries(
            db.session(), actor=g.user, wanted=wanted, reason=form.reason.data, filters=search.address_args()
        )
    except Invalid as error:
        form.add_errors(error.fields)
        return _export_page(search, form, wanted), 400
    return csv_download("audit", HEADER, rows)


def _search() -> tuple[SearchForm, Wanted | None]:
    """The filters of the address, and what they mean; None when one of them cannot be read."""
    form = SearchForm(db.session(), request.args)
    return form, form.to_wanted(own_zone()) if form.validate() else None


def _export_page(search: SearchForm, form: ExportForm, wanted: Wanted | None) -> str:
    total = queries.entries(db.session(), g.user, wanted).total if wanted is not None else 0
    return render_template(
        "audit/export.html", search=search, form=form if wanted is not None else search, reason=form, total=total
    )
