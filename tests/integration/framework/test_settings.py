"""Administrators change dated data from a day on; history stays as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, Dated, ExchangeKind, LawfulBasis, Reason, ServiceRule, User, utc_now
from models.types import Country, Language
from talent.framework import dated
from talent.framework.tables import TABLES
from tests.support import build
from tests.support.page import Page, Visitor

SignIn = Callable[[User], Visitor]


def day(offset: int) -> date:
    return utc_now().date() + timedelta(days=offset)


def boxes(name: str, value: date | None) -> dict[str, str]:
    """A day as the three boxes of a form."""
    parts = (
        {"day": value.day, "month": value.month, "year": value.year} if value else {"day": "", "month": "", "year": ""}
    )
    return {f"{name}__{part}": str(number) for part, number in parts.items()}


def the_row(session: Session, model: type[Dated], code: str, country: str = "") -> Dated:
    return session.scalars(select(model).where(model.code == code, model.country == country)).one()


@pytest.fixture
def admin(session: Session) -> User:
    return build.administrator(session)


@pytest.fixture
def desk(admin: User, sign_in: SignIn) -> Visitor:
    return sign_in(admin)


def change_page(desk: Visitor, slug: str, row: Dated) -> Page:
    return desk.page("dated.change", slug=slug, row_id=row.id)


def test_the_list_of_tables_and_every_table(desk: Visitor, statements: list[str]) -> None:
    index = desk.page("dated.index")
    for table in TABLES.values():
        assert str(table.title) in index.links()
        statements.clear()
        page = desk.page("dated.table", slug=table.slug)
        assert len(statements) <= 6, statements
        assert "No row is in force today." not in page.text
        first = next(
            href for href in page.links().values() if href.startswith(f"/settings/{table.slug}/") and "add" not in href
        )
        assert "Source" in desk.get(first).text
        assert desk.page("dated.add", slug=table.slug).status_code == 200
        # 403 for a row of the other country, 409 for one that has ended
        assert desk.get(f"{first}/change").status_code in (200, 403, 409)


@pytest.mark.database
def test_a_change_starts_a_new_row_and_ends_the_one_before(session: Session, desk: Visitor, admin: User) -> None:
    rule = the_row(session, ServiceRule, "manager_link_days")
    page = change_page(desk, "service-rules", rule)
    answer = page.submit("value", value="21", source="Letter of 1 May", **boxes("valid_from", day(10)))
    assert answer.status_code == 302, answer.errors()
    assert "The change is saved" in answer.follow().text
    rows = session.scalars(
        select(ServiceRule).where(ServiceRule.code == "manager_link_days").order_by(ServiceRule.valid_from)
    ).all()
    assert [(row.value, row.valid_to, row.unit) for row in rows] == [("14", day(10), "days"), ("21", None, "days")]
    assert rows[1].edited_by_id == admin.id
    assert dated.rule_number(session, "manager_link_days") == 14
    on_the_day = dated.row_in_force(session, ServiceRule, "manager_link_days", on=day(10))
    assert on_the_day is not None
    assert on_the_day.value == "21"
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.actor_id, entry.details["replaces"]) == ("dated.change", admin.id, str(rows[0].id))
    table = desk.page("dated.table", slug="service-rules")
    assert "Upcoming 1" in table.text


def test_a_coming_row_is_corrected_and_taken_back(session: Session, desk: Visitor) -> None:
    rule = the_row(session, ServiceRule, "manager_link_days")
    change_page(desk, "service-rules", rule).submit("value", value="21", source="a", **boxes("valid_from", day(10)))
    coming = session.scalars(select(ServiceRule).where(ServiceRule.valid_from == day(10))).one()
    answer = change_page(desk, "service-rules", coming).submit(
        "value", value="28", source="b", **boxes("valid_from", day(12))
    )
    assert answer.status_code == 302, answer.errors()
    session.refresh(rule)
    session.refresh(coming)
    assert (rule.valid_to, coming.valid_from, coming.value) == (day(12), day(12), "28")
    kinds = the_row(session, ExchangeKind, "study_visit")
    change_page(desk, "exchange-kinds", kinds).submit(
        "name_en", name_en="Visit", source="c", **boxes("valid_from", day(3))
    )
    planned = session.scalars(select(ExchangeKind).where(ExchangeKind.valid_from == day(3))).one()
    answer = desk.page("dated.end", slug="exchange-kinds", row_id=planned.id).submit("source", source="not needed")
    assert answer.status_code == 302, answer.errors()
    session.refresh(kinds)
    session.refresh(planned)
    assert kinds.valid_to is None
    assert planned.valid_to == planned.valid_from
    again = change_page(desk, "exchange-kinds", kinds).submit(
        "name_en", name_en="Visit", source="d", **boxes("valid_from", day(3))
    )
    assert again.status_code == 302, again.errors()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (boxes("valid_from", day(-1)), "must be today or later"),
        (boxes("valid_from", None), "Enter the day from which it applies"),
        ({"valid_from__day": "31", "valid_from__month": "2"}, "must be a real date"),
        ({"source": ""}, "Enter the source"),
        ({"value": "many"}, "whole number from 1 to 90"),
        ({"value": "٣"}, "whole number from 1 to 90"),
        ({"value": ""}, "Fill in “Value”"),
        ({"name_ko": "\x00"}, "characters that cannot be shown"),
        ({"name_en": "x" * 1_000_000}, "200 characters or fewer"),
        ({"position": "first"}, "whole number"),
        (boxes("valid_to", day(1)), "after the beginning"),
    ],
)
def test_bad_input_is_said_beside_the_field(
    session: Session, desk: Visitor, changes: dict[str, str], message: str
) -> None:
    rule = the_row(session, ServiceRule, "manager_link_days")
    given = {"value": "21", "source": "Letter", **boxes("valid_from", day(10)), **changes}
    page = change_page(desk, "service-rules", rule).submit("value", **given)
    assert page.status_code == 200
    assert any(message in line for line in page.errors()), page.errors()
    assert len(session.scalars(select(ServiceRule).where(ServiceRule.code == "manager_link_days")).all()) == 1


def test_the_day_of_the_present_row_is_taken(session: Session, desk: Visitor) -> None:
    rule = the_row(session, ServiceRule, "manager_link_days")
    page = change_page(desk, "service-rules", rule)
    page.submit("value", value="21", source="a", **boxes("valid_from", day(0)))
    now = dated.row_in_force(session, ServiceRule, "manager_link_days")
    assert now is not None
    assert now.value == "21"
    again = change_page(desk, "service-rules", now).submit(
        "value", value="22", source="b", **boxes("valid_from", day(0))
    )
    assert any("choose a later day" in line for line in again.errors())
    stale = page.submit("value", value="23", source="c", **boxes("valid_from", day(5)))
    assert stale.status_code == 409
    assert "has ended" in stale.text


def test_adding_and_overlap(session: Session, desk: Visitor) -> None:
    page = desk.page("dated.add", slug="cost-items")
    given = {
        "code": "phone",
        "country": "GB",
        "name_en": "Telephone",
        "name_ko": "통신비",
        "position": "200",
        "source": "Letter",
        **boxes("valid_from", day(1)),
    }
    assert page.submit("code", **given).status_code == 302
    again = page.submit("code", **{**given, **boxes("valid_from", day(7))})
    assert any("Another row with this code" in line for line in again.errors())
    korea = page.submit("code", **{**given, "country": "KR"})
    assert any("Country" in line for line in korea.errors())
    assert any("letters" in line for line in page.submit("code", **{**given, "code": "No Good"}).errors())
    assert page.submit("code", **{**given, "country": "both"}).status_code == 302


def test_a_text_that_changed_gets_a_new_version(session: Session, desk: Visitor) -> None:
    basis = the_row(session, LawfulBasis, "showing-abroad", "GB")
    page = change_page(desk, "lawful-bases", basis)
    same = page.submit("title_en", retention_en="One year.", source="Letter", **boxes("valid_from", day(5)))
    assert any("new version" in line for line in same.errors())
    new = page.submit(
        "title_en", retention_en="One year.", notice_version="2027-1", source="Letter", **boxes("valid_from", day(5))
    )
    assert new.status_code == 302, new.errors()


def test_ending(session: Session, desk: Visitor) -> None:
    row = the_row(session, Reason, "reviewer-skills-fit")
    page = desk.page("dated.end", slug="reasons", row_id=row.id)
    assert any("today or later" in line for line in page.submit("source", source="a", **boxes("on", day(-1))).errors())
    assert any("first day" in line for line in page.submit("source", source="a").errors())
    assert page.submit("source", source="Decision 7", **boxes("on", day(0))).status_code == 302
    session.refresh(row)
    assert row.valid_to == day(0)
    assert row.source.endswith("\nDecision 7")
    assert row.code not in [reason.code for reason in dated.reasons(session, "reviewer", "yes")]
    assert page.submit("source", source="Decision 7", **boxes("on", day(0))).status_code == 409
    for slug, model, code in (("service-rules", ServiceRule, "manager_link_days"), ("reasons", Reason, "expired")):
        needed = the_row(session, model, code)
        assert "End" not in desk.page("dated.row", slug=slug, row_id=needed.id).links()
        answer = desk.page("dated.end", slug=slug, row_id=needed.id).submit("source", source="a", **boxes("on", day(0)))
        assert answer.status_code == 409


def test_another_country_is_read_only(session: Session, desk: Visitor, sign_in: SignIn) -> None:
    row = the_row(session, ServiceRule, "objection_days", "KR")
    page = desk.page("dated.row", slug="service-rules", row_id=row.id)
    assert "Only administrators of this country" in page.text
    assert change_page(desk, "service-rules", row).status_code == 403
    assert desk.page("dated.end", slug="service-rules", row_id=row.id).status_code == 403
    korean = sign_in(build.administrator(session, country=Country.KR))
    answer = change_page(korean, "service-rules", row).submit(
        "value", value="7", source="공문", **boxes("valid_from", day(0))
    )
    assert answer.status_code == 302
    assert dated.rule_number(session, "objection_days", country=Country.KR) == 7
    assert dated.rule_number(session, "objection_days", country=Country.GB) == 5


def test_in_korean(session: Session, sign_in: SignIn) -> None:
    desk = sign_in(build.administrator(session, country=Country.KR, language=Language.KO))
    assert desk.page("dated.index").heading == "규칙과 목록"
    page = desk.page("dated.table", slug="reasons")
    assert "적용 중" in page.text
    row = the_row(session, Reason, "reviewer-skills-fit")
    empty = change_page(desk, "reasons", row).submit("name_ko", name_ko="", source="")
    assert any("근거" in line for line in empty.errors())
    assert not [line for line in empty.errors() if line.isascii()]


def test_only_administrators(session: Session, sign_in: SignIn, visitor: Visitor) -> None:
    row = the_row(session, Reason, "reviewer-skills-fit")
    for person in (build.civil_servant(session), build.hr(session), build.translator(session)):
        stranger = sign_in(person)
        assert stranger.page("dated.index").status_code == 403
        assert stranger.page("dated.change", slug="reasons", row_id=row.id).status_code == 403
    assert visitor.page("dated.index").status_code == 302


def test_what_does_not_exist(desk: Visitor, session: Session) -> None:
    row = the_row(session, Reason, "reviewer-skills-fit")
    assert desk.get("/settings/nothing").status_code == 404
    assert desk.page("dated.row", slug="cost-items", row_id=row.id).status_code == 404
