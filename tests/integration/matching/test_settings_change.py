"""Change control of the matcher's settings (M15): reports, two administrators, and one step back."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ml.results import Figure
from models import AuditEntry, MatcherSettings, MatchRun, Notification, SettingsState, User
from models.types import Country, Language
from talent.config import ROOT
from talent.db import transaction
from talent.errors import Forbidden, Invalid, TransitionRefused
from talent.matching import engine, settings_figures, settings_words
from talent.matching import settings_change as service
from talent.matching.settings import RunSettings, in_force
from talent.matching.settings_bounds import BOUNDS, problems
from tests.support import build, build_matching
from tests.support.mail import Mailbox
from tests.support.page import Visitor

WHY = "Reviewers see many people who lack the essential skills."
OK = "The overlap is high and no group loses."
KEPT = [Figure("rank_gap_median", "a person in 100, 50/50, posts that suit", 1.0, target=2.0, better="low")]
BROKEN = [Figure("rank_gap_median", "a person in 100, 50/50, posts that suit", 7.0, target=2.0, better="low")]


@pytest.fixture(autouse=True)
def measured(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Figure]]:
    """Stands for the measurements, which take minutes: hash of settings to figures, all kept unless said."""
    found: dict[str, list[Figure]] = {}
    monkeypatch.setattr(engine, "measured", lambda _name, params, _tick: found.get(params.sha256, KEPT))
    monkeypatch.setattr(engine, "broken", lambda _name, rows: [row for row in rows if row.is_met is False])
    monkeypatch.setattr(settings_figures.results, "read", lambda _name: None)
    return found


@pytest.fixture
def two(session: Session) -> tuple[User, User]:
    return build.administrator(session, country=Country.GB), build.administrator(session, country=Country.KR)


def propose(session: Session, actor: User, **values: float) -> MatcherSettings:
    return service.propose(session, actor=actor, values=values or {"weight_text": 0.12}, note=WHY)


def in_force_by(session: Session, mailbox: Mailbox, two: tuple[User, User], **values: float) -> MatcherSettings:
    row = propose(session, two[0], **values)
    mailbox.deliver()
    return service.put_in_force(session, actor=two[1], settings_id=row.id, note=OK)


def test_m15_a_change_takes_two_administrators_and_reports(session: Session, sign_in: Any, mailbox: Mailbox) -> None:
    for number in range(12):
        korean = number % 2
        build_matching.profile(
            session,
            country=Country.KR if korean else Country.GB,
            text=build_matching.KOREAN if korean else build_matching.ENGLISH,
            skills={"data-modelling": 1 + number % 4, "data-governance": 2},
        )
    build_matching.opportunity(session, audience="both")
    first = sign_in(build.administrator(session, country=Country.GB))
    page = first.page("organisations.administration").click("Matcher settings")
    assert "These are the default settings. Nobody has changed them." in page.text
    page = page.click("Propose a change")
    now = f"{100 * RunSettings().matcher.weight_skills_essential:g}"
    assert f"20 to 60 points, now {now}." in page.text
    page = page.submit("note", weight_skills_essential="30", band_strong="60", band_good="45", note=WHY)
    row_page = page.follow()
    assert "Reports are being made" in row_page.text
    assert "The reports will be made shortly." in row_page.text
    assert f"{now} points 30 points" in row_page.text
    assert "Another administrator has to answer what you proposed." in row_page.text

    second = sign_in(build.administrator(session, country=Country.KR))
    url = row_page.url
    early = second.get(url).submit("answer", answer="put_in_force", note=OK)
    assert early.status_code == 409
    assert "still being made" in early.text

    mailbox.deliver()
    page = second.get(url)
    assert "Active profiles: 12, open posts: 1." in page.text
    assert "Of the five best of a post" in page.text
    assert "Everybody 12" in page.text
    assert "People in Korea" not in page.text, "six people are too few to tell apart"
    assert "not enough data before, not enough data after" in page.text
    assert "Met" in page.text
    done = second.get(url).submit("answer", answer="put_in_force", note=OK).follow()
    assert "The settings are in force" in done.text
    session.rollback()
    assert in_force(session).matcher.weight_skills_essential == 0.3
    assert in_force(session).matcher.band_good == 0.45
    runs = session.scalars(select(MatchRun)).all()
    assert [run.trigger for run in runs] == ["settings"]
    mailbox.deliver()
    session.rollback()
    run = session.get_one(MatchRun, runs[0].id)
    assert run.params_hash == in_force(session).sha256
    assert run.params["matcher"]["weight_skills_essential"] == 0.3
    actions = set(session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("matcher_settings.%"))))
    assert actions == {"matcher_settings.propose", "matcher_settings.put_in_force"}


def test_m15_administrators_of_both_countries_are_told(
    session: Session, two: tuple[User, User], mailbox: Mailbox
) -> None:
    third = build.administrator(session, country=Country.GB, language=Language.KO)
    in_force_by(session, mailbox, two)
    mailbox.deliver()
    told = session.execute(select(Notification.user_id, Notification.kind)).all()
    assert {(third.id, "settings_proposed"), (two[1].id, "settings_proposed")} <= set(map(tuple, told))
    assert {(third.id, "settings_in_force"), (two[0].id, "settings_in_force")} <= set(map(tuple, told))
    assert (two[0].id, "settings_proposed") not in set(map(tuple, told))


def test_m15_the_proposer_cannot_answer_and_only_they_withdraw(session: Session, two: tuple[User, User]) -> None:
    row = propose(session, two[0])
    with pytest.raises(Forbidden):
        service.put_in_force(session, actor=two[0], settings_id=row.id, note=OK)
    with pytest.raises(Forbidden):
        service.refuse(session, actor=two[0], settings_id=row.id, note=OK)
    with pytest.raises(Forbidden):
        service.withdraw(session, actor=two[1], settings_id=row.id)
    with pytest.raises(TransitionRefused):
        propose(session, two[1], weight_text=0.3)
    assert service.withdraw(session, actor=two[0], settings_id=row.id).state is SettingsState.WITHDRAWN
    with pytest.raises(TransitionRefused):
        service.refuse(session, actor=two[1], settings_id=row.id, note=OK)
    second = propose(session, two[1], weight_text=0.3)
    assert second.number == 2
    with pytest.raises(Invalid):
        service.refuse(session, actor=two[0], settings_id=second.id, note=" ")
    assert service.refuse(session, actor=two[0], settings_id=second.id, note=OK).state is SettingsState.REFUSED
    assert in_force(session) == RunSettings()


def test_m15_a_proposal_of_somebody_who_left_is_not_put_in_force(
    session: Session, two: tuple[User, User], mailbox: Mailbox
) -> None:
    row = propose(session, two[0])
    mailbox.deliver()
    with transaction(session):
        session.get_one(User, two[0].id).active = False
    with pytest.raises(TransitionRefused) as refused:
        service.put_in_force(session, actor=two[1], settings_id=row.id, note=OK)
    assert "no longer an administrator" in str(refused.value.message)


@pytest.mark.parametrize(
    ("changed", "field", "told"),
    [
        ({"weight_skills_essential": "70"}, "weight_skills_essential", "must be between 20 and 60"),
        ({"weight_text": "-1"}, "weight_text", "must be between 0 and 40"),
        ({"growth_share": "41"}, "growth_share", "must be between 0 and 40"),
        ({"band_good": "69"}, "band_good", "at least 5 points below a strong match"),
        ({"band_possible": "47"}, "band_possible", "at least 5 points below a good match"),
        ({"per_post": "2.5"}, "per_post", "must be a whole number"),
        ({"per_person": ""}, "per_person", "Fill in"),
        ({"weight_text": "much\x00"}, "weight_text", "must be a number"),
        ({}, "weight_skills_essential", "Change at least one setting"),
    ],
)
def test_what_is_out_of_bounds_is_told_in_place(
    session: Session, sign_in: Any, changed: dict[str, str], field: str, told: str
) -> None:
    visitor = sign_in(build.administrator(session))
    page = visitor.page("matching.settings_propose").submit("note", note=WHY, **changed)
    assert page.status_code in (200, 422)
    assert any(told in error for error in page.errors())
    assert f'id="{field}-error"' in page.html
    assert WHY in page.html
    assert session.scalars(select(MatcherSettings)).all() == []


def test_every_setting_shipped_lies_within_its_bounds_and_the_schema_of_what_can_be_set_is_short() -> None:
    assert problems(RunSettings().chosen()) == {}
    assert set(BOUNDS) == set(RunSettings().chosen())
    assert RunSettings().with_chosen(RunSettings().chosen()) == RunSettings()


def test_m15_figures_are_those_of_the_proposed_settings_and_a_broken_promise_is_refused(
    session: Session, two: tuple[User, User], mailbox: Mailbox, measured: dict[str, list[Figure]]
) -> None:
    wanted = RunSettings().with_chosen({"weight_text": 0.4})
    measured[wanted.matcher.sha256] = BROKEN
    row = propose(session, two[0], weight_text=0.4)
    mailbox.deliver()
    session.rollback()
    assert row.reports["parity"]["matcher_hash"] == wanted.matcher.sha256
    assert row.reports["parity"]["missed"] == ["rank_gap_median/a person in 100, 50/50, posts that suit"]
    assert row.reports["attack"]["matcher_hash"] == wanted.matcher.sha256
    with pytest.raises(TransitionRefused) as refused:
        service.put_in_force(session, actor=two[1], settings_id=row.id, note=OK)
    assert "would fail a requirement" in str(refused.value.message)
    measured[RunSettings().matcher.sha256] = BROKEN  # missed by what is in force as well: it breaks nothing more
    service.make_reports_again(session, actor=two[1], settings_id=row.id)
    mailbox.deliver()
    service.put_in_force(session, actor=two[1], settings_id=row.id, note=OK)


def test_m15_reports_of_other_settings_in_force_are_out_of_date(
    session: Session, two: tuple[User, User], mailbox: Mailbox
) -> None:
    in_force_by(session, mailbox, two, weight_text=0.12)
    row = propose(session, two[1], weight_text=0.3)
    mailbox.deliver()
    service.roll_back(session, actor=two[0], reason=WHY)
    with pytest.raises(TransitionRefused) as refused:
        service.put_in_force(session, actor=two[0], settings_id=row.id, note=OK)
    assert "Other settings have come into force" in str(refused.value.message)
    service.make_reports_again(session, actor=two[0], settings_id=row.id)
    with pytest.raises(TransitionRefused):
        service.make_reports_again(session, actor=two[0], settings_id=row.id)
    mailbox.deliver()
    assert service.put_in_force(session, actor=two[0], settings_id=row.id, note=OK).state is SettingsState.IN_FORCE


def test_reports_that_fail_say_so_and_can_be_asked_for_again(
    session: Session, two: tuple[User, User], sign_in: Any, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_name: str, _params: object, _tick: object) -> list[Figure]:
        raise MemoryError("a secret")

    row = propose(session, two[0])
    with monkeypatch.context() as patch:
        patch.setattr(engine, "measured", fail)
        mailbox.deliver()
    visitor: Visitor = sign_in(two[1])
    page = visitor.page("matching.settings_row", settings_id=row.id)
    assert "The reports could not be made (MemoryError)" in page.text
    assert "a secret" not in page.html
    page.submit("Make the reports again")
    mailbox.deliver()
    assert "Pairs that change band" in visitor.page("matching.settings_row", settings_id=row.id).text


def test_m15_rollback_takes_one_administrator_and_one_command(
    app: Flask, session: Session, two: tuple[User, User], mailbox: Mailbox
) -> None:
    first = in_force_by(session, mailbox, two, weight_text=0.12)
    second = in_force_by(session, mailbox, two, weight_text=0.3)
    runner = app.test_cli_runner()
    command = ["match", "settings", "rollback"]
    assert runner.invoke(args=[*command, "--reason", WHY]).exit_code != 0
    assert runner.invoke(args=[*command, "--as", "nobody@gov.example", "--reason", WHY]).exit_code == 1
    stranger = build.hr(session).email
    assert runner.invoke(args=[*command, "--as", stranger, "--reason", WHY]).exit_code == 1
    assert runner.invoke(args=[*command, "--as", two[0].email, "--reason", " "]).exit_code == 1
    done = runner.invoke(args=[*command, "--as", two[0].email, "--reason", WHY])
    assert done.exit_code == 0, done.output
    session.rollback()
    assert in_force(session).matcher.weight_text == 0.12
    assert first.params_hash in done.output
    assert second.state is SettingsState.REPLACED
    assert second.in_force_to is not None

    service.roll_back(session, actor=two[1], reason=WHY)
    assert in_force(session) == RunSettings(), "going back twice goes two changes back"
    with pytest.raises(TransitionRefused):
        service.roll_back(session, actor=two[1], reason=WHY)
    listed = runner.invoke(args=["match", "settings", "list"]).output.splitlines()
    assert [line.split("\t")[:2] for line in listed] == [
        ["4", "in_force"],
        ["3", "replaced"],
        ["2", "replaced"],
        ["1", "replaced"],
        ["0", "replaced"],
    ]
    assert "weight_text 0.12 -> 0.3" in listed[2]


def test_m15_rollback_by_button(session: Session, two: tuple[User, User], sign_in: Any, mailbox: Mailbox) -> None:
    visitor = sign_in(two[0])
    nothing = visitor.page("matching.settings_roll_back")
    assert "There are no previous settings to go back to." in nothing.text
    in_force_by(session, mailbox, two, per_post=7)
    page = visitor.page("matching.settings").click("Go back to the previous settings")
    assert "You are going back to the default settings." in page.text
    assert "People for each post, at most 7 5" in page.text
    refused = page.submit("reason", reason="")
    assert refused.errors()[:1] == ["Say why you are going back"]
    done = refused.submit("reason", reason=WHY, confirm="y").follow()
    assert "The earlier settings are in force again" in done.text
    session.rollback()
    assert in_force(session).per_post == 5
    assert "Back to the default settings" in visitor.page("matching.settings").text


def test_pages_read_in_korean_and_are_for_administrators(session: Session, sign_in: Any, mailbox: Mailbox) -> None:
    two = (build.administrator(session), build.administrator(session, country=Country.KR, language=Language.KO))
    row = propose(session, two[0])
    mailbox.deliver()
    korean = sign_in(two[1])
    measured_page = korean.page("matching.settings_row", settings_id=row.id).text
    assert "100명 중 한 사람, 영어 50 대 한국어 50 비율의 역량 프로필" in measured_page
    for name, values in (("settings", {}), ("settings_propose", {}), ("settings_row", {"settings_id": row.id})):
        assert korean.page(f"matching.{name}", **values).status_code == 200
    for make in (build.hr, build.civil_servant, build.translator):
        assert sign_in(make(session)).page("matching.settings").status_code == 403


def test_m15_the_transparency_record_tells_the_settings_in_force(
    session: Session, two: tuple[User, User], mailbox: Mailbox, visitor: Visitor
) -> None:
    before = visitor.get("/transparency/atrs.json").response.get_json()
    row = in_force_by(session, mailbox, two, weight_text=0.12)
    after = visitor.get("/transparency/atrs.json").response.get_json()
    assert after["settings"]["weights"]["text"] == 0.12
    assert after["settings"]["run_hash"] == row.params_hash
    assert after["hash"] != before["hash"]
    assert after["settings"]["in_force"]["number"] == row.number
    assert before["settings"]["in_force"] is None


def test_m15_nothing_is_learned_from_decisions() -> None:
    """What computes scores and settings reads no answer, approval, view or contest."""
    judged = {"Decision", "DecisionEvent", "Approval", "Objection", "FirstView", "Contest", "ShortlistCard", "Answer"}
    paths = [*(ROOT / "ml").glob("*.py"), *(ROOT / "talent" / "matching").glob("*settings*.py")]
    paths += [ROOT / "talent" / "matching" / f"{name}.py" for name in ("engine", "adapter", "selection", "meanings")]
    assert len(paths) > 20
    for path in paths:
        names = {
            getattr(node, "id", getattr(node, "attr", getattr(node, "name", None)))
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        }
        assert not names & judged, path


def test_a_small_group_cannot_be_worked_out_from_the_others() -> None:
    """25 people, 18 of them British: what is told of the 18 would tell the rest of the other seven."""

    def group(kind: str, code: str, people: int) -> dict[str, Any]:
        counts = dict.fromkeys(("pairs", "up", "down", "top_before", "top_after"), 3)
        return {"kind": kind, "code": code, "people": people, "suggested_before": 2, "suggested_after": 1, **counts}

    everybody, languages = group("all", "", 25), [group("language", "en", 15), group("language", "ko", 10)]
    shown = settings_words.group_lines([everybody, group("country", "GB", 18), group("country", "KR", 7), *languages])
    assert [line.people for line in shown] == ["25", "15", "10"]
    assert settings_words.group_lines([group("all", "", 9), group("country", "GB", 9)]) == []
