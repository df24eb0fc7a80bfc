"""A person about whom everything is held that the service can hold, each thing with a word nobody else has."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    AdministratorProposal,
    ApprovalLink,
    DeclaredInterest,
    FirstView,
    IdentityLink,
    ImportBatch,
    ImportedRow,
    Invitation,
    MatchSuggestion,
    MonitoringAnswer,
    Notification,
    Passkey,
    Profile,
    ProfileEvent,
    ProfileSkill,
    Reason,
    Shortlist,
    ShortlistCard,
    Unmasking,
    User,
    UserSession,
    WorksHere,
    utc_now,
)
from models.types import Answer, Country, Decider, Language, ProfileStatus
from talent.db import transaction
from talent.notifications.services import mail_to_address, notify
from talent.privacy import contests, monitoring
from talent.profiles.views import SeenAs, record_view
from tests.support import build, build_decisions
from tests.support.build_decisions import Case

MINE = "Zaunkoenig"
"""Every canary of the person begins with this; nobody else's does."""
THEIRS = "Rotkehlchen"
"""Every canary of others begins with this."""


@dataclass
class Held:
    """The person, the case they are in, and the words planted."""

    session: Session
    case: Case
    mine: set[str] = field(default_factory=set)

    @property
    def person(self) -> User:
        return self.session.get_one(User, self.case.person.id)

    def plant(self, name: str) -> str:
        """A canary of the person, remembered."""
        word = f"{MINE}-{name}"
        self.mine.add(word)
        return word


def person_with_everything(session: Session, *, sending: Country = Country.GB) -> Held:
    """Build it, through services where they do it and rows where they do not."""
    home_hr = build.hr(session, country=sending, name_home=f"{THEIRS}-homehr", name_romanised=f"{THEIRS}-homehr")
    case = build_decisions.case(session, sending=sending, home_hr=home_hr)
    held = Held(session, case)
    _name_others(session, case)
    person = held.person
    with transaction(session):
        person = session.get_one(User, person.id)
        person.name_home, person.name_romanised = held.plant("home"), held.plant("roman")
        person.form_of_address, person.former_names = held.plant("address"), [held.plant("former")]
        person.email = f"{MINE.lower()}-mail@{person.email.partition('@')[2]}"
    held.mine.add(person.email)
    _profile_words(held)
    _decided(held)
    _around(held)
    session.rollback()
    return held


def _name_others(session: Session, case: Case) -> None:
    with transaction(session):
        for number, one in enumerate((case.reviewer, case.partner, case.host_hr)):
            row = session.get_one(User, one.id)
            row.name_home = row.name_romanised = f"{THEIRS}-person{number}"
            row.email = f"{THEIRS.lower()}{number}@{row.email.partition('@')[2]}"
    stranger = build.civil_servant(session, name_home=f"{THEIRS}-stranger", name_romanised=f"{THEIRS}-stranger")
    other = build_decisions.profile(session, stranger)
    with transaction(session):
        session.get_one(Profile, other.id).texts[0].content = f"{THEIRS}-experience"
    build_decisions.suggest(session, other, case.suggestion.opportunity)


def _profile_words(held: Held) -> None:
    session, profile_id = held.session, held.case.suggestion.profile_id
    with transaction(session):
        profile = session.get_one(Profile, profile_id)
        profile.job_series, profile.external_id = held.plant("series"), held.plant("external")
        profile.import_source = "jsonl"
        profile.texts[0].content = held.plant("experience")
        profile.skills[0].evidence = held.plant("evidence")
        profile.bases[0].reference = held.plant("reference")
        session.add(
            ProfileEvent(
                profile_id=profile.id,
                action="activate",
                from_status=ProfileStatus.DRAFT,
                to_status=ProfileStatus.ACTIVE,
                actor_id=profile.user_id,
                role="owner",
                note=held.plant("event-note"),
            )
        )
        suggestion = session.get_one(MatchSuggestion, held.case.suggestion_id)
        snapshot = dict(suggestion.profile_snapshot)
        snapshot["record"] = {**snapshot["record"], "texts": [{"language": "en", "text": held.plant("frozen")}]}
        suggestion.profile_snapshot = snapshot


