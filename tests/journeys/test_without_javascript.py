"""The whole outcome with plain HTML: links and forms only, as a browser without JavaScript sends them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import MatchSuggestion, Opportunity, User
from talent.matching.states import Status, derived_status
from tests.journeys.story import TO_KOREA, Cast, Story, days_ahead
from tests.support.mail import Mailbox
from tests.support.page import PASSWORD, Page, Visitor

STORY = TO_KOREA


def day(name: str, when: date) -> dict[str, Any]:
    return {f"{name}__day": when.day, f"{name}__month": when.month, f"{name}__year": when.year}


def sign_in(app: Flask, user: User) -> Visitor:
    return Visitor(app, STORY.language).sign_in(user)


def post_an_opportunity(author: Visitor, story: Story) -> None:
    page = author.page("opportunities.ours").click("Post an opportunity").submit(kind="secondment").follow()
    tasks = page.url
    page = page.click("Title and description").submit(
        original="en",
        title_en=story.title,
        description_en=story.description,
        title_ko=story.title_translated,
        description_ko=story.description_translated,
    )
    page = page.follow().submit(button="Search", q="accessibility").follow()
    page = page.submit(button="Add").follow()
    page = page.submit(button="Add its skills", role_level="data-engineer--data-engineer").follow()
    needs = {name: "essential" for name, values in _controls(page).items() if name.startswith("need-") and not values}
    page = page.submit(button="Save and continue", **needs).follow()
    page = page.submit(
        places=1,
        length=6,
        length_unit="months",
        working_pattern="full_time",
        **day("start_earliest", days_ahead(120)),
        **day("start_latest", days_ahead(180)),
        **day("closes_on", days_ahead(60)),
    ).follow()
    page = page.submit(work_mode="on_site", region_code=story.post_region).follow()
    page = page.submit(working_language="en", speaking_level="B1", interpreter="no").follow()
    low, high = story.grade_range
    page = page.submit(audience="abroad", access_needed="host_check", grade_min=low, grade_max=high).follow()
    page.click("Add a cost line").submit(item="salary", payer="home").follow()
    done = author.get(tasks).click("Check your answers").submit(button="Submit for approval").follow()
    assert done.heading == "Post submitted"


def _controls(page: Page) -> dict[str, list[str]]:
    from tests.support.page import controls

    return controls(page.form("q"))


def publish(colleague: Visitor, story: Story) -> None:
    page = colleague.page("public.home").click("Check and publish").click(story.title).click("Publish")
    assert "The post is published." in page.submit().follow().text


def register(person: Visitor, story: Story, organisation_id: str, mailbox: Mailbox) -> None:
    page = person.get("/").click("Create an account").submit("email", email=story.email)
    page.submit(
        "name_home",
        organisation=organisation_id,
        name_home=story.name_home,
        name_romanised=story.name_romanised,
        name_order=story.name_order,
        language=story.language,
        password=PASSWORD,
        password_again=PASSWORD,
    )
    person.get(mailbox.last(story.email).link("/confirm-address/")).submit("password", password=PASSWORD)


def make_a_profile(person: Visitor, story: Story) -> None:
    notice = person.page("profiles.task_list").follow()
    page = notice.submit("read", read="y").follow().click("About you")
    page = page.submit("grade", grade=story.grade, region=story.region).follow()
    language, test, score = story.test
    page = page.click("Add a language").submit(
        "language", language=language, basis="test", test=test, score=score, **day("taken_on", days_ahead(-100))
    )
    page = page.follow().submit("continue").follow().click("Start from a role")
    page = page.submit("role_level", role_level="data-engineer--data-engineer").follow()
    found = page.click("Search for more skills").submit(button="Search", q=story.search)
    skill = next(item.get("value", "") for item in found.form("skill").iter("input") if item.get("name") == "skill")
    added = found.submit("skill", **{f"{skill}:level": "3"})
    assert added.status_code == 302
    page = person.page("profiles.skills").submit("then").follow()
    page = page.submit("text", written_in=story.language, text=story.experience).follow()
    page = page.submit("kinds", kinds=["secondment"], lengths=["3_to_6_months"]).follow()
    page = page.submit("taking_part", **dict.fromkeys(story.bases, "yes")).follow()
    assert page.submit("Activate your profile").follow().heading == "Your profile is active"


def record_steps(staff: Visitor, address: str) -> Page:
    page = staff.get(address)
    while "Record the answer" in page.html:
        step = page.click("Record the answer").submit(
            "holder_name",
            answer="approval-agreed-by-document",
            holder_name="Head of unit",
            document_number="DOC-2026-17",
            **day("document_date", days_ahead(0)),
        )
        assert step.status_code == 302, step.errors()
        page = step.follow()
    return page


def first_view(queue: Page) -> Page:
    """Start the shortlist of the post and say what one thinks before any score; gives the page of decisions."""
    page = queue.submit("Review this post").follow()
    views = {item.get("name", "") for item in page.form("then").iter("input")}
    chosen = {name: "fits" for name in views if name.endswith("-view")}
    return page.submit("then", button="Save my first views and continue", **chosen).follow()


def answer(page: Page, reason: str, note: str = "") -> Page:
    given = page.submit("answer", answer="yes", reason=reason, note=note)
    assert given.status_code == 302, given.errors()
    return given.follow()


@pytest.mark.slow
@pytest.mark.usefixtures("no_undo")
def test_the_whole_outcome_without_javascript(app: Flask, session: Session, mailbox: Mailbox) -> None:
    cast = Cast.gather(session, STORY)
    author, home_hr, person = sign_in(app, cast.author), sign_in(app, cast.home_hr), Visitor(app, STORY.language)
    post_an_opportunity(author, STORY)
    publish(sign_in(app, cast.colleague), STORY)

    register(person, STORY, cast.organisation_id, mailbox)
    home_hr.page("public.home").click("Confirm who works here").click("Do they work here?").submit(
        "answer", answer="yes"
    )
    make_a_profile(person, STORY)
    mailbox.deliver()

    session.rollback()
    pairing = session.scalars(select(MatchSuggestion)).one()
    queue = sign_in(app, cast.reviewer).page("public.home").click("Go to the review queue")
    answer(first_view(queue).click("Person "), "reviewer-skills-fit", "Has run the same pipelines of open data.")
    answer(person.get(mailbox.last(STORY.email).link("/matching/mine/")), "person-develops-skills")

    host = author.page("public.home").click("See people put forward").click(STORY.name_romanised)
    answer(record_steps(author, host.url), "host-skills-fit")

    home = home_hr.page("public.home").click("See releases").click(STORY.name_home)
    home.click("Ask the line manager by link").submit("email", email=STORY.manager)
    link = mailbox.last(STORY.manager).link("/matching/manager/")
    manager = Visitor(app, STORY.language).get(link)
    told = manager.submit("answer", answer="yes", holder_name="Robin Ledger").follow()
    assert told.heading == "Your answer is recorded"
    answer(record_steps(home_hr, home.url), "home-approvals-complete")

    session.rollback()
    assert derived_status(session.get_one(MatchSuggestion, pairing.id)) is Status.READY
    assert session.scalars(select(Opportunity)).one().places_claimed == 1
