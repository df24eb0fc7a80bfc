"""Changing the matcher's settings and going back, and the pages that tell people what the matcher found, in a browser
and in both languages."""

from __future__ import annotations

from typing import Any

import html5lib
import pytest
from sqlalchemy.orm import Session

from ml import results
from ml.results import Figure
from models import Opportunity, Profile, User
from models.types import Country, Language, LengthBand
from talent.matching import engine, for_you, meanings, settings_figures
from tests.journeys.conftest import Stage
from tests.journeys.test_pages_behind_forms import COUNTRY, arrive
from tests.support import build, build_matching
from tests.support.page import english_left
from tests.support.screen import Screen

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.parametrize("language", [Language.EN, Language.KO]),
]
WHY = {Language.EN: "Reviewers see many who lack the essential skills.", Language.KO: "필수 역량이 없는 분이 많습니다."}
OK = {Language.EN: "The overlap is high and no group loses.", Language.KO: "불리해지는 집단이 없습니다."}
MISSED = Figure("places_gained_median", "the post pasted", 7.0, variant="product", target=3.0, better="low")
MEASURES: tuple[results.Kind, ...] = ("parity", "attack")


@pytest.fixture(autouse=True)
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands for the measurements, which take minutes: figures of the release, and one promise missed as before."""
    kept = {name: results.read(name) for name in MEASURES}
    figures = {name: [row for row in one.figures if row.variant == "product"] for name, one in kept.items() if one}
    figures["attack"] = [MISSED, *figures["attack"][1:]]
    monkeypatch.setattr(engine, "measured", lambda name, _params, _tick: figures[name])
    monkeypatch.setattr(settings_figures.results, "read", lambda _name: None)


def in_own_language(screen: Screen) -> Screen:
    """No English is left on a page read in Korean."""
    if screen.language == "ko":
        left = list(english_left(html5lib.parse(screen.page.content(), namespaceHTMLElements=False)))
        screen.problems += [f"English on a Korean page, {screen.page.url}: {text!r}" for text in left]
    return screen


def town(session: Session) -> None:
    """A dozen people of either country and one post: enough for figures of everybody, too few to tell groups apart."""
    for number in range(12):
        build_matching.profile(
            session,
            country=Country.KR if number % 2 else Country.GB,
            text=build_matching.KOREAN if number % 2 else build_matching.ENGLISH,
            language=Language.KO if number % 2 else Language.EN,
            skills={"data-modelling": 1 + number % 4, "data-governance": 2},
        )
    build_matching.opportunity(session, audience="both")
    session.rollback()


def two_administrators(session: Session, language: Language) -> tuple[User, User]:
    country = COUNTRY[language]
    return (
        build.administrator(session, country=country, language=language),
        build.administrator(session, country=country.other, language=language),
    )


def proposed(screen: Screen, why: str) -> Screen:
    screen.open("/matching/settings").follow("Propose a change")
    return screen.fill(weight_skills_essential="30", note=why).press("Propose this change")


def test_two_administrators_change_the_settings_and_one_goes_back(
    stage: Stage, session: Session, language: Language
) -> None:
    town(session)
    first, second = two_administrators(session, language)
    why, ok = WHY[language], OK[language]

    office = (
        arrive(stage, first)
        .open("/matching/settings/roll-back")
        .reads("The default settings are in force. There are no previous settings to go back to.")
    )
    in_own_language(office.open("/matching/settings")).reads("These are the default settings. Nobody has changed them.")
    office.follow("Propose a change").fill(
        weight_skills_essential="70", weight_text="much", per_post="2.5", per_person="", note=why
    )
    office.press("Propose this change")
    for name, typed in {"weight_skills_essential": "70", "weight_text": "much", "per_post": "2.5", "note": why}.items():
        assert office.control(name).input_value() == typed
    for name in ("weight_skills_essential", "weight_text", "per_post", "per_person"):
        assert office.main.locator(f"#{name}-error").is_visible()
        assert office.main.locator(f'.govuk-error-summary a[href="#{name}"]').count() == 1
    in_own_language(office).open("/matching/settings/propose").press("Propose this change")
    in_own_language(office).reads("Say what the change is for")

    proposed(office, why).reads("The reports will be made shortly.")
    row = office.page.url.removeprefix(stage.address)
    in_own_language(office).open("/matching/settings/propose").reads(
        "Another proposal is waiting for an answer. Answer or withdraw that one first."
    )
    colleague = arrive(stage, second).open(row).reads("The reports will be made shortly.")
    stage.work()
    in_own_language(colleague.open(row)).reads("Everybody").reads("Met").reads("Not met before either").sees(why)
    colleague.press("Save the answer").reads("Choose whether the settings come into force").reads("Give a reason")
    in_own_language(colleague).choose(answer="put_in_force").fill(note=ok).press("Save the answer")
    in_own_language(colleague.reads("The settings are in force, and a full run has been requested."))

    in_own_language(office.open("/matching/settings")).follow("Go back to the previous settings")
    in_own_language(office.reads("You are going back to the default settings.")).press("Go back now")
    in_own_language(office.reads("Say why you are going back")).fill(reason=ok).tick("confirm", "y").press(
        "Go back now"
    )
    office.reads("The earlier settings are in force again, and a full run has been requested.")
    in_own_language(office)
    in_own_language(office.open("/matching/settings")).reads("Was in force")


def test_a_proposal_is_withdrawn_or_refused(
    stage: Stage, session: Session, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = two_administrators(session, language)
    session.rollback()
    office, colleague = arrive(stage, first), arrive(stage, second)
    proposed(office, WHY[language]).press("Withdraw the proposal")
    in_own_language(office.reads("The proposal is withdrawn.")).reads("Withdrawn")

    def fail(_name: str, _params: object, _tick: object) -> list[Figure]:
        raise MemoryError

    row = proposed(office, WHY[language]).page.url
    with monkeypatch.context() as patch:
        patch.setattr(engine, "measured", fail)
        stage.work()
    in_own_language(colleague.open(row)).press("Make the reports again").reads("The reports are being made again.")
    stage.work()
    in_own_language(colleague.open(row)).reads("Nothing is shown for fewer than 10 people.")
    colleague.choose(answer="refuse").fill(note=OK[language]).press("Save the answer")
    in_own_language(colleague.reads("Your refusal is recorded. The settings stay as they are.")).reads("Refused")


POST_IN_KOREAN = (
    "주소 자료의 데이터 모델을 설계하고 다른 기관과 데이터 거버넌스 규칙을 합의합니다. "
    "기관마다 따로 쓰던 엑셀 파일을 공통 정의로 바꾸고 표마다 담당자를 정하며 품질을 보고합니다."
)


def post_in(session: Session, language: Language, **values: Any) -> Opportunity:
    """A post abroad, written in the reader's language."""
    if language is Language.KO:
        values |= {"text": POST_IN_KOREAN, "title": "국가 주소 데이터 설계 담당"}
    return build_matching.opportunity(session, country=COUNTRY[language].other, language=language, **values)


