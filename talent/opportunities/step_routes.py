"""Writing a post: the first page, the task list, the steps, checking the answers, submitting."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms.fields.choices import SelectChoice

from models import ExchangeKind, Opportunity
from models.types import OpportunityStatus
from talent.auth import policies
from talent.auth.guards import requires
from talent.errors import Invalid, StaleRecord
from talent.extensions import db
from talent.forms.conflict import conflict_page
from talent.framework import dated
from talent.framework import queries as framework
from talent.i18n import _, local
from talent.opportunities import drafting, pages, queries, requirements, services, steps, words
from talent.opportunities.blueprint import bp
from talent.opportunities.forms import NewPostForm
from talent.opportunities.move_words import MOVES
from talent.opportunities.summary import shown_text, summary
from talent.texts import written_in


@bp.route("/new", methods=["GET", "POST"])
@requires(policies.hr)
def create() -> ResponseReturnValue:
    session = db.session()
    organisations = queries.hr_organisations(session, g.user)
    only = organisations[0].id if len(organisations) == 1 else None
    form = NewPostForm(organisation=only, token=str(uuid4()))
    form.organisation.choices = [SelectChoice(row.id, local(row)) for row in organisations]
    form.kind.choices = pages.dated_choices(dated.rows_in_force(session, ExchangeKind), "description")
    if only:
        form.organisation.data = only
    if form.validate_on_submit():
        opportunity = drafting.create_draft(
            session,
            actor=g.user,
            organisation_id=form.organisation.data,
            kind=form.kind.data,
            opportunity_id=_token(form.token.data),
        )
        return redirect(url_for(".task_list", opportunity_id=opportunity.id))
    return render_template("opportunities/create.html", form=form, only=only)


def _token(value: str | None) -> UUID:
    """The id that the page chose, so that a form sent twice makes one post; a broken one is replaced."""
    try:
        return UUID(value or "")
    except ValueError:
        return uuid4()


@bp.get("/<uuid:opportunity_id>/tasks")
@requires(policies.hr)
def task_list(opportunity_id: UUID) -> ResponseReturnValue:
    session = db.session()
    opportunity = queries.opportunity_to_edit(session, g.user, opportunity_id)
    kind = dated.kind(session, opportunity.kind)
    problems = requirements.missing(session, opportunity)
    return render_template(
        "opportunities/task_list.html",
        opportunity=opportunity,
        sections=steps.SECTIONS,
        progress=steps.progress(opportunity, kind, problems),
        summary=summary(session, opportunity),
        problems=problems,
        words=words,
    )


@bp.route(
    "/<uuid:opportunity_id>/edit/<any(kind, texts, timing, place, languages, offer, route, details):step>",
    methods=["GET", "POST"],
)
@requires(policies.hr)
def edit(opportunity_id: UUID, step: str) -> ResponseReturnValue:
    """One step with a plain form; skills and cost lines have pages of their own."""
    session = db.session()
    opportunity = queries.opportunity_to_edit(session, g.user, opportunity_id)
    form = pages.form_for(session, opportunity, step)
    if form.validate_on_submit():
        try:
            saved = pages.save(session, g.user, opportunity_id, step, form)
            return redirect(after_step(session, saved, step))
        except Invalid as error:
            form.add_errors(error.fields or {"": error.message})
            opportunity = queries.opportunity_to_edit(session, g.user, opportunity_id)
        except StaleRecord:
            return _conflict(session, form, opportunity_id, step)
    return _step_page(session, opportunity, form, step)


def _step_page(session: Session, opportunity: Opportunity, form: Any, step: str) -> ResponseReturnValue:
    return render_template(
        "opportunities/edit.html",
        form=form,
        opportunity=opportunity,
        step=steps.BY_KEY[step],
        hints=pages.length_hints(session, opportunity) if step == "timing" else [],
        summary=summary(session, opportunity) if step in ("offer", "texts") else None,
        back_to=back_to(opportunity),
        grades=framework.grades(session) if step == "offer" else [],
        words=words,
    )


def _conflict(session: Session, form: Any, opportunity_id: UUID, step: str) -> ResponseReturnValue:
    opportunity = queries.opportunity_to_edit(session, g.user, opportunity_id)
    saved = pages.form_for(session, opportunity, step, from_request=False)
    here = url_for(".edit", opportunity_id=opportunity_id, step=step)
    return conflict_page(form, saved, version=opportunity.version, back=here)


def back_to(opportunity: Opportunity) -> str:
    """Where a step's way back leads: the answers, the list of tasks, or the post itself once it was offered."""
    if opportunity.status is not OpportunityStatus.DRAFT:
        return url_for(".view", opportunity_id=opportunity.id)
    endpoint = ".check_answers" if request.args.get("from") == "check" else ".task_list"
    return url_for(endpoint, opportunity_id=opportunity.id)


