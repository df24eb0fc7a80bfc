"""The skills a post asks for: search in either language, start from a role level, levels, essential or desirable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models import Opportunity
from talent.auth import policies
from talent.auth.guards import requires
from talent.errors import Invalid, StaleRecord
from talent.extensions import db
from talent.forms import GovForm, clean_text
from talent.forms.conflict import conflict_page
from talent.forms.validators import CONTROL
from talent.framework import dated
from talent.framework import queries as framework
from talent.i18n import _, local
from talent.opportunities import drafting, queries, steps
from talent.opportunities.answers import SkillNeed
from talent.opportunities.blueprint import bp
from talent.opportunities.skill_rows import SkillRow, row_errors, saved_rows, sent_rows, typed
from talent.opportunities.step_routes import after_step, back_to

MOST_FOUND = 10
MIDDLE_LEVEL = 2
"""A skill that is added starts at working level; the reader then sets it."""


@bp.route("/<uuid:opportunity_id>/skills", methods=["GET", "POST"])
@requires(policies.hr)
def edit_skills(opportunity_id: UUID) -> ResponseReturnValue:
    """One form: whichever button is pressed, the rows as they stand are saved too."""
    session = db.session()
    opportunity = queries.opportunity_to_edit(session, g.user, opportunity_id)
    form = GovForm(version=opportunity.version)
    if request.method == "GET":
        return _page(session, opportunity, form, saved_rows(opportunity), [])
    rows = _sent(session)
    errors = row_errors(rows)
    if not errors:
        try:
            return _save(session, opportunity, form, rows)
        except Invalid as error:
            errors = [
                {"text": str(message), "href": f"#{'role_level' if name == 'role_level' else 'q'}"}
                for name, message in (error.fields or {"skills": error.message}).items()
            ]
            opportunity = queries.opportunity_to_edit(session, g.user, opportunity_id)
        except StaleRecord:
            return _conflict(session, opportunity_id, rows)
    return _page(session, opportunity, form, rows, errors)


def _sent(session: Session) -> list[SkillRow]:
    ids = [value[:100] for value in request.form.getlist("skill")[:200]]
    return sent_rows(ids, request.form, framework.skills_by_id(session, [i for i in ids if not CONTROL.search(i)]))


def _save(session: Session, opportunity: Opportunity, form: GovForm, rows: list[SkillRow]) -> ResponseReturnValue:
    """Do what the pressed button says. Raises Invalid or StaleRecord."""
    # Choosing a suggestion sends the form without a button: that is a search.
    do, _colon, subject = request.form.get("do", "save" if "then" in request.form else "search").partition(":")
    needs = [row.answer for row in rows if not (do == "remove" and row.skill.id == subject)]
    common: dict[str, Any] = {"actor": g.user, "opportunity_id": opportunity.id, "version": form.seen_version}
    if do == "start":
        chosen = request.form.get("role_level", "")
        chosen = "" if CONTROL.search(chosen) else chosen[:200]
        drafting.start_from_role_level(session, role_level_id=chosen, needs=needs, **common)
    elif do in ("add", "remove", "search"):
        added = [SkillNeed(subject, MIDDLE_LEVEL)] if do == "add" and subject not in {n.skill_id for n in needs} else []
        drafting.save_skills(session, needs=[*needs, *added], **common)
    else:
        _enough(session, opportunity, needs)
        saved = drafting.save_skills(session, needs=needs, **common)
        return redirect(after_step(session, saved, "skills"))
    words = _words(request.form.get("q", "")) if do in ("search", "add") else ""
    query: dict[str, Any] = {name: value for name, value in (("q", words), ("from", request.args.get("from"))) if value}
    anchor = "found" if do == "search" else "chosen"
    return redirect(url_for(".edit_skills", opportunity_id=opportunity.id, **query, _anchor=anchor))


def _enough(session: Session, opportunity: Opportunity, needs: Sequence[SkillNeed]) -> None:
    fewest = dated.rule_number(session, "minimum_skills", country=opportunity.organisation.country)
    if len(needs) < fewest and request.form.get("then") != "list":
        raise Invalid(fields={"skills": _("Choose at least %(number)s skills with levels", number=fewest)})


def _words(value: str) -> str:
    return (clean_text(CONTROL.sub(" ", value[:200])) or "")[:100]


def _page(
    session: Session, opportunity: Opportunity, form: GovForm, rows: list[SkillRow], errors: list[dict[str, str]]
) -> ResponseReturnValue:
    words = _words(request.args.get("q", "") if request.method == "GET" else request.form.get("q", ""))
    chosen = {row.skill.id for row in rows}
    return render_template(
        "opportunities/edit_skills.html",
        opportunity=opportunity,
        form=form,
        step=steps.BY_KEY["skills"],
        rows=rows,
        page_errors=errors,
        levels=framework.levels(session),
        families=framework.role_levels_grouped(session),
        search_words=words,
        found=[skill for skill in framework.search_skills(session, words, MOST_FOUND) if skill.id not in chosen]
        if words
        else [],
        fewest=dated.rule_number(session, "minimum_skills", country=opportunity.organisation.country),
        back_to=back_to(opportunity),
    )


def _conflict(session: Session, opportunity_id: UUID, rows: list[SkillRow]) -> ResponseReturnValue:
    opportunity = queries.opportunity_to_edit(session, g.user, opportunity_id)
    names = {str(level.order): local(level) for level in framework.levels(session)}
    return conflict_page(
        None,
        None,
        mine=typed(rows, names),
        theirs=typed(saved_rows(opportunity), names),
        version=opportunity.version,
        back=url_for(".edit_skills", opportunity_id=opportunity_id),
    )
