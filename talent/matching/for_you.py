"""A person's private ranking of open posts, made fresh each time they look. Nothing is kept and nobody else sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.orm import Session

from ml.eligibility import check_eligibility
from ml.schema import OpportunityRecord, ProfileRecord, Ranked
from models import Opportunity, Profile, User, utc_now
from models.types import OpportunityStatus, ProfileStatus
from talent import texts
from talent.errors import NotFound
from talent.i18n import _, current_language
from talent.matching import engine, meanings, queries_inputs
from talent.matching.adapter import (
    ABROAD_PURPOSES,
    Facts,
    opportunity_record,
    post_texts,
    profile_record,
    profile_texts,
)
from talent.matching.advice import AdviceView, advice_view, advised_skills
from talent.matching.explanations import ExplanationView, fields_skills, skill_ids, view
from talent.matching.reference_names import ReferenceNames, load_names
from talent.matching.rule_words import countries_of, rule_view
from talent.matching.settings import RunSettings, in_force
from talent.matching.switch import is_enabled
from talent.opportunities import queries as opportunities
from talent.texts import Shown

if TYPE_CHECKING:  # loading scikit-learn takes a second: only what ranks pays for it
    from talent.matching.meanings import Meaning, RecordKey

PAGE_SIZE = 10
OTHERS_PAGE_SIZE = 20


@dataclass(frozen=True)
class Card:
    """A post with its title for this reader, and why it stands where it stands."""

    post: Opportunity
    title: Shown
    kind: str
    explanation: ExplanationView
    advice: AdviceView | None = None
    """What would change the result, on the page of one post."""
    is_own: bool = False
    """True for a post of the person's own organisation, which is no exchange for them."""


@dataclass(frozen=True)
class OtherPost:
    """A post that is not ranked, and the rules that keep it out: (rule, what was compared)."""

    post: Opportunity
    title: Shown
    kind: str
    reasons: list[tuple[str, str]]


@dataclass(frozen=True)
class Ranking:
    """One page of the posts a person could take, best first."""

    profile: Profile
    cards: list[Card]
    total: int
    others: int

    @property
    def is_private_draft(self) -> bool:
        """True while the profile is not active: then nobody suggests the person for anything."""
        return self.profile.status is not ProfileStatus.ACTIVE

    @property
    def pending(self) -> bool:
        """True while sentence vectors of a side are still being made. Those of a draft are not."""
        return not self.is_private_draft and any(card.explanation.pending for card in self.cards)


class Order(StrEnum):
    """What a ranking is ordered by."""

    BOTH = "both"
    CONTRIBUTION = "contribution"
    GROWTH = "growth"


ORDERS: dict[Order, Any] = {
    Order.BOTH: _("Both results together"),
    Order.CONTRIBUTION: _("What the host gains"),
    Order.GROWTH: _("What you gain"),
}


class Silence(StrEnum):
    """Why there is no ranking."""

    OFF = "off"
    OPTED_OUT = "opted_out"


def silence(session: Session, user: User) -> Silence | None:
    """Why nothing is ranked for this person: the matcher is off, or they opted out of it. None when it is."""
    if not is_enabled(session):
        return Silence.OFF
    profile = queries_inputs.profile_of(session, user.id)
    return Silence.OPTED_OUT if profile is not None and profile.matching_opted_out_at is not None else None


@dataclass(frozen=True)
class _Look:
    """What one look at the posts needs."""

    profile: Profile
    record: ProfileRecord
    facts: Facts
    posts: engine.FittedPosts
    vectors: dict[RecordKey, Meaning]
    """The person's sentence vectors; none while they are not made."""
    own: frozenset[str]
    """Posts of the person's own organisation, which are no exchange for them."""

    @property
    def meaning(self) -> Meaning | None:
        return next(iter(self.vectors.values()), None)

    def ranked(self, order: Order = Order.BOTH) -> list[Ranked]:
        found = self.posts.matcher.rank_fresh(self.record, meaning=self.meaning)
        return sorted((row for row in found if row.id not in self.own), key=_KEYS[order])


# Sorting keeps the order of the matcher, by both results together, among equals.
_KEYS: dict[Order, Callable[[Ranked], float]] = {
    Order.BOTH: lambda _row: 0.0,
    Order.CONTRIBUTION: lambda row: -row.score,
    Order.GROWTH: lambda row: 1.0 if row.growth is None else -row.growth,
}


