"""The steps, each its own page, in any order; skills have a module of their own."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import Profile
from models.types import ProfileStatus
from talent.auth import policies
from talent.auth.guards import requires
from talent.errors import Invalid, NotFound, StaleRecord
from talent.extensions import db
from talent.forms.addresses import carried
from talent.forms.conflict import conflict_page
from talent.framework import queries as framework
from talent.i18n import _, local
from talent.profiles import queries, services, summary
from talent.profiles.answers import LanguageAnswer, fingerprint
from talent.profiles.blueprint import bp
from talent.profiles.forms import AboutForm, BasisForm, ExperienceForm, LanguageForm, WishesForm
from talent.profiles.given_away import find_given_away
from talent.profiles.steps import BY_KEY, next_endpoint


def own_or_none() -> Profile | None:
    """The reader's profile while there is one. Raises Invalid when the account has no organisation to start from."""
    profile = queries.profile_of(db.session(), g.user)
    if profile is None and g.user.organisation is None:
        raise Invalid(_("Choose your organisation in your account before you start your profile"))
    return profile


def after_saving(step: str, profile: Profile, before: int | None = None) -> ResponseReturnValue:
    """Where a saved step leads: back to what the person came from, or on to the next step.

    `before` is the version of the profile before a text of the person's own was saved: a new text that gives them away
    is shown again with a warning, once.
    """
    if before is not None and profile.version != before and find_given_away(profile, step):
        flash(str(_("Your changes are saved. Look at the warning below.")), "success")
        return redirect(url_for(f"profiles.{step}", **carried()))  # type: ignore[arg-type]
    if request.form.get("then") == "list":
        return redirect(url_for("profiles.task_list"))
    if request.args.get("from") == "check":
        return redirect(url_for("profiles.check_answers"))
    if profile.status is not ProfileStatus.DRAFT:
        flash(str(_("Your changes are saved")), "success")
        return redirect(url_for("profiles.task_list"))
    return redirect(url_for(next_endpoint(step)))


@bp.route("/about-you", methods=["GET", "POST"])
@requires(policies.civil_servant)
def about_you() -> ResponseReturnValue:
    session, profile = db.session(), own_or_none()
    organisation = profile.organisation if profile else g.user.organisation
    form = AboutForm.build(session, organisation.country, profile)
    if form.validate_on_submit():
        try:
            saved = services.save_about(session, g.user, form.answer(), seen=form.version.data)
            return after_saving("about_you", saved)
        except Invalid as error:
            form.add_errors(error.fields)
        except StaleRecord:
            now = AboutForm.build(session, organisation.country, own_or_none(), from_request=False)
            return conflict_page(form, now, version=now.version.data, back=url_for(".about_you"))
    return render_template("profiles/about_you.html", form=form, organisation=organisation, step=BY_KEY["about_you"])


@bp.route("/languages", methods=["GET", "POST"])
@requires(policies.civil_servant)
def languages() -> ResponseReturnValue:
    profile = own_or_none()
    if request.method == "POST":
        return after_saving("languages", services.mark_step(db.session(), g.user, "languages"))
    rows = summary.languages(db.session(), profile) if profile else []
    codes = [row.language for row in summary.languages_in_order(profile)] if profile else []
    return render_template(
        "profiles/languages.html", rows=list(zip(codes, rows, strict=True)), step=BY_KEY["languages"]
    )


@bp.route("/languages/add", methods=["GET", "POST"], endpoint="add_language")
@bp.route("/languages/<code>", methods=["GET", "POST"])
@requires(policies.civil_servant)
def edit_language(code: str | None = None) -> ResponseReturnValue:
    session = db.session()
    present = _language_held(own_or_none(), code)
    form = LanguageForm.build(session, present)
    if form.validate_on_submit():
        try:
            services.save_language(session, g.user, form.answer(), before=code, seen=form.version.data)
            return redirect(_language_list())
        except Invalid as error:
            form.add_errors(error.fields)
        except StaleRecord:
            held = _language_held(own_or_none(), code, gone=None)
            now = LanguageForm.build(session, held, from_request=False)
            return conflict_page(form, now, version=fingerprint(held), back=url_for(".languages"))
    return render_template("profiles/edit_language.html", form=form, code=code)


