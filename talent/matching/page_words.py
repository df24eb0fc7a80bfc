"""Words and look-ups that the templates of pairings share, in matching and in review."""

from __future__ import annotations

from typing import Any

from talent.matching import first_views, sides, states, words
from talent.matching.explanations import BandView
from talent.matching.persons import masked_note, person_for_organisation


def page_words() -> dict[str, Any]:
    """What a context processor adds."""
    return {
        "status_words": states.STATUS_WORDS,
        "status_tags": states.STATUS_TAGS,
        "answer_words": states.ANSWER_WORDS,
        "answer_tags": states.ANSWER_TAGS,
        "decider_words": states.DECIDER_WORDS,
        "event_words": words.EVENTS,
        "holder_words": words.HOLDERS,
        "view_words": first_views.VIEW_WORDS,
        "view_tags": first_views.VIEW_TAGS,
        "band_of": BandView.of,
        "title_of": sides.title_of,
        "post_length": sides.post_length,
        "progress_for": words.progress_for,
        "derived_status": states.derived_status,
        "person_for_organisation": person_for_organisation,
        "masked_note": masked_note,
    }
