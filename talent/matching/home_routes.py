"""Pages of the home organisation's HR: requests to release its people, once they said yes, and its answer."""

from __future__ import annotations

from uuid import UUID

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.types import Decider, Side
from talent.auth import policies
from talent.auth.guards import requires
from talent.extensions import db
from talent.framework import dated
from talent.matching import answering, queries, queries_lists, sides, states
from talent.matching.approval_routes import steps_of
from talent.matching.blueprint import bp
from talent.matching.forms import DecisionForm
from talent.matching.persons import person_for_organisation
from talent.matching.visits import note_visit
from talent.profiles.views import SeenAs


@bp.get("/releases")
@requires(policies.hr)
def releases() -> ResponseReturnValue:
    found = queries_lists.of_homes(db.session(), g.user, answering.page_number())
    return answering.beyond_last(found.total, queries_lists.PAGE_SIZE) or render_template(
        "matching/releases.html", found=found, page_size=queries_lists.PAGE_SIZE, decider=Decider.HOME
    )


@bp.route("/releases/<uuid:suggestion_id>", methods=["GET", "POST"])
@requires(policies.hr)
def home_suggestion(suggestion_id: UUID) -> ResponseReturnValue:
    session, form, problem = db.session(), DecisionForm(), None
    if request.method == "POST":
        done, problem = answering.take_answer(session, form, Decider.HOME, suggestion_id)
        if done:
            return redirect(url_for(".home_suggestion", suggestion_id=suggestion_id))
    suggestion = queries.suggestion_for(session, g.user, Decider.HOME, suggestion_id)
    offered = answering.offer_answers(session, form, suggestion, Decider.HOME)
    terms = suggestion.opportunity_snapshot["record"]
    shown = render_template(
        "matching/home_suggestion.html",
        suggestion=suggestion,
        status=states.derived_status(suggestion),
        title=sides.title_of(suggestion),
        post_side=sides.post_side(suggestion, sides.names_for(session, suggestion)),
        form=form if offered else None,
        decider=Decider.HOME,
        ours=suggestion.decision(Decider.HOME),
        person=person_for_organisation(suggestion),
        steps=steps_of(suggestion, Side.HOME),
        hints=dated.length_hints(
            session,
            country=suggestion.profile.organisation.country,
            kind=terms["kind"],
            months=terms["length_months"],
            shown_at="release",
        ),
        page_errors=answering.problems(form if offered else None, problem),
    )
    note_visit(session, g.user, suggestion, SeenAs.HOME)
    return shown, 409 if problem is not None else 200
