"""What can go wrong for a reason the reader can act on, and the page each becomes."""

from __future__ import annotations

from typing import Any


class DomainError(Exception):
    """A rule of the service refused something. `message` is lazy text, shown to the reader."""

    status = 400

    def __init__(self, message: Any = "") -> None:
        super().__init__(str(type(self).__name__))
        self.message = message

    @property
    def headers(self) -> dict[str, str]:
        """Further headers of the answer."""
        return {}


class Invalid(DomainError):
    """Values that cannot be accepted; `fields` maps a form field to its message."""

    def __init__(self, message: Any = "", *, fields: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}


class Forbidden(DomainError):
    """The actor has not the role for this."""

    status = 403


class NotFound(DomainError):
    """It does not exist, or not for this actor: the two look the same."""

    status = 404


class TransitionRefused(DomainError):
    """The record's state does not allow this action now."""

    status = 409


class StaleRecord(DomainError):
    """Somebody else saved the record since this actor opened it."""

    status = 409

    def __init__(self, record: Any, message: Any = "") -> None:
        super().__init__(message)
        self.record = record


class Unavailable(DomainError):
    """Something the service needs is away; trying later will help."""

    status = 503
