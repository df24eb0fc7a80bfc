"""Sending mail: to files by default, by SMTP when `MAIL_URL` names a server."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class Mail:
    to: str
    subject: str
    text: str
    html: str
    key: str
    """The same for every try at the same mail, so that a receiver can drop a second copy."""


class Mailer(Protocol):
    def send(self, mail: Mail) -> None:
        """Hand the mail over. Raises OSError or smtplib.SMTPException when that fails."""


def compose(mail: Mail, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{mail.key}@talent-exchange.example>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


class FileMailer:
    """Writes each mail to `directory` as an .eml file any mail program opens."""

    def __init__(self, directory: Path, sender: str) -> None:
        self.directory, self.sender = directory, sender

    def send(self, mail: Mail) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self.directory / f"{mail.key}.eml"
        path.write_bytes(compose(mail, self.sender).as_bytes())


class SmtpMailer:
    """Sends by SMTP; `smtps` from the start encrypted, `smtp` upgraded where the server offers it."""

    def __init__(self, url: str, sender: str) -> None:
        self.parts, self.sender = urlsplit(url), sender

    def send(self, mail: Mail) -> None:
        secure = self.parts.scheme == "smtps"
        connect = smtplib.SMTP_SSL if secure else smtplib.SMTP
        with connect(self.parts.hostname or "", self.parts.port or (465 if secure else 25), timeout=20) as server:
            if not secure and server.has_extn("starttls"):
                server.starttls()
            if self.parts.username:
                server.login(unquote(self.parts.username), unquote(self.parts.password or ""))
            server.send_message(compose(mail, self.sender))
