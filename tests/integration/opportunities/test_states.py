"""Every move of the table: who makes it, what stands in its way, what follows from it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, Opportunity, OpportunityEvent, User
from models.types import Country, OpportunityStatus, TextState
from talent import events, jobs
from talent.errors import Forbidden, Invalid, NotFound, StaleRecord, TransitionRefused
from talent.opportunities import services, states
from talent.opportunities.policies import ActorRole
from talent.opportunities.states import TRANSITIONS, Action
from tests.support import build
from tests.support.build_opportunities import opportunity, published, today
from tests.support.mail import Mailbox

Status = OpportunityStatus


@pytest.fixture
def emitted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the events that were emitted, in order; the real handlers still run."""
    seen: list[str] = []
    for kind in (events.OpportunityChanged, events.OpportunityClosed, events.OpportunityCancelled):
        handlers = [lambda _session, event: seen.append(type(event).__name__), *events._handlers[kind]]
        monkeypatch.setitem(events._handlers, kind, handlers)
    return seen


def people(session: Session, post: Opportunity) -> dict[ActorRole, User]:
    author = session.get_one(User, post.author_id)
    return {
        ActorRole.AUTHOR: author,
        ActorRole.ORGANISATION_HR: build.hr(session, organisation=post.organisation),
        ActorRole.ADMINISTRATOR: build.administrator(session, country=post.organisation.country),
    }


@pytest.mark.database
def test_the_table_is_what_decides(session: Session) -> None:
    """Every state, every action, every role: the move is made when the table has it, refused when not."""
    reasons = {"post_return": "post-return-wording", "post_close": "post-close-enough-people"}
    reasons["post_cancel"] = "post-cancel-funding"
    author = build.hr(session)
    sample = opportunity(session, author=author)
    actors = people(session, sample)
    for status in Status:
        for action in Action:
            for role, actor in actors.items():
                post = opportunity(session, author=author, status=status, places_claimed=0)
                rows = [r for r in TRANSITIONS if r.action is action and status in r.sources]
                mine = [r for r in rows if role in r.roles]
                reason = reasons.get(rows[0].reasons, "") if rows else ""
                make = dict(actor=actor, opportunity_id=post.id, action=action, reason=reason)
                if not rows:
                    with pytest.raises(TransitionRefused):
                        services.make_move(session, **make)  # type: ignore[arg-type]
                elif not mine:
                    with pytest.raises(Forbidden):
                        services.make_move(session, **make)  # type: ignore[arg-type]
                elif action is Action.FILL:
                    with pytest.raises(Invalid):
                        services.make_move(session, **make)  # type: ignore[arg-type]
                else:
                    services.make_move(session, **make)  # type: ignore[arg-type]
                    session.expire_all()
                    assert post.status is mine[0].target
                    event = post.events[-1]
                    assert (event.action, event.role, event.actor_id) == (action, role, actor.id)
                    assert (event.reason is not None) == bool(mine[0].reasons)


@pytest.mark.database
def test_the_author_does_not_approve_and_neither_does_the_submitter(session: Session) -> None:
    author = build.hr(session)
    colleague = build.hr(session, organisation=author.organisation)
    third = build.hr(session, organisation=author.organisation)
    post = opportunity(session, author=author)
    services.submit(session, actor=colleague, opportunity_id=post.id)
    with pytest.raises(Forbidden):
        services.publish(session, actor=author, opportunity_id=post.id)
    with pytest.raises(Invalid):
        services.publish(session, actor=colleague, opportunity_id=post.id)
    services.publish(session, actor=third, opportunity_id=post.id)
    session.expire_all()
    assert post.approved_by_id == third.id


