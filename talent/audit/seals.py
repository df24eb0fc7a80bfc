"""The seal of an audit row: a keyed hash of the row and of the seal before it. The form is kept for ever.

Rows sealed years ago must still verify, and migration 0003 seals what older releases wrote: only ever add to this.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

SEALED = (
    "chain_number",
    "at",
    "actor_id",
    "actor_kind",
    "action",
    "subject_type",
    "subject_id",
    "details",
    "request_id",
    "address",
    "person_id",
)
"""The columns a seal covers; `id` is the database's own, and must only grow along the chain."""
FIRST = "0" * 64
"""Stands where the first row's predecessor would."""


def seal(key: str, previous: str, values: Mapping[str, Any]) -> str:
    """The seal of a row: HMAC-SHA256 over the seal before it and the row's values, in hexadecimal."""
    return _keyed(key, b"row", previous.encode(), canonical({name: values[name] for name in SEALED}))


def head_mac(key: str, number: int, chain_hash: str) -> str:
    """Shows that the service itself wrote this end of the chain."""
    return _keyed(key, b"head", str(number).encode(), chain_hash.encode())


def checkpoint_mac(key: str, number: int, chain_hash: str, at: str) -> str:
    """Shows that the service itself wrote this line of a checkpoint file."""
    return _keyed(key, b"checkpoint", str(number).encode(), chain_hash.encode(), at.encode())


def fitting_key(keys: Sequence[str], expected: str, make: Any) -> int | None:
    """The place of the first key with which `make(key)` gives `expected`; None when none does."""
    for place, key in enumerate(keys):
        if hmac.compare_digest(make(key), expected or ""):
            return place
    return None


def canonical(values: Mapping[str, Any]) -> bytes:
    """One way of writing values down, whatever database they came back from."""
    return json.dumps(_plain(values), sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def storable(details: Mapping[str, Any]) -> dict[str, Any]:
    """Details as every database gives them back: plain JSON with text keys, no infinite numbers."""
    kept: dict[str, Any] = _plain(details)
    return kept


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return str(value)
        return int(value) if value.is_integer() else value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.isoformat(timespec="microseconds")
    return str(value).replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _keyed(key: str, kind: bytes, *parts: bytes) -> str:
    mac = hmac.new(key.encode(), kind, hashlib.sha256)
    for part in parts:
        mac.update(len(part).to_bytes(8, "big") + part)
    return mac.hexdigest()
