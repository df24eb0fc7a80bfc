"""Sample profiles: rows of data/sample/profiles.json into the tables."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from models import (
    LawfulBasis,
    NoticeReading,
    Organisation,
    Profile,
    ProfileBasis,
    ProfileEvent,
    ProfileLanguage,
    ProfileSkill,
    ProfileText,
    Reason,
    User,
    utc_now,
)
from models.text import text_hash
from models.types import BasisPurpose, Cefr, LanguageBasis, ProfileStatus, TextState
from talent.audit.services import record
from talent.framework import notices
from talent.framework.dated import row_in_force, rows_in_force
from talent.framework.queries import indicative_cefr
from talent.profiles.steps import STEPS

WITHDRAWAL_REASON = "profile-withdraw-no-longer-interested"
PAUSED_FOR = timedelta(days=45)
TEST_VALID = timedelta(days=730)


def make_profile(session: Session, owner: User, row: dict[str, Any]) -> Profile:
    """One profile with everything it names, in the state its row says."""
    profile = Profile(
        user_id=owner.id,
        organisation_id=row["organisation_id"],
        grade_id=row["grade_id"],
        job_series=row["job_series"] or "",
        region_code=row["region_code"],
        role_level_id=row["role_level_id"],
        kinds=row["kinds"],
        available_from=_day(row["available_from_days"]),
        available_to=_day(row["available_to_days"]),
        lengths=row["lengths"],
        working_patterns=row["working_patterns"],
        work_modes=row["work_modes"],
        wished_regions=row["regions"],
        role_families=row["role_families"],
        steps_saved=[] if row["status"] == "draft" else [step.key for step in STEPS],
        skills=_skills(row),
        languages=[_language(session, item) for item in row["languages"]],
        texts=_texts(owner, row["experience"]),
    )
    session.add(profile)
    session.flush()
    if row["status"] != "draft":
        _activate(session, profile, owner, shown_abroad=row["shown_abroad"])
    if row["status"] == "paused":
        profile.paused_at, profile.paused_until = utc_now(), (utc_now() + PAUSED_FOR).date()
        _move(session, profile, owner, "pause", ProfileStatus.PAUSED)
    if row["status"] == "withdrawn":
        profile.withdrawn_at = utc_now()
        _move(session, profile, owner, "withdraw", ProfileStatus.WITHDRAWN, _withdrawal_reason(session))
    return profile


def _skills(row: dict[str, Any]) -> list[ProfileSkill]:
    held = [
        ProfileSkill(
            skill_id=item["skill_id"], level=item["level"], evidence=item["evidence"] or "", develop=item["develop"]
        )
        for item in row["skills"]
    ]
    known = {item.skill_id for item in held}
    return held + [ProfileSkill(skill_id=skill, develop=True) for skill in row["develop_skills"] if skill not in known]


def _language(session: Session, item: dict[str, Any]) -> ProfileLanguage:
    taken = _day(item["taken_in_days"])
    by_test = item["basis"] == "test"
    shown = indicative_cefr(session, item["test"], item["score"]) if by_test else None
    return ProfileLanguage(
        language=item["language"],
        basis=LanguageBasis(item["basis"]),
        test=item["test"],
        score=item["score"],
        taken_on=taken,
        expires_on=taken + TEST_VALID if taken else None,
        speaking=_level(item["speaking"], shown),
        reading=_level(item["reading"], shown),
    )


def _level(stated: str | None, indicated: str | None) -> Cefr | None:
    level = stated or indicated
    return Cefr(level) if level else None


def _texts(owner: User, versions: list[dict[str, Any]]) -> list[ProfileText]:
    return [
        ProfileText(
            field="experience",
            lang=version["lang"],
            content=version["text"],
            state=TextState.ORIGINAL if position == 0 else TextState.DRAFT,
            source_hash=None if position == 0 else text_hash(versions[0]["text"]),
            written_by_id=owner.id,
        )
        for position, version in enumerate(versions)
    ]


def _activate(session: Session, profile: Profile, owner: User, *, shown_abroad: bool) -> None:
    country = session.get_one(Organisation, profile.organisation_id).country
    notice = notices.in_force(session, notices.MATCHING, country)
    if notice is not None and not notices.readings_of(session, owner.id):
        session.add(NoticeReading(user_id=owner.id, notice_id=notice.id, language=owner.language))
    for basis in rows_in_force(session, LawfulBasis, country=country):
        agreed = shown_abroad or basis.purpose is not BasisPurpose.SHOWING_ABROAD
        profile.bases.append(
            ProfileBasis(purpose=basis.purpose, lawful_basis_id=basis.id, agreed=agreed, recorded_by_id=owner.id)
        )
    profile.activated_at = profile.confirmed_current_at = utc_now()
    _move(session, profile, owner, "activate", ProfileStatus.ACTIVE)


def _move(
    session: Session, profile: Profile, owner: User, action: str, to: ProfileStatus, reason: Reason | None = None
) -> None:
    session.add(
        ProfileEvent(
            profile_id=profile.id,
            action=action,
            from_status=profile.status,
            to_status=to,
            actor_id=owner.id,
            role="civil_servant",
            reason_id=reason.id if reason else None,
        )
    )
    profile.status = to
    record(session, owner, f"profile.{action}", profile, sample=True)


def _withdrawal_reason(session: Session) -> Reason | None:
    found = row_in_force(session, Reason, WITHDRAWAL_REASON)
    return found if isinstance(found, Reason) else None


def _day(offset: int | None) -> Any:
    return None if offset is None else utc_now().date() + timedelta(days=offset)
