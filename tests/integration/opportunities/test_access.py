"""Who reaches which page of which post, for every verb and every role."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from models import Opportunity
from models.types import Country, OpportunityStatus
from tests.support import build
from tests.support.build_opportunities import opportunity, published
from tests.support.page import Visitor

OWN_PAGES = ("task_list", "check_answers", "edit_skills", "edit_costs", "submitted", "copy")
STEPS = ("kind", "texts", "timing", "place", "languages", "offer", "route", "details")
MOVES = ("publish", "return", "pause", "resume", "close", "fill", "leave-unfilled", "cancel")


def addresses(visitor: Visitor, post: Opportunity) -> list[str]:
    """Every address of a post that writes it or shows more than candidates see."""
    pages = [visitor.url(f"opportunities.{name}", opportunity_id=post.id) for name in (*OWN_PAGES, "preview")]
    steps = [visitor.url("opportunities.edit", opportunity_id=post.id, step=step) for step in STEPS]
    moves = [visitor.url("opportunities.move", opportunity_id=post.id, action=action) for action in MOVES]
    line = visitor.url("opportunities.edit_cost", opportunity_id=post.id, line_id=uuid4())
    return [*pages, *steps, *moves, line]


def token(visitor: Visitor) -> dict[str, str]:
    page = visitor.page("opportunities.browse")
    assert page.tree is not None
    return {"csrf_token": next(i.get("value", "") for i in page.tree.iter("input") if i.get("name") == "csrf_token")}


@pytest.mark.parametrize("status", [OpportunityStatus.DRAFT, OpportunityStatus.SUBMITTED])
def test_hr_of_another_organisation_finds_nothing_by_any_verb(
    session: Session, sign_in: Any, status: OpportunityStatus
) -> None:
    post = opportunity(session, status=status)
    visitor = sign_in(build.hr(session))
    hidden = token(visitor)
    assert visitor.page("opportunities.view", opportunity_id=post.id).status_code == 404
    for address in addresses(visitor, post):
        assert visitor.get(address).status_code == 404, address
        if not address.endswith(("/tasks", "/check", "/submitted", "/preview")):
            assert visitor.post(address, hidden).status_code == 404, address
    for name in ("submit", "remove_cost"):
        more = {"line_id": uuid4()} if name == "remove_cost" else {}
        address = visitor.url(f"opportunities.{name}", opportunity_id=post.id, **more)
        assert visitor.post(address, hidden).status_code == 404


def test_a_published_post_of_another_organisation_can_be_read_and_nothing_else(session: Session, sign_in: Any) -> None:
    post = published(session)
    visitor = sign_in(build.hr(session))
    hidden = token(visitor)
    page = visitor.page("opportunities.view", opportunity_id=post.id)
    assert page.status_code == 200
    assert "Manage this post" not in page.text
    for address in addresses(visitor, post):
        if "/preview" not in address:
            expected = (403, 404, 409)
            assert visitor.post(address, hidden).status_code in expected or "/costs" not in address, address
    session.expire_all()
    assert post.status is OpportunityStatus.PUBLISHED


def test_civil_servants_read_published_posts_only(session: Session, sign_in: Any) -> None:
    visitor = sign_in(build.civil_servant(session, country=Country.KR))
    for status in OpportunityStatus:
        post = opportunity(session, status=status)
        seen = visitor.page("opportunities.view", opportunity_id=post.id).status_code
        offered = status in ("published", "closed", "filled", "unfilled")
        assert seen == (200 if offered else 404), status
        for name in OWN_PAGES:
            assert visitor.page(f"opportunities.{name}", opportunity_id=post.id).status_code == 403
    assert visitor.page("opportunities.ours").status_code == 403
    assert visitor.page("opportunities.to_approve").status_code == 403
    assert visitor.page("opportunities.create").status_code == 403


def test_nobody_reads_posts_without_signing_in(session: Session, visitor: Visitor) -> None:
    post = published(session)
    for name in ("browse", "ours", "to_approve", "create"):
        assert "/sign-in" in visitor.page(f"opportunities.{name}").location
    assert "/sign-in" in visitor.page("opportunities.view", opportunity_id=post.id).location


def test_administrators_read_drafts_and_do_not_write_them(session: Session, sign_in: Any) -> None:
    post = opportunity(session)
    for country in Country:
        visitor = sign_in(build.administrator(session, country=country))
        page = visitor.page("opportunities.view", opportunity_id=post.id)
        assert page.status_code == 200
        assert "Cancel the post" not in page.text
        for name in OWN_PAGES:
            assert visitor.page(f"opportunities.{name}", opportunity_id=post.id).status_code == 403


def test_only_administrators_of_the_host_country_act_on_a_post(session: Session, sign_in: Any) -> None:
    post = opportunity(session, status=OpportunityStatus.SUBMITTED)
    abroad = sign_in(build.administrator(session, country=Country.KR))
    assert abroad.page("opportunities.move", opportunity_id=post.id, action="publish").status_code == 403
    assert abroad.page("opportunities.to_approve").text.count("Service designer") == 0
    at_home = sign_in(build.administrator(session))
    page = at_home.page("opportunities.to_approve").click("Service designer").click("Publish")
    assert page.submit().status_code == 302
    session.expire_all()
    assert post.status is OpportunityStatus.PUBLISHED


def test_any_hr_of_the_organisation_owns_the_post(session: Session, sign_in: Any) -> None:
    author = build.hr(session)
    post = opportunity(session, author=author)
    colleague = sign_in(build.hr(session, organisation=author.organisation))
    page = colleague.page("opportunities.edit", opportunity_id=post.id, step="timing").submit(places="3")
    assert page.status_code == 302
    session.expire_all()
    assert post.places == 3
