"""Pairings that people put together: an administrator for a post, or a person who asks to be considered for one.

Nothing is computed, so there is no score. The rules that say who may be suggested for what are the same, and so is
everything that follows: first view, decision, four answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ml.eligibility import check_eligibility, check_wishes
from ml.schema import RuleResult
from models import MatchRun, MatchSuggestion, Opportunity, Profile, Reason, User, utc_now
from models.types import Answer, Decider, OpportunityStatus, RunStatus
from talent.audit import services as audit
from talent.db import transaction
from talent.errors import Forbidden, NotFound, TransitionRefused
from talent.framework.dated import rule_number
from talent.i18n import _
from talent.matching import queries, queries_inputs, states
from talent.matching.adapter import Facts, is_open
from talent.matching.notices import tell_reviewers
from talent.matching.policies import organisations_of
from talent.matching.reference_names import load_names
from talent.matching.rule_words import RuleView, countries_of, rule_view
from talent.matching.snapshots import (
    opportunity_from_snapshot,
    profile_from_snapshot,
    snapshot_opportunity,
    snapshot_profile,
)
from talent.matching.standing import Standing, standing_of
from talent.matching.states import Status, derived_status
from talent.matching.suggestions import HandPair, create_by_hand

TRIGGER = "hand"
ALREADY = _("This pairing is already being considered.")


class NotEligible(TransitionRefused):
    """A rule keeps the pair apart; `reasons` says which and what was compared."""

    def __init__(self, reasons: Sequence[RuleView]) -> None:
        super().__init__(_("This pairing cannot be made: a rule is not met."))
        self.reasons = reasons


@dataclass(frozen=True)
class Standpoint:
    """How a person stands to a post they may ask for: the rules not met, and what became of it if they asked.

    `waits`: what they asked for is open, or was answered in a way that can still be taken back.
    """

    profile: Profile | None
    own_organisation: bool
    failed: list[RuleView]
    asked: MatchSuggestion | None
    waits: bool = False

    @property
    def may_ask(self) -> bool:
        """True when asking would make a pairing."""
        return self.profile is not None and not self.own_organisation and not self.failed and not self.waits


def standpoint(session: Session, actor: User, opportunity_id: UUID) -> Standpoint:
    """How the actor stands to a published post. Raises NotFound for any other."""
    profile, post, facts = _asking(session, actor, opportunity_id)
    if profile is None:
        return Standpoint(None, False, [], None)
    asked = queries_inputs.newest_suggestions(session, post.id, [profile.id]).get(profile.id)
    if asked is not None and asked.put_together_by_id != actor.id:
        asked = None  # what others suggested is not the person's to know before it is put forward
    own = profile.organisation_id == post.organisation_id
    pair = _pair(profile, post, facts)
    waits = asked is not None and _is_under_way(session, asked)
    return Standpoint(profile, own, _failed(session, pair), asked, waits)


def ask_to_be_considered(session: Session, *, actor: User, opportunity_id: UUID) -> MatchSuggestion:
    """Put the actor's own profile beside a published post, for a reviewer to look at; asking twice is asking once.

    A suggestion of the matcher that waits for review becomes one that the person asked for. Raises NotFound,
    NotEligible with the rules not met, TransitionRefused when a reviewer has answered and nothing has changed since.
    """
    with transaction(session):
        profile, post, facts = _asking(session, actor, opportunity_id)
        if profile is None:
            raise NotFound
        past = queries_inputs.newest_suggestions(session, post.id, [profile.id]).get(profile.id)
        if past is not None and (_is_under_way(session, past) or derived_status(past) is Status.READY):
            return _joined(session, past, actor)
        pair = _checked(session, profile, post, facts)
        if past is not None and past.inputs_hash == pair.inputs_hash and standing_of(past) is Standing.ENDED:
            raise TransitionRefused(
                _("Your request has been answered, and neither your profile nor the post has changed since.")
            )
        tell_reviewers(session, pair.countries[0])
        return _make(session, pair, actor, past)


def put_together(session: Session, *, actor: User, profile_id: UUID, opportunity_id: UUID) -> MatchSuggestion:
    """Put a person of the administrator's country beside a post by hand; a suggestion that waits for review is kept.

    Raises NotFound for another country's person, Forbidden for an interest, NotEligible, and TransitionRefused when
    the pairing is under way.
    """
    with transaction(session):
        profile = queries_inputs.profiles_by_id(session, [profile_id]).get(profile_id)
        post = queries_inputs.posts_by_id(session, [opportunity_id]).get(opportunity_id)
        if profile is None or post is None or profile.organisation.country not in actor.administered_countries:
            raise NotFound
        if profile.matching_opted_out_at is not None:
            raise NotFound  # they ask for posts themselves
        _refuse_interest(session, actor, profile, post)
        past = queries_inputs.newest_suggestions(session, post.id, [profile.id]).get(profile.id)
        if past is not None and states.awaits_review(past):
            return past
        if past is not None and (states.is_open(past) or derived_status(past) is Status.READY):
            raise TransitionRefused(ALREADY)
        facts = queries_inputs.facts(session, utc_now())
        return _make(session, _checked(session, profile, post, facts), actor, past)


def _asking(session: Session, actor: User, opportunity_id: UUID) -> tuple[Profile | None, Opportunity, Facts]:
    post = queries_inputs.posts_by_id(session, [opportunity_id]).get(opportunity_id)
    if post is None or post.status is not OpportunityStatus.PUBLISHED:
        raise NotFound
    return queries_inputs.profile_of(session, actor.id), post, queries_inputs.facts(session, utc_now())


def _refuse_interest(session: Session, actor: User, profile: Profile, post: Opportunity) -> None:
    own = organisations_of(actor)
    declared = session.scalar(select(queries.declared_interest(actor, opportunity_id=post.id, profile_id=profile.id)))
    if declared or profile.user_id == actor.id or own & {profile.organisation_id, post.organisation_id}:
        raise Forbidden(_("You have an interest in one of the two sides, so somebody else must put this together."))


def _pair(profile: Profile, post: Opportunity, facts: Facts) -> HandPair:
    mine, theirs = snapshot_profile(profile, facts), snapshot_opportunity(post, facts)
    sides = profile_from_snapshot(mine), opportunity_from_snapshot(theirs)
    return HandPair(profile.id, post.id, mine, theirs, check_eligibility(*sides), check_wishes(*sides))


def _is_under_way(session: Session, suggestion: MatchSuggestion) -> bool:
    """Open, or ended by a reviewer's answer that can still be taken back and so is nobody's to know."""
    return states.is_open(suggestion) or states.can_be_taken_back(suggestion, queries.rules(session, suggestion))


def _failed(session: Session, pair: HandPair) -> list[RuleView]:
    failed = [rule for rule in pair.rules if rule.outcome == "fail"]
    return rule_views(session, failed, pair.rules) if failed else []


def rule_views(session: Session, rules: Sequence[RuleResult], all_rules: Sequence[RuleResult]) -> list[RuleView]:
    """Some of the rules that were checked for a pair, in the reader's words."""
    names = load_names(session, ()).between(*countries_of(tuple(all_rules)))
    return [rule_view(rule, names) for rule in rules]