def _decided(held: Held) -> None:
    case, session = held.case, held.session
    case.decide(Decider.REVIEWER, at=utc_now() - timedelta(minutes=9), note=held.plant("reviewer-note"))
    case.decide(Decider.PERSON, at=utc_now() - timedelta(minutes=8), note=held.plant("own-note"))
    with transaction(session):
        suggestion = session.get_one(MatchSuggestion, case.suggestion_id)
        for number, step in enumerate(suggestion.approvals):
            step.holder_name, step.note = f"{THEIRS}-holder", held.plant(f"approval-note-{number}")
            step.links.append(
                ApprovalLink(
                    email=f"{THEIRS.lower()}@manager.example",
                    token_hash=f"hash-{number}",
                    language="en",
                    sent_by_id=case.home_hr.id,
                    expires_at=utc_now() + timedelta(days=3),
                )
            )
        reason = session.scalars(select(Reason.id).order_by(Reason.code).limit(1)).one()
        session.add(
            Unmasking(
                suggestion_id=suggestion.id,
                actor_id=case.reviewer.id,
                reason_id=reason,
                note=held.plant("unmask-note"),
                until=utc_now(),
            )
        )
        shortlist = Shortlist(opportunity_id=suggestion.opportunity_id, reviewer_id=case.reviewer.id, seed="s")
        shortlist.cards.append(
            ShortlistCard(
                suggestion_id=suggestion.id,
                position=1,
                first_view=FirstView.FITS,
                first_viewed_at=utc_now(),
                decision=Answer.YES,
                decided_at=utc_now(),
            )
        )
        session.add(shortlist)
        session.add(
            DeclaredInterest(
                reviewer_id=case.partner.id, profile_id=suggestion.profile_id, note=f"{THEIRS}-interest-note"
            )
        )
    profile = case.suggestion.profile
    record_view(session, case.partner, profile, seen_as=SeenAs.ADMINISTRATOR, country=Country.KR)


def _around(held: Held) -> None:
    """What hangs on the account: sign-in, links, notices, mail, imports, answers to equality questions, a contest."""
    session, case = held.session, held.case
    profile_id = case.suggestion.profile_id
    with transaction(session):
        person = session.get_one(User, case.person.id)
        works = session.scalars(select(WorksHere).where(WorksHere.user_id == person.id)).one()
        works.note = held.plant("works-note")
        session.add_all(
            [
                Passkey(
                    user_id=person.id,
                    credential_id=b"credential",
                    public_key=b"key",
                    sign_count=0,
                    backup_state=False,
                    device_type="single_device",
                    name=held.plant("passkey"),
                    usage="secondary",
                ),
                IdentityLink(
                    user_id=person.id, provider="own", issuer="https://id.example", subject=held.plant("subject")
                ),
                Invitation(
                    email=person.email,
                    organisation_id=case.host_hr.organisation_id,
                    language=Language.EN,
                    token_hash="invited",
                    invited_by_id=case.reviewer.id,
                    expires_at=utc_now() + timedelta(days=3),
                ),
                AdministratorProposal(
                    user_id=person.id,
                    country=Country.GB,
                    proposed_by_id=case.reviewer.id,
                    reason=held.plant("proposal"),
                    answer_note=held.plant("proposal-answer"),
                    expires_at=utc_now() + timedelta(days=3),
                ),
                UserSession(key_hash="k", user_id=person.id, address="192.0.2.7", browser=held.plant("browser")),
                Notification(user_id=person.id, kind="put_forward", params={}),
                Notification(user_id=case.reviewer.id, kind="put_forward", params={"x": f"{THEIRS}-notice"}),
            ]
        )
        batch = ImportBatch(
            kind="profiles",
            organisation_id=person.organisation_id or "",
            file_sha256="0" * 64,
            arrive_as="draft",
            basis_reference="agreement 17",
        )
        session.add(batch)
        session.flush()
        session.add(
            ImportedRow(
                batch_id=batch.id,
                line=1,
                external_id=held.plant("import-external"),
                raw=held.plant("import-raw"),
                subject_id=profile_id,
                outcome="created",
            )
        )
        session.add(
            MonitoringAnswer(
                owner=monitoring.owner_of(person.id, "only-for-tests-monitoring-0123456789-abcd"),
                question="age-band",
                answer=held.plant("monitoring"),
                notice_version="1",
                answered_on=utc_now().date(),
            )
        )
        session.add(_skill_wanted(profile_id, session))
        notify(session, person, "works_here_confirmed", not_before=utc_now() + timedelta(days=2))
        mail_to_address(
            session, person.email, "en", "works_here_confirmed", "http://localhost/", utc_now() + timedelta(days=2)
        )
    person = session.get_one(User, case.person.id)
    contests.contest_suggestion(
        session, actor=person, suggestion_id=case.suggestion_id, words=held.plant("contest-words")
    )


def _skill_wanted(profile_id: UUID, session: Session) -> ProfileSkill:
    held = set(session.scalars(select(ProfileSkill.skill_id).where(ProfileSkill.profile_id == profile_id)))
    skill = next(one for one in ("data-modelling", "data-governance", "accessibility") if one not in held)
    return ProfileSkill(profile_id=profile_id, skill_id=skill, level=None, develop=True)


def rejected(session: Session, **values: Any) -> Case:
    """A suggestion that the reviewer declined, long enough ago to be told."""
    case = build_decisions.case(session, **values)
    case.decide(Decider.REVIEWER, Answer.NO, at=utc_now() - timedelta(hours=1))
    return case
