"""The record of actions, logs, exports, stale saves, masking in texts."""

from __future__ import annotations

import csv
import io
import re
import shutil
import sqlite3
from pathlib import Path

from tests.probe.promises import Visit, promise

TAMPERINGS = {
    "edit": "UPDATE audit_entry SET action = 'nothing' WHERE chain_number = 5",
    "delete": "DELETE FROM audit_entry WHERE chain_number = 6",
    "swap": "UPDATE audit_entry SET chain_number = CASE chain_number WHEN 7 THEN -8 ELSE -7 END"
    " WHERE chain_number IN (7, 8); UPDATE audit_entry SET chain_number = -chain_number WHERE chain_number < 0",
    "cut tail": "DELETE FROM audit_entry WHERE chain_number > (SELECT max(chain_number) - 3 FROM audit_entry)",
}
PAYLOAD = "<script>alert('x')</script><img src=x onerror=alert(1)>"


@promise("R18", "the record of actions tells of every change to it")
def audit(visit: Visit) -> str:
    whole = visit.service.flask("audit", "verify")
    assert whole.returncode == 0, whole.stdout[-300:] + whole.stderr[-300:]
    assert visit.service.flask("audit", "checkpoint").returncode == 0
    for name, statement in TAMPERINGS.items():
        copy = visit.service.instance.parent / f"tampered-{name.replace(' ', '-')}"
        shutil.copytree(visit.service.instance, copy)
        _tamper(copy / "talent.sqlite3", statement)
        done = visit.service.flask("audit", "verify", TALENT_INSTANCE_DIR=str(copy))
        assert done.returncode == 1, f"{name} was not noticed: {done.stdout[-200:]}{done.stderr[-200:]}"
        assert re.search(r"\d", done.stdout + done.stderr), f"{name}: the row is not named"
        shutil.rmtree(copy)
    return f"whole; {', '.join(TAMPERINGS)}: each noticed"


def _tamper(path: Path, statement: str) -> None:
    """As somebody with the database alone would: without its triggers."""
    connection = sqlite3.connect(path)
    triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        connection.execute(f'DROP TRIGGER "{name}"')
    connection.executescript(statement)
    connection.commit()
    connection.close()


@promise("R15", "a copy of the record needs a reason and holds nothing a spreadsheet would run")
def export(visit: Visit) -> str:
    admin = visit.person("admin_uk")
    page = admin.get("/audit/export")
    assert admin.submit(page, "reason", reason="").status == 400, "an export without a reason"
    answer = admin.submit(page, "reason", reason="=2+2 probing that formulas are neutralised")
    assert answer.status == 200
    assert "csv" in answer.headers["content-type"], answer.headers["content-type"]
    assert answer.body.startswith(b"\xef\xbb\xbf"), "no mark that Korean Excel needs"
    rows = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert len(rows) > 10
    assert not any(cell[:1] in "=+-@\t\r＝＋－＠" for row in rows for cell in row if cell), "a cell would be run"
    return f"{len(rows)} rows, attachment"


@promise("R19", "the log holds no password, code, key or address")
def logs(visit: Visit) -> str:
    log = visit.service.log
    for who in visit.service.accounts.values():
        for value in (who["password"], who["email"], who.get("totp_secret")):
            assert value is None or value not in log, "something secret or personal is in the log"
    return f"{len(log)} characters of log"


@promise("R7", "markup that people type stays text")
def markup(visit: Visit) -> str:
    person = visit.person("civil_servant_uk")
    page = person.get("/account/names")
    person.submit(page, "name_home", form_of_address=PAYLOAD)
    shown = person.get("/account/")
    assert "<script>alert('x')" not in shown.html
    assert "<img src=x" not in shown.html
    person.submit(person.get("/account/names"), "name_home", form_of_address="Rowan")
    return "escaped where it is shown"


@promise("R4", "made-up fields change nothing")
def made_up_fields(visit: Visit) -> str:
    person = visit.person("civil_servant_uk")
    before = person.get("/account/").text
    page = person.get("/account/names")
    extra = {"role": "administrator", "organisation_id": "gb-x", "active": "0", "confirmed_at": "", "status": "active"}
    assert person.submit(page, "name_home", **extra).status in (302, 303)
    after = person.get("/account/").text
    assert "administrator" not in after.lower() or before == after
    assert person.get("/matching/queue").status == 403
    return f"{len(extra)} fields ignored"


@promise("R6", "identifiers in one's own words are taken out for others, and the owner is warned")
def identifiers(visit: Visit) -> str:
    person = visit.person("civil_servant_uk")
    page = person.get("/profile/experience")
    present = dict(page.form("text").values)["text"]
    told = f"{present}\n\nRowan Thistledown led this. Call 020 7946 0958 or write to rowan.t@private.example."
    answer = person.follow(person.submit(page, "text", text=told))
    warned = answer.text + person.get("/profile/experience").text + person.get("/profile/").text
    preview = person.get("/profile/preview").text.partition("A civil servant of")[2]
    again = person.get("/profile/experience")
    person.submit(again, "text", text=present)
    assert len(preview) > 500, "there is no preview"
    for part in ("Thistledown", "7946 0958", "private.example"):
        assert part not in preview, f"{part} is shown to others"
    assert re.search(r"Your words tell who you are", warned), "the owner is not warned"
    return "name, telephone and address hidden in the preview; owner warned"


@promise("R20", "a stale save is told, and loses nothing")
def stale(visit: Visit) -> str:
    person = visit.person("civil_servant_uk")
    first, second = person.get("/profile/what-you-look-for"), person.get("/profile/what-you-look-for")
    saved = person.submit(first, "version")
    assert saved.status in (302, 303), f"{saved.status}: the first save is refused"
    late = person.submit(second, "version")
    if late.status in (302, 303):  # nothing differed, so nothing was overwritten: change something first
        first, second = person.get("/profile/experience"), person.get("/profile/experience")
        text = dict(first.form("text").values)["text"]
        assert person.submit(first, "text", text=f"{text} One more line.").status in (302, 303)
        late = person.submit(second, "text", text=f"{text} Another line.")
        assert "Another line." in late.html, "what was typed is gone"
        person.submit(person.get("/profile/experience"), "text", text=text)
    assert late.status == 409, late.status
    return "409 with what was typed"


@promise("R28", "taking back the choice to be shown abroad works at once")
def abroad(visit: Visit) -> str:
    person = visit.person("civil_servant_uk")
    page = person.get("/profile/taking-part")
    names = page.form("showing_abroad").choices["showing_abroad"]
    off = next(value for value in names if value in ("no", "false", "n", "0"))
    on = next(value for value in names if value in ("yes", "true", "y", "1"))
    person.submit(page, "showing_abroad", showing_abroad=off)
    state = person.get("/profile/").text
    person.submit(person.get("/profile/taking-part"), "showing_abroad", showing_abroad=on)
    assert "Paused" in state or "paused" in state, state[:200]
    return "the profile paused in the next request"
