"""Pages of a person's private ranking."""

from __future__ import annotations

from uuid import UUID

from flask import abort, g, render_template, request
from flask.typing import ResponseReturnValue

from talent.auth import policies
from talent.auth.guards import requires
from talent.extensions import db
from talent.matching import for_you as ranking
from talent.matching.blueprint import bp
from talent.opportunities import words
from talent.profiles.notice_gate import ask_to_read_first


def page_number() -> int:
    """The page asked for, from 1. Nonsense is the first page; a page past the end shows an empty list."""
    asked = request.args.get("page", "1")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 7 else 1


@bp.before_request
def notice_comes_first() -> ResponseReturnValue | None:
    """Private rankings are made by the matcher too."""
    return ask_to_read_first() if (request.endpoint or "").startswith("matching.for_you") else None


def order_asked() -> ranking.Order:
    """What the list is to be ordered by; both results together when what was asked for is nothing we know."""
    asked = request.args.get("order", "")
    return ranking.Order(asked) if asked in set(ranking.Order) else ranking.Order.BOTH


def no_ranking(why: ranking.Silence) -> ResponseReturnValue:
    """Nothing is ranked, and the page says why and what the person can do instead."""
    return render_template("matching/for_you_off.html", why=why)


@bp.get("/for-you")
@requires(policies.civil_servant)
def for_you() -> ResponseReturnValue:
    if why := ranking.silence(db.session(), g.user):
        return no_ranking(why)
    page, order = page_number(), order_asked()
    found = ranking.ranking(db.session(), g.user, page, order)
    if found is not None and page > 1 and not found.cards:
        abort(404)
    return render_template(
        "matching/for_you.html",
        found=found,
        page=page,
        size=ranking.PAGE_SIZE,
        words=words,
        order=order,
        orders=ranking.ORDERS,
        again={"order": order.value} if order is not ranking.Order.BOTH else {},
    )


@bp.get("/for-you/others")
@requires(policies.civil_servant)
def for_you_others() -> ResponseReturnValue:
    if why := ranking.silence(db.session(), g.user):
        return no_ranking(why)
    page = page_number()
    found = ranking.others(db.session(), g.user, page)
    if found is not None and page > 1 and not found[0]:
        abort(404)
    return render_template(
        "matching/for_you_others.html", found=found, page=page, size=ranking.OTHERS_PAGE_SIZE, words=words
    )


@bp.get("/for-you/<uuid:opportunity_id>")
@requires(policies.civil_servant)
def for_you_post(opportunity_id: UUID) -> ResponseReturnValue:
    if why := ranking.silence(db.session(), g.user):
        return no_ranking(why)
    found = ranking.one_post(db.session(), g.user, opportunity_id)
    return render_template("matching/for_you_post.html", found=found, words=words)
