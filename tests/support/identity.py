"""An identity provider that really runs, for signing in with an organisation."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from flask import Flask, request
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from models import IdentityLink
from talent.auth.sso_client import Providers
from talent.auth.sso_settings import Provider
from tests.support.page import Page, Visitor

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the provider is built on parts of its library that are being replaced
    import oidc_provider_mock
    from oidc_provider_mock import _app as provider_code

CLIENT = "talent-exchange"
__all__ = [
    "CLIENT",
    "RunningProvider",
    "go",
    "links",
    "offer",
    "provider_code",
    "query_of",
    "running_provider",
    "sign_in_with",
]


@dataclass
class RunningProvider:
    """The provider: its address, the people it knows, and what was sent to it."""

    app: Flask
    address: str
    token_requests: list[dict[str, str]] = field(default_factory=list)

    def knows(self, subject: str, **claims: Any) -> None:
        """Let somebody sign in there; `email_verified` is true unless another value is given."""
        body = {"email_verified": True, **claims}
        requests.put(f"{self.address}/users/{subject}", json=body, timeout=5).raise_for_status()

    def settings(self, *organisations: str, domains: tuple[str, ...] = (), **values: Any) -> Provider:
        given = {
            "id": "ministry",
            "name_en": "Ministry account",
            "name_ko": "부처 계정",
            "issuer": self.address,
            "client_id": CLIENT,
            "client_secret": "a secret for tests",
            "organisations": organisations,
            "domains": domains,
            **values,
        }
        return Provider(**given)

    def answer(self, url: str, subject: str | None) -> str:
        """What the person's browser is sent back to once they signed in there, or stopped when `subject` is None."""
        form = {"sub": subject} if subject is not None else {"action": "deny"}
        sent = requests.post(url, data=form, allow_redirects=False, timeout=5)
        assert sent.status_code == 302, sent.text
        return str(sent.headers["Location"]).removeprefix("http://localhost")


@contextmanager
def running_provider(token_age: timedelta = timedelta(hours=1)) -> Iterator[RunningProvider]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        app = oidc_provider_mock.app(access_token_max_age=token_age)
    server = make_server("localhost", 0, app, threaded=True)
    provider = RunningProvider(app, f"http://localhost:{server.server_port}")

    @app.before_request
    def note() -> None:
        if request.path == "/oauth2/token":
            provider.token_requests.append(request.form.to_dict())

    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


def offer(app: Flask, *providers: Provider) -> Providers:
    """What the service would have read from its file."""
    offered: Providers = Providers(app, providers)
    return offered


def go(visitor: Visitor, provider_id: str = "ministry", **query: Any) -> str:
    """Begin signing in; the provider's address that the browser is sent to."""
    sent = visitor.page("sso.go", provider_id=provider_id, **query)
    assert sent.status_code == 302, sent.text
    return sent.location


def sign_in_with(visitor: Visitor, provider: RunningProvider, subject: str, **query: Any) -> Page:
    """The whole way: to the provider, through its page, and back."""
    return visitor.get(provider.answer(go(visitor, **query), subject))


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def links(session: Session) -> list[IdentityLink]:
    session.rollback()
    return list(session.query(IdentityLink).order_by(IdentityLink.linked_at))
