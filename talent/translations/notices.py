"""The words of the notice about a translated profile text."""

from __future__ import annotations

from talent.i18n import _
from talent.notifications.kinds import Kind, register

PROFILE_TRANSLATED = "profile_translation_checked"

register(
    PROFILE_TRANSLATED,
    Kind(
        _("Your experience has been translated"),
        _("A translator has translated your text. Read it and correct anything that is wrong."),
        _("Go to your profile"),
    ),
)
