"""Pages of the host's HR: people put forward for its posts, masked until they say yes, and the host's answer."""

from __future__ import annotations

from uuid import UUID

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.types import Decider, Side
from talent.auth import policies
from talent.auth.guards import requires
from talent.extensions import db
from talent.matching import answering, queries, queries_lists
from talent.matching.approval_routes import steps_of
from talent.matching.blueprint import bp
from talent.matching.forms import DecisionForm
from talent.matching.persons import person_for_organisation
from talent.matching.visits import note_visit
from talent.profiles.views import SeenAs


@bp.get("/put-forward")
@requires(policies.hr)
def put_forward() -> ResponseReturnValue:
    found = queries_lists.of_hosts(db.session(), g.user, answering.page_number())
    return answering.beyond_last(found.total, queries_lists.PAGE_SIZE) or render_template(
        "matching/put_forward.html", found=found, page_size=queries_lists.PAGE_SIZE, decider=Decider.HOST
    )


@bp.route("/put-forward/<uuid:suggestion_id>", methods=["GET", "POST"])
@requires(policies.hr)
def host_suggestion(suggestion_id: UUID) -> ResponseReturnValue:
    session, form, problem = db.session(), DecisionForm(), None
    if request.method == "POST":
        done, problem = answering.take_answer(session, form, Decider.HOST, suggestion_id)
        if done:
            return redirect(url_for(".host_suggestion", suggestion_id=suggestion_id))
    suggestion = queries.suggestion_for(session, g.user, Decider.HOST, suggestion_id)
    offered = answering.offer_answers(session, form, suggestion, Decider.HOST)
    shown = render_template(
        "matching/host_suggestion.html",
        **answering.pairing(session, suggestion),
        form=form if offered else None,
        decider=Decider.HOST,
        ours=suggestion.decision(Decider.HOST),
        person=person_for_organisation(suggestion),
        steps=steps_of(suggestion, Side.HOST),
        page_errors=answering.problems(form if offered else None, problem),
    )
    note_visit(session, g.user, suggestion, SeenAs.HOST)
    return shown, 409 if problem is not None else 200
