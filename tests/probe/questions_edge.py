"""Headers, hosts, addresses, injection, texts, start: what stands at the edge."""

from __future__ import annotations

import json
import re
import time
from secrets import token_urlsafe

from tests.probe.promises import Visit, promise

PINNED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
OPEN_PATHS = ("/", "/sign-in", "/no-such-page", "/static/app.css", "/healthz")
INJECTED = ("1'%20OR%20'1'='1", "1;%20SELECT%20pg_sleep(5)--", "%27%29%3B%20DROP%20TABLE%20user--", "%00", "-1")
ODD = (
    "a" * 1_000_000,
    "가" * 300_000,
    "\u202e\u200bhidden\ufeff",
    "%00%00",
    "(((((" * 20_000,
    "<script>alert(1)</script>",
)


@promise("R8", "security headers on every response, errors included")
def headers(visit: Visit) -> str:
    admin = visit.person("admin_uk")
    seen = 0
    for browser, method, path in [
        *(
            (visit.stranger(), "GET", path)
            for path in ("/", "/sign-in", "/no-such-page", "/static/app.css", "/healthz")
        ),
        *((visit.stranger(), "POST", path) for path in ("/", "/sign-in")),
        *((admin, "GET", path) for path in ("/home", "/matching/queue", "/audit/", "/account/")),
    ]:
        page = browser.send(method, path)
        seen += 1
        for name, value in PINNED.items():
            assert page.headers.get(name) == value, f"{name} is {page.headers.get(name)!r} at {path} ({page.status})"
        policy = page.headers.get("content-security-policy", "")
        if "text/html" in page.headers.get("content-type", ""):
            assert "default-src 'none'" in policy, f"no policy at {path}"
            assert "unsafe-inline" not in policy, path
            nonce = re.search(r"'nonce-([^']+)'", policy)
            assert nonce, path
            scripts = re.findall(r"<script([^>]*)>", page.html)
            assert all(f'nonce="{nonce.group(1)}"' in script or "src=" in script for script in scripts), path
        if browser is admin:
            assert "no-store" in page.headers.get("cache-control", ""), path
    leaving = visit.sign_in("civil_servant_kr")
    out = leaving.submit(leaving.get("/home"), "/sign-out")
    assert "cookies" in out.headers.get("clear-site-data", "") or "cache" in out.headers.get("clear-site-data", "")
    return f"{seen} responses and the sign-out"


@promise("R9", "other hosts are refused and nobody is sent off the site")
def hosts(visit: Visit) -> str:
    assert visit.stranger().send("GET", "/", headers={"Host": "evil.test"}).status == 400
    tried = ["//evil.test", "/\\evil.test", "https:evil.test", "https://evil.test/", "/%5Cevil.test", "\\\\evil.test"]
    who = visit.service.accounts["civil_servant_uk"]
    for target in tried:
        browser = visit.stranger()
        page = browser.get("/sign-in?next=" + target.replace("\\", "%5C"))
        answer = browser.submit(page, "password", email=who["email"], password=who["password"])
        assert answer.location.startswith(("/", visit.service.base + "/")), answer.location
        assert not answer.location.startswith(("//", "/\\")), answer.location
        assert "evil" not in answer.location.split("?")[0], answer.location
    return f"Host evil.test is 400, {len(tried)} addresses stay on the site"


@promise("R10", "an injected parameter changes neither the answer nor its time")
def injection(visit: Visit) -> str:
    admin, asked = visit.person("admin_uk"), 0
    for path, name in (
        ("/audit/", "page"),
        ("/audit/", "subject"),
        ("/matching/queue", "host"),
        ("/opportunities/", "q"),
        ("/framework/skills", "q"),
    ):
        plain = admin.get(path)
        for text in (
            "1'%20OR%20'1'='1",
            "1;%20SELECT%20pg_sleep(5)--",
            "%27%29%3B%20DROP%20TABLE%20user--",
            "%00",
            "-1",
        ):
            began = time.monotonic()
            page = admin.get(f"{path}?{name}={text}")
            asked += 1
            assert page.status < 500, f"{page.status} at {path}?{name}={text}"
            assert time.monotonic() - began < 5, f"slow at {path}?{name}={text}"
        assert admin.get(path).status == plain.status
    return f"{asked} tries"


@promise("R13", "production refuses unsafe settings and names them")
def start(visit: Visit) -> str:
    good = {
        "TALENT_ENV": "production",
        "SECRET_KEY": token_urlsafe(32),
        "PASSWORD_SALT": token_urlsafe(32),
        "TOTP_KEYS": token_urlsafe(32),
        "AUDIT_KEY": token_urlsafe(32),
        "MONITORING_KEY": token_urlsafe(32),
        "TALENT_TRUSTED_HOSTS": "exchange.example",
        "TALENT_BASE_URL": "https://exchange.example",
        "MAIL_URL": "smtp://mail.example:25",
        "TALENT_SECURITY_CONTACT": "mailto:security@exchange.example",
    }
    wrong = [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short-secret-value"),
        ("AUDIT_KEY", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("TOTP_KEYS", ""),
        ("TALENT_DEBUG", "1"),
        ("TALENT_TRUSTED_HOSTS", ""),
        ("TALENT_BASE_URL", "http://exchange.example"),
        ("TALENT_SAMPLE_DATA", "1"),
    ]
    for name, value in wrong:
        done = visit.service.start_only(**{**good, name: value})
        assert done.returncode != 0, f"started with a wrong {name}"
        assert name in done.stderr, f"{name} is not named"
        assert not value or len(value) < 3 or value not in done.stderr or name.startswith("TALENT_"), f"{name} is told"
    done = visit.service.start_only(**good)  # only the sample accounts in the database are left to refuse
    assert done.returncode != 0
    assert "sample accounts" in done.stderr, done.stderr[-300:]
    return f"{len(wrong)} settings and a database with sample accounts"


@promise("R16", "very long and odd texts get an answer in place")
def texts(visit: Visit) -> str:
    person = visit.person("civil_servant_uk")
    for text in ODD:
        began = time.monotonic()
        page = person.get("/account/names")
        answer = person.submit(page, "name_home", name_home=text)
        assert answer.status < 500, f"{answer.status} for {text[:10]!r}"
        assert time.monotonic() - began < 10
        if answer.status == 200:
            assert "<script>alert(1)" not in answer.html
    return f"{len(ODD)} texts"


@promise("R30", "security.txt says where to report a weakness")
def security_txt(visit: Visit) -> str:
    page = visit.stranger().get("/.well-known/security.txt")
    assert page.status == 200
    fields = dict(line.split(": ", 1) for line in page.html.splitlines() if ": " in line)
    assert {"Contact", "Expires", "Preferred-Languages"} <= set(fields), fields
    return fields["Contact"]


@promise("M12", "the transparency record is built from the running settings")
def record(visit: Visit) -> str:
    page = visit.stranger().get("/transparency/atrs.json")
    assert page.status == 200
    told = json.loads(page.body)
    text = json.dumps(told, ensure_ascii=False)
    assert re.search("[가-힣]", text), "no Korean"
    assert visit.stranger("ko").get("/transparency/").status == 200
    return f"{len(page.body)} bytes, hash {next((str(v)[:12] for k, v in told.items() if 'hash' in k), 'inside')}"
