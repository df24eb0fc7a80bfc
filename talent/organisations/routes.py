"""HR's page about its own people, and the index of administration; the other pages are in modules of their own."""

from __future__ import annotations

from uuid import UUID

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from talent.auth import policies
from talent.auth.guards import requires
from talent.errors import Invalid
from talent.extensions import db
from talent.i18n import _
from talent.organisations import (  # noqa: F401 - each adds its pages to the blueprint
    invitation_routes,
    people_routes,
    place_routes,
    proposal_routes,
    queries,
    services,
)
from talent.organisations.blueprint import bp, page_number
from talent.organisations.forms import WorksHereForm

__all__ = ["bp"]


@bp.get("/our-people")
@requires(policies.hr)
def our_people() -> ResponseReturnValue:
    session = db.session()
    return render_template(
        "organisations/our_people.html",
        pending=queries.pending(session, g.user),
        answered=queries.answered(session, g.user, page_number()),
    )


@bp.route("/our-people/<uuid:question_id>", methods=["GET", "POST"])
@requires(policies.hr)
def our_person(question_id: UUID) -> ResponseReturnValue:
    session = db.session()
    asked = queries.question(session, g.user, question_id)
    form = WorksHereForm(answer={"confirmed": "yes", "refused": "no"}.get(asked.status.value), note=asked.note)
    if form.validate_on_submit():
        try:
            services.answer_works_here(
                session, actor=g.user, question_id=question_id, confirmed=form.confirmed, note=form.note.data or ""
            )
            flash(str(_("Your answer is recorded, and the person is told.")), "success")
            return redirect(url_for(".our_people"))
        except Invalid as error:
            form.add_errors(error.fields)
    return render_template("organisations/our_person.html", form=form, asked=asked)


@bp.get("/administration")
@requires(policies.administrator)
def administration() -> ResponseReturnValue:
    return render_template("organisations/administration.html")
