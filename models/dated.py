"""Dated data: what differs by country or may change is a row with its days of validity and its source, never code.

Administrators edit these rows. An edit ends the row in force and starts a new one, so what was in force on any day
can still be told, and a decision keeps pointing at the wording it was made under.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from models.base import Base, Stamped, UuidKey
from models.framework import Described, Named
from models.types import ApprovalHolder, BasisPurpose, Country, Side


class Dated(UuidKey, Stamped):
    """Columns every dated row has. An empty `country` means both countries."""

    code: Mapped[str] = mapped_column(index=True)
    country: Mapped[str] = mapped_column(default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    """First day on which the row is no longer in force."""
    source: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(default=0)
    from_file: Mapped[bool] = mapped_column(default=False)

    @declared_attr
    def edited_by_id(cls) -> Mapped[UUID | None]:
        """The administrator who made this row; none for a row loaded from a file."""
        return mapped_column(ForeignKey("user.id"))

    @declared_attr.directive
    def __table_args__(cls) -> tuple[UniqueConstraint | CheckConstraint, ...]:
        return (
            UniqueConstraint("code", "country", "valid_from"),
            CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_period"),
            CheckConstraint("country IN ('', 'GB', 'KR')", name="known_country"),
        )

    def in_force(self, on: date, country: Country | None = None) -> bool:
        """True when the row applies on that day, in that country (or anywhere, when none is asked)."""
        in_time = self.valid_from <= on and (self.valid_to is None or on < self.valid_to)
        return in_time and (not self.country or country is None or self.country == country.value)


class ExchangeKind(Dated, Described, Base):
    """A form of exchange and the fields a post of this kind must fill."""

    __tablename__ = "exchange_kind"

    required_fields: Mapped[list[str]] = mapped_column(default=list)
    cross_border: Mapped[bool] = mapped_column(default=True)


class ApprovalStep(Dated, Named, Base):
    """An approval that the home or the host organisation records before its yes counts."""

    __tablename__ = "approval_step"

    side: Mapped[Side]
    kinds: Mapped[list[str]] = mapped_column(default=list)
    """Codes of the kinds it applies to; empty for all."""
    min_months: Mapped[float | None]
    max_months: Mapped[float | None]
    """Applies to lengths from `min_months` up to, but not including, `max_months`."""
    holder: Mapped[ApprovalHolder]
    guidance_en: Mapped[str] = mapped_column(Text, default="")
    guidance_ko: Mapped[str] = mapped_column(Text, default="")
    due_days: Mapped[int]
    document_required: Mapped[bool] = mapped_column(default=False)

    def applies_to(self, kind: str, months: float | None) -> bool:
        """True for a post of this kind and length; a length not stated meets no threshold above zero."""
        length = months or 0.0
        above = self.min_months is None or length >= self.min_months
        below = self.max_months is None or length < self.max_months
        return (not self.kinds or kind in self.kinds) and above and below


class Reason(Dated, Named, Base):
    """A coded reason for a decision or a change of state."""

    __tablename__ = "reason"

    decider: Mapped[str] = mapped_column(index=True)
    answers: Mapped[list[str]] = mapped_column(default=list)
    note_required: Mapped[bool] = mapped_column(default=False)


class LawfulBasis(Dated, Base):
    """On what ground data is used, by country and purpose, with the whole text shown to the person."""

    __tablename__ = "lawful_basis"

    purpose: Mapped[BasisPurpose] = mapped_column(index=True)
    mode: Mapped[str]
    """`choose` (choose to take part) or `consent` (separate consent)."""
    required_for_active: Mapped[bool] = mapped_column(default=False)
    title_en: Mapped[str] = mapped_column(Text)
    title_ko: Mapped[str] = mapped_column(Text)
    items_en: Mapped[str] = mapped_column(Text)
    items_ko: Mapped[str] = mapped_column(Text)
    purpose_en: Mapped[str] = mapped_column(Text)
    purpose_ko: Mapped[str] = mapped_column(Text)
    retention_en: Mapped[str] = mapped_column(Text)
    retention_ko: Mapped[str] = mapped_column(Text)
    refusal_en: Mapped[str] = mapped_column(Text)
    refusal_ko: Mapped[str] = mapped_column(Text)
    controller_en: Mapped[str] = mapped_column(Text)
    controller_ko: Mapped[str] = mapped_column(Text)
    impact_assessment_ref: Mapped[str] = mapped_column(Text)
    sharing_agreement_ref: Mapped[str] = mapped_column(Text)
    notice_version: Mapped[str]


class PrivacyNotice(Dated, Base):
    """A notice that people read before a use of their data, whole, in both languages.

    A text is paragraphs; a line that begins with "# " is a heading, lines that begin with "- " are a list.
    """

    __tablename__ = "privacy_notice"

    title_en: Mapped[str] = mapped_column(Text)
    title_ko: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    text_ko: Mapped[str] = mapped_column(Text)
    notice_version: Mapped[str]


class MonitoringQuestion(Dated, Named, Base):
    """A question of equality monitoring that may lawfully be asked in a country."""

    __tablename__ = "monitoring_question"


class MonitoringOption(Dated, Named, Base):
    """One answer that can be chosen to a question of equality monitoring."""

    __tablename__ = "monitoring_option"

    question: Mapped[str] = mapped_column(index=True)


class TransparencyFact(Dated, Named, Base):
    """A fact of the transparency record that only the two governments know; empty until they enter it."""

    __tablename__ = "transparency_fact"

    value_en: Mapped[str] = mapped_column(Text, default="")
    value_ko: Mapped[str] = mapped_column(Text, default="")


class LengthRule(Dated, Base):
    """What a length means in a country, shown beside the length field and on release."""

    __tablename__ = "length_rule"

    kinds: Mapped[list[str]] = mapped_column(default=list)
    from_months: Mapped[float | None]
    below_months: Mapped[float | None]
    level: Mapped[str]
    message_en: Mapped[str] = mapped_column(Text)
    message_ko: Mapped[str] = mapped_column(Text)
    shown_at: Mapped[list[str]] = mapped_column(default=list)


class ServiceRule(Dated, Described, Base):
    """A number the service works by: days to object, days a link lives."""

    __tablename__ = "service_rule"

    value: Mapped[str]
    unit: Mapped[str]


class UkRoute(Dated, Named, Base):
    """An immigration route for a post hosted in the United Kingdom."""

    __tablename__ = "uk_route"

    guidance_en: Mapped[str] = mapped_column(Text, default="")
    guidance_ko: Mapped[str] = mapped_column(Text, default="")
    max_months: Mapped[float | None]


class CostItem(Dated, Named, Base):
    """A kind of cost that a post may carry a line for."""

    __tablename__ = "cost_item"

    guidance_en: Mapped[str] = mapped_column(Text, default="")
    guidance_ko: Mapped[str] = mapped_column(Text, default="")


class AccessLevel(Dated, Described, Base):
    """What access a post needs. A person's own clearance is never recorded."""

    __tablename__ = "access_level"

    offered_abroad: Mapped[bool]


class LanguageTest(Dated, Named, Base):
    """A language test people have taken."""

    __tablename__ = "language_test"

    language: Mapped[str]
    score_kind: Mapped[str]
    """`number` or `band`."""
    min_score: Mapped[float | None]
    max_score: Mapped[float | None]
    step: Mapped[float | None]
    valid_months: Mapped[int | None]


class LanguageTestBand(UuidKey, Base):
    """From which score on a test indicates a CEFR level. Indicative only."""

    __tablename__ = "language_test_band"
    __table_args__ = (UniqueConstraint("test", "from_score"),)

    test: Mapped[str] = mapped_column(index=True)
    from_score: Mapped[str]
    cefr: Mapped[str]
    source: Mapped[str] = mapped_column(Text, default="")
