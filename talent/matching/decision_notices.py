"""Who is told what as the four decisions are taken. No notice holds anybody's name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from models import MatchSuggestion, OutboxItem, User, utc_now
from models.types import Decider
from talent.i18n import _, in_language, local_date, zone_of
from talent.matching.notices import administrators, hr_staff
from talent.matching.policies import is_host_hr
from talent.notifications.kinds import Kind, register
from talent.notifications.services import notify

register(
    "put_forward",
    Kind(
        _("You have been put forward for a post"),
        _(
            "A reviewer has put you forward for a post. The host organisation does not know who you are. "
            "Read why, and say whether you are interested."
        ),
        _("Read about the post and answer"),
    ),
)
register(
    "person_put_forward",
    Kind(
        _("Somebody has been put forward for one of your posts"),
        _("You can read what they offer, without their name. They are asked first whether they are interested."),
        _("See who was put forward"),
    ),
)
register(
    "may_object",
    Kind(
        _("A pairing was approved: you may object until %(until)s"),
        _("The partner country’s reviewer has approved a pairing with a post in your country. Last day: %(until)s."),
        _("Look at the pairing"),
    ),
)
register(
    "person_accepted",
    Kind(
        _("Somebody has said yes to one of your posts"),
        _("You can see who they are now. Record your approval steps and give your answer."),
        _("See the person and answer"),
    ),
)
register(
    "release_asked",
    Kind(
        _("You are asked to release a member of staff"),
        _("Somebody in your organisation has said yes to a post. Record the approval steps and give your answer."),
        _("See the request"),
    ),
)
register(
    "manager_answered",
    Kind(
        _("A line manager has answered"),
        _("The answer to the link you sent is recorded."),
        _("See the approval steps"),
    ),
)
register(
    "ask_manager",
    Kind(
        _("Your answer is needed: an exchange of staff"),
        _(
            "Your organisation is asked to take part in an exchange of staff between the United Kingdom and Korea. "
            "HR asks for your answer by %(until)s. You need no account. The link is for you alone: do not pass it on."
        ),
        _("Read the request and answer"),
    ),
)
register(
    "pairing_ready",
    Kind(
        _("A pairing is ready"),
        _("All four answers are yes and a place is taken. The organisations can now prepare the placement."),
        _("See the pairing"),
    ),
)
register(
    "not_proceeding",
    Kind(
        _("A pairing is not proceeding"),
        _("A pairing that concerns you is not proceeding. Nothing more is needed from you."),
        _("See the pairing"),
    ),
)
register(
    "places_gone",
    Kind(
        _("All places of a post are taken"),
        _(
            "All places of a post you are concerned with have been agreed. "
            "This pairing can go on only if a place comes free."
        ),
        _("See the pairing"),
    ),
)

register(
    "asked_answered",
    Kind(
        _("There is an answer to your request to be considered for a post"),
        _("A post for which you asked to be considered has an answer. You can read it, and what you can do about it."),
        _("See the answer"),
    ),
)

PERSON, HOST, HOME, REVIEW = (
    "matching.my_suggestion",
    "matching.host_suggestion",
    "matching.home_suggestion",
    "matching.review",
)
ASKED = "matching.asked"


def tell_put_forward(session: Session, suggestion: MatchSuggestion, *, after: datetime, object_until: datetime) -> None:
    """The reviewer said yes: the person, the host's HR and the receiving administrators, once it cannot be undone."""
    _tell(session, suggestion, _person(suggestion), "put_forward", PERSON, not_before=after)
    _tell(session, suggestion, _host_hr(session, suggestion), "person_put_forward", HOST, not_before=after)
    if suggestion.receiving_country is suggestion.sending_country:
        return
    for reader in administrators(session, suggestion.receiving_country):
        with in_language(reader.language):
            until = local_date(object_until.astimezone(zone_of(reader)).date())
        _tell(session, suggestion, [reader], "may_object", REVIEW, not_before=after, until=until)


def tell_asked(session: Session, suggestion: MatchSuggestion, *, after: datetime | None = None) -> None:
    """Somebody who asked to be considered was not put forward, or the pairing ended before it was reviewed."""
    _tell(session, suggestion, _person(suggestion), "asked_answered", ASKED, not_before=after)


