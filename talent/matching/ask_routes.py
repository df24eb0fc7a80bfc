"""Pages on which a civil servant asks to be considered for a post, with the matcher or without it."""

from __future__ import annotations

from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from talent.auth import policies
from talent.auth.guards import requires
from talent.errors import TransitionRefused
from talent.extensions import db
from talent.i18n import _
from talent.matching import answering, by_hand, queries, queries_lists, states
from talent.matching.blueprint import bp
from talent.opportunities import queries as opportunities


@bp.route("/ask/<uuid:opportunity_id>", methods=["GET", "POST"])
@requires(policies.civil_servant)
def ask(opportunity_id: UUID) -> ResponseReturnValue:
    """Ask to be considered for a post; a rule that is not met is said with what was compared."""
    session, problem = db.session(), None
    if request.method == "POST":
        try:
            made = by_hand.ask_to_be_considered(session, actor=g.user, opportunity_id=opportunity_id)
        except TransitionRefused as error:
            problem = error.message
        else:
            flash(str(_("You have asked to be considered. A reviewer looks at it, and you are told.")), "success")
            told = states.is_told(made, queries.rules(session, made))
            return redirect(url_for(".my_suggestion", suggestion_id=made.id) if told else url_for(".asked"))
    post = opportunities.opportunity_for(session, g.user, opportunity_id)
    found = by_hand.standpoint(session, g.user, opportunity_id)
    return render_template(
        "matching/ask.html", post=post, found=found, page_errors=answering.problems(None, problem)
    ), (409 if problem is not None else 200)


@bp.get("/asked")
@requires(policies.civil_servant)
def asked() -> ResponseReturnValue:
    """Posts that the person asked to be considered for, and what became of each."""
    session = db.session()
    found = queries_lists.asked_by(session, g.user, answering.page_number())
    return answering.beyond_last(found.total, queries_lists.PAGE_SIZE) or render_template(
        "matching/asked.html",
        rows=by_hand.answers(session, found.rows),
        found=found,
        page_size=queries_lists.PAGE_SIZE,
    )
