"""M14: a notice before first use, in both languages, with its version kept; a changed one asks again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import NoticeReading, PrivacyNotice, Profile, User, utc_now
from models.types import Country, Language, ProfileStatus
from talent.db import transaction
from talent.errors import Invalid
from talent.framework import notices
from talent.profiles import queries, services
from talent.profiles.answers import BasisAnswer
from talent.profiles.readiness import NotReady
from tests.support import build
from tests.support.build_profiles import active, draft
from tests.support.page import Page, Visitor


def newcomer(session: Session, country: Country = Country.GB, **values: Any) -> User:
    return build.civil_servant(session, country=country, notice_read=False, **values)


def change_the_notice(session: Session, country: Country = Country.GB) -> PrivacyNotice:
    """An administrator's new text, in force from today."""
    with transaction(session):
        now = notices.in_force(session, notices.MATCHING, country)
        assert now is not None
        now.valid_to = utc_now().date()
        fresh = PrivacyNotice(
            code=now.code,
            country=now.country,
            valid_from=utc_now().date(),
            source="test",
            title_en=now.title_en,
            title_ko=now.title_ko,
            text_en=f"{now.text_en}\nOne more sentence.",
            text_ko=f"{now.text_ko}\n한 문장을 더합니다.",
            notice_version="2099-1",
        )
        session.add(fresh)
    return fresh


def opt_in(person: Visitor) -> Page:
    """Send the page of choices without having been shown the notice."""
    page = person.page("profiles.taking_part")
    form = {"taking_part": "yes", "showing_abroad": "yes"}
    if page.status_code == 302:  # sent to the notice: post past it all the same
        token = next(
            item.get("value", "") for item in page.follow().form().iter("input") if item.get("name") == "csrf_token"
        )
        return person.post(page.url, {"csrf_token": token, **form, **_texts(person)})
    return page.submit("taking_part", **form)


def _texts(person: Visitor) -> dict[str, str]:
    with person.app.app_context():
        from talent.extensions import db

        rows = notices_of_gb(db.session())
        return {f"text-{purpose}": str(key) for purpose, key in rows}


def notices_of_gb(session: Session) -> list[tuple[str, Any]]:
    from models import LawfulBasis
    from talent.framework.dated import rows_in_force

    return [(row.purpose.value, row.id) for row in rows_in_force(session, LawfulBasis, country=Country.GB)]


@pytest.mark.parametrize("endpoint", ["profiles.task_list", "profiles.about_you", "matching.for_you"])
def test_m14_notice_comes_before_first_use(session: Session, sign_in: Any, endpoint: str) -> None:
    person = sign_in(newcomer(session))
    page = person.page(endpoint).follow()
    assert page.heading == "About AI-assisted matching"
    for words in (
        "A person always decides",
        "your skills and their levels",
        "name, sex, age",
        "ask to be considered directly",
        "opt out of matching, without any disadvantage",
        "contest a decision",
        "never available to your own management",
        "Information Commissioner",
        "Version 2026-1",
        "Impact assessment",
        "Data sharing agreement",
        "joint controllers",
    ):
        assert words in page.text, words


def test_m14_notice_in_korean_names_the_law_of_korea(session: Session, app: Flask) -> None:
    owner = newcomer(session, Country.KR, language=Language.KO)
    page = Visitor(app, "ko").sign_in(owner).page("profiles.notice")
    assert page.heading == "AI 보조 매칭 안내"
    assert "제37조의2 제4항" in page.text
    assert "제31조" in page.text
    assert "결정은 언제나 사람이 합니다" in page.text


def test_m14_first_opt_in_is_impossible_without_the_notice(session: Session, sign_in: Any) -> None:
    owner = newcomer(session)
    page = opt_in(sign_in(owner))
    assert any("Read the notice about AI-assisted matching" in line for line in page.errors())
    profile = session.scalar(select(Profile).where(Profile.user_id == owner.id))
    assert profile is None or not profile.bases


def test_m14_first_opt_in_through_the_service_is_refused_too(session: Session) -> None:
    owner = newcomer(session)
    assert owner.organisation is not None
    answers = [BasisAnswer(row.purpose, True, row.id) for row in queries.bases_of(session, owner.organisation)]
    with pytest.raises(Invalid):
        services.save_basis(session, owner, answers)
    refusals = [BasisAnswer(row.purpose, False, row.id) for row in queries.bases_of(session, owner.organisation)]
    assert not any(row.agreed for row in services.save_basis(session, owner, refusals).bases)


