"""Browsing the skills framework: open to everybody."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from talent.auth.guards import public
from talent.extensions import db
from talent.forms import clean_text
from talent.framework import queries
from talent.framework.search import LONGEST_SEARCH

bp = Blueprint("framework", __name__, url_prefix="/framework")
MOST_FOUND = 50


@bp.get("/")
@public
def families() -> ResponseReturnValue:
    session = db.session()
    return render_template(
        "framework/families.html", families=queries.families(session), levels=queries.levels(session)
    )


@bp.get("/families/<family_id>")
@public
def family(family_id: str) -> ResponseReturnValue:
    return render_template("framework/family.html", family=queries.family(db.session(), family_id))


@bp.get("/roles/<role_id>")
@public
def role(role_id: str) -> ResponseReturnValue:
    session = db.session()
    found = queries.role(session, role_id)
    return render_template(
        "framework/role.html", role=found, senior_skills=queries.senior_role_skills(session, found.id)
    )


@bp.get("/role-levels/<role_level_id>")
@public
def role_level(role_level_id: str) -> ResponseReturnValue:
    session = db.session()
    found = queries.role_level(session, role_level_id)
    levels = {level.order: level for level in queries.levels(session)}
    return render_template("framework/role_level.html", role_level=found, levels=levels)


@bp.get("/skills")
@public
def skills() -> ResponseReturnValue:
    return render_template("framework/skills.html", skills=queries.active_skills(db.session()))


@bp.get("/skills/<skill_id>")
@public
def skill(skill_id: str) -> ResponseReturnValue:
    session = db.session()
    found = queries.skill(session, skill_id)
    return render_template(
        "framework/skill.html",
        skill=found,
        levels=queries.levels(session),
        uses=queries.role_levels_using(session, found.id),
        senior_roles=queries.senior_roles_using(session, found.id),
    )


@bp.get("/search")
@public
def search() -> ResponseReturnValue:
    words = (clean_text(request.args.get("q")) or "")[:LONGEST_SEARCH]
    found = queries.search_skills(db.session(), words, MOST_FOUND) if words else []
    return render_template("framework/search.html", words=words, found=found, most=MOST_FOUND)
