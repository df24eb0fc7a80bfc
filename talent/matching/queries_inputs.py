"""Reading what the matcher works on: active profiles, published posts, names of skills, reference facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, defer, joinedload, lazyload, load_only, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from models import (
    AccessLevel,
    JobRole,
    LanguageTestBand,
    LawfulBasis,
    MatchSuggestion,
    Opportunity,
    Profile,
    RecordMeaning,
    ReferenceFile,
    RoleLevel,
    Skill,
    SkillAlias,
    User,
)
from models.types import BasisPurpose, Country, OpportunityStatus, ProfileStatus
from talent.framework import dated
from talent.matching.adapter import Facts
from talent.matching.standing import Past
from talent.profiles.queries import live_profile

PROFILE_LOADS: tuple[ORMOption, ...] = (
    joinedload(Profile.organisation),
    joinedload(Profile.user).options(  # names alone, to take them out of the texts
        load_only(User.name_home, User.name_romanised, User.former_names),
        lazyload(User.grants),
        lazyload(User.organisation),
    ),
    joinedload(Profile.grade),
    selectinload(Profile.skills),
    selectinload(Profile.languages),
    selectinload(Profile.texts),
    selectinload(Profile.bases),
)
OPPORTUNITY_LOADS: tuple[ORMOption, ...] = (
    joinedload(Opportunity.organisation),
    joinedload(Opportunity.grade_min),
    joinedload(Opportunity.grade_max),
    joinedload(Opportunity.role_level).joinedload(RoleLevel.role).joinedload(JobRole.family),
    selectinload(Opportunity.skills),
    selectinload(Opportunity.texts),
)


def facts(session: Session, now: datetime) -> Facts:
    """Reference and dated data that the adapter needs."""
    bands: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in session.scalars(select(LanguageTestBand).order_by(LanguageTestBand.test, LanguageTestBand.id)):
        bands[row.test].append((row.from_score, row.cefr))
    purposes: dict[Country, set[BasisPurpose]] = {country: set() for country in Country}
    for basis in dated.rows_in_force(session, LawfulBasis, on=now.date()):
        if basis.required_for_active or basis.purpose in (BasisPurpose.SHOWING_ABROAD, BasisPurpose.TRANSFER_ABROAD):
            for country in Country:
                if basis.country in ("", country.value):
                    purposes[country].add(basis.purpose)
    levels = dated.rows_in_force(session, AccessLevel, on=now.date())
    return Facts(
        now=now,
        test_bands={test: tuple(rows) for test, rows in bands.items()},
        purposes={country: frozenset(found) for country, found in purposes.items() if found},
        home_only_access=frozenset(level.code for level in levels if not level.offered_abroad),
    )


def active_profiles(session: Session) -> Sequence[Profile]:
    """Profiles that may be suggested, with all that a record is made from: not of those who opted out of matching."""
    wanted = select(Profile).where(*may_be_matched()).order_by(Profile.id)
    return session.scalars(wanted.options(*PROFILE_LOADS)).all()


def may_be_matched() -> tuple[ColumnElement[bool], ...]:
    """SQL: an active profile whose owner has not opted out of matching by computer."""
    return Profile.status == ProfileStatus.ACTIVE, Profile.matching_opted_out_at.is_(None)


def profiles_by_id(session: Session, ids: Iterable[UUID]) -> dict[UUID, Profile]:
    """These profiles, with all that a record is made from."""
    found = session.scalars(select(Profile).where(Profile.id.in_(list(ids))).options(*PROFILE_LOADS))
    return {row.id: row for row in found}


def published_posts(session: Session) -> Sequence[Opportunity]:
    """Published posts, with all that a record is made from; their deadline may have passed."""
    wanted = select(Opportunity).where(Opportunity.status == OpportunityStatus.PUBLISHED).order_by(Opportunity.id)
    return session.scalars(wanted.options(*OPPORTUNITY_LOADS)).all()


def posts_by_id(session: Session, ids: Iterable[UUID]) -> dict[UUID, Opportunity]:
    """These posts, with all that a record is made from and a card shows."""
    found = session.scalars(
        select(Opportunity)
        .where(Opportunity.id.in_(list(ids)))
        .options(*OPPORTUNITY_LOADS, joinedload(Opportunity.region))
    )
    return {post.id: post for post in found}


def profile_of(session: Session, user_id: UUID) -> Profile | None:
    """A person's present profile, with all that a record is made from."""
    return session.scalar(live_profile(user_id).options(*PROFILE_LOADS))


