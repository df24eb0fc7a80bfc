"""The report on how reviews go."""

from __future__ import annotations

from flask import g, render_template
from flask.typing import ResponseReturnValue

from talent.auth import policies
from talent.auth.guards import requires
from talent.extensions import db
from talent.matching.explanations import BandView
from talent.review import report as figures
from talent.review.blueprint import bp


@bp.get("/report")
@requires(policies.administrator)
def report() -> ResponseReturnValue:
    return render_template("review/report.html", report=figures.report(db.session(), g.user), band_of=BandView.of)
