"""The inbox: what the service told a person, newest first."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.routing import BuildError

from models import Notification
from talent.auth import policies
from talent.auth.guards import requires
from talent.extensions import db
from talent.i18n import _, _n
from talent.notifications import queries, services
from talent.notifications.words import words_of

bp = Blueprint("notices", __name__, url_prefix="/notices")
MOST_PAGES = 10_000


@bp.get("/")
@requires(policies.signed_in)
def inbox() -> ResponseReturnValue:
    page = min(max(1, request.args.get("page", 1, type=int)), MOST_PAGES)
    rows, total = queries.notices(db.session(), g.user, page)
    last = max(1, -(-total // queries.PAGE_SIZE))
    if page > last:
        return redirect(url_for(".inbox", page=last))
    return render_template(
        "notices/inbox.html",
        notices=[(row, words_of(row), address_of(row)) for row in rows],
        unread=queries.unread_count(db.session(), g.user),
        total=total,
        page=page,
        last=last,
    )


@bp.post("/<uuid:notification_id>")
@requires(policies.signed_in)
def read(notification_id: UUID) -> ResponseReturnValue:
    """Mark one as read and go to what it tells of."""
    notice = services.mark_read(db.session(), actor=g.user, notification_id=notification_id)
    return redirect(address_of(notice) or url_for(".inbox"))


@bp.post("/read")
@requires(policies.signed_in)
def read_all() -> ResponseReturnValue:
    count = services.mark_all_read(db.session(), actor=g.user)
    if count:
        flash(str(_n("%(num)s notice marked as read", "%(num)s notices marked as read", count)), "success")
    else:
        flash(str(_("All notices were read already")), "success")
    return redirect(url_for(".inbox"))


def address_of(notice: Notification) -> str:
    """Where a notice leads; empty when it leads nowhere, or to a page that is no more."""
    if not notice.endpoint:
        return ""
    try:
        return url_for(notice.endpoint, **notice.endpoint_args)
    except BuildError:
        return ""
