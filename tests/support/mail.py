"""Reading the mail that the service sent."""

from __future__ import annotations

import email
import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from pathlib import Path

from flask import Flask

from talent import outbox
from talent.extensions import db


@dataclass(frozen=True)
class Letter:
    to: str
    subject: str
    text: str
    html: str

    def link(self, containing: str = "http") -> str:
        """The first address in the text that contains this; as a path when it leads to this service."""
        for address in re.findall(r"https?://\S+", self.text):
            if containing in address:
                return re.sub(r"^http://localhost(:\d+)?", "", address)
        raise AssertionError(f"no link with {containing!r} in: {self.text}")


class Mailbox:
    def __init__(self, app: Flask) -> None:
        self.app = app

    def deliver(self) -> int:
        """Do everything that waits in the outbox, as the worker would."""
        done = 0
        with self.app.app_context():
            while batch := outbox.run_due(db.session()):
                done += batch
            db.session.remove()
        return done

    def letters(self, to: str | None = None) -> list[Letter]:
        """All letters, or those to one address, oldest first."""
        self.deliver()
        folder = Path(self.app.config["INSTANCE_DIR"]) / "mail"
        found = [_read(path) for path in sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)]
        return [letter for letter in found if to is None or letter.to == to]

    def last(self, to: str) -> Letter:
        letters = self.letters(to)
        assert letters, f"no mail to {to}"
        return letters[-1]


def _read(path: Path) -> Letter:
    message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    bodies = {part: message.get_body((part,)) for part in ("plain", "html")}
    text, html = (body.get_content() if body is not None else "" for body in bodies.values())
    return Letter(str(message["To"]), str(message["Subject"]), text, html)
