"""Everybody and everything of the sample loaded so far, by the key it has in the files."""

from __future__ import annotations

from dataclasses import dataclass, field

from models import Opportunity, Profile, User


@dataclass
class Cast:
    people: dict[str, User] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    posts: dict[str, Opportunity] = field(default_factory=dict)
    accounts: dict[str, dict[str, str]] = field(default_factory=dict)
    """E-mail and password, and the authenticator key where there is one, of the accounts whose sign-ins are shown."""
