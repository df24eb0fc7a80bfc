"""Pages around the steps: task list, check, activation, and the moves between states."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import Profile
from models.types import Answer, ProfileStatus
from talent.auth import policies
from talent.auth.guards import requires
from talent.errors import Forbidden, Invalid
from talent.extensions import db
from talent.framework.dated import kept_days, reasons
from talent.i18n import _
from talent.profiles import matching_routes as _matching_routes  # noqa: F401
from talent.profiles import notice_routes as _notice_routes  # noqa: F401 - adds its views to the blueprint
from talent.profiles import queries, readiness, services, steps, summary, views
from talent.profiles import skill_routes as _skill_routes  # noqa: F401
from talent.profiles import step_routes as _step_routes  # noqa: F401
from talent.profiles.blueprint import bp
from talent.profiles.forms import PauseForm, WithdrawForm
from talent.profiles.given_away import find_given_away
from talent.profiles.masked import masked_profile
from talent.profiles.readiness import NotReady
from talent.profiles.states import buttons
from talent.profiles.words import EVENTS, STATUS_TAGS, STATUSES

__all__ = ["bp"]


@bp.get("/")
@requires(policies.civil_servant)
def task_list() -> ResponseReturnValue:
    session, profile = db.session(), queries.profile_of(db.session(), g.user)
    if g.user.organisation is None:
        return render_template("profiles/no_organisation.html")
    facts = queries.requirements(session, g.user, profile.organisation if profile else g.user.organisation)
    rows = steps.progress(profile, facts)
    return render_template(
        "profiles/task_list.html",
        profile=profile,
        facts=facts,
        rows=rows,
        done=sum(progress is steps.Progress.DONE for _step, progress in rows),
        progress_words=steps.PROGRESS_WORDS,
        withdrawn=None if profile else queries.last_withdrawn(session, g.user),
        kept_days=kept_days(session, "withdrawn_profiles"),
        history=queries.history(session, profile).events if profile else [],
        viewed=len(views.views_of(session, profile)) if profile else 0,
        **_state(session, profile),
    )


def _state(session: Any, profile: Profile | None) -> dict[str, Any]:
    """What the state of a profile shows: its word, its buttons, whether it should be confirmed."""
    return {
        "statuses": STATUSES,
        "status_tags": STATUS_TAGS,
        "event_words": EVENTS,
        "buttons": buttons(profile.status) if profile else [],
        "stale_since": queries.stale_since(session, profile) if profile else None,
    }


@bp.route("/check", methods=["GET", "POST"])
@requires(policies.civil_servant)
def check_answers() -> ResponseReturnValue:
    session = db.session()
    status = 200
    if request.method == "POST":
        try:
            services.activate(session, g.user)
            return redirect(url_for(".activated"))
        except NotReady:
            status = 409
    profile = queries.own_profile(session, g.user)
    facts = queries.requirements(session, g.user, profile.organisation)
    missing = readiness.missing(profile, facts)
    return render_template(
        "profiles/check_answers.html",
        profile=profile,
        facts=facts,
        sections=summary.sections(session, profile),
        missing=missing,
        page_errors=[{"text": str(item.message), "href": url_for(item.endpoint)} for item in missing]
        if status == 409
        else [],
        **_state(session, profile),
    ), status


@bp.get("/activated")
@requires(policies.civil_servant)
def activated() -> ResponseReturnValue:
    profile = queries.own_profile(db.session(), g.user)
    if profile.status is not ProfileStatus.ACTIVE:
        return redirect(url_for(".task_list"))
    return render_template("profiles/activated.html", profile=profile)


@bp.get("/preview")
@requires(policies.civil_servant)
def preview() -> ResponseReturnValue:
    profile = queries.own_profile(db.session(), g.user)
    masked = masked_profile(db.session(), profile)
    return render_template("profiles/preview.html", profile=profile, masked=masked, given_away=find_given_away(profile))


@bp.get("/viewed-by")
@requires(policies.civil_servant)
def viewed_by() -> ResponseReturnValue:
    profile = queries.own_profile(db.session(), g.user)
    return render_template("profiles/viewed_by.html", views=views.views_of(db.session(), profile))


@bp.get("/<uuid:profile_id>")
@requires(policies.civil_servant)
def view(profile_id: UUID) -> ResponseReturnValue:
    """One's own profile by its id, a withdrawn one too while it is kept."""
    profile = queries.profile_for(db.session(), g.user, profile_id)
    if profile.status in queries.LIVE:
        return redirect(url_for(".task_list"))
    return render_template(
        "profiles/view.html",
        profile=profile,
        sections=summary.sections(db.session(), profile),
        kept_days=kept_days(db.session(), "withdrawn_profiles"),
    )


