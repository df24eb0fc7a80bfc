"""Keeping ready what the matcher works with: sentence vectors of all who take part, and nothing of anybody else.

Ordered after each change, and by a sweep that finds what is missing: on a new installation, after an encoder was
installed, after work was lost. The worker does it; no page waits for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from models import OutboxItem, utc_now
from talent import outbox
from talent.db import transaction
from talent.matching import indexing, meanings, queries_meanings
from talent.matching.meanings import Alive, Report
from talent.matching.services import request_run
from talent.matching.switch import is_enabled, require_enabled

JOB = "matcher_data"
RUN = "match"


@dataclass(frozen=True)
class Prepared:
    """What was done: vectors made, records that changed meanwhile, rows of records that take no part any more."""

    made: int = 0
    left_out: int = 0
    removed: int = 0
    asked_for_run: bool = False


def order(session: Session) -> None:
    """Have it done after the present transaction; a burst of changes is one piece of work."""
    outbox.add(session, JOB, {}, dedupe_key=JOB)


def order_if_needed(session: Session) -> int:
    """By the clock: order the work when something is missing and nothing is under way. It moves nothing itself: 0."""
    if not queries_meanings.is_under_way(session, (JOB, RUN)) and _is_needed(session):
        with transaction(session):
            order(session)
    return 0


def run_job(session: Session, item: OutboxItem) -> None:
    """The work of the outbox."""
    item_id = item.id

    def keep(inner: Session) -> None:
        inner.get_one(OutboxItem, item_id).taken_at = utc_now()  # so that no other worker takes long work over

    prepare(session, still_running=keep)


def prepare(
    session: Session, *, still_running: Alive = lambda _session: None, report: Report = lambda _done, _of: None
) -> Prepared:
    """Make what is missing and remove what is not needed any more.

    Suggestions that were made before the vectors were there, and that nobody has decided on, are looked at again.
    Raises MatcherOff when the matcher is turned off meanwhile; while it is off, nothing is made.
    """
    removed = _remove_needless(session)
    if _index_holds_too_much(session) and (place := indexing.Place.of(session)) is not None:
        place.delete()  # the next run that needs one writes it anew, and nothing of who left stays in its files
    if not is_enabled(session):
        return Prepared(removed=removed)

    def alive(inner: Session) -> None:
        require_enabled(inner)
        still_running(inner)

    made = meanings.make_missing(session, still_running=alive, report=report)
    people = queries_meanings.made_without(session, meanings.made_by()) if made.stored else []
    if people:
        request_run(session, profile_ids=people)
    return Prepared(made.stored, made.left_out, removed, bool(people))


def _is_needed(session: Session) -> bool:
    if queries_meanings.has_needless(session) or _index_holds_too_much(session):
        return True
    maker = meanings.made_by()
    if not maker or not is_enabled(session):
        return False
    return bool(
        queries_meanings.profiles_lacking(session, maker, limit=1)
        or queries_meanings.posts_lacking(session, maker, limit=1)
    )


def _index_holds_too_much(session: Session) -> bool:
    place = indexing.Place.of(session)
    if place is None or not place.is_there():
        return False
    if not is_enabled(session):
        return True
    people, posts = queries_meanings.taking_part(session)
    return indexing.holds_too_much(place, people, posts)


def _remove_needless(session: Session) -> int:
    if not queries_meanings.has_needless(session):
        return 0
    with transaction(session):
        return queries_meanings.remove_needless(session)
