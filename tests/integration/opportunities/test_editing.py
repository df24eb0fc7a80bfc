"""Saving steps again, published posts under correction, two people at once, and translations that fall behind."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from models import Opportunity
from models.types import Country, Language, OpportunityStatus, TextState
from talent import events, texts
from talent.errors import Invalid, StaleRecord, TransitionRefused
from talent.opportunities import answers, drafting
from talent.texts import TextStatus
from tests.support import build
from tests.support.build_opportunities import opportunity, published
from tests.support.page import Visitor

STEPS = ("kind", "texts", "timing", "place", "languages", "offer", "route")


def columns(post: Opportunity) -> dict[str, Any]:
    ignored = ("version", "updated_at", "steps_saved")
    found = {key: getattr(post, key) for key in inspect(Opportunity).columns.keys() if key not in ignored}  # noqa: SIM118
    found["texts"] = [(t.field, t.lang, t.content, t.state, t.source_hash) for t in post.texts]
    found["skills"] = [(s.skill_id, s.level, s.essential) for s in post.skills]
    found["costs"] = [(c.item, c.payer, c.cap, c.currency, c.year) for c in post.cost_lines]
    return found


@pytest.mark.parametrize("country", list(Country))
def test_saving_every_step_unchanged_changes_nothing(session: Session, sign_in: Any, country: Country) -> None:
    author = build.hr(session, country=country)
    post = published(session, author=author)
    before = columns(post)
    visitor = sign_in(author)
    for step in STEPS:
        if step != "route" or country is Country.GB:
            page = visitor.page("opportunities.edit", opportunity_id=post.id, step=step).submit(button="Save")
            assert page.status_code == 302, (step, page.errors())
    visitor.page("opportunities.edit_skills", opportunity_id=post.id).submit(button="Save").follow()
    line = post.cost_lines[1].id
    visitor.page("opportunities.edit_cost", opportunity_id=post.id, line_id=line).submit().follow()
    session.expire_all()
    assert columns(post) == before
    assert post.version > 1


def step(visitor: Visitor, post: Opportunity, name: str) -> Any:
    return visitor.page("opportunities.edit", opportunity_id=post.id, step=name)


@pytest.mark.parametrize("status", [OpportunityStatus.DRAFT, OpportunityStatus.PUBLISHED])
def test_the_second_of_two_saves_gets_both_versions(session: Session, sign_in: Any, status: OpportunityStatus) -> None:
    author = build.hr(session)
    post = opportunity(session, author=author, status=status)
    colleague = build.hr(session, organisation=author.organisation)
    mine, theirs = step(sign_in(author), post, "timing"), step(sign_in(colleague), post, "timing")
    assert theirs.submit(places="5").status_code == 302
    page = mine.submit(places="7")
    assert page.status_code == 409
    assert "How many places are there? Different 7 5" in page.text
    session.expire_all()
    assert post.places == 5
    again = page.submit(button="Save mine anyway")
    assert again.status_code == 302
    session.expire_all()
    assert post.places == 7


def test_two_saves_of_the_skills_meet(session: Session, sign_in: Any) -> None:
    author = build.hr(session)
    post = opportunity(session, author=author)
    visitor = sign_in(author)
    address = {"opportunity_id": post.id}
    first, second = (visitor.page("opportunities.edit_skills", **address) for _window in range(2))
    assert first.submit(button="Save and continue", level__accessibility="4").status_code == 302
    page = second.submit(button="Save and continue", level__accessibility="1")
    assert page.status_code == 409
    assert "Expert, Essential" in page.text
    assert "Awareness, Essential" in page.text


@pytest.mark.database
def test_a_save_of_an_old_version_is_refused_by_the_service(session: Session) -> None:
    author = build.hr(session)
    post = opportunity(session, author=author)
    seen = post.version
    place = answers.Place(post.work_mode, post.region_code)
    drafting.save_place(session, actor=author, opportunity_id=post.id, given=place, version=seen)
    with pytest.raises(StaleRecord):
        drafting.save_place(session, actor=author, opportunity_id=post.id, given=place, version=seen)


def test_a_published_post_is_corrected_and_stays_whole(
    session: Session, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    monkeypatch.setitem(events._handlers, events.OpportunityChanged, [lambda _session, event: seen.append(event)])
    author = build.hr(session)
    post = published(session, author=author)
    visitor = sign_in(author)
    page = step(visitor, post, "timing").submit(places="4").follow()
    assert "can be seen at once" in page.text
    assert [event.opportunity_id for event in seen] == [post.id]
    needs = [answers.SkillNeed("accessibility", 2)]
    with pytest.raises(Invalid):  # an approved post keeps three skills
        drafting.save_skills(session, actor=author, opportunity_id=post.id, needs=needs)
    page = step(visitor, post, "kind").submit(kind="group_visit")
    assert "Describe the itinerary" in page.errors()
    session.expire_all()
    assert (post.status, post.kind, len(post.skills)) == (OpportunityStatus.PUBLISHED, "secondment", 3)


def test_a_submitted_or_closed_post_stands_still(session: Session, sign_in: Any) -> None:
    author = build.hr(session)
    visitor = sign_in(author)
    for status in (OpportunityStatus.SUBMITTED, OpportunityStatus.CLOSED, OpportunityStatus.CANCELLED):
        post = opportunity(session, author=author, status=status)
        assert step(visitor, post, "timing").status_code == 409
        with pytest.raises(TransitionRefused):
            drafting.save_kind(session, actor=author, opportunity_id=post.id, kind="secondment")


def test_fewer_places_than_are_agreed_are_refused(session: Session, sign_in: Any) -> None:
    author = build.hr(session)
    post = published(session, author=author, places=3, places_claimed=2)
    assert step(sign_in(author), post, "timing").submit(places="1").errors() == ["2 places have been agreed already"]


def test_a_translation_falls_behind_its_original(session: Session, sign_in: Any) -> None:
    author = build.hr(session)
    post = published(session, author=author)
    visitor = sign_in(author)
    step(visitor, post, "texts").submit(title_en="Senior service designer").follow()
    session.expire_all()
    assert texts.status(post.texts, "title", Language.KO) is TextStatus.STALE
    assert texts.status(post.texts, "description", Language.KO) is TextStatus.CHECKED
    reader = sign_in(build.civil_servant(session, country=Country.KR, language=Language.KO))
    assert "번역 후 원문이 변경됨" in reader.page("opportunities.view", opportunity_id=post.id).text
    page = visitor.page("opportunities.view", opportunity_id=post.id)
    assert "The original has changed since it was translated" in page.text
    step(visitor, post, "texts").submit(still_matches="y").follow()
    session.expire_all()
    assert texts.status(post.texts, "title", Language.KO) is TextStatus.CHECKED


def test_the_original_can_change_its_language(session: Session, sign_in: Any) -> None:
    author = build.hr(session)
    post = opportunity(session, author=author)
    step(sign_in(author), post, "texts").submit(original="ko").follow()
    session.expire_all()
    states = {(row.field, row.lang): row.state for row in post.texts}
    assert states["title", Language.KO] is TextState.ORIGINAL
    assert states["title", Language.EN] is TextState.DRAFT
    assert texts.status(post.texts, "title", Language.EN) is TextStatus.DRAFT
    step(sign_in(author), post, "texts").submit(original="ko", title_en="", description_en="").follow()
    session.expire_all()
    assert texts.status(post.texts, "title", Language.EN) is TextStatus.AWAITED


def test_a_preview_is_what_a_candidate_sees(session: Session, sign_in: Any) -> None:
    author = build.hr(session)
    post = published(session, author=author)
    preview = sign_in(author).page("opportunities.preview", opportunity_id=post.id)
    seen = sign_in(build.civil_servant(session)).page("opportunities.view", opportunity_id=post.id)
    post_itself = seen.text.partition("Ask to be considered")[0].strip()
    assert len(post_itself) > 200
    assert post_itself in preview.text
