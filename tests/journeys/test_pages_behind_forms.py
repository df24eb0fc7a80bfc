"""Pages that no link of the sample leads to, in a browser and in both languages: what a form, a letter, a refusal or
one's own records show."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Contest, Passkey, User
from models.types import Country, Language
from talent.auth import one_time_codes
from talent.auth.former_names import key_of
from talent.db import transaction
from talent.matching import switch
from talent.organisations import invitations
from talent.privacy import my_data
from talent.privacy.my_data_routes import COPIES
from talent.review import interests
from talent.throttle import count
from tests.journeys.conftest import Stage
from tests.support import build, build_decisions, build_privacy, build_profiles
from tests.support.page import PASSWORD
from tests.support.screen import Screen

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.parametrize("language", [Language.EN, Language.KO]),
]
COUNTRY = {Language.EN: Country.GB, Language.KO: Country.KR}
CREATE_THE_ACCOUNT, SEND_THE_ANSWER = "Create the account", "Send the answer"


def arrive(stage: Stage, person: User) -> Screen:
    return stage.screen(str(person.language)).open("/sign-in").sign_in(stage.app, person.email)


def speaks(session: Session, person: User, language: Language) -> User:
    """The same person, reading this language and with an authenticator app."""
    with transaction(session):
        session.get_one(User, person.id).language = language
    return build.enrol(session, session.get_one(User, person.id))


def test_setting_up_and_giving_the_second_step(stage: Stage, session: Session, language: Language) -> None:
    person = build.hr(session, enrolled=False, language=language)
    screen = arrive(stage, person).open("/account/security/").follow("Set up an authenticator app").press("Continue")
    key = screen.main.locator(".app-code").first.inner_text().replace(" ", "").strip()
    screen.fill(code=one_time_codes.code_of(key)).press("Continue").reads("Your recovery codes")
    screen.follow("I have kept them: continue").open("/account/security/recovery-codes").press("Make new codes")
    screen.reads("Your recovery codes").open("/account/security/authenticator/remove")
    for way in ("code", "password"):
        screen.open(f"/account/security/confirm?with={way}").press("Continue")

    again = stage.screen(str(language)).open("/sign-in").fill(email=person.email, password=PASSWORD).press("Sign in")
    again.press("Continue").follow("Use a recovery code instead").press("Continue")
    again.follow("Use a code from your authenticator app instead").open("/sign-in/passkey")


def test_a_former_name_is_kept_told_and_removed(stage: Stage, session: Session, language: Language) -> None:
    before = "Morgan Ashdown"
    names = {"name_home": before, "name_romanised": before}
    person = build.civil_servant(session, country=COUNTRY[language], language=language, **names)

    screen = arrive(stage, person).open("/account/names").choose(name_order="given_first")
    screen.fill(name_home="Morgan Elmsworth", name_romanised="Morgan Elmsworth").press("Save")
    screen.reads("Your names are saved.").open("/account/names").follow("See your former names").sees(before)
    screen.press("Remove the chosen names").sees(before).tick("names", key_of(before))
    screen.press("Remove the chosen names").open("/account/names/former").does_not_see(before)
    screen.reads(
        "We keep no former name of yours. When you change your names, the ones before are kept so that they "
        "stay hidden in your texts."
    )


def test_what_is_held_about_oneself(stage: Stage, session: Session, language: Language) -> None:
    held = build_privacy.person_with_everything(session, sending=COUNTRY[language])
    person = speaks(session, held.person, language)
    answerer = build.administrator(session, country=COUNTRY[language], language=language)
    contest = session.scalars(select(Contest)).one().id
    passkey = session.scalars(select(Passkey.id)).one()
    suggestion, post = held.case.suggestion_id, held.case.suggestion.opportunity_id
    session.rollback()

    screen = arrive(stage, person).open("/my-data/")
    for kind in my_data.KINDS:
        screen.open(f"/my-data/held/{kind.code}")
    screen.open(f"/my-data/suggestions/{suggestion}").open(f"/my-data/contests/{contest}").open("/my-data/why-not")
    screen.open(f"/my-data/why-not/{post}").open(f"/account/security/passkeys/{passkey}/remove").press("Remove")
    screen.open("/equality-questions/").open("/equality-questions/delete")

    office = arrive(stage, answerer).open("/my-data/to-answer").open(f"/my-data/to-answer/{contest}")
    office.press(SEND_THE_ANSWER).choose(outcome="not_upheld").fill(words="The evidence was not in the profile.")
    office.press(SEND_THE_ANSWER)
    screen.open(f"/my-data/contests/{contest}").open("/my-data/delete").press("Delete my account")
    screen.tick("understood", "y").fill(password=PASSWORD).press("Delete my account")
    screen.reads("Your account has been deleted")


def test_refusals(stage: Stage, session: Session, language: Language) -> None:
    """Each says in the reader's language what happened, and leads on."""
    person = build.civil_servant(session, country=COUNTRY[language], language=language)
    build_profiles.draft(session, person)
    screen = arrive(stage, person).open("/nowhere", status=404).reads("Page not found")
    screen.open("/audit/", status=403).reads("You cannot use this page").open("/account/sessions/stay", status=405)

    screen.open("/profile/experience").expected = 409
    screen.page.evaluate("document.querySelector('main [name=version]').value = '0'")
    screen.fill(text="Other words of mine.").press("Save and continue").reads("Both versions")

    screen.open("/account/names").expected = 400
    screen.page.evaluate("document.querySelector('main [name=csrf_token]').value = 'another'")
    screen.press("Save")

    for _try in range(COPIES.tries):
        count(session, COPIES, person.id)
    session.rollback()
    screen.open("/my-data/copy").expected = 429
    screen.press("Make the copy").reads("Too many attempts")


