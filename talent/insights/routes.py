"""Public pages about the matcher: the transparency record, as a page and as JSON, and the model card."""

from __future__ import annotations

import json

from flask import Blueprint, Response, current_app, g, render_template, request
from flask.typing import ResponseReturnValue

from talent.auth import policies
from talent.auth.guards import public
from talent.extensions import db
from talent.insights import card, told
from talent.insights.record import STANDARD_VERSION, build_record, fields_told, missing_of
from talent.insights.running import running

bp = Blueprint("transparency", __name__, url_prefix="/transparency")


@bp.get("/")
@public
def record() -> ResponseReturnValue:
    now = running(db.session())
    watching = g.user is not None and policies.administrator(g.user)
    return render_template(
        "transparency/record.html",
        now=now,
        sections=fields_told(now),
        standard_version=STANDARD_VERSION,
        missing=[now.facts.get((fact.code, fact.country), fact) for fact in missing_of(now.facts)] if watching else [],
    )


@bp.get("/atrs.json")
@public
def atrs() -> ResponseReturnValue:
    """The record for programs: the same whoever asks, with its hash as entity tag."""
    content = build_record(db.session(), current_app.config["BASE_URL"])
    text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)
    answer = Response(text, mimetype="application/json")
    answer.set_etag(content["hash"])
    return answer.make_conditional(request)


@bp.get("/model-card")
@public
def model_card() -> ResponseReturnValue:
    now = running(db.session())
    return render_template(
        "transparency/model_card.html",
        now=now,
        told=told,
        sections=card.sections(now.settings.matcher.sha256),
        lacking=[*card.lacking(), *map(str, told.NEVER_MEASURED)],
    )


@bp.get("/model-card.json")
@public
def figures() -> ResponseReturnValue:
    """The figures of the model card for programs, as the measuring commands wrote them."""
    content = card.plain(running(db.session()).settings.matcher.sha256)
    return Response(json.dumps(content, ensure_ascii=False, indent=1), mimetype="application/json")
