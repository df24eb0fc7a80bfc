"""Imports as administrators see them: what came, what was refused and why, what is to complete."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from talent.auth import policies
from talent.auth.guards import requires
from talent.exchange import completeness, queries, rows
from talent.extensions import db

bp = Blueprint("imports", __name__, url_prefix="/imports")


@bp.get("")
@requires(policies.administrator)
def index() -> ResponseReturnValue:
    page = _page()
    batches, total = queries.batches(db.session(), g.user, page)
    return render_template("imports/index.html", batches=batches, page=page, total=total, size=queries.PAGE_SIZE)


@bp.get("/<uuid:batch_id>")
@requires(policies.administrator)
def batch(batch_id: UUID) -> ResponseReturnValue:
    page = _page()
    found, organisation = queries.batch(db.session(), g.user, batch_id)
    lines, total = queries.rows_to_look_at(db.session(), batch_id, page)
    return render_template(
        "imports/batch.html",
        batch=found,
        organisation=organisation,
        lines=lines,
        page=page,
        total=total,
        size=queries.PAGE_SIZE,
        reasons=rows.REASONS,
        to_complete=completeness.TO_COMPLETE,
    )


def _page() -> int:
    value = request.args.get("page", "1")
    return max(1, int(value)) if value.isdecimal() and len(value) < 7 else 1
