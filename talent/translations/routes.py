"""The translation queue, and one record's texts side by side."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.types import Language
from talent.auth import policies
from talent.auth.guards import requires
from talent.errors import Invalid, StaleRecord
from talent.extensions import db
from talent.forms.conflict import conflict_page
from talent.i18n import _
from talent.texts import LABELS, TextStatus
from talent.translations import queries, services
from talent.translations.forms import TranslationForm, label, translation_form

bp = Blueprint("translations", __name__, url_prefix="/translations")


@bp.get("/")
@requires(policies.translator_or_administrator)
def queue() -> ResponseReturnValue:
    """Texts that wait, longest first."""
    target, state, page = (request.args.get(name, "") for name in ("target", "state", "page"))
    wanted = TextStatus(state) if state in {status.value for status in queries.URGENCY} else None
    lang = Language(target) if target in {member.value for member in Language} else None
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 7 else 1
    found = queries.queue(db.session(), target=lang, state=wanted, page=number)
    return render_template(
        "translations/queue.html",
        found=found,
        target=lang,
        state=wanted,
        labels=LABELS,
        urgency=queries.URGENCY,
        page_size=queries.PAGE_SIZE,
    )


@bp.route("/<any(post, profile):kind>/<uuid:owner_id>/<any(en, ko):target>", methods=["GET", "POST"])
@requires(policies.translator_or_administrator)
def edit(kind: str, owner_id: UUID, target: str) -> ResponseReturnValue:
    """Original on the left, translation on the right."""
    session, lang = db.session(), Language(target)
    owner = queries.owner(session, kind, owner_id, lang)
    form = _form(owner, lang)
    if form.validate_on_submit():
        try:
            return _save(form, kind, owner_id, lang)
        except Invalid as error:
            form.add_errors(error.fields or {"": error.message})
            owner = queries.owner(session, kind, owner_id, lang)
        except StaleRecord:
            owner = queries.owner(session, kind, owner_id, lang)
            saved = _form(owner, lang, from_request=False)
            return conflict_page(form, saved, version=queries.fingerprint(owner, lang), back=request.path)
    return _page(owner, kind, lang, form)


def _form(owner: queries.TextOwner, lang: Language, *, from_request: bool = True) -> TranslationForm:
    fingerprint = queries.fingerprint(owner, lang)
    return translation_form(queries.pairs(owner, lang), lang, fingerprint, from_request=from_request)


def _save(form: TranslationForm, kind: str, owner_id: UUID, lang: Language) -> ResponseReturnValue:
    checked = request.form.get("do") == "checked"
    service = services.mark_checked if checked else services.save_draft
    service(
        db.session(),
        actor=g.user,
        kind=kind,
        owner_id=owner_id,
        target=lang,
        contents=form.contents(),
        seen=str(form.version.data or ""),
    )
    flash(_("The translation is marked as checked.") if checked else _("The draft translation is kept."), "success")
    return redirect(url_for(".queue") if checked else url_for(".edit", kind=kind, owner_id=owner_id, target=lang))


def _page(owner: queries.TextOwner, kind: str, lang: Language, form: TranslationForm) -> ResponseReturnValue:
    pairs = queries.pairs(owner, lang)
    ids = {
        person
        for pair in pairs
        if pair.translation is not None
        for person in (pair.translation.written_by_id, pair.translation.checked_by_id)
        if person is not None and person != getattr(owner, "user_id", None)  # whose profile it is stays unsaid
    }
    context: dict[str, Any] = {"pairs": pairs, "kind": kind, "target": lang, "form": form}
    return render_template(
        "translations/edit.html",
        **context,
        label=label,
        names=queries.names_of(db.session(), ids),
        owner_person=getattr(owner, "user_id", None),
    )
