"""Former names: kept when names change, once each, seen by their owner alone, and removed when they say so."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, User
from models.types import Language, NameOrder
from talent.auth import former_names, services
from talent.auth.former_names import MOST_KEPT, key_of
from talent.auth.registration import Names
from tests.support import build
from tests.support.build_auth import SignIn
from tests.support.page import Visitor

pytestmark = pytest.mark.database


def names(home: str, romanised: str | None = None, **more: str) -> Names:
    return Names(home, romanised or home, NameOrder.GIVEN_FIRST, more.get("form_of_address", ""))


def former(session: Session, user: User) -> list[str]:
    session.rollback()
    session.expire_all()
    return session.get_one(User, user.id).former_names or []


def test_changing_names_on_the_page_keeps_the_former_ones(session: Session, sign_in: SignIn) -> None:
    person = build.civil_servant(session, name_home="홍길동", name_romanised="Gil-dong Hong")
    visitor = sign_in(person)
    assert "See your former names" not in visitor.page("account.names").text
    visitor.page("account.names").submit("name_home", name_home="서하늘", name_romanised="Seo Haneul")
    assert former(session, person) == ["홍길동", "Gil-dong Hong"]
    page = visitor.page("account.names").click("See your former names")
    assert "홍길동" in page.text
    assert "Gil-dong Hong" in page.text
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "account.rename")).one()
    assert "홍길동" not in str(entry.details)


@pytest.mark.parametrize(
    ("steps", "kept"),
    [
        (["Ada King", "Ada King"], ["Ada Byron"]),
        (["ada byron", "ADA  BYRON", "Byron Ada"], []),  # hidden by the present name in any case
        (["Ada King", "Ada Lovelace"], ["Ada King", "Ada Byron"]),
        (["Ada King", "Ada Byron"], ["Ada King"]),  # back to the first: it is no former name
        (["Ada King", "Ada Byron", "Ada King"], ["Ada Byron"]),
        (["Ada King", "ada BYRON", "Ada King"], ["Ada Byron"]),
        (["Adabyron"], ["Ada Byron"]),
        (["Ada", "Ada King"], ["Ada Byron"]),
    ],
)
def test_each_name_is_kept_once_and_only_if_the_present_ones_do_not_hide_it(
    session: Session, steps: list[str], kept: list[str]
) -> None:
    person = build.civil_servant(session, name_home="Ada Byron", name_romanised="Ada Byron")
    for step in steps:
        services.rename(session, actor=person, names=names(step))
    found = former(session, person)
    assert [name.casefold() for name in found if name != "Ada"] == [name.casefold() for name in kept]


def test_spaces_in_a_korean_name_make_no_former_name(session: Session) -> None:
    person = build.civil_servant(session, name_home="남궁민수", name_romanised="Minsu Namgung")
    services.rename(session, actor=person, names=names("남궁 민수", "MINSU NAMGUNG"))
    assert former(session, person) == []
    services.rename(session, actor=person, names=names("남궁민솔", "Minsol Namgung"))
    assert former(session, person) == ["남궁 민수", "MINSU NAMGUNG"]


def test_another_form_of_address_makes_no_former_name(session: Session) -> None:
    person = build.civil_servant(session, name_home="김", name_romanised="Kim")  # too short for any pattern
    services.rename(session, actor=person, names=names("김", "Kim", form_of_address="Dr"))
    assert former(session, person) == []


def test_the_newest_are_kept(session: Session) -> None:
    person = build.civil_servant(session, name_home="Ada Byron", name_romanised="Ada Byron")
    every = [f"Grace {chr(65 + number)}ould" for number in range(MOST_KEPT + 3)]
    for name in every:
        services.rename(session, actor=person, names=names(name))
    assert former(session, person) == every[-2::-1][:MOST_KEPT]


def test_a_refused_change_keeps_nothing(session: Session, sign_in: SignIn) -> None:
    person = build.civil_servant(session, name_home="Ada Byron", name_romanised="Ada Byron")
    answer = sign_in(person).page("account.names").submit("name_home", name_home="Ada King", name_romanised="x1!")
    assert answer.errors()
    assert former(session, person) == []


def test_a_person_has_one_of_them_removed(session: Session, sign_in: SignIn) -> None:
    person = build.civil_servant(session, name_home="홍길동", name_romanised="Gil-dong Hong")
    services.rename(session, actor=person, names=names("서하늘", "Seo Haneul"))
    page = sign_in(person).page("account.former_names")
    done = page.submit("names", names=[key_of("홍길동")]).follow()
    assert "1 former name removed." in done.text
    assert former(session, person) == ["Gil-dong Hong"]
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "account.former_names_removed")).one()
    assert (entry.person_id, entry.details) == (person.id, {"number": 1})
    sign_in(person).page("account.former_names").submit("names", names=[key_of("Gil-dong Hong")])
    assert "We keep no former name of yours" in sign_in(person).page("account.former_names").text


def test_choosing_none_or_what_is_not_there_removes_nothing(session: Session, sign_in: SignIn) -> None:
    person = build.civil_servant(session, name_home="홍길동", name_romanised="Gil-dong Hong")
    services.rename(session, actor=person, names=names("서하늘", "Seo Haneul"))
    page = sign_in(person).page("account.former_names")
    assert "Choose the names to remove" in page.submit("names").errors()
    assert page.submit("names", names=["0" * 100_000, key_of("Somebody Else")]).errors()
    assert former(session, person) == ["홍길동", "Gil-dong Hong"]
    assert former_names.forget_former_names(session, actor=person, keys=["nothing"]) == 0
    assert not session.scalars(select(AuditEntry).where(AuditEntry.action == "account.former_names_removed")).all()


def test_the_page_in_korean(session: Session, app: Flask) -> None:
    person = build.civil_servant(session, name_home="홍길동", name_romanised="Gil-dong Hong", language=Language.KO)
    services.rename(session, actor=person, names=names("서하늘", "Seo Haneul"))
    page = Visitor(app, "ko").sign_in(person).page("account.former_names")
    assert page.heading == "이전 성명"
    assert "홍길동" in page.text


def test_my_data_tells_them_with_why_they_are_kept(session: Session, sign_in: SignIn) -> None:
    person = build.civil_servant(session, name_home="홍길동", name_romanised="Gil-dong Hong")
    assert "Former names" not in sign_in(person).page("privacy.part", code="account").text
    services.rename(session, actor=person, names=names("서하늘", "Seo Haneul"))
    page = sign_in(person).page("privacy.part", code="account")
    for words in ("Former names, kept only so that they stay hidden from others", "홍길동", "Gil-dong Hong"):
        assert words in page.text
    copy = sign_in(person).page("privacy.copy").submit("form", form="json", language="en").response.get_json()
    assert copy["data"]["account"][0]["former_names"] == ["홍길동", "Gil-dong Hong"]
    assert set(copy["labels"]["account.former_names"]) == {"en", "ko"}


def test_administrators_and_hr_do_not_read_them(session: Session, sign_in: SignIn) -> None:
    person = build.civil_servant(session, name_home="Ada Byron", name_romanised="Ada Byron")
    services.rename(session, actor=person, names=names("Ada King"))
    administrator = build.administrator(session, organisation=build.organisation(session))
    page = sign_in(administrator).page("organisations.person", user_id=person.id)
    assert "Ada King" in page.text
    assert "Byron" not in page.html
    found = sign_in(administrator).get("/organisations/people", query={"q": ["Byron"]})
    assert "Ada King" not in found.html
