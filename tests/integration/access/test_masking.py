"""Who a person is stays hidden from translators, reviewers and hosts, in every page they can open."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from models import Profile, ProfileText
from models.types import Answer, Decider, Language, TextState
from talent import texts
from talent.db import transaction
from talent.profiles.masking import without_identity
from tests.support import build
from tests.support.build_decisions import NAME, Case, case, post, profile, suggest
from tests.support.crawl import crawl
from tests.support.page import Visitor, words


def telltale(one: Case) -> list[str]:
    """What no page may hold: name, parts of it, address, organisation."""
    person = one.person
    assert person.organisation is not None
    return [NAME, *NAME.split(), person.email, person.organisation.name_en, person.organisation.name_ko]


def pages_of(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Every page that links lead to, as it was sent, with its address."""
    found: dict[str, str] = {}
    plain_get = visitor.client.get

    def get(address: str, **more: Any) -> Any:
        response = plain_get(address, **more)
        found[address] = f"{address} {response.headers} {response.get_data(as_text=True)}"
        return response

    monkeypatch.setattr(visitor.client, "get", get)
    crawl(visitor, set(), "/home")
    return found


@pytest.mark.parametrize("who", ["host_hr", "reviewer", "partner"])
def test_before_the_persons_yes_no_page_tells_who_it_is(
    session: Session, app: Flask, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    one = case(session).approved()
    secrets, reader = telltale(one), getattr(one, who)
    # Administrators of the sending country know the people and organisations of their country from other pages.
    own_business = ("/organisations/", "/audit/") if who == "reviewer" else ()
    pages = pages_of(Visitor(app).sign_in(reader), monkeypatch)
    address = f"/matching/{'put-forward' if who == 'host_hr' else 'review'}/{one.suggestion_id}"
    assert address in pages or who == "reviewer"  # decided: no longer in the reviewer's queue
    for place, page in pages.items():
        if not place.startswith(own_business or ("nothing",)):
            assert not [secret for secret in secrets if secret in page], place


def test_after_a_withdrawn_yes_the_host_sees_no_name_again(session: Session, app: Flask) -> None:
    one = case(session).accepted()
    host = Visitor(app).sign_in(one.host_hr)
    address = f"/matching/put-forward/{one.suggestion_id}"
    assert NAME in host.get(address).html
    one.decide(Decider.PERSON, Answer.NO)
    for place in (address, "/matching/put-forward", "/home", "/notices/"):
        assert NAME not in host.get(place).html


def test_two_posts_know_a_person_by_two_codes(session: Session) -> None:
    one = case(session)
    host = one.suggestion.opportunity.organisation
    other = suggest(session, one.suggestion.profile, post(session, host=host))
    assert other.pseudonym != one.suggestion.pseudonym


def test_translators_read_a_persons_words_without_the_name(session: Session, app: Flask) -> None:
    written = f"I am {NAME} (m.q@office.example). I ran a team."
    person = build.civil_servant(session, name_home=NAME, name_romanised=NAME)
    mine = profile(session, person)
    with transaction(session):
        mine = session.get_one(Profile, mine.id)
        mine.texts.clear()
        session.flush()
        mine.texts = [
            ProfileText(field="experience", lang=Language.EN, content=written, state=TextState.ORIGINAL),
            ProfileText(field="experience", lang=Language.KO, content=f"저는 {NAME}입니다.", state=TextState.DRAFT),
        ]
    translator = Visitor(app).sign_in(build.translator(session))
    address = f"/translations/profile/{mine.id}/ko"
    page = translator.get(address)
    assert "I ran a team." in page.text
    assert not [secret for secret in (*NAME.split(), "m.q@") if secret in page.html]
    # Marking it as checked without a change keeps the person's own words as they are.
    assert page.submit("text_experience", button="Mark as checked").status_code == 302
    session.expire_all()
    kept = texts.version(mine.texts, "experience", Language.KO)
    assert kept is not None
    assert (kept.content, kept.state) == (f"저는 {NAME}입니다.", TextState.CHECKED)


def test_the_preview_shows_what_others_see(session: Session, sign_in: Any) -> None:
    one = case(session)
    page = sign_in(one.person).page("profiles.preview")
    assert "I designed a form pattern" in page.text
    assert "Your words tell who you are" in page.text
    assert page.tree is not None
    shown = " ".join(words(section) for section in page.tree.iterfind(".//section"))
    assert "I designed a form pattern" in shown
    assert NAME not in shown
    assert one.person.email not in shown


@pytest.mark.parametrize(
    "text",
    ["Gil-dong Hong", "Gildong Hong", "HONG GIL DONG", "Hong, Gil-Dong", "홍길동", "홍 길동", "\u1112\u1169\u11bc길동"],
)
def test_romanised_syllables_and_decomposed_hangul_are_the_name_too(text: str) -> None:
    masked = without_identity(f"By {text}, for forms.", ["Gil-dong Hong", "홍길동"])
    assert masked == "By […], for forms."
