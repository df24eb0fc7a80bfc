"""Why a post was not suggested to a person: one coded answer, computed from the rules and settings in force.

It tells of nobody else: no rank, no number of others, no name. Nothing is kept but the line that it was asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from models import MatchRun, MatchSuggestion, Opportunity, Profile, User, utc_now
from models.types import OpportunityStatus, ProfileStatus, RunStatus
from talent.audit.services import record
from talent.db import transaction
from talent.errors import NotFound
from talent.i18n import _
from talent.matching import by_hand, for_you, queries, queries_inputs, states, switch
from talent.matching.adapter import is_open
from talent.matching.explanations import ExplanationView, SkillView
from talent.matching.rule_words import RuleView
from talent.matching.settings import RunSettings
from talent.matching.states import Status, derived_status
from talent.opportunities import queries as opportunities

RUNS = ("change", "command", "button", "settings")
"""Triggers of runs that look at everything or at what has changed."""
MOST_RUNS = 500
PAGE = 20
BASIS_RULES = {"taking_part": "not_taking_part", "shown_abroad": "not_shown_abroad", "profile_active": "not_active"}


@dataclass(frozen=True)
class Answered:
    """The answer: its code, and what belongs to it."""

    code: str
    post: Opportunity
    failed: list[RuleView] = field(default_factory=list)
    """Rules that are not met, with what was compared."""
    explanation: ExplanationView | None = None
    suggestion: MatchSuggestion | None = None

    @property
    def words(self) -> Any:
        return WORDS[self.code]

    @property
    def may_contest(self) -> bool:
        """True when a person may be asked to look; a decided suggestion is contested on its own page."""
        return self.code in CONTESTABLE

    @property
    def lacking(self) -> list[SkillView]:
        """Skills short of the level or missing, where the score is what decided."""
        return self.explanation.gaps if self.explanation is not None else []


WORDS: dict[str, Any] = {
    "no_profile": _("You have no profile, so nobody can suggest you for a post."),
    "draft": _("Your profile is a draft. Only active profiles are suggested."),
    "paused": _("Your profile is paused. Only active profiles are suggested."),
    "not_active": _("Your profile is not active. Only active profiles are suggested."),
    "opted_out": _("You chose not to be matched by the tool. You can still ask to be considered for the post."),
    "not_taking_part": _("You have not chosen to take part."),
    "not_shown_abroad": _("The post is in the other country, and you have not chosen to be shown there."),
    "own_organisation": _("The post is in your own organisation, so it is not an exchange."),
    "post_closed": _("The post no longer takes new people: its closing date has passed, or its places are taken."),
    "rule_not_met": _("A rule that the post or your profile sets is not met."),
    "put_forward": _("You were put forward for this post."),
    "being_considered": _("You are suggested for this post, and a reviewer has not decided yet."),
    "already_decided": _("You were suggested for this post before, and that has ended."),
    "matcher_off": _("The matcher is turned off at present, so it suggests nobody. People put pairings together."),
    "not_looked_at_yet": _(
        "The post or your profile has changed since the matcher last ran. The matcher will compare them again."
    ),
    "below_threshold": _("Your profile fits the post too little for the tool to suggest it."),
    "list_was_full": _(
        "Your profile fits the post. Lists are short, and others ranked higher on the list of the post, as other posts "
        "did on yours."
    ),
}
CONTESTABLE = frozenset(WORDS) - {"no_profile", "draft", "paused", "put_forward", "being_considered", "already_decided"}
"""Answers about the post, the rules or the matcher; the others tell what the person can do themselves."""


def why_not(session: Session, user: User, opportunity_id: UUID) -> Answered:
    """The answer for a published post, recorded as asked. Raises NotFound for any other post."""
    post = published_post(session, user, opportunity_id)
    found = _answer(session, user, post)
    with transaction(session):
        post = session.get_one(Opportunity, opportunity_id)
        record(session, user, "privacy.why_not", post, person_id=user.id, code=found.code)
    return found


def _answer(session: Session, user: User, post: Opportunity) -> Answered:
    profile = queries_inputs.profile_of(session, user.id)
    if profile is None:
        return Answered("no_profile", post)
    known = _by_suggestion(session, profile, post)
    if known is not None:
        return known
    if profile.status is not ProfileStatus.ACTIVE:
        return Answered({ProfileStatus.DRAFT: "draft", ProfileStatus.PAUSED: "paused"}[profile.status], post)
    if profile.matching_opted_out_at is not None:
        return Answered("opted_out", post)
    return _by_rules(session, user, post) or _by_matcher(session, user, profile, post)


def _by_suggestion(session: Session, profile: Profile, post: Opportunity) -> Answered | None:
    """The answer when the pair has been suggested already; what a run replaced answers nothing."""
    found = queries_inputs.newest_suggestions(session, post.id, [profile.id]).get(profile.id)
    if found is None:
        return None
    status = derived_status(found)
    if status in (Status.SUPERSEDED, Status.WITHDRAWN):
        return None
    if status in (Status.SUGGESTED, Status.HELD) or states.can_be_taken_back(found, queries.rules(session, found)):
        return Answered("being_considered", post, suggestion=found)
    if status in (Status.APPROVED, Status.ACCEPTED, Status.READY):
        return Answered("put_forward", post, suggestion=found)
    return Answered("already_decided", post, suggestion=found)


def _by_rules(session: Session, user: User, post: Opportunity) -> Answered | None:
    """The answer when a rule keeps the pair apart, before any score."""
    stand = by_hand.standpoint(session, user, post.id)
    if stand.own_organisation:
        return Answered("own_organisation", post)
    if not is_open(post, utc_now()):
        return Answered("post_closed", post)
    if not stand.failed:
        return None
    code = next((BASIS_RULES[rule.code] for rule in stand.failed if rule.code in BASIS_RULES), "rule_not_met")
    return Answered(code, post, failed=stand.failed)


def _by_matcher(session: Session, user: User, profile: Profile, post: Opportunity) -> Answered:
    """The answer when nothing but the matcher's own work is left to tell."""
    if not switch.is_enabled(session):
        return Answered("matcher_off", post)
    if not _was_looked_at(session, profile, post):
        return Answered("not_looked_at_yet", post)
    shown = for_you.one_post(session, user, post.id)
    explanation = shown[1].explanation if shown is not None else None
    if explanation is not None and not RunSettings().suggests(explanation.band.code):
        return Answered("below_threshold", post, explanation=explanation)
    return Answered("list_was_full", post, explanation=explanation)


