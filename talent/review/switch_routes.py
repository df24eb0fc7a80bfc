"""Turning the matcher off and on again, with a reason."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from talent.auth import policies
from talent.auth.guards import requires
from talent.errors import Invalid
from talent.extensions import db
from talent.i18n import _
from talent.matching import services, switch
from talent.review.blueprint import bp
from talent.review.forms import SwitchForm


@bp.route("/matcher", methods=["GET", "POST"])
@requires(policies.administrator)
def matcher() -> ResponseReturnValue:
    """Whether the matcher is on, why, and the form that turns it the other way."""
    session, form = db.session(), SwitchForm()
    if request.method == "POST" and form.validate():
        wanted = request.form.get("turn") == "on"
        try:
            services.turn_matcher(session, actor=g.user, enabled=wanted, reason=form.reason.data or "")
        except Invalid as error:
            form.add_errors(error.fields)
        else:
            told = (
                _("The matcher is on, and a full run has been requested.")
                if wanted
                else _("The matcher is off. Administrators of both countries are told.")
            )
            flash(str(told), "success")
            return redirect(url_for(".matcher"))
    return render_template(
        "review/matcher.html", form=form, is_on=switch.is_enabled(session), rows=switch.history(session)
    )
