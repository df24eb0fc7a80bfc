"""Pages of "My data", and the copy to take away."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Response, abort, g, make_response, render_template, request
from flask.typing import ResponseReturnValue

from models.types import Language
from talent.auth import policies
from talent.auth.guards import requires
from talent.extensions import db
from talent.framework.dated import rule_number
from talent.i18n import current_language
from talent.privacy import contests, export, held_matching, my_data, rules
from talent.privacy.blueprint import bp
from talent.privacy.export import Copy
from talent.privacy.forms import CopyForm
from talent.privacy.reductions import is_reduced
from talent.throttle import Limit, limited

COPIES = Limit("copies of one's data", tries=10, window=timedelta(hours=1), longest_wait=timedelta(hours=1))
PAGE_SIZE = 50
FOR_CIVIL_SERVANTS = {"profiles", "monitoring", "matching"}
"""Features whose pages of correction open to nobody else."""


def page_number() -> int:
    """The page asked for, from 1; nonsense is the first page."""
    asked = request.args.get("page", "1")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 7 else 1


@bp.get("/")
@requires(policies.signed_in)
def index() -> ResponseReturnValue:
    """What is held, part by part."""
    return render_template("privacy/my_data.html", kinds=my_data.KINDS, may_ask=policies.civil_servant(g.user))


@bp.get("/held/<code>")
@requires(policies.signed_in)
def part(code: str) -> ResponseReturnValue:
    """One part of what is held."""
    found, page = my_data.part(db.session(), g.user, code), page_number()
    shown = found.records[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    if page > 1 and not shown:
        abort(404)
    place = found.correction.endpoint.partition(".")[0]
    return render_template(
        "privacy/part.html",
        part=found,
        shown=shown,
        page=page,
        size=PAGE_SIZE,
        total=len(found.records),
        may_correct=policies.civil_servant(g.user) or place not in FOR_CIVIL_SERVANTS,
    )


@bp.get("/suggestions/<uuid:suggestion_id>")
@requires(policies.signed_in)
def suggestion(suggestion_id: UUID) -> ResponseReturnValue:
    """One suggestion with why, and everything decided about it."""
    session = db.session()
    found, told, explanation = held_matching.one_suggestion(session, g.user, suggestion_id)
    return render_template(
        "privacy/suggestion.html",
        suggestion=found,
        record=told,
        explanation=None if is_reduced(found) else explanation,
        waiting=contests.open_contest_of(session, found),
        may_contest=contests.may_contest(session, found),
    )


@bp.route("/copy", methods=["GET", "POST"])
@requires(policies.signed_in)
@limited(COPIES, by=lambda: g.user.id)
def copy() -> ResponseReturnValue:
    """A copy to take away, made at once."""
    session = db.session()
    form = CopyForm(language=current_language().value)
    if form.validate_on_submit():
        if form["form"].data == export.JSON_FORM:
            return attachment(export.export_json(session, actor=g.user, user=g.user))
        language = Language(form.language.data)
        return attachment(export.export_page(session, actor=g.user, user=g.user, language=language))
    return render_template(
        "privacy/copy_form.html",
        form=form,
        most_days=rule_number(session, "data_request_days"),
        aim_days=rule_number(session, "data_request_aim_days"),
    )


def attachment(made: Copy) -> Response:
    """A file that the browser saves and never shows as one of our pages."""
    response = make_response(made.content)
    response.headers["Content-Type"] = f"{made.mimetype}; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response


@bp.get("/kept")
@requires(policies.signed_in)
def kept() -> ResponseReturnValue:
    """How long things are kept."""
    return render_template("privacy/kept.html", rules=rules.in_force(db.session(), g.user), words=rules.STARTS)
