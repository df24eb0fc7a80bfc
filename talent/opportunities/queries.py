"""Reading posts: one post as its page needs it, and the tables of posts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models import (
    CostLine,
    Dated,
    Grade,
    JobRole,
    Opportunity,
    OpportunityEvent,
    OpportunitySkill,
    OpportunityText,
    Organisation,
    RoleLevel,
    Skill,
    SpokenLanguage,
    User,
)
from models.types import Country, Language, OpportunityStatus, WorkMode
from talent.auth.policies import administrator
from talent.db import get_or_404
from talent.errors import Forbidden, NotFound, TransitionRefused
from talent.i18n import _
from talent.opportunities import policies

PAGE_SIZE = 20
EDITABLE = frozenset({OpportunityStatus.DRAFT, OpportunityStatus.PUBLISHED, OpportunityStatus.PAUSED})
"""A submitted post stands still until it is published or returned; a closed one is history and can be copied."""

Row = TypeVar("Row", bound=Dated)


def whole() -> list[Any]:
    """Load options for all that a post's pages show."""
    return [
        joinedload(Opportunity.author),
        joinedload(Opportunity.region),
        joinedload(Opportunity.grade_min),
        joinedload(Opportunity.grade_max),
        joinedload(Opportunity.role_level).joinedload(RoleLevel.role),
        selectinload(Opportunity.skills).joinedload(OpportunitySkill.skill),
        selectinload(Opportunity.texts),
        selectinload(Opportunity.cost_lines),
        selectinload(Opportunity.events).joinedload(OpportunityEvent.reason),
        selectinload(Opportunity.events).joinedload(OpportunityEvent.actor),
    ]


def opportunity_for(session: Session, actor: User, opportunity_id: UUID) -> Opportunity:
    """The post with all its parts, if this person may see it. Raises NotFound."""
    opportunity = get_or_404(session, Opportunity, opportunity_id, options=whole())
    if not policies.may_see(actor, opportunity):
        raise NotFound
    return opportunity


def own_opportunity(session: Session, actor: User, opportunity_id: UUID) -> Opportunity:
    """A post of an organisation that the actor is HR staff of.

    Raises NotFound for another's; Forbidden for an administrator, who reads it but does not write it.
    """
    opportunity = get_or_404(session, Opportunity, opportunity_id, options=whole())
    if policies.works_for(actor, opportunity):
        return opportunity
    raise Forbidden if administrator(actor) else NotFound


def opportunity_to_edit(session: Session, actor: User, opportunity_id: UUID) -> Opportunity:
    """One's own post in a state in which it can be written. Raises NotFound, Forbidden or TransitionRefused."""
    opportunity = own_opportunity(session, actor, opportunity_id)
    if opportunity.status not in EDITABLE:
        message = {
            OpportunityStatus.SUBMITTED: _("The post is waiting for approval. To change it, take it back first."),
        }.get(opportunity.status, _("This post is over and cannot be changed. Make a copy of it instead."))
        raise TransitionRefused(message)
    return opportunity


def cost_line(opportunity: Opportunity, line_id: UUID) -> CostLine:
    """One cost line of a post. Raises NotFound."""
    found = next((line for line in opportunity.cost_lines if line.id == line_id), None)
    if found is None:
        raise NotFound
    return found


def newest_rows(session: Session, model: type[Row]) -> dict[str, Row]:
    """Code → the newest row of it, so that an old post can still name what is no longer in force."""
    rows = session.scalars(select(model).order_by(model.valid_from, model.country, model.id))
    return {row.code: row for row in rows}


def grades_by_id(session: Session) -> dict[str, Grade]:
    return {row.id: row for row in session.scalars(select(Grade).order_by(Grade.id))}


def language_names(session: Session) -> dict[str, SpokenLanguage]:
    return {row.code: row for row in session.scalars(select(SpokenLanguage).order_by(SpokenLanguage.code))}


def hr_organisations(session: Session, actor: User) -> Sequence[Organisation]:
    """Organisations that the actor is HR staff of, by name."""
    return session.scalars(
        select(Organisation)
        .where(Organisation.id.in_(actor.hr_organisation_ids))
        .order_by(Organisation.name_en, Organisation.id)
    ).all()


@dataclass(frozen=True)
class Page:
    """One page of a table."""

    rows: Sequence[Opportunity]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True)
class Filters:
    """What narrows the list of published posts; None does not narrow."""

    country: Country | None = None
    kind: str | None = None
    family: str | None = None
    skill: str | None = None
    work_mode: WorkMode | None = None
    language: Language | None = None
    words: str = ""


