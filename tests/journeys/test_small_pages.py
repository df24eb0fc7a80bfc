"""Pages that only a state, a letter or an address leads to, each looked at once in both languages."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AdministratorProposal, Invitation
from models.types import ApprovalHolder, Language, Side
from talent.exchange.services import start_import
from talent.organisations import invitations
from talent.profiles import services
from tests.journeys.conftest import Stage
from tests.journeys.test_pages_behind_forms import COUNTRY, arrive, speaks
from tests.support import build, build_decisions, build_privacy, build_profiles

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.parametrize("language", [Language.EN, Language.KO]),
]


def test_a_profile_on_its_way(stage: Stage, session: Session, language: Language) -> None:
    home = build.organisation(session, country=COUNTRY[language])
    newcomer = speaks(session, build.civil_servant(session, organisation=home), language)
    kept = build_profiles.imported(session, organisation_id=home.id)
    token = services.issue_claim(session, None, kept)
    owner = build.civil_servant(session, organisation=home, language=language)
    build_profiles.active(session, owner)
    session.rollback()

    arrive(stage, newcomer).open(f"/profile/claim/{token}").press("This is my profile")
    screen = arrive(stage, owner).open("/profile/viewed-by")
    paused = services.pause(session, owner, None).id
    session.rollback()
    screen.open("/profile/resume")
    services.withdraw(session, owner, reason="profile-withdraw-no-longer-interested")
    session.rollback()
    screen.open("/profile/withdrawn").open(f"/profile/{paused}").open("/account/sessions/welcome-back").open(
        "/framework/search?q=data"
    )


def test_contesting_a_decision(stage: Stage, session: Session, language: Language) -> None:
    case = build_privacy.rejected(session, sending=COUNTRY[language])
    person = speaks(session, case.person, language)
    suggestion = case.suggestion_id
    session.rollback()
    arrive(stage, person).open(f"/my-data/suggestions/{suggestion}/contest")


def test_a_host_asks_its_unit(stage: Stage, session: Session, language: Language) -> None:
    case = build_decisions.case(session, sending=COUNTRY[language].other).accepted()
    staff = speaks(session, case.host_hr, language)
    step = next(row.id for row in case.steps(Side.HOST) if row.step.holder is ApprovalHolder.LINE_MANAGER)
    session.rollback()
    arrive(stage, staff).open(f"/matching/put-forward/steps/{step}/ask")


def test_administering(stage: Stage, session: Session, language: Language) -> None:
    country = COUNTRY[language]
    place = build.organisation(session, country=country, domain="ministry.example")
    admin, colleague = (build.administrator(session, country=country, language=language) for _ in range(2))
    person = build.civil_servant(session, organisation=place)
    invitations.invite(session, actor=admin, email="new@ministry.example", organisation_id=place.id, language=language)
    batch = start_import(session, actor=admin, kind="opportunities", organisation_id=place.id, lines=[])
    invitation, batch_id = session.scalars(select(Invitation.id)).one(), batch.id
    session.rollback()

    office = arrive(stage, admin).open(f"/organisations/invitations/{invitation}/withdraw").open(f"/imports/{batch_id}")
    office.open(f"/organisations/people/{person.id}/propose").fill(reason="She knows the service.").press(
        "Propose as an administrator"
    )
    session.rollback()
    proposal = session.scalars(select(AdministratorProposal.id)).one()
    session.rollback()
    arrive(stage, colleague).open(f"/organisations/proposals/{proposal}")


def test_signing_in_in_other_ways(stage: Stage, session: Session, language: Language) -> None:
    person = build.civil_servant(session, country=COUNTRY[language], language=language)
    screen = stage.screen(str(language)).open("/sign-in/organisation").open("/reset-password")
    screen.fill(email=person.email).press("Send the link")
    screen.open(stage.mailbox.last(person.email).link("/reset-password/"))
