"""How long a session lasts.

HR staff and administrators decide about others, so half an hour without activity ends theirs. Everybody else fills
in a long profile, often between other work: two hours. Nobody stays signed in for more than a working day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask

OWED_FACTOR = timedelta(minutes=15)
"""How long after the password the second factor may be given."""


@dataclass(frozen=True)
class Limits:
    idle: timedelta
    absolute: timedelta

    @classmethod
    def of(cls, app: Flask, *, signed_in: bool, office: bool) -> Limits:
        """The limits of a session; `office` is for HR staff and administrators."""
        if not signed_in:
            return cls(OWED_FACTOR, OWED_FACTOR)
        name = "SESSION_IDLE_OFFICE" if office else "SESSION_IDLE"
        return cls(app.config[name], app.config["PERMANENT_SESSION_LIFETIME"])

    def ended(self, created_at: datetime, seen_at: datetime, now: datetime) -> str:
        """`absolute` or `idle` once a limit has passed, else empty."""
        if now - created_at >= self.absolute:
            return "absolute"
        return "idle" if now - seen_at >= self.idle else ""

    def ends_at(self, created_at: datetime, seen_at: datetime) -> datetime:
        """When the session ends if nothing more happens."""
        return min(created_at + self.absolute, seen_at + self.idle)
