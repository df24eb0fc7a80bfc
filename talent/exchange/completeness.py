"""What an imported record still lacks, as codes whose words are in TO_COMPLETE."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models import Opportunity, Profile
from models.types import TextState
from talent.framework.dated import kind as kind_in_force
from talent.i18n import _

TO_COMPLETE = {
    "about": _("grade and region"),
    "languages": _("languages"),
    "skills": _("skills (confirm the proposed ones)"),
    "experience": _("experience"),
    "wishes": _("what the person is looking for"),
    "claim": _("the owner’s claim"),
    "translation": _("the text in the other language"),
    "kind": _("kind of exchange (taken as secondment)"),
    "places": _("places (taken as one)"),
    "title": _("title"),
    "description": _("description"),
    "start_earliest": _("earliest start"),
    "start_latest": _("latest start"),
    "length": _("length"),
    "working_pattern": _("full or part time"),
    "work_mode": _("on site or remote"),
    "region": _("region"),
    "working_language": _("working language"),
    "grade_range": _("grade range"),
    "access_needed": _("access needed"),
    "uk_route": _("route to the United Kingdom"),
    "cost_lines": _("cost lines"),
    "closing_on": _("closing date"),
    "audience": _("who it is offered to"),
    "group_leader": _("group leader"),
    "itinerary": _("itinerary"),
    "group_size": _("size of the group"),
    "mentoring_hours": _("mentoring hours"),
    "project_outcome": _("outcome of the project"),
}
CONFIRM_ALWAYS = ("kind", "places")
"""The import file says neither; a person confirms what was assumed."""


def missing(session: Session, record: Opportunity | Profile) -> list[str]:
    """Codes of what is still to complete, in the order the steps ask for it."""
    return _of_profile(record) if isinstance(record, Profile) else _of_post(session, record)


def _of_profile(profile: Profile) -> list[str]:
    proposed = any(skill.proposed for skill in profile.skills)
    held = [skill for skill in profile.skills if skill.level is not None]
    lacking = {
        "about": profile.grade_id is None or profile.region_code is None,
        "languages": not profile.languages,
        "skills": proposed or not held,
        "experience": not any(text.content for text in profile.texts),
        "wishes": not (profile.kinds and profile.available_from and profile.lengths),
        "claim": profile.user_id is None,
    }
    return [code for code, lacks in lacking.items() if lacks]


def _of_post(session: Session, post: Opportunity) -> list[str]:
    kind = kind_in_force(session, post.kind or "")
    required = set(kind.required_fields) if kind is not None else set()
    present = {
        "title": any(text.field == "title" and text.content for text in post.texts),
        "description": any(text.field == "description" and text.content for text in post.texts),
        "skills": bool(post.skills) and not any(skill.proposed for skill in post.skills),
        "region": post.region_code is not None,
        "grade_range": post.grade_min_id is not None or post.grade_max_id is not None,
        "closing_on": post.closes_on is not None,
        "cost_lines": bool(post.cost_lines),
        "uk_route": post.uk_route is not None or post.organisation.country.value != "GB",
        "access_needed": post.access_needed is not None,
        "audience": post.audience is not None,
        "translation": not any(text.state is TextState.AWAITED for text in post.texts),
    }
    for name in ("start_earliest", "start_latest", "length", "working_pattern", "work_mode", "working_language"):
        present[name] = getattr(post, name) is not None
    for name in ("group_leader", "itinerary", "group_size", "mentoring_hours", "project_outcome"):
        present[name] = bool(post.kind_details.get(name))
    always = {"translation", "audience", *CONFIRM_ALWAYS}
    wanted = [code for code in TO_COMPLETE if code in required or code in always]
    return [code for code in wanted if not present.get(code, False)]