def after_step(session: Session, opportunity: Opportunity, step: str) -> str:
    """The page after saving a step: the next step, unless the reader came from elsewhere or asked for the list."""
    if opportunity.status is not OpportunityStatus.DRAFT:
        flash(_("Your changes are saved and can be seen at once."), "success")
    elif request.args.get("from") != "check" and request.form.get("then") != "list":
        following = steps.step_after(step, opportunity, dated.kind(session, opportunity.kind))
        if following is not None:
            return step_url(opportunity, following)
    return back_to(opportunity)


def step_url(opportunity: Opportunity, step: str, **query: Any) -> str:
    """The address of a step."""
    pages_of_their_own = {"skills": ".edit_skills", "costs": ".edit_costs"}
    if step in pages_of_their_own:
        return url_for(pages_of_their_own[step], opportunity_id=opportunity.id, **query)
    return url_for(".edit", opportunity_id=opportunity.id, step=step, **query)


@bp.app_context_processor
def _words_and_addresses() -> dict[str, Any]:
    return {"post_step_url": step_url, "opportunity_text": shown_text, "move_words": MOVES, "written_in": written_in}


@bp.get("/<uuid:opportunity_id>/check")
@requires(policies.hr)
def check_answers(opportunity_id: UUID) -> ResponseReturnValue:
    session = db.session()
    opportunity = queries.opportunity_to_edit(session, g.user, opportunity_id)
    return _check_page(session, opportunity)


def _check_page(session: Session, opportunity: Opportunity) -> ResponseReturnValue:
    kind = dated.kind(session, opportunity.kind)
    problems = requirements.missing(session, opportunity) + requirements.gone_by(opportunity)
    return render_template(
        "opportunities/check_answers.html",
        opportunity=opportunity,
        steps=[step for step in steps.STEPS if step.applies(opportunity, kind)],
        summary=summary(session, opportunity),
        levels={level.order: level for level in framework.levels(session)},
        problems=problems,
        untranslated=requirements.untranslated(opportunity),
        hints=pages.length_hints(session, opportunity) if opportunity.length else [],
        words=words,
    )


@bp.post("/<uuid:opportunity_id>/submit")
@requires(policies.hr)
def submit(opportunity_id: UUID) -> ResponseReturnValue:
    session = db.session()
    sent = request.form.get("version", "")
    version = int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 10 else None
    queries.own_opportunity(session, g.user, opportunity_id)  # another organisation's post is not found, in any state
    try:
        services.submit(session, actor=g.user, opportunity_id=opportunity_id, version=version)
    except Invalid:  # the page lists what is missing, with links
        return redirect(url_for(".check_answers", opportunity_id=opportunity_id))
    return redirect(url_for(".submitted", opportunity_id=opportunity_id))


@bp.get("/<uuid:opportunity_id>/submitted")
@requires(policies.hr)
def submitted(opportunity_id: UUID) -> ResponseReturnValue:
    """What happens next."""
    opportunity = queries.own_opportunity(db.session(), g.user, opportunity_id)
    if opportunity.status is not OpportunityStatus.SUBMITTED:
        return redirect(url_for(".view", opportunity_id=opportunity_id))
    return render_template(
        "opportunities/submitted.html",
        opportunity=opportunity,
        untranslated=requirements.untranslated(opportunity),
    )
