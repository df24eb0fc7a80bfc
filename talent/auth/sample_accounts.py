"""The sign-ins of the sample people, in a file that only the owner of this installation reads."""

from __future__ import annotations

import json
from pathlib import Path

from models import User
from talent.auth import one_time_codes
from talent.config import Settings
from talent.errors import Forbidden, NotFound
from talent.i18n import _

ACCOUNTS_FILE = "sample-accounts.json"


def code_now(settings: Settings, person: User) -> str:
    """The authenticator code of a sample person at this moment.

    All of them share one key, as they share one password. Raises Forbidden in production and for anybody who is no
    sample person, NotFound when the file is gone or the person has no second factor.
    """
    if settings.production or not settings.allow_sample_data or not person.sample:
        raise Forbidden(_("Codes are shown for sample people only, and never in production"))
    keys = _keys(settings.instance_dir / ACCOUNTS_FILE)
    if person.tf_totp_secret is None or not keys:
        raise NotFound(_("This sample person has no authenticator key in the file of sample accounts"))
    return one_time_codes.code_of(keys.get(person.email) or next(iter(keys.values())))


def _keys(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    accounts = json.loads(path.read_text(encoding="utf-8"))
    return {who["email"]: who["totp_secret"] for who in accounts.values() if who.get("totp_secret")}
