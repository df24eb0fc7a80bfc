"""Administration of people: finding them, their roles, ending and giving back access, moving them."""

from __future__ import annotations

from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models import Reason, User
from talent.auth import policies, roles
from talent.auth import queries as accounts
from talent.auth.guards import requires
from talent.auth.roles import RoleScope
from talent.errors import Invalid
from talent.extensions import db
from talent.framework import dated
from talent.i18n import _
from talent.organisations import proposals, queries, standing
from talent.organisations.blueprint import bp, page_number, search_text
from talent.organisations.forms import GrantForm
from talent.organisations.people_forms import DisableForm, MoveForm, ReasonForm


@bp.get("/people")
@requires(policies.administrator)
def people() -> ResponseReturnValue:
    session, text, state = db.session(), search_text(), request.args.get("state", "")
    found = accounts.people(session, g.user.administered_countries, text, page_number(), state=state)
    seen = accounts.last_seen(session, found.rows)
    return render_template("organisations/people.html", found=found, text=text, state=state, seen=seen)


@bp.route("/people/<uuid:user_id>", methods=["GET", "POST"])
@requires(policies.administrator)
def person(user_id: UUID) -> ResponseReturnValue:
    session, form = db.session(), GrantForm()
    countries = g.user.administered_countries
    form.offer(queries.all_of(session, countries))
    shown = accounts.person(session, countries, user_id)
    if form.validate_on_submit():
        try:
            roles.grant_role(session, actor=g.user, user_id=user_id, scope=form.to_scope())
            flash(str(_("The role is given, and the person is told.")), "success")
            return redirect(url_for(".person", user_id=user_id))
        except Invalid as error:
            form.add_errors(error.fields)
            shown = accounts.person(session, countries, user_id)
    return _person_page(session, shown, form)


def _person_page(session: Session, shown: User, form: GrantForm) -> ResponseReturnValue:
    why = shown.disabled_reason
    return render_template(
        "organisations/person.html",
        form=form,
        shown=shown,
        works_here=accounts.works_here(session, shown),
        seen=accounts.last_seen(session, [shown]).get(shown.id),
        disabled_reason=dated.row_in_force(session, Reason, why) if why else None,
        proposed=proposals.about(session, shown),
    )


@bp.route("/people/<uuid:user_id>/roles/<uuid:grant_id>/end", methods=["GET", "POST"])
@requires(policies.administrator)
def end_role(user_id: UUID, grant_id: UUID) -> ResponseReturnValue:
    session = db.session()
    shown = accounts.person(session, g.user.administered_countries, user_id)
    grant = accounts.grant_of(shown, grant_id)
    if request.method == "POST":
        scope = RoleScope(grant.role, grant.organisation_id, grant.country)
        roles.revoke_role(session, actor=g.user, user_id=user_id, scope=scope)
        flash(str(_("The role has ended, and the person is told.")), "success")
        return redirect(url_for(".person", user_id=user_id))
    return render_template("organisations/end_role.html", shown=shown, grant=grant)


@bp.route("/people/<uuid:user_id>/disable", methods=["GET", "POST"])
@requires(policies.administrator)
def disable(user_id: UUID) -> ResponseReturnValue:
    session, form = db.session(), DisableForm()
    shown = accounts.person(session, g.user.administered_countries, user_id)
    form.offer(standing.disable_reasons(session, shown))
    if form.validate_on_submit():
        try:
            given = {"reason": str(form.reason.data), "note": form.note.data or ""}
            standing.disable(session, actor=g.user, user_id=user_id, **given)
            flash(str(_("Access has ended, and the person is told by email.")), "success")
            return redirect(url_for(".person", user_id=user_id))
        except Invalid as error:
            form.add_errors(error.fields)
            shown = accounts.person(session, g.user.administered_countries, user_id)
    return render_template("organisations/disable.html", form=form, shown=shown)


@bp.route("/people/<uuid:user_id>/enable", methods=["GET", "POST"])
@requires(policies.administrator)
def enable(user_id: UUID) -> ResponseReturnValue:
    session, form = db.session(), ReasonForm()
    shown = accounts.person(session, g.user.administered_countries, user_id)
    form.offer(standing.enable_reasons(session, shown))
    if form.validate_on_submit():
        try:
            standing.enable(session, actor=g.user, user_id=user_id, reason=str(form.reason.data))
            flash(str(_("Access is given back, and the person is told.")), "success")
            return redirect(url_for(".person", user_id=user_id))
        except Invalid as error:
            form.add_errors(error.fields)
            shown = accounts.person(session, g.user.administered_countries, user_id)
    return render_template("organisations/enable.html", form=form, shown=shown)


@bp.route("/people/<uuid:user_id>/move", methods=["GET", "POST"])
@requires(policies.administrator)
def move(user_id: UUID) -> ResponseReturnValue:
    session, form = db.session(), MoveForm()
    countries = g.user.administered_countries
    shown = accounts.person(session, countries, user_id)
    form.offer(standing.move_reasons(session, shown))
    form.offer_places([row for row in queries.all_of(session, countries) if row.id != shown.organisation_id])
    if form.validate_on_submit():
        try:
            where = {"organisation_id": str(form.organisation.data), "reason": str(form.reason.data)}
            standing.move(session, actor=g.user, user_id=user_id, **where)
            flash(str(_("The person is moved and told, and the new organisation’s HR staff are asked.")), "success")
            return redirect(url_for(".person", user_id=user_id))
        except Invalid as error:
            form.add_errors(error.fields)
            shown = accounts.person(session, countries, user_id)
    return render_template("organisations/move.html", form=form, shown=shown)
