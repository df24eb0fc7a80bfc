"""Skills: the list with its levels, finding one, starting from a role level."""

from __future__ import annotations

from typing import Any

from flask import flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from talent.auth import policies
from talent.auth.guards import requires
from talent.errors import Invalid, StaleRecord
from talent.extensions import db
from talent.forms.addresses import carried
from talent.forms.conflict import conflict_page
from talent.framework import queries as framework
from talent.i18n import _, _n, local
from talent.profiles import choices, services
from talent.profiles.blueprint import bp
from talent.profiles.given_away import find_given_away
from talent.profiles.skill_form import AddForm, SkillsForm, StartForm, known_ids
from talent.profiles.step_routes import after_saving, own_or_none
from talent.profiles.steps import BY_KEY

MOST_SUGGESTED = 8


def _skills_form(**options: Any) -> SkillsForm:
    profile = own_or_none()
    known = framework.skills_by_id(db.session(), known_ids(profile))
    return SkillsForm.build(profile, known, framework.levels(db.session()), **options)


@bp.route("/skills", methods=["GET", "POST"])
@requires(policies.civil_servant)
def skills() -> ResponseReturnValue:
    session = db.session()
    form, present = _skills_form(), own_or_none()
    before = present.version if present else 0
    if form.validate_on_submit():
        removed = request.form.get("remove")
        try:
            saved = services.save_skills(session, g.user, form.answers(without=removed), seen=form.version.data)
            return _after_skills(form, removed) or after_saving("skills", saved, before)
        except Invalid as error:
            form.form_errors.extend(error.fields.values())
        except StaleRecord:
            now = _skills_form(from_request=False)
            return conflict_page(
                None, None, version=now.version.data, back=url_for(".skills"), mine=form.typed(), theirs=now.typed()
            )
    profile = own_or_none()
    return render_template(
        "profiles/skills.html",
        form=form,
        levels=framework.levels(session),
        start=framework.role_level(session, profile.role_level_id) if profile and profile.role_level_id else None,
        removed=_removed(),
        given_away=find_given_away(profile, "skills"),
        step=BY_KEY["skills"],
    )


def _after_skills(form: SkillsForm, removed: str | None) -> ResponseReturnValue | None:
    """Where the page's other buttons lead."""
    gone = next((row for row in form.rows if row.skill.id == removed), None)
    if gone is not None:
        kept = {"removed": gone.skill.id, "level": gone.level.data}
        return redirect(url_for(".skills", **{**carried(), **kept}))
    if request.form.get("then") == "find":
        return redirect(url_for(".find_skills"))
    return None


def _removed() -> dict[str, Any] | None:
    """The skill just removed, so that one press puts it back."""
    found = framework.skills_by_id(db.session(), [request.args.get("removed", "")])
    level = request.args.get("level", "")
    if request.method != "GET" or not found or level not in {"0", "1", "2", "3", "4"}:
        return None
    return {"skill": next(iter(found.values())), "level": level}


@bp.get("/skills/find")
@requires(policies.civil_servant)
def find_skills() -> ResponseReturnValue:
    return _find_page(request.args.get("q", ""))


@bp.post("/skills/add")
@requires(policies.civil_servant)
def add_skill() -> ResponseReturnValue:
    session, text = db.session(), request.form.get("q", "")
    found = framework.skills_by_id(session, [request.form.get("skill", "")])
    if not found:
        raise Invalid(_("Choose skills from the framework"))
    form = AddForm.build(next(iter(found.values())), framework.levels(session))
    if not form.validate():
        return _find_page(text, sent=form)
    try:
        added = services.add_skills(session, g.user, [form.answer()])
    except Invalid as error:
        form.form_errors.extend(error.fields.values())
        return _find_page(text, sent=form)
    name = local(form.skill)
    flash(
        _("%(skill)s is added", skill=name) if added else _("%(skill)s is in your list already", skill=name), "success"
    )
    if request.form.get("then") == "skills":
        return redirect(url_for(".skills"))
    return redirect(url_for(".find_skills", q=text) if text else url_for(".skills"))


def _find_page(text: str, sent: AddForm | None = None) -> ResponseReturnValue:
    session, profile = db.session(), own_or_none()
    levels = framework.levels(session)
    results = framework.search_skills(session, text) if text.strip() else []
    forms = [sent if sent and sent.skill.id == skill.id else AddForm.build(skill, levels) for skill in results]
    return render_template(
        "profiles/find_skills.html",
        text=text,
        results=forms,
        levels=levels,
        held={row.skill_id for row in profile.skills} if profile else set(),
        errors=[],
        page_errors=sent.error_list() if sent else [],
    )


@bp.get("/skills/suggest")
@requires(policies.signed_in)
def suggest_skills() -> ResponseReturnValue:
    """Skills whose name or alias fits what is being typed, for the enhancement of search fields."""
    found = framework.search_skills(db.session(), request.args.get("q", ""), MOST_SUGGESTED)
    return jsonify([{"id": row.id, "name": local(row), "description": local(row, "description")} for row in found])


@bp.route("/skills/start", methods=["GET", "POST"])
@requires(policies.civil_servant)
def start_from_role() -> ResponseReturnValue:
    session, profile = db.session(), own_or_none()
    form = StartForm(role_level=profile.role_level_id if profile else None)
    form.role_level.choices = choices.role_levels(session)
    if form.validate_on_submit():
        try:
            added = services.start_from_role_level(session, g.user, form.role_level.data or "")
        except Invalid as error:
            form.add_errors(error.fields)
        else:
            told = _n(
                "%(num)s skill is added. Adjust its level.",
                "%(num)s skills are added. Adjust their levels.",
                len(added),
            )
            flash(str(told), "success")
            return redirect(url_for(".skills"))
    return render_template("profiles/start_from_role.html", form=form)
