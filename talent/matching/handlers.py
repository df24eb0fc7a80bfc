"""What matching does when something changes in the features below. Handlers run in the change's own transaction."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models import Opportunity, Profile
from models.types import OpportunityStatus, ProfileStatus
from talent import events
from talent.matching import endings, meanings, preparing
from talent.matching.services import request_run
from talent.matching.switch import is_enabled


def register() -> None:
    """Listen to the features below.

    A post that closes ends nothing: who was suggested before the deadline can still be reviewed and answered, and what
    nobody answers expires.
    """
    events.on(events.ProfileChanged, profile_changed)
    events.on(events.OpportunityChanged, opportunity_changed)
    events.on(events.OpportunityClosed, opportunity_closed)
    events.on(events.OpportunityCancelled, opportunity_cancelled)
    events.on(events.MatchingOptedOut, opted_out)
    events.on(events.ProfilePaused, profile_paused)
    events.on(events.ShowingAbroadEnded, hidden_abroad)
    events.on(events.ProfileMoved, profile_moved)
    events.on(events.ProfileWithdrawn, profile_withdrawn)


def profile_changed(session: Session, event: events.ProfileChanged) -> None:
    """Match the profile again, if it takes part in matching."""
    profile = session.get(Profile, event.profile_id)
    if profile is None or profile.status is not ProfileStatus.ACTIVE or profile.matching_opted_out_at is not None:
        return
    if is_enabled(session):
        preparing.order(session)
        request_run(session, profile_ids=[event.profile_id])
    else:
        meanings.forget(session, profile_id=event.profile_id)  # they are of what was there before


def opportunity_changed(session: Session, event: events.OpportunityChanged) -> None:
    """Match the post again, if it is published."""
    post = session.get(Opportunity, event.opportunity_id)
    if post is not None and post.status is OpportunityStatus.PUBLISHED and is_enabled(session):
        preparing.order(session)
        request_run(session, opportunity_ids=[event.opportunity_id])


def opportunity_closed(session: Session, event: events.OpportunityClosed) -> None:
    """Forget the vectors of a post that takes nobody new."""
    meanings.forget(session, opportunity_id=event.opportunity_id)
    preparing.order(session)


def opportunity_cancelled(session: Session, event: events.OpportunityCancelled) -> None:
    """End the post's open suggestions, and forget its vectors."""
    meanings.forget(session, opportunity_id=event.opportunity_id)
    preparing.order(session)
    endings.close_for_post(session, event.opportunity_id)


def opted_out(session: Session, event: events.MatchingOptedOut) -> None:
    """End what the matcher suggested of the person and nobody has put forward; their vectors have no use any more."""
    meanings.forget(session, profile_id=event.profile_id)
    preparing.order(session)
    endings.close_for_opted_out(session, event.profile_id)


def profile_paused(session: Session, event: events.ProfilePaused) -> None:
    """End what was not put forward yet; ask the person about the rest. Vectors are made again when they come back."""
    meanings.forget(session, profile_id=event.profile_id)
    preparing.order(session)
    endings.close_for_paused_profile(session, event.profile_id)


def hidden_abroad(session: Session, event: events.ShowingAbroadEnded) -> None:
    """End the person's open pairings in the other country."""
    endings.close_for_hidden_abroad(session, event.profile_id)


def profile_moved(session: Session, event: events.ProfileMoved) -> None:
    """End the person's open pairings with posts of the organisation that is now their own."""
    endings.close_for_own_organisation(session, event.profile_id)


def profile_withdrawn(session: Session, event: events.ProfileWithdrawn) -> None:
    """End all of the person's open suggestions, and forget their vectors."""
    meanings.forget(session, profile_id=event.profile_id)
    preparing.order(session)
    endings.close_for_withdrawn_profile(session, event.profile_id)
