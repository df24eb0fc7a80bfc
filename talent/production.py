"""What production must be given, and what it refuses. Every problem names its setting and never shows a value."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from talent.config import Settings

MINIMUM_SECRET_LENGTH = 32
FEWEST_CHARACTERS = 10
"""Different characters in a secret; fewer are typed, not drawn."""
PLACEHOLDER = re.compile(r"change.?me|example|only.for.tests|default|password|placeholder|your.?secret|123456", re.I)
CONTACT = re.compile(r"(?:mailto:)?[^@\s]{1,64}@[^@\s]{1,190}|https://\S{1,300}")


def production_problems(settings: Settings) -> list[str]:
    """Why the service must not start with these settings; empty when it may."""
    problems = [*_secret_problems(settings), *_host_problems(settings)]
    if settings.debug:
        problems.append("TALENT_DEBUG and FLASK_DEBUG must be off in production")
    if not settings.secure_cookies:
        problems.append("TALENT_BASE_URL must begin with https in production, so that cookies are secure")
    if settings.allow_sample_data:
        problems.append("TALENT_SAMPLE_DATA must be off in production: sample accounts have known owners")
    if not settings.mail_url:
        problems.append("MAIL_URL must name a mail server in production: people get their links by mail")
    if not CONTACT.fullmatch(settings.security_contact):
        problems.append("TALENT_SECURITY_CONTACT must be an e-mail or https address for reports of weaknesses")
    return problems


def _secrets(settings: Settings) -> list[tuple[str, str]]:
    return [
        ("SECRET_KEY", settings.secret_key),
        *(("SECRET_KEY_FALLBACKS", value) for value in settings.secret_key_fallbacks),
        ("PASSWORD_SALT", settings.password_salt),
        *(("TOTP_KEYS", value) for value in settings.totp_keys or ("",)),
        ("AUDIT_KEY", settings.audit_key),
        *(("AUDIT_KEY_FALLBACKS", value) for value in settings.audit_key_fallbacks),
        ("MONITORING_KEY", settings.monitoring_key),
    ]


def _secret_problems(settings: Settings) -> list[str]:
    found = _secrets(settings)
    problems = [
        f"{name} must be set to at least {MINIMUM_SECRET_LENGTH} random characters in production"
        for name, value in found
        if not _looks_random(value)
    ]
    holders = defaultdict(list)
    for name, value in found:
        if value:
            holders[value].append(name)
    return problems + [
        f"{' and '.join(names)} must have values of their own: one lost key must not open another door"
        for names in holders.values()
        if len(names) > 1
    ]


def _looks_random(value: str) -> bool:
    if len(value) < MINIMUM_SECRET_LENGTH or len(set(value)) < FEWEST_CHARACTERS or PLACEHOLDER.search(value):
        return False
    repeats_itself = (value + value).find(value, 1) < len(value)
    steps = {ord(after) - ord(before) for before, after in pairwise(value)}
    return not repeats_itself and len(steps) > 3


def _host_problems(settings: Settings) -> list[str]:
    name = "TALENT_TRUSTED_HOSTS"
    if not settings.trusted_hosts:
        return [f"{name} must name the hosts the service answers to in production"]
    if any("*" in host or host.startswith(".") for host in settings.trusted_hosts):
        return [f"{name} must name each host in full: no wildcards, no leading full stop"]
    own = urlsplit(settings.base_url).hostname
    if own not in {host.partition(":")[0] for host in settings.trusted_hosts}:
        return [f"{name} must name the host of TALENT_BASE_URL: links in mail lead there"]
    return []
