"""Frozen inputs of a suggestion as JSON, and back.

A snapshot has two parts: `record` is exactly what the matcher read, so that a result can be computed again; `shown` is
what a page shows of each side besides, with nothing in it that tells who the person is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from typing import Any, TypeVar

from ml.schema import HeldSkill, LanguageAbility, OpportunityRecord, ProfileRecord, RecordText, RequiredSkill
from models import Opportunity, Profile
from talent.matching.adapter import Facts, opportunity_record, post_texts, profile_record, profile_texts

Record = TypeVar("Record", ProfileRecord, OpportunityRecord)
Snapshot = dict[str, Any]

_DATES = frozenset({"available_from", "available_to", "start_earliest", "start_latest"})


def snapshot_profile(profile: Profile, facts: Facts) -> Snapshot:
    """A person's side, frozen."""
    return {
        "record": to_plain(profile_record(profile, facts)),
        "shown": {
            "version": profile.version,
            "grade_id": profile.grade_id,
            "role_level_id": profile.role_level_id,
            "texts": _named(profile_texts(profile)),
            "languages": [
                {
                    "language": row.language,
                    "basis": row.basis.value,
                    "test": row.test,
                    "score": row.score,
                    "expires_on": row.expires_on.isoformat() if row.expires_on else None,
                }
                for row in sorted(profile.languages, key=lambda row: row.language)
            ],
        },
    }


def snapshot_opportunity(post: Opportunity, facts: Facts) -> Snapshot:
    """A post's side, frozen."""
    return {
        "record": to_plain(opportunity_record(post, facts)),
        "shown": {
            "version": post.version,
            "organisation_id": post.organisation_id,
            "role_level_id": post.role_level_id,
            "grade_min_id": post.grade_min_id,
            "grade_max_id": post.grade_max_id,
            "places": post.places,
            "length": post.length,
            "length_unit": post.length_unit.value,
            "closes_on": post.closes_on.isoformat() if post.closes_on else None,
            "texts": _named(post_texts(post)),
        },
    }


def profile_from_snapshot(snapshot: Mapping[str, Any]) -> ProfileRecord:
    """The record that a suggestion was computed from."""
    return _record(ProfileRecord, snapshot["record"], {"skills": HeldSkill, "languages": LanguageAbility})


def opportunity_from_snapshot(snapshot: Mapping[str, Any]) -> OpportunityRecord:
    """The record that a suggestion was computed from."""
    return _record(OpportunityRecord, snapshot["record"], {"skills": RequiredSkill})


def to_plain(record: ProfileRecord | OpportunityRecord) -> dict[str, Any]:
    """A record as values that JSON can hold; equal records give equal values."""
    return {item.name: _plain(getattr(record, item.name)) for item in fields(record)}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [{item.name: getattr(row, item.name) for item in fields(row)} for row in value]
    return value


def _record(cls: type[Record], data: Mapping[str, Any], rows: Mapping[str, Callable[..., Any]]) -> Record:
    values: dict[str, Any] = dict(data)
    rows = {**rows, "texts": RecordText}
    for name, value in data.items():
        if name in rows:
            values[name] = tuple(rows[name](**row) for row in value)
        elif name in _DATES and value is not None:
            values[name] = date.fromisoformat(value)
        elif isinstance(value, list):
            values[name] = frozenset(value)
    return cls(**values)


def _named(texts: list[tuple[str, str, str]]) -> list[dict[str, str]]:
    return [{"field": name, "lang": lang, "content": content} for name, lang, content in texts]
