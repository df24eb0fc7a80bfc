"""What is held in a person's profiles: the one they have, those they withdrew, their choices and consents, and who
abroad they were shown to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from models import (
    AuditEntry,
    ExchangeKind,
    LanguageTest,
    LawfulBasis,
    Organisation,
    Profile,
    ProfileBasis,
    ProfileEvent,
    ProfileLanguage,
    ProfileSkill,
    ProfileText,
    Reason,
    RecordMeaning,
    Region,
    RoleFamily,
    SkillLevel,
    SpokenLanguage,
    User,
)
from models.types import BasisPurpose, Country, LengthBand, WorkingPattern, WorkMode
from talent.framework.labels import MODES as BASIS_MODES
from talent.framework.labels import PURPOSES
from talent.i18n import NATIVE_NAMES, _, own_half
from talent.matching import meanings as matching_meanings
from talent.privacy.held import Code, Field, Group, Own, Record, Words, named, worded
from talent.profiles.views import SEEN, UNMASKED, SeenAs
from talent.profiles.words import EVENTS, LANGUAGE_BASES, LENGTHS, MODES, PATTERNS, STATUSES

ABROAD = (BasisPurpose.SHOWING_ABROAD, BasisPurpose.TRANSFER_ABROAD)
BASIS_TEXTS = (
    ("title", _("Title")),
    ("items", _("What data")),
    ("purpose", _("Purpose")),
    ("retention", _("How long")),
    ("refusal", _("If you refuse")),
    ("controller", _("Who is responsible")),
)
STATES: dict[str, Any] = {
    "original": _("As you wrote it"),
    "awaited": _("Translation awaited"),
    "draft": _("Translation, not checked"),
    "checked": _("Translation, checked"),
}
VIEWERS: dict[str, Any] = {
    "administrator/GB": _("An administrator of the United Kingdom"),
    "administrator/KR": _("An administrator of Korea"),
    "host": _("HR staff of the host organisation"),
    "home": _("HR staff of your own organisation"),
}


def profiles_of(session: Session, user: User) -> list[Profile]:
    """Every profile of a person with its parts, newest first."""
    return list(
        session.scalars(
            select(Profile)
            .where(Profile.user_id == user.id)
            .options(
                selectinload(Profile.skills).joinedload(ProfileSkill.skill),
                selectinload(Profile.languages),
                selectinload(Profile.texts),
                selectinload(Profile.bases).joinedload(ProfileBasis.lawful_basis),
                selectinload(Profile.events).joinedload(ProfileEvent.reason),
                joinedload(Profile.grade),
                joinedload(Profile.region),
                joinedload(Profile.role_level),
            )
            .order_by(Profile.created_at.desc(), Profile.id)
        )
    )


def profiles(session: Session, user: User) -> list[Record]:
    """Profiles with all answers, texts and changes of state."""
    found = profiles_of(session, user)
    names = _Names(session) if found else None
    return [_profile(row, names) for row in found if names is not None]


def meanings(session: Session, user: User) -> list[Record]:
    """What is kept of sentences as numbers: since when, by which encoder, how many. The numbers hold no words."""
    rows = session.scalars(
        select(RecordMeaning)
        .join(Profile, RecordMeaning.profile_id == Profile.id)
        .where(Profile.user_id == user.id)
        .order_by(RecordMeaning.created_at, RecordMeaning.id)
    ).all()
    return [_meaning(row) for row in rows]


def _meaning(row: RecordMeaning) -> Record:
    sentences, numbers = matching_meanings.numbers_in(row.data)
    return Record(
        [
            Field("profile", _("Profile number"), Code(str(row.profile_id))),
            Field("made_at", _("Made"), row.updated_at),
            Field("encoder", _("Made by"), Code(row.encoder)),
            Field("sentences", _("Sentences"), sentences),
            Field("numbers", _("Numbers kept for them"), numbers),
        ]
    )


class _Names:
    """Names of the codes that profiles hold, read once."""

    def __init__(self, session: Session) -> None:
        self.levels = {row.order: row for row in session.scalars(select(SkillLevel))}
        self.languages = {row.code: row for row in session.scalars(select(SpokenLanguage))}
        self.tests = {row.code: row for row in session.scalars(select(LanguageTest).order_by(LanguageTest.valid_from))}
        self.kinds = {row.code: row for row in session.scalars(select(ExchangeKind).order_by(ExchangeKind.valid_from))}
        self.regions = {row.code: row for row in session.scalars(select(Region))}
        self.families = {row.id: row for row in session.scalars(select(RoleFamily))}


def _listed(codes: list[str], rows: dict[str, Any]) -> list[Any]:
    return [named(rows.get(code)) or code for code in codes or ()]


def _profile(row: Profile, names: _Names) -> Record:
    return Record(
        [
            Field("status", _("Status"), worded(row.status, STATUSES)),
            Field("organisation", _("Organisation"), named(row.organisation)),
            Field("grade", _("Grade"), named(row.grade)),
            Field("job_series", _("Job series"), Own(row.job_series)),
            Field("region", _("Region"), named(row.region)),
            Field("role_level", _("Role you started from"), named(row.role_level)),
            Field("kinds", _("Kinds of exchange"), _listed(row.kinds, names.kinds)),
            Field("available_from", _("Earliest start"), row.available_from),
            Field("available_to", _("Latest end date"), row.available_to),
            Field("lengths", _("Length"), [worded(LengthBand(code), LENGTHS) for code in row.lengths or ()]),
            Field(
                "working_patterns",
                _("Full or part time"),
                [worded(WorkingPattern(code), PATTERNS) for code in row.working_patterns or ()],
            ),
            Field(
                "work_modes", _("On site or remote"), [worded(WorkMode(code), MODES) for code in row.work_modes or ()]
            ),
            Field("wished_regions", _("Where you would like to work"), _listed(row.wished_regions, names.regions)),
            Field("role_families", _("Role families"), _listed(row.role_families, names.families)),
            Field("started_at", _("Started"), row.created_at),
            Field("activated_at", _("Activated"), row.activated_at),
            Field("confirmed_current_at", _("Confirmed as correct"), row.confirmed_current_at),
            Field("paused_at", _("Paused"), row.paused_at),
            Field("paused_until", _("Paused until"), row.paused_until),
            Field("withdrawn_at", _("Withdrawn"), row.withdrawn_at),
            Field("external_id", _("Number in an import"), Own(row.external_id or "")),
            Field("claimed_at", _("Claimed"), row.claimed_at),
        ],
        [
            Group("skills", _("Skills"), [_skill(item, names) for item in row.skills]),
            Group("languages", _("Languages"), [_language(item, names) for item in row.languages]),
            Group("texts", _("Texts"), [_text(item) for item in row.texts if item.content]),
            Group("events", _("Changes of state"), [_event(item) for item in row.events]),
        ],
        name=worded(row.status, STATUSES),
        id=str(row.id),
    )


def _skill(row: ProfileSkill, names: _Names) -> Record:
    return Record(
        [
            Field("skill", _("Skill"), named(row.skill)),
            Field("level", _("Level"), named(names.levels.get(row.level)) if row.level is not None else None),
            Field("evidence", _("Evidence"), Own(row.evidence)),
            Field("develop", _("You want to develop it"), row.develop),
            Field("proposed", _("Recognised in your text, not yet confirmed by you"), row.proposed),
        ]
    )


def _language(row: ProfileLanguage, names: _Names) -> Record:
    return Record(
        [
            Field("language", _("Language"), named(names.languages.get(row.language)) or row.language),
            Field("basis", _("Shown by"), worded(row.basis, LANGUAGE_BASES)),
            Field("test", _("Test"), named(names.tests.get(row.test or "")) if row.test else None),
            Field("score", _("Score"), row.score),
            Field("taken_on", _("Taken on"), row.taken_on),
            Field("expires_on", _("Valid until"), row.expires_on),
            Field("speaking", _("Speaking"), row.speaking.value if row.speaking else None),
            Field("reading", _("Reading"), row.reading.value if row.reading else None),
        ]
    )


def _text(row: ProfileText) -> Record:
    return Record(
        [
            Field("language", _("Language"), worded(row.lang, NATIVE_NAMES)),
            Field("state", _("State"), worded(row.state.value, STATES)),
            Field("content", _("Text"), Own(row.content)),
            Field("changed_at", _("Last changed"), row.updated_at),
        ]
    )


def _event(row: ProfileEvent) -> Record:
    return Record(
        [
            Field("action", _("What"), worded(row.action, EVENTS)),
            Field("at", _("When"), row.at),
            Field("reason", _("Reason"), named(row.reason)),
            Field("note", _("Note"), Own(row.note)),
        ]
    )


def bases(session: Session, user: User) -> list[Record]:
    """Every choice and consent, with the whole text under which it was given, and when it began and ended."""
    return [_basis(row) for profile in profiles_of(session, user) for row in profile.bases]


def _basis(row: ProfileBasis) -> Record:
    text: LawfulBasis = row.lawful_basis
    return Record(
        [
            Field("for", _("Choice or consent"), worded(row.purpose.value, PURPOSES)),
            Field("mode", _("How it is given"), worded(text.mode, BASIS_MODES)),
            Field("agreed", _("Chosen or consented"), row.agreed),
            Field("since", _("Since"), row.recorded_at),
            Field("until", _("Until"), row.ended_at),
            Field("reference", _("Where the basis is kept"), Own(row.reference)),
            Field("notice_version", _("Version of the text"), text.notice_version),
            *(Field(f"text_{name}", label, _told(text, name)) for name, label in BASIS_TEXTS),
            Field("impact_assessment", _("Impact assessment"), _reference(text.impact_assessment_ref)),
            Field("sharing_agreement", _("Sharing agreement"), _reference(text.sharing_agreement_ref)),
        ],
        name=_told(text, "title"),
    )


def _reference(text: str) -> Words:
    return Words(text, lambda: own_half(text))


def _told(text: LawfulBasis, name: str) -> Words | None:
    told = named(text, name)
    return Words(text.code, told.text) if told is not None else None


def abroad(session: Session, user: User) -> list[Record]:
    """Since when and until when the person was shown in the other country, and who there saw what."""
    mine = profiles_of(session, user)
    periods = [row for profile in mine for row in profile.bases if row.purpose in ABROAD and row.agreed]
    home = {str(profile.id): profile.organisation.country for profile in mine}
    seen = _views(session, list(home))
    hosts, reasons = _organisations(session, seen), _reasons(session, seen)
    return [
        *(
            Record(
                [
                    Field("for", _("Choice or consent"), worded(row.purpose.value, PURPOSES)),
                    Field("since", _("Since"), row.recorded_at),
                    Field("until", _("Until"), row.ended_at),
                    Field("notice_version", _("Version of the text"), row.lawful_basis.notice_version),
                ]
            )
            for row in periods
        ),
        *(_viewed(row, hosts, reasons) for row in seen if _is_abroad(row, home[row.subject_id], hosts)),
    ]


def _is_abroad(row: AuditEntry, home: Country, hosts: dict[str, Organisation]) -> bool:
    if row.details.get("seen_as") == SeenAs.ADMINISTRATOR:
        return row.details.get("country") not in (None, home.value)
    place = hosts.get(str(row.details.get("organisation", "")))
    return place is not None and place.country is not home


def viewers(session: Session, user: User) -> list[Record]:
    """Who was shown the person's profile: in general words, never by name."""
    ids = [str(key) for key in session.scalars(select(Profile.id).where(Profile.user_id == user.id))]
    seen = _views(session, ids)
    hosts, reasons = _organisations(session, seen), _reasons(session, seen)
    return [_viewed(row, hosts, reasons) for row in seen]


