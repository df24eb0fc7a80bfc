"""Column by column: what is kept of a person and is not on the matcher's list changes no bit of a score or rank (M2).

Every column of every table that tells of a person is either named here as read, with what reads it, or flipped. A new
column fails this test until somebody decides which it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.inspection import inspect
from sqlalchemy.orm import Session

from ml.schema import HeldSkill, LanguageAbility, OpportunityRecord, ProfileRecord, RecordText, RequiredSkill
from models import (
    LawfulBasis,
    MonitoringAnswer,
    MonitoringOption,
    Organisation,
    Passkey,
    Profile,
    ProfileBasis,
    ProfileEvent,
    ProfileLanguage,
    ProfileSkill,
    ProfileText,
    User,
    utc_now,
)
from models.types import Cefr, Country, Language, LanguageBasis, ProfileStatus, TextState
from talent.db import transaction
from talent.framework.dated import rows_in_force
from talent.matching import engine, queries_inputs
from talent.matching.adapter import opportunity_record, profile_record
from talent.matching.settings import RunSettings
from talent.matching.snapshots import to_plain
from tests.support import build, build_matching

NOW = datetime(2026, 11, 23, tzinfo=UTC)
KEY = "which record it is"
READ: dict[type[Any], dict[str, str]] = {
    User: {"id": KEY},
    Organisation: {"id": KEY, "country": "the direction over the border, and the scale of grades"},
    Profile: {
        **dict.fromkeys(("id", "user_id", "organisation_id"), KEY),
        "version": "counts saves; the snapshot keeps it",
        "status": "only active profiles are matched",
        "matching_opted_out_at": "opting out of matching",
        "grade_id": "the rule on grades; in no score",
        **dict.fromkeys(
            (
                "kinds",
                "available_from",
                "available_to",
                "lengths",
                "working_patterns",
                "work_modes",
                "wished_regions",
                "role_families",
            ),
            "wishes",
        ),
    },
    ProfileSkill: {
        **dict.fromkeys(("id", "profile_id"), KEY),
        **dict.fromkeys(("skill_id", "level", "evidence", "develop"), "skills"),
        "proposed": "skills that a machine recognised in imported text count only once a person confirms them",
    },
    ProfileLanguage: {
        **dict.fromkeys(("id", "profile_id"), KEY),
        **dict.fromkeys(("language", "basis", "test", "score", "expires_on", "speaking", "reading"), "languages"),
    },
    ProfileText: {
        **dict.fromkeys(("id", "profile_id"), KEY),
        "field": "there is one, experience",
        "content": "experience",
    },
    ProfileBasis: {
        **dict.fromkeys(("id", "profile_id"), KEY),
        **dict.fromkeys(("purpose", "agreed", "ended_at"), "who takes part and is shown abroad"),
    },
    ProfileEvent: dict.fromkeys(("id", "profile_id"), KEY),
    Passkey: {"user_id": KEY},
}
"""What is read of each table, and why."""
FIXED: dict[type[Any], dict[str, str]] = {
    ProfileBasis: {"lawful_basis_id": "a key of a list; flipping it to another country's is tried below"},
}


def columns(model: type[Any]) -> list[str]:
    return [attribute.key for attribute in inspect(model).column_attrs]


def denied() -> Iterator[tuple[type[Any], str]]:
    for model, read in READ.items():
        keys = {column.key for column in inspect(model).primary_key}
        for name in columns(model):
            if name not in read and name not in FIXED.get(model, {}) and name not in keys:
                yield model, name


def other_value(model: type[Any], name: str, value: Any, session: Session) -> Any:
    """Another value that the column can hold."""
    column = inspect(model).column_attrs[name].columns[0]
    if column.foreign_keys:
        target = next(iter(column.foreign_keys)).column
        others = session.scalars(select(target).where(target != value if value else target.is_not(None)).limit(1)).all()
        return others[0] if others else None
    if isinstance(value, Enum):
        return next((item for item in type(value) if item is not value), value)
    kind = getattr(column.type, "impl", column.type).python_type
    if isinstance(value, list) or kind in (list, dict, object):  # JSON says object
        return {"other": 1} if isinstance(value, dict) else ["other"]
    if issubclass(kind, Enum):
        return next(iter(kind))
    if kind is bool:
        return not value
    if kind is int:
        return (value or 0) + 7
    made: dict[Any, Any] = {
        datetime: datetime(2001, 1, 1, tzinfo=UTC),
        date: date(2001, 1, 1),
        bytes: b"other",
        UUID: uuid4(),
    }
    return made.get(kind, f"other-{name}@elsewhere.example")


class Pool:
    """One person with a row in every table, among others, before two posts."""

    def __init__(self, session: Session) -> None:
        self.session = session
        person = build.civil_servant(session)
        row = build_matching.profile(session, person=person)
        self.key = row.id
        with transaction(session):
            mine = session.get_one(Profile, row.id)
            mine.texts.append(
                ProfileText(
                    field="experience", lang=Language.KO, content=build_matching.KOREAN, state=TextState.ORIGINAL
                )
            )
            mine.skills.append(
                ProfileSkill(skill_id="agile-working", develop=True, evidence="I led two teams through a move.")
            )
            mine.languages.append(
                ProfileLanguage(language="ko", basis=LanguageBasis.SELF, speaking=Cefr.B2, reading=Cefr.C1)
            )
            mine.events.append(
                ProfileEvent(
                    action="activate", from_status=ProfileStatus.DRAFT, to_status=ProfileStatus.ACTIVE, role="owner"
                )
            )
            session.add(_passkey(person.id))
        for number in range(3):
            build_matching.profile(session, skills={"data-modelling": 1 + number}, text=build_matching.KOREAN)
        self.posts = [
            build_matching.opportunity(session).id,
            build_matching.opportunity(session, text=build_matching.KOREAN, language=Language.KO).id,
        ]

    def rows(self, model: type[Any]) -> list[Any]:
        mine = self.session.get_one(Profile, self.key)
        found: dict[type[Any], list[Any]] = {
            User: [mine.user],
            Organisation: [mine.organisation],
            Profile: [mine],
            ProfileSkill: list(mine.skills),
            ProfileLanguage: list(mine.languages),
            ProfileText: list(mine.texts),
            ProfileBasis: list(mine.bases),
            ProfileEvent: list(mine.events),
            Passkey: list(mine.user.webauthn) if mine.user else [],
        }
        return found[model]

    def results(self) -> dict[str, Any]:
        """Scores to the last bit, ranks, and the record itself, from which alone vectors and all else are made."""
        session = self.session
        session.rollback()
        session.expire_all()
        facts = queries_inputs.facts(session, NOW)
        people = [profile_record(row, facts) for row in queries_inputs.active_profiles(session)]
        posts = [opportunity_record(row, facts) for row in queries_inputs.published_posts(session)]
        matcher = engine.fit(session, RunSettings(), people, posts)
        found: dict[str, Any] = {
            f"{post.id} {row.id}": (place, row.score.hex(), row.combined, row.band)
            for post in posts
            for place, row in enumerate(matcher.rank_profiles(post.id))
        }
        mine = to_plain(next(record for record in people if record.id == str(self.key)))
        texts = sorted(item["text"] for item in mine.pop("texts"))  # the label of a text is not read
        return {**found, "record": mine, "texts": texts}


def _passkey(user_id: Any) -> Passkey:
    return Passkey(
        user_id=user_id,
        credential_id=b"key",
        public_key=b"public",
        sign_count=1,
        transports=[],
        backup_state=False,
        device_type="single_device",
        name="Key",
        usage="secondary",
        lastuse_datetime=utc_now(),
    )


@pytest.fixture
def pool(session: Session) -> Pool:
    return Pool(session)


@pytest.mark.parametrize("model", list(READ), ids=lambda model: model.__name__)
def test_m2_every_column_is_read_for_a_reason_or_changes_nothing(pool: Pool, model: type[Any]) -> None:
    session = pool.session
    assert set(READ[model]) | set(FIXED.get(model, {})) <= set(columns(model)), "a column named here is gone"
    before = pool.results()
    tried = 0
    for name in (name for found, name in denied() if found is model):
        assert pool.rows(model), f"the person has no row in {model.__name__}"
        kept = [getattr(row, name) for row in pool.rows(model)]
        changed = []
        with transaction(session):
            for row in pool.rows(model):
                value = other_value(model, name, getattr(row, name), session)
                changed.append(value != getattr(row, name))
                if model is ProfileText and name == "lang":
                    continue  # two texts of one language are refused: swapped below
                setattr(row, name, value)
        assert pool.results() == before, f"{model.__name__}.{name} changed a result"
        with transaction(session):
            for row, value in zip(pool.rows(model), kept, strict=True):
                setattr(row, name, value)
        tried += any(changed)
    assert tried or model is ProfileSkill, "nothing was flipped"


def test_m2_texts_said_to_be_of_each_others_language_change_nothing(pool: Pool) -> None:
    before = pool.results()
    session = pool.session
    texts = {row.lang: row.content for row in session.get_one(Profile, pool.key).texts}
    with transaction(session):
        session.get_one(Profile, pool.key).texts = []
    with transaction(session):
        session.get_one(Profile, pool.key).texts = [
            ProfileText(
                field="experience", lang=lang, content=texts[other], state=TextState.ORIGINAL, checked_at=utc_now()
            )
            for lang, other in ((Language.EN, Language.KO), (Language.KO, Language.EN))
        ]
    assert pool.results() == before


def test_m2_any_monitoring_answer_changes_nothing(pool: Pool) -> None:
    """Sex, age band, disability, ethnic group, belief and whatever else is asked: every answer that can be given."""
    before = pool.results()
    session = pool.session
    given = session.scalars(select(MonitoringOption)).all()
    assert len({option.question for option in given}) >= 2
    with transaction(session):
        for number, option in enumerate(given):
            session.add(
                MonitoringAnswer(
                    owner=f"pseudonym-{number}", question=option.question, answer=option.code, notice_version="1"
                )
            )
    assert pool.results() == before


def test_m2_the_ground_under_which_somebody_takes_part_changes_nothing(pool: Pool) -> None:
    before = pool.results()
    session = pool.session
    with transaction(session):
        for row in session.get_one(Profile, pool.key).bases:
            others = rows_in_force(session, LawfulBasis, country=Country.KR)
            row.lawful_basis_id = next((item.id for item in others if item.purpose is row.purpose), row.lawful_basis_id)
    assert pool.results() == before


def test_m2_no_column_tells_sex_age_origin_school_or_looks() -> None:
    """There is nothing to flip: the account and the profile have no such column. A word here needs a reason."""
    words = "sex gender birth age nation citizen ethnic race relig belie disability health famil pregnan marital photo "
    words += "image picture school universit degree graduat address postcode phone mobile union polit"
    told = {
        f"{model.__name__}.{name}"
        for model in READ
        for name in columns(model)
        for word in words.split()
        if word in name.split("_") or (len(word) > 4 and word in name)
    }
    assert told == {"User.form_of_address", "Profile.role_families"}


def test_m2_the_records_of_the_matcher_have_these_fields_and_no_others() -> None:
    """The allow-list of both sides and of what stands in them, said here a second time on purpose."""
    fields = {
        cls: set(cls.__dataclass_fields__)
        for cls in (ProfileRecord, OpportunityRecord, HeldSkill, RequiredSkill, RecordText, LanguageAbility)
    }
    assert fields == {
        ProfileRecord: {
            "id", "country", "skills", "texts", "languages", "kinds", "available_from", "available_to", "lengths",
            "working_patterns", "work_modes", "wished_regions", "role_families", "grade_order", "taking_part",
            "shown_abroad", "active",
        },
        OpportunityRecord: {
            "id", "country", "skills", "texts", "working_language", "speaking", "reading", "interpreter", "kind",
            "start_earliest", "start_latest", "length_months", "working_pattern", "work_mode", "region", "role_family",
            "grade_min_order", "grade_max_order", "audience", "open",
        },
        HeldSkill: {"skill_id", "level", "evidence", "develop"},
        RequiredSkill: {"skill_id", "level", "essential"},
        RecordText: {"language", "text"},
        LanguageAbility: {"language", "speaking", "reading"},
    }  # fmt: skip
