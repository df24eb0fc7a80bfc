"""Pages of administrators: the queue by post, one pairing with both sides, taking a review back, objecting."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models import ExchangeKind, MatchSuggestion, utc_now
from models.types import Answer, Country, Decider
from talent.auth import policies
from talent.auth.guards import requires
from talent.auth.words import COUNTRIES
from talent.errors import Invalid, StaleRecord, TransitionRefused
from talent.extensions import db
from talent.framework import dated
from talent.i18n import _
from talent.matching import answering, decisions, queries, queries_lists, sides, states, words
from talent.matching.blueprint import bp
from talent.matching.explanations import BandView
from talent.matching.forms import DecisionForm, ObjectionForm
from talent.matching.persons import masked_note, person_for_organisation
from talent.matching.policies import administers_sending
from talent.matching.queries import Interest
from talent.matching.queries_lists import AGES, EVERY, POSTS_A_PAGE, WAITING, QueueFilter
from talent.matching.states import OBJECTION
from talent.matching.visits import note_visit
from talent.profiles.views import SeenAs


@bp.context_processor
def words_for_templates() -> dict[str, Any]:
    return {
        "status_words": states.STATUS_WORDS,
        "status_tags": states.STATUS_TAGS,
        "answer_words": states.ANSWER_WORDS,
        "answer_tags": states.ANSWER_TAGS,
        "decider_words": states.DECIDER_WORDS,
        "event_words": words.EVENTS,
        "holder_words": words.HOLDERS,
        "band_of": BandView.of,
        "title_of": sides.title_of,
        "post_length": sides.post_length,
        "progress_for": words.progress_for,
        "derived_status": states.derived_status,
        "person_for_organisation": person_for_organisation,
        "masked_note": masked_note,
    }


@bp.errorhandler(Interest)
def interest(_error: Interest) -> ResponseReturnValue:
    return render_template("matching/interest.html"), 403


@bp.get("/queue")
@requires(policies.administrator)
def queue() -> ResponseReturnValue:
    session, narrowed = db.session(), read_filter()
    found = queries_lists.review_queue(session, g.user, narrowed)
    objections = queries_lists.may_object(session, g.user)
    return answering.beyond_last(found.posts, POSTS_A_PAGE) or render_template(
        "matching/queue.html",
        queue=found,
        narrowed=narrowed,
        objections=objections.total,
        kinds=_kinds(session),
        kind_name=sides.kind_name,
        statuses=[(WAITING, _("Waiting for review")), *states.STATUS_WORDS.items(), (EVERY, _("All"))],
        countries=list(COUNTRIES.items()),
        ages=AGES,
        days_old=days_old,
        page_size=POSTS_A_PAGE,
        again=filter_arguments(narrowed),
    )


@bp.get("/objections")
@requires(policies.administrator)
def queue_objections() -> ResponseReturnValue:
    session = db.session()
    found = queries_lists.may_object(session, g.user, answering.page_number())
    rules = {row.receiving_country: queries.rules(session, row) for row in found.rows}
    return answering.beyond_last(found.total, queries_lists.PAGE_SIZE) or render_template(
        "matching/objections.html",
        found=found,
        until={row.id: states.object_until(row, rules[row.receiving_country]) for row in found.rows},
        page_size=queries_lists.PAGE_SIZE,
    )


@bp.route("/review/<uuid:suggestion_id>", methods=["GET", "POST"])
@requires(policies.administrator)
def review(suggestion_id: UUID) -> ResponseReturnValue:
    form, problem = DecisionForm(), None
    if request.method == "POST":
        done, problem = answering.take_answer(db.session(), form, Decider.REVIEWER, suggestion_id)
        if done:
            return redirect(url_for(".review", suggestion_id=suggestion_id))
    return review_page(suggestion_id, form, problem=problem)


@bp.post("/review/<uuid:suggestion_id>/take-back")
@requires(policies.administrator)
def take_back(suggestion_id: UUID) -> ResponseReturnValue:
    try:
        decisions.take_back(db.session(), actor=g.user, suggestion_id=suggestion_id)
    except TransitionRefused as error:
        return review_page(suggestion_id, problem=error.message)
    flash(str(_("Your answer is taken back. Nobody was told.")), "success")
    return redirect(url_for(".review", suggestion_id=suggestion_id))


@bp.post("/review/<uuid:suggestion_id>/object")
@requires(policies.administrator)
def review_object(suggestion_id: UUID) -> ResponseReturnValue:
    session, form, problem = db.session(), ObjectionForm(), None
    form.offer(dated.reasons(session, OBJECTION, Answer.NO))
    if form.validate():
        try:
            decisions.object_to(
                session,
                actor=g.user,
                suggestion_id=suggestion_id,
                reason=form.reason.data,
                note=form.note.data or "",
                version=form.seen_version,
            )
            flash(str(_("Your objection is recorded. The pairing has ended.")), "success")
            return redirect(url_for(".review", suggestion_id=suggestion_id))
        except Invalid as error:
            form.add_errors(error.fields)
        except StaleRecord:
            problem = answering.CHANGED
        except TransitionRefused as error:
            problem = error.message
    return review_page(suggestion_id, objection=form, problem=problem)


def review_page(
    suggestion_id: UUID,
    decision: DecisionForm | None = None,
    objection: ObjectionForm | None = None,
    problem: Any = None,
) -> ResponseReturnValue:
    """One pairing for an administrator: 409 when its state refused what was sent."""
    session = db.session()
    suggestion = queries.suggestion_for_administrator(session, g.user, suggestion_id)
    rules = queries.rules(session, suggestion)
    decision, objection = decision or DecisionForm(), objection or ObjectionForm()
    may_decide = answering.offer_answers(session, decision, suggestion, Decider.REVIEWER)
    may_object = bool(states.available(suggestion, OBJECTION, g.user, rules))
    objection.offer(dated.reasons(session, OBJECTION, Answer.NO))
    objection.version.data = str(suggestion.version)
    page = render_template(
        "matching/review.html",
        **answering.pairing(session, suggestion),
        form=decision if may_decide else None,
        objection=objection if may_object and not may_decide else None,
        undo_seconds=_undo_seconds(suggestion, rules),
        is_sender=administers_sending(g.user, suggestion),
        page_errors=answering.problems(decision if may_decide else objection, problem),
        days_old=days_old,
    )
    note_visit(session, g.user, suggestion, SeenAs.ADMINISTRATOR)
    return page, 409 if problem is not None else 200


def _undo_seconds(suggestion: MatchSuggestion, rules: states.Rules) -> int:
    """Within how many seconds this reader's answer can be taken back; 0 when it no longer can."""
    moves = states.available(suggestion, Decider.REVIEWER, g.user, rules)
    return rules.undo_seconds if any(row.target is Answer.PENDING for row in moves) else 0