def published(session: Session, filters: Filters, *, page: int = 1, sort: str = "closing") -> Page:
    """Published posts that pass the filters: closing first (`closing`) or newest first (`newest`)."""
    statement = select(Opportunity).where(Opportunity.status == OpportunityStatus.PUBLISHED, *_conditions(filters))
    if sort == "newest":
        statement = statement.order_by(Opportunity.published_at.desc(), Opportunity.id)
    else:
        statement = statement.order_by(Opportunity.closes_on.is_(None), Opportunity.closes_on, Opportunity.id)
    return _page(session, statement, page)


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.country is not None:
        found.append(Opportunity.organisation.has(Organisation.country == filters.country))
    if filters.kind:
        found.append(Opportunity.kind == filters.kind)
    if filters.work_mode is not None:
        found.append(Opportunity.work_mode == filters.work_mode)
    if filters.family:
        by_role = Opportunity.role_level.has(RoleLevel.role.has(JobRole.family_id == filters.family))
        by_skill = Opportunity.skills.any(OpportunitySkill.skill.has(Skill.family_hint == filters.family))
        found.append(or_(by_role, and_(Opportunity.role_level_id.is_(None), by_skill)))
    if filters.skill:
        found.append(Opportunity.skills.any(OpportunitySkill.skill_id == filters.skill))
    if filters.language is not None:
        written = and_(OpportunityText.lang == filters.language, OpportunityText.content != "")
        found.append(Opportunity.texts.any(written))
    found.extend(_mentions(word) for word in filters.words.split()[:8])
    return found


def _mentions(word: str) -> ColumnElement[bool]:
    """The word stands in a text, a skill's name or the organisation's name, in either language."""

    def like(column: Any) -> Any:
        return column.icontains(word, autoescape=True)

    return or_(
        Opportunity.texts.any(like(OpportunityText.content)),
        Opportunity.skills.any(OpportunitySkill.skill.has(or_(like(Skill.name_en), like(Skill.name_ko)))),
        Opportunity.organisation.has(
            or_(like(Organisation.name_en), like(Organisation.name_ko), like(Organisation.acronym))
        ),
    )


def skills_of_published(session: Session) -> Sequence[Skill]:
    """Skills that at least one published post asks for, for the filter."""
    wanted = (
        select(OpportunitySkill.skill_id)
        .join(OpportunitySkill.opportunity)
        .where(Opportunity.status == OpportunityStatus.PUBLISHED)
    )
    return session.scalars(select(Skill).where(Skill.id.in_(wanted)).order_by(Skill.name_en, Skill.id)).all()


SORTS = ("changed", "closing", "status")


def ours(
    session: Session, actor: User, *, status: OpportunityStatus | None = None, sort: str = "changed", page: int = 1
) -> Page:
    """Posts of the actor's organisations, and of the countries the actor administers, in every state."""
    statement = select(Opportunity).join(Opportunity.organisation).where(_mine(actor))
    if status is not None:
        statement = statement.where(Opportunity.status == status)
    orders: dict[str, tuple[Any, ...]] = {
        "changed": (Opportunity.updated_at.desc(),),
        "closing": (Opportunity.closes_on.is_(None), Opportunity.closes_on),
        "status": (_life_order(), Opportunity.updated_at.desc()),
    }
    return _page(session, statement.order_by(*orders.get(sort, orders["changed"]), Opportunity.id), page)


def to_approve(session: Session, actor: User, *, page: int = 1) -> Page:
    """Submitted posts that wait for somebody like the actor, longest wait first; one's own are left out."""
    statement = (
        select(Opportunity)
        .join(Opportunity.organisation)
        .where(
            _mine(actor),
            Opportunity.status == OpportunityStatus.SUBMITTED,
            or_(Opportunity.author_id.is_(None), Opportunity.author_id != actor.id),
        )
        .order_by(Opportunity.submitted_at, Opportunity.id)
    )
    return _page(session, statement, page)


def counts_by_status(session: Session, actor: User) -> dict[OpportunityStatus, int]:
    """How many posts the actor has in each state."""
    rows = session.execute(
        select(Opportunity.status, func.count())
        .join(Opportunity.organisation)
        .where(_mine(actor))
        .group_by(Opportunity.status)
        .order_by(Opportunity.status)
    )
    return {status: count for status, count in rows}


def _mine(actor: User) -> ColumnElement[bool]:
    return or_(
        Opportunity.organisation_id.in_(actor.hr_organisation_ids),
        Organisation.country.in_(actor.administered_countries),
    )


def _life_order() -> Any:
    order = {status: number for number, status in enumerate(OpportunityStatus)}
    return case(order, value=Opportunity.status, else_=len(order))


def _page(session: Session, statement: Select[Opportunity], number: int) -> Page:
    total = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    number = min(max(1, number), max(1, -(-total // PAGE_SIZE)))
    shown = (
        statement.options(
            selectinload(Opportunity.texts),
            selectinload(Opportunity.skills).joinedload(OpportunitySkill.skill),
            joinedload(Opportunity.region),
        )
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    return Page(session.scalars(shown).all(), total, number)
