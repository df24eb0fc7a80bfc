"""Reading organisations, their mail domains, and who says they work in one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from models import MailDomain, Organisation, User, WorksHere
from models.types import ConfirmationStatus, Country
from talent.errors import NotFound

PAGE_SIZE = 25


@dataclass(frozen=True)
class AnsweredPage:
    rows: Sequence[WorksHere]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True)
class OrganisationsPage:
    rows: Sequence[Organisation]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def _questions(actor: User) -> Select[WorksHere]:
    """Questions this person may answer: of organisations they are HR staff of, about others, address confirmed."""
    return (
        select(WorksHere)
        .join(User, WorksHere.user_id == User.id)
        .where(
            WorksHere.organisation_id.in_(actor.hr_organisation_ids),
            WorksHere.user_id != actor.id,
            User.confirmed_at.is_not(None),
            User.organisation_id == WorksHere.organisation_id,
        )
        .options(contains_eager(WorksHere.user), joinedload(WorksHere.organisation))
    )


def pending(session: Session, actor: User) -> Sequence[WorksHere]:
    """Questions that wait for an answer, the oldest first."""
    return session.scalars(
        _questions(actor)
        .where(WorksHere.status == ConfirmationStatus.PENDING)
        .order_by(WorksHere.updated_at, WorksHere.id)
    ).all()


def answered(session: Session, actor: User, page: int = 1) -> AnsweredPage:
    """One page of the questions that have an answer, the newest answer first."""
    found = _questions(actor).where(WorksHere.status != ConfirmationStatus.PENDING)
    counted = found.with_only_columns(WorksHere.id).order_by(None).subquery()
    total = session.scalar(select(func.count()).select_from(counted)) or 0
    number = min(max(page, 1), max(1, -(-total // PAGE_SIZE)))
    rows = session.scalars(
        found.order_by(WorksHere.decided_at.desc(), WorksHere.id).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    ).all()
    return AnsweredPage(rows, total, number)


def question(session: Session, actor: User, question_id: UUID) -> WorksHere:
    """A question this person may answer. Raises NotFound for any other."""
    found = session.scalar(_questions(actor).where(WorksHere.id == question_id))
    if found is None:
        raise NotFound
    return found


def organisations(session: Session, countries: Collection[Country], text: str = "", page: int = 1) -> OrganisationsPage:
    """One page of the organisations of these countries whose name or mail domain holds the text, by English name."""
    found = select(Organisation).where(Organisation.country.in_(countries))
    for word in text.split()[:8]:
        found = found.where(
            or_(
                Organisation.name_en.icontains(word, autoescape=True),
                Organisation.name_ko.icontains(word, autoescape=True),
                Organisation.acronym.icontains(word, autoescape=True),
                Organisation.domains.any(MailDomain.domain.icontains(word, autoescape=True)),
            )
        )
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    number = min(max(page, 1), max(1, -(-total // PAGE_SIZE)))
    rows = session.scalars(
        found.options(selectinload(Organisation.domains))
        .order_by(Organisation.name_en, Organisation.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return OrganisationsPage(rows, total, number)


def organisation(session: Session, countries: Collection[Country], organisation_id: str) -> Organisation:
    """An organisation of one of these countries, with its domains. Raises NotFound for any other."""
    found = session.scalar(
        select(Organisation)
        .where(Organisation.id == organisation_id, Organisation.country.in_(countries))
        .options(selectinload(Organisation.domains))
    )
    if found is None:
        raise NotFound
    return found


def all_of(session: Session, countries: Collection[Country]) -> Sequence[Organisation]:
    """Organisations in service, for a drop-down."""
    return session.scalars(
        select(Organisation)
        .where(Organisation.country.in_(countries), Organisation.active)
        .order_by(Organisation.name_en, Organisation.id)
    ).all()


def sharing(session: Session, place: Organisation) -> dict[str, list[Organisation]]:
    """By mail domain of this organisation, the other organisations that use it."""
    found: dict[str, list[Organisation]] = {row.domain: [] for row in place.domains}
    rows = session.scalars(
        select(MailDomain)
        .where(MailDomain.domain.in_(found), MailDomain.organisation_id != place.id)
        .options(joinedload(MailDomain.organisation))
        .order_by(MailDomain.domain, MailDomain.organisation_id)
    )
    for row in rows:
        found[row.domain].append(row.organisation)
    return found
