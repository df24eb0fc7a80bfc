"""Builders for suggestions and their four decisions; every answer is given through the services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from ml.eligibility import check_eligibility, check_wishes
from ml.schema import Explanation, ScorePart, SkillLine, TermShare
from models import (
    Approval,
    FirstView,
    LawfulBasis,
    MatchRun,
    MatchSuggestion,
    Opportunity,
    OpportunitySkill,
    OpportunityText,
    Organisation,
    Profile,
    ProfileBasis,
    ProfileLanguage,
    ProfileSkill,
    ProfileText,
    ShortlistCard,
    Skill,
    User,
    utc_now,
)
from models.types import (
    Answer,
    Audience,
    Cefr,
    Country,
    Decider,
    LanguageBasis,
    OpportunityStatus,
    ProfileStatus,
    RunStatus,
    Side,
    TextState,
    WorkingPattern,
    WorkMode,
)
from talent.db import transaction
from talent.framework.dated import rows_in_force
from talent.matching import approvals, decisions, first_views
from talent.matching.adapter import Facts, opportunity_record, profile_record
from talent.matching.queries_inputs import facts
from talent.matching.snapshots import snapshot_opportunity, snapshot_profile
from talent.matching.suggestions import Finding, create_suggestion
from tests.support import build

REASONS: dict[tuple[Decider, Answer], str] = {
    (Decider.REVIEWER, Answer.YES): "reviewer-skills-fit",
    (Decider.REVIEWER, Answer.HOLD): "reviewer-hold-translation",
    (Decider.REVIEWER, Answer.NO): "reviewer-level-too-low",
    (Decider.PERSON, Answer.YES): "person-interested-in-work",
    (Decider.PERSON, Answer.HOLD): "person-hold-talk-to-manager",
    (Decider.PERSON, Answer.NO): "person-prefer-not-to-say",
    (Decider.HOST, Answer.YES): "host-skills-fit",
    (Decider.HOST, Answer.HOLD): "host-hold-approvals",
    (Decider.HOST, Answer.NO): "host-other-person-chosen",
    (Decider.HOME, Answer.YES): "home-approvals-complete",
    (Decider.HOME, Answer.HOLD): "home-hold-cover",
    (Decider.HOME, Answer.NO): "home-critical-work",
}
NAME = "Marigold Quillfeather"
WHY = "Designed the same kind of form pattern for licences."


@dataclass
class Case:
    """One suggestion with everybody concerned."""

    session: Session
    suggestion_id: UUID
    reviewer: User
    partner: User
    """Administrator of the receiving country."""
    person: User
    host_hr: User
    home_hr: User

    @property
    def suggestion(self) -> MatchSuggestion:
        self.session.rollback()
        return self.session.get_one(MatchSuggestion, self.suggestion_id)

    def actor(self, decider: Decider) -> User:
        return {
            Decider.REVIEWER: self.reviewer,
            Decider.PERSON: self.person,
            Decider.HOST: self.host_hr,
            Decider.HOME: self.home_hr,
        }[decider]

    def decide(self, decider: Decider, answer: Answer = Answer.YES, **values: Any) -> MatchSuggestion:
        """Give an answer; a reviewer gives a first view before it, and says why in words."""
        given = {
            "actor": self.actor(decider),
            "suggestion_id": self.suggestion_id,
            "decider": decider,
            "answer": answer,
            "reason": REASONS[decider, answer],
            "note": WHY if decider is Decider.REVIEWER else "",
            **values,
        }
        if decider is Decider.REVIEWER:
            self.first_view(given["actor"], at=given.get("at"))
        return decisions.decide(self.session, **given)

    def first_view(
        self, actor: User | None = None, view: FirstView = FirstView.FITS, at: datetime | None = None
    ) -> ShortlistCard:
        """What an administrator (the reviewer unless named) thinks before any score is shown."""
        return first_views.view_one(
            self.session, actor=actor or self.reviewer, suggestion_id=self.suggestion_id, view=view, at=at
        )

    def approved(self, ago: timedelta = timedelta(minutes=5)) -> Case:
        """The reviewer said yes, long enough ago that it cannot be taken back."""
        self.decide(Decider.REVIEWER, at=utc_now() - ago)
        return self

    def accepted(self) -> Case:
        self.approved().decide(Decider.PERSON, at=utc_now() - timedelta(minutes=2))
        return self

    def record_steps(self, side: Side, at: datetime | None = None) -> Case:
        """Record every step of a side as agreed, with a document."""
        actor = self.host_hr if side is Side.HOST else self.home_hr
        waiting = [row.id for row in self.suggestion.approvals if row.side is side and row.answer is Answer.PENDING]
        for approval_id in waiting:
            given = approvals.StepAnswer(
                Answer.YES, "approval-agreed-by-document", "Head of unit", "", "DOC-17", utc_now().date()
            )
            approvals.record_step(self.session, actor=actor, approval_id=approval_id, given=given, at=at)
        return self

    def ready(self) -> Case:
        self.accepted().record_steps(Side.HOST).record_steps(Side.HOME)
        self.decide(Decider.HOST)
        self.decide(Decider.HOME)
        return self

    def steps(self, side: Side) -> list[Approval]:
        return [row for row in self.suggestion.approvals if row.side is side]


def post(
    session: Session, *, host: Organisation | None = None, country: Country = Country.KR, **values: Any
) -> Opportunity:
    """A published post with three skills and a text in English."""
    owner = host or build.organisation(session, country=country)
    title = values.pop("title", "Shape a shared service pattern")
    with transaction(session):
        row = Opportunity(
            **{
                "organisation_id": owner.id,
                "status": OpportunityStatus.PUBLISHED,
                "kind": "secondment",
                "places": 1,
                "start_earliest": date(2027, 3, 1),
                "start_latest": date(2027, 6, 1),
                "length": 12,
                "working_pattern": WorkingPattern.FULL_TIME,
                "work_mode": WorkMode.ON_SITE,
                "working_language": "en",
                "speaking_level": Cefr.B2,
                "audience": Audience.ABROAD,
                "published_at": utc_now(),
                "closes_on": utc_now().date() + timedelta(days=60),
                **values,
            }
        )
        texts = {"title": title, "description": "Work with three teams on one pattern for forms."}
        row.texts = [
            OpportunityText(field=name, lang="en", content=text, state=TextState.ORIGINAL)
            for name, text in texts.items()
        ]
        row.skills = [OpportunitySkill(skill_id=skill, level=2) for skill in _skill_ids(session)]
        session.add(row)
    return row


def profile(session: Session, person: User, **values: Any) -> Profile:
    """An active profile with three skills and a text in English that holds the owner's name and address."""
    with transaction(session):
        row = Profile(
            **{
                "user_id": person.id,
                "organisation_id": person.organisation_id,
                "status": ProfileStatus.ACTIVE,
                "grade_id": "UK-G7" if person.organisation and person.organisation.country is Country.GB else "KR-5",
                "activated_at": utc_now(),
                **values,
            }
        )
        words = f"I am {person.name_romanised}, reach me at {person.email}. I designed a form pattern for licences."
        row.texts = [ProfileText(field="experience", lang="en", content=words, state=TextState.ORIGINAL)]
        row.skills = [ProfileSkill(skill_id=skill, level=3) for skill in _skill_ids(session)]
        country = person.organisation.country if person.organisation else None
        row.bases = [
            ProfileBasis(purpose=basis.purpose, lawful_basis_id=basis.id, agreed=True, recorded_by_id=person.id)
            for basis in rows_in_force(session, LawfulBasis, country=country)
        ]
        row.languages = [
            ProfileLanguage(language="en", basis=LanguageBasis.SELF, speaking=Cefr.C1, reading=Cefr.C1),
        ]
        session.add(row)
    return row


