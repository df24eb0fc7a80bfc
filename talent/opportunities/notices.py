"""The words of the notices about posts, and who gets them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import Opportunity, RoleGrant, User
from models.types import RoleName
from talent.i18n import _
from talent.notifications.kinds import Kind, register
from talent.notifications.services import notify

register(
    "post_submitted",
    Kind(
        _("A post waits for approval"),
        _("A post has been submitted. Somebody other than its author reads it, then publishes it or returns it."),
        _("Read the post"),
    ),
)
register(
    "post_returned",
    Kind(
        _("A post was returned"),
        _("The post is a draft again. See the reason, put it right and submit it once more."),
        _("See the reason"),
    ),
)
register(
    "post_published",
    Kind(
        _("Your post is published"),
        _("It can now be found, and people who fit it can be put forward."),
        _("See the post"),
    ),
)
register(
    "post_closed",
    Kind(
        _("A post has reached its closing date"),
        _("The post is closed. When the pairings are settled, say whether it was filled."),
        _("See the post"),
    ),
)
register(
    "post_cancelled",
    Kind(
        _("A post of your organisation was cancelled"),
        _("Nobody is put forward for it any more. Its history gives the reason."),
        _("See the post"),
    ),
)
register(
    "post_translation_checked",
    Kind(
        _("The translation of your post was checked"),
        _("A translator has checked the other language of your post."),
        _("See the post"),
    ),
)


def hr_staff(session: Session, organisation_id: str) -> list[User]:
    """Active HR staff of an organisation."""
    return _holders(session, RoleGrant.role == RoleName.HR, RoleGrant.organisation_id == organisation_id)


def approvers(session: Session, opportunity: Opportunity) -> list[User]:
    """Who may be asked to approve: HR of the organisation and administrators of the host country."""
    hr = (RoleGrant.role == RoleName.HR) & (RoleGrant.organisation_id == opportunity.organisation_id)
    admin = (RoleGrant.role == RoleName.ADMINISTRATOR) & (RoleGrant.country == opportunity.organisation.country)
    return _holders(session, or_(hr, admin))


def _holders(session: Session, *conditions: Any) -> list[User]:
    holders = select(RoleGrant.user_id).where(RoleGrant.revoked_at.is_(None), *conditions)
    return list(session.scalars(select(User).where(User.active, User.id.in_(holders)).order_by(User.id)))


def responsible(session: Session, opportunity: Opportunity) -> list[User]:
    """The author while still HR staff of the organisation, else all of its HR staff."""
    staff = hr_staff(session, opportunity.organisation_id)
    authors = [person for person in staff if person.id == opportunity.author_id]
    return authors or staff


def tell(session: Session, people: Iterable[User], kind: str, opportunity: Opportunity, *, but: User | None) -> None:
    """Queue one notice for each of these people, except the one who acted."""
    for person in people:
        if but is None or person.id != but.id:
            notify(
                session, person, kind, endpoint="opportunities.view", endpoint_args={"opportunity_id": opportunity.id}
            )
