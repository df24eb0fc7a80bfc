"""Words for the codes a post holds, in the reader's language."""

from __future__ import annotations

from typing import Any

from models.types import (
    Audience,
    Cefr,
    CostPayer,
    Country,
    Currency,
    Language,
    LengthUnit,
    OpportunityStatus,
    WorkingPattern,
    WorkMode,
)
from talent.i18n import _, _n, current_language
from talent.opportunities.policies import ActorRole
from talent.opportunities.states import Action

STATUS: dict[OpportunityStatus, Any] = {
    OpportunityStatus.DRAFT: _("Draft"),
    OpportunityStatus.SUBMITTED: _("Waiting for approval"),
    OpportunityStatus.PUBLISHED: _("Published"),
    OpportunityStatus.PAUSED: _("Paused"),
    OpportunityStatus.CLOSED: _("Closed"),
    OpportunityStatus.FILLED: _("Filled"),
    OpportunityStatus.UNFILLED: _("Not filled"),
    OpportunityStatus.CANCELLED: _("Cancelled"),
    OpportunityStatus.ARCHIVED: _("Archived"),
}
STATUS_COLOURS: dict[OpportunityStatus, str] = {
    OpportunityStatus.DRAFT: "govuk-tag--grey",
    OpportunityStatus.SUBMITTED: "govuk-tag--yellow",
    OpportunityStatus.PUBLISHED: "govuk-tag--green",
    OpportunityStatus.PAUSED: "govuk-tag--orange",
    OpportunityStatus.CLOSED: "govuk-tag--blue",
    OpportunityStatus.FILLED: "govuk-tag--turquoise",
    OpportunityStatus.UNFILLED: "govuk-tag--purple",
    OpportunityStatus.CANCELLED: "govuk-tag--red",
    OpportunityStatus.ARCHIVED: "govuk-tag--grey",
}
COUNTRY: dict[Country, Any] = {Country.GB: _("United Kingdom"), Country.KR: _("Republic of Korea")}
LANGUAGE: dict[Language, Any] = {Language.EN: _("English"), Language.KO: _("Korean")}
WORK_MODE: dict[WorkMode, Any] = {
    WorkMode.ON_SITE: _("On site"),
    WorkMode.REMOTE: _("Remote"),
    WorkMode.BLENDED: _("Partly on site, partly remote"),
}
PATTERN: dict[WorkingPattern, Any] = {
    WorkingPattern.FULL_TIME: _("Full time"),
    WorkingPattern.PART_TIME: _("Part time"),
}
UNIT: dict[LengthUnit, Any] = {
    LengthUnit.MONTHS: _("Months"),
    LengthUnit.WEEKS: _("Weeks"),
    LengthUnit.DAYS: _("Days"),
}
PAYER: dict[CostPayer, Any] = {
    CostPayer.HOME: _("Home organisation"),
    CostPayer.HOST: _("Host organisation"),
    CostPayer.SHARED: _("Shared by both organisations"),
    CostPayer.PERSON: _("The person"),
}
CURRENCY: dict[Currency, Any] = {Currency.GBP: _("Pounds sterling (GBP)"), Currency.KRW: _("Korean won (KRW)")}
CEFR: dict[Cefr, Any] = {
    Cefr.A1: _("A1 – a few words and phrases"),
    Cefr.A2: _("A2 – simple everyday exchanges"),
    Cefr.B1: _("B1 – familiar matters at work"),
    Cefr.B2: _("B2 – fluent in most work situations"),
    Cefr.C1: _("C1 – complex subjects with ease"),
    Cefr.C2: _("C2 – as good as a native speaker"),
}
ROLE: dict[ActorRole, Any] = {
    ActorRole.AUTHOR: _("Author"),
    ActorRole.ORGANISATION_HR: _("HR of the organisation"),
    ActorRole.ADMINISTRATOR: _("Administrator"),
    ActorRole.SYSTEM: _("The service, automatically"),
}
DONE: dict[Action, Any] = {
    Action.SUBMIT: _("Submitted for approval"),
    Action.PUBLISH: _("Published"),
    Action.PUBLISH_IMPORTED: _("Published by an import"),
    Action.RETURN: _("Returned"),
    Action.PAUSE: _("Paused"),
    Action.RESUME: _("Resumed"),
    Action.CLOSE: _("Closed early"),
    Action.CLOSE_AT_DEADLINE: _("Closed at the closing date"),
    Action.FILL: _("Marked as filled"),
    Action.FILL_BY_CLAIMS: _("Filled: every place is taken"),
    Action.LEAVE_UNFILLED: _("Marked as not filled"),
    Action.ARCHIVE: _("Archived"),
    Action.CANCEL: _("Cancelled"),
}
DETAIL: dict[str, Any] = {
    "itinerary": _("Itinerary"),
    "group_leader": _("Leader of the group"),
    "group_size": _("People in the group"),
    "mentoring_hours": _("Hours of mentoring each month"),
    "project_outcome": _("What the project will produce"),
}
AUDIENCE_IN: dict[tuple[Country, Audience], Any] = {
    (Country.GB, Audience.ABROAD): _("Civil servants of Korea"),
    (Country.GB, Audience.HOME): _("Civil servants of the United Kingdom"),
    (Country.KR, Audience.ABROAD): _("Civil servants of the United Kingdom"),
    (Country.KR, Audience.HOME): _("Civil servants of Korea"),
}


def audience(host: Country, value: Audience | None) -> Any:
    """To whom a post is offered, named by country; empty while not stated."""
    if value is None:
        return ""
    return AUDIENCE_IN.get((host, value), _("Civil servants of both countries"))


def length(value: int | None, unit: LengthUnit) -> Any:
    """A length with its unit; empty while not stated."""
    if value is None:
        return ""
    if unit is LengthUnit.MONTHS:
        return _n("%(num)s month", "%(num)s months", value)
    if unit is LengthUnit.WEEKS:
        return _n("%(num)s week", "%(num)s weeks", value)
    return _n("%(num)s day", "%(num)s days", value)


def span(first: str, last: str) -> str:
    """From one thing to another, as the reader's language writes it."""
    if first == last or not last:
        return first
    return f"{first}~{last}" if current_language() is Language.KO else f"{first} to {last}"
