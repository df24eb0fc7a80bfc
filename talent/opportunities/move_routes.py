"""Moving a post through its states, each move with a page that says what it does; and copying a post."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from models import Opportunity
from talent.auth import policies
from talent.auth.guards import requires
from talent.errors import Invalid
from talent.extensions import db
from talent.forms import GovForm
from talent.framework import dated
from talent.i18n import _, local
from talent.opportunities import queries, services, states
from talent.opportunities.blueprint import bp
from talent.opportunities.forms import MoveForm
from talent.opportunities.move_words import MOVES
from talent.opportunities.states import Action
from talent.opportunities.summary import shown_text


@bp.route(
    "/<uuid:opportunity_id>/<any(publish, return, pause, resume, close, fill, 'leave-unfilled', cancel):action>",
    methods=["GET", "POST"],
)
@requires(policies.hr_or_administrator)
def move(opportunity_id: UUID, action: str) -> ResponseReturnValue:
    """One move: what it leads to, what stands in its way, and a reason where one is needed."""
    session = db.session()
    opportunity = queries.opportunity_for(session, g.user, opportunity_id)
    wanted = Action(action)
    here = url_for(".view", opportunity_id=opportunity_id)
    if request.method == "POST" and states.already_made(opportunity, wanted, g.user):
        return redirect(here)
    row = states.find(opportunity, wanted, g.user)
    form = _form(opportunity, row)
    if form.validate_on_submit():
        try:
            services.make_move(
                session,
                actor=g.user,
                opportunity_id=opportunity_id,
                action=wanted,
                reason=form.reason.data or "" if row.reasons else "",
                note=form.note.data or "" if row.reasons else "",
                version=form.seen_version,
            )
            flash(MOVES[wanted].done, "success")
            return redirect(here)
        except Invalid as error:
            form.add_errors(error.fields or {"": error.message})
            opportunity = queries.opportunity_for(session, g.user, opportunity_id)
    return render_template(
        "opportunities/move.html",
        opportunity=opportunity,
        title=shown_text(opportunity, "title"),
        form=form,
        move=MOVES[wanted],
        action=wanted,
        asks=bool(row.reasons),
        problems=row.guard(session, opportunity, g.user) if row.guard else [],
    )


def _form(opportunity: Opportunity, row: states.Transition) -> MoveForm:
    """The form of a move. The version is the one that the reader saw before coming here, where that is known."""
    seen = request.args.get("version", "")
    form = MoveForm(version=seen if seen.isascii() and seen.isdecimal() else opportunity.version)
    if not row.reasons:
        del form["reason"]
        del form["note"]
        return form
    reasons = dated.reasons(db.session(), row.reasons, "no", country=opportunity.organisation.country)
    form.reason.choices = [SelectChoice(item.code, local(item), render_kw={}) for item in reasons]
    return form


@bp.post("/<uuid:opportunity_id>/translation-awaited")
@requires(policies.administrator)
def await_translation(opportunity_id: UUID) -> ResponseReturnValue:
    """An administrator allows publication before the other language is there."""
    form = GovForm()
    services.mark_translation_awaited(
        db.session(), actor=g.user, opportunity_id=opportunity_id, version=form.seen_version
    )
    flash(_("The post may now be published with the translation awaited."), "success")
    return redirect(url_for(".view", opportunity_id=opportunity_id))


@bp.route("/<uuid:opportunity_id>/copy", methods=["GET", "POST"])
@requires(policies.hr)
def copy(opportunity_id: UUID) -> ResponseReturnValue:
    """A new draft with the answers of this post."""
    session = db.session()
    opportunity = queries.own_opportunity(session, g.user, opportunity_id)
    if request.method == "POST":
        made = services.copy(session, actor=g.user, opportunity_id=opportunity_id, copy_id=_copy_id())
        flash(_("The copy is a draft. Check its dates before you submit it."), "success")
        return redirect(url_for(".task_list", opportunity_id=made.id))
    context: dict[str, Any] = {"opportunity": opportunity, "title": shown_text(opportunity, "title")}
    return render_template("opportunities/copy.html", copy_id=uuid4(), **context)


def _copy_id() -> UUID:
    try:
        return UUID(request.form.get("copy_id", ""))
    except ValueError:
        return uuid4()
