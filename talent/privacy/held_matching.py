"""Every suggestion of a person, with the score and why, everything decided about it and by which role, and contests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models import (
    Approval,
    Contest,
    Decision,
    DecisionEvent,
    DeclaredInterest,
    MatchSuggestion,
    Opportunity,
    Profile,
    ShortlistCard,
    Unmasking,
    User,
    utc_now,
)
from models.types import Answer, Decider
from talent.audit.action_words import event_words
from talent.auth.words import COUNTRIES
from talent.errors import NotFound
from talent.framework.dated import rule_number
from talent.framework.labels import HOLDERS, SIDES
from talent.i18n import _, current_language
from talent.matching.explained import Explained
from talent.matching.explanations import ExplanationView
from talent.matching.part_words import PartView
from talent.matching.states import ANSWER_WORDS, BAND_WORDS, DECIDER_WORDS, STATUS_WORDS, derived_status
from talent.privacy.contest_words import ABOUT, OUTCOMES
from talent.privacy.held import Code, Field, Group, Lines, Own, Raw, Record, Words, named, worded
from talent.profiles.masking import masked_text
from talent.texts import shown

PAGE_SIZE = 20
ROLES: dict[str, Any] = {
    "administrator": _("An administrator"),
    "civil_servant": _("You"),
    "hr": _("HR staff"),
    "system": _("The service"),
}
FIRST_VIEWS: dict[str, Any] = {"fits": _("Fits"), "unsure": _("Unsure"), "does_not_fit": _("Does not fit")}


def of_person(user: User) -> Select[MatchSuggestion]:
    """Every suggestion of a person with all that is told of it, newest first."""
    return (
        select(MatchSuggestion)
        .join(MatchSuggestion.profile)
        .where(Profile.user_id == user.id)
        .options(
            joinedload(MatchSuggestion.opportunity).selectinload(Opportunity.texts),
            joinedload(MatchSuggestion.objection),
            joinedload(MatchSuggestion.closed_reason),
            joinedload(MatchSuggestion.place),
            selectinload(MatchSuggestion.decisions).joinedload(Decision.reason),
            selectinload(MatchSuggestion.events).joinedload(DecisionEvent.reason),
            selectinload(MatchSuggestion.approvals).joinedload(Approval.reason),
        )
        .order_by(MatchSuggestion.created_at.desc(), MatchSuggestion.id)
    )


def own_suggestion(session: Session, user: User, suggestion_id: UUID) -> MatchSuggestion:
    """One of the person's own suggestions, in whatever state. Raises NotFound for another's."""
    found = session.scalar(of_person(user).where(MatchSuggestion.id == suggestion_id))
    if found is None:
        raise NotFound
    return found


def suggestions(session: Session, user: User, *, page: int | None = None) -> list[Record]:
    """Every suggestion, or one page of them."""
    wanted = of_person(user)
    if page is not None:
        wanted = wanted.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    rows = session.scalars(wanted).all()
    return _Told(session, rows).records() if rows else []


def count_suggestions(session: Session, user: User) -> int:
    """How many suggestions there are of a person."""
    statement = select(func.count()).select_from(MatchSuggestion).join(MatchSuggestion.profile)
    return session.scalar(statement.where(Profile.user_id == user.id)) or 0


def one_suggestion(session: Session, user: User, suggestion_id: UUID) -> tuple[MatchSuggestion, Record, Any]:
    """One suggestion as a record, with its explanation in words; None for one that has none."""
    found = own_suggestion(session, user, suggestion_id)
    told = _Told(session, [found])
    return found, told.records()[0], told.explanation(found)


class _Told:
    """What a number of suggestions need to be told, read together."""

    def __init__(self, session: Session, rows: Sequence[MatchSuggestion]) -> None:
        self.rows = rows
        ids = [row.id for row in rows]
        self.explained = Explained(session, rows)
        self.undo = timedelta(seconds=rule_number(session, "review_undo_seconds"))
        self.cards = _by_suggestion(session.scalars(select(ShortlistCard).where(ShortlistCard.suggestion_id.in_(ids))))
        self.unmaskings = _by_suggestion(
            session.scalars(
                select(Unmasking)
                .where(Unmasking.suggestion_id.in_(ids))
                .options(joinedload(Unmasking.reason))
                .order_by(Unmasking.at)
            )
        )

    def records(self) -> list[Record]:
        return [self._record(row) for row in self.rows]

    def explanation(self, row: MatchSuggestion) -> ExplanationView | None:
        """Why, in the reader's language."""
        return self.explained.view(row)

    def _record(self, row: MatchSuggestion) -> Record:
        return Record(self._fields(row), self._groups(row), name=Own(post_title(row.opportunity)), id=str(row.id))

    def _fields(self, row: MatchSuggestion) -> list[Field]:
        by_hand = row.score is None
        return [
            Field("post", _("Post"), Own(post_title(row.opportunity))),
            Field("post_number", _("Post number"), Code(str(row.opportunity_id))),
            Field("host", _("Host organisation"), named(row.opportunity.organisation)),
            Field("made_at", _("Suggested"), row.created_at),
            Field("put_together_by_hand", _("Put together by a person, not by the matcher"), by_hand),
            Field("status", _("Status"), self._status(row)),
            Field("band", _("How well it fits"), worded(row.band, BAND_WORDS)),
            Field("score", _("Score, from 0 to 1"), row.score),
            Field("growth", _("What you gain, from 0 to 1"), row.growth),
            Field("combined", _("Both results together, which order lists, from 0 to 1"), row.combined),
            Field("why", _("Why"), Lines(lambda: why_lines(self.explanation(row)))),
            Field("code", _("Your code for this post"), Code(row.pseudonym)),
            Field("sending_country", _("Sending country"), worded(row.sending_country, COUNTRIES)),
            Field("receiving_country", _("Receiving country"), worded(row.receiving_country, COUNTRIES)),
            Field("closed_at", _("Ended"), row.closed_at),
            Field("closed_because", _("Ended because"), named(row.closed_reason)),
            Field("place_claimed_at", _("Place agreed"), row.place.claimed_at if row.place else None),
            Field("parts", _("Parts of the score"), Raw(row.parts) if row.parts else None),
            Field("explanation", _("Explanation as data"), Raw(row.explanation) if row.explanation else None),
            Field("weights", _("Weights of words and skills in this score"), Raw(row.weights) if row.weights else None),
            Field("copy_of_profile", _("Copy of your profile that was compared"), Raw(row.profile_snapshot)),
        ]

    def _status(self, row: MatchSuggestion) -> Words | None:
        if any(self._is_final(item) for item in row.decisions if item.decider is Decider.REVIEWER):
            return worded(derived_status(row), STATUS_WORDS)
        closed = row.closed_at is not None or row.objection is not None
        return worded(derived_status(row) if closed else "suggested", STATUS_WORDS)

    def _is_final(self, item: Decision) -> bool:
        """A reviewer can take an answer back for a moment; until then it is none."""
        if item.decider is not Decider.REVIEWER or item.decided_at is None:
            return True
        return item.decided_at + self.undo <= utc_now()

    def _groups(self, row: MatchSuggestion) -> list[Group]:
        events = [item for item in row.events if item.decider != Decider.REVIEWER or self._is_past(item.at)]
        cards = [item for item in self.cards.get(row.id, ()) if item.decided_at and self._is_past(item.decided_at)]
        return [
            Group("decisions", _("Answers"), [_decision(item) for item in row.decisions if self._is_final(item)]),
            Group("history", _("What happened"), [_event(item) for item in events]),
            Group("approvals", _("Approval steps"), [_approval(item) for item in row.approvals]),
            Group("first_views", _("First view before any score was shown"), [_card(item) for item in cards]),
            Group("names_shown", _("Your name was shown"), [_shown(item) for item in self.unmaskings.get(row.id, ())]),
        ]

    def _is_past(self, at: datetime) -> bool:
        return at + self.undo <= utc_now()


