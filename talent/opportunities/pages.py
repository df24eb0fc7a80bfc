"""From a post to the form of one of its steps, and back through the service that saves it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from wtforms.fields.choices import SelectChoice

from models import AccessLevel, Dated, ExchangeKind, Grade, LengthRule, Opportunity, UkRoute, User
from models.types import Audience, Country, Language
from talent import texts
from talent.forms.fields import LongText, Text
from talent.framework import dated
from talent.framework import queries as framework
from talent.i18n import local
from talent.opportunities import drafting, forms, offer_forms, requirements
from talent.opportunities.calendar import today_at
from talent.opportunities.requirements import TEXT_FIELDS


def dated_choices(rows: Sequence[Dated], hint: str) -> list[SelectChoice]:
    """Choices from dated rows, each with its explanation."""
    return [SelectChoice(row.code, local(row), render_kw={"hint": local(row, hint)}) for row in rows]


def _kind(session: Session, opportunity: Opportunity, shown: dict[str, Any]) -> forms.StepForm:
    form = forms.KindForm(kind=opportunity.kind, **shown)
    form.kind.choices = dated_choices(dated.rows_in_force(session, ExchangeKind), "description")
    return form


def _texts(session: Session, opportunity: Opportunity, shown: dict[str, Any]) -> forms.StepForm:
    written = texts.original_language(opportunity.texts)
    saved: dict[str, Any] = {"original": str(written) if written else None}
    for name in TEXT_FIELDS:
        for lang in Language:
            row = texts.version(opportunity.texts, name, lang)
            saved[f"{name}_{lang}"] = row.content if row else ""
    return forms.TextsForm(**saved, **shown)


def _timing(session: Session, opportunity: Opportunity, shown: dict[str, Any]) -> forms.StepForm:
    form = forms.TimingForm(opportunity, **shown)
    form.today, form.saved = today_at(opportunity.organisation), opportunity
    return form


def _place(session: Session, opportunity: Opportunity, shown: dict[str, Any]) -> forms.StepForm:
    form = forms.PlaceForm(opportunity, **shown)
    rows = framework.regions(session, opportunity.organisation.country)
    form.region_code.choices = [SelectChoice(row.code, local(row)) for row in rows]
    return form


def _languages(session: Session, opportunity: Opportunity, shown: dict[str, Any]) -> forms.StepForm:
    form = forms.LanguagesForm(opportunity, **shown)
    rows = framework.spoken_languages(session)
    form.working_language.choices = [SelectChoice(row.code, local(row)) for row in rows]
    return form


def _offer(session: Session, opportunity: Opportunity, shown: dict[str, Any]) -> forms.StepForm:
    saved: dict[str, Any] = {
        "audience": opportunity.audience,
        "access_needed": opportunity.access_needed,
        "reserved_for_nationals": opportunity.reserved_for_nationals,
        "grade_min": opportunity.grade_min_id,
        "grade_max": opportunity.grade_max_id,
    }
    form = offer_forms.OfferForm(**saved, **shown)
    host = opportunity.organisation.country
    form.name_countries(host)
    form.access_needed.choices = dated_choices(dated.rows_in_force(session, AccessLevel, country=host), "description")
    grades = framework.grades(session, host)
    form.order = {grade.id: grade.order_in_country for grade in grades}
    form.grade_min.choices = form.grade_max.choices = [SelectChoice(grade.id, grade_name(grade)) for grade in grades]
    return form


def grade_name(grade: Grade) -> str:
    """The grade as readers of either country know it; a bare number would mislead them."""
    name = local(grade)
    return name if grade.country is Country.KR or name.startswith(grade.code) else f"{grade.code} – {name}"


def _route(session: Session, opportunity: Opportunity, shown: dict[str, Any]) -> forms.StepForm:
    form = offer_forms.RouteForm(opportunity, **shown)
    form.uk_route.choices = dated_choices(dated.rows_in_force(session, UkRoute, country=Country.GB), "guidance")
    return _in_their_language(form)


def _details(session: Session, opportunity: Opportunity, shown: dict[str, Any]) -> forms.StepForm:
    return _in_their_language(offer_forms.DetailsForm(**opportunity.kind_details, **shown))


def _in_their_language(form: forms.StepForm) -> forms.StepForm:
    """Mark fields that hold people's own words in the other language than the page's."""
    for field in form:
        if isinstance(field, Text | LongText) and field.data:
            field.content_language = texts.written_in(field.data).value
    return form


_BUILDERS: dict[str, Callable[[Session, Opportunity, dict[str, Any]], forms.StepForm]] = {
    "kind": _kind,
    "texts": _texts,
    "timing": _timing,
    "place": _place,
    "languages": _languages,
    "offer": _offer,
    "route": _route,
    "details": _details,
}
FORM_STEPS = tuple(_BUILDERS)


def form_for(session: Session, opportunity: Opportunity, step: str, *, from_request: bool = True) -> forms.StepForm:
    """The form of a step, filled with what is saved (or, in a POST, with what was sent)."""
    form = _BUILDERS[step](session, opportunity, {"version": opportunity.version, "from_request": from_request})
    form.prepare(requirements.required_by(dated.kind(session, opportunity.kind)))
    return form


def save(session: Session, actor: User, opportunity_id: UUID, step: str, form: Any) -> Opportunity:
    """Hand the answers of a valid form to the service of its step."""
    if step == "kind":
        return drafting.save_kind(
            session, actor=actor, opportunity_id=opportunity_id, kind=form.kind.data, version=form.seen_version
        )
    services: dict[str, Callable[..., Opportunity]] = {
        "texts": drafting.save_texts,
        "timing": drafting.save_timing,
        "place": drafting.save_place,
        "languages": drafting.save_languages,
        "offer": drafting.save_offer,
        "route": drafting.save_route,
        "details": drafting.save_details,
    }
    return services[step](
        session, actor=actor, opportunity_id=opportunity_id, given=form.to_answer(), version=form.seen_version
    )


def length_hints(session: Session, opportunity: Opportunity) -> list[LengthRule]:
    """What the length means: UK rules are about coming to a post there, Korean rules about leaving a post there.

    A rule for both countries always counts. While nobody has said who the post is for, both countries may send.
    """
    host = opportunity.organisation.country
    homes = {Audience.ABROAD: {host.other}, Audience.HOME: {host}}.get(
        opportunity.audience or Audience.BOTH, set(Country)
    )
    concerned = {Country.KR} & homes
    if host is Country.GB and Country.KR in homes:
        concerned.add(Country.GB)
    found: dict[UUID, LengthRule] = {}
    for country in Country:
        rows = dated.length_hints(
            session, country=country, kind=opportunity.kind, months=opportunity.length_months, shown_at="post"
        )
        found.update({row.id: row for row in rows if not row.country or row.country in concerned})
    return sorted(found.values(), key=lambda row: (row.position, row.code))
