"""A post from the first page to publication, as HR staff and approvers do it, in both languages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, Opportunity
from models.types import Country, Language, OpportunityStatus, TextState
from talent import texts
from tests.support import build
from tests.support.build_opportunities import today
from tests.support.mail import Mailbox
from tests.support.page import Page, Visitor


def day(name: str, days: int) -> dict[str, Any]:
    when = today() + timedelta(days=days)
    return {f"{name}__day": when.day, f"{name}__month": when.month, f"{name}__year": when.year}


def fill_in(page: Page, words: dict[str, str], visitor: Visitor) -> Page:
    """From the task list through every step of a secondment in the UK; returns the check-answers page."""
    task = page.url
    page = page.click(words["texts"]).submit(
        original="en", title_en="Data engineer for court records", description_en="You build pipelines.\n\nIn a team."
    )
    page = page.follow()  # skills
    page = page.submit(button=words["add skills"], role_level="data-engineer--data-engineer").follow()
    assert page.html.count('name="skill"') > 3
    page = page.submit(button=words["save"]).follow()  # timing: a secondment has no special details
    page = page.submit(
        **day("start_earliest", 100),
        **day("start_latest", 160),
        **day("closes_on", 40),
        places=2,
        length=13,
        length_unit="months",
        working_pattern="full_time",
    ).follow()
    page = page.submit(work_mode="on_site", region_code="UK-TLI").follow()
    page = page.submit(working_language="en", speaking_level="B2", interpreter="no").follow()
    page = page.submit(audience="abroad", access_needed="host_check", grade_min="UK-SEO", grade_max="UK-G7").follow()
    page = page.submit(
        uk_route="government-authorised-exchange", uk_sponsor="Office of Exchange", supernumerary_reason="Additional."
    ).follow()
    page = page.click(words["add cost"]).submit(item="salary", payer="home").follow()
    page = (
        page.click(words["another cost"])
        .submit(item="travel", payer="host", cap="2,400", currency="GBP", year="2027/28")
        .follow()
    )
    assert "2027/28" in page.text
    page.submit(words["continue"]).follow()
    return visitor.get(task).click(words["check"])


ENGLISH = {
    "texts": "Title and description",
    "add skills": "Add its skills",
    "save": "Save and continue",
    "add cost": "Add a cost line",
    "another cost": "Add another cost line",
    "continue": "Continue",
    "check": "Check your answers",
}


def start(visitor: Visitor) -> Page:
    page = visitor.page("opportunities.create")
    return page.submit(kind="secondment").follow()


@pytest.mark.database
def test_a_post_from_draft_to_published(app: Flask, session: Session, sign_in: Any, mailbox: Mailbox) -> None:
    author = build.hr(session)
    colleague = build.hr(session, organisation=author.organisation)
    administrator = build.administrator(session)
    stranger = build.hr(session)
    writer = sign_in(author)
    page = fill_in(start(writer), ENGLISH, writer)
    assert page.heading.endswith("Check your answers")
    for words in ("Data engineer for court records", "13 months", "Office of Exchange", "£2,400", "Grade 7"):
        assert words in page.text
    assert "only some Government Authorised Exchange schemes" in page.text  # what 13 months mean
    assert "About" in page.text
    assert "goes to the translators" in page.text
    page = page.submit(button="Submit for approval").follow()
    assert page.heading == "Post submitted"

    session.expire_all()
    post = session.scalars(select(Opportunity)).one()
    assert post.status == "submitted"
    told = {letter.to for letter in mailbox.letters()}
    assert {colleague.email, administrator.email} <= told
    assert author.email not in told
    assert stranger.email not in told

    # The colleague cannot publish while the Korean text is awaited, and cannot allow that.
    reader = sign_in(colleague)
    page = reader.page("opportunities.to_approve").click("Data engineer")
    assert "The Korean text is awaited" in page.text
    assert "Allow publication" not in page.text
    assert "This cannot be done yet" in page.click("Publish").text

    # An administrator allows it; then the colleague publishes.
    page = sign_in(administrator).page("opportunities.view", opportunity_id=post.id)
    page = page.submit(button="Allow publication").follow()
    assert "may now be published" in page.text
    page = reader.page("opportunities.view", opportunity_id=post.id).click("Publish").submit().follow()
    assert "The post is published." in page.text
    session.expire_all()
    assert post.status == "published"
    assert post.approved_by_id == colleague.id
    assert post.translation_awaited_by_id == administrator.id
    assert mailbox.last(author.email).subject == "Your post is published"
    assert [event.action for event in post.events] == ["submit", "publish"]
    actions = set(session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == str(post.id))))
    assert {"opportunity.create", "opportunity.edit", "opportunity.submit", "opportunity.publish"} <= actions

    # A civil servant of Korea reads it, with the note that the Korean is awaited.
    page = sign_in(build.civil_servant(session, country=Country.KR, language=Language.KO)).page("opportunities.browse")
    page = page.click("Data engineer for court records")
    assert "번역 대기" in page.text
    assert 'lang="en">Data engineer for court records' in page.html
    assert "Manage" not in page.html
    assert "이 공고 관리" not in page.text


def test_the_journey_in_korean(app: Flask, session: Session, sign_in: Any) -> None:
    author = build.hr(session, country=Country.KR, language=Language.KO)
    visitor = sign_in(author)
    page = visitor.page("opportunities.create")
    assert page.heading == "파견 기회 등록"
    page = page.submit(kind="job_shadowing").follow()
    page = page.click("제목과 설명")
    page = page.submit(
        original="ko", title_ko="민원 데이터 분석 참관", description_ko="민원 데이터를 함께 살펴봅니다."
    ).follow()
    page = page.submit(button="검색", q="데이터").follow()
    assert "추가" in page.text
    page = page.submit(button="추가").follow()
    page = page.submit(button="역량 넣기", role_level="data-analyst--data-analyst").follow()
    page = page.submit(button="저장하고 계속").follow()
    page = page.submit(
        **day("start_earliest", 60),
        **day("start_latest", 60),
        **day("closes_on", 30),
        places=1,
        length=10,
        length_unit="days",
    ).follow()
    page = page.submit(region_code="KR-11").follow()
    page = page.submit(working_language="ko", interpreter="yes").follow()
    assert "영국 공무원" in page.text
    assert "A-2 체류자격" in page.text
    page = page.submit(audience="abroad", access_needed="escorted").follow()
    page = page.click("비용 항목 추가").submit(item="travel", payer="home").follow()
    post = session.scalars(select(Opportunity)).one()
    page = visitor.page("opportunities.check_answers", opportunity_id=post.id)
    assert page.heading.endswith("입력 내용 확인")
    assert "10일" in page.text
    page = page.submit(button="승인 요청").follow()
    assert page.heading == "공고를 제출했습니다"
    session.expire_all()
    assert post.status is OpportunityStatus.SUBMITTED
    assert texts.original_language(post.texts) is Language.KO
    waiting = {row.state for row in post.texts if row.lang is Language.EN}
    assert waiting == {TextState.AWAITED}


def test_each_step_can_be_saved_alone_and_in_any_order(session: Session, sign_in: Any) -> None:
    visitor = sign_in(build.hr(session))
    page = start(visitor)
    assert "Not yet started" in page.text
    page = page.click("Place of work").submit(button="list of tasks", work_mode="remote").follow()
    assert "In any order" not in page.heading
    session.expire_all()
    post = session.scalars(select(Opportunity)).one()
    assert post.work_mode == "remote"
    assert post.steps_saved == ["kind", "place"]
    page = visitor.page("opportunities.check_answers", opportunity_id=post.id)
    missing = page.text
    for words in ("Give the post a title", "Choose at least 3 skills", "Add at least one cost line"):
        assert words in missing
    assert page.click("Give a closing date").heading.endswith("Places, dates and length")
    assert not [words for words in page.links() if "Choose the region" in words]  # remote work needs none


def test_submitting_an_unfinished_post_leads_back_to_what_is_missing(session: Session, sign_in: Any) -> None:
    visitor = sign_in(build.hr(session))
    start(visitor)
    post = session.scalars(select(Opportunity)).one()
    page = visitor.page("opportunities.check_answers", opportunity_id=post.id)
    answer = visitor.post(visitor.url("opportunities.submit", opportunity_id=post.id), csrf(visitor, page))
    assert "Before you can submit" in answer.follow().text
    session.expire_all()
    assert post.status is OpportunityStatus.DRAFT


def csrf(visitor: Visitor, page: Page) -> dict[str, Any]:
    """The hidden token of a page, for a request its own forms do not make."""
    assert page.tree is not None
    tokens = [item.get("value") for item in page.tree.iter("input") if item.get("name") == "csrf_token"]
    return {"csrf_token": tokens[0]}
