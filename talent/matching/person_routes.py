"""Pages of a civil servant: the posts they were put forward for, and their own answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.types import Answer, Decider
from talent.auth import policies
from talent.auth.guards import requires
from talent.extensions import db
from talent.matching import answering, queries, queries_lists
from talent.matching.blueprint import bp
from talent.matching.forms import DecisionForm


@bp.get("/mine")
@requires(policies.civil_servant)
def my_suggestions() -> ResponseReturnValue:
    found = queries_lists.of_person(db.session(), g.user, answering.page_number())
    return answering.beyond_last(found.total, queries_lists.PAGE_SIZE) or render_template(
        "matching/my_suggestions.html", found=found, page_size=queries_lists.PAGE_SIZE, decider=Decider.PERSON
    )


@bp.route("/mine/<uuid:suggestion_id>", methods=["GET", "POST"])
@requires(policies.civil_servant)
def my_suggestion(suggestion_id: UUID) -> ResponseReturnValue:
    session, form, problem = db.session(), DecisionForm(), None
    if request.method == "POST":
        done, problem = answering.take_answer(session, form, Decider.PERSON, suggestion_id)
        if done:
            return redirect(url_for(".my_suggestion", suggestion_id=suggestion_id))
    suggestion = queries.suggestion_for(session, g.user, Decider.PERSON, suggestion_id)
    offered = answering.offer_answers(session, form, suggestion, Decider.PERSON)
    page: dict[str, Any] = answering.pairing(session, suggestion, whole=True)
    shown = render_template(
        "matching/my_suggestion.html",
        **page,
        form=form if offered else None,
        decider=Decider.PERSON,
        mine=suggestion.decision(Decider.PERSON),
        said_yes=suggestion.answer(Decider.PERSON) is Answer.YES,
        page_errors=answering.problems(form if offered else None, problem),
    )
    return shown, 409 if problem is not None else 200
