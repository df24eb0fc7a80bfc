"""What waits for a person, and what the privacy page tells."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from models import LawfulBasis, User
from models.types import Country, Language
from talent.auth import policies
from talent.framework.dated import rows_in_force
from talent.i18n import current_language
from talent.public import waiting
from talent.public.waiting import ToDo

__all__ = ["ToDo", "lawful_bases", "to_do"]


def to_do(session: Session, user: User) -> list[ToDo]:
    """What needs this person now, in each of their roles; only things that wait, so the list may be empty."""
    items: list[ToDo | None] = []
    if policies.civil_servant(user):
        items += [*waiting.own_profile(session, user), waiting.suggestions(session, user)]
    if policies.hr(user):
        items += [
            waiting.people_to_confirm(session, user),
            waiting.people_put_forward(session, user),
            waiting.releases(session, user),
            waiting.own_drafts(session, user),
        ]
    if policies.hr_or_administrator(user):
        items.append(waiting.posts_to_approve(session, user))
    if policies.administrator(user):
        items += [
            waiting.reviews(session, user),
            waiting.open_to_objection(session, user),
            waiting.contests(session, user),
        ]
    if policies.translator(user):
        items.append(waiting.translations(session))
    return [item for item in items if item is not None and item.count]


def lawful_bases(session: Session) -> dict[Country, Sequence[LawfulBasis]]:
    """The notices, choices and consents in force, by country; the one whose language is read comes first."""
    first = Country.KR if current_language() is Language.KO else Country.GB
    return {country: rows_in_force(session, LawfulBasis, country=country) for country in (first, first.other)}
