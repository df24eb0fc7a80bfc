"""The notice about AI-assisted matching, which comes before the first use and again when its text changes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from models.types import Language
from talent.auth import policies
from talent.auth.guards import requires, same_site_path
from talent.errors import Invalid
from talent.extensions import db
from talent.forms import GovForm
from talent.forms.fields import Tick
from talent.framework import notices
from talent.i18n import LANGUAGES, _, current_language
from talent.profiles import queries
from talent.profiles.blueprint import bp
from talent.profiles.notice_gate import ask_to_read_first

OPEN_WITHOUT_READING = frozenset(
    f"profiles.{name}"
    for name in (
        "notice",
        "pause",
        "withdraw",
        "withdrawn",
        "view",
        "viewed_by",
        "activated",
        "claim",
        "matching_choice",
    )
)
"""Reading what is held, pausing and withdrawing wait for nothing."""


class NoticeForm(GovForm):
    read = Tick(_("I have read this notice"), required=_("Tick the box when you have read the notice"))
    notice = HiddenField()
    shown_in = HiddenField()


@bp.before_request
def notice_comes_first() -> ResponseReturnValue | None:
    if request.endpoint in OPEN_WITHOUT_READING:
        return None
    if request.endpoint == "profiles.taking_part" and g.user is not None and _takes_part():
        return None  # who takes part already can stop without reading anything first
    return ask_to_read_first()


def _takes_part() -> bool:
    profile = queries.profile_of(db.session(), g.user)
    return profile is not None and any(row.agreed and row.ended_at is None for row in profile.bases)


@bp.route("/notice", methods=["GET", "POST"])
@requires(policies.civil_servant)
def notice() -> ResponseReturnValue:
    session = db.session()
    if g.user.organisation is None:
        return redirect(url_for(".task_list"))
    onward = same_site_path(request.args.get("next"), url_for(".task_list"))
    form = NoticeForm()
    if form.validate_on_submit():
        try:
            notices.note_read(session, g.user, _id(form.notice.data), _shown_in(form))
        except Invalid as problem:
            form.add_errors(problem.fields)
        else:
            flash(str(_("Thank you. We have recorded that you read the notice")), "success")
            return redirect(onward)
    return render_template("profiles/notice.html", form=form, onward=onward, **_page())


def _page() -> dict[str, Any]:
    session, country = db.session(), g.user.organisation.country
    shown = notices.in_force(session, notices.MATCHING, country)
    readings = notices.readings_of(session, g.user.id)
    return {
        "notice": shown,
        "blocks": notices.blocks,
        "reading": next((row for row in readings if shown is not None and row.notice_id == shown.id), None),
        "earlier": any(row.notice.code == notices.MATCHING for row in readings),
        "bases": queries.bases_of(session, g.user.organisation),
        "profile": queries.profile_of(session, g.user),
    }


def _id(sent: str | None) -> UUID | None:
    try:
        return UUID(sent or "")
    except ValueError:
        return None


def _shown_in(form: NoticeForm) -> Language:
    """The language of the page that was sent back; it may have been switched in another window since."""
    sent = str(form.shown_in.data or "")
    return Language(sent) if sent in LANGUAGES else current_language()
