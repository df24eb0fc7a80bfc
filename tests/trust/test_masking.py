"""Who a person is stays hidden until they say yes: in pages, mails, notices, files, addresses, order and time
(R5), in their own words (R6), abroad (R28), and from the matcher (M2)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import MatchSuggestion, Notification, Opportunity, Profile, User
from models.types import Answer, Country, Decider, Language, NameOrder
from talent.auth import services as accounts
from talent.auth.former_names import key_of
from talent.auth.registration import Names
from talent.db import transaction
from talent.matching import meanings
from talent.profiles import services
from talent.profiles.answers import Experience
from talent.profiles.masking import GAP, without_identity
from tests.integration.access.test_masking import pages_of
from tests.support import build, build_decisions, build_matching, build_profiles
from tests.support.build_decisions import Case
from tests.support.growth import assert_grows_linearly
from tests.support.mail import Mailbox
from tests.support.page import Visitor, words
from tests.trust.corpus import Planted, honest, planted_names, planted_patterns

HOME, ROMANISED, ADDRESS = "한별솔", "Byeolsol Han", "byeolsol.han"
TELLTALE = (HOME, "별솔", "Byeolsol", "BYEOLSOL", "byeolsol")
PLANTED = {
    Language.KO: (
        "저는 한별솔입니다. 한별솔이 맡은 일이며 별솔님, 별솔씨로 불렸습니다. 담당자는한별솔의 동료입니다. "
        "연락처 010-4321-8765, 주민번호 900101-2345678. 서식 모형을 만들었습니다."
    ),
    Language.EN: (
        "I am Byeolsol Han (Han Byeolsol, HAN BYEOLSOL, 한별솔). Byeolsol's pattern is at "
        "https://example.org/byeolsol and byeolsol.han@elsewhere.example, or call +82 10 4321 8765. "
        "I designed a form pattern for licences."
    ),
}


LATER = Names("온새미", "Saemi On", NameOrder.FAMILY_FIRST, "")
"""Who the person of the pairing becomes by changing their names."""


def canary_case(session: Session, *, renamed: bool = False) -> Case:
    """A pairing of a Korean official whose name is in every text they can write, with a post in the other country.

    `renamed`: they have had other names for as long as there is a pairing, and left their texts as they were.
    """
    home = build.organisation(session, country=Country.KR)
    person = build.civil_servant(
        session,
        organisation=home,
        email=f"{ADDRESS}@{home.domains[0].domain}",
        name_home=HOME,
        name_romanised=ROMANISED,
        language=Language.KO,
    )
    mine = build_decisions.profile(session, person)
    with transaction(session):
        row = session.get_one(Profile, mine.id)
        row.texts.clear()
        row.skills[0].evidence = f"{HOME}(별솔)이 만든 서식 모형. Made by Byeolsol."
        row.job_series = HOME
    services.save_experience(session, person, Experience(Language.KO, PLANTED[Language.KO], PLANTED[Language.EN]))
    if renamed:
        accounts.rename(session, actor=person, names=LATER)
    host_hr = build.hr(session, country=Country.GB)
    post = build_decisions.post(session, host=host_hr.organisation)
    suggestion = build_decisions.suggest(session, mine, session.get_one(Opportunity, post.id))
    return Case(
        session=session,
        suggestion_id=suggestion.id,
        reviewer=build.administrator(session, country=Country.KR),
        partner=build.administrator(session, country=Country.GB),
        person=person,
        host_hr=host_hr,
        home_hr=build.hr(session, organisation=home),
    )


def secrets_of(one: Case) -> list[str]:
    profile = one.suggestion.profile
    place = profile.organisation
    later = (LATER.name_home, LATER.name_romanised) if profile.user and profile.user.former_names else ()
    return [*TELLTALE, *later, ADDRESS, str(profile.id), str(profile.user_id), place.name_en, place.name_ko]


def leaks(text: str, secrets: list[str]) -> list[str]:
    return [secret for secret in secrets if secret in text]


OWN_BUSINESS = {
    "reviewer": ("/organisations/", "/audit/", "/my-data/", "/translations/"),
    "home_hr": ("/organisations/",),
    "partner": ("/audit/", "/translations/"),
}
"""Pages on which a reader knows people from elsewhere: one's own staff, the accounts of one's own country, the record
of ids, and texts to translate, whose addresses name a profile but no pairing."""


@pytest.mark.parametrize("state", ["suggested", "approved", "declined"])
@pytest.mark.parametrize("who", ["host_hr", "home_hr", "reviewer", "partner"])
def test_r5_canaries_reach_nobody_before_the_persons_yes(
    session: Session, app: Flask, monkeypatch: pytest.MonkeyPatch, who: str, state: str
) -> None:
    one = canary_case(session)
    if state != "suggested":
        one.approved()
    if state == "declined":
        one.decide(Decider.PERSON, Answer.NO)
    elif who == "reviewer" and state == "suggested":
        one.first_view()
    assert_no_page_tells(app, monkeypatch, one, who)


@pytest.mark.parametrize("who", ["host_hr", "home_hr", "reviewer", "partner"])
def test_r5_former_names_in_old_texts_reach_nobody(
    session: Session, app: Flask, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    one = canary_case(session, renamed=True)
    profile = one.suggestion.profile
    assert profile.user is not None
    assert profile.user.former_names == [HOME, ROMANISED]
    assert HOME in profile.texts[0].content + profile.texts[1].content, "else this test shows nothing"
    kept = f"{one.suggestion.profile_snapshot['record']} {one.suggestion.explanation}"
    assert not leaks(kept, list(TELLTALE)), "frozen without the name, so the matcher read none"
    assert_no_page_tells(app, monkeypatch, one.approved(), who)


def test_r5_a_former_name_that_its_owner_had_removed_is_a_word_again(session: Session, app: Flask) -> None:
    """So the test before shows that it was the former name that hid it."""
    one = canary_case(session, renamed=True).approved()
    mine = Visitor(app).sign_in(one.person).page("account.former_names")
    mine.submit("names", names=[key_of(HOME), key_of(ROMANISED)])
    assert "한별솔" not in Visitor(app).sign_in(one.host_hr).get(f"/matching/put-forward/{one.suggestion_id}").html
    post = build_decisions.post(session, host=one.host_hr.organisation)
    session.rollback()
    later = build_decisions.suggest(session, one.suggestion.profile, session.get_one(Opportunity, post.id))
    assert "한별솔" in str(later.profile_snapshot), "pairings from now on"


def assert_no_page_tells(app: Flask, monkeypatch: pytest.MonkeyPatch, one: Case, who: str) -> None:
    """Crawl all that somebody can open: no page, header or address tells who the person is."""
    secrets, reader = secrets_of(one), getattr(one, who)
    if who in ("home_hr", "reviewer"):
        secrets = secrets[:-2]  # their own organisation, or those of their own country
    visitor = Visitor(app).sign_in(reader)
    pages = pages_of(visitor, monkeypatch)
    for address in (f"/matching/put-forward/{one.suggestion_id}", f"/matching/review/{one.suggestion_id}"):
        pages[address] = f"{visitor.client.get(address).headers} {visitor.client.get(address).get_data(as_text=True)}"
    own = OWN_BUSINESS.get(who, ("nothing",))
    found = {place: leaks(page, secrets) for place, page in pages.items() if not place.startswith(own)}
    assert len(pages) > 5
    assert not {place: hits for place, hits in found.items() if hits}


@pytest.mark.parametrize("renamed", [False, True], ids=["as-ever", "renamed"])
def test_r5_mails_notices_and_the_database_of_notices_name_nobody(
    session: Session, app: Flask, mailbox: Mailbox, renamed: bool
) -> None:
    one = canary_case(session, renamed=renamed).approved()
    one.decide(Decider.PERSON)  # now: those concerned are told
    secrets = secrets_of(one)
    for letter in mailbox.letters():
        if letter.to != one.person.email:
            assert not leaks(f"{letter.to} {letter.subject} {letter.text} {letter.html}", secrets), letter.subject
    session.rollback()
    rows = session.query(Notification).where(Notification.user_id != one.person.id).all()
    assert rows
    for row in rows:
        assert not leaks(f"{row.params} {row.endpoint_args}", secrets)


def test_r5_two_posts_cannot_be_joined_by_code_id_or_address(session: Session, app: Flask) -> None:
    one = canary_case(session).approved()
    host = one.suggestion.opportunity.organisation
    second = build_decisions.post(session, host=host, title="Another post of the same host")
    other = build_decisions.suggest(session, one.suggestion.profile, session.get_one(Opportunity, second.id))
    pair = Case(session, other.id, one.reviewer, one.partner, one.person, one.host_hr, one.home_hr).approved()
    mine, theirs = one.suggestion, pair.suggestion
    assert mine.pseudonym != theirs.pseudonym
    visitor = Visitor(app).sign_in(one.host_hr)
    first, then = (visitor.get(f"/matching/put-forward/{item.id}").html for item in (mine, theirs))
    for secret in (theirs.pseudonym, str(theirs.id), str(mine.profile_id)):
        assert secret not in first
    for secret in (mine.pseudonym, str(mine.id), str(mine.profile_id)):
        assert secret not in then
    updated = mine.profile.updated_at
    assert f"{updated:%H:%M}" not in words_of_time(first, str(updated.year))


def words_of_time(page: str, year: str) -> str:
    """What stands near a year: moments would show there."""
    return " ".join(page[max(0, at - 40) : at + 40] for at in _places(page, year))


def _places(page: str, text: str) -> list[int]:
    found, at = [], page.find(text)
    while at >= 0:
        found.append(at)
        at = page.find(text, at + 1)
    return found


def test_r5_after_the_yes_the_host_sees_the_name_and_after_its_withdrawal_no_more(session: Session, app: Flask) -> None:
    one = canary_case(session).accepted()
    host = Visitor(app).sign_in(one.host_hr)
    addresses = (f"/matching/put-forward/{one.suggestion_id}", "/matching/put-forward", "/home", "/notices/")
    assert ROMANISED in host.get(addresses[0]).text
    one.decide(Decider.PERSON, Answer.NO)
    for address in addresses:
        assert not leaks(host.get(address).html, secrets_of(one)), address


def test_r5_a_name_changed_after_the_suggestion_is_masked_too(session: Session, app: Flask) -> None:
    """Frozen texts are masked again when they are shown."""
    one = canary_case(session).approved()
    with transaction(session):
        session.get_one(User, one.person.id).name_romanised = "Licences Pattern Han"
    page = Visitor(app).sign_in(one.host_hr).get(f"/matching/put-forward/{one.suggestion_id}")
    assert "Byeolsol" not in page.html


# R6


def _missed(planted: Planted) -> bool:
    masked = without_identity(planted.text, planted.owner.names)
    return GAP not in masked or any(secret in masked for secret in planted.secrets)


def test_r6_own_names_are_always_taken_out(record_property: Any) -> None:
    sentences = list(planted_names())
    missed = [planted.text for planted in sentences if _missed(planted)]
    record_property("own_names", f"{len(sentences) - len(missed)} of {len(sentences)}")
    assert len(sentences) >= 200
    assert not missed


def test_r6_at_least_95_per_cent_of_each_pattern_is_taken_out(record_property: Any) -> None:
    asked, missed = Counter[str](), Counter[str]()
    for planted in planted_patterns():
        asked[planted.kind] += 1
        missed[planted.kind] += _missed(planted)
    for kind, number in asked.items():
        record_property(kind, f"{number - missed[kind]} of {number}")
    assert sum(asked.values()) >= 200
    assert {kind for kind in asked if missed[kind] > 0.05 * asked[kind]} == set()


def test_r6_under_2_per_cent_of_honest_sentences_are_touched(record_property: Any) -> None:
    sentences = honest()
    touched = [text for text, owner in sentences if without_identity(text, owner.names) != text]
    record_property("false_positives", f"{len(touched)} of {len(sentences)}")
    assert len(sentences) >= 500
    assert len(touched) < 0.02 * len(sentences), touched


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "@",
        "1",
        "0",
        "1-",
        "a@",
        "a@a.",
        "홍길",
        "Hong,",
        "+1",
        "github",
        "여권 ",
        "(at)",
        "900101-",
        "www.",
        "https://",
        "x ",
        "a at ",
        "a골뱅이",
        "a 점 ",
        "h o ",
        "hong.",
        "a.",
    ],
)
def test_r6_a_million_characters_take_bounded_work(piece: str) -> None:
    """Four times the text takes about four times as long, whatever it repeats."""
    names = ("홍길동", "Gil-dong Hong")

    assert_grows_linearly(
        lambda length: without_identity((piece * (length // len(piece) + 1))[:length], names), 1_000_000
    )


@pytest.mark.parametrize("language", ["en", "ko"])
def test_r6_the_owner_is_warned_in_place_and_the_text_is_saved(session: Session, app: Flask, language: str) -> None:
    person = build.civil_servant(session, name_romanised="Ottoline Fernsby", language=Language(language))
    mine = Visitor(app, language).sign_in(person)
    text = "I am Ottoline Fernsby, call 020 7946 0958. I led a team that rebuilt the licence forms."
    saved = mine.page("profiles.experience").submit("text", written_in="en", text=text)
    page = saved.follow()
    assert page.url.startswith("/profile/experience")
    told = {"en": ("Your words tell who you are", "a telephone number"), "ko": ("본인을 알 수 있는 내용", "전화번호")}
    for sentence in (*told[language], "Ottoline Fernsby", "020 7946 0958"):
        assert sentence in page.text
    assert text in page.html
    again = page.submit("text", written_in="en", text=text)  # kept as it is: the person has decided
    assert not again.location.startswith("/profile/experience")
    preview = mine.page("profiles.preview")
    assert preview.tree is not None
    shown = " ".join(words(section) for section in preview.tree.iterfind(".//section"))
    assert "rebuilt the licence forms" in shown
    assert "Fernsby" not in shown


def test_r6_the_owner_is_warned_of_a_former_name_too(session: Session, app: Flask) -> None:
    person = build.civil_servant(session, name_home="Ottoline Fernsby", name_romanised="Ottoline Fernsby")
    mine = Visitor(app).sign_in(person)
    mine.page("account.names").submit("name_home", name_home="Ottoline Reed", name_romanised="Ottoline Reed")
    text = "I was Ottoline Fernsby when I led the team that rebuilt the licence forms."
    page = mine.page("profiles.experience").submit("text", written_in="en", text=text).follow()
    assert "your name – Ottoline Fernsby" in page.text


def test_r6_evidence_of_a_skill_is_looked_at_too(session: Session, app: Flask) -> None:
    person = build.civil_servant(session, name_romanised="Ottoline Fernsby")
    profile = build_profiles.draft(session, person)
    mine = Visitor(app).sign_in(person)
    skill = profile.skills[0].skill_id
    page = (
        mine.page("profiles.skills").submit("skill", **{f"{skill}:evidence": "Ask o.fernsby@office.example"}).follow()
    )
    assert "an email address – o.fernsby@office.example" in page.text


# R28


def test_r28_hr_of_the_other_country_sees_no_card_before_showing_abroad_is_accepted(
    session: Session, app: Flask
) -> None:
    one = build_decisions.case(session).approved()
    host = Visitor(app).sign_in(one.host_hr)
    address = f"/matching/put-forward/{one.suggestion_id}"
    assert host.get(address).status_code == 200
    _answer_showing_abroad(session, one, agreed=False)
    assert host.get(address).status_code == 404  # at the next click
    assert one.suggestion.pseudonym not in host.get("/matching/put-forward").html
    assert Visitor(app).sign_in(one.partner).get(f"/matching/review/{one.suggestion_id}").status_code == 404


def _answer_showing_abroad(session: Session, one: Case, *, agreed: bool) -> None:
    from talent.profiles import queries
    from talent.profiles.answers import BasisAnswer

    profile = one.suggestion.profile
    services.save_basis(
        session,
        session.get_one(User, one.person.id),
        [
            BasisAnswer(basis.purpose, agreed or "abroad" not in basis.purpose.value, basis.id)
            for basis in queries.bases_of(session, profile.organisation)
        ],
        profile=session.get_one(Profile, profile.id),
    )


def test_r28_the_record_holds_the_basis_and_its_time(session: Session, app: Flask) -> None:
    one = build_decisions.case(session).approved()
    _answer_showing_abroad(session, one, agreed=False)
    bases = [row for row in one.suggestion.profile.bases if "abroad" in row.purpose.value]
    assert {row.agreed for row in bases} == {True, False}
    assert all(row.recorded_at is not None and row.lawful_basis.notice_version for row in bases)
    assert all(row.ended_at is not None for row in bases if row.agreed)


def test_r5_sentences_compared_by_meaning_name_nobody_and_growth_stays_from_the_host(
    session: Session, sign_in: Any
) -> None:
    """The vectors are there, so pairs of sentences are quoted: on the host's page and in what is kept."""
    one = canary_case(session)
    meanings.make_missing(session)
    post = build_decisions.post(session, host=one.host_hr.organisation, title="Designs form patterns for licences")
    meanings.make_missing(session)
    run = build_matching.run(session, opportunity_ids=[post.id])
    assert run.versions["vectors"]
    (made,) = session.scalars(select(MatchSuggestion).where(MatchSuggestion.opportunity_id == post.id)).all()
    pair = Case(session, made.id, one.reviewer, one.partner, one.person, one.host_hr, one.home_hr)
    kept = str(made.explanation)
    assert made.explanation["passages"], "else this test shows nothing"
    assert not leaks(kept, list(TELLTALE))
    before = sign_in(one.reviewer).get(f"/matching/review/{made.id}").html
    assert "Save my first view" in before
    for word in ("Sentences with a similar meaning", "What the person gains", "were taken from the post", "app-mark"):
        assert word not in before, "nothing of the matcher before the first view"
    pair.approved()
    page = sign_in(one.host_hr).get(f"/matching/put-forward/{made.id}").html
    assert "Sentences with a similar meaning" in page
    assert not leaks(page, secrets_of(one))
    for word in ("What the person gains", "Both texts in full", "were taken from the post"):
        assert word not in page
