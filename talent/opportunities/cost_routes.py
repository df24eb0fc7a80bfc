"""The cost lines of a post: a list, and one page for each line."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models import CostItem, CostLine, Opportunity
from talent.auth import policies
from talent.auth.guards import requires
from talent.errors import Invalid, NotFound, StaleRecord
from talent.extensions import db
from talent.forms import GovForm
from talent.forms.conflict import conflict_page
from talent.framework import dated
from talent.opportunities import drafting, pages, queries, requirements, steps
from talent.opportunities.blueprint import bp
from talent.opportunities.offer_forms import CostForm
from talent.opportunities.step_routes import after_step, back_to
from talent.opportunities.summary import summary


@bp.route("/<uuid:opportunity_id>/costs", methods=["GET", "POST"])
@requires(policies.hr)
def edit_costs(opportunity_id: UUID) -> ResponseReturnValue:
    """The lines so far; going on from here needs a line where the kind asks for one."""
    session = db.session()
    opportunity = queries.opportunity_to_edit(session, g.user, opportunity_id)
    form = GovForm(version=opportunity.version)
    lacking = [item for item in requirements.missing(session, opportunity) if item.step == "costs"]
    if request.method == "POST" and (not lacking or request.form.get("then") == "list"):
        return redirect(after_step(session, opportunity, "costs"))
    errors = [{"text": str(item.message), "href": "#add"} for item in lacking] if request.method == "POST" else []
    return render_template(
        "opportunities/edit_costs.html",
        opportunity=opportunity,
        form=form,
        step=steps.BY_KEY["costs"],
        page_errors=errors,
        summary=summary(session, opportunity),
        new_line_id=uuid4(),
        back_to=back_to(opportunity),
    )


@bp.route("/<uuid:opportunity_id>/costs/<uuid:line_id>", methods=["GET", "POST"])
@requires(policies.hr)
def edit_cost(opportunity_id: UUID, line_id: UUID) -> ResponseReturnValue:
    """One line. The address of a new line carries its id already, so that a form sent twice adds one line."""
    session = db.session()
    opportunity = queries.opportunity_to_edit(session, g.user, opportunity_id)
    line = next((line for line in opportunity.cost_lines if line.id == line_id), None)
    form = _form(session, opportunity, line)
    if form.validate_on_submit():
        try:
            drafting.save_cost(
                session,
                actor=g.user,
                opportunity_id=opportunity_id,
                line_id=line_id,
                given=form.to_answer(),
                version=form.seen_version,
            )
            return redirect(_list_url(opportunity_id))
        except Invalid as error:
            form.add_errors(error.fields or {"": error.message})
            opportunity = queries.opportunity_to_edit(session, g.user, opportunity_id)
        except StaleRecord:
            return _conflict(session, form, opportunity_id, line_id)
    return render_template(
        "opportunities/edit_cost.html",
        form=form,
        opportunity=opportunity,
        new=line is None,
        back_to=_list_url(opportunity_id),
    )


def _form(session: Session, opportunity: Opportunity, line: CostLine | None, *, from_request: bool = True) -> CostForm:
    form = CostForm(line, version=opportunity.version, from_request=from_request)
    country = opportunity.organisation.country
    form.item.choices = pages.dated_choices(dated.rows_in_force(session, CostItem, country=country), "guidance")
    return form


def _list_url(opportunity_id: UUID) -> str:
    query: dict[str, Any] = {"from": "check"} if request.args.get("from") == "check" else {}
    return url_for(".edit_costs", opportunity_id=opportunity_id, **query)


def _conflict(session: Session, form: CostForm, opportunity_id: UUID, line_id: UUID) -> ResponseReturnValue:
    opportunity = queries.opportunity_to_edit(session, g.user, opportunity_id)
    line = next((line for line in opportunity.cost_lines if line.id == line_id), None)
    saved = _form(session, opportunity, line, from_request=False)
    return conflict_page(form, saved, version=opportunity.version, back=_list_url(opportunity_id))


@bp.post("/<uuid:opportunity_id>/costs/<uuid:line_id>/remove")
@requires(policies.hr)
def remove_cost(opportunity_id: UUID, line_id: UUID) -> ResponseReturnValue:
    session = db.session()
    form = GovForm()
    try:
        drafting.remove_cost(
            session, actor=g.user, opportunity_id=opportunity_id, line_id=line_id, version=form.seen_version
        )
    except NotFound:  # sent twice: gone already, if the post is the actor's
        queries.opportunity_to_edit(session, g.user, opportunity_id)
    return redirect(_list_url(opportunity_id))
