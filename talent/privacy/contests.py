"""Contests: asking for a decision to be looked at again, by an administrator who did not take it.

While one is open nothing is decided about the pairing. One that is upheld reopens the case as a new suggestion for a
fresh review: what was decided stays decided, and what follows is a new event.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from models import (
    Contest,
    ContestOutcome,
    DecisionEvent,
    DeclaredInterest,
    MatchSuggestion,
    Opportunity,
    Profile,
    User,
    utc_now,
)
from models.types import Country, Decider
from talent.audit.services import record
from talent.db import transaction
from talent.errors import Forbidden, Invalid, NotFound, TransitionRefused
from talent.framework.dated import rule_number
from talent.i18n import _, in_language, local_date, zone_of
from talent.matching import queries, queries_inputs
from talent.matching.contested import is_open, open_contest_of
from talent.matching.notices import administrators
from talent.matching.policies import organisations_of
from talent.matching.states import OBJECTION, Status, can_be_taken_back, derived_status
from talent.notifications.services import notify
from talent.privacy import notices as _notices  # noqa: F401 - registers the words told here
from talent.privacy.held_matching import own_suggestion
from talent.privacy.reopening import Reopened, reopen

__all__ = ["Standing", "answer", "contest_for", "mine", "open_contest_of", "standing_for", "statistics", "withdraw"]

LONGEST = 2000
WHY_NOT = "why_not"
NOT_DECIDED = frozenset({Status.SUGGESTED, Status.SUPERSEDED, Status.READY})
"""Nothing has been decided, or everything was agreed: there is nothing to look at again."""
NOTHING_DECIDED = _("There is no decision here that could be looked at again.")
LOOKED_AT_AGAIN = _("This has been looked at again. You can contest it once more when something new is decided.")


@dataclass(frozen=True)
class Standing:
    """How an administrator stands to a contest: may answer, or why not."""

    may_answer: bool
    why_not: Any = ""


@dataclass(frozen=True)
class Statistics:
    """Contests in numbers, for the transparency record."""

    made: int
    open: int
    overdue: int
    withdrawn: int
    upheld: int
    not_upheld: int
    median_days: float | None
    """Days from sending to the answer; None without answers."""

    @property
    def overturn_rate(self) -> float | None:
        """Share of the answered contests that were upheld; None without answers."""
        answered = self.upheld + self.not_upheld
        return self.upheld / answered if answered else None


def may_contest(session: Session, suggestion: MatchSuggestion) -> bool:
    """True when something was decided about the person that can be looked at again, and nothing waits already."""
    if open_contest_of(session, suggestion) is not None or _was_looked_at_again(session, suggestion):
        return False
    return _is_decided(session, suggestion)


def _was_looked_at_again(session: Session, suggestion: MatchSuggestion) -> bool:
    """True when a contest was answered and nothing was decided since: asking again would only hold up the others."""
    answered = session.scalar(select(func.max(Contest.answered_at)).where(Contest.suggestion_id == suggestion.id))
    return answered is not None and all(event.at <= answered for event in suggestion.events)


def _is_decided(session: Session, suggestion: MatchSuggestion) -> bool:
    """True when something was decided for good: what a reviewer may still take back is not the person's to know."""
    rules = queries.rules(session, suggestion)
    return derived_status(suggestion) not in NOT_DECIDED and not can_be_taken_back(suggestion, rules)


def contest_suggestion(session: Session, *, actor: User, suggestion_id: UUID, words: str) -> Contest:
    """Contest what was decided about one of the actor's own suggestions; sending it twice is sending it once.

    Raises NotFound for another's, TransitionRefused when nothing was decided, Invalid for missing or too many words.
    """
    text = _words(words)
    with transaction(session):
        suggestion = own_suggestion(session, actor, suggestion_id)
        waiting = open_contest_of(session, suggestion)
        if waiting is not None:
            return waiting
        if not _is_decided(session, suggestion):
            raise TransitionRefused(NOTHING_DECIDED)
        if _was_looked_at_again(session, suggestion):
            raise TransitionRefused(LOOKED_AT_AGAIN)
        country, post, about = suggestion.sending_country, suggestion.opportunity_id, derived_status(suggestion).value
        return _open(session, actor, post, suggestion.id, about, country, text)


