"""Writing a post step by step. Each step is saved on its own, on the draft row; an offered post stays whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from models import CostLine, Opportunity, OpportunitySkill, OpportunityText, User, utc_now
from models.types import Language, OpportunityStatus, TextState
from talent import texts
from talent.audit.services import record
from talent.db import check_version, transaction
from talent.errors import Invalid, NotFound
from talent.events import OpportunityChanged, emit
from talent.framework import dated
from talent.framework import queries as framework
from talent.i18n import _
from talent.opportunities import answers, notices, requirements
from talent.opportunities.queries import cost_line, opportunity_to_edit
from talent.opportunities.requirements import TEXT_FIELDS

MAX_SKILLS = 30
MAX_COST_LINES = 40


def create_draft(
    session: Session, *, actor: User, organisation_id: str, kind: str, opportunity_id: UUID | None = None
) -> Opportunity:
    """Start a post of one of the actor's organisations.

    `opportunity_id` is chosen by the page, so that a form sent twice makes one post. Raises NotFound for an
    organisation that the actor is not HR staff of, Invalid for a kind that is not in use.
    """
    with transaction(session):
        if organisation_id not in actor.hr_organisation_ids:
            raise NotFound
        _known_kind(session, kind)
        there = session.get(Opportunity, opportunity_id) if opportunity_id else None
        if there is not None:
            if there.author_id != actor.id:
                raise NotFound
            return there
        opportunity = Opportunity(
            organisation_id=organisation_id, author_id=actor.id, kind=kind, steps_saved=["kind"], kind_details={}
        )
        if opportunity_id:
            opportunity.id = opportunity_id
        session.add(opportunity)
        record(session, actor, "opportunity.create", opportunity, kind=kind)
        return opportunity


def save_kind(
    session: Session, *, actor: User, opportunity_id: UUID, kind: str, version: int | None = None
) -> Opportunity:
    with _saving(session, actor, opportunity_id, "kind", version) as opportunity:
        _known_kind(session, kind)
        opportunity.kind = kind
    return opportunity


def save_texts(
    session: Session, *, actor: User, opportunity_id: UUID, given: answers.Texts, version: int | None = None
) -> Opportunity:
    """Save title and description. A translation that is not rewritten with its original becomes stale by its hash."""
    with _saving(session, actor, opportunity_id, "texts", version) as opportunity:
        for name in TEXT_FIELDS:
            _write_text(opportunity, name, given, actor)
    return opportunity


def _write_text(opportunity: Opportunity, name: str, given: answers.Texts, actor: User) -> None:
    source = _text_row(opportunity, name, given.original)
    _set_content(source, given.content(name, given.original), actor)
    source.state, source.source_hash = TextState.ORIGINAL, None
    source.checked_at = source.checked_by_id = None
    target = _text_row(opportunity, name, given.original.other)
    content = given.content(name, given.original.other)
    rewritten = _set_content(target, content, actor) or target.state in (TextState.ORIGINAL, TextState.AWAITED)
    if not content:
        target.state, target.source_hash = TextState.AWAITED, None
        target.checked_at = target.checked_by_id = None
    elif rewritten:
        target.state = TextState.DRAFT
        target.checked_at = target.checked_by_id = None
        texts.translated_now(target, source)
    elif given.still_matches:
        texts.translated_now(target, source)


def _text_row(opportunity: Opportunity, name: str, lang: Language) -> OpportunityText:
    row = texts.version(opportunity.texts, name, lang)
    if row is None:
        row = OpportunityText(field=name, lang=lang, content="", state=TextState.AWAITED)
        opportunity.texts.append(row)
    return row


def _set_content(row: OpportunityText, content: str, actor: User) -> bool:
    """Write a text and who wrote it; True when it differs from what was there."""
    if row.content == content:
        return False
    row.content, row.written_by_id = content, actor.id
    return True


def save_skills(
    session: Session,
    *,
    actor: User,
    opportunity_id: UUID,
    needs: Sequence[answers.SkillNeed],
    role_level_id: str | None = None,
    version: int | None = None,
) -> Opportunity:
    """Make these the skills of the post; skills a person saved are no longer marked as proposed.

    Raises Invalid for an unknown skill or too many.
    """
    with _saving(session, actor, opportunity_id, "skills", version) as opportunity:
        _set_skills(session, opportunity, needs)
        if role_level_id is not None:
            opportunity.role_level_id = role_level_id
    return opportunity


def start_from_role_level(
    session: Session,
    *,
    actor: User,
    opportunity_id: UUID,
    role_level_id: str,
    needs: Sequence[answers.SkillNeed] = (),
    version: int | None = None,
) -> Opportunity:
    """Add the skills of a role level, with its levels, to `needs`; skills chosen before keep their level.

    Raises Invalid for an unknown role level.
    """
    with _saving(session, actor, opportunity_id, "skills", version) as opportunity:
        try:
            level = framework.role_level(session, role_level_id)
        except NotFound:
            raise Invalid(fields={"role_level": _("Choose a role and level from the list")}) from None
        chosen = {need.skill_id for need in needs}
        added = [answers.SkillNeed(item.skill_id, item.level) for item in level.skills if item.skill_id not in chosen]
        _set_skills(session, opportunity, [*needs, *added])
        opportunity.role_level_id = level.id
    return opportunity


def _set_skills(session: Session, opportunity: Opportunity, needs: Sequence[answers.SkillNeed]) -> None:
    wanted = {need.skill_id: need for need in needs}
    held = {row.skill_id: row for row in opportunity.skills}
    known = framework.skills_by_id(session, wanted)
    new = wanted.keys() - held.keys()
    if wanted.keys() - known.keys() or any(not known[skill_id].active for skill_id in new):
        raise Invalid(fields={"skills": _("Choose skills from the list")})
    if len(wanted) > MAX_SKILLS:
        raise Invalid(fields={"skills": _("Choose at most %(number)s skills", number=MAX_SKILLS)})
    for skill_id, row in held.items():
        if skill_id not in wanted:
            opportunity.skills.remove(row)
    for skill_id, need in wanted.items():
        row = held.get(skill_id) or OpportunitySkill(skill_id=skill_id)
        if skill_id not in held:
            opportunity.skills.append(row)
        row.level, row.essential, row.proposed = need.level, need.essential, False


def save_timing(
    session: Session, *, actor: User, opportunity_id: UUID, given: answers.Timing, version: int | None = None
) -> Opportunity:
    """Save places, dates and length. Raises Invalid when fewer places would be left than are claimed."""
    with _saving(session, actor, opportunity_id, "timing", version) as opportunity:
        if (given.places or 0) < opportunity.places_claimed:
            message = _("%(number)s places have been agreed already", number=opportunity.places_claimed)
            raise Invalid(fields={"places": message})
        _assign(opportunity, given)
    return opportunity


def save_place(
    session: Session, *, actor: User, opportunity_id: UUID, given: answers.Place, version: int | None = None
) -> Opportunity:
    with _saving(session, actor, opportunity_id, "place", version) as opportunity:
        _assign(opportunity, given)
    return opportunity


def save_languages(
    session: Session, *, actor: User, opportunity_id: UUID, given: answers.Languages, version: int | None = None
) -> Opportunity:
    with _saving(session, actor, opportunity_id, "languages", version) as opportunity:
        _assign(opportunity, given)
    return opportunity


def save_offer(
    session: Session, *, actor: User, opportunity_id: UUID, given: answers.Offer, version: int | None = None
) -> Opportunity:
    """Save to whom the post is offered and the access it needs.

    Raises Invalid when it would be offered to a country that it cannot be offered to.
    """
    with _saving(session, actor, opportunity_id, "offer", version) as opportunity:
        _assign(opportunity, given)
        conflict = requirements.offer_conflict(session, opportunity)
        if conflict is not None:
            raise Invalid(fields={conflict.field: conflict.message})
    return opportunity


def save_route(
    session: Session, *, actor: User, opportunity_id: UUID, given: answers.Route, version: int | None = None
) -> Opportunity:
    with _saving(session, actor, opportunity_id, "route", version) as opportunity:
        _assign(opportunity, given)
    return opportunity


def save_details(
    session: Session, *, actor: User, opportunity_id: UUID, given: answers.Details, version: int | None = None
) -> Opportunity:
    with _saving(session, actor, opportunity_id, "details", version) as opportunity:
        opportunity.kind_details = {**opportunity.kind_details, **given.values}
    return opportunity


def save_cost(
    session: Session,
    *,
    actor: User,
    opportunity_id: UUID,
    line_id: UUID,
    given: answers.Cost,
    version: int | None = None,
) -> Opportunity:
    """Save one cost line; an id that the post does not have yet is a new line, so a form sent twice adds one."""
    with _saving(session, actor, opportunity_id, "costs", version) as opportunity:
        line = next((line for line in opportunity.cost_lines if line.id == line_id), None)
        if line is None:
            if session.get(CostLine, line_id) is not None:
                raise NotFound
            if len(opportunity.cost_lines) >= MAX_COST_LINES:
                raise Invalid(fields={"item": _("A post can have %(number)s cost lines", number=MAX_COST_LINES)})
            position = max((other.position for other in opportunity.cost_lines), default=0) + 1
            line = CostLine(id=line_id, position=position)
            opportunity.cost_lines.append(line)
        _assign(line, given)
    return opportunity


def remove_cost(
    session: Session, *, actor: User, opportunity_id: UUID, line_id: UUID, version: int | None = None
) -> Opportunity:
    """Take one cost line off the post. Raises NotFound when it has no such line."""
    with _saving(session, actor, opportunity_id, "costs", version) as opportunity:
        opportunity.cost_lines.remove(cost_line(opportunity, line_id))
    return opportunity


@contextmanager
def _saving(
    session: Session, actor: User, opportunity_id: UUID, step: str, version: int | None
) -> Iterator[Opportunity]:
    """Open one of the actor's posts for writing, then note the step, check what is already offered, and audit."""
    with transaction(session):
        opportunity = opportunity_to_edit(session, actor, opportunity_id)
        check_version(opportunity, version)
        yield opportunity
        if step not in opportunity.steps_saved:
            opportunity.steps_saved = [*opportunity.steps_saved, step]
        opportunity.updated_at = utc_now()  # parts changed: the version must go up with them
        session.flush()
        if opportunity.status is not OpportunityStatus.DRAFT:
            _stays_whole(session, opportunity)
            notices.tell_changed(session, opportunity, by=actor)
        if opportunity.status is OpportunityStatus.PUBLISHED:
            emit(session, OpportunityChanged(opportunity.id))
        record(session, actor, "opportunity.edit", opportunity, step=step, status=opportunity.status)


def _stays_whole(session: Session, opportunity: Opportunity) -> None:
    """A post that was approved keeps everything it needed for that (translations may wait for their translator)."""
    problems = requirements.missing(session, opportunity)
    if problems:
        fields = {problem.field: problem.message for problem in reversed(problems)}
        raise Invalid(problems[0].message, fields=fields)


def _known_kind(session: Session, kind: str) -> None:
    if dated.kind(session, kind) is None:
        raise Invalid(fields={"kind": _("Choose a kind of exchange that is in use")})


def _assign(target: Any, given: Any) -> None:
    for name in given.__dataclass_fields__:
        setattr(target, name, getattr(given, name))
