"""Fields that were sent and that nothing asked for: ignored, and logged by name."""

from __future__ import annotations

import re
from typing import Any

import structlog
from flask import Flask, Request, Response, request
from werkzeug.datastructures import ImmutableMultiDict

from talent.edge import BoundedFields

_log = structlog.get_logger(__name__)
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]{0,63}")
_ALWAYS = frozenset({"csrf_token", "then"})
"""The token, and the name of the pressed button, which a form that comes back with errors does not read."""
MOST_NAMED = 20


class AskedFields(ImmutableMultiDict[str, Any]):
    """Sent fields that remember which of them were asked for."""

    def __init__(self, mapping: Any = None) -> None:
        super().__init__(mapping)
        self.asked: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.asked.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:  # type: ignore[override]
        self.asked.add(key)
        return super().get(key, default, type) if type is not None else super().get(key, default)

    def getlist(self, key: str, type: Any = None) -> list[Any]:
        self.asked.add(key)
        return super().getlist(key, type) if type is not None else super().getlist(key)


class RememberingRequest(Request):
    """A request whose form knows which of its fields the view read."""

    parameter_storage_class = AskedFields
    form_data_parser_class = BoundedFields


def unasked(form: Any) -> list[str]:
    """Names of fields that nothing read, in order."""
    if not isinstance(form, AskedFields):
        return []
    return sorted(name for name in form if name not in form.asked | _ALWAYS)


def init_app(app: Flask) -> None:
    """Log what was sent and not asked for, once a request. Names that are no plain names are only counted."""
    app.request_class = RememberingRequest

    @app.after_request
    def log_unasked(response: Response) -> Response:
        if request.method in ("POST", "PUT", "PATCH", "DELETE") and response.status_code < 400:
            names = unasked(request.form)
            if names:
                plain = [name for name in names if _PLAIN.fullmatch(name)]
                _log.warning(
                    "fields that nothing asks for",
                    endpoint=request.endpoint,
                    fields=plain[:MOST_NAMED],
                    number=len(names),
                )
        return response