def contest_absence(session: Session, *, actor: User, opportunity_id: UUID, words: str) -> Contest:
    """Contest that no suggestion was made for a published post; sending it twice is sending it once.

    Raises NotFound without a post or an organisation, TransitionRefused when a suggestion was made, Invalid as above.
    """
    text = _words(words)
    with transaction(session):
        waiting = session.scalar(
            select(Contest).where(Contest.user_id == actor.id, Contest.opportunity_id == opportunity_id, is_open())
        )
        if waiting is not None:
            return waiting
        if session.get(Opportunity, opportunity_id) is None or actor.organisation is None:
            raise NotFound
        if _was_suggested(session, actor, opportunity_id):
            raise TransitionRefused(NOTHING_DECIDED)
        return _open(session, actor, opportunity_id, None, WHY_NOT, actor.organisation.country, text)


def _was_suggested(session: Session, actor: User, opportunity_id: UUID) -> bool:
    """True when there is a suggestion to be contested itself, once decided; what was replaced or closed is none."""
    profile = queries_inputs.profile_of(session, actor.id)
    if profile is None:
        return False
    newest = queries_inputs.newest_suggestions(session, opportunity_id, [profile.id]).get(profile.id)
    return newest is not None and derived_status(newest) not in (Status.SUPERSEDED, Status.WITHDRAWN)


def _words(words: str) -> str:
    text = words.strip()
    if not text:
        raise Invalid(fields={"words": _("Say what should be looked at again, and why")})
    if len(text) > LONGEST:
        raise Invalid(fields={"words": _("Use %(num)s characters or fewer", num=LONGEST)})
    return text


def _open(
    session: Session,
    actor: User,
    opportunity_id: UUID,
    suggestion_id: UUID | None,
    about: str,
    country: Country,
    words: str,
) -> Contest:
    now = utc_now()
    contest = Contest(
        user_id=actor.id,
        opportunity_id=opportunity_id,
        suggestion_id=suggestion_id,
        about=about,
        country=country,
        words=words,
        created_at=now,
        due_at=now + timedelta(days=rule_number(session, "contest_days", country=country)),
    )
    session.add(contest)
    session.flush()
    record(session, actor, "contest.open", contest, about=about, suggestion=suggestion_id, post=opportunity_id)
    _tell(session, actor, "contest_received", contest, "privacy.contest")
    for reader in answerers(session, contest):
        _tell(session, reader, "contest_to_answer", contest, "privacy.answer_contest")
    return contest


def _tell(session: Session, reader: User, kind: str, contest: Contest, endpoint: str) -> None:
    with in_language(reader.language):
        due = local_date(contest.due_at.astimezone(zone_of(reader)).date())
    args = {"contest_id": contest.id}
    key = f"contest:{contest.id}:{kind}:{reader.id}"
    notify(session, reader, kind, endpoint=endpoint, endpoint_args=args, dedupe_key=key, due=due)


def mine(session: Session, actor: User, contest_id: UUID) -> Contest:
    """One of the actor's own contests. Raises NotFound for another's."""
    found = session.scalar(_whole().where(Contest.id == contest_id, Contest.user_id == actor.id))
    if found is None:
        raise NotFound
    return found


def aim_of(session: Session, contest: Contest) -> date:
    """The working day by which administrators aim to answer; Saturdays and Sundays do not count."""
    day, left = contest.created_at.date(), rule_number(session, "contest_aim_days", country=contest.country)
    while left > 0:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day


