"""Who a person is passes through one place: talent.profiles.masked. Everything else that touches a name is listed."""

from __future__ import annotations

import re

from talent.config import ROOT
from tests.architecture.source import modules

TOUCHES = re.compile(
    r"\.(name_home|name_romanised|form_of_address|former_names|every_name)\b|\|\s*person\b|local_person\(|\bprofile\.user\.email\b"
)
MODULES = {
    "talent.profiles.masked": "the serialiser itself",
    "talent.profiles.masking": "takes the owner's names out of texts",
    "talent.i18n": "writes a name in the reader's script",
    "talent.auth.forms": "people's own names on their own account",
    "talent.auth.services": "making and renaming one's own account",
    "talent.auth.access_table": "the page of former names, by its endpoint",
    "talent.auth.former_names": "keeps the names that one's own account had before",
    "talent.auth.routes": "shows a person their own former names",
    "talent.auth.queries": "administrators search the accounts of their countries",
    "talent.auth.passkeys": "the name that one's own browser shows beside a passkey",
    "talent.auth.sign_in_forms": "a password must not hold one's own name",
    "talent.matching.queries_inputs": "loads what the adapter takes out of the texts",
    "talent.translations.queries": "names of translators, never of a profile's owner",
    "talent.matching.approvals": "a link never goes to the person it is about",
}
TEMPLATES = {
    "matching/_who.html": "takes the identity of a MaskedPerson",
    "matching/home_suggestion.html": "takes the identity of a MaskedPerson",
    "matching/interest.html": "administrators to one another: who may review instead",
    "matching/manager_answer.html": "takes the identity of a MaskedPerson",
    "matching/releases.html": "takes the identity of a MaskedPerson",
    "matching/settings.html": "administrators to one another: who proposed settings",
    "matching/settings_row.html": "administrators to one another: who proposed and answered settings",
    "opportunities/_manage.html": "HR staff who wrote a post, to their own organisation and administrators",
}
FOLDERS = {
    "account": "one's own account",
    "organisations": "works-here questions about one's own staff, and the accounts of one's own country",
    "second_factor": "administrators reset the second factor of an account of their country",
    "security": "one's own account",
    "sso": "one's own account",
}
OWNERS_PAGES = ("talent.privacy.", "talent.exchange.", "talent.auth.sso", "talent.organisations.", "talent.auth.second")
"""A person's own copy of their data; the sample; accounts linked, invited or reset by whoever administers them."""


def test_no_module_touches_a_name_outside_the_list() -> None:
    found = {
        name
        for name, path in modules().items()
        if name.startswith("talent.") and TOUCHES.search(path.read_text(encoding="utf-8"))
    }
    assert {name for name in found - MODULES.keys() if not name.startswith(OWNERS_PAGES)} == set()


def test_names_of_an_account_change_where_the_former_ones_are_kept() -> None:
    """A second place that changes a name would leave the old one readable in older texts."""
    sources = {name: path.read_text(encoding="utf-8") for name, path in modules().items() if name.startswith("talent.")}
    sets = {name for name, text in sources.items() if re.search(r"\.(name_home|name_romanised)\s*=(?!=)", text)}
    assert sets == {"talent.privacy.erasure"}
    by_word = {name for name, text in sources.items() if re.search(r"setattr\(\s*(user|person|account|owner)\b", text)}
    assert by_word == {"talent.auth.services"}
    assert "user.former_names = former_names_after(user, names)" in sources["talent.auth.services"]


def test_no_template_touches_a_name_outside_the_list() -> None:
    folder = ROOT / "templates"
    found = {
        str(path.relative_to(folder))
        for path in folder.rglob("*.*")
        if TOUCHES.search(path.read_text(encoding="utf-8"))
    }
    assert {name for name in found - TEMPLATES.keys() if name.split("/")[0] not in FOLDERS} == set()


def test_pages_of_pairings_reach_no_account_through_the_profile() -> None:
    """`profile.user` in a template of matching or review would go round the serialiser."""
    for folder in ("matching", "review"):
        for path in (ROOT / "templates" / folder).rglob("*.html"):
            assert "profile.user" not in path.read_text(encoding="utf-8"), path.name
