"""Everyone eligible for a post, without scores, so that nobody is out of a reviewer's reach.

Suggested or not looks the same here: until a first view, nothing may tell what the matcher found. People are called by
a code made with a secret key for this post and reviewer, and stand in the order of that code.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models import MatchSuggestion, Opportunity, Profile, Shortlist, User, utc_now
from talent.db import transaction
from talent.errors import NotFound
from talent.matching import by_hand, first_views, queries_inputs, states
from talent.matching.adapter import is_open
from talent.matching.eligible import eligible
from talent.profiles.masked import MaskedProfile, masked_profile
from talent.profiles.queries import whole_profile
from talent.review import queries, shortlists

PAGE_SIZE = 10
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE_LENGTH = 10


@dataclass(frozen=True)
class Person:
    """A masked person: a code, what they offer, and how the reader stands to them."""

    handle: str
    """What the form sends for this person."""
    code: str
    """What the page calls them."""
    profile: Profile
    masked: MaskedProfile
    seen: MatchSuggestion | None
    """The pairing that the reader gave a first view of; its code is the one they know."""
    may_add: bool


@dataclass(frozen=True)
class Everyone:
    """One page of the people who are eligible."""

    post: Opportunity
    open: bool
    people: list[Person]
    total: int
    page: int


def everyone(session: Session, actor: User, opportunity_id: UUID, key: bytes, page: int = 1) -> Everyone:
    """A page of everyone of the actor's countries who is eligible for the post and takes part in matching.

    Raises NotFound and Interest as queries.post_for does.
    """
    queries.post_for(session, actor, opportunity_id)
    post = queries_inputs.posts_by_id(session, [opportunity_id])[opportunity_id]
    if not is_open(post, utc_now()):
        return Everyone(post, False, [], 0, page)
    ids = eligible(session, actor, post)
    codes = sorted((_code(key, actor, post, profile_id), profile_id) for profile_id in ids)
    shown = codes[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Everyone(post, True, _people(session, actor, post, shown), len(codes), page)


def add(session: Session, *, actor: User, opportunity_id: UUID, code: str, key: bytes) -> Shortlist:
    """Put somebody from the list on the actor's shortlist of the post; a pairing is made by hand where there is none.

    Raises NotFound for an unknown code, Interest, and what by_hand.put_together raises.
    """
    queries.post_for(session, actor, opportunity_id)
    post = queries_inputs.posts_by_id(session, [opportunity_id])[opportunity_id]
    wanted = [row for row in eligible(session, actor, post) if _code(key, actor, post, row) == code]
    if not wanted:
        raise NotFound
    with transaction(session):
        made = by_hand.put_together(session, actor=actor, profile_id=wanted[0], opportunity_id=opportunity_id)
        return shortlists.add_card(session, actor=actor, suggestion=made)


def _people(session: Session, actor: User, post: Opportunity, shown: Sequence[tuple[str, UUID]]) -> list[Person]:
    ids = [profile_id for _code_, profile_id in shown]
    rows = {
        row.id: row
        for row in session.scalars(
            select(Profile)
            .where(Profile.id.in_(ids))
            .options(*whole_profile(), joinedload(Profile.user))
            .execution_options(populate_existing=True)
        )
    }
    newest = _newest(session, post, ids)
    viewed = first_views.viewed_cards(session, actor, [row.id for row in newest.values()])
    found = []
    for code, profile_id in shown:
        row = newest.get(profile_id)
        seen = row if row is not None and row.id in viewed else None
        busy = row is not None and seen is None and states.derived_status(row) in states.TOLD
        ended = seen is not None and not states.is_open(seen)
        found.append(
            Person(
                code,
                seen.pseudonym if seen is not None else code,
                rows[profile_id],
                masked_profile(session, rows[profile_id]),
                seen,
                may_add=not busy and (seen is None or ended),
            )
        )
    return found


def _newest(session: Session, post: Opportunity, ids: Sequence[UUID]) -> dict[UUID, MatchSuggestion]:
    rows = session.scalars(
        select(MatchSuggestion)
        .where(MatchSuggestion.opportunity_id == post.id, MatchSuggestion.profile_id.in_(ids))
        .options(joinedload(MatchSuggestion.objection), joinedload(MatchSuggestion.closed_reason))
        .order_by(MatchSuggestion.created_at, MatchSuggestion.id)
    )
    return {row.profile_id: row for row in rows}


def _code(key: bytes, actor: User, post: Opportunity, profile_id: UUID) -> str:
    """Ten letters that tell nothing of the person without the key, others for every post and reviewer."""
    digest = hmac.new(key, f"everyone|{actor.id}|{post.id}|{profile_id}".encode(), hashlib.sha256).digest()
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:_CODE_LENGTH])
