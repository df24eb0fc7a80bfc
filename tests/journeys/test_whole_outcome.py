"""The whole outcome in a real browser: a post, a profile, a pairing, a review and four decisions; once in each
direction and language. Every page on the way is checked as tests/support/screen.py says."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import MatchSuggestion, Opportunity, User
from models.types import Language
from talent.matching.states import Status, derived_status
from tests.journeys import deciding, posting, profiling
from tests.journeys.conftest import Stage
from tests.journeys.story import TO_BRITAIN, TO_KOREA, Cast, Story
from tests.support.screen import Screen


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.usefixtures("no_undo")
@pytest.mark.parametrize("story", [TO_KOREA, TO_BRITAIN], ids=["in English, to Korea", "in Korean, to Britain"])
def test_the_whole_outcome(session: Session, stage: Stage, story: Story) -> None:
    cast = Cast.gather(session, story)

    def sign_in(user: User) -> Screen:
        return stage.sign_in(user.email, story.language)

    author = sign_in(cast.author)
    posting.post_an_opportunity(author, story)
    if not story.title_translated:
        posting.allow_the_translation_to_be_awaited(sign_in(cast.host_administrator), story)
    posting.publish(sign_in(cast.colleague), story)

    person = stage.screen(story.language)
    profiling.register(person, story, cast.organisation_id, stage.mailbox)
    home_hr = sign_in(cast.home_hr)
    profiling.confirm_works_here(home_hr, story)
    profiling.make_a_profile(person, story)
    person.follow("See posts that suit you now").sees(story.title)

    stage.work()  # the change of the profile has asked for a run of the matcher
    deciding.review(sign_in(cast.reviewer), story)
    stage.work()
    deciding.host_sees_no_name_yet(author, story)
    deciding.accept(person, story, stage.mailbox)
    deciding.host_accepts(author, story)
    link = deciding.ask_the_manager(home_hr, story, stage.mailbox)
    deciding.answer_as_manager(stage.screen(story.language), story, link)
    deciding.home_releases(home_hr, story)

    for screen in (person, author, home_hr):
        screen.page.reload()
        screen.look().reads("Ready")
    session.rollback()
    suggestion = session.scalars(select(MatchSuggestion)).one()
    assert derived_status(suggestion) is Status.READY
    assert session.scalars(select(Opportunity)).one().places_claimed == 1
    stage.work()
    assert len({letter.to for letter in stage.mailbox.letters()}) >= 5
    if story.language == Language.KO:
        subjects = {letter.subject for letter in stage.mailbox.letters(story.email)}
        assert "매칭이 확정되었습니다" in subjects, subjects
