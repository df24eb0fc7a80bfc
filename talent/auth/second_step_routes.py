"""The second step of signing in: a code, a recovery code or a passkey. A passkey alone can do both steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import User
from talent.auth import one_time_codes, passkeys, policies
from talent.auth import second_factor_services as services
from talent.auth.code_tries import passes
from talent.auth.guards import public, same_site_path
from talent.auth.second_factor import finish_second_step, waiting_person
from talent.auth.second_factor_forms import CodeForm, PasskeyForm, RecoveryCodeForm
from talent.auth.second_factor_words import PASSKEY_FAILED, PASSKEY_NEEDS_SCRIPT
from talent.extensions import db
from talent.i18n import _
from talent.throttle import Limit, caller_network, limited

PASSKEYS = Limit("passkeys from a network", tries=200, window=timedelta(minutes=15), longest_wait=timedelta(hours=1))
bp = Blueprint("second_step", __name__, url_prefix="/sign-in")
Step = Callable[[User], ResponseReturnValue]


def after_the_first(view: Step) -> Callable[[], ResponseReturnValue]:
    """For whoever has given the first factor in this visit; others begin at the beginning."""

    @wraps(view)
    def step() -> ResponseReturnValue:
        person = waiting_person()
        if g.user is not None:
            return redirect(url_for("public.home"))
        if person is None:
            flash(str(_("The time for the second step has passed. Start again with your password.")), "info")
            return redirect(url_for("security.login", next=next_path() or None))
        return view(person)

    return step


def next_path() -> str:
    return same_site_path(request.form.get("next") or request.args.get("next"), "")


@bp.route("/code", methods=["GET", "POST"])
@public
@after_the_first
def code(person: User) -> ResponseReturnValue:
    form = CodeForm(next=next_path())
    if form.validate_on_submit():
        typed = str(form.code.data)
        if passes(person, lambda: one_time_codes.spend_code(db.session(), person, typed)):
            return finish_second_step(person, how="code", next_path=next_path())
        form.add_errors({"code": services.WRONG_CODE})
    return render_template("second_step/code.html", form=form, person=person, next_path=next_path())


@bp.route("/recovery-code", methods=["GET", "POST"])
@public
@after_the_first
def recovery_code(person: User) -> ResponseReturnValue:
    form = RecoveryCodeForm(next=next_path())
    if form.validate_on_submit():
        typed = str(form.code.data)
        if passes(person, lambda: services.use_recovery_code(db.session(), actor=person, code=typed)):
            left = len(person.mf_recovery_codes or ())
            flash(str(_("You have now used that recovery code. Codes left: %(count)s.", count=left)), "info")
            return finish_second_step(person, how="recovery_code", next_path=next_path())
        form.add_errors({"code": _("That is not one of your recovery codes, or it has already been used")})
    return render_template("second_step/recovery_code.html", form=form, person=person, next_path=next_path())


@bp.route("/passkey", methods=["GET", "POST"])
@public
@limited(PASSKEYS, by=caller_network)
def passkey() -> ResponseReturnValue:
    """After the password, one of the person's passkeys; without one, any passkey that checks its owner itself."""
    if g.user is not None:
        return redirect(url_for("public.home"))
    form, person = PasskeyForm(next=next_path()), waiting_person()
    if form.validate_on_submit():
        user = _by_passkey(str(form.credential.data or ""), person)
        if user is not None:
            return finish_second_step(user, how="passkey", next_path=next_path())
        form.add_errors({"": PASSKEY_FAILED if form.credential.data else PASSKEY_NEEDS_SCRIPT})
    return render_template("second_step/passkey.html", form=form, person=person, next_path=next_path())


@bp.post("/passkey/question")
@public
@limited(PASSKEYS, by=caller_network)
def passkey_question() -> ResponseReturnValue:
    """What the browser is to ask the passkey, for the script of the page."""
    return jsonify(passkeys.ask_to_sign_in(waiting_person()))


def _by_passkey(credential: str, waiting: User | None) -> User | None:
    """The person whose passkey answered; after a password it must be theirs, without one it must have checked them."""
    answer = passkeys.read_answer(credential) if credential else None
    if answer is None or not policies.signed_in(answer.user):
        return None
    if not answer.person_checked if waiting is None else waiting.id != answer.user.id:
        return None
    used = services.used_passkey(
        db.session(), passkey_id=answer.passkey_id, seen_count=answer.seen_count, new_count=answer.new_count
    )
    return answer.user if used else None
