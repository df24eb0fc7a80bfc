"""Telling the owner what in their own words gives them away. Nothing is refused: others see a gap in its place."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from models import Profile
from models.types import Language
from talent.i18n import _, local
from talent.profiles.answers import EXPERIENCE
from talent.profiles.identifiers import Kind
from talent.profiles.masking import find_identity, own_names

KINDS: dict[Kind, Any] = {
    Kind.NAME: _("your name"),
    Kind.EMAIL: _("an email address"),
    Kind.URL: _("a web address"),
    Kind.ACCOUNT: _("an account name"),
    Kind.PHONE: _("a telephone number"),
    Kind.RESIDENT_NUMBER: _("a resident registration number"),
    Kind.INSURANCE_NUMBER: _("a National Insurance number"),
    Kind.PASSPORT: _("a passport number"),
    Kind.STAFF_NUMBER: _("a staff number"),
}
PLACES: dict[Language, Any] = {
    Language.EN: _("Your experience, in English"),
    Language.KO: _("Your experience, in Korean"),
}
MOST_SHOWN = 20


@dataclass(frozen=True)
class GivenAway:
    """One finding: what kind of thing, the very words, and in which text."""

    kind: Any
    words: str
    place: str
    step: str
    """`experience` or `skills`: where it can be changed."""


def find_given_away(profile: Profile | None, step: str | None = None) -> list[GivenAway]:
    """What the saved texts of a profile give away, of one step or of all; each thing once a text."""
    if profile is None:
        return []
    texts = [
        ("experience", str(PLACES[row.lang]), row.content)
        for row in sorted(profile.texts, key=lambda row: row.lang)
        if row.field == EXPERIENCE and row.content
    ]
    texts += [
        ("skills", str(_("Evidence: %(skill)s", skill=local(row.skill))), row.evidence)
        for row in profile.skills
        if row.evidence
    ]
    names = own_names(profile)
    found: dict[GivenAway, None] = {}
    for where, place, content in texts:
        if step in (None, where):
            text = unicodedata.normalize("NFC", content)
            for item in find_identity(text, names):
                found[GivenAway(KINDS[item.kind], text[item.start : item.end], place, where)] = None
    return list(found)[:MOST_SHOWN]
