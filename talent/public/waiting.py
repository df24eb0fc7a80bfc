"""The kinds of things that can wait for somebody: how many there are, and since when.

Each function runs a fixed number of statements and returns one item; an item with a count of zero is not shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from models import (
    Contest,
    Decision,
    MatchSuggestion,
    Objection,
    Opportunity,
    OpportunityText,
    Organisation,
    Profile,
    ProfileText,
    User,
    WorksHere,
    utc_now,
)
from models.types import Answer, ConfirmationStatus, Decider, OpportunityStatus, ProfileStatus, TextState
from talent.framework import notices
from talent.framework.dated import rule_number
from talent.i18n import _, _n
from talent.profiles import queries as profiles
from talent.profiles.readiness import missing

DAYS_PER_MONTH = 30.4375


@dataclass(frozen=True)
class ToDo:
    """One line of "What needs you now"."""

    count: int
    text: Any
    action: Any
    """The text of the link."""
    endpoint: str
    endpoint_args: dict[str, str] = field(default_factory=dict)
    since: datetime | None = None
    """When the longest-waiting began to wait."""

    def days(self, now: datetime | None = None) -> int:
        """Whole days that the longest-waiting has waited."""
        return max(0, ((now or utc_now()) - self.since).days) if self.since else 0


def _count(session: Session, statement: Select[Any, Any]) -> tuple[int, datetime | None]:
    count, since = session.execute(statement).one()
    return count or 0, since


def own_profile(session: Session, user: User) -> list[ToDo | None]:
    """Whether the organisation confirmed, and what the person's own profile needs."""
    return [_confirmation(session, user), _notice(session, user), _profile(session, user)]


def _notice(session: Session, user: User) -> ToDo | None:
    if notices.unread(session, user) is None:
        return None
    return ToDo(
        1, _("There is a notice about AI-assisted matching for you to read"), _("Read the notice"), "profiles.notice"
    )


def _confirmation(session: Session, user: User) -> ToDo | None:
    answer = session.scalar(
        select(WorksHere.status).where(
            WorksHere.user_id == user.id, WorksHere.organisation_id == (user.organisation_id or "")
        )
    )
    if answer is not ConfirmationStatus.REFUSED:
        return None
    text = _("Your organisation could not confirm that you work there")
    return ToDo(1, text, _("Check your organisation"), "account.overview")


def _profile(session: Session, user: User) -> ToDo | None:
    live = Profile.status.not_in([ProfileStatus.WITHDRAWN, ProfileStatus.ERASED])
    row = session.execute(
        select(Profile.status, Profile.confirmed_current_at, Profile.activated_at)
        .where(Profile.user_id == user.id, live)
        .order_by(Profile.created_at.desc(), Profile.id)
        .limit(1)
    ).one_or_none()
    target = "profiles.task_list"
    if row is None:
        return ToDo(1, _("You have no skills profile yet"), _("Create your profile"), target)
    if row.status is ProfileStatus.DRAFT:
        return _draft(session, user)
    confirmed = row.confirmed_current_at or row.activated_at
    months = rule_number(session, "profile_stale_months")
    if row.status is ProfileStatus.ACTIVE and confirmed and confirmed < utc_now() - timedelta(months * DAYS_PER_MONTH):
        return ToDo(
            1, _("You have not checked your profile for a long time"), _("Check your profile"), target, since=confirmed
        )
    return None


def _draft(session: Session, user: User) -> ToDo:
    """What a draft still needs: its person, its organisation, or only to be activated."""
    profile = profiles.own_profile(session, user)
    needs = {item.code for item in missing(profile, profiles.requirements(session, user, profile.organisation))}
    if not needs:
        text = _("Your skills profile can be activated")
        return ToDo(1, text, _("Check your answers and activate it"), "profiles.check_answers")
    if needs == {"works_here"}:
        text = _("Your skills profile is waiting for your organisation to confirm that you work there")
        return ToDo(1, text, _("Go to your profile"), "profiles.task_list")
    return ToDo(1, _("Your skills profile is not finished"), _("Continue with your profile"), "profiles.task_list")