def _by_suggestion(rows: Any) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row.suggestion_id, []).append(row)
    return found


def post_title(post: Opportunity) -> str:
    """The title of a post for this reader; its number when it has none any more."""
    return shown(post.texts, "title", current_language()).content or str(post.id)


def why_lines(shown: ExplanationView | None) -> list[str]:
    """An explanation in sentences, for a download that has no tables."""
    if shown is None:
        return []
    lines = [
        str(
            _(
                "Made with matcher version %(version)s, settings %(settings)s.",
                version=shown.version,
                settings=shown.settings,
            )
        )
    ]
    lines += _part_lines(shown.parts)
    lines += [f"{name}: {reason}" for name, reason in shown.not_applicable]
    lines += [f"{row.name}: {row.sentence}" for row in (*shown.evidenced, *shown.stated, *shown.gaps)]
    lines += [f"{row.name}: {row.sentence}" for row in shown.concepts]
    if shown.terms:
        lines.append(": ".join((str(_("Words that both texts share")), ", ".join(row.term for row in shown.terms))))
    if shown.copied:
        lines.append(str(_("Parts of the text were taken from the post: they were not counted.")))
    lines += [f"{row.name}: {row.outcome_text}. {row.detail}" for row in (*shown.rules, *shown.wishes)]
    if shown.growth is not None:
        lines.append(": ".join((str(_("What the person gains")), shown.growth.fullness)))
        lines += _part_lines(shown.growth.parts)
        lines += [f"{row.name}: {row.sentence}" for row in shown.growth.skills]
    return lines