def with_the_post(language: Language) -> str:
    """What somebody wrote, with the text of the post pasted under it."""
    if language is Language.KO:
        return f"{build_matching.KOREAN}\n\n{POST_IN_KOREAN}"
    return f"{build_matching.ENGLISH}\n\n{build_matching.POST_TEXT}"


def reader(session: Session, language: Language, text: str) -> tuple[User, Profile]:
    """A person who knows little of what the post asks for, wishes to learn, and wrote in their own language."""
    person = build.civil_servant(session, country=COUNTRY[language], language=language)
    wish, held = [LengthBand.FROM_3_TO_6_MONTHS.value], {"data-modelling": 1}
    profile = build_matching.profile(session, person=person, text=text, language=language, skills=held, lengths=wish)
    return person, profile


def test_what_the_matcher_tells_a_person(stage: Stage, session: Session, language: Language) -> None:
    person, _profile = reader(session, language, with_the_post(language))
    post = post_in(session, language, skills={"data-modelling": 4})
    session.rollback()

    screen = arrive(stage, person)
    in_own_language(screen.open("/matching/for-you")).open(f"/matching/for-you/{post.id}").reads(
        "The comparison by meaning is still being prepared."
    )
    meanings.make_missing(session)
    session.rollback()
    for order in for_you.Order:
        in_own_language(screen.open(f"/matching/for-you?order={order.value}"))
    screen.open(f"/matching/for-you/{post.id}").reads("Sentences with a similar meaning")
    opened(screen.reads("Parts of the text were taken from the post: they were not counted."))
    in_own_language(screen.reads("What would change this").reads("not counted"))
    in_own_language(screen.open("/matching/for-you/others")).open(f"/my-data/why-not/{post.id}")


def opened(screen: Screen) -> Screen:
    """The same page with everything unfolded, looked at once more."""
    screen.page.evaluate("document.querySelectorAll('main details').forEach((item) => { item.open = true })")
    return screen.look()


def test_what_the_matcher_tells_a_reviewer(stage: Stage, session: Session, language: Language) -> None:
    _person, profile = reader(session, language, with_the_post(language))
    post = post_in(session, language)
    reviewer = build.administrator(session, country=COUNTRY[language], language=language)
    meanings.make_missing(session)
    suggestion = build_matching.suggestion(session, profile=profile, opportunity=post).id
    session.rollback()
    office = arrive(stage, reviewer).open(f"/matching/review/{suggestion}")
    office.choose(view="unsure").press("Save my first view").reads("What the person gains")
    opened(office.reads("Parts of the text were taken from the post: they were not counted."))
    in_own_language(office.reads("Sentences with a similar meaning").reads("not counted"))
