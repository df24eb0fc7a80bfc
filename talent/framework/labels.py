"""Words for the codes that dated data uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from talent.i18n import _

Choices = Mapping[str, Any] | tuple[()] | str

COUNTRIES: dict[str, Any] = {"": _("Both countries"), "GB": _("United Kingdom"), "KR": _("Republic of Korea")}

POST_FIELDS: dict[str, Any] = {
    "title": _("Title"),
    "description": _("Description"),
    "skills": _("Skills"),
    "places": _("Number of places"),
    "start_earliest": _("Earliest start"),
    "start_latest": _("Latest start"),
    "length": _("Length"),
    "working_pattern": _("Full or part time"),
    "work_mode": _("On site or remote"),
    "region": _("Region"),
    "working_language": _("Working language"),
    "grade_range": _("Grades"),
    "access_needed": _("Access needed"),
    "uk_route": _("Route to the United Kingdom"),
    "cost_lines": _("Cost lines"),
    "closing_on": _("Closing date"),
    "group_leader": _("Leader of the group"),
    "group_size": _("Size of the group"),
    "itinerary": _("Itinerary"),
    "mentoring_hours": _("Hours of mentoring"),
    "project_outcome": _("Outcome of the project"),
}
SIDES: dict[str, Any] = {"home": _("Home organisation"), "host": _("Host organisation")}
HOLDERS: dict[str, Any] = {
    "line_manager": _("Line manager"),
    "hr": _("HR"),
    "finance": _("Finance"),
    "security": _("Security"),
    "head_of_agency": _("Head of the agency"),
    "outside_body": _("A body outside the organisation"),
}
DECIDERS: dict[str, Any] = {
    "reviewer": _("The reviewer, on a pairing"),
    "objection": _("The receiving country, to object"),
    "person": _("The person, on a suggestion"),
    "host": _("The host, on a person put forward"),
    "home": _("The home organisation, on release"),
    "approval": _("Whoever records an approval step"),
    "post_return": _("Returning a post to its author"),
    "post_close": _("Closing a post"),
    "post_cancel": _("Cancelling a post"),
    "profile_withdraw": _("Withdrawing a profile"),
    "person_disable": _("Ending a person’s access"),
    "person_enable": _("Giving a person’s access back"),
    "person_move": _("Moving a person to another organisation"),
    "unmask": _("Seeing who a person is"),
    "system": _("The service itself"),
}
ANSWERS: dict[str, Any] = {"yes": _("Yes"), "hold": _("On hold"), "no": _("No")}
PURPOSES: dict[str, Any] = {
    "taking_part": _("Taking part"),
    "showing_abroad": _("Being shown in the other country"),
    "collection": _("Collection and use"),
    "third_party": _("Provision to third parties"),
    "transfer_abroad": _("Transfer abroad"),
}
MODES: dict[str, Any] = {"choose": _("By choosing to take part"), "consent": _("By a separate consent")}
HINT_LEVELS: dict[str, Any] = {"info": _("As information"), "warning": _("As a warning")}
SHOWN_AT: dict[str, Any] = {"post": _("Beside the length of a post"), "release": _("On release")}
SCORE_KINDS: dict[str, Any] = {"number": _("A number"), "band": _("A band or rating")}