def _language_list() -> str:
    checking = request.args.get("from") == "check"
    return url_for(".languages", **{"from": "check"} if checking else {})  # type: ignore[arg-type]


def _language_held(profile: Profile | None, code: str | None, *, gone: object = NotFound) -> LanguageAnswer | None:
    """The saved answer for a language; None when a new one is being added. Raises NotFound for one not there."""
    if code is None:
        return None
    held = {answer.language: answer for answer in (LanguageAnswer.all_of(profile) if profile else ())}
    if code not in held and gone is NotFound and request.method == "GET":
        raise NotFound
    return held.get(code)


@bp.route("/languages/<code>/remove", methods=["POST"])
@requires(policies.civil_servant)
def remove_language(code: str) -> ResponseReturnValue:
    services.remove_language(db.session(), g.user, code)
    names = {row.code: local(row) for row in framework.spoken_languages(db.session())}
    flash(str(_("%(language)s is removed", language=names.get(code, ""))), "success")
    return redirect(_language_list())


@bp.route("/experience", methods=["GET", "POST"])
@requires(policies.civil_servant)
def experience() -> ResponseReturnValue:
    session = db.session()
    profile = own_or_none()
    form, before = ExperienceForm.build(profile), profile.version if profile else 0
    if form.validate_on_submit():
        try:
            saved = services.save_experience(session, g.user, form.answer(), seen=form.version.data)
            return after_saving("experience", saved, before)
        except Invalid as error:
            form.add_errors(error.fields)
        except StaleRecord:
            now = ExperienceForm.build(own_or_none(), from_request=False)
            return conflict_page(form, now, version=now.version.data, back=url_for(".experience"))
    return render_template(
        "profiles/experience.html",
        form=form,
        step=BY_KEY["experience"],
        given_away=find_given_away(own_or_none(), "experience"),
    )


@bp.route("/what-you-look-for", methods=["GET", "POST"])
@requires(policies.civil_servant)
def what_you_look_for() -> ResponseReturnValue:
    session, profile = db.session(), own_or_none()
    country = (profile.organisation if profile else g.user.organisation).country
    form = WishesForm.build(session, country, profile)
    if form.validate_on_submit():
        try:
            saved = services.save_wishes(session, g.user, form.answer(), seen=form.version.data)
            return after_saving("what_you_look_for", saved)
        except Invalid as error:
            form.add_errors(error.fields)
        except StaleRecord:
            now = WishesForm.build(session, country, own_or_none(), from_request=False)
            return conflict_page(form, now, version=now.version.data, back=url_for(".what_you_look_for"))
    return render_template(
        "profiles/what_you_look_for.html",
        form=form,
        country=country,
        wanted=[row.skill for row in profile.skills if row.develop] if profile else [],
        step=BY_KEY["what_you_look_for"],
    )


@bp.route("/taking-part", methods=["GET", "POST"])
@requires(policies.civil_servant)
def taking_part() -> ResponseReturnValue:
    session, profile = db.session(), own_or_none()
    organisation = profile.organisation if profile else g.user.organisation
    bases = queries.bases_of(session, organisation)
    form = BasisForm.build(bases, profile)
    if form.validate_on_submit():
        shown = {basis.purpose.value: request.form.get(f"text-{basis.purpose}", "") for basis in bases}
        before = profile.status if profile else ProfileStatus.DRAFT
        try:
            saved = services.save_basis(session, g.user, form.answers(shown), seen=form.version.data)
            if before is ProfileStatus.ACTIVE and saved.status is ProfileStatus.PAUSED:
                flash(str(_("Your choice has taken effect. Your profile is paused and nobody is shown it.")), "success")
                return redirect(url_for(".task_list"))
            return after_saving("taking_part", saved)
        except Invalid as error:
            form.add_errors(error.fields)
        except StaleRecord:
            now = BasisForm.build(bases, own_or_none(), from_request=False)
            return conflict_page(form, now, version=now.version.data, back=url_for(".taking_part"))
    return render_template(
        "profiles/taking_part.html",
        form=form,
        country=organisation.country,
        profile=profile,
        step=BY_KEY["taking_part"],
    )
