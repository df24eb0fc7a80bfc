"""The index in the service: the same suggestions with it and without, nothing of who left, and no process behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ml.segments import Store
from models import MatchSuggestion, Profile, utc_now
from models.types import Country, Language
from talent import create_app, events, outbox
from talent.config import Settings, SettingsError
from talent.db import transaction
from talent.extensions import db
from talent.matching import engine, indexing, meanings, preparing, settings, switch
from talent.matching.indexing import INDEX, Place
from talent.matching.run_inputs import Inputs
from talent.matching.selection import Field, Scope, choose
from talent.privacy import erasure
from tests.conftest import test_settings
from tests.support import build
from tests.support import build_matching as matching
from tests.support.page import Visitor

pytestmark = pytest.mark.database
CANARY = "zaunkoenigswort"
TRADES = {
    "data-modelling": "I drew the data models of the land register and agreed the definitions with eight agencies.",
    "data-governance": "I wrote the rules for who owns which table, and reported on the quality of addresses.",
    "user-focus": "I interviewed people who apply for licences, and tested the forms with them every second week.",
    "programming-and-build-data-science": "I built forecasts of demand in Python and kept them running every night.",
}
TRADES_IN_KOREAN = {
    "data-modelling": "부동산 등기 자료의 데이터 모델을 설계하고 여덟 개 기관과 용어의 정의를 맞추었습니다.",
    "user-focus": "인허가를 신청하는 사람들을 면담하고 격주로 서식을 함께 시험하며 고쳤습니다.",
}


@pytest.fixture
def place(session: Session, tmp_path: Path) -> Iterator[Place]:
    """An index for any pool, in a folder of the test's own."""
    before = db.engine.get_execution_options()[INDEX]
    mine = Place(tmp_path / "index", from_pairs=1)
    db.engine.update_execution_options(**{INDEX: mine})
    yield mine
    db.engine.update_execution_options(**{INDEX: before})


def pool(session: Session, people: int = 12) -> list[Profile]:
    """People and posts of several trades and levels, in both countries and languages."""
    trades = list(TRADES.items())
    made = []
    for number in range(people):
        skill, text = trades[number % len(trades)]
        korean = number % 3 == 2 and skill in TRADES_IN_KOREAN
        made.append(
            matching.profile(
                session,
                country=Country.KR if korean else Country.GB,
                skills={skill: 1 + number % 4, "data-governance": 2},
                text=TRADES_IN_KOREAN[skill] if korean else text,
                language=Language.KO if korean else Language.EN,
            )
        )
    for number, (skill, text) in enumerate(trades):
        country = Country.GB if number % 2 else Country.KR
        matching.opportunity(session, country=country, skills={skill: 3}, title=f"Post {number}", text=text)
    return made


def work(session: Session) -> None:
    while outbox.run_due(session):
        pass


def chosen_by_both(session: Session) -> tuple[Any, Any]:
    """What is suggested by the matcher alone, and by the matcher among the index's candidates."""
    now = settings.RunSettings(per_post=2, per_person=1)
    inputs = Inputs.read(session, now.matcher)
    matcher = engine.fit(session, now, inputs.profile_records(), inputs.opportunity_records(), "seed", inputs.meanings)
    field = Field(tuple(inputs.profiles), tuple(inputs.posts))
    ranker = indexing.ranker(session, matcher, inputs)
    assert isinstance(ranker, indexing.IndexedRanker)
    alone, among = (choose(one, now, field, Scope(), inputs.at_home) for one in (matcher, ranker))
    session.rollback()
    return alone, among


def files_with(folder: Path, word: str) -> list[Path]:
    found = []
    for path in folder.rglob("*") if folder.is_dir() else ():
        if path.is_file() and word.encode() in path.read_bytes().lower():
            found.append(path)
    return found


def test_both_ways_suggest_the_same(session: Session, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "CANDIDATES", 6)
    people = pool(session)
    for with_vectors in (False, True):
        if with_vectors:
            meanings.make_missing(session)
        alone, among = chosen_by_both(session)
        assert alone == among
        assert sum(map(len, alone.values())) >= 4
    with transaction(session):
        row = session.get_one(Profile, people[0].id)
        row.texts[0].content, row.updated_at = TRADES["user-focus"], utc_now()
    meanings.make_missing(session)
    alone, among = chosen_by_both(session)
    assert alone == among, "a change goes to the journal"
    assert len(list(place.folder.glob("base-*.journal"))) == 1


