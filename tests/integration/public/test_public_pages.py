"""Pages anybody can read, in both languages."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import LawfulBasis, utc_now
from models.types import Language
from talent.db import transaction
from tests.support import build
from tests.support.page import Visitor

PAGES = ("public.start", "public.how_matching_works", "public.privacy", "public.accessibility")


@pytest.mark.parametrize("endpoint", PAGES)
def test_each_page_in_both_languages(app: Flask, endpoint: str) -> None:
    english, korean = Visitor(app, "en").page(endpoint), Visitor(app, "ko").page(endpoint)
    assert english.status_code == korean.status_code == 200
    assert english.heading.isascii()
    assert not korean.heading.isascii()


def test_the_start_page_leads_to_the_account_and_the_framework(visitor: Visitor) -> None:
    links = visitor.page("public.start").links()
    assert links["Create an account"] == visitor.url("account.register")
    assert links["Sign in"] == visitor.url("security.login")
    assert links["Look at the skills framework"] == visitor.url("framework.families")


def test_health(visitor: Visitor) -> None:
    assert visitor.get("/healthz").response.json == {"status": "ok"}


def test_privacy_shows_the_notices_in_force(session: Session, app: Flask) -> None:
    page = Visitor(app).page("public.privacy")
    assert "Consent to transfer of personal information abroad" in page.text
    assert "Choose to be shown in Korea" in page.text
    korean = Visitor(app, "ko").page("public.privacy")
    assert "개인정보 국외 이전 동의" in korean.text
    assert "관리자가 문서번호 입력" in korean.text
    assert "Reference to be entered" not in korean.text
    with transaction(session):
        for basis in session.scalars(select(LawfulBasis).where(LawfulBasis.country == "KR")):
            basis.valid_to = utc_now().date()
    assert "nobody there can take part" in Visitor(app).page("public.privacy").text


def test_the_language_is_kept_for_the_browser(visitor: Visitor) -> None:
    token = _token(visitor.page("public.start").html)
    answer = visitor.post("/language", {"csrf_token": token, "language": "ko", "next": "/accessibility?a=1"})
    assert answer.location == "/accessibility?a=1"
    assert 'lang="ko"' in visitor.page("public.start").html


def test_the_language_is_kept_with_the_account(session: Session, app: Flask) -> None:
    person = build.civil_servant(session)
    signed = Visitor(app).sign_in(person)
    home = signed.page("public.home")
    token = _token(home.html)
    answer = signed.post("/language", {"csrf_token": token, "language": "ko", "next": "/home"})
    assert answer.location == "/home"
    session.refresh(person)
    assert person.language is Language.KO
    assert 'lang="ko"' in signed.page("public.home").html


@pytest.mark.parametrize("target", ["//evil.test", "/\\evil.test", "https://evil.test", "/a\r\nX: y", ""])
def test_the_language_switch_stays_on_the_site(visitor: Visitor, target: str) -> None:
    token = _token(visitor.page("public.start").html)
    answer = visitor.post("/language", {"csrf_token": token, "language": "ko", "next": target})
    assert answer.location == "/"


@pytest.mark.parametrize("language", ["", "fr", "\x00", "k" * 10_000])
def test_another_language_is_refused(visitor: Visitor, language: str) -> None:
    token = _token(visitor.page("public.start").html)
    assert visitor.post("/language", {"csrf_token": token, "language": language}).status_code == 400


def _token(html: str) -> str:
    return html.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
