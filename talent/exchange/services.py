"""Importing posts and profiles from JSON lines.

The lines are kept first, in one transaction with an outbox item; then each is dealt with in a transaction of its own.
Killed half-way, the job goes on where it stopped, and a line that was taken is not taken again.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ml.concepts import SkillLexicon, propose_skills
from models import (
    ImportBatch,
    ImportedRow,
    LawfulBasis,
    Opportunity,
    OpportunitySkill,
    OpportunityText,
    Organisation,
    OutboxItem,
    Profile,
    ProfileBasis,
    ProfileSkill,
    ProfileText,
    RoleLevel,
    RoleLevelSkill,
    Skill,
    SkillAlias,
    SkillLevel,
    User,
    utc_now,
)
from models.types import TextState
from talent import events, outbox
from talent.audit.services import record
from talent.db import transaction
from talent.errors import Invalid
from talent.exchange import completeness
from talent.exchange.role_titles import RoleTitles, role_titles
from talent.exchange.rows import PARSERS, Known, OpportunityRow, ProfileRow, RowRefused
from talent.framework.dated import rows_in_force
from talent.i18n import _
from talent.opportunities import states
from talent.opportunities.policies import ActorRole
from talent.profiles import lifecycle

DEFAULT_KIND = "secondment"
PROPOSED_SKILLS = 8
PROPOSED_ESSENTIAL_FROM = 2
"""A skill proposed from a post's text counts as essential when the text names it at least so often."""
PROPOSED_POST_LEVEL = 2
PROPOSED_PROFILE_LEVEL = 1
"""A mention claims no more than awareness; the owner corrects it when claiming the profile."""
ARRIVALS = {"opportunities": ("draft", "published"), "profiles": ("draft", "active")}


@dataclass(frozen=True)
class _Aids:
    """What helps to read a line, made once for a batch."""

    lexicon: SkillLexicon
    titles: RoleTitles
    known: Known


def start_import(
    session: Session,
    *,
    actor: User | None,
    kind: str,
    organisation_id: str,
    lines: Iterable[str],
    arrive_as: str = "draft",
    basis_reference: str = "",
) -> ImportBatch:
    """Keep the lines and queue the import. `actor` None means the command line.

    Raises Invalid when the organisation is unknown or the wanted status needs something more.
    """
    organisation = session.get(Organisation, organisation_id)
    if organisation is None or not organisation.active:
        raise Invalid(_("There is no organisation %(id)s", id=organisation_id))
    if arrive_as not in ARRIVALS[kind]:
        raise Invalid(_("%(kind)s cannot be imported with the status %(status)s", kind=kind, status=arrive_as))
    if arrive_as == "active" and not basis_reference.strip():
        raise Invalid(_("Profiles are imported as active only with a reference to the basis collected elsewhere"))
    texts = list(lines)
    with transaction(session):
        batch = ImportBatch(
            kind=kind,
            organisation_id=organisation_id,
            actor_id=actor.id if actor else None,
            file_sha256=hashlib.sha256("\n".join(texts).encode("utf-8", "surrogatepass")).hexdigest(),
            arrive_as=arrive_as,
            basis_reference=basis_reference.strip()[:255],
        )
        session.add(batch)
        session.flush()
        session.add_all(
            ImportedRow(batch_id=batch.id, line=number, raw=_keepable(text))
            for number, text in enumerate(texts, start=1)
            if text.strip()
        )
        record(
            session, actor, f"import.{kind}", batch, arrive_as=arrive_as, basis_reference=batch.basis_reference or None
        )
        outbox.add(session, "import", {"batch_id": str(batch.id)}, dedupe_key=f"import/{batch.id}")
    return batch


