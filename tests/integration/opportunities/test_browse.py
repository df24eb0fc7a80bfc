"""The list of published posts and the tables of HR: filters, order, pages, and a fixed number of statements."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models.types import Country, Language, OpportunityStatus, WorkMode
from tests.support import build
from tests.support.build_opportunities import opportunity, published, today


def titled(title: str, **more: str) -> dict[str, str]:
    return {"title_en": title, "description_en": "Work.", **more}


@pytest.mark.database
def test_filters_narrow_the_list(session: Session, sign_in: Any) -> None:
    published(session, texts=titled("Alpha"), work_mode=WorkMode.REMOTE)
    published(session, texts=titled("Beta", title_ko="베타", description_ko="일"), country=Country.KR)
    published(session, texts=titled("Gamma"), kind="job_shadowing", role_level_id="data-engineer--data-engineer")
    published(session, texts=titled("Delta 100%"), skills=(("agile-and-lean-practices", 3, True),))
    opportunity(session, texts=titled("Hidden"))
    visitor = sign_in(build.civil_servant(session))
    cases: tuple[tuple[dict[str, str], set[str]], ...] = (
        ({}, {"Alpha", "Beta", "Gamma", "Delta 100%"}),
        ({"country": "KR"}, {"Beta"}),
        ({"kind": "job_shadowing"}, {"Gamma"}),
        ({"work_mode": "remote"}, {"Alpha"}),
        ({"family": "data"}, {"Gamma"}),
        ({"skill": "agile-and-lean-practices"}, {"Delta 100%"}),
        ({"language": "ko"}, {"Beta"}),
        ({"q": "베타"}, {"Beta"}),
        ({"q": "100%"}, {"Delta 100%"}),
        ({"q": "AGILE"}, {"Delta 100%"}),
        ({"q": "nothing like it"}, set()),
    )
    for query, expected in cases:
        page = visitor.page("opportunities.browse", **query)
        shown = {name for name in ("Alpha", "Beta", "Gamma", "Delta 100%", "Hidden") if name in page.links()}
        assert shown == expected, query
    assert "Remove one of the filters" in page.text


def test_order_and_pages(session: Session, sign_in: Any) -> None:
    author = build.hr(session)
    for number in range(23):
        published(
            session, author=author, texts=titled(f"Post {number:02}"), closes_on=today() + timedelta(days=40 - number)
        )
    visitor = sign_in(build.civil_servant(session))
    first = visitor.page("opportunities.browse")
    names = [name for name in first.links() if name.startswith("Post ")]
    assert names[0] == "Post 22"
    assert len(names) == 20
    second = first.click("Next")
    assert [name for name in second.links() if name.startswith("Post ")] == ["Post 02", "Post 01", "Post 00"]
    assert visitor.page("opportunities.browse", page=99).text == second.text
    newest = visitor.page("opportunities.browse", sort="newest")
    assert next(name for name in newest.links() if name.startswith("Post ")) == "Post 22"


def test_the_table_of_our_posts(session: Session, sign_in: Any) -> None:
    author = build.hr(session)
    opportunity(session, author=author, texts=titled("A draft"))
    published(session, author=author, texts=titled("A live one"))
    published(session, texts=titled("Of others"))
    visitor = sign_in(author)
    page = visitor.page("opportunities.ours")
    assert "Of others" not in page.text
    assert "Published" in page.text
    page = page.submit(containing="status", status="draft")
    assert "A draft" in page.text
    assert "A live one" not in page.links()
    for sort in ("closing", "status", "nonsense"):
        assert visitor.page("opportunities.ours", sort=sort).status_code == 200
    admin = sign_in(build.administrator(session)).page("opportunities.ours")
    assert {"A draft", "A live one", "Of others"} <= set(admin.links())
    assert "There are no posts yet" in sign_in(build.hr(session)).page("opportunities.ours").text


def test_one_does_not_find_ones_own_post_among_those_to_approve(session: Session, sign_in: Any) -> None:
    author = build.hr(session)
    opportunity(session, author=author, texts=titled("Mine"), status=OpportunityStatus.SUBMITTED)
    assert "No posts are waiting for you" in sign_in(author).page("opportunities.to_approve").text
    colleague = build.hr(session, organisation=author.organisation)
    assert "Mine" in sign_in(colleague).page("opportunities.to_approve").links()


def test_pages_run_a_fixed_number_of_statements(session: Session, sign_in: Any, statements: list[str]) -> None:
    author = build.hr(session)
    admin = build.administrator(session)
    post = published(session, author=author)
    opportunity(session, author=author, status=OpportunityStatus.SUBMITTED)
    draft = opportunity(session, author=author)
    writer, approver = sign_in(author), sign_in(admin)
    pages: dict[str, tuple[Any, dict[str, Any], int]] = {
        "browse": (writer, {}, 22),
        "ours": (writer, {}, 20),
        "view": (writer, {"opportunity_id": post.id}, 28),
        "check_answers": (writer, {"opportunity_id": draft.id}, 32),
        "task_list": (writer, {"opportunity_id": draft.id}, 32),
        "edit_skills": (writer, {"opportunity_id": draft.id, "q": "data"}, 30),
        "to_approve": (approver, {}, 20),
    }

    def count(name: str) -> int:
        visitor, query, _most = pages[name]
        visitor.page(f"opportunities.{name}", **query)
        statements.clear()
        assert visitor.page(f"opportunities.{name}", **query).status_code == 200
        return len(statements)

    before = {name: count(name) for name in pages}
    for name, (_visitor, _query, most) in pages.items():
        assert before[name] <= most, (name, before[name])
    for _more in range(4):
        published(session, author=author)
        opportunity(session, author=author, status=OpportunityStatus.SUBMITTED)
    assert {name: count(name) for name in pages} == before


def test_the_list_in_korean(session: Session, sign_in: Any) -> None:
    post = published(session)
    visitor = sign_in(build.civil_servant(session, country=Country.KR, language=Language.KO))
    page = visitor.page("opportunities.browse")
    assert page.heading == "파견 기회"
    page = page.click("학교 급식 서비스 디자이너")
    for word in ("교류 유형", "필수", "정부승인교류", "마감일", "12개월", "부담 주체"):
        assert word in page.text
    hr = sign_in(build.hr(session, organisation=post.organisation, language=Language.KO))
    for name in ("ours", "to_approve"):
        assert hr.page(f"opportunities.{name}").status_code == 200
    for name in ("view", "preview", "task_list", "check_answers", "edit_skills", "edit_costs", "copy"):
        assert hr.page(f"opportunities.{name}", opportunity_id=post.id).status_code == 200
    for step in ("kind", "texts", "timing", "place", "languages", "offer", "route"):
        assert hr.page("opportunities.edit", opportunity_id=post.id, step=step).status_code == 200
    for action in ("pause", "close", "cancel"):
        assert hr.page("opportunities.move", opportunity_id=post.id, action=action).status_code == 200
