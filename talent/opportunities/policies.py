"""Who may do what with one post: plain functions of a person and the post."""

from __future__ import annotations

from enum import StrEnum

from models import Opportunity, User
from models.types import OpportunityStatus
from talent.auth.policies import administrator

WAS_OFFERED = frozenset(
    {
        OpportunityStatus.PUBLISHED,
        OpportunityStatus.CLOSED,
        OpportunityStatus.FILLED,
        OpportunityStatus.UNFILLED,
    }
)
"""States in which everybody signed in may read a post; a closed one says that it is closed."""


class ActorRole(StrEnum):
    """In which role somebody acts on a post."""

    AUTHOR = "author"
    ORGANISATION_HR = "organisation_hr"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


def works_for(actor: User, opportunity: Opportunity) -> bool:
    """HR staff of the organisation that owns the post."""
    return opportunity.organisation_id in actor.hr_organisation_ids


def administers(actor: User, opportunity: Opportunity) -> bool:
    """Administrator of the country that hosts the post."""
    return opportunity.organisation.country in actor.administered_countries


def role_of(actor: User | None, opportunity: Opportunity) -> ActorRole | None:
    """The one role in which a person acts on a post; None for everybody else. No actor is the clock.

    An author who is also an administrator stays the author: nobody approves their own post.
    """
    if actor is None:
        return ActorRole.SYSTEM
    if works_for(actor, opportunity):
        return ActorRole.AUTHOR if actor.id == opportunity.author_id else ActorRole.ORGANISATION_HR
    if administers(actor, opportunity) and actor.id != opportunity.author_id:
        return ActorRole.ADMINISTRATOR
    return None


def may_see(actor: User, opportunity: Opportunity) -> bool:
    """Posts that were offered: everybody signed in. Any other: the organisation's HR and administrators."""
    return opportunity.status in WAS_OFFERED or works_for(actor, opportunity) or administrator(actor)