def run_import(session: Session, item: OutboxItem) -> None:
    """The outbox job: deal with every line of a batch that still waits."""
    batch_id, item_id = UUID(item.payload["batch_id"]), item.id
    aids = _Aids(_lexicon(session), role_titles(session), _known(session))
    waiting = session.scalars(
        select(ImportedRow.id)
        .where(ImportedRow.batch_id == batch_id, ImportedRow.outcome == "waiting")
        .order_by(ImportedRow.line)
    ).all()
    for done, row_id in enumerate(waiting):
        with transaction(session):
            _take_line(session, session.get_one(ImportedRow, row_id), aids)
            if done % 50 == 0:  # say that the job is alive, so that nobody else takes it
                session.get_one(OutboxItem, item_id).taken_at = utc_now()
    with transaction(session):
        batch = session.get_one(ImportBatch, batch_id)
        counted = session.execute(
            select(ImportedRow.outcome, func.count())
            .where(ImportedRow.batch_id == batch_id)
            .group_by(ImportedRow.outcome)
        )
        counts = {str(outcome): int(number) for outcome, number in counted}
        batch.created, batch.unchanged = counts.get("created", 0), counts.get("unchanged", 0)
        batch.refused = counts.get("refused", 0)
        actor = session.get(User, batch.actor_id) if batch.actor_id else None
        record(session, actor, f"import.{batch.kind}.done", batch, counts=counts)


def claim_token(session: Session, *, actor: User | None, profile_id: UUID) -> str:
    """Make a token with which the owner of an imported profile claims it; an earlier one stops working.

    Raises Invalid when the profile has an owner already.
    """
    with transaction(session):
        profile = session.get(Profile, profile_id)
        if profile is None or profile.user_id is not None:
            raise Invalid(_("This profile cannot be claimed"))
        token = secrets.token_urlsafe(24)
        profile.claim_token_hash = hashlib.sha256(token.encode()).hexdigest()
        record(session, actor, "profile.claim_link", profile)
        return token


def _take_line(session: Session, row: ImportedRow, aids: _Aids) -> None:
    batch = session.get_one(ImportBatch, row.batch_id)
    try:
        parsed = PARSERS[batch.kind](row.raw, aids.known)
    except RowRefused as refusal:
        row.outcome, row.reason, row.detail, row.raw = "refused", refusal.code, refusal.detail, ""
        return
    row.external_id, row.raw = parsed.external_id, ""
    model: type[Opportunity] | type[Profile] = Opportunity if batch.kind == "opportunities" else Profile
    known_id = _existing(session, model, batch.organisation_id, parsed.external_id)
    if known_id is not None:
        row.outcome, row.subject_id = "unchanged", known_id
        return
    subject: Opportunity | Profile
    if isinstance(parsed, OpportunityRow):
        subject = _create_opportunity(session, batch, parsed, aids)
    else:
        subject = _create_profile(session, batch, parsed, aids)
    row.outcome, row.subject_id = "created", subject.id
    row.to_complete = completeness.missing(session, subject)


def _proposed_for_post(
    session: Session, role_level_id: str | None, text: str, lexicon: SkillLexicon
) -> list[OpportunitySkill]:
    """What the role in the title asks for (essential, at its levels), and what the text itself names.

    Without a role in the title, skills that the text names more than once count as essential.
    """
    asked: dict[str, int] = {
        skill: level
        for skill, level in session.execute(
            select(RoleLevelSkill.skill_id, RoleLevelSkill.level)
            .where(RoleLevelSkill.role_level_id == role_level_id)
            .order_by(RoleLevelSkill.skill_id)
        )
    }
    named = [proposal for proposal in propose_skills(text, lexicon, PROPOSED_SKILLS) if proposal.skill_id not in asked]
    return [
        *(
            OpportunitySkill(skill_id=skill, level=level, essential=True, proposed=True)
            for skill, level in asked.items()
        ),
        *(
            OpportunitySkill(
                skill_id=proposal.skill_id,
                level=PROPOSED_POST_LEVEL,
                essential=not asked and proposal.count >= PROPOSED_ESSENTIAL_FROM,
                proposed=True,
            )
            for proposal in named
        ),
    ]


def _existing(
    session: Session, model: type[Opportunity] | type[Profile], organisation_id: str, external_id: str
) -> UUID | None:
    return session.scalar(
        select(model.id).where(
            model.organisation_id == organisation_id, model.import_source == "jsonl", model.external_id == external_id
        )
    )