@bp.route("/pause", methods=["GET", "POST"])
@requires(policies.civil_servant)
def pause() -> ResponseReturnValue:
    profile = queries.own_profile(db.session(), g.user)
    if profile.status is ProfileStatus.DRAFT:
        return redirect(url_for(".task_list"))
    form = PauseForm(until=profile.paused_until)
    if form.validate_on_submit():
        try:
            services.pause(db.session(), g.user, form.until.data)
        except Invalid as error:
            form.add_errors(error.fields)
        else:
            flash(str(_("Your profile is paused")), "success")
            return redirect(url_for(".task_list"))
    return render_template("profiles/pause.html", form=form, profile=profile)


@bp.route("/resume", methods=["GET", "POST"])
@requires(policies.civil_servant)
def resume() -> ResponseReturnValue:
    profile = queries.own_profile(db.session(), g.user)
    if request.method == "GET" and profile.status is not ProfileStatus.PAUSED:
        return redirect(url_for(".task_list"))
    missing: list[readiness.Missing] = []
    if request.method == "POST":
        try:
            services.resume(db.session(), g.user)
        except NotReady as error:
            missing = error.missing
        else:
            flash(str(_("Your profile is active again")), "success")
            return redirect(url_for(".task_list"))
    errors = [{"text": str(item.message), "href": url_for(item.endpoint)} for item in missing]
    return render_template("profiles/resume.html", profile=profile, page_errors=errors), 409 if errors else 200


@bp.route("/withdraw", methods=["GET", "POST"])
@requires(policies.civil_servant)
def withdraw() -> ResponseReturnValue:
    session = db.session()
    profile = queries.profile_of(session, g.user)
    if profile is None:
        return redirect(url_for(".task_list"))
    country = profile.organisation.country
    form = WithdrawForm.build(reasons(session, "profile_withdraw", Answer.NO, country=country))
    if form.validate_on_submit():
        try:
            services.withdraw(session, g.user, reason=form.reason.data or "", note=form.note.data or "")
        except Invalid as error:
            form.add_errors(error.fields)
        else:
            return redirect(url_for(".withdrawn"))
    return render_template(
        "profiles/withdraw.html", form=form, profile=profile, kept_days=kept_days(session, "withdrawn_profiles")
    )


@bp.get("/withdrawn")
@requires(policies.civil_servant)
def withdrawn() -> ResponseReturnValue:
    profile = queries.last_withdrawn(db.session(), g.user)
    if profile is None:
        return redirect(url_for(".task_list"))
    kept = kept_days(db.session(), "withdrawn_profiles")
    return render_template("profiles/withdrawn.html", profile=profile, kept_days=kept)


@bp.post("/still-right")
@requires(policies.civil_servant)
def confirm_current() -> ResponseReturnValue:
    services.confirm_current(db.session(), g.user)
    flash(str(_("Thank you. Your profile is marked as up to date")), "success")
    return redirect(url_for(".task_list"))


@bp.route("/claim/<token>", methods=["GET", "POST"])
@requires(policies.civil_servant)
def claim(token: str) -> ResponseReturnValue:
    profile = services.claimable(db.session(), g.user, token)
    own = queries.profile_of(db.session(), g.user)
    if request.method == "POST":
        try:
            services.claim_profile(db.session(), g.user, token)
        except Forbidden as error:
            return render_template(
                "profiles/claim.html", profile=profile, own=own, page_errors=[{"text": str(error.message)}]
            ), 409
        flash(str(_("This profile is now yours. Check every answer.")), "success")
        return redirect(url_for(".check_answers"))
    return render_template("profiles/claim.html", profile=profile, own=own)
