"""What a post must have before it is offered, and what is still missing from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from models import AccessLevel, ExchangeKind, Opportunity
from models.types import Audience, Country, Language, WorkMode
from talent import texts
from talent.framework import dated
from talent.i18n import _
from talent.opportunities.calendar import closing_has_passed, today_at
from talent.texts import TextStatus

TEXT_FIELDS = ("title", "description")
DETAIL_FIELDS = ("itinerary", "group_leader", "group_size", "mentoring_hours", "project_outcome")
ROUTES_WITHOUT_STAY = ("not-needed-remote", "not-needed-within-uk")
ROUTES_WITH_SPONSOR = ("government-authorised-exchange", "international-agreement")


@dataclass(frozen=True)
class Problem:
    """Something that keeps a post from being offered, the step where it is put right, and the field there."""

    step: str
    field: str
    message: Any


@dataclass(frozen=True)
class Requirement:
    """One key of ExchangeKind.required_fields: where it is asked and how to tell that it was answered."""

    key: str
    step: str
    field: str
    message: Any
    given: Callable[[Opportunity], bool]


def offered_abroad(opportunity: Opportunity) -> bool:
    return opportunity.audience in (Audience.ABROAD, Audience.BOTH)


def hosted_in_uk(opportunity: Opportunity) -> bool:
    return opportunity.organisation.country is Country.GB


def needs_route(opportunity: Opportunity) -> bool:
    """Posts in the UK that people from abroad may come to (or may, as long as nobody has said who it is for)."""
    return hosted_in_uk(opportunity) and opportunity.audience is not Audience.HOME


def _original_given(name: str) -> Callable[[Opportunity], bool]:
    def given(opportunity: Opportunity) -> bool:
        row = texts.original(opportunity.texts, name)
        return row is not None and bool(row.content)

    return given


def _route_given(opportunity: Opportunity) -> bool:
    route = opportunity.uk_route
    if not needs_route(opportunity) or route in ROUTES_WITHOUT_STAY:
        return True
    sponsored = route not in ROUTES_WITH_SPONSOR or bool(opportunity.uk_sponsor)
    return bool(route) and sponsored and bool(opportunity.supernumerary_reason)


def _detail_given(name: str) -> Callable[[Opportunity], bool]:
    return lambda opportunity: bool(opportunity.kind_details.get(name))


REQUIREMENTS: tuple[Requirement, ...] = (
    Requirement("title", "texts", "title_en", _("Give the post a title"), _original_given("title")),
    Requirement("description", "texts", "description_en", _("Describe the work"), _original_given("description")),
    Requirement("places", "timing", "places", _("Say how many places there are"), lambda o: o.places is not None),
    Requirement(
        "start_earliest",
        "timing",
        "start_earliest",
        _("Give the earliest start date"),
        lambda o: o.start_earliest is not None,
    ),
    Requirement(
        "start_latest", "timing", "start_latest", _("Give the latest start date"), lambda o: o.start_latest is not None
    ),
    Requirement("length", "timing", "length", _("Say how long it lasts"), lambda o: o.length is not None),
    Requirement(
        "working_pattern",
        "timing",
        "working_pattern",
        _("Say whether the post is full time or part time"),
        lambda o: o.working_pattern is not None,
    ),
    Requirement("closing_on", "timing", "closes_on", _("Give a closing date"), lambda o: o.closes_on is not None),
    Requirement(
        "work_mode",
        "place",
        "work_mode",
        _("Say whether the work is on site, remote or both"),
        lambda o: o.work_mode is not None,
    ),
    Requirement(
        "region",
        "place",
        "region_code",
        _("Choose the region where the work is done"),
        lambda o: o.region_code is not None or o.work_mode is WorkMode.REMOTE,
    ),
    Requirement(
        "working_language",
        "languages",
        "working_language",
        _("Choose the working language"),
        lambda o: o.working_language is not None,
    ),
    Requirement(
        "grade_range",
        "offer",
        "grade_min",
        _("Give the range of grades"),
        lambda o: o.grade_min_id is not None and o.grade_max_id is not None,
    ),
    Requirement(
        "access_needed",
        "offer",
        "access_needed",
        _("Say what access the work needs"),
        lambda o: o.access_needed is not None,
    ),
    Requirement(
        "uk_route",
        "route",
        "uk_route",
        _("Choose the immigration route, its sponsor where it needs one, and say why the place is additional"),
        _route_given,
    ),
    Requirement("cost_lines", "costs", "item", _("Add at least one cost line"), lambda o: bool(o.cost_lines)),
    Requirement("itinerary", "details", "itinerary", _("Describe the itinerary"), _detail_given("itinerary")),
    Requirement("group_leader", "details", "group_leader", _("Say who leads the group"), _detail_given("group_leader")),
    Requirement(
        "group_size", "details", "group_size", _("Say how many people the group has"), _detail_given("group_size")
    ),
    Requirement(
        "mentoring_hours",
        "details",
        "mentoring_hours",
        _("Say how many hours of mentoring there are each month"),
        _detail_given("mentoring_hours"),
    ),
    Requirement(
        "project_outcome",
        "details",
        "project_outcome",
        _("Describe what the project will produce"),
        _detail_given("project_outcome"),
    ),
)


def required_by(kind: ExchangeKind | None) -> frozenset[str]:
    """Keys a post of this kind must answer; everything but the special details while no kind is chosen."""
    if kind is None:
        return frozenset(item.key for item in REQUIREMENTS if item.step != "details") | {"skills"}
    return frozenset(kind.required_fields)


def missing(session: Session, opportunity: Opportunity) -> list[Problem]:
    """What the post lacks for its kind, in the order of the steps' table. Translations and dates gone by come apart."""
    kind = dated.kind(session, opportunity.kind)
    required = required_by(kind)
    found = [] if kind is not None else [Problem("kind", "kind", _("Choose a kind of exchange that is in use"))]
    found += [
        Problem(item.step, item.field, item.message)
        for item in REQUIREMENTS
        if item.key in required and not item.given(opportunity)
    ]
    if opportunity.audience is None:
        found.append(Problem("offer", "audience", _("Say to whom the post is offered")))
    fewest = dated.rule_number(session, "minimum_skills", country=opportunity.organisation.country)
    if "skills" in required and len(opportunity.skills) < fewest:
        found.append(Problem("skills", "skills", _("Choose at least %(number)s skills with levels", number=fewest)))
    conflict = offer_conflict(session, opportunity)
    return [*found, conflict] if conflict else found


