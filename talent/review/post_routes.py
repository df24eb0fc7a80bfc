"""Pages of one post in review: where it stands for this reviewer, starting a shortlist, and everyone eligible."""

from __future__ import annotations

from uuid import UUID

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from talent.auth import policies
from talent.auth.guards import requires
from talent.errors import TransitionRefused
from talent.extensions import db
from talent.i18n import _
from talent.matching import answering, switch
from talent.profiles.views import SeenAs, record_view
from talent.review import everyone as people
from talent.review import queries, shortlists
from talent.review.blueprint import bp


@bp.get("/posts/<uuid:opportunity_id>")
@requires(policies.administrator)
def post(opportunity_id: UUID) -> ResponseReturnValue:
    session = db.session()
    return render_template(
        "review/post.html",
        page=queries.post_page(session, g.user, opportunity_id),
        matcher_on=switch.is_enabled(session),
    )


@bp.post("/posts/<uuid:opportunity_id>/shortlist")
@requires(policies.administrator)
def start(opportunity_id: UUID) -> ResponseReturnValue:
    return _to(shortlists.start(db.session(), actor=g.user, opportunity_id=opportunity_id), opportunity_id)


@bp.post("/posts/<uuid:opportunity_id>/next")
@requires(policies.administrator)
def show_next(opportunity_id: UUID) -> ResponseReturnValue:
    return _to(shortlists.show_next(db.session(), actor=g.user, opportunity_id=opportunity_id), opportunity_id)


@bp.get("/posts/<uuid:opportunity_id>/everyone")
@requires(policies.administrator)
def everyone(opportunity_id: UUID) -> ResponseReturnValue:
    session = db.session()
    found = people.everyone(session, g.user, opportunity_id, _key(), answering.page_number())
    again = answering.beyond_last(found.total, people.PAGE_SIZE)
    page = again or render_template("review/everyone.html", found=found, page_size=people.PAGE_SIZE)
    if again is None:
        for person in found.people:
            country = person.profile.organisation.country
            record_view(session, g.user, person.profile, seen_as=SeenAs.ADMINISTRATOR, country=country)
    return page


@bp.post("/posts/<uuid:opportunity_id>/add")
@requires(policies.administrator)
def add(opportunity_id: UUID) -> ResponseReturnValue:
    """Put somebody from the list of everyone on one's shortlist."""
    code = request.form.get("person", "")
    try:
        made = people.add(db.session(), actor=g.user, opportunity_id=opportunity_id, code=code, key=_key())
    except TransitionRefused as error:
        flash(str(error.message), "error")
        return redirect(url_for(".everyone", opportunity_id=opportunity_id))
    flash(str(_("The person is on your shortlist.")), "success")
    return redirect(url_for(".shortlist", shortlist_id=made.id))


def _to(made: shortlists.Shortlist | None, opportunity_id: UUID) -> ResponseReturnValue:
    if made is not None:
        return redirect(url_for(".shortlist", shortlist_id=made.id))
    flash(str(_("You have looked at everybody who is waiting for this post.")), "success")
    return redirect(url_for(".post", opportunity_id=opportunity_id))


def _key() -> bytes:
    return str(current_app.config["SECRET_KEY"]).encode()
