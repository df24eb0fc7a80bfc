"""R30: whoever finds a weakness finds out where to report it (RFC 9116)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from talent import create_app
from talent.extensions import db
from tests.conftest import test_settings
from tests.support.databases import Store
from tests.support.page import Visitor


def fields(text: str) -> dict[str, str]:
    pairs = [line.partition(": ")[::2] for line in text.splitlines()]
    assert len({name for name, _value in pairs}) == len(pairs)
    return dict(pairs)


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("security@exchange.example", "mailto:security@exchange.example"),
        ("mailto:security@exchange.example", "mailto:security@exchange.example"),
        ("https://exchange.example/report", "https://exchange.example/report"),
        ("", "https://exchange.example/security"),
    ],
)
def test_r30_security_txt_has_what_the_standard_asks(
    app: Flask, store: Store, tmp_path: Path, contact: str, shown: str
) -> None:
    settings = test_settings(tmp_path, store.url, security_contact=contact, base_url="https://exchange.example")
    answer = create_app(settings).test_client().get("/.well-known/security.txt", base_url="https://exchange.example")
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; charset=utf-8"
    found = fields(answer.get_data(as_text=True))
    assert found["Contact"] == shown
    assert found["Preferred-Languages"] == "en, ko"
    assert found["Canonical"] == "https://exchange.example/.well-known/security.txt"
    assert found["Policy"] == "https://exchange.example/security"
    expires = datetime.fromisoformat(found["Expires"])
    assert timedelta(days=30) < expires - datetime.now(UTC) < timedelta(days=366)
    with app.app_context():
        db.session.remove()


def test_r30_the_policy_is_a_page_in_both_languages(app: Flask) -> None:
    assert Visitor(app).page("public.start").click("Report a weakness").heading == "Report a weakness in this service"
    assert Visitor(app, "ko").page("public.security_policy").heading == "서비스의 취약점 신고"
