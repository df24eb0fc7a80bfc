"""Accounts: sessions, tries, second factor."""

from __future__ import annotations

import time

from tests.probe.browser import Browser, authenticator_code
from tests.probe.promises import Visit, promise

GONE_SECONDS = 90


def is_signed_out(browser: Browser) -> bool:
    page = browser.get("/account/")
    return page.status in (302, 303) and "/sign-in" in page.location


@promise("R1", "cookies from before sign-in and after sign-out open nothing")
def sessions(visit: Visit) -> str:
    browser = visit.stranger()
    browser.get("/sign-in")
    before = dict(browser.cookies)
    halfway = visit.give_password(browser, "hr_uk_other")
    owes = dict(browser.cookies)
    browser.follow(visit.give_code(browser, "hr_uk_other", halfway))
    inside = dict(browser.cookies)
    assert browser.get("/account/").status == 200
    assert inside != owes != before, "the session kept its key"
    for old in (before, owes):
        other = visit.stranger()
        other.cookies = dict(old)
        assert is_signed_out(other), "an old cookie opens the account"
    browser.submit(browser.get("/account/"), "/sign-out")
    replayed = visit.stranger()
    replayed.cookies = dict(inside)
    assert is_signed_out(replayed), "the cookie lives on after sign-out"
    return "before sign-in, before the second factor, after sign-out: all land on sign-in"


@promise("R11", "tries are counted, known and unknown accounts look alike")
def tries(visit: Visit) -> str:
    known = visit.service.accounts["civil_servant_kr"]["email"]
    unknown = "nobody." + known

    def ask(email: str) -> tuple[int, str, float]:
        browser = visit.stranger()
        page = browser.get("/sign-in")
        began = time.perf_counter()
        answer = browser.submit(page, "password", email=email, password="not the password at all")
        return answer.status, answer.text.replace(email, ""), time.perf_counter() - began

    first, second = ask(known), ask(unknown)
    assert first[:2] == second[:2], "a known account is answered in other words"
    statuses = [first[0]]
    for _ in range(11):
        status, _, _ = ask(known)
        statuses.append(status)
        if status == 429:
            break
    assert 429 in statuses, "tries are not limited"
    browser = visit.stranger()
    answer = browser.submit(browser.get("/sign-in"), "password", email=known, password="not the password at all")
    assert answer.headers.get("retry-after", "").isdigit(), "429 without Retry-After"
    return f"try {statuses.index(429) + 1} is 429 with Retry-After {answer.headers['retry-after']} s"


@promise("R12", "administrators and HR staff owe a second factor; a code works once")
def second_factor(visit: Visit) -> str:
    for account in ("admin_kr", "hr_kr"):
        browser = visit.stranger()
        page = visit.give_password(browser, account)
        assert is_signed_out(browser), f"{account} is in with the password alone"
        assert any("code" in form.names for form in page.forms), f"{account} is not asked for a code"
    code = visit.fresh_code("admin_kr")
    browser = visit.stranger()
    answer = browser.submit(visit.give_password(browser, "admin_kr"), "code", code=code)
    assert browser.follow(answer).status == 200
    assert not is_signed_out(browser), "a right code does not let in"
    again = visit.stranger()
    again.submit(visit.give_password(again, "admin_kr"), "code", code=code)
    assert is_signed_out(again), "a code was good twice"
    wrong = visit.stranger()
    old = authenticator_code(visit.service.accounts["admin_kr"]["totp_secret"], time.time() - 600)
    wrong.submit(visit.give_password(wrong, "admin_kr"), "code", code=old)
    assert is_signed_out(wrong), "an old code lets in"
    assert all("totp_secret" in who for name, who in visit.service.accounts.items() if name.startswith(("hr", "admin")))
    return "password alone lets nobody in; a used and an old code are refused"


@promise("R27", "a person takes away everything held about them, and nobody else's")
def my_data(visit: Visit) -> str:
    who = visit.service.accounts["civil_servant_uk"]["email"]
    others = [row["email"] for name, row in visit.service.accounts.items() if name != "civil_servant_uk"]
    person = visit.person("civil_servant_uk")
    page = person.get("/my-data/")
    assert page.status == 200
    assert who in person.get("/my-data/held/account").html
    done = visit.service.flask("sar", "export", who, "--out", str(visit.service.instance / "sar"))
    assert done.returncode == 0, done.stderr[-300:]
    files = [path for path in (visit.service.instance / "sar").rglob("*") if path.is_file()]
    texts = [path.read_text("utf-8") for path in files]
    assert any(who in text for text in texts)
    assert not any(other in text for other in others for text in texts), "somebody else's address is in it"
    return f"{len(files)} files, {sum(map(len, texts))} characters"


def _in_data(names: list[str]) -> list[str]:
    """Without the copy of the last message, which carries the receipt to its owner and goes after its own time."""
    return [name for name in names if not name.endswith(".eml")]


def traces(visit: Visit, words: str) -> list[str]:
    """Names of files of the service that hold these words."""
    files = (path for path in visit.service.instance.rglob("*") if path.is_file() and "sar" not in path.parts)
    return [path.name for path in files if words.encode() in path.read_bytes()]


@promise("R26", "what is past its time goes, and an erased person leaves no trace but a pseudonym")
def erasure(visit: Visit) -> str:
    dry = visit.service.flask("retention", "run", "--dry-run")
    assert dry.returncode == 0, dry.stderr[-300:]
    who = visit.service.accounts["civil_servant_kr"]["email"]
    done = visit.service.flask("erase", who, "--yes")
    assert done.returncode == 0, done.stderr[-300:]
    until = time.monotonic() + GONE_SECONDS
    while _in_data(kept := traces(visit, who)) and time.monotonic() < until:
        time.sleep(2)
    assert not _in_data(kept), f"the address is still in {kept}"
    assert len(kept) <= 1, f"more than the last message is left: {kept}"
    browser = visit.stranger()
    page = browser.get("/sign-in")
    answer = browser.submit(page, "password", email=who, password="whatever it was")
    assert answer.status in (200, 429)
    return "the address is in no file but the last message, which carries the receipt"
