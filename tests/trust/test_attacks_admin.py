"""What an administrator might try against the service: to see names or scores too soon, and to edit in silence."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from models import AuditEntry, Dated, LawfulBasis, Notification, RetentionRule, ServiceRule, User, utc_now
from models.types import Country, Decider
from tests.support import build
from tests.support.build_decisions import case
from tests.support.mail import Mailbox
from tests.support.page import Page, Visitor


def record_page(visitor: Visitor, **wanted: str) -> Page:
    return visitor.page("audit.entries", **wanted)


def test_m3_the_record_names_nobody_of_a_masked_pairing(app: Flask, session: Session) -> None:
    """The id of a pairing stands in the address of its page; the record must not lead from it to a person."""
    one = case(session).accepted()
    person, profile = str(one.person.id), str(one.suggestion.profile_id)
    visitor = Visitor(app).sign_in(one.reviewer.email)
    visitor.page("matching.review", suggestion_id=one.suggestion_id)
    session.rollback()
    looks = session.scalars(select(AuditEntry).where(AuditEntry.action == "profile.seen")).all()
    assert [str(entry.person_id) for entry in looks] == [person]
    about = record_page(visitor, subject=str(one.suggestion_id))
    assert "suggestion.person.accept" in about.text
    for page in (about, record_page(visitor, actor=str(one.reviewer.id)), record_page(visitor)):
        assert "suggestion.first_view" in page.text
        assert person not in page.html
        assert profile not in page.html
    assert "No actions match" in record_page(visitor, subject=profile).text
    for wanted in ({"subject": person}, {"actor": person}):
        assert str(one.suggestion_id) not in record_page(visitor, **wanted).html


def test_m3_a_copy_of_the_record_names_nobody_of_a_masked_pairing(app: Flask, session: Session) -> None:
    one = case(session).accepted()
    person = str(one.person.id)
    visitor = Visitor(app).sign_in(one.reviewer.email)
    sent = visitor.page("audit.export").submit("reason", reason="Yearly look at how reviews went")
    lines = sent.response.get_data(as_text=True).splitlines()
    about = [line for line in lines if str(one.suggestion_id) in line]
    assert any("suggestion.person.accept" in line for line in about)
    assert not any(person in line for line in about)


def test_m5_the_record_does_not_tell_who_was_mixed_in(app: Flask, session: Session) -> None:
    """When a suggestion was made, and what others thought of it, waits for the reader's own first view."""
    one = case(session)
    other = build.administrator(session)
    one.first_view(other)
    visitor = Visitor(app).sign_in(one.reviewer.email)
    assert "No actions match" in record_page(visitor, subject=str(one.suggestion_id)).text
    one.first_view()
    page = record_page(visitor, subject=str(one.suggestion_id))
    assert len(re.findall(r"suggestion\.first_view", page.text)) == 2
    one.decide(Decider.REVIEWER)
    third = build.administrator(session)
    assert (
        "suggestion.reviewer.put_forward"
        in record_page(Visitor(app).sign_in(third.email), subject=str(one.suggestion_id)).text
    )


def boxes(name: str, value: date) -> dict[str, str]:
    """A day as the three boxes of a form."""
    return {f"{name}__day": str(value.day), f"{name}__month": str(value.month), f"{name}__year": str(value.year)}


def in_force(session: Session, model: type[Dated], code: str, country: str = "") -> Dated:
    found = select(model).where(model.code == code, model.country == country, model.valid_to.is_(None))
    return session.scalars(found).one()


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("rubber_stamp_percent", "9999"),
        ("rubber_stamp_decisions", "9999"),
        ("review_reason_length", "1"),
        ("review_reason_length", "9999"),
        ("shortlist_size", "9999"),
        ("shortlist_mixed_in", "2"),
        ("unmask_minutes", "9999"),
        ("contest_days", "31"),
        ("idle_warning_days", "1"),
        ("review_undo_seconds", "0"),
    ],
)
def test_m7_a_rule_cannot_be_set_until_it_means_nothing(session: Session, app: Flask, code: str, value: str) -> None:
    visitor = Visitor(app).sign_in(build.administrator(session).email)
    rule = in_force(session, ServiceRule, code)
    page = visitor.page("dated.change", slug="service-rules", row_id=rule.id)
    sent = page.submit("value", value=value, source="Mine", **boxes("valid_from", utc_now().date()))
    assert sent.status_code == 200
    assert any("whole number from" in line for line in sent.errors()), sent.errors()


