"""Why a post was not suggested: from the post itself, and from a list of posts in "My data"."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import abort, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from talent.auth import policies
from talent.auth.guards import requires
from talent.errors import Invalid
from talent.extensions import db
from talent.privacy import contests, why_not
from talent.privacy.blueprint import bp
from talent.privacy.forms import ContestForm
from talent.privacy.held_matching import post_title
from talent.privacy.my_data_routes import page_number
from talent.throttle import Limit, limited

QUESTIONS = Limit("asking why not", tries=120, window=timedelta(hours=1), longest_wait=timedelta(hours=1))


@bp.get("/why-not")
@requires(policies.civil_servant)
def why_nots() -> ResponseReturnValue:
    """Published posts, to ask about one."""
    page = page_number()
    rows, total = why_not.published(db.session(), page)
    if page > 1 and not rows:
        abort(404)
    return render_template(
        "privacy/why_nots.html",
        posts=[(row, post_title(row)) for row in rows],
        page=page,
        total=total,
        size=why_not.PAGE,
    )


@bp.get("/why-not/<uuid:opportunity_id>")
@requires(policies.civil_servant)
@limited(QUESTIONS, by=lambda: g.user.id, methods=frozenset({"GET"}))
def why_not_suggested(opportunity_id: UUID) -> ResponseReturnValue:
    """The coded answer for one post. Noted as evidence, like a visit; no record changes."""
    found = why_not.why_not(db.session(), g.user, opportunity_id)
    return render_template("privacy/why_not.html", found=found, title=post_title(found.post))


@bp.route("/why-not/<uuid:opportunity_id>/contest", methods=["GET", "POST"])
@requires(policies.civil_servant)
def contest_absence(opportunity_id: UUID) -> ResponseReturnValue:
    """Ask for somebody to look at why no suggestion was made."""
    session = db.session()
    post = why_not.published_post(session, g.user, opportunity_id)
    form = ContestForm()
    if form.validate_on_submit():
        try:
            made = contests.contest_absence(
                session, actor=g.user, opportunity_id=opportunity_id, words=form.words.data or ""
            )
        except Invalid as problem:
            form.add_errors(problem.fields)
        else:
            return redirect(url_for(".contest", contest_id=made.id))
    back = url_for(".why_not_suggested", opportunity_id=opportunity_id)
    return render_template("privacy/contest_form.html", form=form, title=post_title(post), back=back)
