"""The one place that tells who a person is, or does not: every page, notice, mail, file and answer that shows a person
to somebody else takes a MaskedPerson or a masked profile from here.

Who may see the name is the caller's rule (a pairing's answers, an unmasking); what is left out without it is ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from models import Grade, Organisation, Profile
from models.types import Country, Language, NameOrder
from talent.i18n import _, local_person
from talent.profiles import summary
from talent.profiles.masking import own_names, without_identity


@dataclass(frozen=True)
class Identity:
    """Who a person is, for those who may know it."""

    name_home: str
    name_romanised: str
    family_name_first: bool
    form_of_address: str
    email: str
    organisation: Organisation

    @property
    def written_in(self) -> Language:
        """The language in which the name is written at home."""
        return Language.KO if self.organisation.country is Country.KR else Language.EN


@dataclass(frozen=True)
class MaskedPerson:
    """A person as one reader may see them. `code` is random and new for each post; no id of the profile is here."""

    code: str
    country: Country
    identity: Identity | None

    @property
    def called(self) -> str:
        """The name in the reader's script, or the code."""
        return local_person(self.identity) if self.identity is not None else str(_("Person %(code)s", code=self.code))


@dataclass(frozen=True)
class MaskedProfile:
    """A profile without who its owner is: no name, address, organisation, job series or region."""

    country: Country
    grade: Grade | None
    sections: list[summary.Section]


def masked_person(profile: Profile, *, code: str, named: bool) -> MaskedPerson:
    """The owner of a profile: by code alone, or with the identity where `named` says that the reader may see it.

    An imported profile that nobody has claimed has no identity to show.
    """
    person = profile.user
    identity = None
    if named and person is not None:
        identity = Identity(
            name_home=person.name_home,
            name_romanised=person.name_romanised,
            family_name_first=person.name_order is NameOrder.FAMILY_FIRST,
            form_of_address=person.form_of_address,
            email=person.email,
            organisation=profile.organisation,
        )
    return MaskedPerson(code, profile.organisation.country, identity)


def masked_profile(session: Session, profile: Profile) -> MaskedProfile:
    """A profile as administrators and hosts see it before the person's yes, in the reader's language."""
    grade = [local_grade] if (local_grade := summary.grade_of(profile)) else []
    sections = [
        summary.section("about_you", [summary.line(_("Grade"), grade)]),
        summary.section("languages", summary.languages(session, profile)),
        summary.section("skills", _masked(profile, summary.skills(session, profile))),
        summary.section("experience", _masked(profile, summary.experience(profile))),
        summary.section("what_you_look_for", summary.wishes(session, profile)),
    ]
    return MaskedProfile(profile.organisation.country, profile.grade, sections)


def _masked(profile: Profile, lines: list[summary.Line]) -> list[summary.Line]:
    names = own_names(profile)

    def clean(value: Any) -> str:
        return without_identity(str(value), names)

    return [replace(line, values=[clean(value) for value in line.values], note=clean(line.note)) for line in lines]
