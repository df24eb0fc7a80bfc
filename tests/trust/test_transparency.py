"""M12: the transparency record is made from the running settings, in both languages; M13's card shows what was
measured as it was measured, and says what was not."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, make_url, select
from sqlalchemy.orm import Session

from ml import results
from ml.params import MatcherParams
from models import MatchRun, ServiceRule, TransparencyFact, User
from models.types import Country
from talent import create_app
from talent.config import ROOT, SettingsError
from talent.db import transaction
from talent.i18n import local_number
from talent.insights import card
from talent.insights import running as insights_running
from talent.insights.atrs import FIELDS
from talent.insights.facts import FACTS
from talent.insights.record import build_record, missing_facts, record_hash
from talent.matching import switch
from talent.matching.running import run_matching
from talent.matching.services import request_run
from talent.matching.settings import RunSettings
from tests.conftest import test_settings
from tests.support import build
from tests.support.page import Visitor

KEYS = {
    "schema",
    "standard",
    "standard_version",
    "url",
    "phase",
    "complete",
    "missing",
    "languages",
    "settings",
    "versions",
    "counts",
    "rules",
    "contests",
    "records",
    "hash",
}


def record(visitor: Visitor) -> dict[str, Any]:
    answer = visitor.get("/transparency/atrs.json").response
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert answer.json is not None
    return dict(answer.json)


def enter_all(session: Session) -> None:
    with transaction(session):
        for row in session.scalars(select(TransparencyFact)):
            row.value_en, row.value_ko = f"Value of {row.code}", f"{row.code} 값"


def test_m12_record_has_both_tiers_in_both_languages(session: Session, visitor: Visitor) -> None:
    enter_all(session)
    found = record(visitor)
    assert set(found) == KEYS
    assert found["complete"] is True
    assert found["hash"] == record_hash(found)
    for language in ("en", "ko"):
        told = found["records"][language]
        assert set(told["tier_1"]["fields"]) == {"name", "description", "website_url", "contact_email"}
        assert set(told["tier_2"]) == {"owner", "description", "decisions", "tool", "data", "risks"}
        listed = [told["tier_1"]["fields"], *(part["fields"] for part in told["tier_2"].values())]
        assert {key for fields in listed for key in fields} == {field.key for field in FIELDS}
        assert all(item["value"] for fields in listed for item in fields.values())
    english, korean = (found["records"][language]["tier_2"]["risks"] for language in ("en", "ko"))
    assert "Value of ai-assessment" in str(english)
    assert "ai-assessment 값" in str(korean)
    assert str(korean) != str(english)


def test_m12_record_is_the_same_whoever_asks_and_has_an_entity_tag(session: Session, app: Flask) -> None:
    first = Visitor(app, "en").get("/transparency/atrs.json").response
    second = Visitor(app, "ko").get("/transparency/atrs.json").response
    assert first.data == second.data
    assert first.json is not None
    assert first.headers["ETag"].strip('"') == first.json["hash"]
    again = app.test_client().get("/transparency/atrs.json", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_m12_a_changed_weight_changes_the_record_and_its_hash(
    session: Session, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = record(visitor)
    # the weights still sum to 1
    matcher = replace(MatcherParams(), weight_text=0.3, weight_meaning=0.0, weight_concepts=0.18)
    changed = RunSettings(matcher=matcher)
    monkeypatch.setattr(insights_running, "RunSettings", lambda: changed)
    after = record(visitor)
    assert before["hash"] != after["hash"]
    assert after["settings"]["weights"]["text"] == 0.3
    assert after["settings"]["matcher_hash"] == changed.matcher.sha256
    assert "30%" in str(after["records"]["en"]["tier_2"]["tool"])
    assert "30%" in str(after["records"]["ko"]["tier_2"]["tool"])
    assert "Words of the texts: 30% of the score" in visitor.page("transparency.record").text


def test_m12_record_tells_the_settings_that_runs_are_stored_with(session: Session, visitor: Visitor) -> None:
    with transaction(session):
        run = request_run(session)
    run_matching(session, run.id)
    stored = session.scalars(select(MatchRun)).one()
    found = record(visitor)
    assert found["settings"]["run_hash"] == stored.params_hash
    assert found["versions"]["lexicon"] == stored.versions["lexicon"]
    assert found["versions"]["framework"] == stored.versions["reference"]


def test_m12_rules_are_those_in_force(session: Session, visitor: Visitor) -> None:
    with transaction(session):
        rule = session.scalars(select(ServiceRule).where(ServiceRule.code == "shortlist_size")).one()
        rule.value = "7"
    found = record(visitor)
    assert found["rules"]["shortlist_size"] == 7
    assert "short list of 7 people" in str(found["records"]["en"])
    assert "30 days" in str(found["records"]["en"]["tier_2"]["decisions"]["fields"]["appeals_and_review"])


def test_m12_counts_are_rounded_to_five_and_small_ones_hidden(session: Session, visitor: Visitor) -> None:
    from tests.support import build_decisions as decided

    for _ in range(3):
        decided.profile(session, build.civil_servant(session))
    assert record(visitor)["counts"]["active_profiles"] is None
    for _ in range(10):
        decided.profile(session, build.civil_servant(session))
    found = record(visitor)
    assert found["counts"]["active_profiles"] == 15
    assert found["contests"] == {"received": None, "answered": None, "changed": None, "overturn_percent": None}
    assert "13" not in str(found["counts"])


def test_m18_phase_says_paused_while_the_matcher_is_off(session: Session, visitor: Visitor) -> None:
    assert record(visitor)["phase"] == "in_use"
    switch.turn(session, actor=None, enabled=False, reason="A weakness has been found")
    found = record(visitor)
    assert found["phase"] == "paused"
    assert "Paused" in str(found["records"]["en"]["tier_2"]["tool"]["fields"]["phase"])
    assert "turned off" in visitor.page("transparency.record").text


@pytest.fixture
def own_database(app: Flask, tmp_path: Path) -> str:
    """The address of a copy of the database, for an application of its own."""
    if not app.config["SETTINGS"].uses_sqlite:
        pytest.skip("one kind of database is enough")
    copy = tmp_path / "copy.sqlite3"
    source = make_url(app.config["SETTINGS"].sqlalchemy_url).database
    with closing(sqlite3.connect(str(source))) as here, closing(sqlite3.connect(copy)) as there:
        here.backup(there)
    return f"sqlite:///{copy}"


def test_m12_missing_facts_fail_the_start_in_production(own_database: str, tmp_path: Path) -> None:
    settings = test_settings(
        tmp_path,
        own_database,
        environment="production",
        testing=False,
        base_url="https://exchange.example",
        trusted_hosts=("exchange.example",),
        allow_sample_data=False,
    )
    with pytest.raises(SettingsError, match="transparency record lacks") as refused:
        create_app(settings)
    assert "owner-organisation (KR)" in str(refused.value)
    engine = create_engine(own_database)
    with Session(engine) as session:
        for row in session.scalars(select(TransparencyFact)):
            row.value_en, row.value_ko = "Value", "값"
        session.commit()
        assert create_app(settings).name == "talent"
        session.scalars(select(TransparencyFact).where(TransparencyFact.code == "training")).one().value_ko = "  "
        session.commit()
    engine.dispose()
    with pytest.raises(SettingsError, match="lacks training:"):
        create_app(settings)


def test_m12_missing_facts_are_shown_to_administrators_only(session: Session, app: Flask, sign_in: Any) -> None:
    page = Visitor(app).page("transparency.record")
    assert page.status_code == 200
    assert "To be entered before live use" in page.text
    assert "Still to be entered" not in page.text
    desk = sign_in(build.administrator(session))
    shown = desk.page("transparency.record")
    assert "Still to be entered" in shown.text
    assert shown.click("Organisation that owns the tool (United Kingdom)").status_code == 200
    assert len(missing_facts(session)) == len(FACTS)


def test_m12_administrators_enter_a_fact_with_history(session: Session, app: Flask, sign_in: Any) -> None:
    officer: User = build.administrator(session)
    row = session.scalars(
        select(TransparencyFact).where(TransparencyFact.code == "team", TransparencyFact.country == "GB")
    ).one()
    page = sign_in(officer).get(f"/settings/transparency-facts/{row.id}/change")
    today = row.created_at.date()
    days = {"valid_from__day": today.day, "valid_from__month": today.month, "valid_from__year": today.year}
    saved = page.submit("source", value_en="Exchange team", value_ko="교류팀", source="Letter 12", **days)
    assert saved.status_code == 302, saved.errors()
    assert "team (GB)" not in [fact.label for fact in missing_facts(session)]
    assert "United Kingdom: Exchange team" in Visitor(app).page("transparency.record").text
    assert len(session.scalars(select(TransparencyFact).where(TransparencyFact.code == "team")).all()) == 3


def test_m12_commands_check_and_enter(session: Session, app: Flask) -> None:
    officer = build.administrator(session, country=Country.KR)
    run = app.test_cli_runner()
    checked = run.invoke(args=["transparency", "check"])
    assert checked.exit_code == 1
    assert "missing: team (KR)" in checked.output
    words = ["--en", "Exchange team", "--ko", "교류팀", "--source", "Letter 3", "--administrator", officer.email]
    assert run.invoke(args=["transparency", "enter", "team", "--country", "KR", *words]).exit_code == 0
    other = run.invoke(args=["transparency", "enter", "team", "--country", "GB", *words])
    assert other.exit_code != 0  # of the other country
    assert run.invoke(args=["transparency", "enter", "no-such-fact", *words]).exit_code != 0
    assert "missing: team (KR)" not in run.invoke(args=["transparency", "check"]).output
    enter_all(session)
    done = run.invoke(args=["transparency", "check"])
    assert done.exit_code == 0
    assert '"complete": true' in run.invoke(args=["transparency", "show"]).output


def test_m12_pages_lead_to_the_record(visitor: Visitor, statements: list[str]) -> None:
    for endpoint in ("public.start", "public.how_matching_works", "public.privacy"):
        assert visitor.page(endpoint).links()["Transparency record"] == "/transparency/"
    visitor.page("transparency.record")
    statements.clear()
    visitor.page("transparency.record")
    assert len(statements) <= 8, statements


@pytest.mark.parametrize("endpoint", ["transparency.record", "transparency.model_card"])
def test_m12_pages_in_korean(app: Flask, endpoint: str) -> None:
    page = Visitor(app, "ko").page(endpoint)
    assert page.status_code == 200
    assert not page.heading.isascii()


def test_m13_model_card_says_what_is_measured_and_what_is_not(visitor: Visitor, session: Session) -> None:
    page = visitor.page("transparency.model_card")
    assert RunSettings().matcher.sha256 in page.text
    assert build_record(session, "")["versions"]["lexicon"] in page.text
    assert "whether groups of people are treated alike" in page.text


def test_m13_card_numbers_equal_the_files_of_the_measurements(visitor: Visitor) -> None:
    """Each figure stands on the page as its file has it, with the day, the version and the command."""
    text = visitor.page("transparency.model_card").text
    told = json.loads(visitor.get("/transparency/model-card.json").response.text)
    kept = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in results.FOLDER.glob("*.json")}
    assert told.keys() == kept.keys() == set(results.KINDS)
    for kind, content in kept.items():
        in_force = content["params_hash"] == RunSettings().matcher.sha256
        assert {**content, "settings_in_force": in_force} == told[kind]
    for kind in card.SHOWN:
        measured = results.read(kind)
        assert measured is not None
        assert measured.command in text
        assert measured.commit in text
        for figure in card.shown(measured):
            assert local_number(round(figure.value, 3)) in text, figure


def test_m13_the_card_leaves_no_figure_out_for_want_of_words() -> None:
    """Every figure of ours has words, but how much is found at all and the lead, which stand in docs/matching.md."""
    for kind in card.SHOWN:
        measured = results.read(kind)
        assert measured is not None
        ours = [figure for figure in measured.figures if figure.variant in card.OURS]
        left_out = {figure.measure for figure in ours} - {figure.measure for figure in card.shown(measured)}
        assert left_out <= {"recall_at_100"}
        assert len(card.shown(measured)) >= 12


def test_m12_commands_run_in_production_while_facts_are_missing(own_database: str, tmp_path: Path) -> None:
    """The way to enter them must be open before the service can start."""
    keys = {
        name: secrets.token_urlsafe(40)
        for name in ("SECRET_KEY", "PASSWORD_SALT", "TOTP_KEYS", "AUDIT_KEY", "MONITORING_KEY")
    }
    env = {
        **os.environ,
        **keys,
        "TALENT_ENV": "production",
        "TALENT_INSTANCE_DIR": str(tmp_path),
        "DATABASE_URL": own_database,
        "TALENT_BASE_URL": "https://exchange.example",
        "TALENT_TRUSTED_HOSTS": "exchange.example",
        "TALENT_SECURITY_CONTACT": "mailto:security@exchange.example",
        "MAIL_URL": "smtp://mail.example:25",
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "transparency", "check"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "missing: training" in done.stdout, done.stderr[-500:]
    started = subprocess.run(
        [sys.executable, "-c", "import wsgi"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert started.returncode != 0
    assert "transparency record lacks" in started.stderr