def days_old(suggestion: MatchSuggestion) -> int:
    """Whole days since the suggestion was made."""
    return max(0, (utc_now() - suggestion.created_at).days)


def read_filter() -> QueueFilter:
    """What the queue was narrowed to; what makes no sense is left out."""
    status, host, country, age, post = (
        request.args.get(name, "") for name in ("status", "host", "country", "age", "post")
    )
    return QueueFilter(
        status=status if status in {EVERY, *states.Status} else WAITING,
        host=host if host.isprintable() and len(host) <= 100 else "",
        country=Country(country) if country in set(Country) else None,
        age=int(age) if age in {str(days) for days in AGES} else 0,
        post=_uuid(post),
        page=answering.page_number(),
    )


def filter_arguments(narrowed: QueueFilter) -> dict[str, Any]:
    """The same filter as arguments of an address, the page left out."""
    found = {
        "status": narrowed.status if narrowed.status != WAITING else "",
        "host": narrowed.host,
        "country": narrowed.country.value if narrowed.country else "",
        "age": narrowed.age,
        "post": narrowed.post,
    }
    return {name: value for name, value in found.items() if value}


def _kinds(session: Session) -> dict[str, ExchangeKind]:
    return {row.code: row for row in dated.rows_in_force(session, ExchangeKind)}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