def case(
    session: Session,
    *,
    sending: Country = Country.GB,
    opportunity: Opportunity | None = None,
    reviewer: User | None = None,
    partner: User | None = None,
    host_hr: User | None = None,
    home_hr: User | None = None,
    band: str = "good",
    **post_values: Any,
) -> Case:
    """A suggestion that nobody has answered: a person of the sending country and a post in the other."""
    staff = host_hr or build.hr(session, country=sending.other)
    offered = opportunity or post(session, host=staff.organisation, **post_values)
    if opportunity is not None and host_hr is None:
        staff = build.hr(session, organisation=opportunity.organisation)
    home = home_hr.organisation if home_hr is not None else build.organisation(session, country=sending)
    person = build.civil_servant(session, organisation=home, name_home=NAME, name_romanised=NAME)
    suggestion = suggest(session, profile(session, person), offered, band=band)
    return Case(
        session=session,
        suggestion_id=suggestion.id,
        reviewer=reviewer or build.administrator(session, country=sending),
        partner=partner or build.administrator(session, country=sending.other),
        person=person,
        host_hr=staff,
        home_hr=home_hr or build.hr(session, organisation=home),
    )


def suggest(session: Session, one: Profile, offered: Opportunity, *, band: str = "good") -> MatchSuggestion:
    """A suggestion of this pair, as a run makes it."""
    with transaction(session):
        run = MatchRun(trigger="command", status=RunStatus.DONE)
        session.add(run)
        session.flush()
        known = facts(session, utc_now())
        mine = session.get_one(Profile, one.id)
        theirs = session.get_one(Opportunity, offered.id)
        finding = Finding(
            explanation=explanation(mine, theirs, known, band),
            profile=snapshot_profile(mine, known),
            post=snapshot_opportunity(theirs, known),
            inputs_hash="0" * 64,
        )
        return create_suggestion(session, run.id, finding)


def explanation(one: Profile, offered: Opportunity, known: Facts, band: str = "good") -> Explanation:
    """A small whole explanation: one skill met, one short, one missing, a shared word, the rules as they come out."""
    sides = profile_record(one, known), opportunity_record(offered, known)
    lines = (
        _line(offered.skills[0].skill_id, 2, 3, "met", 0, 0.3),
        _line(offered.skills[1].skill_id, 2, 1, "short", 1, 0.15),
        _line(offered.skills[2].skill_id, 2, None, "missing", 2, 0.0),
    )
    return Explanation(
        profile_id=str(one.id),
        opportunity_id=str(offered.id),
        score=0.55,
        band=band,
        eligible=True,
        parts=(ScorePart("skills_essential", 0.6, 0.75, 0.45), ScorePart("text", 0.4, 0.25, 0.1)),
        not_applicable=(),
        rules=tuple(check_eligibility(*sides)),
        wishes=tuple(check_wishes(*sides)),
        skills=lines,
        concepts=(),
        text_language="en",
        terms=(TermShare("pattern", 0.1, (), ()),),
        other_terms_share=0.0,
        profile_text_cut=False,
        opportunity_text_cut=False,
        params_version="1",
        params_hash="0" * 64,
        lexicon_hash="0" * 64,
    )


def _line(skill: str, wanted: int, held: int | None, status: Any, short_by: int, share: float) -> SkillLine:
    evidence: Any = "none" if held is None else "declared"
    return SkillLine(skill, True, wanted, held, status, short_by, evidence, False, share, (), ())


def _skill_ids(session: Session) -> list[str]:
    return [row.id for row in session.query(Skill).filter(Skill.active).order_by(Skill.id).limit(3)]
