"""R8, R9 and the limits on what is read: what every answer carries, which names we answer to, where links lead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from talent import create_app
from talent.auth.guards import public, same_site_path
from talent.extensions import db
from talent.notifications.port import Mail, compose
from tests.conftest import test_settings
from tests.support import build
from tests.support.build_auth import csrf_token
from tests.support.databases import Store
from tests.support.mail import Mailbox
from tests.support.page import Visitor, apart

NONCE = re.compile(r"'nonce-[\w-]{20,}'")
EVERYWHERE = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
        "microphone=(), midi=(), payment=(), usb=()"
    ),
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
PAGE_POLICY = (
    "default-src 'none'; script-src 'self' NONCE; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
HTTPS = "https://localhost"


def assert_pinned(headers: Headers, *, kind: str) -> None:
    """Each header exactly once and exactly so. `kind`: page, open (may be kept and asked again) or file."""
    for name, value in EVERYWHERE.items():
        assert headers.getlist(name) == [value], name
    policy = NONCE.sub("NONCE", headers["Content-Security-Policy"])
    assert headers.getlist("Content-Security-Policy") == [headers["Content-Security-Policy"]]
    assert policy == (FILE_POLICY if kind == "file" else PAGE_POLICY)
    assert "unsafe" not in policy
    if kind != "file":
        assert headers.getlist("Cache-Control") == ["no-store" if kind == "page" else "no-cache"]
        assert {"Accept-Language", "Cookie"} <= {part.strip() for part in headers["Vary"].split(",")}
        assert re.fullmatch("[0-9a-f]{32}", headers["X-Request-Id"])
    for name in ("Server", "X-Powered-By", "Via"):
        assert not re.search(r"\d", headers.get(name, "")), f"{name} tells a version"


@pytest.fixture
def served(app: Flask, store: Store, tmp_path: Path) -> Iterator[Flask]:
    """The service as it is served over https: errors become pages, cookies are secure."""
    other = create_app(test_settings(tmp_path, store.url, testing=False, base_url=HTTPS))
    yield other
    with other.app_context():
        db.session.remove()
        db.engine.dispose()


class SecureVisitor(Visitor):
    """A visitor who comes over https."""

    def __init__(self, app: Flask, language: str = "en") -> None:
        super().__init__(app, language)
        self.client.environ_base["wsgi.url_scheme"] = "https"

    def url(self, endpoint: str, **values: Any) -> str:
        return urljoin(HTTPS, super().url(endpoint, **values))

    def send(self, method: str, path: str, **more: Any) -> TestResponse:
        return apart(lambda: self.client.open(path, method=method, base_url=HTTPS, **more))


def _raise(**_url: Any) -> str:
    raise ZeroDivisionError


def test_r8_every_answer_carries_every_header(served: Flask, session: Session) -> None:
    visitor = SecureVisitor(served)
    answers = {
        ("open", 200): [visitor.send("GET", path) for path in ("/", "/healthz", "/privacy")],
        ("page", 200): [visitor.send("GET", "/sign-in")],
        ("page", 404): [visitor.send("GET", path) for path in ("/nowhere", "/framework/skills/none", "/a%00b")],
        ("page", 405): [visitor.send("PUT", "/"), visitor.send("POST", "/privacy")],
        ("page", 400): [
            visitor.send("POST", "/sign-in", data={"email": "a"}),
            visitor.send("GET", "/", headers={"Host": "evil.test"}),
        ],
        ("page", 413): [visitor.send("POST", "/sign-in", data={"email": "x" * 400_000})],
        ("open", 302): [visitor.send("GET", "/home"), visitor.send("GET", "/account/")],
        ("open", 308): [visitor.send("GET", "/account")],
        ("open", 204): [],
        ("file", 200): [visitor.send("GET", "/static/app.css"), visitor.send("GET", "/static/icon.svg")],
        ("page", 404.1): [visitor.send("GET", "/static/none.css")],
    }
    served.view_functions["public.privacy"] = public(_raise)
    answers["page", 500] = [visitor.send("GET", "/privacy")]
    for (kind, status), group in answers.items():
        for answer in group:
            what = f"{answer.request.method} {answer.request.path}"
            assert answer.status_code == int(status), f"{what} answered {answer.status_code}"
            assert_pinned(answer.headers, kind=kind)
            if kind == "page" and status != 404.1:
                assert answer.mimetype == "text/html", what
            assert b"Traceback" not in answer.data
            answer.close()


def test_r8_too_many_tries_carries_every_header(served: Flask, session: Session) -> None:
    visitor = SecureVisitor(served)
    person = build.civil_servant(session)
    email = person.email
    token = csrf_token(visitor.get(f"{HTTPS}/sign-in"))
    for _time in range(40):
        answer = visitor.send(
            "POST",
            "/sign-in",
            data={"email": email, "password": "not the password", "csrf_token": token},
            headers={"Referer": f"{HTTPS}/sign-in"},
        )
        assert_pinned(answer.headers, kind="page")
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_r8_nothing_of_a_signed_in_page_is_kept(app: Flask, session: Session, sign_in: Any) -> None:
    """Every page that a link leads to from home, whoever looks."""
    for person in (build.civil_servant(session), build.hr(session), build.administrator(session)):
        visitor = sign_in(person)
        home = visitor.page("public.home")
        paths = {path for path in home.links().values() if path.startswith("/") and not path.startswith("/static")}
        assert len(paths) > 5
        for path in ("/home", *sorted(paths)):
            assert visitor.get(path).response.headers.getlist("Cache-Control") == ["no-store"], path


def test_r8_a_nonce_serves_once(visitor: Visitor) -> None:
    policies = {visitor.page("public.start").response.headers["Content-Security-Policy"] for _time in range(5)}
    assert len(policies) == 5


def test_r8_no_transport_header_over_http(visitor: Visitor) -> None:
    assert "Strict-Transport-Security" not in visitor.page("public.start").response.headers


STRANGE = ["evil.test", "localhost.evil.test", "evil.test:443", "localhost@evil.test", "evil.test/", "", "[::1", "a b"]


@pytest.mark.parametrize("host", STRANGE)
def test_r9_a_strange_host_is_400_in_both_languages(app: Flask, host: str) -> None:
    for method, path in (("GET", "/"), ("GET", "/sign-in"), ("POST", "/sign-in"), ("GET", "/nowhere")):
        client = app.test_client()
        answer = client.open(path, method=method, headers={"Host": host})
        assert answer.status_code == 400, f"{method} {path}"
        text = answer.get_data(as_text=True)
        assert "not at this address" in text
        assert "이용할 수 없습니다" in text
        assert "evil" not in text
        assert "evil" not in str(answer.headers)


def test_r9_production_answers_to_its_own_names_only(app: Flask, store: Store, tmp_path: Path) -> None:
    settings = test_settings(tmp_path, store.url, trusted_hosts=("exchange.example",), base_url=HTTPS)
    strict = create_app(settings)
    for host, status in (
        ("exchange.example", 200),
        ("localhost", 400),
        ("127.0.0.1", 400),
        ("x.exchange.example", 400),
    ):
        answer = strict.test_client().get("/", base_url="https://exchange.example", headers={"Host": host})
        assert answer.status_code == status, host
    with strict.app_context():
        db.session.remove()
        db.engine.dispose()


def test_r9_links_in_mail_come_from_configuration(app: Flask, session: Session, mailbox: Mailbox) -> None:
    person = build.civil_servant(session)
    email = person.email
    visitor = Visitor(app)
    page = visitor.page("security.forgot_password")
    sent = apart(
        lambda: visitor.client.post(
            "/reset-password",
            data={"email": email, "csrf_token": csrf_token(page)},
            headers={"Host": "localhost:9999", "X-Forwarded-Host": "evil.test", "X-Forwarded-Proto": "https"},
        )
    )
    assert sent.status_code in (200, 302)
    (letter,) = mailbox.letters()
    links = re.findall(r"https?://[^\s\"<>]+", letter.text)
    assert links
    assert {urlsplit(link).netloc for link in links} == {"localhost"}


ELSEWHERE = [
    "//evil.test",
    "///evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "/\t/evil.test",
    "/\n/evil.test",
    "\t//evil.test",
    " //evil.test",
    "https:evil.test",
    "https://evil.test",
    "HTTPS://evil.test",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.test",
    "@evil.test",
    "/\x00/evil.test",
    "/\x7f/evil.test",
    "/\u2028/evil.test",
    "/home\r\nSet-Cookie: a=b",
    "http:/\\evil.test",
    "/\\/evil.test",
    "/%0d%0aSet-Cookie:a=b",
    "/%2f%2fevil.test",
    "/%5cevil.test",
    "/%09/evil.test",
    "／／evil.test",
    "/..//evil.test",
    "/.//evil.test",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_r9_next_stays_on_this_site(app: Flask, session: Session, target: str) -> None:
    """At sign-in and at the choice of a language, in the address and in the form."""
    visitor = Visitor(app)
    token = csrf_token(visitor.page("public.start"))
    chosen = visitor.post("/language", {"csrf_token": token, "language": "ko", "next": target})
    person = build.civil_servant(session)
    page = visitor.page("security.login", next=target)
    signed_in = page.submit("email", email=person.email, password="a long password for tests 1", next=target)
    for answer in (chosen, signed_in):
        assert answer.status_code in (302, 303, 400)
        if answer.location:
            landed = urljoin("http://localhost/sign-in", answer.location)
            assert urlsplit(landed).netloc == "localhost"
            assert not answer.location.startswith("//")
            assert "\\" not in answer.location
        assert "a=b" not in answer.response.headers.get("Set-Cookie", "")


def test_r9_a_path_of_this_site_is_kept() -> None:
    for path in ("/home", "/opportunities/?q=a+b&page=2", "/profile/skills#skill", "/framework/skills/민원"):
        assert same_site_path(path, "/fallback") == path


def test_r9_no_line_break_reaches_the_head_of_a_mail() -> None:
    subject = "Hello\r\nBcc: victim@evil.test\n\nbody\u2028x"
    message = compose(Mail("a@office.example", subject, "text", "<p>text</p>", "key"), "Us <us@office.example>")
    head = message.as_bytes().split(b"\n\n", 1)[0].decode()
    assert message["Bcc"] is None
    assert not [line for line in head.splitlines() if line.startswith("Bcc")]


def test_limits_a_long_form_is_read_only_behind_a_sign_in(app: Flask, session: Session, sign_in: Any) -> None:
    """A page to sign in reads a quarter of a megabyte; a page with long texts six, and says what is too long."""
    visitor = Visitor(app)
    token = csrf_token(visitor.page("public.start"))
    big = {"csrf_token": token, "text": "가" * 150_000}
    for path in ("/sign-in", "/language", "/account/register", "/reset-password"):
        answer = visitor.post(path, big)
        assert answer.status_code == 413, path
        assert "too large" in answer.heading
    person = sign_in(build.civil_servant(session))
    answer = person.page("profiles.experience").submit("text", text="가" * 300_000)
    assert answer.errors()
    assert answer.status_code in (200, 400)
    over = {"csrf_token": csrf_token(person.page("account.names")), "text": "x" * (7 * 1024 * 1024)}
    assert person.post("/profile/experience", over).status_code == 413


def test_limits_many_parts_are_413(app: Flask) -> None:
    visitor = Visitor(app)
    token = csrf_token(visitor.page("public.start"))
    parts = {"csrf_token": token, **{f"a{number}": "x" for number in range(3000)}}
    answer = apart(lambda: visitor.client.post("/language", data=parts, content_type="multipart/form-data"))
    assert answer.status_code == 413
