"""What a person answers in each step, as plain values: forms and importers make them, services save them.

`of(profile)` gives the answers a profile holds now, so that a save can tell what changed, and `fingerprint` lets a page
remember which answers it was made from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from models import Profile, ProfileText
from models.types import BasisPurpose, Cefr, Language, LanguageBasis, TextState

EXPERIENCE = "experience"
"""The field name of a person's own words in `profile_text`."""


@dataclass(frozen=True)
class About:
    """Where the person stands. `grade_id` None: not on the list."""

    grade_id: str | None = None
    job_series: str = ""
    region_code: str | None = None

    @classmethod
    def of(cls, profile: Profile) -> About:
        return cls(profile.grade_id, profile.job_series, profile.region_code)


@dataclass(frozen=True)
class LanguageAnswer:
    """One language, shown by a test (test, score, day; expiry from the test when empty) or self-assessed."""

    language: str
    basis: LanguageBasis
    test: str | None = None
    score: str | None = None
    taken_on: date | None = None
    expires_on: date | None = None
    speaking: Cefr | None = None
    reading: Cefr | None = None

    @classmethod
    def all_of(cls, profile: Profile) -> tuple[LanguageAnswer, ...]:
        return tuple(
            cls(
                row.language,
                row.basis,
                row.test,
                row.score,
                row.taken_on,
                row.expires_on,
                row.speaking,
                row.reading,
            )
            for row in sorted(profile.languages, key=lambda row: row.language)
        )


@dataclass(frozen=True)
class SkillAnswer:
    """One skill. `level` None: not held yet, wanted. `proposed`: recognised in imported text, not yet confirmed."""

    skill_id: str
    level: int | None
    evidence: str = ""
    develop: bool = False
    proposed: bool = False

    @classmethod
    def all_of(cls, profile: Profile) -> tuple[SkillAnswer, ...]:
        return tuple(
            cls(row.skill_id, row.level, row.evidence, row.develop, row.proposed)
            for row in sorted(profile.skills, key=lambda row: row.skill_id)
        )


@dataclass(frozen=True)
class Experience:
    """Own words in the language they were written in; the other language only when the person wrote that too."""

    language: Language
    text: str
    other_text: str = ""

    @classmethod
    def of(cls, profile: Profile) -> Experience | None:
        original = original_text(profile)
        if original is None:
            return None
        other = text_in(profile, original.lang.other)
        return cls(original.lang, original.content, other.content if other else "")


def text_in(profile: Profile, language: Language) -> ProfileText | None:
    return next((row for row in profile.texts if row.field == EXPERIENCE and row.lang is language), None)


def original_text(profile: Profile) -> ProfileText | None:
    """The version of the experience that the person wrote first."""
    return next(
        (row for row in profile.texts if row.field == EXPERIENCE and row.state is TextState.ORIGINAL and row.content),
        None,
    )


@dataclass(frozen=True)
class Wishes:
    """What the person looks for. Empty means not stated."""

    kinds: tuple[str, ...] = ()
    available_from: date | None = None
    available_to: date | None = None
    lengths: tuple[str, ...] = ()
    working_patterns: tuple[str, ...] = ()
    work_modes: tuple[str, ...] = ()
    wished_regions: tuple[str, ...] = ()
    role_families: tuple[str, ...] = ()

    @classmethod
    def of(cls, profile: Profile) -> Wishes:
        return cls(
            tuple(profile.kinds or ()),
            profile.available_from,
            profile.available_to,
            *(
                tuple(values or ())
                for values in (
                    profile.lengths,
                    profile.working_patterns,
                    profile.work_modes,
                    profile.wished_regions,
                    profile.role_families,
                )
            ),
        )


@dataclass(frozen=True)
class BasisAnswer:
    """Yes or no to one purpose, under the exact text that was shown (`lawful_basis_id`)."""

    purpose: BasisPurpose
    agreed: bool
    lawful_basis_id: UUID
    reference: str = ""

    @classmethod
    def all_of(cls, profile: Profile) -> tuple[BasisAnswer, ...]:
        return tuple(
            cls(row.purpose, row.agreed, row.lawful_basis_id, row.reference)
            for row in sorted(profile.bases, key=lambda row: row.purpose)
            if row.ended_at is None
        )


def fingerprint(answers: Any) -> str:
    """A short mark of these answers: equal answers, equal mark."""
    listed: Iterable[Any] = answers if isinstance(answers, tuple) else (answers,)
    return hashlib.sha256("\n".join(repr(answer) for answer in listed).encode("utf-8", "replace")).hexdigest()[:24]
