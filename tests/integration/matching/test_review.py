"""The reviewer's pages: queue, one pairing, taking back, objecting."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from ml.schema import Explanation, Growth, GrowthSkill, NotApplicable, ScorePart, Span
from models import DecisionEvent, OutboxItem, utc_now
from models.types import Answer, Country, Decider, Language
from talent.db import transaction
from talent.matching.snapshots import profile_from_snapshot
from talent.matching.states import Status, derived_status
from tests.support import build
from tests.support.build_decisions import NAME, WHY, Case, case, post
from tests.support.mail import Mailbox
from tests.support.page import Visitor


def review(sign_in: Any, one: Case, actor: Any = None) -> Any:
    """The page of the pairing, for somebody who gives a first view where they are asked for one."""
    page = sign_in(actor or one.reviewer).page("matching.review", suggestion_id=one.suggestion_id)
    if page.status_code == 200 and 'id="first-view"' in page.html:
        page = page.submit("view", view="unsure").follow()
    return page


def names_of(form: Any, ending: str) -> list[str]:
    """Names of a form's radios, with __ for - as Page.submit wants them."""
    found = {item.get("name", "") for item in form.iter("input") if item.get("name", "").endswith(ending)}
    return [name.replace("-", "__") for name in sorted(found)]


def later(seconds: int) -> Any:
    return time_machine.travel(utc_now() + timedelta(seconds=seconds))


def test_a_reviewer_puts_somebody_forward(session: Session, sign_in: Any) -> None:
    one = case(session)
    queue = sign_in(one.reviewer).page("matching.queue")
    assert "Shape a shared service pattern" in queue.text
    assert "1 suggestion · 1 post" in queue.text
    first = queue.submit("Review this post").follow()
    assert NAME not in first.html
    assert one.person.email not in first.html
    views = {name: "fits" for name in names_of(first.form("then"), "-view")}
    page = first.submit("then", button="Save my first views and continue", **views).follow()
    assert NAME not in page.html
    page = page.click(f"Person {one.suggestion.pseudonym}")
    assert not [item for item in page.form("answer").iter("input") if item.get("checked") is not None]
    done = page.submit("answer", answer="yes", reason="reviewer-skills-fit", note=WHY)
    assert done.status_code == 302
    assert derived_status(one.suggestion) is Status.APPROVED
    assert one.suggestion.decision(Decider.REVIEWER).note == WHY
    shown = done.follow()
    assert "You can take your answer back" in shown.text
    assert WHY in shown.text
    assert "Put forward by the reviewer" in shown.text


def test_the_queue_in_korean(app: Any, session: Session, sign_in: Any) -> None:
    reviewer = build.administrator(session, country=Country.KR, language=Language.KO)
    case(session, sending=Country.KR, reviewer=reviewer)
    page = sign_in(reviewer).page("matching.queue")
    assert "검토 대기" in page.text
    page = page.submit("이 공고 검토하기").follow()
    for words in ("첫 의견", "알맞음", "판단 보류", "알맞지 않음"):
        assert words in page.text
    page = page.visitor.page("matching.queue")
    shown = review(sign_in, case(session, sending=Country.KR, reviewer=reviewer), reviewer)
    for words in ("이 대상자에게 이 공고를 제안하시겠습니까?", "네 가지 결정", "정보공개"):
        assert words in shown.text


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "Select an answer"),
        ({"answer": "perhaps"}, "from the list"),
        ({"answer": "no"}, "Choose a reason"),
        ({"answer": "no", "reason": "reviewer-skills-fit"}, "from the group “Reasons for no”"),
        ({"answer": "no", "reason": "person-found-another"}, "from the list"),
        ({"answer": "no", "reason": "reviewer-no-other"}, "Explain the reason in a note"),
        ({"answer": "no", "reason": "reviewer-level-too-low"}, "Say why in your own words"),
        ({"answer": "yes", "reason": "reviewer-skills-fit", "note": "." * 60}, "Say why in your own words"),
        ({"answer": "no", "reason": "reviewer-no-other", "note": "x" * 2001}, "2,000 characters or fewer"),
        ({"answer": "no", "reason": "reviewer-no-other", "note": "a\x00b"}, "cannot be shown"),
        ({"answer": "hold", "reason": "\ufffd"}, "from the list"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    session: Session, sign_in: Any, values: dict[str, str], message: str
) -> None:
    one = case(session)
    page = review(sign_in, one).submit("answer", **values)
    assert page.status_code == 200
    assert any(message in line for line in page.errors()), page.errors()
    assert derived_status(one.suggestion) is Status.SUGGESTED
    if values.get("note") == "x" * 2001:
        assert "x" * 2001 in page.html


