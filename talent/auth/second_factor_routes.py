"""How a person signs in: their authenticator app, recovery codes and passkeys."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from talent.auth import authenticator_keys as keys
from talent.auth import one_time_codes, passkeys, policies, proof, queries
from talent.auth import second_factor_services as services
from talent.auth.code_tries import passes
from talent.auth.guards import before_second_factor, requires, same_site_path
from talent.auth.second_factor_forms import (
    AuthenticatorForm,
    CodeForm,
    PasskeyForm,
    PasskeyNameForm,
    PasswordForm,
    ResetForm,
)
from talent.auth.second_factor_services import IdentityCheck, ResetReason
from talent.auth.second_factor_words import PASSKEY_FAILED, PASSKEY_NEEDS_SCRIPT
from talent.auth.server_sessions import renew
from talent.auth.sessions import current_session_id
from talent.auth.sign_in_forms import is_password_of
from talent.errors import Forbidden, Invalid
from talent.extensions import db
from talent.i18n import _

bp = Blueprint("second_factor", __name__, url_prefix="/account/security")
View = Callable[..., ResponseReturnValue]


@bp.context_processor
def on_every_page() -> dict[str, Any]:
    return {"next_path": next_path(), "required": bool(g.get("user")) and policies.must_have_second_factor(g.user)}


def next_path() -> str:
    """Where the person was going when they were led here."""
    return same_site_path(request.form.get("next") or request.args.get("next"), "")


def fresh(view: View) -> View:
    """Ask once more for a password or code when it was not given within the last ten minutes."""

    @wraps(view)
    def guarded(**url: Any) -> ResponseReturnValue:
        if proof.is_fresh():
            return view(**url)
        back = request.full_path.rstrip("?") if request.method == "GET" else url_for(".overview")
        return redirect(url_for(".confirm", next=back))

    return guarded


@bp.get("/")
@before_second_factor
@requires(policies.signed_in)
def overview() -> ResponseReturnValue:
    return render_template("second_factor/overview.html", has_factor=policies.has_second_factor(g.user))


@bp.route("/confirm", methods=["GET", "POST"])
@before_second_factor
@requires(policies.signed_in)
def confirm() -> ResponseReturnValue:
    """Show once more that it is you: by code, passkey or password, whichever the account has."""
    ways = _ways()
    way = request.args.get("with", "")
    way = way if way in ways else next(iter(ways), "")
    form = {"code": CodeForm, "passkey": PasskeyForm}.get(way, PasswordForm)(next=next_path())
    if way and form.validate_on_submit():
        if passes(g.user, lambda: ways[way](form)):
            proof.note_fresh()
            return redirect(same_site_path(next_path(), url_for(".overview")))
        form.add_errors(_wrong(way))
    return render_template("second_factor/confirm.html", form=form, way=way, ways=list(ways))


def _ways() -> dict[str, Callable[[Any], bool]]:
    ways: dict[str, Callable[[Any], bool]] = {}
    if g.user.tf_totp_secret:
        ways["code"] = lambda form: one_time_codes.spend_code(db.session(), g.user, str(form.code.data))
    if g.user.webauthn:
        ways["passkey"] = _own_passkey
    if g.user.password:
        ways["password"] = lambda form: is_password_of(g.user, str(form.password.data))
    return ways


def _own_passkey(form: PasskeyForm) -> bool:
    answer = passkeys.read_answer(str(form.credential.data or ""))
    return (
        answer is not None
        and answer.user.id == g.user.id
        and services.used_passkey(
            db.session(), passkey_id=answer.passkey_id, seen_count=answer.seen_count, new_count=answer.new_count
        )
    )


def _wrong(way: str) -> dict[str, Any]:
    if way == "code":
        return {"code": services.WRONG_CODE}
    if way == "passkey":
        return {"": PASSKEY_FAILED}
    return {"password": _("That is not your password")}


@bp.post("/passkey-question")
@requires(policies.signed_in)
def passkey_question() -> ResponseReturnValue:
    """What the browser is to ask one of the person's passkeys."""
    return jsonify(passkeys.ask_to_sign_in(g.user))


@bp.route("/authenticator", methods=["GET", "POST"])
@before_second_factor
@requires(policies.signed_in)
@fresh
def authenticator() -> ResponseReturnValue:
    """Set up an authenticator app, or another one in the place of the first."""
    form = AuthenticatorForm()
    sealed = keys.read(str(form.setup.data or ""), g.user)
    if sealed is None:
        if request.method == "POST":
            flash(str(_("The key on the page had expired. Here is a new one: add it to the app.")), "info")
            return redirect(url_for(".authenticator", next=next_path() or None))
        sealed = keys.new_key()
        form.setup.data = keys.sign(sealed, g.user)
    elif form.validate_on_submit():
        try:
            return _set_up(sealed, str(form.code.data))
        except Invalid as error:
            form.add_errors(error.fields)
    return render_template("second_factor/authenticator.html", form=form, key=keys.shown(sealed, g.user))


