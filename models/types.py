"""Column types and enumerations shared by the models."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: always timezone-aware in Python, whatever the database keeps.

    A naive value is read as UTC, because Flask-Security writes naive UTC stamps.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.replace(tzinfo=None) if dialect.name == "sqlite" else aware

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """JSON, kept as JSONB on PostgreSQL. Replace the value to change it; changes inside it are not tracked."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else JSON())


class Country(StrEnum):
    GB = "GB"
    KR = "KR"

    @property
    def other(self) -> Country:
        """The partner country of the exchange."""
        return Country.KR if self is Country.GB else Country.GB


class Language(StrEnum):
    """The two languages of the service itself (languages a person speaks are reference data)."""

    EN = "en"
    KO = "ko"

    @property
    def other(self) -> Language:
        return Language.KO if self is Language.EN else Language.EN


class RoleName(StrEnum):
    CIVIL_SERVANT = "civil_servant"
    HR = "hr"
    TRANSLATOR = "translator"
    ADMINISTRATOR = "administrator"


class NameOrder(StrEnum):
    GIVEN_FIRST = "given_first"
    FAMILY_FIRST = "family_first"


class ConfirmationStatus(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class ProfileStatus(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


class OpportunityStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    PAUSED = "paused"
    CLOSED = "closed"
    FILLED = "filled"
    UNFILLED = "unfilled"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"


class Audience(StrEnum):
    """Who may be put forward for a post, seen from its host country."""

    ABROAD = "abroad"
    HOME = "home"
    BOTH = "both"


class WorkingPattern(StrEnum):
    FULL_TIME = "full_time"
    PART_TIME = "part_time"


class WorkMode(StrEnum):
    ON_SITE = "on_site"
    REMOTE = "remote"
    BLENDED = "blended"


class LengthUnit(StrEnum):
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


class LengthBand(StrEnum):
    """Lengths a person would accept; the upper end of each belongs to it."""

    UP_TO_2_WEEKS = "up_to_2_weeks"
    UP_TO_3_MONTHS = "up_to_3_months"
    FROM_3_TO_6_MONTHS = "3_to_6_months"
    FROM_6_TO_12_MONTHS = "6_to_12_months"
    FROM_12_TO_24_MONTHS = "12_to_24_months"
    OVER_24_MONTHS = "over_24_months"


class LanguageBasis(StrEnum):
    TEST = "test"
    SELF = "self"


class Cefr(StrEnum):
    A1 = "A1"
    A2 = "A2"
    B1 = "B1"
    B2 = "B2"
    C1 = "C1"
    C2 = "C2"

    @property
    def order(self) -> int:
        """1 for A1 to 6 for C2."""
        return list(Cefr).index(self) + 1


class CostPayer(StrEnum):
    HOME = "home"
    HOST = "host"
    SHARED = "shared"
    PERSON = "person"


class Currency(StrEnum):
    GBP = "GBP"
    KRW = "KRW"


class TextState(StrEnum):
    """State of one language version of a text. Whether a translation is stale is derived from its source hash."""

    ORIGINAL = "original"
    AWAITED = "awaited"
    DRAFT = "draft"
    CHECKED = "checked"


class BasisPurpose(StrEnum):
    TAKING_PART = "taking_part"
    SHOWING_ABROAD = "showing_abroad"
    COLLECTION = "collection"
    THIRD_PARTY = "third_party"
    TRANSFER_ABROAD = "transfer_abroad"


class Decider(StrEnum):
    """Who gives each of the four independent answers to a suggestion."""

    REVIEWER = "reviewer"
    PERSON = "person"
    HOST = "host"
    HOME = "home"


class Answer(StrEnum):
    PENDING = "pending"
    HOLD = "hold"
    YES = "yes"
    NO = "no"


class Side(StrEnum):
    HOME = "home"
    HOST = "host"


class ApprovalHolder(StrEnum):
    LINE_MANAGER = "line_manager"
    HR = "hr"
    FINANCE = "finance"
    SECURITY = "security"
    HEAD_OF_AGENCY = "head_of_agency"
    OUTSIDE_BODY = "outside_body"


class RunStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Band(StrEnum):
    STRONG = "strong"
    GOOD = "good"
    POSSIBLE = "possible"
    WEAK = "weak"