@pytest.mark.database
def test_m14_version_language_and_time_of_the_notice_are_stored(session: Session, app: Flask) -> None:
    owner = newcomer(session, language=Language.KO)
    person = Visitor(app, "ko").sign_in(owner)
    page = person.page("profiles.task_list").follow()
    unticked = page.submit("read")
    assert unticked.status_code == 200
    assert unticked.errors()
    assert not session.scalars(select(NoticeReading)).all()
    done = page.submit("read", read="y")
    assert done.status_code == 302
    assert done.location == person.url("profiles.task_list")
    reading = session.scalars(select(NoticeReading).where(NoticeReading.user_id == owner.id)).one()
    assert reading.notice.notice_version == "2026-1"
    assert reading.language is Language.KO
    assert utc_now() - reading.read_at < timedelta(minutes=5)
    page.submit("read", read="y")  # sent twice: once kept
    assert len(session.scalars(select(NoticeReading)).all()) == 1
    assert "읽으셨습니다" in person.page("profiles.notice").text


def test_m14_another_notice_than_the_one_in_force_does_not_count(session: Session, sign_in: Any) -> None:
    person = sign_in(newcomer(session))
    page = person.page("profiles.notice")
    for other in ("", "x", "00000000-0000-0000-0000-000000000000", "\x00"):
        assert page.submit("read", read="y", notice=other).errors()
    change_the_notice(session)
    assert page.submit("read", read="y").errors() == ["This notice changed while you were reading it. Read it again"]
    assert not session.scalars(select(NoticeReading)).all()


def test_m14_a_changed_notice_asks_again_and_loses_nothing(session: Session, sign_in: Any) -> None:
    owner = build.civil_servant(session)
    profile = active(session, owner)
    person = sign_in(owner)
    assert person.page("profiles.task_list").status_code == 200
    change_the_notice(session)
    assert "for you to read" in person.page("public.home").text
    page = person.page("profiles.task_list").follow()
    assert "has changed since you read it" in page.text
    session.expire_all()
    kept = session.get_one(Profile, profile.id)
    assert kept.status is ProfileStatus.ACTIVE
    assert all(row.ended_at is None for row in kept.bases)
    for name in ("pause", "withdraw", "viewed_by"):
        assert person.page(f"profiles.{name}").status_code == 200
    assert person.page("profiles.taking_part").status_code == 200  # taking a choice back waits for nothing
    page.submit("read", read="y")
    assert person.page("profiles.task_list").status_code == 200
    assert len(session.scalars(select(NoticeReading).where(NoticeReading.user_id == owner.id)).all()) == 2


def test_m14_a_draft_is_not_activated_under_an_unread_notice(session: Session) -> None:
    owner = build.civil_servant(session)
    draft(session, owner)
    change_the_notice(session)
    with pytest.raises(NotReady) as refused:
        services.activate(session, owner)
    assert [item.code for item in refused.value.missing] == ["notice"]


def test_m14_the_way_on_stays_on_the_site(session: Session, sign_in: Any) -> None:
    for target in ("//evil.test", "https://evil.test", "/\\evil.test"):
        person = sign_in(newcomer(session))
        page = person.get(f"{person.url('profiles.notice')}?next={target}")
        assert page.submit("read", read="y").location == person.url("profiles.task_list")


def test_m14_each_text_says_whether_it_is_required_and_each_tick_stands_alone(session: Session, sign_in: Any) -> None:
    person = sign_in(build.civil_servant(session, country=Country.KR))
    page = person.page("profiles.taking_part")
    assert page.text.count("Required to take part") == 5
    refused = page.submit(
        "taking_part",
        taking_part="yes",
        collection="yes",
        third_party="no",
        transfer_abroad="yes",
        showing_abroad="yes",
    )
    assert refused.status_code == 302
    stored = session.scalars(select(Profile)).one()
    assert {row.purpose.value for row in stored.bases if not row.agreed} == {"third_party"}
    assert person.page("profiles.check_answers").submit("Activate").status_code == 409


def test_m14_privacy_page_shows_notices_rights_and_links(visitor: Visitor) -> None:
    page = visitor.page("public.privacy")
    links = page.links()
    assert links["My data"] == "/my-data/"
    assert links["Transparency record"] == "/transparency/"
    assert links["security.txt"] == "/.well-known/security.txt"
    assert "About AI-assisted matching" in page.text
    assert "never available to your own management" in page.text


def test_m14_texts_use_plain_words(session: Session) -> None:
    from models import LawfulBasis
    from talent.framework.dated import rows_in_force

    rows = [row for country in Country for row in rows_in_force(session, LawfulBasis, country=country)]
    for row in rows:
        text = " ".join(
            getattr(row, f"{part}_ko") for part in ("items", "purpose", "retention", "refusal", "controller")
        )
        assert "귀하" not in text
        assert "전자우편" not in text
    collection = next(row for row in rows if row.code == "collection")
    assert "필수 항목" in collection.items_ko
    assert "선택 항목" in collection.items_ko
    earlier = session.scalars(select(LawfulBasis).where(LawfulBasis.code == "collection")).all()
    assert {row.notice_version for row in earlier} == {"2025-1", "2026-1"}