def offer_conflict(session: Session, opportunity: Opportunity) -> Problem | None:
    """Why the post cannot be offered to the other country; None when it can, or is not.

    Clearance does not carry across the border, and a person's nationality is never asked.
    """
    if not offered_abroad(opportunity):
        return None
    if opportunity.reserved_for_nationals:
        message = _("A post reserved for nationals cannot be offered to the other country")
        return Problem("offer", "audience", message)
    level = opportunity.access_needed and dated.row_in_force(session, AccessLevel, opportunity.access_needed)
    if level and not level.offered_abroad:
        message = _("A post that needs national security vetting cannot be offered to the other country")
        return Problem("offer", "audience", message)
    kind = dated.kind(session, opportunity.kind)
    if kind is not None and not kind.cross_border:
        return Problem("offer", "audience", _("This kind of exchange is not offered across the border"))
    return None


def gone_by(opportunity: Opportunity) -> list[Problem]:
    """Dates that have passed since they were entered."""
    today = today_at(opportunity.organisation)
    found = []
    if closing_has_passed(opportunity):
        found.append(Problem("timing", "closes_on", _("The closing date has passed")))
    if opportunity.start_latest is not None and opportunity.start_latest < today:
        found.append(Problem("timing", "start_latest", _("The latest start date has passed")))
    return found


def untranslated(opportunity: Opportunity) -> list[Problem]:
    """Texts whose other language is awaited or stale, unless an administrator allowed that."""
    if opportunity.translation_awaited_by_id is not None:
        return []
    written = texts.original_language(opportunity.texts)
    if written is None:
        return []
    messages = {
        (Language.EN, TextStatus.AWAITED): _("The English text is awaited"),
        (Language.KO, TextStatus.AWAITED): _("The Korean text is awaited"),
        (Language.EN, TextStatus.STALE): _("The English text is older than the Korean original"),
        (Language.KO, TextStatus.STALE): _("The Korean text is older than the English original"),
    }
    states = {texts.status(opportunity.texts, name, written.other) for name in TEXT_FIELDS}
    found = [
        messages[written.other, state] for state in TextStatus if (written.other, state) in messages and state in states
    ]
    return [Problem("texts", f"title_{written.other}", message) for message in found]
