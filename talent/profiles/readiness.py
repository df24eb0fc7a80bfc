"""What stands between a profile and being active. Nothing else blocks it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models import LawfulBasis, Profile, ProfileBasis, WorksHere
from models.types import ConfirmationStatus
from talent.errors import TransitionRefused
from talent.i18n import _, _n


@dataclass(frozen=True)
class Requirements:
    """The facts the guards read: rules in force today, and HR's answer for the person's present organisation."""

    minimum_skills: int
    bases: Sequence[LawfulBasis]
    works_here: WorksHere | None
    notice_read: bool = False
    """Whether the notice about matching has been read: the one in force, or any where nobody is there to read."""

    @property
    def works_here_confirmed(self) -> bool:
        return self.works_here is not None and self.works_here.status is ConfirmationStatus.CONFIRMED


@dataclass(frozen=True)
class Missing:
    """One thing still needed, and where to see to it."""

    code: str
    message: Any
    endpoint: str


class NotReady(TransitionRefused):
    """The profile cannot be active yet; `missing` says why."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        super().__init__(missing[0].message)
        self.missing = list(missing)


def answer_in_force(profile: Profile, basis: LawfulBasis) -> ProfileBasis | None:
    """The person's answer to this text, or to an earlier edition of it that asked for the same."""
    return next(
        (
            row
            for row in profile.bases
            if row.ended_at is None
            and row.purpose is basis.purpose
            and row.lawful_basis.country == basis.country
            and row.lawful_basis.notice_version == basis.notice_version
        ),
        None,
    )


def bases_missing(profile: Profile, bases: Sequence[LawfulBasis]) -> list[LawfulBasis]:
    """Texts that must be agreed to for an active profile and are not."""
    return [
        basis
        for basis in bases
        if basis.required_for_active and not ((answer := answer_in_force(profile, basis)) and answer.agreed)
    ]


def skills_with_level(profile: Profile) -> int:
    return sum(row.level is not None for row in profile.skills)


def too_few_skills(minimum: int, held: int) -> Any:
    return _n(
        "You need at least %(num)s skill with a level; you have %(held)s",
        "You need at least %(num)s skills with a level; you have %(held)s",
        minimum,
        held=held,
    )


def missing(profile: Profile, facts: Requirements) -> list[Missing]:
    """Everything still needed, in the order of the steps."""
    found: list[Missing] = []
    held = skills_with_level(profile)
    if held < facts.minimum_skills:
        found.append(Missing("skills", too_few_skills(facts.minimum_skills, held), "profiles.skills"))
    if not facts.notice_read:
        found.append(Missing("notice", _("Read the notice about AI-assisted matching"), "profiles.notice"))
    if bases_missing(profile, facts.bases):
        found.append(
            Missing(
                "taking_part",
                _("You must choose to take part and to be shown in the other country"),
                "profiles.taking_part",
            )
        )
    if not facts.works_here_confirmed:
        found.append(
            Missing(
                "works_here",
                _("Your organisation has not yet confirmed that you work there"),
                "account.overview",
            )
        )
    return found
