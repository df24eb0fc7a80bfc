"""After an upheld contest: the pair put forward for a fresh review, by somebody other than who decided before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Contest, MatchSuggestion, Opportunity, Profile, User, utc_now
from models.types import ProfileStatus
from talent.errors import Forbidden, NotFound, TransitionRefused
from talent.i18n import _
from talent.matching import by_hand, pairs, queries_inputs, switch
from talent.matching.adapter import is_open as takes_people
from talent.matching.by_hand import NotEligible
from talent.matching.notices import tell_reviewers

REOPENED, UNDER_WAY = "reopened", "under_way"
WORDS: dict[str, Any] = {
    REOPENED: _("You are suggested for the post again. Somebody who did not decide before will review it."),
    UNDER_WAY: _("A newer suggestion of you for this post is under way already."),
    "post_closed": _("The post no longer takes new people, so no new suggestion was made."),
    "profile_not_active": _("Your profile is not active, so no new suggestion was made."),
    "rule_not_met": _("A rule keeps this pairing apart at present, so no new suggestion was made."),
    "not_possible": _("No new suggestion could be made. The administrators of your country can make one by hand."),
}


@dataclass(frozen=True)
class Reopened:
    """The new suggestion, and how it went: a key of WORDS, empty when nothing was tried."""

    suggestion_id: UUID | None
    code: str


def reopen(session: Session, actor: User, contest: Contest) -> Reopened:
    """Suggest the contested pair anew, in the present transaction. The contested suggestion stays as it ended."""
    profile = session.scalar(
        select(Profile).where(Profile.user_id == contest.user_id, Profile.status == ProfileStatus.ACTIVE)
    )
    if profile is None:
        return Reopened(None, "profile_not_active")
    if not takes_people(session.get_one(Opportunity, contest.opportunity_id), utc_now()):
        return Reopened(None, "post_closed")
    before = queries_inputs.newest_suggestions(session, contest.opportunity_id, [profile.id]).get(profile.id)
    try:
        made = _suggest(session, actor, profile, contest.opportunity_id)
    except NotEligible:
        return Reopened(None, "rule_not_met")
    except TransitionRefused:
        return Reopened(None, UNDER_WAY)
    except (NotFound, Forbidden):
        return Reopened(None, "not_possible")
    tell_reviewers(session, made.sending_country)
    return Reopened(made.id, UNDER_WAY if before is not None and before.id == made.id else REOPENED)


def _suggest(session: Session, actor: User, profile: Profile, opportunity_id: UUID) -> MatchSuggestion:
    """By hand, without a score: the fresh review is a person's from the start. A partner's administrator, who may not
    put people of the other country together, has the matcher do it."""
    if profile.organisation.country in actor.administered_countries or not switch.is_enabled(session):
        return by_hand.put_together(session, actor=actor, profile_id=profile.id, opportunity_id=opportunity_id)
    return pairs.suggest_pairs(session, actor=actor, pairs=[(profile.id, opportunity_id)])[0]