def test_a_second_answer_gets_409_and_keeps_what_was_typed(session: Session, sign_in: Any) -> None:
    one = case(session)
    page = review(sign_in, one)
    other = build.administrator(session, country=Country.GB)
    one.decide(Decider.REVIEWER, Answer.HOLD, actor=other)
    late = page.submit("answer", answer="yes", reason="reviewer-skills-fit", note="My words about this person and post")
    assert late.status_code == 409
    assert "changed this pairing" in late.errors()[0]
    assert "My words" in late.html
    again = late.submit("answer", answer="yes", reason="reviewer-skills-fit", note=WHY)
    assert again.status_code == 302
    refused = page.submit("answer", answer="no", reason="reviewer-level-too-low")
    assert refused.status_code == 409
    assert one.suggestion.answer(Decider.REVIEWER) is Answer.YES


def test_a_form_sent_twice_counts_once(session: Session, sign_in: Any) -> None:
    one = case(session)
    page = review(sign_in, one)
    for _ in range(2):
        sent = page.submit("answer", answer="yes", reason="reviewer-skills-fit", note=WHY)
        assert sent.status_code == 302
    events = session.scalars(select(DecisionEvent).where(DecisionEvent.decider == Decider.REVIEWER)).all()
    assert len(events) == 1


def test_taking_back_within_the_minute_tells_nobody(session: Session, sign_in: Any, mailbox: Mailbox) -> None:
    one = case(session)
    done = review(sign_in, one).submit("answer", answer="yes", reason="reviewer-skills-fit", note=WHY).follow()
    assert mailbox.letters(one.person.email) == []
    back = done.submit(button="Take my answer back").follow()
    assert derived_status(one.suggestion) is Status.SUGGESTED
    assert "Review taken back" in back.text
    with later(3600):
        assert mailbox.letters(one.person.email) == []
        assert mailbox.letters(one.host_hr.email) == []
    assert not session.scalars(select(OutboxItem).where(OutboxItem.done_at.is_(None))).all()


def test_after_the_minute_those_concerned_are_told_and_it_stays(
    session: Session, sign_in: Any, mailbox: Mailbox
) -> None:
    one = case(session)
    done = review(sign_in, one).submit("answer", answer="yes", reason="reviewer-skills-fit", note=WHY).follow()
    assert sign_in(one.person).page("matching.my_suggestion", suggestion_id=one.suggestion_id).status_code == 404
    with later(61):
        late = done.submit(button="Take my answer back")
        assert late.status_code == 409
        assert "is over" in late.errors()[0]
        assert mailbox.last(one.person.email).subject == "You have been put forward for a post"
        assert "put forward for one of your posts" in mailbox.last(one.host_hr.email).subject
        assert "you may object until" in mailbox.last(one.partner.email).subject
        assert NAME not in mailbox.last(one.host_hr.email).text
        shown = sign_in(one.person).get(mailbox.last(one.person.email).link("/matching/mine"))
        assert shown.status_code == 200
    assert derived_status(one.suggestion) is Status.APPROVED


def test_the_receiving_country_objects_in_time(session: Session, sign_in: Any, mailbox: Mailbox) -> None:
    one = case(session).approved()
    visitor = sign_in(one.partner)
    listed = visitor.page("matching.queue").click("You may object (1)")
    page = listed.click(one.suggestion.pseudonym)
    assert "answer" not in {item.get("name") for item in page.form().iter("input")}
    assert page.submit("reason", reason="").errors() == ["Choose a reason"]
    done = page.submit("reason", reason="objection-route-not-possible")
    assert done.status_code == 302
    assert derived_status(one.suggestion) is Status.OBJECTED
    assert mailbox.last(one.person.email).subject == "A pairing is not proceeding"
    assert mailbox.last(one.reviewer.email).subject == "A pairing is not proceeding"
    assert visitor.page("matching.queue").links()["You may object (0)"]


def test_no_objection_after_the_days_or_after_ready(session: Session, sign_in: Any) -> None:
    one = case(session).approved(ago=timedelta(days=5, minutes=1))
    page = review(sign_in, one, one.partner)
    assert "Object to this pairing" not in page.text
    other = case(session).ready()
    shown = review(sign_in, other, other.partner)
    assert shown.status_code == 200
    assert "Object to this pairing" not in shown.text
    token = page.visitor.page("matching.queue")
    url = page.visitor.url("matching.review_object", suggestion_id=one.suggestion_id)
    csrf = next(item.get("value") for item in token.tree.iter("input") if item.get("name") == "csrf_token")
    sent = page.visitor.post(url, {"csrf_token": csrf, "reason": "objection-post-changed"})
    assert sent.status_code == 409
    assert derived_status(one.suggestion) is Status.APPROVED


