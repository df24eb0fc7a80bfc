"""The file of identity providers: read whole, or refused with the name of the field and never a value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models.types import RoleName
from talent import create_app
from talent.auth.sso_settings import MappedRole, load_providers
from talent.config import SettingsError
from tests.conftest import test_settings as settings_for_tests

SECRET = "very-secret-value"
GOOD: dict[str, Any] = {
    "id": "ministry",
    "name_en": "Ministry account",
    "name_ko": "부처 계정",
    "issuer": "https://login.ministry.example",
    "client_id": "talent",
    "client_secret_variable": "MINISTRY_SECRET",
    "organisations": ["gb-co"],
    "domains": ["ministry.example"],
    "roles": {"claim": "groups", "values": [{"value": "staff", "role": "hr", "organisation": "gb-co"}]},
}


def written(folder: Path, *providers: Any) -> Path:
    path = folder / "sso.json"
    path.write_text(json.dumps({"providers": list(providers)}, ensure_ascii=False), encoding="utf-8")
    return path


def load(folder: Path, *providers: Any, production: bool = True) -> Any:
    environ = {"MINISTRY_SECRET": SECRET}
    return load_providers(written(folder, *providers), production=production, environ=environ)


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    (provider,) = load(tmp_path, GOOD)
    assert (provider.id, provider.issuer, provider.client_secret) == ("ministry", GOOD["issuer"], SECRET)
    assert provider.roles == (MappedRole("staff", RoleName.HR, "gb-co"),)
    assert provider.vouches_for("ministry.example")
    assert not provider.vouches_for("sub.ministry.example")
    assert SECRET not in repr(provider)


def test_no_file_means_no_provider() -> None:
    assert load_providers(None, production=True) == ()


def test_a_provider_without_mapping_gives_no_roles(tmp_path: Path) -> None:
    (provider,) = load(tmp_path, {key: value for key, value in GOOD.items() if key != "roles"})
    assert (provider.claim, provider.roles) == ("", ())


def role(**values: Any) -> dict[str, Any]:
    return {"roles": {"claim": "groups", "values": [{"value": "staff", **values}]}}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": "Not An Id"}, "providers[0].id"),
        ({"id": ""}, "providers[0].id"),
        ({"name_ko": None}, "providers[0].name_ko"),
        ({"name_en": "x\u0000"}, "providers[0].name_en"),
        ({"issuer": "ftp://secret-host"}, "providers[0].issuer"),
        ({"issuer": "http://secret-host"}, "providers[0].issuer"),
        ({"issuer": "http://localhost:1"}, "providers[0].issuer"),
        ({"issuer": "https://secret-host/?x=1"}, "providers[0].issuer"),
        ({"client_id": 5}, "providers[0].client_id"),
        ({"client_secret_variable": "NOT_SET_ANYWHERE"}, "providers[0].client_secret_variable"),
        ({"client_secret_variable": "secret-host"}, "providers[0].client_secret_variable"),
        ({"organisations": []}, "providers[0].organisations"),
        ({"organisations": "gb-co"}, "providers[0].organisations"),
        ({"domains": ["@secret-host"]}, "providers[0].domains.0"),
        ({"domains": ["SECRET-HOST.example"]}, "providers[0].domains.0"),
        ({"client_secret": "secret-host"}, "providers[0]"),
        ({"roles": []}, "providers[0].roles"),
        ({"roles": {"claim": "groups", "values": []}}, "providers[0].roles.values"),
        (role(role="administrator"), "providers[0].roles.values[0].role"),
        (role(role="emperor"), "providers[0].roles.values[0].role"),
        (role(role="hr"), "providers[0].roles.values[0].organisation"),
        (role(role="hr", organisation="gb-dsit"), "providers[0].roles.values[0].organisation"),
        (role(role="translator", organisation="gb-co"), "providers[0].roles.values[0].organisation"),
    ],
)
def test_a_mistake_is_told_by_field_and_never_by_value(tmp_path: Path, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(SettingsError) as told:
        load(tmp_path, {**GOOD, **changes})
    assert f"{field} " in str(told.value)
    assert "secret-host" not in str(told.value).lower()
    assert SECRET not in str(told.value)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"providers": {}}', '{"providers": [5]}', "\udcff"])
def test_what_is_no_list_of_providers_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "sso.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(SettingsError, match="TALENT_SSO_FILE"):
        load_providers(path, production=False)
    with pytest.raises(SettingsError, match="cannot be read"):
        load_providers(tmp_path / "nowhere.json", production=False)


@pytest.mark.parametrize("changes", [{"id": "other"}, {"issuer": "https://other.example"}])
def test_two_providers_share_neither_id_nor_issuer(tmp_path: Path, changes: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="must not share"):
        load(tmp_path, GOOD, {**GOOD, **changes})


def test_r13_the_service_does_not_start_with_a_wrong_file(tmp_path: Path) -> None:
    path = written(tmp_path, {**GOOD, "issuer": "nowhere"})
    with pytest.raises(SettingsError, match=r"providers\[0\].issuer"):
        create_app(settings_for_tests(tmp_path, f"sqlite:///{tmp_path / 'x.sqlite3'}", sso_file=path))
