"""The record of who did what, for administrators: codes and ids, no names."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from talent.audit import queries
from talent.auth import policies
from talent.auth.guards import requires
from talent.extensions import db

bp = Blueprint("audit", __name__, url_prefix="/audit")


@bp.get("/")
@requires(policies.administrator)
def entries() -> ResponseReturnValue:
    session = db.session()
    actions = queries.actions(session)
    action = request.args.get("action", "")
    subject = request.args.get("subject", "").strip()[:255].replace("\x00", "")
    asked = request.args.get("page", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 7 else 1
    chosen = action if action in actions else ""
    found = queries.entries(session, chosen, subject, number)
    return render_template("audit/entries.html", found=found, actions=actions, action=chosen, subject=subject)
