"""The transparency record: what is told, in both languages, its hash, and what is still missing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Engine, inspect
from sqlalchemy.orm import Session

from models import TransparencyFact
from models.types import Language
from talent.framework.dated import rows_in_force
from talent.i18n import in_language
from talent.insights.atrs import FIELDS, SECTIONS, Field
from talent.insights.facts import FACTS, Fact
from talent.insights.running import Running, running
from talent.matching.settings import RunSettings

SCHEMA = "talent-exchange/transparency-record/1"
STANDARD = "Algorithmic Transparency Recording Standard"
STANDARD_VERSION = "3.0"


@dataclass(frozen=True)
class Told:
    """One field in the language of the page; no values while it waits to be entered."""

    field: Field
    title: str
    values: tuple[str, ...]


def fields_told(now: Running) -> list[tuple[str, str, list[Told]]]:
    """Sections in order, each with its key, its title and its fields, in the present language."""
    return [
        (
            key,
            str(title),
            [
                Told(field, str(field.title), tuple(str(value) for value in field.values(now)))
                for field in FIELDS
                if field.section == key
            ],
        )
        for key, title in SECTIONS
    ]


def build_record(session: Session, base_url: str, settings: RunSettings | None = None) -> dict[str, Any]:
    """The whole record as plain values, with the hash of everything else in it."""
    now = running(session, settings)
    lacking = missing_of(now.facts)
    record: dict[str, Any] = {
        "schema": SCHEMA,
        "standard": STANDARD,
        "standard_version": STANDARD_VERSION,
        "url": f"{base_url}/transparency/",
        "phase": now.phase,
        "complete": not lacking,
        "missing": [fact.label for fact in lacking],
        "languages": [language.value for language in Language],
        "settings": now.settings_told(),
        "versions": {"matcher": now.settings.matcher.version, "lexicon": now.lexicon, "framework": dict(now.reference)},
        "counts": dict(now.counts),
        "rules": dict(now.rules),
        "contests": asdict(now.contests),
        "records": {language.value: _in(language, now) for language in Language},
    }
    return {**record, "hash": record_hash(record)}


def record_hash(record: dict[str, Any]) -> str:
    """The hash of a record without its own hash, as 64 hexadecimal digits."""
    content = {name: value for name, value in record.items() if name != "hash"}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _in(language: Language, now: Running) -> dict[str, Any]:
    with in_language(language):
        told: dict[str, Any] = {"tier_1": {}, "tier_2": {}}
        for key, title, fields in fields_told(now):
            part = {
                item.field.key: {"number": item.field.number, "title": item.title, "value": list(item.values) or None}
                for item in fields
            }
            if key == "tier_1":
                told["tier_1"] = {"title": title, "fields": part}
            else:
                told["tier_2"][key] = {"title": title, "fields": part}
        return told


def missing_of(facts: Any) -> list[Fact]:
    """Mandatory facts that nobody has entered in both languages."""
    return [fact for fact in FACTS if not _entered(facts.get((fact.code, fact.country)))]


def _entered(row: TransparencyFact | None) -> bool:
    return row is not None and bool(row.value_en.strip()) and bool(row.value_ko.strip())


def missing_facts(session: Session) -> list[Fact]:
    """What the record still lacks; one statement."""
    return missing_of({(row.code, row.country): row for row in rows_in_force(session, TransparencyFact)})


def missing_in(engine: Engine) -> list[Fact]:
    """What the record of this database lacks; nothing while there are no tables yet."""
    if not inspect(engine).has_table(TransparencyFact.__tablename__):
        return []
    with Session(engine) as session:
        return missing_facts(session)
