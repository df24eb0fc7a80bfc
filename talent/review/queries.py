"""Reading posts and shortlists for their reviewer: another's shortlist is not found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Exists, exists, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models import (
    DeclaredInterest,
    MatchSuggestion,
    Opportunity,
    Profile,
    Shortlist,
    ShortlistCard,
    User,
)
from models.types import OpportunityStatus
from talent.errors import NotFound
from talent.matching import first_views, policies, states
from talent.matching.notices import administrators
from talent.matching.queries import BELONGS, DECLARED, Interest
from talent.matching.queries_lists import LISTED, may_review
from talent.matching.queries_queue import waits_for_review

MOST_SEEN = 100
_WITHOUT_TEXTS: Any = LISTED
NOT_YET = (OpportunityStatus.DRAFT, OpportunityStatus.SUBMITTED)
"""Nobody is considered for a post before it is published; afterwards what was decided can be read."""


@dataclass(frozen=True)
class PostPage:
    """A post as its reviewer sees it: how many wait, the open shortlist, and who was looked at."""

    post: Opportunity
    unseen: int
    shortlist: Shortlist | None
    seen: Sequence[ShortlistCard]


def post_for(session: Session, actor: User, opportunity_id: UUID) -> Opportunity:
    """A post that people of the actor's countries can be considered for.

    Raises NotFound for a draft or another state without reviews, Interest when the actor has one in the post.
    """
    post = session.scalar(
        select(Opportunity)
        .where(Opportunity.id == opportunity_id, Opportunity.status.not_in(NOT_YET))
        .options(joinedload(Opportunity.organisation), selectinload(Opportunity.texts))
    )
    if post is None:
        raise NotFound
    belongs = post.organisation_id in policies.organisations_of(actor)
    if belongs or session.scalar(select(_declared_in(actor, post))):
        raise Interest(BELONGS if belongs else DECLARED, _free_colleagues(session, actor, post))
    return post


def _declared_in(actor: User, post: Opportunity) -> Exists:
    return exists().where(DeclaredInterest.reviewer_id == actor.id, DeclaredInterest.opportunity_id == post.id)


def _free_colleagues(session: Session, actor: User, post: Opportunity) -> list[User]:
    """Other administrators of the actor's countries without an interest in the post."""
    people = {
        person.id: person
        for country in sorted(actor.administered_countries)
        for person in administrators(session, country)
        if person.id != actor.id and post.organisation_id not in policies.organisations_of(person)
    }
    return [person for person in people.values() if not session.scalar(select(_declared_in(person, post)))]


def post_page(session: Session, actor: User, opportunity_id: UUID) -> PostPage:
    """All that the page of a post shows. Raises NotFound and Interest as `post_for` does."""
    post = post_for(session, actor, opportunity_id)
    unseen = len(not_looked_at(session, actor, opportunity_id))
    return PostPage(post, unseen, open_shortlist(session, actor, opportunity_id), seen(session, actor, opportunity_id))


def open_shortlist(session: Session, actor: User, opportunity_id: UUID) -> Shortlist | None:
    """The actor's open shortlist of the post."""
    return session.scalar(
        select(Shortlist)
        .where(
            Shortlist.opportunity_id == opportunity_id,
            Shortlist.reviewer_id == actor.id,
            Shortlist.closed_at.is_(None),
        )
        .options(selectinload(Shortlist.cards).joinedload(ShortlistCard.suggestion))
    )


def not_looked_at(session: Session, actor: User, opportunity_id: UUID) -> Sequence[MatchSuggestion]:
    """Suggestions of the post that wait for review and of which the actor has given no first view. No frozen texts."""
    return session.scalars(
        select(MatchSuggestion)
        .join(MatchSuggestion.profile)
        .join(MatchSuggestion.opportunity)
        .where(
            MatchSuggestion.opportunity_id == opportunity_id,
            MatchSuggestion.sending_country.in_(actor.administered_countries),
            waits_for_review(),
            may_review(actor),
            ~first_views.has_viewed(actor),
        )
        .options(*LISTED)
        .order_by(MatchSuggestion.pseudonym, MatchSuggestion.id)
    ).all()


def seen(session: Session, actor: User, opportunity_id: UUID) -> list[ShortlistCard]:
    """The actor's first views of people for this post, undecided ones first, then by code; the newest of each."""
    rows = session.scalars(
        select(ShortlistCard)
        .join(ShortlistCard.shortlist)
        .join(ShortlistCard.suggestion)
        .join(MatchSuggestion.profile)
        .join(MatchSuggestion.opportunity)
        .where(
            Shortlist.reviewer_id == actor.id,
            Shortlist.opportunity_id == opportunity_id,
            Shortlist.first_viewed_at.is_not(None),
            ShortlistCard.first_view.is_not(None),
            may_review(actor),
        )
        .options(joinedload(ShortlistCard.suggestion).options(*_WITHOUT_TEXTS), joinedload(ShortlistCard.shortlist))
        .order_by(Shortlist.first_viewed_at, ShortlistCard.id)
        .limit(MOST_SEEN)
    ).all()
    newest = {row.suggestion_id: row for row in rows}
    return sorted(
        newest.values(), key=lambda row: (not states.awaits_review(row.suggestion), row.suggestion.pseudonym, row.id)
    )


def shortlist_for(session: Session, actor: User, shortlist_id: UUID, *, lock: bool = False) -> Shortlist:
    """The actor's own shortlist with its cards, without those of people they have an interest in.

    Raises NotFound for another's, Interest for an interest in the post that came later.
    """
    statement = (
        select(Shortlist)
        .where(Shortlist.id == shortlist_id, Shortlist.reviewer_id == actor.id)
        .options(joinedload(Shortlist.opportunity).joinedload(Opportunity.organisation))
    )
    shortlist = session.scalar(statement.with_for_update(of=Shortlist) if lock else statement)
    if shortlist is None:
        raise NotFound
    post_for(session, actor, shortlist.opportunity_id)
    return shortlist


def cards_of(session: Session, actor: User, shortlist: Shortlist) -> list[ShortlistCard]:
    """The cards of a shortlist in the order of its present page, without people the actor has an interest in."""
    order = ShortlistCard.position if shortlist.first_viewed_at is None else ShortlistCard.decision_position
    return list(
        session.scalars(
            select(ShortlistCard)
            .join(ShortlistCard.suggestion)
            .join(MatchSuggestion.profile)
            .join(MatchSuggestion.opportunity)
            .where(
                ShortlistCard.shortlist_id == shortlist.id,
                may_review(actor),
                *([] if shortlist.first_viewed_at is None else [ShortlistCard.decision_position.is_not(None)]),
            )
            .options(
                joinedload(ShortlistCard.suggestion).options(
                    joinedload(MatchSuggestion.opportunity).joinedload(Opportunity.organisation),
                    joinedload(MatchSuggestion.profile).options(
                        joinedload(Profile.user), joinedload(Profile.organisation)
                    ),
                    joinedload(MatchSuggestion.objection),
                    joinedload(MatchSuggestion.closed_reason),
                    selectinload(MatchSuggestion.events),
                )
            )
            .order_by(order, ShortlistCard.id)
        )
    )
