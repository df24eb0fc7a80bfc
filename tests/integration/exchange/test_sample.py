"""The sample that a newcomer finds: believable, bilingual, with pairings in every state."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import MatchSuggestion, Opportunity, Organisation, Profile, RoleGrant, User
from models.types import Country, Decider, Language, OpportunityStatus, ProfileStatus, RoleName
from talent.errors import Forbidden
from talent.exchange import sample
from talent.exchange.sample import FOLDER, seed
from talent.matching.states import Status, derived_status
from tests.support.page import Visitor

ACCOUNTS = {"admin_uk", "admin_kr", "hr_uk", "hr_uk_other", "hr_kr", "civil_servant_uk", "civil_servant_kr"}
WITHOUT_FACTOR = {"civil_servant_uk", "civil_servant_kr"}


@pytest.fixture
def loaded(app: Flask, session: Session) -> dict[str, dict[str, str]]:
    seed(session, app.config["SETTINGS"])
    accounts: dict[str, dict[str, str]] = json.loads((app.config["INSTANCE_DIR"] / sample.ACCOUNTS_FILE).read_text())
    return accounts


@pytest.mark.database
def test_the_sample_is_large_and_bilingual(session: Session, loaded: dict[str, Any]) -> None:
    organisations = session.scalars(select(Organisation).where(Organisation.sample)).all()
    staff = Counter(
        session.scalars(
            select(RoleGrant.organisation_id).where(RoleGrant.role == RoleName.HR, RoleGrant.revoked_at.is_(None))
        )
    )
    profiles = session.scalars(select(Profile)).all()
    posts = session.scalars(select(Opportunity)).all()
    korean_only = [row for row in profiles if {text.lang for text in row.texts} == {Language.KO}]

    assert len(organisations) >= 8
    assert all(staff[organisation.id] >= 2 for organisation in organisations)
    assert len(profiles) >= 60
    assert 2 * sum(row.organisation.country is Country.KR for row in profiles) == len(profiles)
    assert 3 * len(korean_only) >= len(profiles)
    assert len(posts) >= 24
    assert 2 * sum(row.organisation.country is Country.KR for row in posts) == len(posts)
    assert len({row.kind for row in posts}) == 7
    assert {row.status for row in profiles} >= {ProfileStatus.ACTIVE, ProfileStatus.DRAFT, ProfileStatus.PAUSED}
    assert {row.status for row in posts} >= {OpportunityStatus.PUBLISHED, OpportunityStatus.DRAFT}


@pytest.mark.database
def test_each_story_leads_to_the_state_it_says(session: Session, loaded: dict[str, Any]) -> None:
    stories = json.loads((FOLDER / "stories.json").read_text(encoding="utf-8"))
    found = Counter(derived_status(row).value for row in session.scalars(select(MatchSuggestion)))
    held = sum(
        any(d["decider"] == "reviewer" and d["answer"] == "hold" for d in story["decisions"][-1:]) for story in stories
    )
    wanted = Counter(story["status"] for story in stories)
    wanted["held"] = held
    wanted["suggested"] -= held

    assert found == wanted
    assert {Status(state) for state in found} >= {
        Status.SUGGESTED,
        Status.HELD,
        Status.APPROVED,
        Status.ACCEPTED,
        Status.READY,
        Status.REJECTED,
        Status.DECLINED,
        Status.REFUSED,
        Status.EXPIRED,
    }
    for suggestion in session.scalars(select(MatchSuggestion)):
        reviewer = suggestion.decision(Decider.REVIEWER)
        if reviewer.decided_by is not None:
            assert suggestion.sending_country in reviewer.decided_by.administered_countries
            assert reviewer.reason is not None


def test_the_seven_sample_accounts_sign_in_and_the_sample_is_loaded_once(
    app: Flask, session: Session, loaded: dict[str, dict[str, str]]
) -> None:
    assert set(loaded) == ACCOUNTS
    assert {name for name, account in loaded.items() if "totp_secret" in account} == ACCOUNTS - WITHOUT_FACTOR
    for account in loaded.values():
        home = Visitor(app).sign_in(**account).page("public.home")
        assert home.status_code == 200
    other = session.scalar(select(User).where(User.email == loaded["hr_uk_other"]["email"]))
    first = session.scalar(select(User).where(User.email == loaded["hr_uk"]["email"]))
    assert first is not None
    assert other is not None
    assert first.hr_organisation_ids.isdisjoint(other.hr_organisation_ids)
    path: Path = app.config["INSTANCE_DIR"] / sample.ACCOUNTS_FILE
    assert path.stat().st_mode & 0o077 == 0, "the sign-ins are for the owner of the installation only"
    people = session.scalar(select(func.count()).select_from(User))
    assert "already" in seed(session, app.config["SETTINGS"], only_if_empty=True)
    with pytest.raises(Forbidden):
        seed(session, app.config["SETTINGS"])
    assert session.scalar(select(func.count()).select_from(User)) == people


def test_nothing_is_loaded_where_sample_data_is_switched_off(app: Flask, session: Session) -> None:
    with pytest.raises(Forbidden):
        seed(session, replace(app.config["SETTINGS"], allow_sample_data=False))
    assert session.scalar(select(func.count()).select_from(User)) == 0