def open_posts_of(session: Session, organisation_id: str) -> frozenset[str]:
    """Ids of an organisation's published posts."""
    wanted = select(Opportunity.id).where(
        Opportunity.organisation_id == organisation_id, Opportunity.status == OpportunityStatus.PUBLISHED
    )
    return frozenset(str(post_id) for post_id in session.scalars(wanted))


def open_post_keys(session: Session) -> list[tuple[UUID, int, str | None, Opportunity]]:
    """Id, version and fingerprint of the stored vectors of each published post, with what tells whether it is open."""
    rows = session.execute(
        select(Opportunity, RecordMeaning.texts_digest)
        .outerjoin(RecordMeaning, RecordMeaning.opportunity_id == Opportunity.id)
        .where(Opportunity.status == OpportunityStatus.PUBLISHED)
        .options(joinedload(Opportunity.organisation))
        .order_by(Opportunity.id)
    )
    return [(post.id, post.version, vectors, post) for post, vectors in rows]


def skill_names(session: Session) -> list[tuple[str, str, str]]:
    """(skill id, language, form) of every name and alias; withdrawn skills stay recognisable."""
    rows = [
        (skill_id, language, name)
        for skill_id, name_en, name_ko in session.execute(select(Skill.id, Skill.name_en, Skill.name_ko))
        for language, name in (("en", name_en), ("ko", name_ko))
    ]
    aliases = session.execute(select(SkillAlias.skill_id, SkillAlias.lang, SkillAlias.alias))
    return sorted([*rows, *((skill_id, lang, alias) for skill_id, lang, alias in aliases)])


def reference_stamp(session: Session) -> tuple[tuple[str, str, int], ...]:
    """(name, fingerprint, release) of each reference file that is loaded."""
    rows = session.execute(
        select(ReferenceFile.name, ReferenceFile.sha256, ReferenceFile.release).order_by(ReferenceFile.name)
    )
    return tuple((name, sha256, release) for name, sha256, release in rows)


def pasts(session: Session) -> dict[tuple[str, str], Past]:
    """What has become of each pair (profile id, post id) of a published post, by its newest suggestion."""
    rows = session.scalars(
        _bare_suggestions().join(Opportunity).where(Opportunity.status == OpportunityStatus.PUBLISHED)
    )
    return {(str(row.profile_id), str(row.opportunity_id)): Past.of(row) for row in rows}


def newest_suggestions(
    session: Session, opportunity_id: UUID, profile_ids: Iterable[UUID]
) -> dict[UUID, MatchSuggestion]:
    """The newest suggestion of these people for a post, held against changes by others until the transaction ends."""
    rows = session.scalars(
        _bare_suggestions()
        .where(
            MatchSuggestion.opportunity_id == opportunity_id,
            MatchSuggestion.profile_id.in_(list(profile_ids)),
        )
        .with_for_update(of=MatchSuggestion)
        .execution_options(populate_existing=True)
    )
    return {row.profile_id: row for row in rows}


def unclosed_suggestions(
    session: Session,
    *,
    opportunity_id: UUID | None = None,
    profile_id: UUID | None = None,
    ids: Iterable[UUID] | None = None,
) -> list[MatchSuggestion]:
    """Suggestions of a post, of a person or with these ids that nothing has closed, held until the transaction ends."""
    wanted = _bare_suggestions().where(MatchSuggestion.closed_at.is_(None))
    if opportunity_id is not None:
        wanted = wanted.where(MatchSuggestion.opportunity_id == opportunity_id)
    if profile_id is not None:
        wanted = wanted.where(MatchSuggestion.profile_id == profile_id)
    if ids is not None:
        wanted = wanted.where(MatchSuggestion.id.in_(list(ids)))
    return list(session.scalars(wanted.with_for_update(of=MatchSuggestion)))


def _bare_suggestions() -> Select[MatchSuggestion]:
    """Suggestions with their answers but without the frozen inputs, oldest first."""
    return (
        select(MatchSuggestion)
        .options(
            selectinload(MatchSuggestion.decisions),
            selectinload(MatchSuggestion.objection),
            selectinload(MatchSuggestion.closed_reason),
            defer(MatchSuggestion.parts),
            defer(MatchSuggestion.explanation),
            defer(MatchSuggestion.profile_snapshot),
            defer(MatchSuggestion.opportunity_snapshot),
        )
        .order_by(MatchSuggestion.created_at, MatchSuggestion.id)
    )