def test_a_run_through_the_index_changes_nothing_of_a_run_without(session: Session, place: Place) -> None:
    pool(session)
    db.engine.update_execution_options(**{INDEX: Place(place.folder, 10**9)})
    matching.run(session)
    assert not place.is_there(), "a small pool has no index"
    before = set(map(tuple, session.execute(select(MatchSuggestion.id, MatchSuggestion.closed_at))))
    db.engine.update_execution_options(**{INDEX: place})
    run = matching.run(session)
    assert place.is_there()
    assert (run.suggested, run.superseded) == (0, 0)
    session.rollback()
    assert set(map(tuple, session.execute(select(MatchSuggestion.id, MatchSuggestion.closed_at)))) == before


def test_r26_nothing_of_who_left_stays_in_its_files(session: Session, place: Place) -> None:
    person = matching.profile(session, text=f"I led {CANARY} modelling of {CANARY} registers for the county council.")
    pool(session, people=4)
    matching.run(session)
    assert files_with(place.folder, str(person.id)), "the test looks for what is there"
    user_id = person.user_id
    assert user_id is not None
    erasure.erase_account(session, actor=None, user_id=user_id, cause="asked")
    work(session)
    assert files_with(place.folder, CANARY) == []
    assert files_with(place.folder, str(person.id)) == []
    matching.run(session)
    assert place.is_there(), "the others are indexed again"
    for word in (CANARY, str(person.id)):
        assert files_with(place.folder, word) == []


def test_it_goes_with_the_matcher_and_with_the_size_of_the_pool(session: Session, place: Place) -> None:
    pool(session, people=4)
    matching.run(session)
    db.engine.update_execution_options(**{INDEX: Place(place.folder, 10**9)})
    assert preparing.order_if_needed(session) == 0
    work(session)
    assert not place.is_there()
    db.engine.update_execution_options(**{INDEX: place})
    matching.run(session)
    assert place.is_there()
    switch.turn(session, actor=None, enabled=False, reason="a test of the switch")
    preparing.order_if_needed(session)
    work(session)
    assert not place.is_there()


def test_a_run_goes_on_without_an_index_that_somebody_else_writes(session: Session, place: Place) -> None:
    pool(session, people=4)
    with Store(place.folder).writing():
        run = matching.run(session)
    assert run.suggested > 0
    assert list(place.folder.glob("base-*")) == []


def test_a_damaged_or_foreign_index_is_written_anew(session: Session, place: Place) -> None:
    pool(session, people=4)
    matching.run(session)
    (current,) = place.folder.glob("current.json")
    current.write_text("something else")
    alone, among = chosen_by_both(session)
    assert alone == among
    assert current.read_text() != "something else"


def test_every_process_sees_a_change_at_once(app: Flask, session: Session, sign_in: Any, tmp_path: Path) -> None:
    """What pages rank by is keyed by what the database holds: another process needs no word from the worker."""
    person = build.civil_servant(session)
    matching.profile(session, person=person)
    matching.opportunity(session, title="The first post")
    session.rollback()
    address = app.config["SQLALCHEMY_DATABASE_URI"]
    other = create_app(test_settings(app.config["INSTANCE_DIR"], address))
    here, there = sign_in(person), Visitor(other).sign_in(person)
    for visitor in (here, there):
        assert "still being prepared" in visitor.page("matching.for_you").text
    meanings.make_missing(session)
    for visitor in (here, there):
        assert "still being prepared" not in visitor.page("matching.for_you").text
    second = matching.opportunity(session, title="The second post")
    for visitor in (here, there):
        assert "The second post" in visitor.page("matching.for_you").text
    with transaction(session):
        row = session.get_one(type(second), second.id)
        title = next(text for text in row.texts if text.field == "title")
        title.content, row.updated_at = "The post with another name", utc_now()
        events.emit(session, events.OpportunityChanged(row.id))
    for visitor in (here, there):
        assert "The post with another name" in visitor.page("matching.for_you").text
    with other.app_context():
        db.session.remove()
        db.engine.dispose()


def test_settings_of_the_index(tmp_path: Path) -> None:
    values = {"TALENT_INSTANCE_DIR": str(tmp_path), "TALENT_INDEX_FROM_PAIRS": "250000"}
    found = Settings.from_environment(values)
    assert (found.index_folder, found.index_from_pairs) == (tmp_path / "index", 250_000)
    elsewhere = Settings.from_environment({**values, "TALENT_INDEX_DIR": str(tmp_path / "fast")})
    assert elsewhere.index_folder == tmp_path / "fast"
    with pytest.raises(SettingsError, match="TALENT_INDEX_FROM_PAIRS"):
        Settings.from_environment({**values, "TALENT_INDEX_FROM_PAIRS": "many"})
