"""What the matcher gets to see: an allow-list, and nothing else."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from ml.schema import OpportunityRecord, ProfileRecord
from models import Opportunity, Profile, ProfileBasis, ProfileLanguage, ProfileSkill, utc_now
from models.types import (
    BasisPurpose,
    Cefr,
    Country,
    Language,
    LanguageBasis,
    LengthUnit,
    NameOrder,
    OpportunityStatus,
)
from talent.db import transaction
from talent.matching import queries_inputs
from talent.matching.adapter import opportunity_record, profile_record
from talent.matching.snapshots import (
    opportunity_from_snapshot,
    profile_from_snapshot,
    snapshot_opportunity,
    snapshot_profile,
)
from talent.profiles.masking import without_identity
from tests.support import build
from tests.support import build_matching as matching

TELLTALE = "I am Marigold Quillfeather (m.quill@office.example, 07700 900123), Quillfeather to friends. "


def record_of(session: Session, profile: Profile) -> ProfileRecord:
    return profile_record(session.merge(profile), queries_inputs.facts(session, utc_now()))


def post_of(session: Session, post: Opportunity, now: datetime | None = None) -> OpportunityRecord:
    return opportunity_record(session.merge(post), queries_inputs.facts(session, now or utc_now()))


def test_nothing_of_who_the_person_is_reaches_records_or_snapshots(session: Session) -> None:
    home = build.organisation(session)
    person = build.civil_servant(
        session,
        organisation=home,
        name_home="Marigold Quillfeather",
        name_romanised="Marigold Quillfeather",
        form_of_address="Dr",
    )
    profile = matching.profile(
        session, person=person, text=TELLTALE + matching.ENGLISH, region_code="GB-SCT", job_series="secret-series"
    )
    with transaction(session):
        session.merge(profile).skills[0].evidence = "Marigold led this at m.quill@office.example."
    facts = queries_inputs.facts(session, utc_now())
    stored = json.dumps(snapshot_profile(session.merge(profile), facts), ensure_ascii=False)
    for canary in ("Marigold", "Quillfeather", "m.quill", "900123", person.email, home.id, home.name_en, home.name_ko):
        assert canary not in stored
    for canary in (str(person.id), "secret-series", "GB-SCT", "Dr"):
        assert canary not in stored
    assert "data governance" in stored


def test_swapping_the_name_in_a_text_changes_nothing(session: Session) -> None:
    records = []
    for name in ("Marigold Quillfeather", "김민수", "Ruby Python", "남궁 하늘"):
        person = build.civil_servant(session, name_home=name, name_romanised=name, name_order=NameOrder.FAMILY_FIRST)
        text = f"{name} wrote this. {matching.ENGLISH} {name}, 2020."
        records.append(record_of(session, matching.profile(session, person=person, text=text)).texts)
    assert len(set(records)) == 1


@pytest.mark.parametrize(
    ("text", "names", "kept"),
    [
        ("Grace led grace periods; GRACE too", ["Grace Kim"], "[…] led grace periods; […] too"),
        ("Kim, Grace wrote", ["Grace Kim"], "[…] wrote"),
        ("김민수는 팀장, 김 민수의 보고서", ["김민수"], "[…]는 팀장, […]의 보고서"),
        ("budget 120,000 in 2019-2021, ISO 27001:2022", [], "budget 120,000 in 2019-2021, ISO 27001:2022"),
        ("call +82 10 1234 5678 or 02-123-4567", [], "call […] or […]"),
        ("900101-1234567 and AB 12 34 56 C", [], "[…] and […]"),
        ("see https://example.example/me?x=1 now", [], "see […] now"),
        ("no owner", [""], "no owner"),
    ],
)
def test_masking(text: str, names: list[str], kept: str) -> None:
    assert without_identity(text, names) == kept


def test_masking_is_linear_on_hostile_text() -> None:
    started = datetime.now(UTC)
    for text in ("a" * 200_000, "0" * 200_000, "(0 " * 60_000, "a@" * 100_000, "1 " * 100_000, "+1" * 100_000):
        without_identity(text, ["Grace Kim", "김민수"])
    assert datetime.now(UTC) - started < timedelta(seconds=5)


def test_language_levels_from_tests_and_self_assessment(session: Session) -> None:
    profile = matching.profile(session, country=Country.KR)
    rows = [
        ProfileLanguage(language="en", basis=LanguageBasis.TEST, test="toeic-lr", score="900"),
        ProfileLanguage(language="ko", basis=LanguageBasis.SELF, speaking=Cefr.C2, reading=Cefr.C1),
        ProfileLanguage(language="fr", basis=LanguageBasis.TEST, test="opic", score="IH"),
        ProfileLanguage(
            language="ja", basis=LanguageBasis.TEST, test="toeic-lr", score="990", expires_on=date(2020, 1, 1)
        ),
    ]
    with transaction(session):
        session.merge(profile).languages = rows
    found = {row.language: (row.speaking, row.reading) for row in record_of(session, profile).languages}
    assert found == {"en": (4, 4), "ko": (6, 5), "fr": (3, 3), "ja": (None, None)}


def test_a_skill_that_nobody_confirmed_is_no_declared_skill(session: Session) -> None:
    profile = matching.profile(session, skills={"data-modelling": 3})
    with transaction(session):
        session.add(ProfileSkill(profile_id=profile.id, skill_id="user-focus", level=4, proposed=True))
        session.add(ProfileSkill(profile_id=profile.id, skill_id="data-governance", level=None, develop=True))
    session.expire_all()
    held = {row.skill_id: row for row in record_of(session, profile).skills}
    assert set(held) == {"data-modelling", "data-governance"}
    assert held["data-governance"].develop
    assert held["data-governance"].level is None


@pytest.mark.parametrize(
    ("country", "missing", "taking_part", "shown_abroad"),
    [
        (Country.GB, None, True, True),
        (Country.GB, BasisPurpose.TAKING_PART, False, True),
        (Country.GB, BasisPurpose.SHOWING_ABROAD, True, False),
        (Country.KR, None, True, True),
        (Country.KR, BasisPurpose.THIRD_PARTY, False, True),
        (Country.KR, BasisPurpose.TRANSFER_ABROAD, True, False),
    ],
)
def test_taking_part_follows_the_basis_of_the_country(
    session: Session, country: Country, missing: BasisPurpose | None, taking_part: bool, shown_abroad: bool
) -> None:
    profile = matching.profile(session, country=country)
    with transaction(session):
        for row in session.merge(profile).bases:
            if row.purpose is missing:
                row.ended_at = utc_now()
    record = record_of(session, profile)
    assert (record.taking_part, record.shown_abroad) == (taking_part, shown_abroad)


def test_a_basis_that_was_refused_does_not_count(session: Session) -> None:
    profile = matching.profile(session, agreed=False)
    basis = session.merge(matching.profile(session)).bases[0]
    with transaction(session):
        session.add(
            ProfileBasis(
                profile_id=profile.id, purpose=basis.purpose, lawful_basis_id=basis.lawful_basis_id, agreed=False
            )
        )
    session.expire_all()
    assert not record_of(session, profile).taking_part


def test_a_post_closes_at_the_end_of_its_day_where_it_is(session: Session) -> None:
    post = matching.opportunity(session, country=Country.KR, closes_on=date(2027, 3, 10))
    before = datetime(2027, 3, 10, 14, 59, tzinfo=UTC)  # 23:59 in Seoul
    assert post_of(session, post, before).open
    assert not post_of(session, post, before + timedelta(minutes=2)).open


def test_a_post_without_a_free_place_or_not_published_is_not_open(session: Session) -> None:
    full = matching.opportunity(session, places=2, places_claimed=2)
    paused = matching.opportunity(session, status=OpportunityStatus.PAUSED)
    assert not post_of(session, full).open
    assert not post_of(session, paused).open


@pytest.mark.parametrize("values", [{"reserved_for_nationals": True}, {"access_needed": "national_vetting"}])
def test_what_cannot_be_given_abroad_is_for_home(session: Session, values: dict[str, Any]) -> None:
    assert post_of(session, matching.opportunity(session, **values)).audience == "home"


def test_length_in_months(session: Session) -> None:
    post = matching.opportunity(session, length=10, length_unit=LengthUnit.DAYS)
    assert post_of(session, post).length_months == pytest.approx(10 / 30.4375)


def test_snapshots_give_back_the_same_records(session: Session) -> None:
    profile = matching.profile(
        session,
        text=matching.KOREAN,
        language=Language.KO,
        kinds=["secondment", "study_visit"],
        available_from=date(2027, 1, 4),
        lengths=["up_to_2_weeks"],
        grade_id="UK-G7",
    )
    post = matching.opportunity(session, start_earliest=date(2027, 2, 1), grade_min_id="KR-5", working_language="ko")
    facts = queries_inputs.facts(session, utc_now())
    mine, theirs = session.merge(profile), session.merge(post)
    kept = json.loads(json.dumps([snapshot_profile(mine, facts), snapshot_opportunity(theirs, facts)]))
    assert profile_from_snapshot(kept[0]) == profile_record(mine, facts)
    assert opportunity_from_snapshot(kept[1]) == opportunity_record(theirs, facts)
    assert profile_from_snapshot(kept[0]).kinds == frozenset({"secondment", "study_visit"})
