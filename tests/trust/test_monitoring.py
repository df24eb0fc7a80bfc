"""M10: optional equality answers in a store of their own, deletable, never read by matching."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from models import AuditEntry, MatchSuggestion, MonitoringAnswer, User
from models.types import Country, Language
from talent.config import ROOT
from talent.errors import Invalid
from talent.privacy import monitoring
from talent.small_counts import published, published_group
from tests.architecture.source import imports_of, modules
from tests.support import build
from tests.support.page import Visitor

ANSWERS = {"sex": "sex-female", "age-band": "age-band-40-49", "disability": "disability-no"}


def answer(session: Session, person: User, answers: dict[str, str]) -> None:
    assert person.organisation is not None
    notice = monitoring.notice(session, person.organisation.country)
    assert notice is not None
    monitoring.save_answers(session, person, answers, notice_id=notice.id)


@pytest.mark.database
def test_m10_the_owner_writes_sees_changes_and_deletes(session: Session, sign_in: Any) -> None:
    owner = build.civil_servant(session)
    person = sign_in(owner)
    page = person.page("monitoring.answers")
    assert "Nobody has to answer any of them" in page.text
    assert page.submit("agreed", sex="sex-female").errors() == [
        "Tick the box to give your answers, or leave without saving"
    ]
    page.submit("agreed", agreed="y", **{"sex": "sex-female", "age-band": "age-band-40-49"})
    kept = {row.question: row for row in session.scalars(select(MonitoringAnswer))}
    assert {name: row.answer for name, row in kept.items()} == {"sex": "sex-female", "age-band": "age-band-40-49"}
    assert {row.notice_version for row in kept.values()} == {"2026-1"}
    again = person.page("monitoring.answers")
    assert "You answered on" in again.text
    again.submit("agreed", agreed="y", sex="sex-prefer-not-to-say")
    session.expire_all()
    assert session.scalar(select(MonitoringAnswer.answer).where(MonitoringAnswer.question == "sex")) == (
        "sex-prefer-not-to-say"
    )
    assert person.page("monitoring.delete").submit("Delete my answers").status_code == 302
    assert not session.scalars(select(MonitoringAnswer)).all()


def test_m10_another_person_sees_none_of_it(session: Session, sign_in: Any) -> None:
    answer(session, build.civil_servant(session), ANSWERS)
    other = sign_in(build.civil_servant(session)).page("monitoring.answers")
    assert "You have not answered" in other.text
    assert "checked" not in re.sub(r"unchecked", "", other.html.split("<form method", 2)[-1])


@pytest.mark.parametrize(
    "sent",
    [
        {"sex": "sex-unknown"},
        {"sex": "age-band-40-49"},
        {"religion": "none"},
        {"sex": "\x00"},
        {"sex": "x" * 1_000_000},
    ],
)
def test_m10_bad_answers_are_refused(session: Session, sent: dict[str, str]) -> None:
    person = build.civil_servant(session)
    with pytest.raises(Invalid):
        answer(session, person, sent)
    assert not session.scalars(select(MonitoringAnswer)).all()


def test_m10_a_changed_notice_is_read_again(session: Session) -> None:
    person = build.civil_servant(session)
    with pytest.raises(Invalid):
        monitoring.save_answers(session, person, ANSWERS, notice_id=uuid4())


def test_m10_korea_asks_what_is_lawful_there_on_a_consent_of_its_own(session: Session, app: Flask) -> None:
    assert {item.question.code for item in monitoring.questions(session, Country.KR)} == {"sex", "age-band"}
    assert {item.question.code for item in monitoring.questions(session, Country.GB)} == {
        "sex",
        "age-band",
        "disability",
        "ethnicity",
    }
    for country in Country:
        for item in monitoring.questions(session, country):
            assert any(option.code.endswith("prefer-not-to-say") for option in item.options)
    owner = build.civil_servant(session, country=Country.KR, language=Language.KO)
    page = Visitor(app, "ko").sign_in(owner).page("monitoring.answers")
    assert "선택 동의 안내" in page.text
    assert "동의를 거부할 권리" in page.text
    with pytest.raises(Invalid):
        answer(session, owner, {"disability": "disability-no"})


def test_m10_rows_hold_nothing_that_leads_to_a_person(session: Session) -> None:
    person = build.civil_servant(session)
    answer(session, person, ANSWERS)
    table = inspect(MonitoringAnswer)
    assert {column.key for column in table.columns} == {
        "id",
        "owner",
        "question",
        "answer",
        "notice_version",
        "answered_on",
    }
    assert not [key for column in table.columns for key in column.foreign_keys]
    owner = session.scalars(select(MonitoringAnswer.owner)).first()
    assert owner == monitoring.owner_of(person.id, "only-for-tests-monitoring-0123456789-abcd")
    assert owner != monitoring.owner_of(person.id, "another-key")
    assert str(person.id) not in str(owner)
    told = session.scalars(select(AuditEntry).where(AuditEntry.action.like("monitoring%"))).all()
    assert not told


def test_m10_forgetting_an_account_deletes_its_answers_alone(session: Session) -> None:
    one, two = build.civil_servant(session), build.civil_servant(session)
    answer(session, one, ANSWERS)
    answer(session, two, {"sex": "sex-male"})
    assert monitoring.forget(session, one.id) == 3
    assert [given.answer for given in monitoring.answers_of(session, two)] == ["sex-male"]
    assert monitoring.answers_of(session, one) == []


@pytest.mark.database
def test_m10_reports_get_counts_of_ten_or_more_only(session: Session) -> None:
    people = [build.civil_servant(session) for _ in range(24)]
    for number, person in enumerate(people[:21]):
        answer(session, person, {"sex": "sex-female" if number < 17 else "sex-male"})
    ids = [person.id for person in people]
    assert monitoring.group_counts(session, "sex", ids) == {"sex-female": 15, "sex-male": None, "not-answered": None}
    assert monitoring.group_counts(session, "sex", ids[:9]) is None


def test_m10_a_single_small_count_takes_another_with_it() -> None:
    assert [published(count) for count in (0, 9, 10, 12, 13, 17, 18)] == [None, None, 10, 10, 15, 15, 20]
    assert published_group({"a": 40, "b": 3, "c": 12}) == {"a": 40, "b": None, "c": None}
    assert published_group({"a": 40, "b": 3, "c": 2}) == {"a": 40, "b": None, "c": None}
    assert published_group({"a": 40, "b": 30}) == {"a": 40, "b": 30}


MATCHING_ROOMS = ("ml.", "talent.matching.", "talent.review.", "talent.profiles.", "talent.opportunities.")


def test_m10_no_code_of_matching_knows_the_answers() -> None:
    wrong = [
        f"{module} imports {item.target}"
        for module in modules()
        if module.startswith(MATCHING_ROOMS)
        for item in imports_of(module)
        if "monitoring" in item.target.lower()
    ]
    wrong += [
        f"{module} names the table"
        for module, path in modules().items()
        if module.startswith(MATCHING_ROOMS)
        and re.search(r"MonitoringAnswer|[\"']monitoring_answer", path.read_text())
        and module != "talent.matching.reading"
    ]
    assert not wrong, wrong


def test_m10_no_code_guesses_sex_or_origin() -> None:
    guess = re.compile(
        r"gender_guesser|guess_(sex|gender|origin|ethnicity)|(sex|gender|ethnicity)_from_name", re.IGNORECASE
    )
    wrong = [
        str(path)
        for top in ("talent", "ml", "models")
        for path in (ROOT / top).rglob("*.py")
        if guess.search(path.read_text())
    ]
    assert not wrong, wrong


def test_m10_answers_or_none_the_matching_is_identical(session: Session) -> None:
    from talent.db import transaction
    from talent.matching.running import run_matching
    from talent.matching.services import request_run
    from tests.support import build_decisions as decided

    found = decided.case(session)

    def inputs() -> tuple[Any, ...]:
        with transaction(session):
            run = request_run(session)
        run_matching(session, run.id)
        session.expire_all()
        rows = session.scalars(select(MatchSuggestion).order_by(MatchSuggestion.profile_id, MatchSuggestion.created_at))
        return tuple((row.profile_id, row.opportunity_id, row.score, row.band, row.inputs_hash) for row in rows)

    before = inputs()
    answer(session, found.person, ANSWERS)
    assert inputs() == before