def _set_up(sealed: str, code: str) -> ResponseReturnValue:
    made: list[str] = []

    def check() -> bool:
        try:
            made.extend(
                services.set_authenticator(
                    db.session(), actor=g.user, sealed=sealed, code=code, keep=current_session_id()
                )
            )
        except Invalid:
            return False
        return True

    if not passes(g.user, check):
        raise Invalid(fields={"code": services.WRONG_CODE})
    return _done(made, _("Your authenticator app is set up."))


def _done(made: list[str], message: Any) -> ResponseReturnValue:
    """After a change: new recovery codes are shown in the answer itself and nowhere else."""
    proof.note_second_factor(g.user)
    renew()
    if made:
        return render_template("second_factor/recovery_codes.html", codes=made, message=message)
    flash(str(message), "success")
    return redirect(same_site_path(next_path(), url_for(".overview")))


@bp.route("/authenticator/remove", methods=["GET", "POST"])
@requires(policies.signed_in)
@fresh
def remove_authenticator() -> ResponseReturnValue:
    if request.method == "POST":
        services.remove_authenticator(db.session(), actor=g.user, keep=current_session_id())
        flash(str(_("Your authenticator app is removed.")), "success")
        return redirect(url_for(".overview"))
    return render_template("second_factor/remove.html", passkey=None)


@bp.route("/recovery-codes", methods=["GET", "POST"])
@requires(policies.signed_in)
@fresh
def recovery_codes() -> ResponseReturnValue:
    """Ask first: new codes end the old ones."""
    if request.method == "POST":
        made = services.make_recovery_codes(db.session(), actor=g.user, keep=current_session_id())
        return _done(made, _("You have new recovery codes."))
    return render_template("second_factor/new_recovery_codes.html")


@bp.route("/passkeys/add", methods=["GET", "POST"])
@before_second_factor
@requires(policies.signed_in)
@fresh
def add_passkey() -> ResponseReturnValue:
    form = PasskeyNameForm()
    if form.validate_on_submit():
        new = passkeys.read_registration(str(form.credential.data or ""))
        if new is None:
            form.add_errors({"name": PASSKEY_FAILED if form.credential.data else PASSKEY_NEEDS_SCRIPT})
        else:
            try:
                made = services.add_passkey(
                    db.session(), actor=g.user, new=new, name=str(form.name.data), keep=current_session_id()
                )
                return _done(made, _("Your passkey is added."))
            except Invalid as error:
                form.add_errors(error.fields)
        form.credential.data = ""
    return render_template("second_factor/add_passkey.html", form=form)


@bp.post("/passkeys/question")
@before_second_factor
@requires(policies.signed_in)
def new_passkey_question() -> ResponseReturnValue:
    """What the browser is to ask for a new passkey, for the script of the page."""
    if not proof.is_fresh():
        raise Forbidden
    return jsonify(passkeys.ask_to_register(g.user, services.set_handle(db.session(), actor=g.user)))


@bp.route("/passkeys/<uuid:passkey_id>/remove", methods=["GET", "POST"])
@requires(policies.signed_in)
@fresh
def remove_passkey(passkey_id: UUID) -> ResponseReturnValue:
    passkey = queries.passkey(db.session(), g.user, passkey_id)
    if request.method == "POST":
        services.remove_passkey(db.session(), actor=g.user, passkey_id=passkey.id, keep=current_session_id())
        flash(str(_("The passkey is removed.")), "success")
        return redirect(url_for(".overview"))
    return render_template("second_factor/remove.html", passkey=passkey)


@bp.route("/reset/<uuid:user_id>", methods=["GET", "POST"])
@requires(policies.administrator)
def reset(user_id: UUID) -> ResponseReturnValue:
    """An administrator lets somebody set up a new second step who has lost the old one."""
    shown = queries.person(db.session(), g.user.administered_countries, user_id)
    form = ResetForm()
    if form.validate_on_submit():
        services.reset_factor(
            db.session(),
            actor=g.user,
            user_id=user_id,
            reason=ResetReason(str(form.reason.data)),
            checked=IdentityCheck(str(form.checked.data)),
        )
        flash(str(_("The second step is reset, and the person is told.")), "success")
        return redirect(url_for("organisations.person", user_id=user_id))
    return render_template("second_factor/reset.html", form=form, shown=shown)
