"""R27 and M11's "see": everything held about a person, on pages and in both downloads, and nothing of others."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, Contest, User
from models.types import Answer, Decider, Language
from talent.privacy import export, my_data
from tests.support import build, build_decisions, build_privacy
from tests.support.build_auth import SignIn
from tests.support.build_privacy import MINE, THEIRS, Held
from tests.support.page import Visitor


@pytest.fixture
def held(session: Session) -> Held:
    return build_privacy.person_with_everything(session)


def missing(held: Held, text: str) -> list[str]:
    return sorted(word for word in held.mine if word not in text)


@pytest.mark.database
def test_r27_json_holds_every_canary_of_the_person_and_none_of_others(held: Held, sign_in: SignIn) -> None:
    page = sign_in(held.person).page("privacy.copy").submit("form", form="json", language="en")

    assert page.status_code == 200
    assert page.response.mimetype == "application/json"
    assert "attachment" in page.response.headers["Content-Disposition"]
    text = page.response.get_data(as_text=True)
    assert missing(held, text) == []
    assert THEIRS not in text
    assert THEIRS.lower() not in text


@pytest.mark.database
@pytest.mark.parametrize("language", ["en", "ko"])
def test_r27_readable_page_holds_every_canary_in_either_language(held: Held, sign_in: SignIn, language: str) -> None:
    page = sign_in(held.person).page("privacy.copy").submit("form", form="html", language=language)

    assert page.response.mimetype == "text/html"
    assert missing(held, page.html) == []
    assert THEIRS not in page.html
    assert THEIRS.lower() not in page.html
    assert f'<html lang="{language}">' in page.html
    assert not re.search(r"""(src|href)\s*=""", page.html), "the page needs nothing else"


def test_r27_pages_hold_every_canary_and_none_of_others(held: Held, session: Session, sign_in: SignIn) -> None:
    visitor, read = sign_in(held.person), ""
    index = visitor.page("privacy.index")
    for kind in my_data.KINDS:
        assert visitor.url("privacy.part", code=kind.code) in index.html
        read += visitor.page("privacy.part", code=kind.code).html
    read += visitor.page("privacy.suggestion", suggestion_id=held.case.suggestion_id).html
    contest = session.scalars(select(Contest.id)).one()
    read += visitor.page("privacy.contest", contest_id=contest).html

    assert missing(held, read) == []
    assert THEIRS not in read
    assert THEIRS.lower() not in read


def test_r27_json_shape_is_stable_and_labelled_in_both_languages(held: Held, session: Session) -> None:
    document = json.loads(export.export_json(session, actor=None, user=held.person).content)

    assert (document["format"], document["version"]) == ("talent-exchange.my-data", 1)
    assert list(document["data"]) == [kind.code for kind in my_data.KINDS]
    assert all(set(label) == {"en", "ko"} for label in document["labels"].values())
    suggestion = document["data"]["suggestions"][0]
    assert {"score", "band", "why", "explanation", "decisions", "history", "first_views", "names_shown"} <= set(
        suggestion
    )
    assert suggestion["band"]["code"] == "good"
    assert suggestion["band"]["ko"] != suggestion["band"]["en"]
    assert suggestion["why"]["en"]
    assert suggestion["why"]["ko"]
    assert {row["decider"]["code"] for row in suggestion["decisions"]} == {"reviewer", "person", "host", "home"}
    basis = document["data"]["bases"][0]
    assert {"notice_version", "text_items", "text_retention", "since", "until"} <= set(basis)


def test_r27_declined_and_expired_suggestions_are_told_with_reasons(session: Session, sign_in: SignIn) -> None:
    case = build_privacy.rejected(session)
    page = sign_in(case.person).page("privacy.suggestion", suggestion_id=case.suggestion_id)

    assert "Not put forward" in page.text
    assert str(case.suggestion.decision(Decider.REVIEWER).reason.name_en) in page.text  # type: ignore[union-attr]
    assert case.reviewer.name_home not in page.html
    assert case.reviewer.email not in page.html
    assert "management" in page.text


def test_r27_an_answer_that_can_be_taken_back_is_not_told_yet(session: Session, sign_in: SignIn) -> None:
    case = build_decisions.case(session)
    case.decide(Decider.REVIEWER, Answer.NO)
    page = sign_in(case.person).page("privacy.suggestion", suggestion_id=case.suggestion_id)

    assert "Not put forward" not in page.text
    assert "Awaiting review" in page.text


def test_r27_anothers_suggestion_is_404_for_everybody(held: Held, session: Session, sign_in: SignIn) -> None:
    for other in (build.civil_servant(session), held.case.host_hr, held.case.home_hr, held.case.reviewer):
        answer = sign_in(other).page("privacy.suggestion", suggestion_id=held.case.suggestion_id)
        assert answer.status_code == 404


def test_r27_every_part_says_where_it_is_corrected_or_whom_to_ask(held: Held, sign_in: SignIn) -> None:
    visitor = sign_in(held.person)
    for kind in my_data.KINDS:
        page = visitor.page("privacy.part", code=kind.code)
        assert str(kind.correction.text) in page.text
        if kind.correction.endpoint:
            assert visitor.get(page.links()[str(kind.correction.link)]).status_code in (200, 302)
    assert "Ask the HR staff" in visitor.page("privacy.part", code="works_here").text


def test_r27_copies_are_recorded_and_throttled(held: Held, session: Session, sign_in: SignIn) -> None:
    visitor = sign_in(held.person)
    form = visitor.page("privacy.copy")
    answers = [form.submit("form", form="json", language="en").status_code for _ in range(11)]

    assert answers == [200] * 10 + [429]
    session.rollback()
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "privacy.export")).all()
    assert len(entries) == 10
    assert {entry.person_id for entry in entries} == {held.person.id}
    assert "Retry-After" in form.submit("form", form="json", language="en").response.headers


def test_r27_sar_export_writes_both_forms_and_records_it(
    app: Flask, held: Held, session: Session, tmp_path: Path
) -> None:
    done = app.test_cli_runner().invoke(
        args=["sar", "export", held.person.email, "--out", str(tmp_path), "--language", "ko"]
    )

    assert done.exit_code == 0, done.output
    written = {path.suffix: path.read_text() for path in tmp_path.iterdir()}
    assert set(written) == {".json", ".html"}
    assert missing(held, written[".json"]) == []
    assert missing(held, written[".html"]) == []
    assert 'lang="ko"' in written[".html"]
    assert "28 days" in done.stderr
    assert "10" in done.stderr
    session.rollback()
    assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == "privacy.export_by_command")).all()) == 2
    assert app.test_cli_runner().invoke(args=["sar", "export", "nobody@x.example", "--out", str(tmp_path)]).exit_code


def test_r27_bad_copy_requests_keep_their_message(session: Session, sign_in: SignIn) -> None:
    visitor = sign_in(build.civil_servant(session))
    form = visitor.page("privacy.copy")
    assert form.submit("form", form="pdf", language="en").errors()
    assert form.submit("form", form=None, language="xx").status_code == 200
    assert visitor.get("/my-data/held/nothing").status_code == 404
    assert visitor.get("/my-data/held/account?page=99999999999").status_code == 200
    assert visitor.get("/my-data/held/account?page=9999").status_code == 404


def test_r27_pages_need_a_bounded_number_of_statements(
    held: Held, session: Session, sign_in: SignIn, statements: list[str]
) -> None:
    visitor = sign_in(held.person)

    def count() -> dict[str, int]:
        counts = {}
        for kind in my_data.KINDS:
            statements.clear()
            visitor.page("privacy.part", code=kind.code)
            counts[kind.code] = len(statements)
        return counts

    before = count()
    for _ in range(3):
        post = build_decisions.post(session)
        build_decisions.suggest(session, held.case.suggestion.profile, post)
    assert count() == before
    assert max(before.values()) <= 30, before


def test_r27_walk_in_korean(held: Held, app: Flask, session: Session) -> None:
    from talent.db import transaction

    with transaction(session):
        session.get_one(User, held.person.id).language = Language.KO
    visitor = Visitor(app, "ko").sign_in(held.person)
    assert "내 정보" in visitor.page("privacy.index").text
    for kind in my_data.KINDS:
        assert visitor.page("privacy.part", code=kind.code).status_code == 200
    visitor.page("privacy.suggestion", suggestion_id=held.case.suggestion_id)
    for endpoint in ("privacy.copy", "privacy.kept", "privacy.why_nots", "privacy.delete"):
        assert visitor.page(endpoint).status_code == 200


def test_refusals_scores_and_views_never_reach_a_persons_own_hr(session: Session, sign_in: SignIn) -> None:
    """Home HR opens every page a link leads to: no refusal, no score, no word on who looked."""
    held = build_privacy.person_with_everything(session)
    refused = build_privacy.rejected(session, home_hr=held.case.home_hr)
    visitor, waiting = sign_in(held.case.home_hr), ["/home"]
    visited: set[str] = set()
    read: dict[str, str] = {}
    while waiting and len(visited) < 80:
        address = waiting.pop()
        if address in visited or address.startswith(("/framework", "/sign-out", "/static", "#", "http")):
            continue
        visited.add(address)
        page = visitor.get(address)
        if page.tree is None or page.status_code != 200:
            continue
        read[address] = page.text
        waiting += [link.partition("#")[0] for link in page.links().values() if link.startswith("/")]
    assert len(visited) > 10
    for words in ("reviewer-note", "unmask-note", "Not put forward", "Who has viewed", f"{MINE}-experience"):
        assert words not in "".join(read.values()), words
    read.pop("/transparency/model-card", None)  # measured figures of the matcher, which may read like a score
    assert [address for address, text in read.items() if "0.55" in text] == []
    assert str(refused.suggestion_id) not in " ".join(visited)


def test_activity_tells_no_detail_of_others_records(session: Session) -> None:
    held = build_privacy.person_with_everything(session)
    reviewer = session.get_one(User, held.case.reviewer.id)
    text = export.export_json(session, actor=None, user=reviewer).content.decode()
    assert MINE not in text, "what a reviewer wrote about somebody is that person's data"
