"""Match runs, suggestions and the four decisions about each."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Stamped, UuidKey, utc_now
from models.dated import ApprovalStep, Reason
from models.opportunity import Opportunity
from models.people import User
from models.profile import Profile
from models.types import Answer, Band, Country, Decider, RunStatus, Side


class MatchRun(UuidKey, Stamped, Base):
    """One run of the matcher, with everything needed to say how its suggestions came about."""

    __tablename__ = "match_run"

    trigger: Mapped[str]
    """`change`, `command`, `button`, `shortlist` or `hand`."""
    scope: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Empty for all; otherwise the profile_ids or opportunity_ids that changed."""
    status: Mapped[RunStatus] = mapped_column(default=RunStatus.QUEUED, index=True)
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    params_hash: Mapped[str] = mapped_column(default="")
    versions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Of the matcher, its libraries and each reference file."""
    seed: Mapped[str] = mapped_column(default="")
    requested_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    progress: Mapped[int] = mapped_column(default=0)
    """Posts done so far, out of `total`."""
    total: Mapped[int] = mapped_column(default=0)
    profiles: Mapped[int] = mapped_column(default=0)
    suggested: Mapped[int] = mapped_column(default=0)
    superseded: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    requested_by: Mapped[User | None] = relationship()


class MatchSuggestion(UuidKey, Stamped, Base):
    """A pairing put to four deciders. Inputs are frozen: it shows what was true when it was made.

    Its status is derived from the decisions and from `closed_reason` (see talent.matching.states).
    """

    __tablename__ = "match_suggestion"
    __table_args__ = (
        Index(
            "uq_match_suggestion_open",
            "opportunity_id",
            "profile_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        CheckConstraint("score >= 0 AND score <= 1", name="score_range"),
        CheckConstraint("(closed_at IS NULL) = (closed_reason_id IS NULL)", name="closing_has_reason"),
        CheckConstraint("(score IS NULL) = (band IS NULL)", name="band_of_score"),
        CheckConstraint("growth >= 0 AND growth <= 1", name="growth_range"),
        CheckConstraint("combined >= 0 AND combined <= 1", name="combined_range"),
        CheckConstraint("score IS NOT NULL OR put_together_by_id IS NOT NULL", name="by_matcher_or_hand"),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("match_run.id"), index=True)
    opportunity_id: Mapped[UUID] = mapped_column(ForeignKey("opportunity.id"), index=True)
    profile_id: Mapped[UUID] = mapped_column(ForeignKey("profile.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    pseudonym: Mapped[str]
    """How the person is called before the host may see the name: random, and new for each post."""
    sending_country: Mapped[Country] = mapped_column(index=True)
    receiving_country: Mapped[Country]
    score: Mapped[float | None]
    """None, as `band`, for a pairing that an administrator put together by hand."""
    band: Mapped[Band | None]
    growth: Mapped[float | None]
    """What the person gains, 0 to 1; None where they stated nothing, for a pairing by hand, and before growth was."""
    combined: Mapped[float | None] = mapped_column(index=True)
    """Orders lists: contribution and growth under the settings of the run. Not a score of the person."""
    weights: Mapped[dict[str, Any] | None]
    """What the score took from outside the two records, so that it can be computed again (ml.replay)."""
    put_together_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    """Who asked for it by hand, an administrator or the person; None for the matcher's."""
    parts: Mapped[dict[str, Any]]
    explanation: Mapped[dict[str, Any]]
    profile_snapshot: Mapped[dict[str, Any]]
    opportunity_snapshot: Mapped[dict[str, Any]]
    inputs_hash: Mapped[str] = mapped_column(default="")
    """Fingerprint of both records and the matcher's settings: the same hash would give the same suggestion."""
    closed_at: Mapped[datetime | None]
    """Set when it ended without four decisions: expired, superseded, post withdrawn, profile withdrawn."""
    closed_reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("reason.id"))

    run: Mapped[MatchRun] = relationship()
    opportunity: Mapped[Opportunity] = relationship()
    profile: Mapped[Profile] = relationship()
    closed_reason: Mapped[Reason | None] = relationship()
    decisions: Mapped[list[Decision]] = relationship(
        back_populates="suggestion", cascade="all, delete-orphan", lazy="selectin", order_by="Decision.decider"
    )
    events: Mapped[list[DecisionEvent]] = relationship(
        back_populates="suggestion", cascade="all, delete-orphan", order_by="DecisionEvent.at"
    )
    approvals: Mapped[list[Approval]] = relationship(
        back_populates="suggestion", cascade="all, delete-orphan", order_by="Approval.position"
    )
    objection: Mapped[Objection | None] = relationship(back_populates="suggestion", cascade="all, delete-orphan")
    place: Mapped[PlaceClaim | None] = relationship(back_populates="suggestion")

    __mapper_args__ = {"version_id_col": version}

    def decision(self, decider: Decider) -> Decision:
        """The row of one decider; every suggestion has all four."""
        return next(row for row in self.decisions if row.decider is decider)

    def answer(self, decider: Decider) -> Answer:
        return self.decision(decider).answer