def _part_lines(parts: Iterable[PartView]) -> list[str]:
    return [
        str(
            _(
                "%(part)s: %(fullness)s, %(points)s of %(of)s points.",
                part=row.name,
                fullness=row.fullness,
                points=row.points,
                of=row.of,
            )
        )
        for row in parts
    ]


def _decision(row: Decision) -> Record:
    return Record(
        [
            Field("decider", _("Who answers"), worded(row.decider.value, DECIDER_WORDS)),
            Field("answer", _("Answer"), worded(row.answer, ANSWER_WORDS)),
            Field("reason", _("Reason"), named(row.reason)),
            Field("note", _("Note"), Own(row.note)),
            Field("at", _("When"), row.decided_at),
        ]
    )


def _event(row: DecisionEvent) -> Record:
    return Record(
        [
            Field("decider", _("Who answers"), worded(row.decider, DECIDER_WORDS)),
            Field("action", _("Action"), Words(row.action, lambda: event_words(row.decider, row.action))),
            Field("answer", _("Answer"), _answer(row.to_answer)),
            Field("by", _("Done by"), worded(row.role, ROLES)),
            Field("reason", _("Reason"), named(row.reason)),
            Field("note", _("Note"), Own(row.note)),
            Field("at", _("When"), row.at),
        ]
    )


def _answer(code: str) -> Words | Code | None:
    if not code:
        return None
    known = code in {answer.value for answer in Answer}
    return worded(Answer(code), ANSWER_WORDS) if known else worded(code, STATUS_WORDS)


def _approval(row: Approval) -> Record:
    return Record(
        [
            Field("step", _("Step"), named(row.step)),
            Field("side", _("Whose approval"), worded(row.side.value, SIDES)),
            Field("holder", _("Who approves"), worded(row.step.holder.value, HOLDERS)),
            Field("answer", _("Answer"), worded(row.answer, ANSWER_WORDS)),
            Field("reason", _("Reason"), named(row.reason)),
            Field("note", _("Note"), Own(row.note)),
            Field("document_number", _("Document number"), Own(row.document_number)),
            Field("document_date", _("Date of the document"), row.document_date),
            Field("due_on", _("Due"), row.due_on),
            Field("at", _("When"), row.recorded_at),
        ]
    )


