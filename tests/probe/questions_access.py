"""Who reaches what: forged forms, other people's records, the table of routes."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

from tests.probe.promises import Visit, promise, unsafe_forms

PAGES = {
    "civil_servant_uk": ("/account/names", "/profile/", "/my-data/"),
    "hr_uk": ("/opportunities/ours", "/organisations/our-people"),
    "admin_uk": ("/matching/queue", "/organisations/administration", "/settings/"),
}


@promise("R2", "a form without its token, or with another person's, changes nothing")
def forged_forms(visit: Visit) -> str:
    foreign = visit.person("civil_servant_uk").get("/account/names").form("csrf_token")
    token = dict(foreign.values)["csrf_token"]
    asked = 0
    for account, paths in PAGES.items():
        browser = visit.person(account)
        for path in paths:
            for form in unsafe_forms(browser.get(path)):
                values = [item for item in form.values if item[0] != "csrf_token"]
                asked += 1
                assert browser.post(form.action, values).status in (400, 403), f"{form.action} took no token"
                if account != "civil_servant_uk":
                    answer = browser.post(form.action, [*values, ("csrf_token", token)])
                    assert answer.status in (400, 403), f"{form.action} took a foreign token"
    assert asked >= len(PAGES)
    return f"{asked} forms"


@promise("R3", "every page but the public ones asks a visitor to sign in, and the table lists them all")
def routes(visit: Visit) -> str:
    done = visit.service.flask("authz", "dump")
    assert done.returncode == 0, done.stderr[-300:]
    told = json.loads(done.stdout)
    rows = told["routes"] if isinstance(told, dict) else told
    stranger, asked = visit.stranger(), 0
    for row in rows:
        if row["policy"] == "anyone" or "GET" not in row["methods"]:
            continue
        path = re.sub(r"<uuid:[^>]+>", "00000000-0000-4000-8000-000000000000", row["rule"])
        path = re.sub(r"<[^>]+>", "none", path)
        page = stranger.get(path)
        asked += 1
        assert page.status in (302, 303, 404), f"{path} answers a visitor with {page.status}"
        if page.status != 404:
            assert urlsplit(page.location).path == "/sign-in", f"{path} leads a visitor to {page.location}"
    return f"{asked} of {len(rows)} routes asked"


OFFICE_PAGES = ("check", "skills", "costs", "edit/kind", "edit/details")


@promise("R5", "another organisation's posts are not found on any page of those who write them")
def posts(visit: Visit) -> str:
    owner, other = visit.person("hr_uk"), visit.person("hr_uk_other")
    found = (re.match(r"/opportunities/([0-9a-f-]{36})", urlsplit(href).path) for _, href in ours(visit))
    ids = sorted({match[1] for match in found if match})
    assert ids, "no posts to ask for"
    refused = opened = 0
    for key in ids:
        for page in OFFICE_PAGES:
            path = f"/opportunities/{key}/{page}"
            opened += owner.get(path).status == 200
            answer = other.get(path)
            unknown = other.get(re.sub("[0-9a-f]{8}-", "00000000-", path, count=1))
            assert (answer.status, answer.text) == (unknown.status, unknown.text), f"{path} differs from an unknown one"
            assert answer.status == 404, f"{path} is {answer.status}"
            refused += 1
    assert opened >= len(ids), "the owner opens none of them either"
    return f"{refused} pages of {len(ids)} posts answer like unknown ones; their owner opens {opened}"


def ours(visit: Visit) -> list[tuple[str, str]]:
    """Links of the first page of the organisation's own posts."""
    return visit.person("hr_uk").get("/opportunities/ours").links
