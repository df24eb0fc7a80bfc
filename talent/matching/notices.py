"""Notices of the matching rooms: their words, and who gets them. No notice names another person."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import MatchSuggestion, Notification, RoleGrant, User
from models.types import Country, RoleName
from talent.i18n import _
from talent.notifications.kinds import Kind, register
from talent.notifications.services import notify

register(
    "suggestions_to_review",
    Kind(
        _("New suggestions are waiting for review"),
        _(
            "New pairings of people from your country with posts are waiting for review. Each needs a first view and a "
            "decision."
        ),
        _("Open the review queue"),
    ),
)
register(
    "pause_question",
    Kind(
        _("Your profile is paused: do you still want to be considered?"),
        _(
            "You were put forward for a post before you paused your profile. The post stays open to you. "
            "If you no longer want it, say no to it."
        ),
        _("See what you were put forward for"),
    ),
)


def administrators(session: Session, country: Country) -> Sequence[User]:
    """Administrators of a country who can sign in."""
    return _holders(session, RoleGrant.role == RoleName.ADMINISTRATOR, RoleGrant.country == country)


def hr_staff(session: Session, organisation_id: str) -> Sequence[User]:
    """HR staff of an organisation who can sign in."""
    return _holders(session, RoleGrant.role == RoleName.HR, RoleGrant.organisation_id == organisation_id)


def tell_reviewers(session: Session, country: Country) -> None:
    """Tell a country's administrators that suggestions wait; one unread notice is enough."""
    told = set(
        session.scalars(
            select(Notification.user_id).where(
                Notification.kind == "suggestions_to_review", Notification.read_at.is_(None)
            )
        )
    )
    for person in administrators(session, country):
        if person.id not in told:
            notify(session, person, "suggestions_to_review", endpoint="matching.queue")


def ask_about_pause(session: Session, suggestion: MatchSuggestion) -> None:
    """Ask the person, who has paused their profile, about a pairing they know of."""
    if suggestion.profile.user is not None:
        notify(
            session,
            suggestion.profile.user,
            "pause_question",
            endpoint="matching.my_suggestion",
            endpoint_args={"suggestion_id": suggestion.id},
        )


def _holders(session: Session, *conditions: object) -> Sequence[User]:
    return session.scalars(
        select(User)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(User.active, User.confirmed_at.is_not(None), RoleGrant.revoked_at.is_(None), *conditions)  # type: ignore[arg-type]
        .distinct()
        .order_by(User.created_at, User.id)
    ).all()
