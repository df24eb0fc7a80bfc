"""Telling owners who was shown their profile: noted after the page is made, as evidence, not as a change of state."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models import MatchSuggestion, User
from models.types import Country
from talent.matching.policies import administers_sending
from talent.profiles.views import SeenAs, record_view


def note_visit(session: Session, actor: User, suggestion: MatchSuggestion, seen_as: SeenAs) -> None:
    """Note that the actor has been shown the person's side of a pairing, as an administrator or as HR of a side."""
    country: Country | None = None
    organisation: str | None = None
    if seen_as is SeenAs.ADMINISTRATOR:
        sending = administers_sending(actor, suggestion)
        country = suggestion.sending_country if sending else suggestion.receiving_country
    elif seen_as is SeenAs.HOST:
        organisation = suggestion.opportunity.organisation_id
    else:
        organisation = suggestion.profile.organisation_id
    record_view(session, actor, suggestion.profile, seen_as=seen_as, country=country, organisation_id=organisation)
