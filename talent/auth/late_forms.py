"""A form that was sent after its session had ended by time: kept for its owner, shown again, never sent by itself.

The fields go into the row of the ended session, which knows whose it was. When the same person signs in again in the
same browser, they are moved into the new session, and the page they came from shows them for an hour.
"""

from __future__ import annotations

import re
import time
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, current_app, flash, g, redirect, request, url_for
from flask import session as visit
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import update
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from models import User, UserSession
from talent.auth import policies
from talent.auth.guards import same_site_path
from talent.auth.server_sessions import late_session, stored
from talent.db import transaction
from talent.extensions import db
from talent.i18n import _
from talent.web import error_page

KEPT, UNSENT = "late_form", "unsent_form"
"""Keys: in a visit before signing in, the row that holds the form; in the new session, the form."""
GOOD_FOR = 3600
"""Seconds for which a form is kept, before and after signing in again."""
LARGEST = 256 * 1024
"""Bytes of fields kept; the longest text of a form fits several times."""
NEVER_KEPT = re.compile(r"passw|token|secret|^code$|_code$|passcode|credential|recovery", re.IGNORECASE)


def init_app(app: Flask) -> None:
    """Answer forms whose CSRF token belongs to no session any more, and offer what was kept of them."""
    app.register_error_handler(CSRFError, _answer)
    app.before_request(_offer)
    app.context_processor(lambda: {"unsent_form_here": "unsent_fields" in g})


def _answer(error: CSRFError) -> ResponseReturnValue:
    late = late_session()
    if late is None:
        return error_page(400, _("For your safety this form has expired. Go back, reload the page and send it again."))
    if request.endpoint == "security.logout":
        return redirect(url_for("public.start"))
    page = _page_of_form()
    if page is not None and _keep(page, late):
        flash(str(_("You had been signed out. Sign in again: what you typed is kept, and shown to you again.")), "info")
    else:
        flash(str(_("You had been signed out, so the form was not sent.")), "info")
    return redirect(url_for("security.login", next=page))


def _page_of_form() -> str | None:
    """Path of the page with the form, when one can open it."""
    referrer = urlsplit(request.referrer or "")
    if referrer.netloc and referrer.netloc != request.host:
        return None
    path = same_site_path(referrer.path, request.path)
    try:
        current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return None
    return path + (f"?{referrer.query}" if referrer.query and path == referrer.path else "")


def _keep(page: str, late: dict[str, Any]) -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "policy", policies.anyone) is policies.anyone or not _token_was_good(late["data"]):
        return False
    fields = [
        [name, text.replace("\x00", "")]
        for name, texts in request.form.lists()
        for text in texts
        if not NEVER_KEPT.search(name)
    ]
    if sum(len(name) + len(text.encode("utf-8", "replace")) for name, text in fields) > LARGEST:
        return False
    form = {"page": urlsplit(page).path, "action": request.path, "fields": fields, "at": int(time.time())}
    own = db.session()
    with transaction(own):
        kept = own.execute(
            update(UserSession)
            .where(UserSession.id == late["id"], UserSession.user_id == late["user_id"])
            .values(data=stored({KEPT: form}))
            .execution_options(synchronize_session=False)
        )
    visit[KEPT] = str(late["id"])
    return bool(getattr(kept, "rowcount", 0))


def _token_was_good(data: dict[str, Any]) -> bool:
    """True when the form came from a page of ours in that session, not from another site."""
    for secret in (current_app.secret_key, *current_app.config["SECRET_KEY_FALLBACKS"]):
        try:
            token = URLSafeTimedSerializer(secret, salt="wtf-csrf-token").loads(
                request.form.get("csrf_token", ""), max_age=24 * 3600
            )
        except BadData:
            continue
        return bool(token) and token == data.get("csrf_token")
    return False


def take_over(user: User) -> None:
    """After signing in: move a form of this very person into their new session."""
    name = visit.pop(KEPT, None)
    if name is None:
        return
    own = db.session()
    row = own.get(UserSession, UUID(name))
    if row is None or row.user_id != user.id:
        return
    form = row.data.get(KEPT)
    if form and time.time() - form["at"] < GOOD_FOR:
        visit[UNSENT] = {**form, "at": int(time.time())}
    visit.superseded = row.id  # type: ignore[attr-defined]


def forget_unsent_form() -> None:
    """Drop what was kept of a form."""
    visit.pop(UNSENT, None)


def _offer() -> None:
    """Give the page of the form what was typed; forget it once the form is sent, or after an hour."""
    form = visit.get(UNSENT)
    if form is None or g.get("user") is None:
        return
    if time.time() - form["at"] >= GOOD_FOR or (request.method == "POST" and request.path == form["action"]):
        forget_unsent_form()
    elif request.method == "GET" and request.path == form["page"]:
        g.unsent_fields = MultiDict([(name, text) for name, text in form["fields"]])
