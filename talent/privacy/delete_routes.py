"""Deleting one's own account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import logout_user
from flask_security.utils import verify_password
from itsdangerous import BadSignature, URLSafeTimedSerializer

from talent.auth import policies, proof
from talent.auth.guards import public, requires
from talent.errors import NotFound
from talent.extensions import db
from talent.i18n import _
from talent.privacy import erasure
from talent.privacy.blueprint import bp
from talent.privacy.erasure_words import RECEIPT
from talent.privacy.forms import DeleteForm, DeleteWithPasswordForm
from talent.throttle import Limit, limited

TRIES = Limit("deleting an account", tries=10, window=timedelta(minutes=15), longest_wait=timedelta(hours=1))
SHOWN_FOR = 600
"""Seconds for which the page with the receipt can be opened."""


@bp.route("/delete", methods=["GET", "POST"])
@requires(policies.signed_in)
@limited(TRIES, by=lambda: g.user.id)
def delete() -> ResponseReturnValue:
    """Say what goes and what stays, ask for the password again, and do it."""
    session = db.session()
    if g.user.password is None and not proof.is_fresh():
        return redirect(url_for("second_factor.confirm", next=url_for(".delete")))
    form: Any = DeleteForm() if g.user.password is None else DeleteWithPasswordForm()
    hindrances = erasure.hindrances(session, g.user)
    if request.method == "POST" and not hindrances and form.validate() and _is_right(form):
        done = erasure.erase_account(session, actor=g.user, user_id=g.user.id, cause="asked")
        token = _seal().dumps(str(done.receipt.id))
        logout_user()
        g.user = None
        answer = redirect(url_for(".deleted", receipt=token))
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        return answer
    return render_template(
        "privacy/delete.html", form=form, hindrances=hindrances, places=erasure.agreed_places(session, g.user)
    )


@bp.get("/deleted")
@public
def deleted() -> ResponseReturnValue:
    """The receipt, for a few minutes, to whoever has just deleted their account."""
    try:
        receipt_id = _seal().loads(request.args.get("receipt", "")[:400], max_age=SHOWN_FOR)
    except BadSignature:
        raise NotFound from None
    receipt = erasure.receipt(db.session(), receipt_id)
    return render_template("privacy/deleted.html", receipt=receipt, words=RECEIPT)


def _is_right(form: DeleteForm) -> bool:
    if not isinstance(form, DeleteWithPasswordForm):
        return True
    if verify_password(form.password.data or "", g.user.password):
        return True
    form.add_errors({"password": _("That is not your current password")})
    return False


def _seal() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="receipt of a deleted account")
