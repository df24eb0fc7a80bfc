"""Who the person of a pairing is to each reader: the rule of each part, in one place."""

from __future__ import annotations

from models import MatchSuggestion
from talent.matching import states
from talent.profiles.masked import MaskedPerson, masked_person
from talent.profiles.masking import masked_text


def person_for_organisation(suggestion: MatchSuggestion) -> MaskedPerson:
    """For the host and the home organisation: named from the person's yes until the pairing ends."""
    return masked_person(suggestion.profile, code=suggestion.pseudonym, named=states.names_visible(suggestion))


def person_for_reviewer(suggestion: MatchSuggestion, *, unmasked: bool = False) -> MaskedPerson:
    """For administrators: by code, unless an unmasking of their own is in force."""
    return masked_person(suggestion.profile, code=suggestion.pseudonym, named=unmasked)


def person_for_manager(suggestion: MatchSuggestion) -> MaskedPerson:
    """For a line manager who was sent a link, which exists only after the person's yes."""
    return masked_person(suggestion.profile, code=suggestion.pseudonym, named=True)


def masked_note(suggestion: MatchSuggestion, note: str) -> str:
    """A note of a decider as administrators read it, without what tells who the person is."""
    return masked_text(suggestion.profile, note)
