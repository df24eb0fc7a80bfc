"""Approval steps: recording one, asking a line manager by link, and the manager's page, which needs no account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import current_app, flash, g, make_response, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue

from models import Approval, ApprovalLink, MatchSuggestion, utc_now
from models.types import Answer, ApprovalHolder, Decider, Language, Side
from talent.auth import policies
from talent.auth.guards import public, requires
from talent.errors import Invalid, NotFound, TransitionRefused
from talent.extensions import db
from talent.framework import dated
from talent.i18n import LANGUAGES, _, in_language
from talent.matching import answering, approvals, sides, states, words
from talent.matching.approvals import NOT_NEEDED, REASON
from talent.matching.blueprint import bp
from talent.matching.forms import LinkForm, ManagerForm, StepForm
from talent.matching.links import LinkSigner, LinkState, link_state
from talent.matching.persons import person_for_manager
from talent.notifications.jobs import absolute_url
from talent.throttle import Limit, caller_network, limited

MANAGER_LINKS = Limit("answers by link", tries=60, window=timedelta(hours=1), longest_wait=timedelta(hours=1))
"""Answers sent from one network: links cannot be guessed, but a guesser should not keep the service busy either."""
SIDES = {"host": Side.HOST, "home": Side.HOME}


@dataclass(frozen=True)
class StepView:
    """A step as HR of its side sees it."""

    approval: Approval
    answer: Any
    tag: str
    is_overdue: bool
    may_change: bool
    may_ask: bool
    link: ApprovalLink | None
    """The newest link that can still be used."""


def steps_of(suggestion: MatchSuggestion, side: Side) -> list[StepView]:
    """The steps of one side, in their order."""
    return [_step_view(row) for row in suggestion.approvals if row.side is side]


def _step_view(row: Approval) -> StepView:
    suggestion = row.suggestion
    decided = suggestion.answer(Decider(row.side.value)) is Answer.YES
    may_change = states.names_visible(suggestion) and states.is_open(suggestion) and not decided
    is_pending = row.answer is Answer.PENDING
    not_needed = row.reason is not None and row.reason.code == NOT_NEEDED
    by_link = not is_pending and row.recorded_by_id is None
    return StepView(
        approval=row,
        answer=_("Not needed") if not_needed else STEP_WORDS[row.answer],
        tag="govuk-tag--grey" if not_needed else states.ANSWER_TAGS[row.answer],
        is_overdue=is_pending and row.due_on < utc_now().date(),
        may_change=may_change and not by_link,
        may_ask=may_change and row.step.holder is ApprovalHolder.LINE_MANAGER,
        link=next((link for link in row.links if link_state(link) is LinkState.OPEN), None),
    )


STEP_WORDS: dict[Answer, Any] = {
    Answer.PENDING: _("To be recorded"),
    Answer.YES: _("Agreed"),
    Answer.NO: _("Refused"),
}


@bp.route("/put-forward/steps/<uuid:approval_id>", methods=["GET", "POST"])
@requires(policies.hr)
def host_step(approval_id: UUID) -> ResponseReturnValue:
    return record_step(approval_id, Side.HOST)


@bp.route("/releases/steps/<uuid:approval_id>", methods=["GET", "POST"])
@requires(policies.hr)
def home_step(approval_id: UUID) -> ResponseReturnValue:
    return record_step(approval_id, Side.HOME)


@bp.route("/put-forward/steps/<uuid:approval_id>/ask", methods=["GET", "POST"])
@requires(policies.hr)
def host_ask_manager(approval_id: UUID) -> ResponseReturnValue:
    return ask_manager(approval_id, Side.HOST)


@bp.route("/releases/steps/<uuid:approval_id>/ask", methods=["GET", "POST"])
@requires(policies.hr)
def home_ask_manager(approval_id: UUID) -> ResponseReturnValue:
    return ask_manager(approval_id, Side.HOME)


def record_step(approval_id: UUID, side: Side) -> ResponseReturnValue:
    """Record what the holder of a step answered."""
    session, form, problem = db.session(), StepForm(), None
    approval = _step(approval_id, side)
    form.offer(
        approval,
        [(answer, row) for answer in (Answer.YES, Answer.NO) for row in dated.reasons(session, REASON, answer)],
    )
    if request.method == "GET":
        form.show(approval)
    elif form.validate():
        try:
            approvals.record_step(session, actor=g.user, approval_id=approval_id, given=form.to_step())
            flash(str(_("The approval step is recorded.")), "success")
            return redirect(_back(side, approval))
        except Invalid as error:
            form.add_errors({"answer" if name == "reason" else name: text for name, text in error.fields.items()})
        except TransitionRefused as error:
            problem = error.message
    return _step_page("matching/record_step.html", approval_id, side, form, problem)


def ask_manager(approval_id: UUID, side: Side) -> ResponseReturnValue:
    """Send a line manager a link of their own."""
    form, problem = LinkForm(), None
    _step(approval_id, side)
    form.offer(g.user)
    if form.validate_on_submit():
        try:
            link = approvals.send_link(
                db.session(),
                actor=g.user,
                approval_id=approval_id,
                email=form.email.data or "",
                language=Language(form.language.data),
                signer=signer(),
                address=lambda token: absolute_url("matching.manager_answer", token=token),
            )
            flash(str(_("The link is sent to %(email)s.", email=link.email)), "success")
            return redirect(_back(side, link.approval))
        except Invalid as error:
            form.add_errors(error.fields)
        except TransitionRefused as error:
            problem = error.message
    return _step_page("matching/ask_manager.html", approval_id, side, form, problem)


def _step(approval_id: UUID, side: Side) -> Approval:
    approval = approvals.step_for(db.session(), g.user, approval_id)
    if approval.side is not side:
        raise NotFound
    return approval


def _back(side: Side, approval: Approval) -> str:
    return url_for(f".{side.value}_suggestion", suggestion_id=approval.suggestion_id)


def _step_page(template: str, approval_id: UUID, side: Side, form: Any, problem: Any) -> ResponseReturnValue:
    approval = _step(approval_id, side)
    page = render_template(
        template,
        form=form,
        approval=approval,
        step=approval.step,
        view=_step_view(approval),
        title=sides.title_of(approval.suggestion),
        back=_back(side, approval),
        side=side,
        page_errors=answering.problems(form, problem),
    )
    return page, 409 if problem is not None else 200


def signer() -> LinkSigner:
    """What signs managers' links, from the service's secret."""
    return LinkSigner(str(current_app.secret_key), current_app.config["SECRET_KEY_FALLBACKS"])


@bp.route("/manager/<token>", methods=["GET", "POST"])
@public
@limited(MANAGER_LINKS, by=caller_network)
def manager_answer(token: str) -> ResponseReturnValue:
    """A line manager answers by link. The message's language is that of the page, until another is chosen."""
    state, link = approvals.read_link(db.session(), signer(), token)
    with in_language(_language(link)):
        if state is LinkState.OPEN and link is not None:
            response = make_response(_manager_form(token, link))
        else:
            response = make_response(_link_page(state))
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _language(link: ApprovalLink | None) -> str:
    chosen = str(g.user.language) if g.user is not None else browser.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    return link.language if link is not None else request.accept_languages.best_match(LANGUAGES) or Language.EN.value


def _manager_form(token: str, link: ApprovalLink) -> ResponseReturnValue:
    session, form = db.session(), ManagerForm()
    form.offer()
    if form.validate_on_submit():
        try:
            approvals.answer_by_link(
                session,
                signer=signer(),
                token=token,
                answer=Answer(form.answer.data),
                holder_name=form.holder_name.data or "",
                note=form.note.data or "",
            )
            return redirect(url_for(".manager_answer", token=token))
        except Invalid as error:
            form.add_errors(error.fields)
    suggestion = link.approval.suggestion
    page = render_template(
        "matching/manager_answer.html",
        form=form,
        link=link,
        step=link.approval.step,
        side=link.approval.side,
        person=person_for_manager(suggestion),
        title=sides.title_of(suggestion),
        post=sides.post_side(suggestion, sides.names_for(session, suggestion)),
        token=token,
        zone=approvals.organisation_of(suggestion, link.approval.side).time_zone,
    )
    return page


def _link_page(state: LinkState) -> ResponseReturnValue:
    title, advice = words.LINKS[state]
    page = render_template("matching/manager_link.html", title=title, advice=advice)
    return page, {LinkState.INVALID: 404, LinkState.USED: 200}.get(state, 410)
