"""Administrators' pages about runs of the matcher."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from talent.auth import policies
from talent.auth.guards import requires
from talent.extensions import db
from talent.i18n import _
from talent.matching import queries_runs, run_words, services, switch
from talent.matching.blueprint import bp
from talent.matching.for_you_routes import page_number


@bp.get("/runs")
@requires(policies.administrator)
def runs() -> ResponseReturnValue:
    page = page_number()
    rows, total = queries_runs.runs(db.session(), page)
    if page > 1 and not rows:
        abort(404)
    return render_template(
        "matching/runs.html",
        rows=rows,
        total=total,
        page=page,
        size=queries_runs.PAGE_SIZE,
        matcher_on=switch.is_enabled(db.session()),
        going_on=queries_runs.whole_run_going_on(db.session()),
        words=run_words,
    )


@bp.post("/runs")
@requires(policies.administrator)
def start_run() -> ResponseReturnValue:
    run = services.request_run(db.session(), actor=g.user, trigger=services.BUTTON)
    flash(_("Matching has been requested. It runs in the background."), "success")
    return redirect(url_for(".run", run_id=run.id))


@bp.get("/runs/<uuid:run_id>")
@requires(policies.administrator)
def run(run_id: UUID) -> ResponseReturnValue:
    found = queries_runs.run_page(db.session(), run_id)
    return render_template(
        "matching/run.html", found=found, run=found.run, settings=run_words.settings(found.run), words=run_words
    )