def test_answering_an_invitation(stage: Stage, session: Session, language: Language) -> None:
    country = COUNTRY[language]
    place = build.organisation(session, country=country, domain="ministry.example")
    admin = build.administrator(session, country=country, language=language)
    colleague = build.user(session, organisation=place, language=language)
    for address in ("new@ministry.example", colleague.email):
        invitations.invite(session, actor=admin, email=address, organisation_id=place.id, language=language)
    session.rollback()

    link = stage.mailbox.last("new@ministry.example").link("/invitation/")
    newcomer = stage.screen(str(language)).open(link).press(CREATE_THE_ACCOUNT)
    newcomer.choose(name_order="given_first", language=str(language))
    newcomer.fill(name_home="Jo Bloggs", name_romanised="Jo Bloggs", password=PASSWORD, password_again=PASSWORD)
    newcomer.press(CREATE_THE_ACCOUNT).reads("You can act as HR staff now")
    newcomer.open(link, status=410).reads("This invitation is no longer valid")

    link = stage.mailbox.last(colleague.email).link("/invitation/")
    stage.screen(str(language)).open(link).follow("Sign in")
    arrive(stage, colleague).open(link).press("Accept").reads("You can act as HR staff now")


def test_reviewing_with_an_interest_and_without_the_matcher(stage: Stage, session: Session, language: Language) -> None:
    case = build_decisions.case(session, sending=COUNTRY[language])
    reviewer, person = (speaks(session, one, language) for one in (case.reviewer, case.person))
    post = case.suggestion.opportunity_id
    session.rollback()
    office = arrive(stage, reviewer).open(f"/review/posts/{post}/everyone")
    office.open(f"/review/people/{case.suggestion_id}/interest").open(f"/review/posts/{post}/interest")
    switch.turn(session, actor=reviewer, enabled=False, reason="Its figures are being checked.")
    session.rollback()
    office.open("/matching/queue").open("/review/matcher").open("/matching/runs").open(f"/review/posts/{post}")
    office.press("Review this post").open("/transparency/")
    arrive(stage, person).open("/matching/for-you").open(f"/my-data/why-not/{post}")
    interests.declare_in_person(session, actor=reviewer, suggestion_id=case.suggestion_id, note="A former colleague.")
    session.rollback()
    office.open(f"/matching/review/{case.suggestion_id}", status=403).reads("Somebody else must review this pairing")