def withdraw(session: Session, *, actor: User, contest_id: UUID) -> Contest:
    """Take one's own contest back; doing so twice changes nothing. Raises NotFound, TransitionRefused once answered."""
    with transaction(session):
        contest = mine(session, actor, contest_id)
        if contest.withdrawn_at is not None:
            return contest
        if contest.answered_at is not None:
            raise TransitionRefused(_("It has been answered already."))
        contest.withdrawn_at = utc_now()
        record(session, actor, "contest.withdraw", contest)
        return contest


def answer(
    session: Session, *, actor: User, contest_id: UUID, outcome: ContestOutcome, words: str
) -> tuple[Contest, Reopened]:
    """Answer a contest in writing. Upheld, the pair is put forward for a fresh review by somebody else, where it can.

    Raises NotFound outside the actor's duty, Forbidden for who took the decision or has an interest, Invalid without
    reasons, TransitionRefused when it was answered or taken back already.
    """
    text = words.strip()
    if not text or len(text) > LONGEST:
        raise Invalid(fields={"words": _("Give reasons, in %(num)s characters or fewer", num=LONGEST)})
    with transaction(session):
        contest = contest_for(session, actor, contest_id)
        standing = standing_for(session, actor, contest)
        if not standing.may_answer:
            raise Forbidden(standing.why_not)
        if not contest.is_open:
            raise TransitionRefused(_("It has been answered or taken back already."))
        contest.outcome, contest.answer = outcome, text
        contest.answered_at, contest.answered_by_id = utc_now(), actor.id
        session.flush()
        reopened = reopen(session, actor, contest) if outcome is ContestOutcome.UPHELD else Reopened(None, "")
        contest.followed_by_id = reopened.suggestion_id
        session.flush()
        record(session, actor, "contest.answer", contest, outcome=outcome, reopened=reopened.code or None)
        _tell(session, contest.user, f"contest_{outcome}", contest, "privacy.contest")
        return contest, reopened


def contest_for(session: Session, actor: User, contest_id: UUID) -> Contest:
    """A contest that an administrator of the actor's countries answers. Raises NotFound for any other."""
    found = session.scalar(_whole().where(Contest.id == contest_id))
    if found is None or not _is_duty(session, actor, found):
        raise NotFound
    return found


def _is_duty(session: Session, actor: User, contest: Contest) -> bool:
    if contest.country in actor.administered_countries:
        return True
    partner = contest.country.other in actor.administered_countries
    return partner and not _can_answer(session, contest, contest.country)


def _can_answer(session: Session, contest: Contest, country: Country) -> list[User]:
    return [one for one in administrators(session, country) if standing_for(session, one, contest).may_answer]


def answerers(session: Session, contest: Contest) -> list[User]:
    """Administrators who may answer: of the person's country; of the partner country when none of those may."""
    return _can_answer(session, contest, contest.country) or _can_answer(session, contest, contest.country.other)


def standing_for(session: Session, actor: User, contest: Contest) -> Standing:
    """Whether this administrator may answer: did not decide about the pair, and has no interest in either side."""
    if contest.user_id == actor.id:
        return Standing(False, _("It is your own, so somebody else answers it."))
    if _decided(session, actor, contest):
        return Standing(False, _("You took the decision that is contested, so somebody else must answer."))
    if _has_interest(session, actor, contest):
        return Standing(False, _("You have an interest in one of the two sides, so somebody else must answer."))
    return Standing(True)


def _decided(session: Session, actor: User, contest: Contest) -> bool:
    """Took any decision about this pair as an administrator, in this suggestion or an earlier one."""
    return (
        session.scalar(
            select(DecisionEvent.id)
            .join(MatchSuggestion, DecisionEvent.suggestion_id == MatchSuggestion.id)
            .join(Profile, MatchSuggestion.profile_id == Profile.id)
            .where(
                Profile.user_id == contest.user_id,
                MatchSuggestion.opportunity_id == contest.opportunity_id,
                DecisionEvent.decider.in_((Decider.REVIEWER.value, OBJECTION)),
                DecisionEvent.actor_id == actor.id,
            )
            .limit(1)
        )
        is not None
    )


