"""The dated numbers of reviewing, and what counts as a reason in words."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from unicodedata import east_asian_width

from sqlalchemy.orm import Session

from models import ServiceRule
from talent.errors import Invalid
from talent.framework import dated
from talent.i18n import _

MOST_MIXED_IN = 1


@dataclass(frozen=True)
class ReviewRules:
    """Numbers that administrators set; while no rule of a code is in force, its value here holds."""

    shortlist_size: int = 5
    shortlist_mixed_in: int = MOST_MIXED_IN
    review_reason_length: int = 20
    rubber_stamp_percent: int = 95
    rubber_stamp_decisions: int = 50


def review_rules(session: Session) -> ReviewRules:
    """The numbers in force today."""
    codes = ReviewRules.__dataclass_fields__
    found = {
        row.code: int(row.value)
        for row in dated.rows_in_force(session, ServiceRule)
        if row.code in codes and row.value.isdecimal()
    }
    return ReviewRules(
        **{
            **found,
            "shortlist_size": max(1, found.get("shortlist_size", ReviewRules.shortlist_size)),
            "shortlist_mixed_in": min(MOST_MIXED_IN, found.get("shortlist_mixed_in", MOST_MIXED_IN)),
        }
    )


def check_written_reason(session: Session, note: str) -> None:
    """Raise Invalid when a reviewer's reason says nothing: too few letters, or the same few over and over."""
    least = review_rules(session).review_reason_length
    if not is_of_substance(note, least):
        message = _(
            "Say why in your own words: %(num)s letters or more that say something about this person and this post",
            num=least,
        )
        raise Invalid(fields={"note": message})


def is_of_substance(note: str, least: int) -> bool:
    """Tell whether a text has `least` letters and digits, not all the same few. A wide letter counts as two."""
    letters = [character for character in note.casefold() if character.isalnum()]
    length = sum(2 if east_asian_width(character) in "WF" else 1 for character in letters)
    return length >= least and len(set(letters)) * 4 >= min(least, length)


def keyed_order(seed: str, *parts: object) -> str:
    """A place in an order that a secret seed decides: the same seed gives the same order, and says nothing else."""
    return hmac.new(seed.encode(), "|".join(map(str, parts)).encode(), hashlib.sha256).hexdigest()
