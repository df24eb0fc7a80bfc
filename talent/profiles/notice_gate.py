"""Pages of the matcher open once its notice has been read."""

from __future__ import annotations

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from talent.auth import policies
from talent.extensions import db
from talent.framework import notices


def ask_to_read_first() -> ResponseReturnValue | None:
    """The way to the notice for a civil servant who has not read the one in force; None for everybody else."""
    if request.method not in ("GET", "HEAD") or g.user is None or not policies.civil_servant(g.user):
        return None
    if notices.unread(db.session(), g.user) is None:
        return None
    return redirect(url_for("profiles.notice", next=request.full_path.rstrip("?")))