class Decision(UuidKey, Stamped, Base):
    """One of the four answers to a suggestion: advice until all four are yes."""

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("suggestion_id", "decider"),
        CheckConstraint("(answer = 'pending') = (decided_at IS NULL)", name="answer_is_dated"),
        CheckConstraint("(answer = 'pending') = (decided_by_id IS NULL)", name="answer_is_signed"),
        CheckConstraint("(answer = 'pending') = (reason_id IS NULL)", name="answer_has_reason"),
    )

    suggestion_id: Mapped[UUID] = mapped_column(ForeignKey("match_suggestion.id"))
    decider: Mapped[Decider]
    answer: Mapped[Answer] = mapped_column(default=Answer.PENDING, index=True)
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("reason.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    suggestion: Mapped[MatchSuggestion] = relationship(back_populates="decisions")
    reason: Mapped[Reason | None] = relationship()
    decided_by: Mapped[User | None] = relationship()


class DecisionEvent(UuidKey, Base):
    """History of the decisions, the corrections among them. Rows are only ever added."""

    __tablename__ = "decision_event"

    suggestion_id: Mapped[UUID] = mapped_column(ForeignKey("match_suggestion.id"), index=True)
    decider: Mapped[str]
    """A Decider, `objection` for the receiving country's objection, or `system` for a closing."""
    action: Mapped[str]
    from_answer: Mapped[str]
    to_answer: Mapped[str]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    role: Mapped[str]
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("reason.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(default=utc_now)
    suggestion: Mapped[MatchSuggestion] = relationship(back_populates="events")
    actor: Mapped[User | None] = relationship()
    reason: Mapped[Reason | None] = relationship()


class Objection(UuidKey, Base):
    """The receiving country's objection to a pairing its partner approved, made in time and with a reason."""

    __tablename__ = "objection"

    suggestion_id: Mapped[UUID] = mapped_column(ForeignKey("match_suggestion.id"), unique=True)
    actor_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("reason.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(default=utc_now)
    suggestion: Mapped[MatchSuggestion] = relationship(back_populates="objection")
    actor: Mapped[User] = relationship()
    reason: Mapped[Reason] = relationship()


class Approval(UuidKey, Stamped, Base):
    """One approval step of the home or the host organisation for one pairing."""

    __tablename__ = "approval"
    __table_args__ = (
        UniqueConstraint("suggestion_id", "step_id"),
        CheckConstraint("(answer = 'pending') = (recorded_at IS NULL)", name="answer_is_dated"),
        CheckConstraint("answer IN ('pending', 'yes', 'no')", name="known_answer"),
    )

    suggestion_id: Mapped[UUID] = mapped_column(ForeignKey("match_suggestion.id"))
    step_id: Mapped[UUID] = mapped_column(ForeignKey("approval_step.id"))
    side: Mapped[Side]
    position: Mapped[int]
    due_on: Mapped[date]
    answer: Mapped[Answer] = mapped_column(default=Answer.PENDING)
    holder_name: Mapped[str] = mapped_column(default="")
    document_number: Mapped[str] = mapped_column(default="")
    """공문 번호, or the reference of the paper that carries the approval."""
    document_date: Mapped[date | None]
    """시행일."""
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("reason.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    recorded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    """None when the holder answered by link."""
    recorded_at: Mapped[datetime | None]
    suggestion: Mapped[MatchSuggestion] = relationship(back_populates="approvals")
    step: Mapped[ApprovalStep] = relationship(lazy="joined")
    reason: Mapped[Reason | None] = relationship()
    recorded_by: Mapped[User | None] = relationship()
    links: Mapped[list[ApprovalLink]] = relationship(back_populates="approval", cascade="all, delete-orphan")


class ApprovalLink(UuidKey, Base):
    """A signed, expiring link by which a line manager answers without an account. Only its hash is kept."""

    __tablename__ = "approval_link"

    approval_id: Mapped[UUID] = mapped_column(ForeignKey("approval.id"), index=True)
    email: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    language: Mapped[str]
    sent_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    sent_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    approval: Mapped[Approval] = relationship(back_populates="links")


class PlaceClaim(UuidKey, Base):
    """A place of a post taken by a pairing with four yeses. The constraints make overbooking impossible."""

    __tablename__ = "place_claim"
    __table_args__ = (UniqueConstraint("opportunity_id", "number"),)

    opportunity_id: Mapped[UUID] = mapped_column(ForeignKey("opportunity.id"))
    number: Mapped[int]
    """1 to the post's number of places."""
    suggestion_id: Mapped[UUID] = mapped_column(ForeignKey("match_suggestion.id"), unique=True)
    claimed_at: Mapped[datetime] = mapped_column(default=utc_now)
    suggestion: Mapped[MatchSuggestion] = relationship(back_populates="place")
