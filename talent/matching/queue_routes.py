"""The review queue by post, and the pairings an administrator may object to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import g, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models import ExchangeKind, MatchSuggestion, utc_now
from models.types import Band, Country
from talent.auth import policies
from talent.auth.guards import requires
from talent.auth.words import COUNTRIES
from talent.extensions import db
from talent.framework import dated
from talent.i18n import _
from talent.matching import answering, queries, queries_lists, queries_queue, sides, states, switch
from talent.matching.blueprint import bp
from talent.matching.page_words import page_words
from talent.matching.queries import Interest
from talent.matching.queries_queue import AGES, EVERY, POSTS_A_PAGE, WAITING, QueueFilter
from talent.matching.states import BAND_WORDS

bp.context_processor(page_words)


@bp.app_errorhandler(Interest)
def interest(error: Interest) -> ResponseReturnValue:
    return render_template("matching/interest.html", why=error.message, able=error.able), 403


@bp.get("/queue")
@requires(policies.administrator)
def queue() -> ResponseReturnValue:
    session, narrowed = db.session(), read_filter()
    found = queries_queue.review_queue(session, g.user, narrowed)
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
        bands=list(BAND_WORDS.items()),
        ages=AGES,
        days_old=days_old,
        page_size=POSTS_A_PAGE,
        again=filter_arguments(narrowed),
        matcher_on=switch.is_enabled(session),
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


def days_old(suggestion: MatchSuggestion) -> int:
    """Whole days since the suggestion was made."""
    return max(0, (utc_now() - suggestion.created_at).days)


def read_filter() -> QueueFilter:
    """What the queue was narrowed to; what makes no sense is left out."""
    status, host, country, age, post, band = (
        request.args.get(name, "") for name in ("status", "host", "country", "age", "post", "band")
    )
    return QueueFilter(
        status=status if status in {EVERY, *states.Status} else WAITING,
        host=host if host.isprintable() and len(host) <= 100 else "",
        country=Country(country) if country in set(Country) else None,
        age=int(age) if age in {str(days) for days in AGES} else 0,
        post=_uuid(post),
        band=Band(band) if band in set(Band) else None,
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
        "band": narrowed.band.value if narrowed.band else "",
    }
    return {name: value for name, value in found.items() if value}


def _kinds(session: Session) -> dict[str, ExchangeKind]:
    return {row.code: row for row in dated.rows_in_force(session, ExchangeKind)}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