def _create_opportunity(session: Session, batch: ImportBatch, row: OpportunityRow, aids: _Aids) -> Opportunity:
    actor = session.get(User, batch.actor_id) if batch.actor_id else None
    post = Opportunity(
        organisation_id=batch.organisation_id,
        kind=DEFAULT_KIND,
        places=1,
        import_source="jsonl",
        external_id=row.external_id,
        steps_saved=[],
    )
    for field, content in (("title", row.title), ("description", row.text)):
        post.texts.append(OpportunityText(field=field, lang=row.language, content=content, state=TextState.ORIGINAL))
        post.texts.append(OpportunityText(field=field, lang=row.language.other, content="", state=TextState.AWAITED))
    post.role_level_id = aids.titles.role_level_of(row.title)
    post.skills = _proposed_for_post(session, post.role_level_id, f"{row.title}\n{row.text}", aids.lexicon)
    session.add(post)
    session.flush()
    if batch.arrive_as == "published":
        _publish(session, post, actor)
        post.translation_awaited_by_id = actor.id if actor else None
        record(session, actor, "opportunity.published_by_import", post, batch=str(batch.id))
        events.emit(session, events.OpportunityChanged(post.id))
    return post


def _publish(session: Session, post: Opportunity, actor: User | None) -> None:
    """Publish past the guards. The history names who answers for the import, when the command said who."""
    event = states.apply(session, post, states.Action.PUBLISH_IMPORTED, None)
    if actor is not None:
        event.actor_id, event.role = actor.id, str(ActorRole.ADMINISTRATOR)


def _create_profile(session: Session, batch: ImportBatch, row: ProfileRow, aids: _Aids) -> Profile:
    actor = session.get(User, batch.actor_id) if batch.actor_id else None
    profile = Profile(
        organisation_id=batch.organisation_id,
        role_level_id=row.role_level_id,
        import_source="jsonl",
        external_id=row.external_id,
    )
    profile.texts.append(ProfileText(field="experience", lang=row.language, content=row.text, state=TextState.ORIGINAL))
    profile.skills = [ProfileSkill(skill_id=skill, level=level) for skill, level in row.skills] or [
        ProfileSkill(skill_id=proposal.skill_id, level=PROPOSED_PROFILE_LEVEL, proposed=True)
        for proposal in propose_skills(row.text, aids.lexicon, PROPOSED_SKILLS)
    ]
    session.add(profile)
    session.flush()
    if batch.arrive_as == "active":
        organisation = session.get_one(Organisation, batch.organisation_id)
        profile.bases = [
            ProfileBasis(
                purpose=basis.purpose,
                lawful_basis_id=basis.id,
                agreed=True,
                reference=batch.basis_reference,
                recorded_by_id=actor.id if actor else None,
            )
            for basis in rows_in_force(session, LawfulBasis, country=organisation.country)
            if basis.required_for_active
        ]
        lifecycle.move(session, profile, "import_active", actor=actor, note=batch.basis_reference or "")
        record(session, actor, "profile.activated_by_import", profile, batch=str(batch.id), basis=batch.basis_reference)
    return profile


def _lexicon(session: Session) -> SkillLexicon:
    names = session.execute(select(Skill.id, Skill.name_en, Skill.name_ko).where(Skill.active)).all()
    aliases = session.execute(
        select(SkillAlias.skill_id, SkillAlias.lang, SkillAlias.alias)
        .join(Skill, Skill.id == SkillAlias.skill_id)
        .where(Skill.active)
        .order_by(SkillAlias.skill_id, SkillAlias.lang, SkillAlias.alias)
    ).all()
    rows = [(skill, "en", english) for skill, english, _korean in names]
    rows += [(skill, "ko", korean) for skill, _english, korean in names]
    return SkillLexicon([*rows, *((skill, lang, alias) for skill, lang, alias in aliases)])


def _known(session: Session) -> Known:
    return Known(
        skills=frozenset(session.scalars(select(Skill.id))),
        levels={code: order for code, order in session.execute(select(SkillLevel.code, SkillLevel.order))},
        role_levels=frozenset(session.scalars(select(RoleLevel.id))),
    )


def _keepable(line: str) -> str:
    """The line as a database can keep it: a NUL or half a character is kept as its JSON escape, or as a mark."""
    return line.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