def test_an_author_who_is_an_administrator_too_stays_the_author(session: Session, sign_in: Any) -> None:
    from models.types import RoleName

    author = build.hr(session)
    build.grant(session, author, RoleName.ADMINISTRATOR, country=Country.GB)
    post = opportunity(session, author=author, status=Status.SUBMITTED)
    page = sign_in(author).page("opportunities.move", opportunity_id=post.id, action="publish")
    assert page.status_code == 403
    assert "does not approve it" in page.text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": None}, "kind of exchange"),
        ({"skills": (("accessibility", 3, True),)}, "at least 3 skills"),
        ({"start_earliest": None, "start_latest": None}, "earliest start"),
        ({"places": None}, "how many places"),
        ({"costs": False}, "cost line"),
        ({"access_needed": None}, "access"),
        ({"reserved_for_nationals": True}, "reserved for nationals"),
        ({"access_needed": "national_vetting"}, "vetting"),
        ({"uk_sponsor": ""}, "sponsor"),
        ({"closes_on": today() - timedelta(days=3)}, "closing date has passed"),
        ({"texts": {"title_en": "A", "description_en": "B"}}, "Korean text is awaited"),
        ({"texts": {"title_en": "A", "title_ko": "가", "description_ko": "나"}}, "Describe the work"),
    ],
)
def test_a_post_is_published_only_when_whole(
    session: Session, sign_in: Any, change: dict[str, Any], message: str
) -> None:
    post = opportunity(session, status=Status.SUBMITTED, **change)
    approver = build.administrator(session)
    with pytest.raises(Invalid):
        services.publish(session, actor=approver, opportunity_id=post.id)
    page = sign_in(approver).page("opportunities.move", opportunity_id=post.id, action="publish")
    assert message in page.text
    session.expire_all()
    assert post.status is Status.SUBMITTED


def test_a_stale_translation_waits_for_its_translator_or_an_administrator(session: Session) -> None:
    post = opportunity(session, status=Status.SUBMITTED)
    approver = build.administrator(session)
    row = next(row for row in post.texts if row.state is TextState.CHECKED and row.field == "description")
    row.source_hash = "of an older text"
    session.commit()
    with pytest.raises(Invalid):
        services.publish(session, actor=approver, opportunity_id=post.id)
    with pytest.raises(Forbidden):
        services.mark_translation_awaited(
            session, actor=build.hr(session, organisation=post.organisation), opportunity_id=post.id
        )
    services.mark_translation_awaited(session, actor=approver, opportunity_id=post.id)
    services.publish(session, actor=approver, opportunity_id=post.id)


def test_moves_tell_the_features_above_and_leave_an_audit_row(session: Session, emitted: list[str]) -> None:
    author = build.hr(session)
    colleague = build.hr(session, organisation=author.organisation)
    post = opportunity(session, author=author)
    key: dict[str, Any] = {"opportunity_id": post.id}
    services.submit(session, actor=author, **key)
    services.publish(session, actor=colleague, **key)
    services.pause(session, actor=author, **key)
    services.resume(session, actor=author, **key)
    services.close(session, actor=author, reason="post-close-other", note="Settled elsewhere", **key)
    services.cancel(session, actor=colleague, reason="post-cancel-funding", **key)
    assert emitted == ["OpportunityChanged", "OpportunityChanged", "OpportunityClosed", "OpportunityCancelled"]
    rows = session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject_id == str(post.id)).order_by(AuditEntry.id)
    )
    assert list(rows) == [f"opportunity.{name}" for name in ("submit", "publish", "pause", "resume", "close", "cancel")]


def test_a_return_needs_a_reason_and_the_author_reads_it(session: Session, sign_in: Any, mailbox: Mailbox) -> None:
    author = build.hr(session)
    post = opportunity(session, author=author, status=Status.SUBMITTED)
    page = sign_in(build.administrator(session)).page("opportunities.move", opportunity_id=post.id, action="return")
    assert page.submit().errors() == ["Choose a reason"]
    assert page.submit(reason="post-cancel-funding").errors() == ["Choose “Reason” from the list"]
    assert page.submit(reason="post-return-other").errors() == ["Explain the reason in a note"]
    assert any(
        "characters or fewer" in line for line in page.submit(reason="post-return-other", note="x" * 9000).errors()
    )
    assert any("cannot be shown" in line for line in page.submit(reason="post-return-other", note="\x00").errors())
    assert page.submit(reason="post-return-wording", note="Say less about the system.").status_code == 302
    assert mailbox.last(author.email).subject == "A post was returned"
    writer = sign_in(author)
    tasks = writer.page("opportunities.task_list", opportunity_id=post.id)
    assert "Say less about the system." in tasks.text
    assert "The wording is unclear" in tasks.text


