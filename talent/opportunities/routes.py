"""Finding and reading posts: the published list, one post, the tables of HR and of administrators."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from models import ExchangeKind
from models.types import Country, Language, OpportunityStatus, WorkMode
from talent.auth import policies
from talent.auth.guards import requires
from talent.extensions import db
from talent.forms import clean_text
from talent.forms.validators import CONTROL
from talent.framework import dated
from talent.framework import queries as framework
from talent.opportunities import (
    cost_routes,
    move_routes,
    notices,
    queries,
    requirements,
    skill_routes,
    states,
    step_routes,
    words,
)
from talent.opportunities import policies as object_policies
from talent.opportunities.blueprint import bp
from talent.opportunities.summary import summary, titles

__all__ = ["bp", "cost_routes", "move_routes", "notices", "skill_routes", "step_routes"]

Coded = TypeVar("Coded", bound=StrEnum)


@bp.get("/")
@requires(policies.signed_in)
def browse() -> ResponseReturnValue:
    """Published posts of both countries."""
    session = db.session()
    lists = {
        "kind_list": dated.rows_in_force(session, ExchangeKind),
        "families": framework.families(session),
        "skills": queries.skills_of_published(session),
    }
    filters = _filters(lists)
    sort = "newest" if request.args.get("sort") == "newest" else "closing"
    page = queries.published(session, filters, page=_page_number(), sort=sort)
    return render_template(
        "opportunities/browse.html",
        compares=policies.civil_servant(g.user),
        page=page,
        filters=filters,
        sort=sort,
        titles=titles(page.rows),
        kinds=queries.newest_rows(session, ExchangeKind),
        narrowed=_query(filters, sort),
        words=words,
        **lists,
    )


def _filters(lists: dict[str, Any]) -> queries.Filters:
    """What was asked for; a value that is not on offer narrows nothing."""
    typed = CONTROL.sub(" ", request.args.get("q", "")[:200])
    return queries.Filters(
        country=_coded(Country, "country"),
        kind=_listed("kind", {row.code for row in lists["kind_list"]}),
        family=_listed("family", {row.id for row in lists["families"]}),
        skill=_listed("skill", {row.id for row in lists["skills"]}),
        work_mode=_coded(WorkMode, "work_mode"),
        language=_coded(Language, "language"),
        words=(clean_text(typed) or "")[:100],
    )


def _query(filters: queries.Filters, sort: str) -> dict[str, str]:
    """The filters as they stand in an address."""
    named = {
        "q": filters.words,
        "country": filters.country,
        "kind": filters.kind,
        "family": filters.family,
        "skill": filters.skill,
        "work_mode": filters.work_mode,
        "language": filters.language,
    }
    return {name: str(value) for name, value in named.items() if value} | ({"sort": sort} if sort == "newest" else {})


def _coded(enumeration: type[Coded], name: str) -> Coded | None:
    value = request.args.get(name)
    return enumeration(value) if value in {member.value for member in enumeration} else None


def _listed(name: str, known: set[str]) -> str | None:
    value = request.args.get(name)
    return value if value in known else None


def _page_number() -> int:
    value = request.args.get("page", "1")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 7 else 1


@bp.get("/ours")
@requires(policies.hr_or_administrator)
def ours() -> ResponseReturnValue:
    """Every post of one's organisations, and of the countries one administers."""
    session = db.session()
    status = _coded(OpportunityStatus, "status")
    sort = request.args.get("sort", "")
    sort = sort if sort in queries.SORTS else queries.SORTS[0]
    page = queries.ours(session, g.user, status=status, sort=sort, page=_page_number())
    return render_template(
        "opportunities/ours.html",
        page=page,
        status=status,
        sort=sort,
        counts=queries.counts_by_status(session, g.user),
        titles=titles(page.rows),
        kinds=queries.newest_rows(session, ExchangeKind),
        words=words,
        is_hr=policies.hr(g.user),
    )


@bp.get("/to-approve")
@requires(policies.hr_or_administrator)
def to_approve() -> ResponseReturnValue:
    """Submitted posts that wait for somebody like the reader."""
    session = db.session()
    page = queries.to_approve(session, g.user, page=_page_number())
    return render_template(
        "opportunities/to_approve.html",
        page=page,
        titles=titles(page.rows),
        kinds=queries.newest_rows(session, ExchangeKind),
        words=words,
    )


@bp.get("/<uuid:opportunity_id>")
@requires(policies.signed_in)
def view(opportunity_id: UUID) -> ResponseReturnValue:
    """One post. Its organisation's HR and administrators also see its state, what they can do, and its history."""
    session = db.session()
    opportunity = queries.opportunity_for(session, g.user, opportunity_id)
    manages = object_policies.works_for(g.user, opportunity) or policies.administrator(g.user)
    problems = []
    if manages and opportunity.status is OpportunityStatus.SUBMITTED:
        problems = requirements.untranslated(opportunity)
    return render_template(
        "opportunities/view.html",
        opportunity=opportunity,
        summary=summary(session, opportunity),
        levels={level.order: level for level in framework.levels(session)},
        manages=manages,
        owns=object_policies.works_for(g.user, opportunity),
        may_await=bool(problems) and object_policies.role_of(g.user, opportunity) == "administrator",
        moves=list(dict.fromkeys(row.action for row in states.available(opportunity, g.user))),
        editable=opportunity.status in queries.EDITABLE,
        untranslated=problems,
        words=words,
    )


@bp.get("/<uuid:opportunity_id>/preview")
@requires(policies.hr_or_administrator)
def preview(opportunity_id: UUID) -> ResponseReturnValue:
    """The post exactly as a candidate reads it."""
    session = db.session()
    opportunity = queries.opportunity_for(session, g.user, opportunity_id)
    return render_template(
        "opportunities/preview.html",
        opportunity=opportunity,
        summary=summary(session, opportunity),
        levels={level.order: level for level in framework.levels(session)},
        words=words,
    )