def _checked(session: Session, profile: Profile, post: Opportunity, facts: Facts) -> HandPair:
    if profile.organisation_id == post.organisation_id:
        raise TransitionRefused(_("The post is in the person’s own organisation, so it is not an exchange."))
    if not is_open(post, facts.now):
        raise TransitionRefused(
            _("The post no longer takes new people: its closing date has passed, or its places are taken.")
        )
    pair = _pair(profile, post, facts)
    failed = _failed(session, pair)
    if failed:
        raise NotEligible(failed)
    return pair


def _joined(session: Session, suggestion: MatchSuggestion, actor: User) -> MatchSuggestion:
    """The person's wish joins what is there already; from now on a run leaves it alone."""
    if suggestion.put_together_by_id != actor.id and states.awaits_review(suggestion):
        suggestion.put_together_by_id = actor.id
        session.flush()
        audit.record(session, actor, "suggestion.asked_for", suggestion)
    return suggestion


def _make(session: Session, pair: HandPair, actor: User, past: MatchSuggestion | None) -> MatchSuggestion:
    now = utc_now()
    run = MatchRun(
        trigger=TRIGGER,
        scope={"pairs": 1},
        status=RunStatus.DONE,
        started_at=now,
        finished_at=now,
        profiles=1,
        total=1,
        progress=1,
        suggested=1,
        requested_by_id=actor.id,
    )
    session.add(run)
    session.flush()
    return create_by_hand(session, run.id, pair, actor=actor, following=past)


@dataclass(frozen=True)
class Wish:
    """A post that a person asked to be considered for, and what they may know of its answer."""

    suggestion: MatchSuggestion
    word: Any
    reason: Reason | None


def answers(session: Session, asked: Sequence[MatchSuggestion]) -> list[Wish]:
    """What became of each wish: a reviewer's no once it can no longer be taken back, with its coded reason."""
    latest = utc_now() - timedelta(seconds=rule_number(session, "review_undo_seconds"))
    found = []
    for row in asked:
        review = row.decision(Decider.REVIEWER)
        if review.answer is Answer.NO and review.decided_at is not None and review.decided_at <= latest:
            found.append(Wish(row, _("Not put forward"), review.reason))
        elif row.closed_at is not None:
            found.append(Wish(row, _("No longer open"), row.closed_reason))
        else:
            found.append(Wish(row, _("Being considered"), None))
    return found
