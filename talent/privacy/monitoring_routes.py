"""Optional equality monitoring: one's own answers, and nobody else's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField
from wtforms.fields.choices import SelectChoice

from models.types import Country
from talent.auth import policies
from talent.auth.guards import requires
from talent.errors import Invalid
from talent.extensions import db
from talent.forms import GovForm
from talent.forms.fields import Radios, Tick
from talent.framework import notices
from talent.i18n import _, local
from talent.privacy import monitoring
from talent.privacy.monitoring import Asked, Given

bp = Blueprint("monitoring", __name__, url_prefix="/equality-questions")


class MonitoringForm(GovForm):
    """A question each, with the answers given before; see `build`."""

    asked: Sequence[Asked] = ()
    notice = HiddenField()

    @classmethod
    def build(cls, asked: Sequence[Asked], given: Sequence[Given], country: Country) -> MonitoringForm:
        fields: dict[str, Any] = {item.question.code: _question(item) for item in asked}
        fields["agreed"] = _agreement(country)
        form: MonitoringForm = type("MonitoringFormOfCountry", (cls,), fields)(
            **{item.question: item.answer for item in given if item.question in fields}
        )
        form.asked = asked
        return form

    def answers(self) -> dict[str, str]:
        """What was answered; questions left empty are left out."""
        chosen = {item.question.code: self[item.question.code].data for item in self.asked}
        return {code: answer for code, answer in chosen.items() if answer}


def _question(item: Asked) -> Radios:
    choices = [SelectChoice(option.code, local(option)) for option in item.options]
    return Radios(local(item.question), choices=choices, hint=_("Optional"), small=True)


def _agreement(country: Country) -> Tick:
    if country is Country.KR:
        words, missing = (
            _("I consent to the collection and use of these answers as described above (optional)"),
            _("Tick the box to consent, or leave without saving"),
        )
    else:
        words, missing = (
            _("I have read the notice and choose to give these answers"),
            _("Tick the box to give your answers, or leave without saving"),
        )
    return Tick(words, required=missing)


@bp.route("/", methods=["GET", "POST"])
@requires(policies.civil_servant)
def answers() -> ResponseReturnValue:
    session, home = db.session(), g.user.organisation
    given = monitoring.answers_of(session, g.user)
    asked = monitoring.questions(session, home.country) if home is not None else []
    notice = monitoring.notice(session, home.country) if home is not None else None
    if notice is None or not asked:
        return render_template("privacy/equality_none.html", given=given)
    form = MonitoringForm.build(asked, given, home.country)
    if form.validate_on_submit():
        try:
            monitoring.save_answers(session, g.user, form.answers(), notice_id=_id(form.notice.data))
        except Invalid as problem:
            form.add_errors(problem.fields)
        else:
            flash(str(_("Your answers are saved")), "success")
            return redirect(url_for(".answers"))
    return render_template(
        "privacy/equality.html", form=form, notice=notice, given=given, country=home.country, blocks=notices.blocks
    )


@bp.route("/delete", methods=["GET", "POST"])
@requires(policies.civil_servant)
def delete() -> ResponseReturnValue:
    session = db.session()
    if request.method == "POST":
        monitoring.forget(session, g.user.id)
        flash(str(_("Your answers are deleted")), "success")
        return redirect(url_for(".answers"))
    return render_template("privacy/equality_delete.html", given=monitoring.answers_of(session, g.user))


def _id(sent: str | None) -> UUID:
    try:
        return UUID(sent or "")
    except ValueError:
        return UUID(int=0)
