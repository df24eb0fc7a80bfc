"""A civil servant registers and makes a skills profile; HR confirms that the person works there."""

from __future__ import annotations

from tests.journeys.story import Story, days_ahead
from tests.support.mail import Mailbox
from tests.support.page import PASSWORD
from tests.support.screen import Screen

SAVE = "Save and continue"


def register(person: Screen, story: Story, organisation_id: str, mailbox: Mailbox) -> None:
    """From the start page to the first sign-in, with the link from the mail."""
    person.open("/").follow("Create an account")
    skip_to_the_main_part(person)
    person.fill(email=story.email).press("Continue")
    person.choose(organisation=organisation_id, name_order=story.name_order, language=story.language)
    person.fill(
        name_home=story.name_home,
        name_romanised=story.name_romanised,
        form_of_address=story.form_of_address,
        password=PASSWORD,
        password_again=PASSWORD,
    )
    person.press("Create the account").reads("Check your email")
    person.open(mailbox.last(story.email).link("/confirm-address/"))
    person.fill(password=PASSWORD).press("Confirm and sign in")


def skip_to_the_main_part(person: Screen) -> None:
    """The first thing the Tab key reaches leads past the head of the page."""
    person.page.keyboard.press("Tab")
    link = person.page.locator(":focus")
    assert link.inner_text() == person.words("Skip to main content")
    person.page.keyboard.press("Enter")
    assert person.page.evaluate("document.activeElement.id") == "main-content"


def confirm_works_here(staff: Screen, story: Story) -> None:
    staff.follow("Home").follow("Confirm who works here").sees(story.name_home, story.email)
    staff.follow("Do they work here?").choose(answer="yes").press("Save the answer")


def make_a_profile(person: Screen, story: Story) -> None:
    """Every step, the check of all answers, and activation."""
    person.follow("My profile").tick("read", "y").press("Continue").follow("About you")
    person.choose(grade=story.grade, region=story.region)
    if story.job_series:
        person.fill(job_series=story.job_series)
    person.press(SAVE)
    add_languages(person, story)
    add_skills(person, story)
    person.choose(written_in=story.language).fill(text=story.experience).press(SAVE)
    say_what_is_wished(person, story)
    person.choose(**dict.fromkeys(story.bases, "yes")).press(SAVE)
    person.reads("Check your answers").sees(story.experience)
    person.press("Activate your profile").reads("Your profile is active")


def add_languages(person: Screen, story: Story) -> None:
    language, test, score = story.test
    person.follow("Add a language").choose(language=language, basis="test", test=test).fill(score=score)
    person.day("taken_on", days_ahead(-100)).press("Save language").sees("CEFR")
    own = "ko" if language == "en" else "en"
    person.follow("Add a language").choose(language=own, basis="self", speaking="C2", reading="C2")
    person.press("Save language").press(SAVE)


def add_skills(person: Screen, story: Story) -> None:
    """Start from a role, add one more by searching, say where the evidence is."""
    person.follow("Start from a role").choose(role_level="data-engineer--data-engineer").press("Add these skills")
    person.follow("Search for more skills")
    person.fill(q=story.search)
    offered = person.page.get_by_role("option")
    offered.first.wait_for()
    assert offered.count() > 0, "skills are offered as the person types"
    person.page.keyboard.press("Escape")
    person.press("Search")
    found = person.main.locator("form.app-card").first
    found.locator("select").select_option("3")
    person.press("Add", within=found)
    person.follow("Back to your skills")
    person.main.locator(".app-skill__evidence input").first.fill(story.experience[:60])
    person.press(SAVE)


def say_what_is_wished(person: Screen, story: Story) -> None:
    person.tick("kinds", "secondment", "study_visit").tick("lengths", "3_to_6_months", "6_to_12_months")
    person.tick("working_patterns", "full_time").tick("work_modes", "on_site").tick("role_families", "data")
    person.tick("wished_regions", story.post_region).press(SAVE)
