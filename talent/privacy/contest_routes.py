"""Contesting a decision: the person's own pages."""

from __future__ import annotations

from uuid import UUID

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from talent.auth import policies
from talent.auth.guards import requires
from talent.errors import Invalid
from talent.extensions import db
from talent.i18n import _
from talent.privacy import contests
from talent.privacy.blueprint import bp
from talent.privacy.contest_words import ABOUT, OUTCOMES
from talent.privacy.forms import ContestForm
from talent.privacy.held_matching import own_suggestion, post_title


@bp.route("/suggestions/<uuid:suggestion_id>/contest", methods=["GET", "POST"])
@requires(policies.signed_in)
def contest_suggestion(suggestion_id: UUID) -> ResponseReturnValue:
    """Ask for a decision about oneself to be looked at again."""
    session = db.session()
    form = ContestForm()
    if form.validate_on_submit():
        try:
            made = contests.contest_suggestion(
                session, actor=g.user, suggestion_id=suggestion_id, words=form.words.data or ""
            )
        except Invalid as problem:
            form.add_errors(problem.fields)
        else:
            return redirect(url_for(".contest", contest_id=made.id))
    found = own_suggestion(session, g.user, suggestion_id)
    waiting = contests.open_contest_of(session, found)
    if waiting is not None:
        return redirect(url_for(".contest", contest_id=waiting.id))
    back = url_for(".suggestion", suggestion_id=suggestion_id)
    return render_template("privacy/contest_form.html", form=form, title=post_title(found.opportunity), back=back)


@bp.get("/contests/<uuid:contest_id>")
@requires(policies.signed_in)
def contest(contest_id: UUID) -> ResponseReturnValue:
    """One's own contest: when it will be answered, or how it was."""
    session = db.session()
    found = contests.mine(session, g.user, contest_id)
    return render_template(
        "privacy/contest.html",
        contest=found,
        title=post_title(found.opportunity),
        about=ABOUT,
        outcomes=OUTCOMES,
        aim=contests.aim_of(session, found),
        follow_up=contests.follow_up(found),
    )


@bp.post("/contests/<uuid:contest_id>/withdraw")
@requires(policies.signed_in)
def withdraw_contest(contest_id: UUID) -> ResponseReturnValue:
    """Take one's own contest back."""
    contests.withdraw(db.session(), actor=g.user, contest_id=contest_id)
    flash(str(_("You have taken your request back. Nothing is paused any more.")), "success")
    return redirect(url_for(".contest", contest_id=contest_id))
