"""The key of a new authenticator app while it is being set up: in the page only, encrypted and signed."""

from __future__ import annotations

from dataclasses import dataclass

import qrcode
from itsdangerous import BadData

from models import User
from talent.auth.one_time_codes import codes
from talent.extensions import security

GOOD_FOR = 30 * 60
"""Seconds from the page to the first code."""


@dataclass(frozen=True)
class ShownKey:
    """What an authenticator app needs: the key in groups of four, and a drawing of the whole address."""

    key: str
    size: int
    """Width and height of the drawing, in modules."""
    path: str
    """SVG path of the dark modules."""


def new_key() -> str:
    """A random key, encrypted."""
    return str(codes().generate_totp_secret())


def sign(sealed: str, user: User) -> str:
    """The encrypted key as the page carries it: for this person and a while only."""
    return str(security.tf_setup_serializer.dumps([str(user.id), sealed]))


def read(signed: str, user: User) -> str | None:
    """The encrypted key that the page carried; None when it is not ours, not this person's, or too old."""
    if not signed:
        return None
    try:
        owner, sealed = security.tf_setup_serializer.loads(signed, max_age=GOOD_FOR)
    except (BadData, ValueError, TypeError):
        return None
    return str(sealed) if owner == str(user.id) else None


def shown(sealed: str, user: User) -> ShownKey:
    """The key as the page shows it."""
    drawing = qrcode.QRCode(border=4)
    drawing.add_data(codes().get_totp_uri(user.email, sealed))
    drawing.make(fit=True)
    rows = drawing.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return ShownKey(codes().get_totp_pretty_key(sealed).replace("-", " "), len(rows), path)