def _has_interest(session: Session, actor: User, contest: Contest) -> bool:
    sides = {contest.opportunity.organisation_id, contest.user.organisation_id}
    if sides & organisations_of(actor):
        return True
    about: ColumnElement[bool] = or_(
        DeclaredInterest.opportunity_id == contest.opportunity_id,
        DeclaredInterest.profile_id.in_(select(Profile.id).where(Profile.user_id == contest.user_id)),
    )
    declared = select(DeclaredInterest.id).where(DeclaredInterest.reviewer_id == actor.id, about)
    return session.scalar(declared.limit(1)) is not None


@dataclass(frozen=True)
class Listed:
    """One contest in the administrators' list."""

    contest: Contest
    overdue: bool
    standing: Standing


def to_answer(session: Session, actor: User, *, limit: int = 100) -> list[Listed]:
    """Open contests of the actor's duty, the one due first at the head."""
    rows = session.scalars(_whole().where(is_open()).order_by(Contest.due_at, Contest.id).limit(limit)).all()
    now = utc_now()
    return [
        Listed(row, row.due_at < now, standing_for(session, actor, row))
        for row in rows
        if _is_duty(session, actor, row)
    ]


def answered_lately(session: Session, actor: User, *, limit: int = 50) -> list[Contest]:
    """Contests of the actor's countries that were answered, the newest first."""
    return list(
        session.scalars(
            _whole()
            .where(Contest.country.in_(actor.administered_countries), Contest.answered_at.is_not(None))
            .order_by(Contest.answered_at.desc(), Contest.id)
            .limit(limit)
        )
    )


def _whole() -> Any:
    return select(Contest).options(
        joinedload(Contest.opportunity).selectinload(Opportunity.texts),
        joinedload(Contest.suggestion),
        joinedload(Contest.user),
    )


def remind(session: Session, now: datetime | None = None) -> int:
    """The sweep: remind administrators once of contests that fall due soon; returns how many contests."""
    moment = now or utc_now()
    soon = timedelta(days=rule_number(session, "contest_reminder_days"))
    waits = select(Contest.id).where(is_open(), Contest.reminded_at.is_(None), Contest.due_at <= moment + soon)
    ids = session.scalars(waits.order_by(Contest.due_at, Contest.id).limit(100)).all()
    for contest_id in ids:
        with transaction(session):
            contest = session.scalars(_whole().where(Contest.id == contest_id)).one()
            contest.reminded_at = moment
            for reader in answerers(session, contest):
                _tell(session, reader, "contest_due", contest, "privacy.answer_contest")
            record(session, None, "contest.remind", contest)
    return len(ids)


def statistics(session: Session, *, since: datetime | None = None) -> Statistics:
    """Contests made since a moment (all when none is given), how they ended and how long that took."""
    wanted = select(Contest.created_at, Contest.answered_at, Contest.withdrawn_at, Contest.due_at, Contest.outcome)
    rows = session.execute(wanted.where(Contest.created_at >= since) if since is not None else wanted).all()
    now = utc_now()
    taken = sorted((row.answered_at - row.created_at).total_seconds() / 86_400 for row in rows if row.answered_at)
    middle = len(taken) // 2
    median = None if not taken else taken[middle] if len(taken) % 2 else (taken[middle - 1] + taken[middle]) / 2
    waiting = [row for row in rows if row.answered_at is None and row.withdrawn_at is None]
    return Statistics(
        made=len(rows),
        open=len(waiting),
        overdue=sum(row.due_at < now for row in waiting),
        withdrawn=sum(row.withdrawn_at is not None for row in rows),
        upheld=sum(row.outcome is ContestOutcome.UPHELD for row in rows),
        not_upheld=sum(row.outcome is ContestOutcome.NOT_UPHELD for row in rows),
        median_days=median,
    )


def follow_up(contest: Contest) -> str:
    """What an upheld contest led to: `reopened`, `not_reopened`, or empty for any other."""
    if contest.outcome is not ContestOutcome.UPHELD:
        return ""
    return "reopened" if contest.followed_by_id is not None else "not_reopened"
