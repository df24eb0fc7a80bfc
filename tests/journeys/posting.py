"""HR staff post an opportunity; somebody else publishes it."""

from __future__ import annotations

from models.types import Country
from tests.journeys.story import Story, days_ahead
from tests.support.screen import Screen

SAVE = "Save and continue"


def post_an_opportunity(author: Screen, story: Story) -> None:
    """From the home page through every step and the check of all answers to the submission."""
    author.follow("Our posts").follow("Post an opportunity")
    leave_the_kind_out(author)
    author.choose(kind="secondment").press("Continue")
    author.follow("Title and description")
    write_texts(author, story)
    choose_skills(author)
    say_when(author)
    author.choose(work_mode="on_site", region_code=story.post_region).press(SAVE)
    author.choose(working_language=story.working_language, speaking_level="B1", interpreter="no").press(SAVE)
    author.choose(audience="abroad", access_needed="host_check")
    author.choose(grade_min=story.grade_range[0], grade_max=story.grade_range[1]).press(SAVE)
    if story.sending is Country.KR:
        give_the_route(author)
    add_costs(author)
    author.follow("Check your answers").sees(story.title, story.description.splitlines()[0], "2027/28")
    author.press("Submit for approval").reads("Post submitted")


def leave_the_kind_out(author: Screen) -> None:
    """A page sent empty comes back with its error first in line."""
    author.press("Continue")
    summary = author.page.locator(".govuk-error-summary")
    assert summary.evaluate("node => node === document.activeElement"), "the error summary takes the focus"
    assert author.page.title().startswith(author.words("Error:"))
    summary.get_by_role("link").first.click()
    assert author.page.evaluate("document.activeElement.name") == "kind", "the message leads to its question"


def write_texts(author: Screen, story: Story) -> None:
    other = "ko" if story.language == "en" else "en"
    author.choose(original=story.language)
    author.fill(**{f"title_{story.language}": story.title, f"description_{story.language}": story.description})
    author.fill(**{f"title_{other}": story.title_translated, f"description_{other}": story.description_translated})
    author.press(SAVE)


def choose_skills(author: Screen) -> None:
    """The skills of a role, and one found by typing."""
    author.choose(role_level="data-engineer--data-engineer").press("Add its skills")
    assert author.main.locator('[name="skill"]').count() > 3
    author.press(SAVE)


def say_when(author: Screen) -> None:
    author.fill(places=1, length=6).choose(length_unit="months", working_pattern="full_time")
    author.day("start_earliest", days_ahead(120)).day("start_latest", days_ahead(180))
    author.day("closes_on", days_ahead(60)).press(SAVE)


def give_the_route(author: Screen) -> None:
    author.choose(uk_route="government-authorised-exchange")
    author.fill(uk_sponsor="Office of Exchange", supernumerary_reason="정원 외로 근무하며 결원을 대신하지 않습니다.")
    author.press(SAVE)


def add_costs(author: Screen) -> None:
    author.follow("Add a cost line").choose(item="salary", payer="home").press("Save the line")
    author.follow("Add another cost line").choose(item="travel", payer="host", currency="GBP")
    author.fill(cap="2400", year="2027/28").press("Save the line")
    author.press("Continue")


def allow_the_translation_to_be_awaited(administrator: Screen, story: Story) -> None:
    administrator.follow("Check and publish").follow_named(story.title)
    administrator.press("Allow publication with the translation awaited")


def publish(colleague: Screen, story: Story) -> None:
    """Another person reads the post and publishes it."""
    colleague.follow("Check and publish").follow_named(story.title)
    colleague.follow("Publish").press("Publish").reads("The post is published.")
