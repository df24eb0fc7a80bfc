"""Who is who to one suggestion: plain functions of a person and the suggestion."""

from __future__ import annotations

from models import MatchSuggestion, User
from models.types import Answer, Decider


def administers_sending(actor: User, suggestion: MatchSuggestion) -> bool:
    """Administrator of the country that would send the person: decides whether to put them forward."""
    return suggestion.sending_country in actor.administered_countries


def administers_receiving(actor: User, suggestion: MatchSuggestion) -> bool:
    """Administrator of the partner country: may object. Within one country there is no partner."""
    return (
        suggestion.receiving_country is not suggestion.sending_country
        and suggestion.receiving_country in actor.administered_countries
    )


def is_person(actor: User, suggestion: MatchSuggestion) -> bool:
    """The civil servant whom the suggestion is about."""
    return suggestion.profile.user_id is not None and suggestion.profile.user_id == actor.id


def person_has_accepted(suggestion: MatchSuggestion) -> bool:
    """True once the person has said yes to this post, also when they took it back later."""
    return any(row.decider == Decider.PERSON and row.to_answer == Answer.YES for row in suggestion.events)


def is_host_hr(actor: User, suggestion: MatchSuggestion) -> bool:
    """HR staff of the organisation that owns the post, and not the person themselves.

    Whoever is HR staff of the person's organisation too learns of the pairing with the person's yes, as a home does.
    """
    if suggestion.opportunity.organisation_id not in actor.hr_organisation_ids or is_person(actor, suggestion):
        return False
    return suggestion.profile.organisation_id not in actor.hr_organisation_ids or person_has_accepted(suggestion)


def is_home_hr(actor: User, suggestion: MatchSuggestion) -> bool:
    """HR staff of the person's organisation, and not the person themselves."""
    return suggestion.profile.organisation_id in actor.hr_organisation_ids and not is_person(actor, suggestion)


def organisations_of(actor: User) -> frozenset[str]:
    """Organisations whose gain or loss is the actor's own: where they work or act for."""
    own = frozenset({actor.organisation_id}) if actor.organisation_id else frozenset[str]()
    return own | actor.hr_organisation_ids


def has_interest(actor: User, suggestion: MatchSuggestion) -> bool:
    """True when an administrator belongs to either side, or the profile is their own."""
    sides = {suggestion.opportunity.organisation_id, suggestion.profile.organisation_id}
    return is_person(actor, suggestion) or bool(sides & organisations_of(actor))


def asked_by_person(suggestion: MatchSuggestion) -> bool:
    """True when the person themselves asked to be considered for the post."""
    return suggestion.put_together_by_id is not None and suggestion.put_together_by_id == suggestion.profile.user_id
