"""Actions in words, by what they are about. The codes themselves stay beside the words: they are the evidence."""

from __future__ import annotations

from typing import Any

from talent.i18n import _

GROUPS: dict[str, Any] = {
    "account": _("Accounts and signing in"),
    "second_factor": _("Second factors"),
    "sso": _("Single sign-on"),
    "role": _("Roles"),
    "person": _("People looked at, moved and disabled"),
    "invitation": _("Invitations"),
    "administrator": _("Proposals for new administrators"),
    "organisation": _("Organisations"),
    "works_here": _("Confirmations of employment"),
    "profile": _("Profiles, and who looked at them"),
    "opportunity": _("Posts"),
    "translation": _("Translations"),
    "match_run": _("Matching runs"),
    "matcher": _("Turning the matcher on and off"),
    "matcher_settings": _("The matcher’s settings"),
    "suggestion": _("Pairings and decisions"),
    "approval": _("Approval steps"),
    "contest": _("Contested decisions"),
    "retention": _("Retention and erasure"),
    "sar": _("Copies of one’s own data"),
    "import": _("Imports"),
    "reference": _("Reference data"),
    "dated": _("Rules and lists"),
    "audit": _("Exports of this record"),
    "shortlist": _("Shortlists"),
    "review": _("Reviews"),
    "privacy": _("People’s own data and requests"),
    "session": _("Visits"),
    "notice": _("Notices sent and read"),
}


def group_of(action: str) -> str:
    """The group an action's code belongs to: what stands before its first full stop."""
    return action.partition(".")[0]


def group_words(group: str) -> Any:
    """A group in words; one that has none yet shows its code."""
    return GROUPS.get(group, group)
