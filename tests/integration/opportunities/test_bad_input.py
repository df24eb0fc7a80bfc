"""Every field of every step: what is missing, too long, of the wrong type or unknown gets a message, no failure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import CostLine, Opportunity
from models.types import Country, RoleName
from tests.support import build
from tests.support.build_opportunities import empty_draft, opportunity, today
from tests.support.page import Page, Visitor, controls

LONG = "x" * 1_000_000
SURROGATE = b"%ED%A0%80"

MISSING = {
    "kind": ["Choose the kind of exchange"],
    "texts": ["Choose the language of the original"],
    "timing": [
        "Enter how many places there are",
        "Enter the earliest start date",
        "Enter the latest start date",
        "Enter how long it lasts",
        "Choose full time or part time",
        "Enter the closing date",
    ],
    "place": ["Choose on site, remote, or both", "Choose the region where the work is done"],
    "languages": ["Choose the working language", "Choose yes if an interpreter will be provided"],
    "offer": [
        "Choose to whom the post is offered",
        "Choose what access the work needs",
        "Choose the lowest grade",
        "Choose the highest grade",
    ],
    "route": ["Choose the immigration route"],
}

UNKNOWN = {
    "kind": {"kind": "holiday"},
    "texts": {"original": "fr"},
    "timing": {"length_unit": "years", "working_pattern": "never"},
    "place": {"work_mode": "in_space", "region_code": "KR-11"},
    "languages": {"working_language": "tlh", "speaking_level": "Z9", "reading_level": "Z9", "interpreter": "maybe"},
    "offer": {"audience": "martians", "access_needed": "all", "grade_min": "KR-5", "grade_max": "X"},
    "route": {"uk_route": "tunnel"},
}

TEXTS = {
    "texts": ["title_en", "description_en", "title_ko", "description_ko"],
    "route": ["uk_sponsor", "supernumerary_reason"],
}


def step_page(visitor: Visitor, post: Opportunity, step: str) -> Page:
    return visitor.page("opportunities.edit", opportunity_id=post.id, step=step)


def day(name: str, value: Any) -> dict[str, Any]:
    return {f"{name}__day": value.day, f"{name}__month": value.month, f"{name}__year": value.year}


@pytest.fixture
def writer(session: Session, sign_in: Any) -> tuple[Visitor, Opportunity]:
    author = build.hr(session)
    return sign_in(author), empty_draft(session, author=author)


@pytest.mark.parametrize("step", MISSING)
def test_what_is_missing_is_said_in_both_places(writer: tuple[Visitor, Opportunity], step: str) -> None:
    visitor, post = writer
    page = step_page(visitor, post, step).submit(**({"kind": ""} if step == "kind" else {}))
    assert page.status_code == 200
    assert page.errors() == MISSING[step]
    for message in MISSING[step]:
        assert page.html.count(message) >= 2, message


@pytest.mark.parametrize("step", UNKNOWN)
def test_an_unknown_choice_is_refused(writer: tuple[Visitor, Opportunity], step: str) -> None:
    visitor, post = writer
    for name, value in UNKNOWN[step].items():
        page = step_page(visitor, post, step).submit(**{name: value})
        assert any("from the list" in line for line in page.errors()), (name, page.errors())


@pytest.mark.parametrize(("step", "name"), [(step, name) for step, names in TEXTS.items() for name in names])
def test_texts_that_cannot_be_kept(writer: tuple[Visitor, Opportunity], step: str, name: str) -> None:
    visitor, post = writer
    page = step_page(visitor, post, step)
    assert any("characters or fewer" in line for line in page.submit(**{name: LONG}).errors())
    assert any("cannot be shown" in line for line in page.submit(**{name: "nul \x00 here"}).errors())
    body = f"csrf_token={token(page)}&{name}=a".encode() + SURROGATE
    answer = visitor.client.post(
        step_url(visitor, post, step), data=body, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 200  # shown again: other answers are missing
    kept = step_page(visitor, post, step).submit(**{name: "kept\x00", "original": None})
    assert "kept" in kept.html


def token(page: Page) -> str:
    assert page.tree is not None
    return next(item.get("value", "") for item in page.tree.iter("input") if item.get("name") == "csrf_token")


def step_url(visitor: Visitor, post: Opportunity, step: str) -> str:
    return visitor.url("opportunities.edit", opportunity_id=post.id, step=step)


@pytest.mark.parametrize("bad", ["many", "1.5", "0", "99999999999999999999999", "-3", LONG, "\x00"])
@pytest.mark.parametrize("name", ["places", "length"])
def test_numbers_that_are_none(writer: tuple[Visitor, Opportunity], name: str, bad: str) -> None:
    visitor, post = writer
    page = step_page(visitor, post, "timing").submit(**{name: bad})
    label = {"places": "How many places", "length": "How long"}[name]
    assert any(label in line for line in page.errors()), page.errors()


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (("31", "2", "2027"), "real date"),
        (("1", "", "2027"), "must include"),
        (("x", "y", "z"), "real date"),
        (("1", "1", "99999"), "real date"),
        (("1", "1", "\x00"), "real date"),
        ((LONG, "1", "2027"), "real date"),
    ],
)
@pytest.mark.parametrize("name", ["start_earliest", "start_latest", "closes_on"])
def test_days_that_are_none(
    writer: tuple[Visitor, Opportunity], name: str, parts: tuple[str, str, str], message: str
) -> None:
    visitor, post = writer
    sent = dict(zip((f"{name}__day", f"{name}__month", f"{name}__year"), parts, strict=True))
    page = step_page(visitor, post, "timing").submit(**sent)
    assert any(message in line for line in page.errors()), page.errors()


def test_days_in_the_past_and_out_of_order(writer: tuple[Visitor, Opportunity]) -> None:
    visitor, post = writer
    yesterday, soon, later = today() - timedelta(days=2), today() + timedelta(days=30), today() + timedelta(days=60)
    page = step_page(visitor, post, "timing")
    past = page.submit(
        **day("start_earliest", yesterday), **day("start_latest", yesterday), **day("closes_on", yesterday)
    )
    for words in ("earliest start must be today", "latest start must be today", "closing date must be today"):
        assert any(words in line for line in past.errors())
    turned = page.submit(**day("start_earliest", later), **day("start_latest", soon), **day("closes_on", soon))
    assert any("same as or after the earliest start" in line for line in turned.errors())
    late = page.submit(**day("start_earliest", soon), **day("start_latest", soon), **day("closes_on", later))
    assert any("on or before the latest start" in line for line in late.errors())
    long = page.submit(length="61", length_unit="months")
    assert any("five years or less" in line for line in long.errors())


def test_grades_in_the_wrong_order(writer: tuple[Visitor, Opportunity]) -> None:
    visitor, post = writer
    page = step_page(visitor, post, "offer").submit(grade_min="UK-G7", grade_max="UK-EO")
    assert any("same as or above the lowest" in line for line in page.errors())


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"reserved_for_nationals": "y"}, "reserved for nationals cannot be offered"),
        ({"access_needed": "national_vetting"}, "vetting cannot be offered"),
    ],
)
def test_what_cannot_be_offered_abroad_is_said_in_place(
    writer: tuple[Visitor, Opportunity], session: Session, answers: dict[str, str], message: str
) -> None:
    visitor, post = writer
    sent = {"audience": "both", "access_needed": "none", "grade_min": "UK-EO", "grade_max": "UK-G7", **answers}
    page = step_page(visitor, post, "offer").submit(**sent)
    assert any(message in line for line in page.errors())
    session.expire_all()
    assert post.audience is None
    assert step_page(visitor, post, "offer").submit(**{**sent, "audience": "home"}).status_code == 302


def test_a_sponsored_route_needs_its_sponsor_and_its_reason(writer: tuple[Visitor, Opportunity]) -> None:
    visitor, post = writer
    page = step_page(visitor, post, "route").submit(uk_route="government-authorised-exchange")
    assert page.errors() == [
        "Enter the sponsor: this route needs one",
        "Say why the place is additional to the workforce",
    ]


def test_details_of_a_group_visit(session: Session, sign_in: Any) -> None:
    author = build.hr(session, country=Country.KR)
    post = empty_draft(session, author=author, kind="group_visit")
    page = sign_in(author).page("opportunities.edit", opportunity_id=post.id, step="details")
    assert len(page.submit().errors()) == 3
    bad = page.submit(group_size="1", group_leader="\x00", itinerary=LONG)
    assert len(bad.errors()) == 3
    good = page.submit(group_size="12", group_leader="The head of the team", itinerary="Monday: Sejong")
    assert good.status_code == 302
    session.expire_all()
    assert post.kind_details == {
        "group_size": 12,
        "group_leader": "The head of the team",
        "itinerary": "Monday: Sejong",
    }


def test_cost_lines(writer: tuple[Visitor, Opportunity], session: Session) -> None:
    visitor, post = writer
    page = visitor.page("opportunities.edit_costs", opportunity_id=post.id)
    assert page.submit("Continue").errors() == ["Add at least one cost line"]
    page = page.click("Add a cost line")
    assert page.submit().errors() == ["Choose what the cost is for", "Choose who pays"]
    whole = {"item": "housing", "payer": "host"}
    for change, words in (
        ({"item": "yacht"}, "from the list"),
        ({"payer": "nobody"}, "from the list"),
        ({"cap": "much"}, "must be a number"),
        ({"cap": "-1"}, "must be between"),
        ({"cap": "NaN"}, "must be a number"),
        ({"cap": "1.005"}, "two decimal places"),
        ({"cap": "10"}, "Choose the currency"),
        ({"cap": "10", "currency": "EUR"}, "from the list"),
        ({"year": "soon"}, "budget year"),
        ({"year": "2027/29"}, "budget year"),
        ({"year": "\x00"}, "cannot be shown"),
        ({"cost_code": LONG}, "characters or fewer"),
        ({"rate_date__day": "40", "rate_date__month": "1", "rate_date__year": "2027"}, "real date"),
    ):
        answer = page.submit(**{**whole, **change})
        assert any(words in line for line in answer.errors()), (change, answer.errors())
    good = {**whole, "cap": "1200.50", "currency": "GBP", "year": "2099/00"}
    assert page.submit(**good).status_code == 302
    assert page.submit(**{**good, "cap": "1300"}).status_code == 409  # sent from the page of an older version
    assert session.scalar(select(func.count()).select_from(CostLine)) == 1


def test_skills(writer: tuple[Visitor, Opportunity], session: Session) -> None:
    visitor, post = writer
    page = visitor.page("opportunities.edit_skills", opportunity_id=post.id)
    assert page.submit(button="Save and continue").errors() == ["Choose at least 3 skills with levels"]
    assert page.submit(button="Add its skills", role_level="astronaut").errors()
    assert page.submit(button="Add its skills", role_level="\x00").errors()
    found = page.submit(button="Search", q="\x00" + LONG).follow()
    assert found.status_code == 200
    found = page.visitor.page("opportunities.edit_skills", opportunity_id=post.id)
    found = found.submit(button="Search", q="접근성").follow()
    chosen = found.submit(button="Add").follow()
    skill = next(iter(values(chosen, "skill")))
    for name, bad in ((f"level-{skill}", "9"), (f"level-{skill}", ""), (f"need-{skill}", "perhaps")):
        answer = send(chosen, name, bad)
        assert answer.errors(), (name, bad)
    unknown = send(chosen, "skill", "no-such-skill")
    assert unknown.status_code in (200, 302)
    session.expire_all()
    assert {row.skill_id for row in post.skills} <= {skill}


def values(page: Page, name: str) -> list[str]:
    assert page.tree is not None
    return [item.get("value", "") for item in page.tree.iter("input") if item.get("name") == name]


def send(page: Page, name: str, value: str) -> Page:
    """The skills form with one control changed, the row saved by going to the list of tasks."""
    data = controls(page.form("q"))
    data[name] = [value]
    data["then"] = ["list"]
    return page.visitor.post(page.url, data)


def test_an_unknown_post_organisation_or_line_is_not_found(session: Session, sign_in: Any) -> None:
    author = build.hr(session)
    build.grant(session, author, RoleName.HR, organisation_id=build.organisation(session).id)
    other = build.organisation(session)
    visitor = sign_in(author)
    assert visitor.page("opportunities.view", opportunity_id=uuid4()).status_code == 404
    assert visitor.get("/opportunities/no-id").status_code == 404
    page = visitor.page("opportunities.create")
    refused = page.submit(kind="secondment", organisation=other.id)
    assert refused.errors() == ["Choose “For which organisation is the post?” from the list"]
    assert session.scalar(select(func.count()).select_from(Opportunity)) == 0


def test_a_form_sent_twice_makes_one_post(session: Session, sign_in: Any) -> None:
    page = sign_in(build.hr(session)).page("opportunities.create")
    first, second = page.submit(kind="secondment"), page.submit(kind="secondment")
    assert first.location == second.location
    assert session.scalar(select(func.count()).select_from(Opportunity)) == 1


def test_the_list_ignores_filters_that_are_none(session: Session, sign_in: Any) -> None:
    opportunity(session)
    visitor = sign_in(build.civil_servant(session))
    for query in (
        "country=XX&kind=%00&skill=%ED%A0%80",
        "page=99999999999",
        "page=-1",
        "q=%00%ED%A0%80",
        f"q={'x' * 5000}",
    ):
        assert visitor.get(f"/opportunities/?{query}").status_code == 200
