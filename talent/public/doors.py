"""Where a person can go from the home page, with a line about each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models import User
from talent.auth import policies
from talent.auth.policies import Policy
from talent.i18n import _


@dataclass(frozen=True)
class Door:
    policy: Policy
    endpoint: str
    text: Any
    about: Any


DOORS = (
    Door(
        policies.civil_servant,
        "profiles.task_list",
        _("My profile"),
        _("Your skills, languages and what you are looking for. Pause or withdraw it at any time."),
    ),
    Door(
        policies.civil_servant,
        "matching.for_you",
        _("For you"),
        _("Published posts ranked for you, with the reasons. Only you see it."),
    ),
    Door(
        policies.civil_servant,
        "matching.my_suggestions",
        _("Posts you were put forward for"),
        _("Posts an administrator has put you forward for: answer, and see what became of them."),
    ),
    Door(policies.signed_in, "opportunities.browse", _("Opportunities"), _("Every published post in both countries.")),
    Door(policies.hr, "opportunities.ours", _("Our posts"), _("Write, check and follow your organisation’s posts.")),
    Door(
        policies.hr,
        "matching.put_forward",
        _("People put forward"),
        _("People who said yes to one of your posts and are waiting for your answer."),
    ),
    Door(
        policies.hr,
        "organisations.our_people",
        _("Our people"),
        _("Confirm who works in your organisation."),
    ),
    Door(
        policies.hr,
        "matching.releases",
        _("Release requests"),
        _("Decide whether your staff can go, with the approvals needed."),
    ),
    Door(
        policies.administrator,
        "matching.queue",
        _("Review"),
        _("Decide on suggested pairings, by post and by how long they have waited."),
    ),
    Door(
        policies.administrator,
        "privacy.to_answer",
        _("Contested decisions"),
        _("Answer people who ask for a decision about them to be looked at again."),
    ),
    Door(policies.administrator, "matching.runs", _("Matching runs"), _("Run the matcher, and see what each run did.")),
    Door(
        policies.hr_or_administrator,
        "opportunities.to_approve",
        _("Posts to approve"),
        _("Posts that another person has written and submitted."),
    ),
    Door(
        policies.administrator,
        "organisations.administration",
        _("Administration"),
        _("People and their roles, organisations and their email domains."),
    ),
    Door(
        policies.administrator,
        "dated.index",
        _("Rules and lists"),
        _("Approval steps, reasons, notices, lengths and periods, each with its country, dates and source."),
    ),
    Door(
        policies.translator_or_administrator,
        "translations.queue",
        _("Translations"),
        _("Texts waiting to be translated."),
    ),
    Door(
        policies.signed_in,
        "privacy.index",
        _("My data"),
        _("Everything held about you: see it, take a copy, correct it, contest it or delete your account."),
    ),
    Door(
        policies.signed_in,
        "framework.families",
        _("Skills framework"),
        _("The roles, skills and levels that both countries use."),
    ),
)


def doors(user: User) -> list[Door]:
    """Pages this person may open."""
    return [door for door in DOORS if door.policy(user)]
