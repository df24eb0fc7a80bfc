"""Sentence vectors: made once, kept up to date, gone with their ground; and matching that goes on without them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ml import passage_vectors
from ml.centres import centres_of
from ml.meaning import Meaning
from ml.schema import Explanation
from models import (
    MatchRun,
    MatchSuggestion,
    Opportunity,
    OutboxItem,
    Profile,
    RecordMeaning,
    User,
    utc_now,
)
from models.types import Country, Language, OpportunityStatus, ProfileStatus
from talent import events, jobs, outbox
from talent.db import transaction
from talent.matching import meanings, preparing, queries_inputs, queries_meanings, services, settings, switch
from talent.matching.adapter import opportunity_record, profile_record
from talent.matching.meanings import Source
from talent.matching.states import Status, derived_status
from talent.privacy import reductions
from talent.profiles import lifecycle, matching_choice
from tests.support import build
from tests.support import build_matching as matching

pytestmark = pytest.mark.database


@pytest.fixture
def no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ml.encoder.installed_encoder", lambda: None)


def rows(session: Session) -> dict[Any, RecordMeaning]:
    session.rollback()
    found = session.scalars(select(RecordMeaning)).all()
    return {row.profile_id or row.opportunity_id: row for row in found}


def sources(session: Session) -> list[Source]:
    """Every person and post, as a run reads them."""
    params = settings.in_force(session).matcher
    facts = queries_inputs.facts(session, utc_now())
    people: list[tuple[Any, int]] = [
        (profile_record(row, facts), row.version) for row in queries_inputs.active_profiles(session)
    ]
    posts = [(opportunity_record(row, facts), row.version) for row in queries_inputs.published_posts(session)]
    found = [meanings.source(record, number, params) for record, number in (*people, *posts)]
    session.rollback()
    return found


def work(session: Session) -> None:
    while outbox.run_due(session):
        pass


def rewrite(session: Session, profile_id: Any, text: str) -> None:
    """Change what a person wrote, as the service does."""
    with transaction(session):
        row = session.get_one(Profile, profile_id)
        row.texts[0].content = text
        row.updated_at = utc_now()
        events.emit(session, events.ProfileChanged(row.id))


def only(session: Session) -> MatchSuggestion:
    session.expire_all()
    return session.scalars(select(MatchSuggestion).where(MatchSuggestion.closed_at.is_(None))).one()


def not_applicable(suggestion: MatchSuggestion) -> dict[str, str]:
    return {item.code: item.reason for item in Explanation.from_dict(suggestion.explanation).not_applicable}


def test_a_run_makes_them_first_stores_them_and_scores_with_them(session: Session) -> None:
    person = matching.profile(session, country=Country.KR, text=matching.KOREAN, language=Language.KO)
    post = matching.opportunity(session, country=Country.GB)
    seen: list[tuple[int, int]] = []
    started = services.start_run(session)
    kept: list[Session] = []
    run = services.run_matching(
        session, started.id, still_running=kept.append, report_vectors=lambda done, of: seen.append((done, of))
    )

    assert run.versions["vectors"] == {"profiles": 1, "opportunities": 1, "made": 2}
    assert run.versions["encoder"] == meanings.encoder_name()
    assert run.versions["analyser"]
    assert seen[-1] == (2, 2)
    assert len(kept) >= 3, "kept alive for each record and for the post"
    made = rows(session)
    assert set(made) == {person.id, post.id}
    assert len(Meaning.from_bytes(made[person.id].data).passages) == 2
    assert matching.KOREAN[:6].encode() not in made[person.id].data, "no words are in it"
    explanation = Explanation.from_dict(only(session).explanation)
    part = next(part for part in explanation.parts if part.code == "meaning")
    assert part.share > 0
    assert sum(item.share for item in explanation.passages) + explanation.other_passages_share == pytest.approx(
        part.share, abs=1e-6
    )
    again = matching.run(session)
    assert (again.versions["vectors"]["made"], again.suggested) == (0, 0)


def test_a_changed_text_is_encoded_again_and_nothing_else(session: Session) -> None:
    person = matching.profile(session)
    post = matching.opportunity(session)
    matching.run(session)
    before = {key: (row.texts_digest, row.data) for key, row in rows(session).items()}
    rewrite(session, person.id, "I plan bus routes and timetables for the county.")
    assert meanings.read(session, sources(session)).keys() == {("opportunity", str(post.id))}, "an old one is not used"
    work(session)
    after = {key: (row.texts_digest, row.data) for key, row in rows(session).items()}
    assert after[post.id] == before[post.id]
    assert after[person.id] != before[person.id]
    assert queries_meanings.profiles_lacking(session, meanings.made_by()) == []


def test_a_change_without_new_words_is_confirmed_without_encoding(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = matching.profile(session)
    meanings.make_missing(session)
    with transaction(session):
        row = session.get_one(Profile, person.id)
        row.kinds, row.updated_at = ["secondment"], utc_now()
    maker = meanings.made_by()
    assert queries_meanings.profiles_lacking(session, maker) == [person.id]
    monkeypatch.setattr("ml.meaning.meaning_of", lambda *_a, **_k: pytest.fail("encoded again"))
    assert meanings.make_missing(session).stored == 0
    assert queries_meanings.profiles_lacking(session, maker) == []


def test_making_twice_makes_once(session: Session) -> None:
    matching.profile(session)
    matching.opportunity(session)
    wanted = sources(session)
    first, second = meanings.make(session, wanted), meanings.make(session, wanted)
    assert (first.stored, second.stored) == (2, 0)
    assert second.meanings.keys() == first.meanings.keys()
    for key, found in first.meanings.items():
        assert found.to_bytes() == second.meanings[key].to_bytes()


@pytest.mark.parametrize("how", ["changed", "erased", "opted_out"])
def test_what_changes_meanwhile_is_left_out(session: Session, how: str) -> None:
    person, other = matching.profile(session), matching.profile(session, text="I keep the rolls of the land court.")
    wanted = sources(session)
    with transaction(session):
        row = session.get_one(Profile, person.id)
        if how == "erased":
            reductions.erase_profile(session, None, row)
        elif how == "opted_out":
            row.matching_opted_out_at = utc_now()
        row.updated_at = utc_now()
    made = meanings.make(session, wanted)
    assert (made.stored, made.left_out) == (1, 1)
    assert set(rows(session)) == {other.id}


def test_m2_names_inside_texts_change_nothing(session: Session) -> None:
    texts = [
        f"{name} led data modelling for the register. {name} wrote the rules." for name in ("Ada Byron", "Kim Min")
    ]
    people = [build.civil_servant(session, name_home=name, name_romanised=name) for name in ("Ada Byron", "Kim Min")]
    profiles = [matching.profile(session, person=who, text=text) for who, text in zip(people, texts, strict=True)]
    meanings.make_missing(session)
    first, second = (rows(session)[row.id] for row in profiles)
    assert (first.texts_digest, first.data) == (second.texts_digest, second.data)


def test_they_are_read_in_one_statement(session: Session, statements: list[str]) -> None:
    counts = []
    for _ in range(2):
        for _ in range(3):
            matching.profile(session)
            matching.opportunity(session)
        meanings.make_missing(session)
        wanted = sources(session)
        statements.clear()
        assert len(meanings.read(session, wanted)) == len(wanted)
        counts.append(len(statements))
    assert counts == [1, 1]


def test_a_burst_of_changes_is_one_piece_of_work(session: Session) -> None:
    people = [matching.profile(session) for _ in range(3)]
    for person in people:
        rewrite(session, person.id, matching.ENGLISH)
    waiting = session.scalars(select(OutboxItem.kind).where(OutboxItem.done_at.is_(None))).all()
    assert sorted(kind for kind in waiting if kind in (preparing.JOB, "match")) == ["match", preparing.JOB]


def test_the_sweep_fills_what_is_missing_and_renews_what_nobody_decided(session: Session) -> None:
    """As on a new installation: people, posts and suggestions are there, vectors are not."""
    suggested = matching.suggestion(session)
    assert not_applicable(suggested)["meaning"] == "vectors_pending"
    decided = matching.suggestion(session)
    with transaction(session):
        row = session.get_one(MatchSuggestion, decided.id)
        row.put_together_by_id = build.administrator(session).id  # in people's hands: no run replaces it
    assert jobs.run_clock(session) >= 0
    jobs.run_clock(session)
    assert session.scalar(select(func.count()).where(OutboxItem.kind == preparing.JOB)) == 1
    work(session)

    assert len(rows(session)) == 4
    session.expire_all()
    assert derived_status(session.get_one(MatchSuggestion, suggested.id)) is Status.SUPERSEDED
    assert derived_status(session.get_one(MatchSuggestion, decided.id)) is Status.SUGGESTED
    renewed = session.scalars(
        select(MatchSuggestion).where(
            MatchSuggestion.profile_id == suggested.profile_id,
            MatchSuggestion.opportunity_id == suggested.opportunity_id,
            MatchSuggestion.closed_at.is_(None),
        )
    ).one()
    assert "meaning" not in not_applicable(renewed)
    assert renewed.pseudonym == suggested.pseudonym
    runs = session.scalar(select(func.count()).select_from(MatchRun))
    jobs.run_clock(session)
    work(session)
    assert session.scalar(select(func.count()).select_from(MatchRun)) == runs, "asked for once"


def test_vectors_alone_neither_end_a_suggestion_nor_bring_back_an_ended_one(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ml.encoder.installed_encoder", lambda: None)
    ended, waiting = matching.suggestion(session), matching.suggestion(session)
    with transaction(session):
        from talent.matching.closings import close

        close(session, session.get_one(MatchSuggestion, ended.id), "expired")
    monkeypatch.undo()
    settings_now = settings.in_force(session)
    nobody = type(settings_now)(per_post=0, per_person=0)
    monkeypatch.setattr("talent.matching.running.in_force", lambda _session: nobody)
    run = matching.run(session)
    assert (run.suggested, run.superseded) == (0, 0)
    assert only(session).id == waiting.id


@pytest.mark.parametrize(
    "leave",
    [
        lambda session, person: matching_choice.choose_matching(session, person, takes_part=False),
        lambda session, person: lifecycle.pause(session, person, None),
        lambda session, person: lifecycle.withdraw(session, person, reason="profile-withdraw-no-longer-interested"),
    ],
    ids=["opt_out", "pause", "withdraw"],
)
def test_they_go_when_the_person_leaves(session: Session, leave: Callable[[Session, User], Any]) -> None:
    person = build.civil_servant(session)
    mine, other = matching.profile(session, person=person), matching.profile(session)
    meanings.make_missing(session)
    assert set(rows(session)) == {mine.id, other.id}
    leave(session, session.get_one(User, person.id))
    assert set(rows(session)) == {other.id}


def test_those_of_nobodys_use_are_removed(session: Session) -> None:
    person, post = matching.profile(session), matching.opportunity(session)
    meanings.make_missing(session)
    with transaction(session):  # as an import or a restored backup may leave it
        session.get_one(Profile, person.id).status = ProfileStatus.DRAFT
        session.get_one(Opportunity, post.id).status = OpportunityStatus.CLOSED
    assert jobs.run_clock(session) >= 0
    work(session)
    assert rows(session) == {}


def test_nothing_is_made_while_the_matcher_is_off(session: Session) -> None:
    person = matching.profile(session)
    switch.turn(session, actor=None, enabled=False, reason="a test of the switch")
    rewrite(session, person.id, "I plan bus routes for the county.")
    jobs.run_clock(session)
    assert preparing.prepare(session) == preparing.Prepared()
    work(session)
    assert rows(session) == {}


def test_without_an_encoder_all_works_and_says_so(app: Flask, session: Session, sign_in: Any, no_encoder: None) -> None:
    person = build.civil_servant(session)
    matching.profile(session, person=person)
    post = matching.opportunity(session)
    run = matching.run(session)
    assert run.suggested == 1
    assert run.versions["encoder"] is None
    assert rows(session) == {}
    visitor = sign_in(person)
    assert "still being prepared" not in visitor.page("matching.for_you").text
    page = visitor.page("matching.for_you_post", opportunity_id=post.id)
    assert "No model that compares meaning is installed here" in page.text
    said = app.test_cli_runner().invoke(args=["match", "vectors"])
    assert said.exit_code == 0
    assert "no sentence encoder is installed" in said.output


def test_for_you_says_when_they_are_prepared_and_uses_them_once_they_are(session: Session, sign_in: Any) -> None:
    person = build.civil_servant(session)
    matching.profile(session, person=person)
    post = matching.opportunity(session)
    visitor = sign_in(person)
    assert "still being prepared" in visitor.page("matching.for_you").text
    meanings.make_missing(session)
    assert "still being prepared" not in visitor.page("matching.for_you").text
    assert "Sentences with a similar meaning" in visitor.page("matching.for_you_post", opportunity_id=post.id).text


def test_commands_tell_and_make(app: Flask, session: Session) -> None:
    matching.profile(session)
    matching.opportunity(session)
    runner = app.test_cli_runner()
    told = runner.invoke(args=["match", "vectors", "--status"])
    assert "people: 0 of 1 ready" in told.output
    made = runner.invoke(args=["match", "vectors"])
    assert made.exit_code == 0, made.output
    assert "2 made, 0 changed meanwhile, 0 removed" in made.output
    assert "posts: 1 of 1 ready" in made.output
    assert len(rows(session)) == 2


def test_the_page_of_a_run_tells_how_far_the_vectors_are(session: Session, sign_in: Any) -> None:
    run = services.start_run(session)
    with transaction(session):
        session.get_one(MatchRun, run.id).versions = {"preparing": {"record": 3, "of": 90}}
    page = sign_in(build.administrator(session)).page("matching.run", run_id=run.id)
    assert "Preparing the comparison by meaning: 3 of 90 people and posts." in page.text
    matching.profile(session)
    matching.opportunity(session)
    done = matching.run(session)
    assert meanings.encoder_name() in sign_in(build.administrator(session)).page("matching.run", run_id=done.id).text


@pytest.mark.parametrize("changed", ["rules", "centres", "encoder"])
def test_vectors_of_other_rules_centres_or_encoders_count_as_missing_and_are_made_again(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    """As after an update of the service."""
    matching.profile(session)
    matching.opportunity(session)
    matching.run(session)
    before = {key: row.encoder for key, row in rows(session).items()}
    if changed == "rules":
        monkeypatch.setattr("ml.passage_vectors.RULES", "another")
    elif changed == "centres":
        monkeypatch.setattr("ml.passage_vectors._centres_digest", lambda _name: "others")
    else:
        monkeypatch.setattr(meanings.encoder(), "name", "another 1.0")
    assert meanings.read(session, sources(session)) == {}
    told = app.test_cli_runner().invoke(args=["match", "vectors", "--status"]).output
    assert "people: 0 of 1 ready" in told
    assert "posts: 0 of 1 ready" in told
    assert preparing.order_if_needed(session) == 0
    assert [item.kind for item in session.scalars(select(OutboxItem).where(OutboxItem.done_at.is_(None)))] == [
        preparing.JOB
    ]
    session.rollback()
    done = preparing.prepare(session)
    assert (done.made, done.asked_for_run) == (2, True), "and who waits for an answer is looked at again"
    assert all(row.encoder != before[key] for key, row in rows(session).items())
    assert len(meanings.read(session, sources(session))) == 2


def test_the_fingerprint_of_the_centres_is_of_their_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    name = meanings.encoder_name()
    present = passage_vectors.made_by(name)
    passage_vectors._centres_digest.cache_clear()
    moved = {language: centre + 1 for language, centre in centres_of(name).items()}
    monkeypatch.setattr("ml.passage_vectors.centres_of", lambda _name: moved)
    try:
        assert passage_vectors.made_by(name) != present
    finally:
        passage_vectors._centres_digest.cache_clear()
