"""The words of one notice, in the language of whoever reads it now."""

from __future__ import annotations

from dataclasses import dataclass

from models import Notification
from talent.i18n import _
from talent.notifications.kinds import KINDS


@dataclass(frozen=True)
class Words:
    subject: str
    body: str
    action: str


def words_of(notice: Notification) -> Words:
    """Subject, body and link text, filled in; a plain sentence for a kind that is no longer used."""
    kind = KINDS.get(notice.kind)
    if kind is None:
        return Words(str(_("An older notice")), str(_("Its text is no longer kept.")), str(_("Open")))
    texts = (str(part) for part in (kind.subject, kind.body, kind.action))
    return Words(*(text % notice.params if notice.params else text for text in texts))
