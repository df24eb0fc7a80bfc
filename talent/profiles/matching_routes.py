"""The page on which a person opts out of matching by computer, or back in."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from talent.auth import policies
from talent.auth.guards import requires
from talent.extensions import db
from talent.i18n import _
from talent.profiles import queries
from talent.profiles.blueprint import bp
from talent.profiles.forms import MatchingForm
from talent.profiles.matching_choice import choose_matching


@bp.route("/matching", methods=["GET", "POST"])
@requires(policies.civil_servant)
def matching_choice() -> ResponseReturnValue:
    session = db.session()
    profile = queries.own_profile(session, g.user)
    form = MatchingForm(takes_part=profile.matching_opted_out_at is None) if request.method == "GET" else MatchingForm()
    if form.validate_on_submit():
        choose_matching(session, g.user, takes_part=bool(form.takes_part.answer))
        told = _("You take part in matching.") if form.takes_part.answer else _("You no longer take part in matching.")
        flash(str(told), "success")
        return redirect(url_for(".task_list"))
    return render_template("profiles/matching_choice.html", form=form, profile=profile)
