"""Rows of the database → records of the matcher, by allow-list.

What the matcher may see is named here, field by field, and nothing else is passed on: no name, address, organisation,
account or monitoring data. Free text passes with the owner's own names and addresses taken out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from ml.schema import (
    HeldSkill,
    LanguageAbility,
    OpportunityRecord,
    ProfileRecord,
    RecordText,
    RequiredSkill,
)
from ml.text import language_of, normalise
from models import Opportunity, Profile, ProfileLanguage
from models.types import Audience, BasisPurpose, Cefr, Country, LanguageBasis, OpportunityStatus, ProfileStatus
from talent.profiles.masking import own_names, without_identity

ABROAD_PURPOSES = frozenset({BasisPurpose.SHOWING_ABROAD, BasisPurpose.TRANSFER_ABROAD})
TEXT_FIELDS = ("title", "description")
"""Texts of a post that the matcher reads, in this order."""


@dataclass(frozen=True)
class Facts:
    """Reference and dated data that turning rows into records needs, read once a run (queries_inputs.facts)."""

    now: datetime
    test_bands: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """Test code → (score from, CEFR level)."""
    purposes: Mapping[Country, frozenset[BasisPurpose]] = field(default_factory=dict)
    """What a person of each country must have agreed to before taking part."""
    home_only_access: frozenset[str] = frozenset()
    """Codes of access levels that cannot be given to somebody from abroad."""


def profile_record(profile: Profile, facts: Facts) -> ProfileRecord:
    """A person as the matcher may see them."""
    return replace(
        rules_record(profile, facts),
        skills=tuple(
            HeldSkill(row.skill_id, row.level, bool(row.evidence.strip()), row.develop)
            for row in sorted(profile.skills, key=lambda row: row.skill_id)
            if not row.proposed  # recognised in the text and confirmed by nobody: the text itself carries the claim
        ),
        texts=_profile_texts(profile),
    )


def rules_record(profile: Profile, facts: Facts) -> ProfileRecord:
    """The part of a person's record that the rules read: no skills, no texts."""
    country = profile.organisation.country
    agreed = {row.purpose for row in profile.bases if row.ended_at is None and row.agreed}
    needed = facts.purposes.get(country, frozenset({BasisPurpose.TAKING_PART, BasisPurpose.SHOWING_ABROAD}))
    return ProfileRecord(
        id=str(profile.id),
        country=country.value,
        languages=tuple(
            LanguageAbility(row.language, *language_levels(row, facts))
            for row in sorted(profile.languages, key=lambda row: row.language)
        ),
        kinds=frozenset(profile.kinds or ()),
        available_from=profile.available_from,
        available_to=profile.available_to,
        lengths=frozenset(profile.lengths or ()),
        working_patterns=frozenset(profile.working_patterns or ()),
        work_modes=frozenset(profile.work_modes or ()),
        wished_regions=frozenset(profile.wished_regions or ()),
        role_families=frozenset(profile.role_families or ()),
        grade_order=profile.grade.order_in_country if profile.grade is not None else None,
        taking_part=needed - ABROAD_PURPOSES <= agreed,
        shown_abroad=needed & ABROAD_PURPOSES <= agreed,
        active=profile.status is ProfileStatus.ACTIVE,
    )


def opportunity_record(post: Opportunity, facts: Facts) -> OpportunityRecord:
    """A post as the matcher may see it."""
    return OpportunityRecord(
        id=str(post.id),
        country=post.organisation.country.value,
        skills=tuple(
            RequiredSkill(row.skill_id, row.level, row.essential)
            for row in sorted(post.skills, key=lambda row: row.skill_id)
        ),
        texts=tuple(RecordText(lang, content) for _field, lang, content in post_texts(post)),
        working_language=post.working_language,
        speaking=post.speaking_level.order if post.speaking_level else None,
        reading=post.reading_level.order if post.reading_level else None,
        interpreter=bool(post.interpreter),
        kind=post.kind,
        start_earliest=post.start_earliest,
        start_latest=post.start_latest,
        length_months=post.length_months,
        working_pattern=post.working_pattern.value if post.working_pattern else None,
        work_mode=post.work_mode.value if post.work_mode else None,
        region=post.region_code,
        role_family=post.role_level.role.family_id if post.role_level is not None else None,
        grade_min_order=post.grade_min.order_in_country if post.grade_min is not None else None,
        grade_max_order=post.grade_max.order_in_country if post.grade_max is not None else None,
        audience=_audience(post, facts).value,
        open=is_open(post, facts.now),
    )


