"""The outer edge of every answer: which hosts we answer to, the headers each answer carries, how much we read."""

from __future__ import annotations

import ipaddress
import secrets
import socket
from collections.abc import Callable
from io import BytesIO
from typing import IO, Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, render_template, request, session
from flask.typing import ResponseReturnValue
from secure import Secure
from secure.headers import (
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    StrictTransportSecurity,
    XContentTypeOptions,
    XFrameOptions,
)
from werkzeug.exceptions import RequestEntityTooLarge, SecurityError
from werkzeug.formparser import FormDataParser
from werkzeug.sansio.utils import host_is_trusted

from talent.config import Settings

MEGABYTE = 1024 * 1024
LONG_FORM_BYTES = 6 * MEGABYTE
"""Room for a form whose longest text is far over its limit, so that the message appears beside the field."""
SHORT_FORM_BYTES = MEGABYTE // 4
LONG_FORMS = frozenset(
    {
        "audit",
        "contests",
        "dated",
        "imports",
        "matching",
        "opportunities",
        "organisations",
        "privacy",
        "profiles",
        "review",
        "translations",
        "transparency",
    }
)
"""Blueprints with long texts, read from whoever is signed in. Everything else, such as signing in, reads little."""
MOST_PARTS = 2000
"""Fields of a form, however it is encoded: taking millions of empty ones apart keeps a processor busy for seconds."""

STEADY = Secure(
    xfo=XFrameOptions().deny(),
    xcto=XContentTypeOptions().nosniff(),
    referrer=ReferrerPolicy().same_origin(),
    permissions=PermissionsPolicy()
    .accelerometer()
    .camera()
    .display_capture()
    .geolocation()
    .gyroscope()
    .magnetometer()
    .microphone()
    .midi()
    .payment()
    .usb(),
    coop=CrossOriginOpenerPolicy().same_origin(),
    corp=CrossOriginResourcePolicy().same_origin(),
).headers
"""Headers that are the same on every answer, files included."""
HSTS = StrictTransportSecurity().max_age(31_536_000).include_subdomains().header_value
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)


def init_app(app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = LONG_FORM_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = LONG_FORM_BYTES
    app.config["MAX_FORM_PARTS"] = MOST_PARTS
    app.after_request(_finish)


def refuse_strange_host() -> ResponseReturnValue | None:
    """A page in both languages for a request under a name that is not ours: no link of it would be right."""
    if not isinstance(request.routing_exception, SecurityError) and _is_ours(request.headers.get("Host", "")):
        return None
    return render_template("errors/strange_host.html", base_url=current_app.config["BASE_URL"]), 400


def bound_what_is_read() -> None:
    """Read little where only little is asked for, and from strangers."""
    if request.blueprint not in LONG_FORMS or not getattr(session, "was_signed_in", False):
        request.max_content_length = request.max_form_memory_size = SHORT_FORM_BYTES


class BoundedFields(FormDataParser):
    """Bounds the fields of every form. Werkzeug itself counts those of multipart forms only."""

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> Any:
        if mimetype == "application/x-www-form-urlencoded":
            sent = stream.read()  # bounded in bytes already
            if self.max_form_parts is not None and sent.count(b"&") >= self.max_form_parts:
                raise RequestEntityTooLarge
            stream = BytesIO(sent)
        return super().parse(stream, mimetype, content_length, options)


def _is_ours(host: str) -> bool:
    """Named in TALENT_TRUSTED_HOSTS. In development without it: this machine's names and plain numbers.

    A number needs no guard: nobody else's name can be made to lead to it.
    """
    settings: Settings = current_app.config["SETTINGS"]
    if settings.trusted_hosts:
        return host_is_trusted(host, list(settings.trusted_hosts))
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    own = {"localhost", "localhost.localdomain", socket.gethostname().lower(), urlsplit(settings.base_url).hostname}
    if name in own or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _finish(response: Response) -> Response:
    for name, value in STEADY.items():
        response.headers.setdefault(name, value)
    nonce = g.get("csp_nonce") or secrets.token_urlsafe(16)
    response.headers["Content-Security-Policy"] = CONTENT_POLICY.format(nonce=nonce)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    must_go = "no-store" in response.headers.get("Cache-Control", "")
    if must_go or g.get("user") is not None or request.method != "GET" or response.status_code >= 400:
        response.headers["Cache-Control"] = "no-store"
    else:
        response.headers.setdefault("Cache-Control", "no-cache")
    response.headers["X-Request-Id"] = g.get("request_id", "")
    response.vary.add("Accept-Language")
    response.vary.add("Cookie")
    return response


def file_headers(base_url: str) -> Callable[[Any, str, str], None]:
    """What adds the same headers to files, which are answered before the application is asked."""
    secure = urlsplit(base_url).scheme == "https"

    def add(headers: Any, _path: str, _url: str) -> None:
        for name, value in STEADY.items():
            headers[name] = value
        headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
        if secure:
            headers["Strict-Transport-Security"] = HSTS

    return add
