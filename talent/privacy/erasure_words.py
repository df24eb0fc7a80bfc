"""What a receipt counts, in words."""

from __future__ import annotations

from typing import Any

from talent.i18n import _

RECEIPT: dict[str, Any] = {
    "profile": _("Profiles emptied"),
    "profile_text": _("Texts"),
    "profile_skill": _("Skills"),
    "profile_language": _("Languages"),
    "profile_basis": _("Choices and consents"),
    "match_suggestion": _("Suggestions reduced to numbers and codes"),
    "imported_row": _("Lines of imports"),
    "contest": _("Requests to look again with their text deleted"),
    "user_session": _("Sessions ended"),
    "passkey": _("Passkeys"),
    "identity_link": _("Links to your organisation’s sign-in"),
    "works_here": _("Answers about where you work"),
    "notification": _("Notices"),
    "notice_reading": _("Records of notices read"),
    "invitation": _("Invitations"),
    "administrator_proposal": _("Proposals"),
    "approval_link": _("Links sent to your address"),
    "monitoring_answer": _("Your answers to equality questions"),
    "outbox_item": _("Messages waiting to be sent"),
}
