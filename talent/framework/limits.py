"""How far administrators may set a number: what people were promised and what the service can work with stays true.

A rule that watches over reviewers cannot be set so that it never speaks, and no period so short that the next night
takes what people still need. Codes that are not here may be set from 1 to 9999, and days of keeping to 36,500.
"""

from __future__ import annotations

SERVICE_RULES: dict[str, tuple[int, int]] = {
    "objection_days": (1, 60),
    "suggestion_expiry_days": (7, 365),
    "manager_link_days": (1, 90),
    "review_undo_seconds": (10, 3600),
    "profile_stale_months": (1, 60),
    "minimum_skills": (1, 10),
    "invitation_days": (1, 30),
    "administrator_proposal_days": (1, 60),
    "shortlist_size": (1, 20),
    "shortlist_mixed_in": (0, 1),
    "review_reason_length": (10, 200),
    "rubber_stamp_percent": (50, 95),
    "rubber_stamp_decisions": (10, 50),
    "contest_days": (1, 30),
    "contest_aim_days": (1, 30),
    "contest_reminder_days": (1, 29),
    "data_request_days": (1, 28),
    "data_request_aim_days": (1, 28),
    "idle_warning_days": (14, 365),
    "receipt_copy_minutes": (1, 1440),
    "unmask_minutes": (1, 60),
    "exports_per_hour": (1, 1000),
    "match_runs_per_hour": (1, 1000),
    "searches_per_hour": (60, 9999),
    "contests_per_hour": (1, 1000),
}
"""Code of a service rule to its lowest and highest value."""
LOWEST, HIGHEST = 1, 9999

FEWEST_DAYS: dict[str, int] = {
    "withdrawn_profiles": 7,
    "draft_profiles": 30,
    "unclaimed_profiles": 30,
    "idle_accounts": 180,
    "unconfirmed_accounts": 2,
    "closed_suggestions": 90,
    "draft_posts": 30,
    "archived_posts": 90,
    "contests": 90,
    "failed_work": 7,
    "links": 7,
    "imported_lines": 7,
    "audit": 365,
}
"""Code of a retention rule to the fewest days that records are kept."""


def of_service_rule(code: str | None) -> tuple[int, int]:
    """The lowest and the highest value of a service rule."""
    return SERVICE_RULES.get(code or "", (LOWEST, HIGHEST))
