"""Every form that each account of the sample can reach, filled with junk: a message, never a failure.

`JUNK_SEED` and `JUNK_EACH` (forms a person sends) make a longer search than the short one of every day.
"""

from __future__ import annotations

import json
import os

import pytest
from flask import Flask

from talent.exchange import sample
from talent.extensions import db
from tests.integration.access.fuzzing import Fuzz, addresses, forms_of
from tests.integration.access.tables import changed, fingerprints
from tests.support import build
from tests.support.databases import Store
from tests.support.page import PASSWORD, Visitor

EACH = int(os.environ.get("JUNK_EACH", "25"))
SEED = int(os.environ.get("JUNK_SEED", "20261123"))
SAME_KIND = 2
"""Pages of one kind that a person's visit looks at."""
ACCOUNTS = ("admin_uk", "admin_kr", "hr_uk", "hr_uk_other", "hr_kr", "civil_servant_uk", "civil_servant_kr")
Accounts = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def town(session_app: Flask, store: Store) -> tuple[Flask, Accounts]:
    """The service with its sample, and a translator."""
    store.reset(session_app)
    with session_app.app_context():
        sample.seed(db.session(), session_app.config["SETTINGS"])
        translator = build.translator(db.session()).email
        db.session.remove()
    made = json.loads((session_app.config["INSTANCE_DIR"] / sample.ACCOUNTS_FILE).read_text(encoding="utf-8"))
    accounts = {name: made[name] for name in ACCOUNTS}
    return session_app, {**accounts, "translator": {"email": translator, "password": PASSWORD}}


@pytest.mark.slow
def test_looking_at_pages_changes_nothing(town: tuple[Flask, Accounts]) -> None:
    """First, so that the sample is whole: every kind of page that each account reaches, with GET and with HEAD."""
    app, accounts = town
    for name, account in accounts.items():
        visitor = Visitor(app).sign_in(**account)
        before = fingerprints(app)
        for address in addresses(visitor, "/home", SAME_KIND):
            visitor.client.head(address)
        assert not changed(before, fingerprints(app)), name


@pytest.mark.slow
@pytest.mark.parametrize("name", ["", *ACCOUNTS, "translator"])
def test_junk_gets_a_message_and_never_a_failure(town: tuple[Flask, Accounts], name: str) -> None:
    app, accounts = town
    visitor = Visitor(app)
    if name:
        visitor.sign_in(**accounts[name])
    places = [
        (address, number)
        for address, tree in addresses(visitor, "/home" if name else "/", SAME_KIND).items()
        for number, _form in enumerate(forms_of(tree))
    ]
    fuzz = Fuzz(visitor, SEED)
    fuzz.random.shuffle(places)
    for turn in range(3 * EACH):
        if fuzz.sent >= EACH:
            break
        address, number = places[turn % len(places)]
        tree = fuzz.look(address)
        forms = list(forms_of(tree)) if tree is not None else []
        if number < len(forms):
            fuzz.abuse(address, forms[number])
    assert not fuzz.problems, "\n".join(fuzz.problems)
    assert fuzz.sent == EACH