def is_open(post: Opportunity, now: datetime) -> bool:
    """Tell whether people may be suggested for a post: published, before its deadline where it is, a place free."""
    if post.status is not OpportunityStatus.PUBLISHED or post.places_claimed >= (post.places or 1):
        return False
    return post.closes_on is None or now.astimezone(ZoneInfo(post.organisation.time_zone)).date() <= post.closes_on


def language_levels(row: ProfileLanguage, facts: Facts) -> tuple[int | None, int | None]:
    """Speaking and reading on the CEFR scale: as assessed, else as the test score indicates. An expired test is silent.

    A test tells one level; it stands for both.
    """
    if row.basis is not LanguageBasis.TEST or row.speaking is not None or row.reading is not None:
        return (row.speaking.order if row.speaking else None), (row.reading.order if row.reading else None)
    if row.expires_on is not None and row.expires_on < facts.now.date():
        return None, None
    level = indicated(facts.test_bands.get(row.test or "", ()), row.score or "")
    return level, level


def indicated(bands: Iterable[tuple[str, str]], score: str) -> int | None:
    """The order of the CEFR level that a score indicates; None when it indicates none."""
    typed, number = score.strip().upper(), _number(score)
    reached: list[tuple[Decimal, int]] = []
    for least, level in bands:
        if least.upper() == typed:
            return Cefr(level).order
        floor = _number(least)
        if floor is not None and number is not None and floor <= number:
            reached.append((floor, Cefr(level).order))
    return max(reached)[1] if reached else None


def profile_texts(profile: Profile) -> list[tuple[str, str, str]]:
    """(field, language, text) of everything a person wrote, who they are taken out. Evidence follows the experience."""
    names = own_names(profile)
    found = [
        (row.field, row.lang.value, without_identity(row.content, names))
        for row in sorted(profile.texts, key=lambda row: (row.field, row.lang))
        if row.content.strip()
    ]
    found += [
        (f"evidence:{row.skill_id}", "", without_identity(row.evidence, names))
        for row in sorted(profile.skills, key=lambda row: row.skill_id)
        if row.evidence.strip() and not row.proposed
    ]
    return found


def post_texts(post: Opportunity) -> list[tuple[str, str, str]]:
    """(field, language, text) of a post's title and description in each language it has."""
    order = {name: place for place, name in enumerate(TEXT_FIELDS)}
    rows = [row for row in post.texts if row.field in order and row.content.strip()]
    return [
        (row.field, row.lang.value, row.content) for row in sorted(rows, key=lambda row: (order[row.field], row.lang))
    ]


def _profile_texts(profile: Profile) -> tuple[RecordText, ...]:
    return tuple(RecordText(lang, content) for _field, lang, content in profile_texts(profile))


def _audience(post: Opportunity, facts: Facts) -> Audience:
    """For nationals only, or behind national vetting, a post is for its own country, whatever was ticked."""
    if post.reserved_for_nationals or post.access_needed in facts.home_only_access:
        return Audience.HOME
    return post.audience or Audience.BOTH


def _number(value: str) -> Decimal | None:
    try:
        number = Decimal(value.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def languages_of(record: ProfileRecord) -> str:
    """In which language somebody wrote: `en`, `ko`, `both` or `none`. It is read from the texts, never declared."""
    found = {language_of(normalise(item.text)) for item in record.texts} - {None}
    return "both" if len(found) > 1 else next(iter(found), None) or "none"