def tell_accepted(session: Session, suggestion: MatchSuggestion) -> None:
    """The person said yes: the host may see the name, the home organisation is asked for release."""
    _tell(session, suggestion, _host_hr(session, suggestion), "person_accepted", HOST)
    _tell(session, suggestion, _home_hr(session, suggestion), "release_asked", HOME)


def tell_ready(session: Session, suggestion: MatchSuggestion) -> None:
    """The fourth yes: everybody concerned, the reviewer among them."""
    _tell(session, suggestion, _person(suggestion), "pairing_ready", PERSON)
    _tell(session, suggestion, _host_hr(session, suggestion), "pairing_ready", HOST)
    _tell(session, suggestion, _home_hr(session, suggestion), "pairing_ready", HOME)
    _tell(session, suggestion, _reviewer(suggestion), "pairing_ready", REVIEW)


def tell_not_proceeding(session: Session, suggestion: MatchSuggestion, *, by: User | None, home_knew: bool) -> None:
    """The pairing ended: all who had been told of it but whoever ended it. The notice says neither who nor why."""
    _tell(session, suggestion, _without(_person(suggestion), by), "not_proceeding", PERSON)
    _tell(session, suggestion, _without(_host_hr(session, suggestion), by), "not_proceeding", HOST)
    if home_knew:
        _tell(session, suggestion, _without(_home_hr(session, suggestion), by), "not_proceeding", HOME)


def tell_objected(session: Session, suggestion: MatchSuggestion) -> None:
    """The receiving country objected: the reviewer who approved the pairing."""
    _tell(session, suggestion, _reviewer(suggestion), "not_proceeding", REVIEW)


def tell_places_gone(session: Session, suggestion: MatchSuggestion, *, home_knew: bool) -> None:
    """All places of the post are taken by others."""
    _tell(session, suggestion, _person(suggestion), "places_gone", PERSON)
    if home_knew:
        _tell(session, suggestion, _home_hr(session, suggestion), "places_gone", HOME)


def drop_waiting(session: Session, suggestion: MatchSuggestion) -> None:
    """Drop notices about this suggestion whose time has not come."""
    session.execute(
        delete(OutboxItem)
        .where(
            OutboxItem.dedupe_key.like(f"match:{suggestion.id}:%"),
            OutboxItem.not_before > utc_now(),
            OutboxItem.done_at.is_(None),
            OutboxItem.taken_at.is_(None),
        )
        .execution_options(synchronize_session=False)
    )


def _person(suggestion: MatchSuggestion) -> list[User]:
    return [suggestion.profile.user] if suggestion.profile.user is not None else []


def _reviewer(suggestion: MatchSuggestion) -> list[User]:
    reviewer = suggestion.decision(Decider.REVIEWER).decided_by
    return [reviewer] if reviewer is not None else []


def _host_hr(session: Session, suggestion: MatchSuggestion) -> Iterable[User]:
    staff = hr_staff(session, suggestion.opportunity.organisation_id)
    return [person for person in staff if is_host_hr(person, suggestion)]


def _home_hr(session: Session, suggestion: MatchSuggestion) -> Iterable[User]:
    return hr_staff(session, suggestion.profile.organisation_id)


def _without(people: Iterable[User], person: User | None) -> list[User]:
    return [one for one in people if person is None or one.id != person.id]


def _tell(
    session: Session,
    suggestion: MatchSuggestion,
    people: Iterable[User],
    kind: str,
    endpoint: str,
    *,
    not_before: datetime | None = None,
    **params: Any,
) -> None:
    own, part = suggestion.profile.user_id, endpoint.rpartition(".")[2]
    for person in people:
        if endpoint in (HOST, HOME) and person.id == own:
            continue  # HR staff who are put forward themselves have no part in their own case
        notify(
            session,
            person,
            kind,
            endpoint=endpoint,
            endpoint_args={"suggestion_id": suggestion.id},
            not_before=not_before,
            dedupe_key=f"match:{suggestion.id}:{kind}:{part}:{person.id}",
            **params,
        )
