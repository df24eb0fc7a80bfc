"""Reducing records of a person to ids and codes: what the other side must account for stays, what tells of them goes.

Everything here works inside the present transaction. Scores, bands, answers, reasons, dates and roles stay, so that
counts and the history of decisions survive; texts, notes, names, skills and frozen inputs go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models import (
    Approval,
    ApprovalLink,
    Contest,
    Decision,
    DecisionEvent,
    DeclaredInterest,
    ImportedRow,
    MatchSuggestion,
    Objection,
    Profile,
    ProfileBasis,
    ProfileEvent,
    ProfileLanguage,
    ProfileSkill,
    ProfileText,
    Unmasking,
    User,
    utc_now,
)
from models.types import ProfileStatus
from talent.matching import meanings, preparing
from talent.matching.suggestions import new_pseudonym
from talent.profiles.lifecycle import move

KEPT_RULE = "border_direction"
"""From which country to which: what a page needs to speak of the pairing at all."""
KEPT_OF_EXPLANATION = frozenset(
    {
        "profile_id",
        "opportunity_id",
        "score",
        "band",
        "combined",
        "eligible",
        "parts",
        "not_applicable",
        "rules",
        "profile_text_cut",
        "opportunity_text_cut",
        "params_version",
        "params_hash",
        "lexicon_hash",
        "encoder",
        "by_hand",
    }
)
"""Of an explanation, numbers and codes that tell nothing of the person's words, skills and wishes; all else goes."""
_EMPTY_LISTS = ("skills", "texts", "languages", "kinds", "lengths", "working_patterns", "work_modes")
_WISHES = ("wished_regions", "role_families")
_NOTHING = ("available_from", "available_to", "grade_order")


def erase_profile(session: Session, actor: User | None, profile: Profile) -> dict[str, int]:
    """Empty a profile and everything that copies it; returns how many rows went, by kind.

    Open suggestions end, and those who had been told of them are told that they do not proceed. The row stays under
    its id, in the state `erased`.
    """
    counts = {"record_meaning": meanings.forget(session, profile_id=profile.id)}
    preparing.order(session)
    if profile.status is not ProfileStatus.ERASED:
        move(session, profile, "erase", actor=actor)
        session.flush()
    for model in (ProfileText, ProfileSkill, ProfileLanguage, ProfileBasis):
        gone = session.execute(delete(model).where(model.profile_id == profile.id))
        counts[model.__tablename__] = _rows(gone)
    session.execute(update(ProfileEvent).where(ProfileEvent.profile_id == profile.id).values(note=""))
    session.execute(update(DeclaredInterest).where(DeclaredInterest.profile_id == profile.id).values(note=""))
    counts["imported_row"] = forget_imported(session, [profile.id])
    suggestions = suggestions_of(session, profile.id)
    for suggestion in suggestions:
        reduce_suggestion(session, suggestion, anew=True)
    counts["match_suggestion"] = len(suggestions)
    session.flush()
    session.expire(profile)
    _empty(profile)
    session.flush()
    return counts


def suggestions_of(session: Session, profile_id: UUID) -> Sequence[MatchSuggestion]:
    """Every suggestion of a profile, oldest first."""
    return session.scalars(
        select(MatchSuggestion)
        .where(MatchSuggestion.profile_id == profile_id)
        .order_by(MatchSuggestion.created_at, MatchSuggestion.id)
        .with_for_update(of=MatchSuggestion)
    ).all()


def reduce_suggestion(session: Session, suggestion: MatchSuggestion, *, anew: bool = False) -> None:
    """Take the person's words, skills and wishes out of a suggestion, and every note about them.

    `anew` gives the person another code and drops the fingerprint of the inputs, for somebody who is gone altogether.
    """
    suggestion.profile_snapshot = _empty_snapshot(suggestion.profile_snapshot)
    if suggestion.explanation:
        suggestion.explanation = _reduced_explanation(suggestion.explanation)
    suggestion.weights = None
    if anew:
        suggestion.pseudonym = new_pseudonym(session, suggestion.opportunity_id)
        suggestion.inputs_hash = ""
    mine = suggestion.id
    for model in (Decision, DecisionEvent, Objection, Unmasking):
        session.execute(update(model).where(model.suggestion_id == mine).values(note=""))
    session.execute(update(Approval).where(Approval.suggestion_id == mine).values(note="", holder_name=""))
    approvals = select(Approval.id).where(Approval.suggestion_id == mine)
    forget_links(session, session.scalars(select(ApprovalLink).where(ApprovalLink.approval_id.in_(approvals))))
    session.flush()
    session.expire(suggestion)


def _reduced_explanation(explanation: dict[str, Any]) -> dict[str, Any]:
    """An explanation that pages can still show, without what tells of the person."""
    empty = {name: _empty_of(value) for name, value in explanation.items() if name not in KEPT_OF_EXPLANATION}
    rules = [rule for rule in explanation.get("rules", ()) if rule["code"] == KEPT_RULE]
    return {**explanation, **empty, "rules": rules}


def _empty_of(value: Any) -> Any:
    if isinstance(value, list):
        return []
    return type(value)() if isinstance(value, int | float) else None


def is_reduced(suggestion: MatchSuggestion) -> bool:
    """True for a suggestion whose copy of the profile is gone."""
    return bool(suggestion.profile_snapshot.get("erased"))


def forget_links(session: Session, links: Iterable[ApprovalLink]) -> int:
    """Take the address out of links by which managers answered; one still open stops working."""
    number = 0
    for link in links:
        link.email, number = "", number + 1
        if link.used_at is None and link.revoked_at is None:
            link.revoked_at = utc_now()
    return number


def forget_imported(session: Session, profile_ids: Sequence[UUID]) -> int:
    """Take what an import said of these profiles out of its lines; returns how many lines there were."""
    wanted = update(ImportedRow).where(ImportedRow.subject_id.in_(profile_ids))
    return _rows(session.execute(wanted.values(raw="", external_id="", detail="")))


def empty_contest(contest: Contest) -> None:
    """Take the words out of a contest and its answer; what was contested and how it ended stays."""
    contest.words = contest.answer = ""


def _empty(profile: Profile) -> None:
    profile.grade_id = profile.region_code = profile.role_level_id = None
    profile.job_series = profile.import_source = ""
    profile.external_id = profile.claim_token_hash = None
    profile.available_from = profile.available_to = profile.paused_until = None
    for name in ("kinds", "lengths", "working_patterns", "work_modes", "wished_regions", "role_families"):
        setattr(profile, name, [])
    profile.steps_saved = []


def _empty_snapshot(snapshot: dict[str, Any]) -> dict[str, Any]:
    """A snapshot that pages can still show: the country and nothing else of the person."""
    if "record" not in snapshot:
        return {"erased": True}
    record = dict(snapshot["record"])
    record |= {name: [] for name in (*_EMPTY_LISTS, *_WISHES)} | dict.fromkeys(_NOTHING)
    record |= {"taking_part": False, "shown_abroad": False, "active": False}
    version = snapshot.get("shown", {}).get("version", 0)
    shown = {"version": version, "grade_id": None, "role_level_id": None, "texts": [], "languages": []}
    return {"record": record, "shown": shown, "erased": True}


def _rows(result: Any) -> int:
    return int(result.rowcount or 0)
