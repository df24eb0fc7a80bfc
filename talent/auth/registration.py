"""What a person gives when they ask for an account."""

from __future__ import annotations

from dataclasses import dataclass

from models.types import Language, NameOrder


@dataclass(frozen=True)
class Names:
    name_home: str
    name_romanised: str
    name_order: NameOrder
    form_of_address: str


@dataclass(frozen=True)
class Registration:
    email: str
    organisation_id: str
    names: Names
    language: Language
    password: str