def ranking(session: Session, user: User, page: int = 1, order: Order = Order.BOTH) -> Ranking | None:
    """One page of the person's ranking; None when they have no profile."""
    look = _look(session, user)
    if look is None:
        return None
    ranked = look.ranked(order)
    shown = ranked[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    explanations = look.posts.matcher.explain_fresh(look.record, [row.id for row in shown], meaning=look.meaning)
    names = load_names(session, skill_ids(explanations))
    rows = queries_inputs.posts_by_id(session, [UUID(row.id) for row in shown])
    cards = [
        Card(post, _title(post), _kind(post, names), view(explanation, names))
        for explanation in explanations
        if (post := rows.get(UUID(explanation.opportunity_id))) is not None
    ]
    return Ranking(look.profile, cards, len(ranked), len(look.posts.records) - len(ranked))


def others(session: Session, user: User, page: int = 1) -> tuple[list[OtherPost], int] | None:
    """One page of the open posts that are not ranked for this person, each with why; None without a profile."""
    look = _look(session, user)
    if look is None:
        return None
    out = [
        (record, [rule for rule in check_eligibility(look.record, record) if rule.outcome == "fail"])
        for record in look.posts.records.values()
    ]
    left_out = [(record, failed) for record, failed in out if failed or record.id in look.own]
    shown = left_out[(page - 1) * OTHERS_PAGE_SIZE : page * OTHERS_PAGE_SIZE]
    names = load_names(session, ())
    rows = queries_inputs.posts_by_id(session, [UUID(record.id) for record, _failed in shown])
    found = []
    for record, failed in shown:
        post = rows.get(UUID(record.id))
        if post is None:
            continue
        between = names.between(*countries_of(tuple(check_eligibility(look.record, record))))
        views = [rule_view(rule, between) for rule in failed]
        reasons = [(item.name, item.detail) for item in views]
        if record.id in look.own:
            reasons.append((str(_("Host organisation")), str(_("The post is in your own organisation."))))
        found.append(OtherPost(post, _title(post), _kind(post, names), reasons))
    return found, len(left_out)


def one_post(session: Session, user: User, opportunity_id: UUID) -> tuple[Profile, Card] | None:
    """Why one published post does or does not fit, and what would change that; None without a profile.

    For any published post, eligible or not, weak or not. Raises NotFound for any other post.
    """
    post = opportunities.opportunity_for(session, user, opportunity_id)
    if post.status is not OpportunityStatus.PUBLISHED:
        raise NotFound
    look = _look(session, user)
    if look is None:
        return None
    whole = queries_inputs.posts_by_id(session, [post.id])[post.id]
    record = look.posts.records.get(str(post.id)) or opportunity_record(whole, look.facts)
    matcher = look.posts.matcher  # a post past its deadline is not among the fitted ones
    both = {**look.vectors, **_meanings(session, record, whole.version, look.posts.settings)}
    explanation = matcher.explain_pair(look.record, record, both)
    found = engine.what_would_change(matcher, look.record, record, both)
    fields = [name for name, _, _ in profile_texts(look.profile)], [name for name, _, _ in post_texts(whole)]
    names = load_names(session, skill_ids([explanation]) | advised_skills(found) | fields_skills(fields[0]))
    shown = view(
        explanation,
        names,
        mine=_texts(look.record),
        theirs=_texts(record),
        fields=fields,
        made_at=look.facts.now,
    )
    return look.profile, Card(
        post, _title(post), _kind(post, names), shown, advice_view(found, names), str(post.id) in look.own
    )


def _look(session: Session, user: User) -> _Look | None:
    profile = queries_inputs.profile_of(session, user.id)
    if profile is None:
        return None
    facts = queries_inputs.facts(session, utc_now())
    posts = engine.fitted_posts(session, in_force(session), facts)
    own = queries_inputs.open_posts_of(session, profile.organisation_id)
    record = _own_record(profile, facts)
    vectors = _meanings(session, record, profile.version, posts.settings)
    return _Look(profile, record, facts, posts, vectors, own)


def _meanings(
    session: Session, record: ProfileRecord | OpportunityRecord, version: int, settings: RunSettings
) -> dict[RecordKey, Meaning]:
    """The stored sentence vectors of a record, as the matcher takes them; none while they are not made."""
    return meanings.read(session, [meanings.source(record, version, settings.matcher)])


def _own_record(profile: Profile, facts: Facts) -> ProfileRecord:
    """The person as they would be matched once active; what they have not chosen yet keeps nothing from them."""
    record = profile_record(profile, facts)
    if profile.status is ProfileStatus.ACTIVE:
        return record
    refused = {row.purpose for row in profile.bases if row.ended_at is None and not row.agreed}
    return replace(
        record, active=True, taking_part=refused <= ABROAD_PURPOSES, shown_abroad=not refused & ABROAD_PURPOSES
    )


def _title(post: Opportunity) -> Shown:
    return texts.shown(post.texts, "title", current_language())


def _kind(post: Opportunity, names: ReferenceNames) -> str:
    return names.kind(post.kind) if post.kind else ""


def _texts(record: ProfileRecord | OpportunityRecord) -> Sequence[str]:
    return [row.text for row in record.texts]