def test_m5_the_mixed_in_person_can_be_switched_off_as_the_rule_says(session: Session, app: Flask) -> None:
    visitor = Visitor(app).sign_in(build.administrator(session).email)
    rule = in_force(session, ServiceRule, "shortlist_mixed_in")
    page = visitor.page("dated.change", slug="service-rules", row_id=rule.id)
    sent = page.submit("value", value="0", source="Letter", **boxes("valid_from", utc_now().date()))
    assert sent.status_code == 302, sent.errors()


def test_r26_nothing_is_set_to_be_erased_the_next_night(session: Session, app: Flask) -> None:
    visitor = Visitor(app).sign_in(build.administrator(session).email)
    rule = in_force(session, RetentionRule, "closed_suggestions")
    page = visitor.page("dated.change", slug="retention-rules", row_id=rule.id)
    sent = page.submit("keep_days", keep_days="1", source="Mine", **boxes("valid_from", utc_now().date()))
    assert any("days or more" in line for line in sent.errors()), sent.errors()


def test_m14_a_text_people_agreed_to_is_not_rewritten(session: Session, app: Flask) -> None:
    """Ending a text and adding it again, on one day or with its old version, would give old answers a new meaning."""
    visitor = Visitor(app).sign_in(build.administrator(session).email)
    before = in_force(session, LawfulBasis, "showing-abroad", "GB")
    version, today = before.notice_version, utc_now().date()  # type: ignore[attr-defined]
    visitor.page("dated.end", slug="lawful-bases", row_id=before.id).submit(
        "source", source="Mine", **boxes("on", today)
    )
    given = {
        name: getattr(before, name)
        for name in inspect(LawfulBasis).columns.keys()  # noqa: SIM118 - not a mapping
        if name.endswith(("_en", "_ko", "_ref")) or name in ("code", "country", "mode")
    }
    given |= {"purpose": "showing_abroad", "required_for_active": "no", "position": "1", "source": "Mine"}
    given |= {"items_en": "Everything there is", **boxes("valid_from", today)}
    page = visitor.page("dated.add", slug="lawful-bases")
    again = page.submit("code", **given, notice_version=version)
    assert any("new version" in line for line in again.errors()), again.errors()
    added = page.submit("code", **given, notice_version="mine-1")
    assert added.status_code == 302, added.errors()
    session.rollback()
    mine = in_force(session, LawfulBasis, "showing-abroad", "GB")
    visitor.page("dated.end", slug="lawful-bases", row_id=mine.id).submit("source", source="Mine", **boxes("on", today))
    rewritten = page.submit("code", **{**given, "items_en": "Nothing"}, notice_version="mine-2")
    assert any("began and ended that day" in line for line in rewritten.errors()), rewritten.errors()
    session.rollback()
    assert session.get_one(LawfulBasis, mine.id).items_en == "Everything there is"


def test_r18_no_rule_is_changed_in_silence(session: Session, app: Flask, mailbox: Mailbox) -> None:
    """Rules for both countries are one administrator's to change: all the others are told."""
    editor, colleague = build.administrator(session), build.administrator(session)
    abroad = build.administrator(session, country=Country.KR)
    visitor = Visitor(app).sign_in(editor.email)
    rule = in_force(session, ServiceRule, "objection_days", "GB")
    page = visitor.page("dated.change", slug="service-rules", row_id=rule.id)
    day = utc_now().date() + timedelta(days=3)
    assert page.submit("value", value="2", source="Mine", **boxes("valid_from", day)).status_code == 302
    mailbox.deliver()
    session.rollback()
    told = session.scalars(select(Notification.user_id).where(Notification.kind == "rule_changed")).all()
    assert set(told) == {colleague.id, abroad.id}


def test_no_administrator_is_put_out_unseen(session: Session, app: Flask, mailbox: Mailbox) -> None:
    """Resetting a colleague's second step and disabling them is one administrator's to do, never without the others."""
    attacker, rival, third = (build.administrator(session) for _number in range(3))
    abroad = build.administrator(session, country=Country.KR)
    visitor = Visitor(app).sign_in(attacker.email)
    visitor.page("second_factor.reset", user_id=rival.id).submit("reason", reason="lost", checked="video")
    visitor.page("organisations.disable", user_id=rival.id).submit("reason", reason="person-disable-left")
    mailbox.deliver()
    session.rollback()
    assert not session.get_one(User, rival.id).active
    rows = session.scalars(select(Notification.user_id).where(Notification.kind == "administrator_changed")).all()
    assert sorted(map(str, rows)) == sorted(str(person.id) for person in (third, third, abroad, abroad))