def _card(row: ShortlistCard) -> Record:
    view_code = row.first_view.value if row.first_view else None
    return Record(
        [
            Field("first_view", _("First view"), worded(view_code, FIRST_VIEWS)),
            Field("position", _("Place in the reviewer’s list"), row.position),
            Field("mixed_in", _("Mixed in from below the threshold"), row.mixed_in),
            Field("decision", _("Answer"), worded(row.decision, ANSWER_WORDS)),
            Field("at", _("When"), row.first_viewed_at),
            Field("score_shown_at", _("Score shown to the reviewer"), row.shown_at),
        ]
    )


def _shown(row: Unmasking) -> Record:
    return Record(
        [
            Field("at", _("When"), row.at),
            Field("until", _("Until"), row.until),
            Field("reason", _("Reason"), named(row.reason)),
            Field("note", _("Note"), Own(row.note)),
        ]
    )


def interests(session: Session, user: User) -> list[Record]:
    """Administrators who declared an interest in this person, and so may not decide; neither name nor ground is told,
    because both are theirs."""
    rows = session.scalars(
        select(DeclaredInterest)
        .join(Profile, DeclaredInterest.profile_id == Profile.id)
        .where(Profile.user_id == user.id)
        .order_by(DeclaredInterest.declared_at)
    )
    return [Record([Field("declared_at", _("Declared"), row.declared_at)]) for row in rows]


def contests(session: Session, user: User) -> list[Record]:
    """What the person contested, and the answers."""
    return [_contest(row) for row in contests_of(session, user)]


def contests_of(session: Session, user: User) -> Sequence[Contest]:
    """The person's contests, newest first."""
    return session.scalars(
        select(Contest)
        .where(Contest.user_id == user.id)
        .options(joinedload(Contest.opportunity).selectinload(Opportunity.texts))
        .order_by(Contest.created_at.desc(), Contest.id)
    ).all()


def _contest(row: Contest) -> Record:
    return Record(
        [
            Field("post", _("Post"), Own(post_title(row.opportunity))),
            Field("about", _("Decision contested"), worded(row.about, ABOUT)),
            Field("words", _("Your words"), Own(row.words)),
            Field("made_at", _("Sent"), row.created_at),
            Field("due_at", _("Answer due"), row.due_at),
            Field("withdrawn_at", _("Taken back"), row.withdrawn_at),
            Field("answered_at", _("Answered on"), row.answered_at),
            Field("outcome", _("Outcome"), worded(row.outcome, OUTCOMES)),
            Field("answer", _("Answer"), Own(row.answer)),
        ],
        name=Own(post_title(row.opportunity)),
        id=str(row.id),
    )


def contested_record(session: Session, contest: Contest) -> Record | None:
    """What an administrator who answers reads: the decisions and reasons, without who the person is or the copy of
    their profile. None where no suggestion was made."""
    if contest.suggestion_id is None:
        return None
    found = session.scalars(of_person(contest.user).where(MatchSuggestion.id == contest.suggestion_id)).first()
    if found is None:
        return None
    told = _Told(session, [found]).records()[0]
    hidden = ("copy_of_profile", "explanation", "parts", "weights")
    fields = [item for item in told.fields if item.code not in hidden]
    groups = [replace(group, records=[_masked(found.profile, item) for item in group.records]) for group in told.groups]
    return Record(fields, groups, told.name, told.id)


def _masked(profile: Profile, record: Record) -> Record:
    """A record whose notes do not tell who the person is: deciders who know the name may have written it."""
    fields = [
        replace(item, value=Own(masked_text(profile, item.value.text))) if isinstance(item.value, Own) else item
        for item in record.fields
    ]
    return replace(record, fields=fields)
