"""`flask reference load`: what is new, what changed, what left, and what administrators set."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    AuditEntry,
    LawfulBasis,
    Organisation,
    Profile,
    ProfileBasis,
    ProfileSkill,
    Reason,
    ReferenceFile,
    ServiceRule,
    Skill,
    SkillAlias,
    utc_now,
)
from models.types import BasisPurpose
from talent.config import ROOT
from talent.db import transaction
from talent.framework import dated, queries
from talent.framework.services import ReferenceFileError, load_reference
from talent.framework.sources import FILES
from tests.support import build

Row = dict[str, str]
pytestmark = pytest.mark.database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "data" / "reference", tmp_path / "reference"))


def edit(folder: Path, name: str, change: Callable[[list[Row]], list[Row]]) -> None:
    path = folder / name
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    names = list(rows[0])
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(change(rows))


def without(column: str, value: str) -> Callable[[list[Row]], list[Row]]:
    return lambda rows: [row for row in rows if row[column] != value]


def setting(column: str, key: str, **changes: str) -> Callable[[list[Row]], list[Row]]:
    return lambda rows: [{**row, **changes} if row[column] == key else row for row in rows]


def test_the_same_content_writes_nothing_and_is_quick(session: Session, folder: Path, statements: list[str]) -> None:
    report = load_reference(session, folder)
    assert report.files == []
    assert [line for line in statements if not line.startswith("SELECT")] == []
    assert len(statements) < 10, "what is the same is not read row by row"


def test_everything_is_there(session: Session) -> None:
    assert len(queries.active_skills(session)) == 188
    assert len(queries.organisations(session)) == 129
    assert [level.code for level in queries.levels(session)] == ["awareness", "working", "practitioner", "expert"]
    assert session.get_one(ReferenceFile, "skills.csv").release == 1


def test_a_skill_that_left_is_withdrawn_and_profiles_keep_it(session: Session, folder: Path) -> None:
    person = build.civil_servant(session)
    with transaction(session):
        profile = Profile(user_id=person.id, organisation_id=person.organisation_id)
        profile.skills.append(ProfileSkill(skill_id="accessibility", level=3))
        session.add(profile)
    edit(folder, "skills.csv", without("skill_id", "accessibility"))
    edit(folder, "skill_aliases.csv", without("skill_id", "accessibility"))
    edit(folder, "role_level_skills.csv", without("skill_id", "accessibility"))
    report = load_reference(session, folder)
    assert {file.name: file.release for file in report.files} == {
        "skills.csv": 2,
        "skill_aliases.csv": 2,
        "role_level_skills.csv": 2,
    }
    gone = session.get_one(Skill, "accessibility")
    assert not gone.active
    assert gone.withdrawn_on == utc_now().date()
    session.refresh(profile)
    assert profile.skills[0].skill.name_en == "Accessibility"
    assert not session.scalars(select(SkillAlias).where(SkillAlias.skill_id == "accessibility")).all()


def test_a_skill_that_comes_back_is_active_again(session: Session, folder: Path) -> None:
    edit(folder, "skills.csv", setting("skill_id", "accessibility", active="false", withdrawn_on="2026-01-31"))
    load_reference(session, folder)
    assert session.get_one(Skill, "accessibility").withdrawn_on == date(2026, 1, 31)
    load_reference(session, ROOT / "data" / "reference")
    session.expire_all()
    assert session.get_one(Skill, "accessibility").active
    assert session.get_one(ReferenceFile, "skills.csv").release == 3


def test_each_changed_file_is_audited(session: Session, folder: Path) -> None:
    edit(folder, "skills.csv", setting("skill_id", "accessibility", name_en="Web accessibility"))
    load_reference(session, folder)
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.subject_id) == ("reference.load", "skills.csv")
    assert entry.details["changed"] == 1
    assert session.get_one(Skill, "accessibility").name_en == "Web accessibility"


def test_organisations_that_people_added_stay(session: Session, folder: Path) -> None:
    ours = build.organisation(session)
    edit(folder, "organisations.csv", without("organisation_id", "gb-ago"))
    load_reference(session, folder)
    assert session.get_one(Organisation, ours.id).active
    assert not session.get_one(Organisation, "gb-ago").active


def test_what_administrators_changed_stays(session: Session, folder: Path) -> None:
    rule = dated.row_in_force(session, ServiceRule, "manager_link_days")
    assert rule is not None
    with transaction(session):
        rule = session.get_one(ServiceRule, rule.id)
        rule.value, rule.from_file = "7", False
    edit(folder, "service_rules.csv", setting("code", "manager_link_days", value="21"))
    report = load_reference(session, folder)
    assert report.files[0].kept == 1
    assert dated.rule_number(session, "manager_link_days") == 7


def test_a_dated_row_that_left_its_file_ends_today(session: Session, folder: Path) -> None:
    edit(folder, "reasons.csv", without("code", "reviewer-skills-fit"))
    load_reference(session, folder)
    row = session.scalars(select(Reason).where(Reason.code == "reviewer-skills-fit")).one()
    assert row.valid_to == utc_now().date()
    assert "reviewer-skills-fit" not in [reason.code for reason in dated.reasons(session, "reviewer", "yes")]


def test_a_new_row_of_the_file_gives_way_to_the_administrators(session: Session, folder: Path) -> None:
    start = utc_now().date() + timedelta(days=10)
    with transaction(session):
        old = session.scalars(select(ServiceRule).where(ServiceRule.code == "manager_link_days")).one()
        old.valid_to, old.from_file = start, False
        session.add(
            ServiceRule(
                code="manager_link_days",
                valid_from=start,
                source="letter",
                value="30",
                unit="days",
                name_en="a",
                name_ko="b",
            )
        )
    later = (start + timedelta(days=5)).isoformat()
    edit(
        folder,
        "service_rules.csv",
        lambda rows: [*rows, {**next(r for r in rows if r["code"] == "manager_link_days"), "valid_from": later}],
    )
    assert load_reference(session, folder).files[0].kept == 2
    on_later_day = dated.row_in_force(session, ServiceRule, "manager_link_days", on=start + timedelta(days=9))
    assert on_later_day is not None
    assert on_later_day.value == "30"


def test_a_text_people_agreed_to_is_not_rewritten(session: Session, folder: Path) -> None:
    person = build.civil_servant(session)
    basis = dated.row_in_force(session, LawfulBasis, "taking-part", country="GB")
    assert basis is not None
    with transaction(session):
        profile = Profile(user_id=person.id, organisation_id=person.organisation_id)
        profile.bases.append(ProfileBasis(purpose=BasisPurpose.TAKING_PART, lawful_basis_id=basis.id, agreed=True))
        session.add(profile)
    edit(folder, "lawful_bases.csv", setting("code", "taking-part", retention_en="For ever."))
    with pytest.raises(ReferenceFileError, match="people have agreed"):
        load_reference(session, folder)
    assert session.get_one(ReferenceFile, "lawful_bases.csv").release == 1


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("skills.csv", setting("skill_id", "accessibility", active="maybe"), "line 2"),
        ("skills.csv", lambda rows: [*rows, rows[0]], "twice"),
        ("roles.csv", setting("role_id", "data-engineer", family_id="nowhere"), "does not exist"),
        ("reasons.csv", setting("code", "reviewer-skills-fit", valid_from="soon"), "reasons.csv, line"),
    ],
)
def test_a_wrong_file_is_refused_whole(
    session: Session, folder: Path, name: str, change: Callable[[list[Row]], list[Row]], words: str
) -> None:
    edit(folder, name, change)
    edit(folder, "families.csv", setting("family_id", "data", name_en="Changed"))
    with pytest.raises(ReferenceFileError, match=words):
        load_reference(session, folder)
    assert queries.family(session, "data").name_en == "Data"


def test_the_commands(app: Flask, folder: Path) -> None:
    runner = app.test_cli_runner()
    assert f"0 files loaded, {len(FILES)} unchanged" in runner.invoke(args=["reference", "load"]).output
    edit(folder, "skills.csv", setting("skill_id", "accessibility", name_en="Web accessibility"))
    waiting = runner.invoke(args=["reference", "status", "--folder", str(folder)]).output
    assert "skills.csv: release 1, 188 rows" in waiting
    assert "the file has changed since" in waiting
    loaded = runner.invoke(args=["reference", "load", "--folder", str(folder)]).output
    assert "skills.csv: release 2, 0 added, 1 changed, 0 withdrawn" in loaded
    (folder / "skills.csv").unlink()
    failed = runner.invoke(args=["reference", "load", "--folder", str(folder)])
    assert failed.exit_code == 1
    assert "skills.csv: cannot be read" in failed.output