def suggestions(session: Session, user: User) -> ToDo:
    """Posts the person has been put forward for and has not answered."""
    person, reviewer = aliased(Decision), aliased(Decision)
    count, since = _count(
        session,
        _open_pairings(func.min(reviewer.decided_at))
        .join(reviewer, _of(reviewer, Decider.REVIEWER))
        .join(person, _of(person, Decider.PERSON))
        .join(MatchSuggestion.profile)
        .where(
            Profile.user_id == user.id,
            person.answer == Answer.PENDING,
            reviewer.answer == Answer.YES,
            reviewer.decided_at <= _told_by(session),
        ),
    )
    text = _n(
        "%(num)s suggested post is waiting for your answer",
        "%(num)s suggested posts are waiting for your answer",
        count,
    )
    return ToDo(count, text, _("Answer"), "matching.my_suggestions", since=since)


def people_to_confirm(session: Session, user: User) -> ToDo:
    """Others with a confirmed address who say they work in one of the user's organisations: those HR may answer."""
    count, since = _count(
        session,
        select(func.count(), func.min(WorksHere.created_at))
        .join(User, User.id == WorksHere.user_id)
        .where(
            WorksHere.organisation_id.in_(user.hr_organisation_ids),
            WorksHere.status == ConfirmationStatus.PENDING,
            WorksHere.user_id != user.id,
            User.confirmed_at.is_not(None),
            User.organisation_id == WorksHere.organisation_id,
        ),
    )
    text = _n("%(num)s person says they work here", "%(num)s people say they work here", count)
    return ToDo(count, text, _("Confirm who works here"), "organisations.our_people", since=since)


def people_put_forward(session: Session, user: User) -> ToDo:
    """Pairings for the organisations' posts to which the person said yes and the host has not answered."""
    count, since = _after_the_person(session, Decider.HOST, Opportunity.organisation_id.in_(user.hr_organisation_ids))
    text = _n(
        "%(num)s person put forward is waiting for your answer",
        "%(num)s people put forward are waiting for your answer",
        count,
    )
    return ToDo(count, text, _("See people put forward"), "matching.put_forward", since=since)


def releases(session: Session, user: User) -> ToDo:
    """Pairings of the organisations' own staff that wait for a release."""
    count, since = _after_the_person(session, Decider.HOME, Profile.organisation_id.in_(user.hr_organisation_ids))
    text = _n(
        "%(num)s release request is waiting for your answer",
        "%(num)s release requests are waiting for your answer",
        count,
    )
    return ToDo(count, text, _("See releases"), "matching.releases", since=since)


def own_drafts(session: Session, user: User) -> ToDo:
    """The user's own unfinished posts."""
    count, _since = _count(
        session,
        select(func.count(), func.min(Opportunity.created_at)).where(
            Opportunity.author_id == user.id, Opportunity.status == OpportunityStatus.DRAFT
        ),
    )
    text = _n("%(num)s post of yours is not finished", "%(num)s posts of yours are not finished", count)
    return ToDo(count, text, _("See your drafts"), "opportunities.ours", {"status": OpportunityStatus.DRAFT.value})


def posts_to_approve(session: Session, user: User) -> ToDo:
    """Submitted posts that another person wrote."""
    mine = or_(
        Opportunity.organisation_id.in_(user.hr_organisation_ids), Organisation.country.in_(user.administered_countries)
    )
    count, since = _count(
        session,
        select(func.count(), func.min(Opportunity.submitted_at))
        .join(Opportunity.organisation)
        .where(
            mine,
            Opportunity.status == OpportunityStatus.SUBMITTED,
            or_(Opportunity.author_id.is_(None), Opportunity.author_id != user.id),
        ),
    )
    text = _n("%(num)s post is waiting to be published", "%(num)s posts are waiting to be published", count)
    return ToDo(count, text, _("Check and publish"), "opportunities.to_approve", since=since)


def reviews(session: Session, user: User) -> ToDo:
    """Pairings that wait for a reviewer of the user's country."""
    reviewer = aliased(Decision)
    count, since = _count(
        session,
        _open_pairings(func.min(MatchSuggestion.created_at))
        .join(reviewer, _of(reviewer, Decider.REVIEWER))
        .where(MatchSuggestion.sending_country.in_(user.administered_countries), reviewer.answer == Answer.PENDING),
    )
    text = _n("%(num)s pairing is waiting for review", "%(num)s pairings are waiting for review", count)
    return ToDo(count, text, _("Go to the review queue"), "matching.queue", since=since)


