"""Texts kept in both languages: which version a reader gets, and the state of each version."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from models.base import utc_now
from models.text import LocalText, text_hash
from models.types import Language, TextState
from talent.i18n import _

HANGUL = re.compile("[\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f]")

Version = TypeVar("Version", bound=LocalText)


class TextStatus(StrEnum):
    """State of one version as people see it: what is stored, and stale, which is derived."""

    ORIGINAL = "original"
    AWAITED = "awaited"
    DRAFT = "draft"
    CHECKED = "checked"
    STALE = "stale"

    @property
    def label(self) -> Any:
        return LABELS[self]


LABELS: dict[TextStatus, Any] = {
    TextStatus.ORIGINAL: _("Original"),
    TextStatus.AWAITED: _("Translation awaited"),
    TextStatus.DRAFT: _("Translation not yet checked"),
    TextStatus.CHECKED: _("Translation checked"),
    TextStatus.STALE: _("The original has changed since it was translated"),
}


@dataclass(frozen=True)
class Shown:
    """A text as one reader gets it: in their language where there is one, else in the other."""

    content: str
    lang: Language
    status: TextStatus
    """State of the version in the reader's own language."""

    @property
    def other_language(self) -> bool:
        return self.status is TextStatus.AWAITED

    @property
    def note(self) -> Any:
        """What to say beside the text; empty when there is nothing to say."""
        needs_word = (TextStatus.AWAITED, TextStatus.DRAFT, TextStatus.STALE)
        return self.status.label if self.status in needs_word and self.content else ""


def version(texts: Iterable[Version], field: str, lang: Language) -> Version | None:
    """The row of one field in one language."""
    return next((text for text in texts if text.field == field and text.lang is lang), None)


def original(texts: Iterable[Version], field: str) -> Version | None:
    """The row of a field that was written first, from which the other is translated."""
    return next((text for text in texts if text.field == field and text.state is TextState.ORIGINAL), None)


def original_language(texts: Iterable[LocalText]) -> Language | None:
    """The language a record was written in; None while nothing is written."""
    return next((text.lang for text in texts if text.state is TextState.ORIGINAL), None)


def status(texts: Iterable[LocalText], field: str, lang: Language) -> TextStatus:
    """The state of one version, with stale worked out; a version that is not there is awaited."""
    rows = list(texts)
    row, source = version(rows, field, lang), original(rows, field)
    if row is None or (row.state is not TextState.ORIGINAL and not row.content):
        return TextStatus.AWAITED
    if row.state is not TextState.ORIGINAL and source is not None and row.is_stale(source.content):
        return TextStatus.STALE
    return TextStatus(row.state.value)


def shown(texts: Iterable[LocalText], field: str, reader: Language) -> Shown:
    """The version for a reader: theirs, else the original. A stale translation is shown, and said to be stale."""
    rows = list(texts)
    mine = version(rows, field, reader)
    if mine is not None and mine.content:
        return Shown(mine.content, reader, status(rows, field, reader))
    source = original(rows, field) or version(rows, field, reader.other)
    if source is None or not source.content:
        return Shown("", reader, TextStatus.AWAITED)
    return Shown(source.content, source.lang, TextStatus.AWAITED)


def translated_now(row: LocalText, source: LocalText) -> None:
    """Note that a translation says what the original says at this moment."""
    row.source_hash = text_hash(source.content)


def write_translation(row: LocalText, source: LocalText, content: str, writer_id: UUID, *, checked: bool) -> None:
    """Keep a translation as a draft or as checked. Whoever checks it is named, and so is whoever last changed it."""
    if row.content != content:
        row.content, row.written_by_id = content, writer_id
    if not content:
        row.state, row.source_hash = TextState.AWAITED, None
        row.checked_at = row.checked_by_id = None
        return
    translated_now(row, source)
    row.state = TextState.CHECKED if checked else TextState.DRAFT
    row.checked_by_id = writer_id if checked else None
    row.checked_at = utc_now() if checked else None


def written_in(content: str) -> Language:
    """The language of a text that is kept in one version only, told by its script."""
    return Language.KO if HANGUL.search(content) else Language.EN