def test_who_sees_the_review_page(session: Session, sign_in: Any) -> None:
    one = case(session)
    expected = {
        one.reviewer: 200,
        one.partner: 404,  # not before the reviewer's yes
        one.person: 403,
        one.host_hr: 403,
        one.home_hr: 403,
    }
    for person, status in expected.items():
        assert review(sign_in, one, person).status_code == status
    one.approved()
    assert review(sign_in, one, one.partner).status_code == 200


def test_an_interest_is_said_and_counted(session: Session, sign_in: Any) -> None:
    one = case(session)
    insider = build.administrator(session, country=Country.GB, organisation=one.home_hr.organisation)
    page = review(sign_in, one, insider)
    assert page.status_code == 403
    assert page.heading == "Somebody else must review this pairing"
    assert "1 more suggestion is left to other administrators" in sign_in(insider).page("matching.queue").text


def test_the_queue_is_narrowed_and_odd_values_do_no_harm(session: Session, sign_in: Any) -> None:
    one, other = case(session), case(session, title="Second post")
    visitor: Visitor = sign_in(one.reviewer)
    page = visitor.page("matching.queue").submit("status", host=other.host_hr.organisation_id)
    assert "Second post" in page.text
    assert "Shape a shared" not in page.text
    assert "No pairings match" in visitor.page("matching.queue", status="rejected").text
    assert "No pairings match" in visitor.page("matching.queue", age="7").text
    assert "Second post" in visitor.page("matching.queue", status="all", country="KR").text
    for odd in ("' OR 1=1 --", "99999999999", "\x00", "ￓ", "-1"):
        names = ("status", "host", "age", "country", "post", "page")
        for name in names:
            found = visitor.page("matching.queue", **{name: odd})
            assert (found.follow() if found.status_code == 302 else found).status_code == 200
    assert visitor.page("matching.queue", page=7).follow().url.endswith("page=1")


def test_statements_do_not_grow_with_the_queue(session: Session, sign_in: Any, statements: list[str]) -> None:
    first = case(session)
    visitor = sign_in(first.reviewer)
    visitor.page("matching.queue")
    statements.clear()
    visitor.page("matching.queue")
    few = len(statements)
    offered = post(session)
    for _ in range(4):
        case(session, opportunity=offered)
        case(session)
    visitor.page("matching.queue")
    statements.clear()
    visitor.page("matching.queue")
    assert len(statements) == few <= 22
    visitor.page("matching.review", suggestion_id=first.suggestion_id)
    statements.clear()
    visitor.page("matching.review", suggestion_id=first.suggestion_id)
    assert len(statements) <= 45


def test_the_second_result_and_the_flag_come_after_the_first_view_only(session: Session, sign_in: Any) -> None:
    one = learner(session)
    visitor = sign_in(one.reviewer)
    before = visitor.page("matching.review", suggestion_id=one.suggestion_id)
    for words in SECOND_RESULT:
        assert words not in before.text
    after = review(sign_in, one)
    for words in SECOND_RESULT:
        assert words in after.text
    assert "%" not in after.text
    assert after.text.index("What the host gains") < after.text.index("What the person gains")
    assert NAME not in after.html


def test_the_host_is_not_told_what_the_person_gains(session: Session, sign_in: Any) -> None:
    one = learner(session).approved()
    page = sign_in(one.host_hr).page("matching.host_suggestion", suggestion_id=one.suggestion_id)
    assert page.status_code == 200
    assert "What the host gains" in page.text
    for words in SECOND_RESULT:
        assert words not in page.text
    mine = sign_in(one.person).page("matching.my_suggestion", suggestion_id=one.suggestion_id)
    assert "What you gain" in mine.text
    assert "Parts of the text were taken from the post" in mine.text


SECOND_RESULT = (
    "What the person gains",
    "How far the person’s wishes are met: in part",
    "Parts of the text were taken from the post: they were not counted.",
)


def learner(session: Session) -> Case:
    """A pairing in which the person would gain something, and took a passage over from the post."""
    one = case(session)
    with transaction(session):
        row = one.suggestion
        found = Explanation.from_dict(row.explanation)
        record = profile_from_snapshot(row.profile_snapshot)
        gain = Growth(
            value=0.5,
            parts=(ScorePart("develop", 0.5, 1.0, 0.5), ScorePart("role_family", 0.5, 0.0, 0.0)),
            not_applicable=(NotApplicable("dates", "wish_not_stated"),),
            skills=(GrowthSkill(found.skills[0].skill_id, None, 3, 0.5),),
            unmet_skills=(),
        )
        span = Span(0, 0, min(12, len(record.texts[0].text)))
        changed = replace(found, growth=gain, combined=0.54, copied_share=0.2, copied_spans=(span,))
        row.explanation = changed.to_dict()
        row.growth, row.combined = 0.5, 0.54
    return one
