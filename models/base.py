"""The declarative base: constraint names, UUID ids, UTC stamps, enumerations stored by value."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import Enum, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from models.types import Json, UtcDateTime

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def utc_now() -> datetime:
    """The current moment, timezone-aware."""
    return datetime.now(UTC)


def _enum_values(enumeration: type[enum.Enum]) -> Sequence[str]:
    return [str(member.value) for member in enumeration]


class Base(DeclarativeBase):
    """Every table's parent."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        enum.Enum: Enum(enum.Enum, native_enum=False, length=40, values_callable=_enum_values),
        list[str]: Json(),
        list[dict[str, Any]]: Json(),
        dict[str, Any]: Json(),
        str: String(255),
    }

    def __repr__(self) -> str:
        # Ids only: a repr ends up in logs, and logs carry no personal data.
        return f"<{type(self).__name__} {getattr(self, 'id', None)}>"


class UuidKey:
    """A random id that says nothing about order or number."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4, sort_order=-10)


class Stamped:
    """When the row was made and last changed."""

    created_at: Mapped[datetime] = mapped_column(default=utc_now, sort_order=90)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now, sort_order=91)
