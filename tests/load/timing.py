"""How long the doors take for known and for unknown addresses (R11). Run: `python -m tests.load.timing [pairs]`.

A fresh service on a scratch database, with passwords hashed as in production. Each pair asks a door once with an
address that has an account and once with one that has none, in random order, with nothing else going on. Prints the
medians and their gap in milliseconds; exits with 1 when a gap reaches 20 ms.
"""

from __future__ import annotations

import logging
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import click
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from flask_security import hash_password

from models import MailDomain, Organisation, User, utc_now
from models.types import Country
from talent import create_app
from talent.config import Settings
from talent.db import transaction
from talent.extensions import db

LARGEST_GAP = 20.0
DOMAIN = "ministry.example"
Ask = Callable[[FlaskClient, str, str], Any]


def sign_in(client: FlaskClient, token: str, address: str) -> Any:
    return client.post("/sign-in", data={"csrf_token": token, "email": address, "password": "not the password 1"})


def reset(client: FlaskClient, token: str, address: str) -> Any:
    return client.post("/reset-password", data={"csrf_token": token, "email": address})


def resend(client: FlaskClient, token: str, address: str) -> Any:
    return client.post("/confirm-address", data={"csrf_token": token, "email": address})


def register(client: FlaskClient, token: str, address: str) -> Any:
    answers = {
        "step": "details",
        "email": address,
        "name_home": "홍길동",
        "name_romanised": "Hong Gildong",
        "name_order": "family_first",
        "organisation": "timing",
        "language": "ko",
        "password": "plum tractor violin 7",
        "password_again": "plum tractor violin 7",
    }
    return client.post("/account/register", data={"csrf_token": token, **answers})


DOORS: dict[str, tuple[Ask, set[int]]] = {
    "sign-in": (sign_in, {200}),
    "registration": (register, {302}),
    "reset": (reset, {302}),
    "resend confirmation": (resend, {302}),
}


def make_service(folder: Path, accounts: int) -> Flask:
    secrets = {name: uuid4().hex * 2 for name in ("secret_key", "password_salt", "audit_key", "monitoring_key")}
    app = create_app(Settings(instance_dir=folder, totp_keys=(uuid4().hex * 2,), **secrets))  # type: ignore[arg-type]
    logging.disable(logging.WARNING)
    with app.app_context():
        upgrade()
        session, hashed = db.session(), hash_password("a password nobody tries 1")
        with transaction(session):
            place = Organisation(
                id="timing", country=Country.GB, type="test", name_en="T", name_ko="T", time_zone="Europe/London"
            )
            place.domains.append(MailDomain(domain=DOMAIN))
            session.add(place)
            session.flush()
            session.add_all(
                User(
                    email=f"known{number}@{DOMAIN}",
                    password=hashed,
                    active=True,
                    fs_uniquifier=uuid4().hex,
                    confirmed_at=utc_now() if number % 2 else None,
                    name_home="홍길동",
                    name_romanised="Hong Gildong",
                    organisation_id="timing",
                )
                for number in range(accounts)
            )
        db.session.remove()
    return app


def time_once(app: Flask, door: str, address: str) -> float:
    """Milliseconds of one request, from a network of its own so that no count of tries is reached."""
    ask, expected = DOORS[door]
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = str(random.randint(1, 223)) + f".{random.randint(0, 255)}.1.1"
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").get_data(as_text=True))
    assert token is not None
    began = time.perf_counter()
    answer = ask(client, token[1], address)
    took = (time.perf_counter() - began) * 1000
    assert answer.status_code in expected, f"{door} answered {answer.status_code}"
    return took


def measure(app: Flask, door: str, pairs: int) -> tuple[float, float]:
    """Medians for known and unknown addresses."""
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    for number in range(-3, pairs):  # the first few warm up
        both = ["known", "unknown"]
        random.shuffle(both)
        for kind in both:
            took = time_once(app, door, f"{kind}{number % pairs}@{DOMAIN}")
            if number >= 0:
                times[kind].append(took)
    return statistics.median(times["known"]), statistics.median(times["unknown"])


def main(pairs: int = 200) -> int:
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        app = make_service(Path(folder), pairs)
        for door in DOORS:
            known, unknown = measure(app, door, pairs)
            worst = max(worst, abs(known - unknown))
            click.echo(
                f"{door:20} known {known:7.2f} ms  unknown {unknown:7.2f} ms  gap {abs(known - unknown):5.2f} ms"
            )
    click.echo(f"largest gap {worst:.2f} ms, must stay under {LARGEST_GAP:.0f} ms ({pairs} pairs a door)")
    return 0 if worst < LARGEST_GAP else 1


if __name__ == "__main__":
    sys.exit(main(*(int(text) for text in sys.argv[1:2])))
