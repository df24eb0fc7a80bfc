"""The words of the notices about posts, and who gets them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import Notification, Opportunity, RoleGrant, User
from models.types import RoleName
from talent.i18n import _
from talent.notifications.kinds import Kind, register
from talent.notifications.services import notify

register(
    "post_submitted",
    Kind(
        _("A post is waiting for approval"),
        _("A post has been submitted. Somebody other than its author reads it, then publishes it or returns it."),
        _("Read the post"),
    ),
)
register(
    "post_returned",
    Kind(
        _("A post was returned"),
        _("The post is a draft again. See the reason, correct the post and submit it again."),
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
    "post_changed",
    Kind(
        _("A published post was changed"),
        _(
            "Somebody has changed a post after it was approved, and the change can be seen already. Read it; "
            "you can pause or close the post if it is no longer what was approved."
        ),
        _("Read the post"),
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


def tell_changed(session: Session, opportunity: Opportunity, *, by: User) -> None:
    """Tell whoever approved a post that it was changed since, or all who can approve when that person is gone or `by`.

    Somebody who has not read the last such notice about the post is not told again.
    """
    able = [person for person in approvers(session, opportunity) if person.id not in (by.id, opportunity.author_id)]
    approver = [person for person in able if person.id == opportunity.approved_by_id]
    for person in approver or able:
        if not _has_unread(session, person, "post_changed", opportunity):
            notify(
                session,
                person,
                "post_changed",
                endpoint="opportunities.view",
                endpoint_args={"opportunity_id": opportunity.id},
                dedupe_key=f"post:{opportunity.id}:changed:{person.id}",
            )


def _has_unread(session: Session, person: User, kind: str, opportunity: Opportunity) -> bool:
    unread = session.scalars(
        select(Notification).where(
            Notification.user_id == person.id, Notification.kind == kind, Notification.read_at.is_(None)
        )
    )
    return any(row.endpoint_args.get("opportunity_id") == str(opportunity.id) for row in unread)