def open_to_objection(session: Session, user: User) -> ToDo:
    """Pairings the other country approved, as long as the user's country may object."""
    reviewer = aliased(Decision)
    in_time = [
        and_(
            MatchSuggestion.receiving_country == country,
            reviewer.decided_at > utc_now() - timedelta(rule_number(session, "objection_days", country=country)),
        )
        for country in sorted(user.administered_countries)
    ]
    count, since = _count(
        session,
        _open_pairings(func.min(reviewer.decided_at))
        .join(reviewer, _of(reviewer, Decider.REVIEWER))
        .where(
            or_(*in_time),
            reviewer.answer == Answer.YES,
            reviewer.decided_at <= _told_by(session),
            MatchSuggestion.sending_country != MatchSuggestion.receiving_country,
        ),
    )
    text = _n(
        "%(num)s pairing approved by the other country is open to objection",
        "%(num)s pairings approved by the other country are open to objection",
        count,
    )
    return ToDo(count, text, _("See them"), "matching.queue_objections", since=since)


def contests(session: Session, user: User) -> ToDo:
    """Contested decisions of the administrator's countries that wait for an answer."""
    statement = select(func.count(), func.min(Contest.created_at)).where(
        Contest.answered_at.is_(None),
        Contest.withdrawn_at.is_(None),
        Contest.country.in_(user.administered_countries),
        Contest.user_id != user.id,
    )
    count, since = _count(session, statement)
    text = _n(
        "%(num)s contested decision is waiting for an answer",
        "%(num)s contested decisions are waiting for an answer",
        count,
    )
    return ToDo(count, text, _("Answer them"), "privacy.to_answer", since=since)


def translations(session: Session) -> ToDo:
    """Texts of live posts and active profiles that have no version in the other language."""
    live = [OpportunityStatus.SUBMITTED, OpportunityStatus.PUBLISHED, OpportunityStatus.PAUSED]
    posts = session.scalar(
        _untranslated(OpportunityText, "opportunity_id").join(Opportunity).where(Opportunity.status.in_(live))
    )
    profiles = session.scalar(
        _untranslated(ProfileText, "profile_id").join(Profile).where(Profile.status == ProfileStatus.ACTIVE)
    )
    count = (posts or 0) + (profiles or 0)
    text = _n("%(num)s text is waiting for translation", "%(num)s texts are waiting for translation", count)
    return ToDo(count, text, _("Go to the translations"), "translations.queue")


def _untranslated(model: type[OpportunityText] | type[ProfileText], owner: str) -> Select[int]:
    other = aliased(model)
    translated = exists().where(
        getattr(other, owner) == getattr(model, owner),
        other.field == model.field,
        other.lang != model.lang,
        other.content != "",
    )
    return (
        select(func.count())
        .select_from(model)
        .where(model.state == TextState.ORIGINAL, model.content != "", ~translated)
    )


def _after_the_person(session: Session, decider: Decider, mine: ColumnElement[bool]) -> tuple[int, datetime | None]:
    """Open pairings with a reviewer's and the person's yes that wait for `decider`."""
    reviewer, person, waiting = aliased(Decision), aliased(Decision), aliased(Decision)
    return _count(
        session,
        _open_pairings(func.min(person.decided_at))
        .join(reviewer, _of(reviewer, Decider.REVIEWER))
        .join(person, _of(person, Decider.PERSON))
        .join(waiting, _of(waiting, decider))
        .join(MatchSuggestion.opportunity)
        .join(MatchSuggestion.profile)
        .where(
            mine,
            reviewer.answer == Answer.YES,
            person.answer == Answer.YES,
            waiting.answer == Answer.PENDING,
        ),
    )


def _open_pairings(since: ColumnElement[datetime] | ColumnElement[datetime | None]) -> Select[Any, Any]:
    """Counts pairings that nobody has ended: neither closed, nor refused, nor objected to."""
    refused = exists().where(Decision.suggestion_id == MatchSuggestion.id, Decision.answer == Answer.NO)
    objected = exists().where(Objection.suggestion_id == MatchSuggestion.id)
    return (
        select(func.count(), since)
        .select_from(MatchSuggestion)
        .where(MatchSuggestion.closed_at.is_(None), ~refused, ~objected)
    )


def _of(decision: type[Decision], decider: Decider) -> ColumnElement[bool]:
    return and_(decision.suggestion_id == MatchSuggestion.id, decision.decider == decider)


def _told_by(session: Session) -> datetime:
    """Reviewers' decisions made before this moment can no longer be taken back, and others are told of them."""
    return utc_now() - timedelta(seconds=rule_number(session, "review_undo_seconds"))
