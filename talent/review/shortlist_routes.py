"""The two pages of a shortlist: first views without scores, then scores with a decision for each card."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import FirstView, Shortlist
from models.types import Answer, Decider
from talent.auth import policies
from talent.auth.guards import requires
from talent.errors import Invalid, NotFound, TransitionRefused
from talent.extensions import db
from talent.framework import dated
from talent.i18n import _, _n
from talent.matching import answering
from talent.matching.forms import DecisionForm
from talent.matching.visits import note_visit
from talent.profiles.views import SeenAs
from talent.review import declining, queries, shortlists, views
from talent.review.blueprint import bp
from talent.review.forms import CardForm, DeclineForm


@bp.get("/shortlists/<uuid:shortlist_id>")
@requires(policies.administrator)
def shortlist(shortlist_id: UUID) -> ResponseReturnValue:
    found = queries.shortlist_for(db.session(), g.user, shortlist_id)
    return first_view_page(found) if found.first_viewed_at is None else decision_page(found)


@bp.post("/shortlists/<uuid:shortlist_id>/first-views")
@requires(policies.administrator)
def give_first_views(shortlist_id: UUID) -> ResponseReturnValue:
    """Keep the first views; unless they are only kept for later, every card needs one."""
    session, complete = db.session(), request.form.get("then") != "later"
    found = queries.shortlist_for(session, g.user, shortlist_id)
    forms = {card.id: CardForm.of(card) for card in queries.cards_of(session, g.user, found)}
    if not all([form.validate() for form in forms.values()]):
        return first_view_page(found, forms)
    given = {key: FirstView(form.view.data) for key, form in forms.items() if form.view.data}
    try:
        shortlists.give_views(session, actor=g.user, shortlist_id=shortlist_id, views=given, complete=complete)
    except Invalid as error:
        for key, message in error.fields.items():
            forms[UUID(key)].add_errors({"view": message})
        return first_view_page(queries.shortlist_for(session, g.user, shortlist_id), forms)
    if complete:
        return redirect(url_for(".shortlist", shortlist_id=shortlist_id))
    flash(str(_("Your first views are kept. Nothing is shown before all are given.")), "success")
    return redirect(url_for(".post", opportunity_id=found.opportunity_id))


@bp.post("/shortlists/<uuid:shortlist_id>/cards/<uuid:card_id>")
@requires(policies.administrator)
def decide(shortlist_id: UUID, card_id: UUID) -> ResponseReturnValue:
    """One decision about one card."""
    session = db.session()
    found = queries.shortlist_for(session, g.user, shortlist_id)
    card = next((row for row in queries.cards_of(session, g.user, found) if row.id == card_id), None)
    if card is None or found.first_viewed_at is None:
        raise NotFound
    form = DecisionForm(prefix=f"card-{card.id}")
    done, problem = answering.take_answer(session, form, Decider.REVIEWER, card.suggestion_id)
    if done:
        return redirect(url_for(".shortlist", shortlist_id=shortlist_id, _anchor=f"card-{card_id}"))
    found = queries.shortlist_for(session, g.user, shortlist_id)
    return decision_page(found, decisions={card_id: form}, problem=problem)


@bp.post("/shortlists/<uuid:shortlist_id>/decline")
@requires(policies.administrator)
def decline(shortlist_id: UUID) -> ResponseReturnValue:
    """One reason for several people who are not put forward. There is no such thing for yes."""
    session, form = db.session(), DeclineForm(prefix="decline")
    found = queries.shortlist_for(session, g.user, shortlist_id)
    cards = views.to_decide(session, g.user, queries.cards_of(session, g.user, found))
    form.offer(cards, dated.reasons(session, Decider.REVIEWER, Answer.NO))
    if found.first_viewed_at is None:
        raise NotFound
    problem = None
    if form.validate():
        ticked = [card.suggestion_id for card in cards if str(card.id) in form.cards.data]
        try:
            declining.decline_each(
                session, actor=g.user, suggestion_ids=ticked, reason=form.reason.data, note=form.note.data or ""
            )
        except Invalid as error:
            form.add_errors(error.fields)
        except TransitionRefused as error:
            problem = error.message
        else:
            flash(str(_n("%(num)s person not put forward.", "%(num)s people not put forward.", len(ticked))), "success")
            return redirect(url_for(".shortlist", shortlist_id=shortlist_id))
    found = queries.shortlist_for(session, g.user, shortlist_id)
    return decision_page(found, declined=form, problem=problem)


def first_view_page(found: Shortlist, forms: dict[UUID, CardForm] | None = None) -> ResponseReturnValue:
    """Masked cards in a random order. Nothing here tells score, band, explanation or who was mixed in."""
    session = db.session()
    cards = queries.cards_of(session, g.user, found)
    forms = forms or {card.id: CardForm.of(card) for card in cards}
    page = render_template(
        "review/first_views.html",
        shortlist=found,
        cards=views.masked_cards(session, cards),
        forms=forms,
        page_errors=[item for card in cards if card.id in forms for item in forms[card.id].error_list()],
        **views.post_of(session, found, cards),
    )
    for card in cards:
        note_visit(session, g.user, card.suggestion, SeenAs.ADMINISTRATOR)
    return page


def decision_page(
    found: Shortlist,
    decisions: dict[UUID, DecisionForm] | None = None,
    declined: DeclineForm | None = None,
    problem: Any = None,
) -> ResponseReturnValue:
    """Scores, bands and explanations beside one's own first view, and a decision for each card."""
    session = db.session()
    cards = queries.cards_of(session, g.user, found)
    shown = views.explained_cards(session, g.user, cards, decisions or {})
    waiting = views.to_decide(session, g.user, cards)
    if declined is None:
        declined = DeclineForm(prefix="decline", from_request=False)
        declined.offer(waiting, dated.reasons(session, Decider.REVIEWER, Answer.NO))
    failed = next(iter((decisions or {}).values()), declined)
    page = render_template(
        "review/decisions.html",
        shortlist=found,
        cards=shown,
        decline=declined if len(waiting) > 1 else None,
        next_people=len(queries.not_looked_at(session, g.user, found.opportunity_id)),
        page_errors=answering.problems(failed, problem),
        **views.post_of(session, found, cards),
    )
    for card in cards:
        note_visit(session, g.user, card.suggestion, SeenAs.ADMINISTRATOR)
    return page, 409 if problem is not None else 200
