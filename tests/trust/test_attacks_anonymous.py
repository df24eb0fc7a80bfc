"""What was found by attacking the service from outside, signed in as nobody."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.support import build
from tests.support.build_auth import csrf_token
from tests.support.page import Visitor, apart


def send(visitor: Visitor, path: str, data: bytes) -> TestResponse:
    form = "application/x-www-form-urlencoded"
    return apart(lambda: visitor.client.post(path, data=data, content_type=form))


def test_limits_a_stranger_sends_no_long_form_to_any_page(app: Flask) -> None:
    """Taking a form apart comes before any other check, and six megabytes of escapes keep a processor busy."""
    visitor = Visitor(app)
    for path in ("/opportunities/new", "/matching/manager/made-up", "/organisations/invitation/made-up"):
        answer = send(visitor, path, data=b"a=" + b"%" * 400_000)
        assert answer.status_code == 413, path


def test_limits_many_fields_are_413_however_they_are_encoded(app: Flask, session: Session, sign_in: Any) -> None:
    for visitor, path in ((Visitor(app), "/language"), (sign_in(build.civil_servant(session)), "/opportunities/new")):
        token = csrf_token(visitor.page("account.register" if path == "/language" else "account.names"))
        answer = send(visitor, path, data=f"csrf_token={token}&".encode() + b"a&" * 3000)
        assert answer.status_code == 413, path
