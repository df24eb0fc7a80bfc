"""Where one is signed in, and staying signed in."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, g, jsonify, redirect, render_template, url_for
from flask import session as visit
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from talent.auth import policies, sessions
from talent.auth.guards import before_second_factor, public, requires
from talent.auth.late_forms import forget_unsent_form
from talent.auth.server_sessions import seconds_left, session_limits
from talent.extensions import db
from talent.i18n import _, _n

bp = Blueprint("sessions", __name__, url_prefix="/account/sessions")
bp.app_context_processor(lambda: {"seconds_left": seconds_left, "session_limits": session_limits})


@bp.get("/")
@requires(policies.signed_in)
def overview() -> ResponseReturnValue:
    return render_template("account/sessions.html", signed_in=sessions.where_signed_in(db.session(), g.user))


@bp.post("/<uuid:session_id>/end")
@requires(policies.signed_in)
def end(session_id: UUID) -> ResponseReturnValue:
    sessions.end_session(db.session(), actor=g.user, session_id=session_id)
    flash(str(_("You are signed out in that browser.")), "success")
    return redirect(url_for(".overview"))


@bp.post("/end-others")
@requires(policies.signed_in)
def end_others() -> ResponseReturnValue:
    ended = sessions.end_other_sessions(db.session(), actor=g.user)
    words = _n("You are signed out in %(num)s other browser.", "You are signed out in %(num)s other browsers.", ended)
    flash(str(words), "success")
    return redirect(url_for(".overview"))


@bp.post("/stay")
@before_second_factor
@requires(policies.signed_in)
def stay() -> ResponseReturnValue:
    """A sign of activity from somebody who reads or types for long."""
    visit.seen = True  # type: ignore[attr-defined]
    return jsonify(seconds=seconds_left())


@bp.get("/state")
@public
def state() -> ResponseReturnValue:
    """How long the session lasts, asked by a page that was left open; asking is no sign of activity."""
    visit.touches = False  # type: ignore[attr-defined]
    if g.user is None:
        return jsonify(person=None)
    return jsonify(person=str(g.user.id), seconds=seconds_left(), token=generate_csrf())


@bp.get("/welcome-back")
@requires(policies.signed_in)
def welcome_back() -> ResponseReturnValue:
    """Where one lands in the new tab after signing in for a page that was left open."""
    return render_template("account/welcome_back.html")


@bp.post("/unsent-form/forget")
@requires(policies.signed_in)
def forget_unsent() -> ResponseReturnValue:
    forget_unsent_form()
    flash(str(_("What you typed has been discarded.")), "success")
    return redirect(url_for("public.home"))
