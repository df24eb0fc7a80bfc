"""The identity providers of organisations, read from the file that TALENT_SSO_FILE names and checked at start.

The file is JSON: `{"providers": [{…}]}`; docs/single-sign-on.md has an example. A message about a mistake names the
field, as `providers[0].issuer`, and never the value.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from models.types import RoleName
from talent.config import SettingsError

ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+")
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,99}")
MAPPED = (RoleName.CIVIL_SERVANT, RoleName.HR, RoleName.TRANSLATOR)
"""Roles that a provider's claim may stand for. An administrator is named by two people, never by a claim."""
FIELDS = {
    "id",
    "name_en",
    "name_ko",
    "issuer",
    "client_id",
    "client_secret_variable",
    "organisations",
    "domains",
    "roles",
}
ROLE_FIELDS = {"claim", "values"}
VALUE_FIELDS = {"value", "role", "organisation"}


@dataclass(frozen=True)
class MappedRole:
    """One value of the claim, and the role it stands for; HR in one organisation."""

    value: str
    role: RoleName
    organisation_id: str | None = None


@dataclass(frozen=True)
class Provider:
    """One identity provider and whom it may sign in."""

    id: str
    name_en: str
    name_ko: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    """Empty for a public client, which proves itself by PKCE alone."""
    organisations: tuple[str, ...]
    """Ids of the organisations it serves."""
    domains: tuple[str, ...]
    """Mail domains whose addresses it may vouch for."""
    claim: str = ""
    """The claim that tells roles; empty when roles are never taken from the provider."""
    roles: tuple[MappedRole, ...] = ()

    def vouches_for(self, domain: str) -> bool:
        return domain in self.domains


def load_providers(
    path: Path | None, *, production: bool, environ: Mapping[str, str] = os.environ
) -> tuple[Provider, ...]:
    """The providers of the file, in its order; none when no file is named.

    Raises SettingsError naming the field that is wrong.
    """
    if path is None:
        return ()
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError("TALENT_SSO_FILE names a file that cannot be read") from error
    except ValueError as error:
        raise SettingsError("TALENT_SSO_FILE must hold JSON in UTF-8") from error
    rows = document.get("providers") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise SettingsError("TALENT_SSO_FILE must hold an object with a list `providers`")
    providers = tuple(
        _Reader(row, f"providers[{number}]", production, environ).provider() for number, row in enumerate(rows)
    )
    for name in ("id", "issuer"):
        values = [getattr(provider, name) for provider in providers]
        if len(set(values)) < len(values):
            raise SettingsError(f"TALENT_SSO_FILE: providers must not share an {name}")
    return providers


class _Reader:
    """Reads one provider, and says where it is wrong."""

    def __init__(self, row: Any, where: str, production: bool, environ: Mapping[str, str]) -> None:
        self.where, self.production, self.environ = where, production, environ
        self.row = self._object(row, where, FIELDS)

    def provider(self) -> Provider:
        organisations = self._list("organisations")
        claim, roles = self._roles(organisations)
        return Provider(
            id=self._text(self.row, "id", self.where, ID),
            name_en=self._text(self.row, "name_en", self.where),
            name_ko=self._text(self.row, "name_ko", self.where),
            issuer=self._issuer(),
            client_id=self._text(self.row, "client_id", self.where),
            client_secret=self._secret(),
            organisations=organisations,
            domains=self._list("domains", DOMAIN),
            claim=claim,
            roles=roles,
        )

    def _wrong(self, where: str, what: str) -> SettingsError:
        return SettingsError(f"TALENT_SSO_FILE: {where} {what}")

    def _object(self, value: Any, where: str, known: set[str]) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self._wrong(where, "must be an object")
        if set(value) - known:
            raise self._wrong(where, f"has a field that is not known; known are {', '.join(sorted(known))}")
        return value

    def _text(self, row: Mapping[str, Any], name: str, where: str, form: re.Pattern[str] | None = None) -> str:
        value = row.get(name)
        if not isinstance(value, str) or not value.strip() or len(value) > 255 or not value.isprintable():
            raise self._wrong(f"{where}.{name}", "must be text of 1 to 255 characters")
        if form is not None and not form.fullmatch(value):
            raise self._wrong(f"{where}.{name}", "is not in the right form")
        return value

    def _list(self, name: str, form: re.Pattern[str] | None = None) -> tuple[str, ...]:
        values = self.row.get(name)
        if not isinstance(values, list) or not values:
            raise self._wrong(f"{self.where}.{name}", "must be a list with at least one entry")
        entries = {str(number): value for number, value in enumerate(values)}
        return tuple(self._text(entries, number, f"{self.where}.{name}", form) for number in entries)

    def _issuer(self) -> str:
        issuer = self._text(self.row, "issuer", self.where)
        parts = urlsplit(issuer)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment:
            raise self._wrong(f"{self.where}.issuer", "must be the https address of the provider")
        if parts.scheme == "http" and (self.production or parts.hostname not in ("localhost", "127.0.0.1", "::1")):
            raise self._wrong(f"{self.where}.issuer", "must begin with https")
        return issuer

    def _secret(self) -> str:
        if "client_secret_variable" not in self.row:
            return ""
        variable = self._text(self.row, "client_secret_variable", self.where, VARIABLE)
        secret = self.environ.get(variable, "")
        if not secret:
            raise self._wrong(f"{self.where}.client_secret_variable", "names an environment variable that is not set")
        return secret

    def _roles(self, organisations: Sequence[str]) -> tuple[str, tuple[MappedRole, ...]]:
        if "roles" not in self.row:
            return "", ()
        where = f"{self.where}.roles"
        mapping = self._object(self.row["roles"], where, ROLE_FIELDS)
        claim = self._text(mapping, "claim", where)
        values = mapping.get("values")
        if not isinstance(values, list) or not values:
            raise self._wrong(f"{where}.values", "must be a list with at least one entry")
        return claim, tuple(
            self._mapped(value, f"{where}.values[{number}]", organisations) for number, value in enumerate(values)
        )

    def _mapped(self, value: Any, where: str, organisations: Sequence[str]) -> MappedRole:
        row = self._object(value, where, VALUE_FIELDS)
        role = self._text(row, "role", where)
        if role not in [item.value for item in MAPPED]:
            raise self._wrong(
                f"{where}.role", "must be civil_servant, hr or translator; two people name administrators"
            )
        named = self._text(row, "organisation", where) if "organisation" in row else None
        if (RoleName(role) is RoleName.HR) != (named is not None):
            raise self._wrong(f"{where}.organisation", "is needed for hr, and for no other role")
        if named is not None and named not in organisations:
            raise self._wrong(f"{where}.organisation", "must be one that the provider serves")
        return MappedRole(self._text(row, "value", where), RoleName(role), named)
