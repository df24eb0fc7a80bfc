"""Structured logs: JSON in production, readable lines elsewhere. Never names, addresses, texts, codes or tokens.

Everything goes one way, ours and that of libraries, so that one place takes out what must not be kept: the words of
an exception (they quote rows), local variables, addresses, what stands behind a question mark, what looks like a token.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any
from uuid import uuid4

import structlog
from flask import Flask, appcontext_pushed, appcontext_tearing_down, g
from structlog.contextvars import bind_contextvars, get_contextvars, unbind_contextvars

Event = MutableMapping[str, Any]
SECRET_NAMES = re.compile(r"pass(word|phrase)|secret|token|cookie|authori[sz]ation|csrf|otp|recovery|api_?key", re.I)
HIDDEN = "[hidden]"
_ADDRESS = re.compile(r"[^\s@<>\"'(),;:=]{1,64}@[^\s@<>\"'(),;:]{1,255}")
_QUERY = re.compile(r"(?<=[\w/.-])\?[^\s\"'<>]+")
_TOKEN = re.compile(r"(?<![\w.-])(?=[\w.-]*[a-z])(?=[\w.-]*[A-Z])(?=[\w.-]*\d)[\w.-]{20,}")
LONGEST = 2000
"""Characters kept of one value: profile text that got here by mistake is at least cut."""
GUNICORN = ("gunicorn.error", "gunicorn.access")


class OurHandler(logging.StreamHandler[Any]):
    """Marks the handler as ours, so that a second application in the process replaces it."""


def init_app(app: Flask) -> None:
    production = app.config["SETTINGS"].production
    structlog.configure(
        processors=[*FIRST, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = OurHandler(sys.stderr)
    handler.setFormatter(json_formatter() if production else readable_formatter())
    root = logging.getLogger()
    root.handlers[:] = [one for one in root.handlers if not isinstance(one, OurHandler)] + [handler]
    root.setLevel(logging.WARNING)  # of libraries, what goes wrong; of ours, what happens too
    logging.getLogger("talent").setLevel(logging.INFO)
    app.logger.handlers.clear()  # Flask would write each line a second time, in a form of its own
    for name in GUNICORN:
        logger = logging.getLogger(name)
        if logger.handlers:
            logger.handlers.clear()
            logger.propagate = True
    logging.captureWarnings(production)
    appcontext_pushed.connect(_name_the_run, app)
    appcontext_tearing_down.connect(_forget_the_run, app)


def _name_the_run(_app: Flask, **_more: Any) -> None:
    """A job and a command get an id as a request does; a request's own replaces it (talent.web)."""
    if "request_id" not in get_contextvars():
        bind_contextvars(request_id=f"run-{uuid4().hex}")
        g.names_the_run = True


def _forget_the_run(_app: Flask, **_more: Any) -> None:
    """Only what gave the id takes it away: an application context inside another has none of its own."""
    if g.pop("names_the_run", False):
        unbind_contextvars("request_id")


def _explain_error(_logger: Any, _name: str, event: Event) -> Event:
    """Kind and place of an exception and of what caused it. Its words stay out: they quote what people wrote."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    elif isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["exception"] = [_told(one) for one in _with_causes(error)]
    event.pop("stack_info", None)
    return event


def _with_causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in found and len(found) < 5:
        found.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return found


def _told(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-20:]
    return {
        "type": f"{type(error).__module__}.{type(error).__name__}",
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _scrub(_logger: Any, _name: str, event: Event) -> Event:
    for name, value in list(event.items()):
        if not name.startswith("_"):
            event[name] = HIDDEN if SECRET_NAMES.search(name) else _clean(value)
    return event


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): HIDDEN if SECRET_NAMES.search(str(name)) else _clean(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value).replace("\r", "\\r").replace("\n", "\\n")[:LONGEST]
    return _TOKEN.sub("[token]", _QUERY.sub("?…", _ADDRESS.sub("[address]", text)))


FIRST: tuple[structlog.typing.Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def json_formatter() -> logging.Formatter:
    """One JSON object a line, as in production."""
    return _formatter(structlog.processors.JSONRenderer(ensure_ascii=False))


def readable_formatter() -> logging.Formatter:
    """Lines for whoever develops, with the same things left out."""
    return _formatter(structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()))


def _formatter(last: structlog.typing.Processor) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*FIRST, structlog.stdlib.add_logger_name],
        processors=[
            _explain_error,
            _scrub,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            last,
        ],
    )
