"""The four decisions about a pairing, and the approval steps behind two of them."""

from __future__ import annotations

from models.types import Side
from tests.journeys.story import Story, days_ahead
from tests.support.mail import Mailbox
from tests.support.screen import Screen

RECORD = "Record the decision"


def review(administrator: Screen, story: Story) -> None:
    """Say what one thinks without name or score, then see the score, and put the person forward with a reason."""
    administrator.follow("Go to the review queue").sees(story.title).press("Review this post")
    administrator.sees(story.title, story.experience)
    administrator.does_not_see(story.name_home, story.name_romanised, story.email)
    administrator.does_not_see(administrator.words("Strong match"), administrator.words("Good match"))
    administrator.main.locator("input[value=fits]").first.check()
    administrator.press("Save my first views and continue").sees(story.title)
    administrator.does_not_see(story.name_home, story.name_romanised, story.email)
    decide(administrator)
    administrator.reads("Recorded: put forward.")


def decide(administrator: Screen) -> None:
    """A yes on the card of the shortlist, with the coded reason and one in words."""
    card = administrator.main.locator("form[action*='/cards/']")
    card.locator("input[value=yes]").check()
    card.locator("select").select_option("reviewer-skills-fit")
    card.locator("textarea").fill("Pipelines and open data on both sides.")
    administrator.press(RECORD, within=card)


def accept(person: Screen, story: Story, mailbox: Mailbox) -> None:
    """The person follows the link of the message and says yes."""
    person.open(mailbox.last(story.email).link("/matching/mine/"))
    person.sees(story.title).reads("Why this fits, and where it does not")
    person.choose(answer="yes", reason="person-develops-skills").press("Send my answer")
    person.reads("Your yes is recorded. The host and your own organisation are told.")


def host_sees_no_name_yet(staff: Screen, story: Story) -> None:
    staff.follow("People put forward").follow_row()
    staff.sees(story.experience).does_not_see(story.name_home, story.name_romanised, story.email)


def host_accepts(staff: Screen, story: Story) -> None:
    """The host sees the name, records its steps and says yes."""
    staff.follow("Home").follow("See people put forward").follow_named(story.name_shown)
    staff.sees(story.name_home, story.email)
    staff.reads("Yes can be chosen once every approval step above is recorded as agreed or not needed.")
    record_steps(staff, Side.HOST)
    staff.choose(answer="yes", reason="host-skills-fit").press(RECORD)
    staff.reads("Your organisation’s yes is recorded.")


def ask_the_manager(staff: Screen, story: Story, mailbox: Mailbox) -> str:
    """Home HR sends the line manager a link; gives the link."""
    staff.follow("Home").follow("See releases").follow_named(story.name_home)
    staff.does_not_see(story.experience)
    staff.follow("Ask the line manager by link").fill(email=story.manager).choose(language=story.language)
    staff.press("Send the link")
    return mailbox.last(story.manager).link("/matching/manager/")


def answer_as_manager(manager: Screen, story: Story, link: str) -> None:
    """The line manager has no account; the link works once."""
    manager.open(link).sees(story.name_home, story.title)
    manager.choose(answer="yes").fill(holder_name="Robin Ledger").press("Send my answer")
    manager.reads("Your answer is recorded")
    manager.open(link).reads("Your answer is recorded")


def home_releases(staff: Screen, story: Story) -> None:
    staff.follow("Home").follow("See releases").follow_named(story.name_home)
    staff.sees("Robin Ledger")
    record_steps(staff, Side.HOME)
    staff.choose(answer="yes", reason="home-approvals-complete").press(RECORD)
    staff.reads("The release is recorded.")


def record_steps(staff: Screen, side: Side) -> None:
    """Record every step that is still open, each with the number and date of its document."""
    open_steps = staff.main.get_by_role("link", name=staff.words("Record the answer"))
    for _ in range(open_steps.count()):
        staff.follow("Record the answer").choose(answer="approval-agreed-by-document")
        staff.fill(holder_name="Head of unit", document_number=f"{side.value.upper()}-2026-17")
        staff.day("document_date", days_ahead(0)).press("Record the step")
    assert open_steps.count() == 0