def test_a_move_sent_twice_is_made_once(session: Session, sign_in: Any) -> None:
    author = build.hr(session)
    post = opportunity(session, author=author)
    visitor = sign_in(author)
    page = visitor.page("opportunities.check_answers", opportunity_id=post.id)
    first, second = page.submit(button="Submit for approval"), page.submit(button="Submit for approval")
    assert first.location == second.location
    assert len(session.scalars(select(OpportunityEvent)).all()) == 1
    page = visitor.page("opportunities.move", opportunity_id=post.id, action="cancel")
    answers = [page.submit(reason="post-cancel-error") for _try in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert len(session.scalars(select(OpportunityEvent)).all()) == 2


def test_nobody_approves_a_version_they_have_not_seen(session: Session, sign_in: Any) -> None:
    author = build.hr(session)
    post = opportunity(session, author=author, status=Status.SUBMITTED)
    approver = sign_in(build.administrator(session))
    page = approver.page("opportunities.view", opportunity_id=post.id).click("Publish")
    services.return_to_author(session, actor=author, opportunity_id=post.id, reason="post-return-wording")
    services.submit(session, actor=author, opportunity_id=post.id)
    assert page.submit().status_code == 409
    session.expire_all()
    assert post.status is Status.SUBMITTED
    with pytest.raises(StaleRecord):
        services.pause(session, actor=author, opportunity_id=published(session, author=author).id, version=99)


@pytest.mark.database
@pytest.mark.parametrize("country", list(Country))
def test_a_post_closes_when_its_day_ends_where_the_host_works(
    session: Session, country: Country, emitted: list[str]
) -> None:
    zone = ZoneInfo("Europe/London" if country is Country.GB else "Asia/Seoul")
    last = today() + timedelta(days=20)
    post = published(session, country=country, closes_on=last)
    with time_machine.travel(datetime(last.year, last.month, last.day, 23, 59, 30, tzinfo=zone), tick=False):
        assert jobs.run_clock(session) == 0
        session.expire_all()
        assert post.status == "published"
    following = last + timedelta(days=1)
    with time_machine.travel(
        datetime(following.year, following.month, following.day, 0, 0, 5, tzinfo=zone), tick=False
    ):
        assert jobs.run_clock(session) == 1
        assert jobs.run_clock(session) == 0
    session.expire_all()
    assert post.status == "closed"
    assert (post.events[-1].role, post.events[-1].actor_id) == ("system", None)
    assert emitted == ["OpportunityClosed"]


def test_a_closed_post_is_filled_by_its_claims_and_archived_later(session: Session) -> None:
    post = opportunity(session, status=Status.CLOSED, places_claimed=2)
    partly = opportunity(session, status=Status.CLOSED, places_claimed=1)
    jobs.run_clock(session)
    session.expire_all()
    assert (post.status, partly.status) == (Status.FILLED, Status.CLOSED)
    with time_machine.travel(datetime.now(ZoneInfo("UTC")) + timedelta(days=181), tick=False):
        jobs.run_clock(session)
    session.expire_all()
    assert (post.status, partly.status) == (Status.ARCHIVED, Status.CLOSED)
    with pytest.raises(Invalid):
        services.make_move(
            session, actor=_author(session, partly), opportunity_id=partly.id, action=Action.LEAVE_UNFILLED
        )
    services.make_move(session, actor=_author(session, partly), opportunity_id=partly.id, action=Action.FILL)


def _author(session: Session, post: Opportunity) -> User:
    return session.get_one(User, post.author_id)


def test_no_other_code_sets_a_state(session: Session) -> None:
    ends = {row.target for row in TRANSITIONS} | {Status.DRAFT}
    assert ends == set(Status)
    assert all(
        states.available(opportunity(session, status=end), None) == [] for end in (Status.CANCELLED, Status.ARCHIVED)
    )


def test_a_copy_is_a_new_draft_without_days_gone_by(session: Session, sign_in: Any) -> None:
    author = build.hr(session)
    post = opportunity(
        session,
        author=author,
        status=Status.CLOSED,
        start_earliest=today() - timedelta(days=5),
        start_latest=today() + timedelta(days=50),
        closes_on=today() - timedelta(days=9),
        places_claimed=1,
    )
    colleague = build.hr(session, organisation=author.organisation)
    page = sign_in(colleague).page("opportunities.copy", opportunity_id=post.id)
    first, second = page.submit(), page.submit()
    assert first.location == second.location
    made = session.scalars(select(Opportunity).where(Opportunity.id != post.id)).one()
    assert (made.status, made.author_id, made.places_claimed) == (Status.DRAFT, colleague.id, 0)
    assert (made.start_earliest, made.start_latest, made.closes_on) == (None, None, None)
    assert len(made.skills) == 3
    assert len(made.texts) == 4
    assert len(made.cost_lines) == 2
    with pytest.raises(NotFound):
        services.copy(session, actor=build.hr(session), opportunity_id=post.id)
