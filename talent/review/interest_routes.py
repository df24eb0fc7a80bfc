"""Declaring an interest in a post or in a masked person."""

from __future__ import annotations

from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from talent.auth import policies
from talent.auth.guards import requires
from talent.errors import Invalid
from talent.extensions import db
from talent.i18n import _
from talent.matching import queries as matching
from talent.matching import sides
from talent.review import interests, queries
from talent.review.blueprint import bp
from talent.review.forms import InterestForm

DECLARED = _("Your interest is recorded. Others look at it and decide.")


@bp.route("/posts/<uuid:opportunity_id>/interest", methods=["GET", "POST"])
@requires(policies.administrator)
def interest_in_post(opportunity_id: UUID) -> ResponseReturnValue:
    session, form = db.session(), InterestForm()
    if request.method == "POST" and form.validate():
        try:
            interests.declare_in_post(session, actor=g.user, opportunity_id=opportunity_id, note=form.note.data or "")
        except Invalid as error:
            form.add_errors(error.fields)
        else:
            flash(str(DECLARED), "success")
            return redirect(url_for("matching.queue"))
    post = queries.post_for(session, g.user, opportunity_id)
    return render_template("review/interest.html", form=form, post=post, suggestion=None)


@bp.route("/people/<uuid:suggestion_id>/interest", methods=["GET", "POST"])
@requires(policies.administrator)
def interest_in_person(suggestion_id: UUID) -> ResponseReturnValue:
    session, form = db.session(), InterestForm()
    if request.method == "POST" and form.validate():
        try:
            interests.declare_in_person(session, actor=g.user, suggestion_id=suggestion_id, note=form.note.data or "")
        except Invalid as error:
            form.add_errors(error.fields)
        else:
            flash(str(DECLARED), "success")
            return redirect(url_for("matching.queue"))
    suggestion = matching.suggestion_for_administrator(session, g.user, suggestion_id)
    title = sides.title_of(suggestion)
    return render_template(
        "review/interest.html", form=form, post=suggestion.opportunity, suggestion=suggestion, title=title
    )