def _was_looked_at(session: Session, profile: Profile, post: Opportunity) -> bool:
    """True when a run that covers the pair began after both sides were last changed."""
    changed: datetime = max(profile.updated_at, post.updated_at)
    scopes = session.scalars(
        select(MatchRun.scope)
        .where(MatchRun.status == RunStatus.DONE, MatchRun.started_at >= changed, MatchRun.trigger.in_(RUNS))
        .order_by(MatchRun.started_at.desc(), MatchRun.id)
        .limit(MOST_RUNS)
    )
    return any(
        not scope or str(post.id) in scope.get("opportunity_ids", ()) or str(profile.id) in scope.get("profile_ids", ())
        for scope in scopes
    )


def published(session: Session, page: int) -> tuple[list[Opportunity], int]:
    """One page of published posts, the newest first, and how many there are."""
    wanted = select(Opportunity).where(Opportunity.status == OpportunityStatus.PUBLISHED)
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = session.scalars(
        wanted.options(selectinload(Opportunity.texts))
        .order_by(Opportunity.published_at.desc(), Opportunity.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return list(rows), total


def published_post(session: Session, user: User, opportunity_id: UUID) -> Opportunity:
    """A published post. Raises NotFound for any other."""
    post = opportunities.opportunity_for(session, user, opportunity_id)
    if post.status is not OpportunityStatus.PUBLISHED:
        raise NotFound
    return post