def _views(session: Session, ids: list[str]) -> list[AuditEntry]:
    return list(
        session.scalars(
            select(AuditEntry)
            .where(
                AuditEntry.subject_type == "Profile",
                AuditEntry.subject_id.in_(ids),
                AuditEntry.action.in_((SEEN, UNMASKED)),
            )
            .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        )
    )


def _organisations(session: Session, rows: list[AuditEntry]) -> dict[str, Organisation]:
    wanted = {str(row.details["organisation"]) for row in rows if row.details.get("organisation")}
    return {row.id: row for row in session.scalars(select(Organisation).where(Organisation.id.in_(wanted)))}


def _reasons(session: Session, rows: list[AuditEntry]) -> dict[str, Reason]:
    wanted = {str(row.details["reason"]) for row in rows if row.details.get("reason")}
    found = session.scalars(select(Reason).where(Reason.code.in_(wanted)).order_by(Reason.valid_from))
    return {row.code: row for row in found}


def _viewed(row: AuditEntry, hosts: dict[str, Organisation], reasons: dict[str, Reason]) -> Record:
    seen_as = str(row.details.get("seen_as", ""))
    code = f"{seen_as}/{row.details.get('country')}" if seen_as == SeenAs.ADMINISTRATOR else seen_as
    return Record(
        [
            Field("at", _("When"), row.at),
            Field("by", _("By whom"), worded(code, VIEWERS)),
            Field("organisation", _("Organisation"), named(hosts.get(str(row.details.get("organisation", ""))))),
            Field("name_shown", _("Was your name shown?"), row.action == UNMASKED),
            Field("reason", _("Reason"), named(reasons.get(str(row.details.get("reason", ""))))),
        ]
    )
