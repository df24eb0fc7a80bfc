"""Pages for everybody: start, health, language, how matching works, privacy, accessibility; and the home page."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from models import utc_now
from models.types import Country, Language
from talent.auth import policies
from talent.auth import services as accounts
from talent.auth.guards import public, requires, same_site_path
from talent.config import Settings
from talent.errors import Invalid
from talent.extensions import db
from talent.framework import notices
from talent.framework.dated import rule_number
from talent.i18n import LANGUAGES, own_half
from talent.matching.settings import in_force
from talent.notifications.jobs import absolute_url
from talent.public import queries
from talent.public.doors import doors

bp = Blueprint("public", __name__)
SECURITY_TXT_LASTS = timedelta(days=180)
ACCESSIBILITY_REVIEWED_ON = date(2026, 11, 23)


@bp.get("/healthz")
@public
def health() -> ResponseReturnValue:
    db.session.execute(text("SELECT 1"))
    return {"status": "ok"}


@bp.get("/")
@public
def start() -> ResponseReturnValue:
    if g.user is not None:
        return redirect(url_for(".home"))
    return render_template("public/start.html")


@bp.get("/home")
@requires(policies.signed_in)
def home() -> ResponseReturnValue:
    return render_template("public/home.html", todo=queries.to_do(db.session(), g.user), doors=doors(g.user))


@bp.post("/language")
@public
def set_language() -> ResponseReturnValue:
    """Keep the chosen language: with the account when signed in, else for this browser."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        raise Invalid
    session["language"] = chosen
    if g.user is not None:
        accounts.set_language(db.session(), actor=g.user, language=Language(chosen))
    return redirect(same_site_path(request.form.get("next"), url_for(".start")))


@bp.get("/how-matching-works")
@public
def how_matching_works() -> ResponseReturnValue:
    session, settings = db.session(), in_force(db.session()).matcher
    return render_template(
        "public/how_matching_works.html",
        contest_days=rule_number(session, "contest_days"),
        growth_points=round(settings.growth_share * 100),
        bands={name: round(getattr(settings, f"band_{name}") * 100) for name in ("strong", "good", "possible")},
    )


@bp.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    session = db.session()
    return render_template(
        "public/privacy.html",
        bases=queries.lawful_bases(session),
        notices={country: notices.in_force(session, notices.MATCHING, country) for country in Country},
        blocks=notices.blocks,
        for_reader=g.user is None or policies.civil_servant(g.user),
        contest_days=rule_number(session, "contest_days"),
    )


@bp.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    return render_template("public/accessibility.html", reviewed_on=ACCESSIBILITY_REVIEWED_ON)


@bp.get("/security")
@public
def security_policy() -> ResponseReturnValue:
    """How to report a weakness, and what happens then."""
    settings: Settings = current_app.config["SETTINGS"]
    return render_template("public/security_policy.html", contact=settings.security_contact.removeprefix("mailto:"))


@bp.get("/.well-known/security.txt")
@public
def security_txt() -> ResponseReturnValue:
    """RFC 9116: where to report a weakness. It expires half a year after the day it is asked for."""
    settings: Settings = current_app.config["SETTINGS"]
    policy = absolute_url("public.security_policy")
    contact = settings.security_contact or policy
    if "@" in contact and not contact.startswith(("mailto:", "https:")):
        contact = f"mailto:{contact}"
    expires = datetime.combine(utc_now().date() + SECURITY_TXT_LASTS, time(), UTC)
    lines = (
        f"Contact: {contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en, ko",
        f"Canonical: {absolute_url('public.security_txt')}",
        f"Policy: {policy}",
    )
    return Response("".join(f"{line}\n" for line in lines), mimetype="text/plain")


bp.add_app_template_filter(own_half)
