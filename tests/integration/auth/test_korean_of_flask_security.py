"""Everything Flask-Security can say through the features in use has Korean words."""

from __future__ import annotations

from babel.messages.pofile import read_po
from flask import Flask

from talent.auth.security import WORDS
from talent.config import ROOT

# Messages, field labels and subjects that its enabled views can show (its names, without SECURITY_ and MSG_).
SHOWN = [
    "ACCOUNT_DISABLED",
    "DISABLED_ACCOUNT",
    "EMAIL_NOT_PROVIDED",
    "INVALID_EMAIL_ADDRESS",
    "PASSWORD_NOT_PROVIDED",
    "PASSWORD_INVALID_LENGTH",
    "RETYPE_PASSWORD_MISMATCH",
    "USER_DOES_NOT_EXIST",
    "CONFIRMATION_REQUIRED",
    "UNAUTHORIZED",
    "INVALID_REDIRECT",
    "ANONYMOUS_USER_REQUIRED",
    "LOGIN",
    "REFRESH",
    "FORGOT_PASSWORD",
    "API_ERROR",
    "PASSWORD_RESET",
    "REAUTHENTICATION_REQUIRED",
    "REAUTHENTICATION_SUCCESSFUL",
    "PASSWORD_MISMATCH",
]
SUBJECTS = ["CONFIRM", "PASSWORD_RESET", "PASSWORD_NOTICE", "PASSWORD_CHANGE_NOTICE"]


def test_every_message_has_korean_words(app: Flask) -> None:
    with (ROOT / "translations" / "ko" / "LC_MESSAGES" / "flask_security.po").open("rb") as file:
        korean = {str(message.id): str(message.string) for message in read_po(file) if message.id}
    said = [app.config[f"SECURITY_MSG_{name}"][0] for name in {*WORDS, *SHOWN} if f"SECURITY_MSG_{name}" in app.config]
    said += [app.config[f"SECURITY_EMAIL_SUBJECT_{name}"] for name in SUBJECTS]
    assert len(said) > 30
    missing = [text for text in map(str, said) if not korean.get(text)]
    assert not missing
    assert all(any("가" <= character <= "힣" for character in text) for text in korean.values())
