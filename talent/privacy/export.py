"""Handing a person's data out: as JSON whose shape is documented, and as a page that needs nothing else.

The shape of the JSON (`format`, `version` 1) is in docs/decisions/0013-my-data.md. A field is never renamed and never
changes its meaning within a version; fields may be added.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from models import User, utc_now
from models.types import Language
from talent.audit.services import record
from talent.db import transaction
from talent.i18n import in_language
from talent.privacy import my_data
from talent.privacy.held import Code, Field, Group, Lines, Own, Part, Raw, Record, Words
from talent.privacy.showing import kind_of

FORMAT, VERSION = "talent-exchange.my-data", 1
JSON_FORM, PAGE_FORM = "json", "html"
BY_PERSON, BY_COMMAND = "privacy.export", "privacy.export_by_command"


@dataclass(frozen=True)
class Copy:
    """A copy of somebody's data, ready to be saved."""

    name: str
    content: bytes
    mimetype: str


def export_json(session: Session, *, actor: User | None, user: User) -> Copy:
    """Everything held about a person as JSON. Recorded; `actor` None is the command line."""
    _record(session, actor, user, JSON_FORM)
    data = document(user, my_data.everything(session, user))
    text = json.dumps(data, ensure_ascii=False, indent=1)
    return Copy(f"my-data-{_day()}.json", text.encode("utf-8", "replace"), "application/json")


def export_page(session: Session, *, actor: User | None, user: User, language: Language) -> Copy:
    """Everything held about a person as one readable page in a language. Recorded, as above."""
    _record(session, actor, user, PAGE_FORM, language)
    parts = my_data.everything(session, user)
    with in_language(language):
        page = render_template(
            "privacy/copy.html", parts=parts, made_at=utc_now(), lang=language.value, kind_of=kind_of
        )
    return Copy(f"my-data-{_day()}-{language}.html", page.encode("utf-8", "replace"), "text/html")


def document(user: User, parts: Sequence[Part]) -> dict[str, Any]:
    """The JSON document: labels in both languages beside the data, codes as codes."""
    labels: dict[str, Any] = {}
    data = {part.code: [_record_data(part.code, row, labels) for row in part.records] for part in parts}
    titles = {part.code: {"title": _both(part.title), "about": _both(part.about)} for part in parts}
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": utc_now().isoformat(),
        "account_id": str(user.id),
        "parts": titles,
        "labels": labels,
        "data": data,
    }


def _record_data(path: str, row: Record, labels: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {"id": row.id} if row.id else {}
    for item in row.fields:
        _label(f"{path}.{item.code}", item, labels)
        data[item.code] = plain(item.value)
    for group in row.groups:
        _label(f"{path}.{group.code}", group, labels)
        data[group.code] = [_record_data(f"{path}.{group.code}", one, labels) for one in group.records]
    return data


def _label(path: str, item: Field | Group, labels: dict[str, Any]) -> None:
    if path not in labels:
        labels[path] = _both(item.label if isinstance(item, Field) else item.title)


def plain(value: Any) -> Any:
    """A value as JSON holds it; words in both languages beside their code."""
    if isinstance(value, Words):
        return {"code": value.code, **_both(value)}
    if isinstance(value, Own):
        return value.text
    if isinstance(value, Code):
        return value.code
    if isinstance(value, Raw):
        return value.data
    if isinstance(value, Lines):
        return {language.value: _in(language, value) for language in Language}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value


def _in(language: Language, value: Lines) -> list[str]:
    with in_language(language):
        return list(value.made())


def _both(value: Any) -> dict[str, str]:
    told = {}
    for language in Language:
        with in_language(language):
            told[language.value] = str(value)
    return told


def _record(session: Session, actor: User | None, user: User, form: str, language: Language | None = None) -> None:
    with transaction(session):
        action = BY_PERSON if actor is not None else BY_COMMAND
        record(
            session, actor, action, user, person_id=user.id, form=form, language=language.value if language else None
        )
        session.flush()
    session.refresh(user)


def _day() -> str:
    return utc_now().date().isoformat()
