"""What every request and response has: an id, security headers, a nonce, limits, static files, error pages."""

from __future__ import annotations

import secrets
import uuid
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Response, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException
from whitenoise import WhiteNoise

from talent import edge
from talent.errors import DomainError, NotFound, StaleRecord
from talent.extensions import csrf, db
from talent.i18n import _
from talent.texts import written_in

log = structlog.get_logger(__name__)


def init_app(app: Flask) -> None:
    app.before_request(_begin)
    app.before_request(edge.refuse_strange_host)
    app.before_request(edge.bound_what_is_read)
    app.teardown_request(_end)
    csrf.init_app(app)
    edge.init_app(app)
    if app.config["SETTINGS"].production:
        app.after_request(_log_request)
    app.add_template_filter(written_in, "written_in")
    static_url = _static_url(app)
    assets_built = (Path(app.static_folder or "") / "vendor" / "govuk.css").exists()
    app.context_processor(
        lambda: {"csp_nonce": g.get("csp_nonce", ""), "static_url": static_url, "assets_built": assets_built}
    )
    _serve_static(app)
    _register_error_pages(app)


def _begin() -> None:
    g.request_id = uuid.uuid4().hex
    g.csp_nonce = secrets.token_urlsafe(16)
    g.outer_context = structlog.contextvars.get_contextvars()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)
    db.session().info.update(request_id=g.request_id, address=_network_address())
    if "\x00" in request.path:  # no id holds one, and PostgreSQL refuses to look for it
        raise NotFound


def _end(_error: BaseException | None) -> None:
    """Give the thread back as it was: a command or a job that goes on around a request has an id of its own."""
    outer = g.pop("outer_context", None)
    if outer is not None:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(**outer)


def _network_address() -> str | None:
    """Where the request came from, as far as the proxies in front of us can be believed (TALENT_PROXY_HOPS)."""
    try:
        return str(ip_address(request.remote_addr or ""))
    except ValueError:
        return None


def _log_request(response: Response) -> Response:
    """One line a request: which page, how it ended. No path and no query, because both can hold what is secret."""
    log.info("request", method=request.method, endpoint=request.endpoint, status=response.status_code)
    return response


def _serve_static(app: Flask) -> None:
    """Static files straight from memory-mapped disk, compressed where a compressed copy lies beside them."""
    static = Path(app.static_folder or "")
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=static,
        prefix="static/",
        autorefresh=app.debug or app.testing,
        max_age=31_536_000 if not (app.debug or app.testing) else 0,
        allow_all_origins=False,
        add_headers_function=edge.file_headers(app.config["BASE_URL"]),
    )


def _static_url(app: Flask) -> Any:
    stamps: dict[str, str] = {}

    def static_url(name: str) -> str:
        """The address of a static file with its age, so that it can be cached for a year."""
        if name not in stamps or app.debug or app.testing:
            path = Path(app.static_folder or "") / name
            stamps[name] = format(path.stat().st_mtime_ns, "x") if path.exists() else "0"
        return url_for("static", filename=name, v=stamps[name])

    return static_url


TITLES = {
    400: _("There is a problem with what was sent"),
    403: _("You cannot use this page"),
    404: _("Page not found"),
    405: _("This page cannot be used that way"),
    409: _("Somebody else changed this first"),
    413: _("What you sent is too large"),
    429: _("Too many attempts"),
    500: _("Sorry, there is a problem with the service"),
    503: _("Sorry, the service is unavailable"),
}


def error_page(status: int, message: Any = "") -> ResponseReturnValue:
    """The error page of a status, in the reader's language."""
    title = TITLES.get(status, TITLES[500] if status >= 500 else TITLES[400])
    return render_template("errors/error.html", status=status, title=title, message=message), status


def _is_doubled(error: IntegrityError) -> bool:
    return getattr(error.orig, "sqlstate", "") == "23505" or "UNIQUE constraint" in str(error.orig)


def _register_error_pages(app: Flask) -> None:
    @app.errorhandler(StaleRecord)
    def stale(error: StaleRecord) -> ResponseReturnValue:
        return error_page(
            409,
            error.message
            or _(
                "Somebody else saved this while you had it open. Nothing was lost: go back, look at the newest "
                "version and send yours again if it is still needed."
            ),
        )

    @app.errorhandler(IntegrityError)
    def doubled(error: IntegrityError) -> ResponseReturnValue:
        """Two people wrote the same thing at one moment; any other broken constraint is a fault of ours."""
        if not _is_doubled(error):
            return unexpected(error)
        db.session.rollback()
        log.warning("the same row was written twice", exc_info=error, endpoint=request.endpoint)
        return stale(StaleRecord(None))

    @app.errorhandler(DomainError)
    def refused(error: DomainError) -> ResponseReturnValue:
        response = app.make_response(error_page(error.status, error.message))
        response.headers.update(error.headers)
        return response

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        if error.response is not None:
            return error.response
        response = app.make_response(error_page(error.code or 500))
        for name, value in error.get_headers(None):
            if name.lower() not in ("content-type", "content-length"):
                response.headers.setdefault(name, value)
        return response

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> ResponseReturnValue:
        db.session.rollback()
        log.error("unexpected error", exc_info=error, endpoint=request.endpoint)
        if app.testing or app.debug:
            raise error
        return error_page(500)
