"""Texts kept per language, with the state of each version."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from models.types import Language, TextState


def text_hash(content: str) -> str:
    """The fingerprint by which a translation remembers which original it was made from."""
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


class LocalText:
    """One field of a record in one language. A translation keeps the hash of the original it was made from."""

    field: Mapped[str]
    lang: Mapped[Language]
    content: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[TextState]
    source_hash: Mapped[str | None]
    checked_at: Mapped[datetime | None]

    @declared_attr
    def written_by_id(cls) -> Mapped[UUID | None]:
        return mapped_column(ForeignKey("user.id"))

    @declared_attr
    def checked_by_id(cls) -> Mapped[UUID | None]:
        return mapped_column(ForeignKey("user.id"))

    def is_stale(self, original: str) -> bool:
        """True for a translation whose original has changed since it was made."""
        return self.state in (TextState.DRAFT, TextState.CHECKED) and self.source_hash != text_hash(original)
