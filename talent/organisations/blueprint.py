"""The blueprint of these pages, and what several of them read from an address."""

from __future__ import annotations

from flask import Blueprint, request

from talent.auth.words import ANSWERS, COUNTRIES, ROLES
from talent.forms import clean_text
from talent.organisations.words import INVITATION_STATES, PERSON_STATES, TYPES, person_state

bp = Blueprint("organisations", __name__, url_prefix="/organisations")
bp.context_processor(
    lambda: {
        "role_words": ROLES,
        "country_words": COUNTRIES,
        "answer_words": ANSWERS,
        "type_words": TYPES,
        "invitation_words": INVITATION_STATES,
        "person_state_words": PERSON_STATES,
        "person_state": person_state,
    }
)


def page_number() -> int:
    """The page asked for; 1 when what was asked for is no number."""
    asked = request.args.get("page", "")
    return int(asked) if asked.isdecimal() and len(asked) < 7 else 1


def search_text() -> str:
    text = clean_text(request.args.get("q", "")) or ""
    return "".join(character for character in text if character.isprintable())[:100]
