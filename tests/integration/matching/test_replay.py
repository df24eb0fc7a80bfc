"""`flask match replay`: a stored score and explanation again from what was kept of them (M15)."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import DecisionEvent, MatchSuggestion, Profile, ProfileText, Skill, SkillAlias
from models.types import Country, Decider, Language
from talent.db import transaction
from talent.matching import by_hand, engine, replaying
from talent.matching.replaying import Outcome
from talent.privacy import erasure
from tests.support import build, build_matching


def run(app: Flask, key: object) -> Result:
    return app.test_cli_runner().invoke(args=["match", "replay", str(key)])


def suggestions(session: Session) -> list[MatchSuggestion]:
    session.rollback()
    return list(session.scalars(select(MatchSuggestion).order_by(MatchSuggestion.created_at, MatchSuggestion.id)))


@pytest.fixture
def made(session: Session) -> list[MatchSuggestion]:
    """Suggestions of both languages and directions, made by a run among people who make some words common."""
    for number in range(4):
        build_matching.profile(session, skills={"data-modelling": 1 + number % 4, "agile-working": 2})
    for number in range(4):
        build_matching.profile(
            session,
            country=Country.KR,
            text=build_matching.KOREAN,
            language=Language.KO,
            skills={"data-governance": 1 + number % 4},
        )
    build_matching.opportunity(session, audience="both")
    build_matching.opportunity(session, country=Country.GB, text=build_matching.KOREAN, language=Language.KO)
    build_matching.run(session)
    found = suggestions(session)
    assert len(found) >= 6
    return found


def test_m15_every_suggestion_of_a_run_comes_out_the_same(app: Flask, made: list[MatchSuggestion]) -> None:
    for suggestion in made:
        result = run(app, suggestion.id)
        assert result.exit_code == 0, result.output
        told = result.output.strip().split("\t")
        assert told[0] == "same"
        assert told[1] == f"score {suggestion.score!r}"
        assert told[2] == f"band {suggestion.band.value}"  # type: ignore[union-attr]
        assert told[3] == f"settings {suggestion.run.params_hash}"


def test_m15_old_decisions_replay_after_people_texts_names_and_settings_changed(
    app: Flask, session: Session, made: list[MatchSuggestion], monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction(session):
        for row in session.scalars(select(ProfileText)):
            row.content = "Something else entirely, about nothing that was said before."
        for alias in session.scalars(select(SkillAlias)):
            alias.alias = f"{alias.alias} now"
        for skill in session.scalars(select(Skill).limit(20)):
            skill.name_en = f"{skill.name_en} now"
    engine.forget()
    build_matching.run(session)
    for suggestion in made:
        assert run(app, suggestion.id).output.startswith("same\t")


def test_a_decision_or_an_event_of_it_names_its_suggestion(
    app: Flask, session: Session, made: list[MatchSuggestion]
) -> None:
    decision = made[0].decision(Decider.REVIEWER)
    event = session.scalars(select(DecisionEvent).where(DecisionEvent.suggestion_id == made[0].id)).first()
    assert event is not None
    assert run(app, decision.id).output == run(app, made[0].id).output == run(app, event.id).output
    unknown = run(app, uuid4())
    assert unknown.exit_code == 1
    assert "no decision or suggestion" in unknown.output
    assert run(app, "not-an-id").exit_code == 2


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"score": 0.123}, "score: stored 0.123"),
        ({"band": "weak"}, "band: stored"),
        ({"combined": 0.2}, "combined: stored 0.2"),
    ],
)
def test_a_value_changed_behind_our_backs_is_told(
    app: Flask, session: Session, made: list[MatchSuggestion], change: dict[str, Any], named: str
) -> None:
    with transaction(session):
        row = session.get_one(MatchSuggestion, made[0].id)
        for name, value in change.items():
            setattr(row, name, value)
    result = run(app, made[0].id)
    assert result.exit_code == 1
    assert result.output.startswith("different\n")
    assert named in result.output


def test_an_explanation_changed_behind_our_backs_is_told(
    app: Flask, session: Session, made: list[MatchSuggestion]
) -> None:
    with transaction(session):
        row = session.get_one(MatchSuggestion, made[0].id)
        skills = [{**line, "held_level": 4} for line in row.explanation["skills"]]
        row.explanation = {**row.explanation, "skills": skills}
    result = run(app, made[0].id)
    assert result.exit_code == 1
    assert "explanation.skills: stored" in result.output


def test_after_an_erasure_it_says_erased_and_nothing_is_left_to_compute_with(
    app: Flask, session: Session, made: list[MatchSuggestion]
) -> None:
    profile = session.get_one(Profile, made[0].profile_id)
    assert profile.user is not None
    other = next(row for row in made if row.profile_id != profile.id)
    erasure.erase_account(session, actor=None, user_id=profile.user.id, cause="person")
    gone = suggestions(session)
    assert {row.weights for row in gone if row.profile_id == profile.id} == {None}
    result = run(app, made[0].id)
    assert result.exit_code == 0
    assert result.output.startswith("erased")
    assert run(app, other.id).output.startswith("same\t")


def test_a_pairing_by_hand_and_one_of_before_say_so(app: Flask, session: Session, made: list[MatchSuggestion]) -> None:
    with transaction(session):
        row = session.get_one(MatchSuggestion, made[0].id)
        row.weights = None
        row.explanation = {**row.explanation, "params_version": "2026.1"}
    result = run(app, made[0].id)
    assert result.exit_code == 0
    assert result.output.startswith("cannot be computed again\nmade with matcher version 2026.1")

    administrator = build.administrator(session, country=Country.GB)
    profile = build_matching.profile(session, skills={"agile-working": 1})
    post = build_matching.opportunity(session)
    by = by_hand.put_together(session, actor=administrator, profile_id=profile.id, opportunity_id=post.id)
    assert run(app, by.id).output.startswith("put together by hand")


def test_pairs_named_one_by_one_and_people_drawn_from_below_replay_too(session: Session) -> None:
    suggestion = build_matching.suggestion(session)
    assert replaying.replay(session, suggestion.id).outcome is Outcome.SAME


def test_weights_stay_small(session: Session) -> None:
    """A long profile against a long advert: what is kept beside the explanation stays under 60 kB."""
    words = [f"{first} {second}" for first in _FIRST for second in _SECOND]
    long = ". ".join(f"We built {word} for the agency and reported on it every month" for word in words)
    profile = build_matching.profile(session, text=long[:12_000])
    post = build_matching.opportunity(session, text=long[1_000:11_000] + " You will lead a team.")
    suggestion = build_matching.suggestion(session, profile=profile, opportunity=post)
    kept = len(json.dumps(suggestion.weights, ensure_ascii=False).encode())
    assert kept < 60_000
    assert replaying.replay(session, suggestion.id).outcome is Outcome.SAME


_FIRST = ("registers", "forecasts", "dashboards", "interfaces", "catalogues", "platforms", "surveys", "archives")
_SECOND = ("of land", "of tax", "of customs", "of health", "of rail", "of schools", "of water", "of benefits")
